"""Measure the client against the stock generated one and write build/bench.json.

    python -m truecopy_tools.bench [--rounds N] [--calls N]

Contenders take turns in every round, and a ratio is the median of the rounds' own ratios, so that a busy machine slows
all of them alike. The server is the emulator in a process of its own; nothing leaves this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import gc
import importlib.util
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import yaml

from truecopy_tools.generate import ROOT, generate

OUTPUT = ROOT / "build" / "bench.json"
OFFICIAL = ROOT / "build" / "official"
"""Where `make bench` puts the official SDK of Supermetrics, to compare with."""
_BATCH = 4445556
_IN_FLIGHT = 64


class Figure(NamedTuple):
    """One line of the result."""

    name: str
    value: float | None
    """None when it could not be measured."""
    unit: str = "x"
    target: float | None = None
    at_least: bool = False
    """Whether the target is a lower bound."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when there is none or nothing was measured."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=21, help="rounds in which the contenders take turns")
    parser.add_argument("--calls", type=int, default=100, help="calls in a round; ten times as many in flight")
    parser.add_argument("--memory", type=int, default=10_000, help="calls of the measurement of memory")
    parser.add_argument("--operations", type=int, default=300, help="operations of the large synthetic spec")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="JSON file to write")
    options = parser.parse_args(arguments)
    figures = measure(options.rounds, options.calls, options.memory, options.operations)
    write(figures, options.output)
    show(figures)
    return 0


def measure(rounds: int, calls: int, memory: int, operations: int) -> list[Figure]:
    """Every figure, in the order of the table."""
    with emulator() as (url, credential):
        figures = [
            *synchronous(url, credential, rounds, calls),
            *asynchronous(url, credential, rounds, calls),
            *memory_of_calls(url, credential, memory),
        ]
    return [*figures, *leaks(), *imports(max(rounds // 2, 1), operations)]


def write(figures: list[Figure], path: Path) -> None:
    """The figures as JSON."""
    machine = {"python": platform.python_version(), "cpus": os.cpu_count(), "load": os.getloadavg()}
    rows = [{**figure._asdict(), "met": figure.met} for figure in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**machine, "figures": rows}, indent=2) + "\n")


def show(figures: list[Figure]) -> None:
    """The figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value", "target", "", box=None)
    words = {True: "met", False: "missed", None: ""}
    for name, value, unit, target, at_least in figures:
        met = words[Figure(name, value, unit, target, at_least).met]
        bound = "" if target is None else f"{'>=' if at_least else '<='} {target:g} {unit}"
        table.add_row(name, "missing" if value is None else f"{value:.3g} {unit}", bound, met)
    Console(width=120).print(table)


@contextlib.contextmanager
def emulator() -> Iterator[tuple[str, str]]:
    """An emulator in a process of its own: the base URL of QuestionPro and the credential."""
    command = [sys.executable, "-m", "truecopy_emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            yield words[1], words[-1]
        finally:
            process.terminate()


def in_turns(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The results of contenders that take turns; each round begins with another one."""
    results: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for contender in contenders.values():
        contender()
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            gc.collect()
            results[name].append(contenders[name]())
    return results


def ratio(results: Mapping[str, list[float]], one: str, other: str) -> float:
    """The median of what one contender got in relation to the other, round by round."""
    return statistics.median(a / b for a, b in zip(results[one], results[other], strict=True))


def transports() -> list[str]:
    """What our client can send with, the fastest first."""
    return ["pyreqwest", "httpx"] if importlib.util.find_spec("pyreqwest") else ["httpx"]


def _stock(url: str, credential: str) -> Any:
    from questionpro_api.client import AuthenticatedClient

    return AuthenticatedClient(base_url=url, token=credential, prefix="", auth_header_name="api-key")


@contextlib.contextmanager
def over(transport: str) -> Iterator[None]:
    """Connections that are opened inside use this library."""
    before = os.environ.get("TRUECOPY_TRANSPORT")
    os.environ["TRUECOPY_TRANSPORT"] = transport
    try:
        yield
    finally:
        del os.environ["TRUECOPY_TRANSPORT"]
        if before is not None:
            os.environ["TRUECOPY_TRANSPORT"] = before


def _connected(transport: str, url: str, credential: str) -> Any:
    from truecopy import QuestionPro

    client = QuestionPro(credential, base_url=url)
    with over(transport):
        client.micropanel.get_batch(_BATCH)
    return client


def _call(client: Any) -> Any:
    return client.micropanel.get_batch(_BATCH)


def synchronous(url: str, credential: str, rounds: int, calls: int) -> Iterator[Figure]:
    """The time of a call, one after the other."""
    from questionpro_api.api.micropanel import get_batch

    def repeat(call: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            started = time.perf_counter()
            for _ in range(calls):
                call()
            return (time.perf_counter() - started) / calls

        return run

    with contextlib.ExitStack() as stack:
        stock = stack.enter_context(_stock(url, credential))
        contenders = {"stock": repeat(lambda: get_batch.sync(_BATCH, client=stock))}
        for transport in transports():
            client = stack.enter_context(_connected(transport, url, credential))
            contenders[transport] = repeat(functools.partial(_call, client))
        results = in_turns(contenders, rounds)
    for name, times in results.items():
        yield Figure(f"sync call: {name}", statistics.median(times) * 1e6, "us")
    yield Figure("sync call: fast / stock", _ratio(results, "pyreqwest", "stock"), target=0.65)
    yield Figure("sync call: without fast / stock", ratio(results, "httpx", "stock"), target=0.95)


def _ratio(results: Mapping[str, list[float]], one: str, other: str) -> float | None:
    return ratio(results, one, other) if one in results else None


async def _in_flight(call: Callable[[], Awaitable[object]], calls: int, width: int) -> float:
    """Calls in a second with so many in flight."""
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            await call()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(width)))
    return calls / (time.perf_counter() - started)


def asynchronous(url: str, credential: str, rounds: int, calls: int) -> Iterator[Figure]:
    """Throughput with many calls in flight, all contenders in one event loop."""
    from questionpro_api.api.micropanel import get_batch
    from truecopy import AsyncQuestionPro

    with asyncio.Runner() as runner:
        stock = _stock(url, credential)
        runs: dict[str, Callable[[], float]] = {}

        def add(name: str, call: Callable[[], Awaitable[object]], width: int) -> None:
            runs[name] = lambda: runner.run(_in_flight(call, calls * 10, width))

        add("stock", lambda: get_batch.asyncio(_BATCH, client=stock), _IN_FLIGHT)
        clients = []
        for transport in transports():
            client = AsyncQuestionPro(credential, base_url=url)
            clients.append(client)
            call = functools.partial(_call, client)
            with over(transport):
                runner.run(call())
            add(transport, call, _IN_FLIGHT)
            add(f"{transport}, 16 in flight", call, 16)
        results = in_turns(runs, rounds)
        for client in clients:
            runner.run(client.close())
        runner.run(stock.get_async_httpx_client().aclose())
    for name, rates in results.items():
        yield Figure(f"async throughput: {name}", statistics.median(rates), "/s")
    yield Figure("async, 64 in flight: fast / stock", _ratio(results, "pyreqwest", "stock"), target=4, at_least=True)
    slope = _ratio(results, "pyreqwest", "pyreqwest, 16 in flight")
    yield Figure("async: 64 in flight / 16 in flight, fast", slope, target=1, at_least=True)


def memory_of_calls(url: str, credential: str, calls: int) -> Iterator[Figure]:
    """What many calls leave behind, by tracemalloc."""
    for transport in transports():
        with _connected(transport, url, credential) as client:
            tracemalloc.start()
            for _ in range(calls // 10 + 1):
                client.micropanel.get_batch(_BATCH)
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(calls):
                client.micropanel.get_batch(_BATCH)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
            tracemalloc.stop()
        yield Figure(f"memory left by {calls:,} calls: {transport}", grown / 1024, "KiB", target=64)


class _Counting(asyncio.Protocol):
    """A server that counts its connections: /fail answers 503 at first, /hang never answers."""

    open: ClassVar[set[asyncio.Transport]] = set()
    served = 0
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        type(self).served += 1
        if b"/hang/" not in data:
            status = b"503 Service Unavailable" if self.served % 2 else b"200 OK"
            body = b'{"response": {"id": 1}}'
            self.transport.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))


@contextlib.contextmanager
def counting() -> Iterator[str]:
    """The URL of a server that counts its connections, in a thread of its own."""
    loop = asyncio.new_event_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    server = loop.run_until_complete(loop.create_server(_Counting, sock=listener))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    for transport in list(_Counting.open):
        transport.abort()
    await asyncio.sleep(0)


def leaks() -> Iterator[Figure]:
    """Connections that the server still sees after retries and cancellations, when the clients are closed."""
    from truecopy import AsyncQuestionPro, Retries, without_sleeping

    async def run(url: str) -> None:
        client = AsyncQuestionPro("a-key", base_url=url, retries=Retries(attempts=20))
        # What is cancelled over pyreqwest goes on until the read timeout.
        hanging = AsyncQuestionPro("a-key", base_url=f"{url}/hang", retries=0, timeout=2)
        async with client, hanging:
            await asyncio.gather(*(client.micropanel.get_batch(1) for _ in range(100)), return_exceptions=True)
            tasks = [asyncio.create_task(hanging.micropanel.get_batch(1)) for _ in range(50)]
            await asyncio.sleep(0.3)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    for transport in transports():
        with counting() as url, over(transport), without_sleeping():
            asyncio.run(run(url))
            give_up = time.monotonic() + 5
            while _Counting.open and time.monotonic() < give_up:
                time.sleep(0.05)
            yield Figure(f"connections left open: {transport}", float(len(_Counting.open)), "", target=0)


_CLIENT = """
from truecopy.provider import Provider
from truecopy.answers import Wording
from truecopy.client import SyncClient
from truecopy.credentials import Fixed
from truecopy.schema import Spec
from synthetic_api.api import SPEC, Resources


class Synthetic(SyncClient, Resources):
    PROVIDER = Provider("synthetic", {"default": "http://127.0.0.1:1"}, Spec(SPEC), Wording(()), (1, 1))


Synthetic(Fixed("a-key", "api_key"))
"""
_TIMED = """
import time
started = time.perf_counter()
{code}
print(time.perf_counter() - started)
"""


def _timed(code: str, path: Path | None = None, transport: str = "") -> Callable[[], float]:
    """A run of Python code in a fresh process: the seconds that the code took there."""
    environment = os.environ | {"TRUECOPY_TRANSPORT": transport, "PYTHONPATH": str(path or "")}

    def run() -> float:
        command = [sys.executable, "-c", _TIMED.format(code=code)]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return float(ran.stdout)

    return run


def imports(rounds: int, operations: int) -> Iterator[Figure]:
    """The time until there is a client, each time in a fresh process."""
    ours = "from truecopy import QuestionPro\nclient = QuestionPro('a-key', base_url='http://127.0.0.1:1', retries=0)"
    first_call = f"{ours}\ntry: client.micropanel.get_batch(1)\nexcept Exception: pass"  # nothing listens there
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        contenders = {
            "httpx": _timed("import httpx"),
            "truecopy": _timed(ours),
            **{f"truecopy and a call over {t}": _timed(first_call, transport=t) for t in transports()},
        }
        for count in (10, operations):
            contenders[f"{count} operations"] = _timed(_CLIENT, synthetic(Path(folder), count))
        if OFFICIAL.is_dir():
            official = "import supermetrics\nsupermetrics.SupermetricsClient(api_key='a-key-of-some-length')"
            contenders["official SDK"] = _timed(official, OFFICIAL)
            contenders["truecopy.Supermetrics"] = _timed("from truecopy import Supermetrics\nSupermetrics('a-key')")
        results = in_turns(contenders, rounds)
    for name, times in results.items():
        yield Figure(f"import and first client: {name}", statistics.median(times) * 1e3, "ms")
    yield Figure("import and first client: truecopy / import httpx", ratio(results, "truecopy", "httpx"), target=1.3)
    growth = ratio(results, f"{operations} operations", "10 operations")
    yield Figure(f"import and first client: {operations} operations / 10 operations", growth, target=1.15)
    against = _ratio(results, "truecopy.Supermetrics", "official SDK") if OFFICIAL.is_dir() else None
    yield Figure("import and first client: truecopy / official SDK", against, target=0.3)


def synthetic(folder: Path, count: int) -> Path:
    """A generated package with so many operations, ten to a tag; the folder to import it from."""
    schema = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    paths = {
        f"/things/{number}/{{thing-id}}": {
            "get": {
                "tags": [f"tag{number // 10}"],
                "operationId": f"getThing{number}",
                "summary": f"Read thing {number}",
                "security": [{"key": []}],
                "parameters": [{"name": "thing-id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "description": "The thing",
                        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/Thing{number}"}}},
                    }
                },
            }
        }
        for number in range(count)
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Synthetic", "version": "1"},
        "servers": [{"url": "http://127.0.0.1:1"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "api-key"}},
            "schemas": {f"Thing{number}": schema for number in range(count)},
        },
    }
    specs = folder / f"specs-{count}"
    specs.mkdir()
    (specs / "synthetic.yaml").write_text(yaml.safe_dump(document))
    generate(specs, folder / f"generated-{count}")
    return folder / f"generated-{count}"


if __name__ == "__main__":
    sys.exit(main())
