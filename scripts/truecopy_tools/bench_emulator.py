"""What the emulator costs, as ratios and medians of things measured in turn in one run. Absolute rates depend on the
machine.

    make bench-emulator          rates, starts, reset, growth with the number of operations: about a minute
    make bench-emulator-large    a million stored responses, and a million requests: about ten minutes

Needs wrk (Debian's package of that name). prism is compared with when it is on the path or PRISM names it.
"""

from __future__ import annotations

import compileall
import gc
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import truecopy_emulator
from truecopy_emulator import Emulator, Request

ROOT = Path(__file__).resolve().parents[2]
SECONDS = int(os.environ.get("BENCH_SECONDS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MANY = int(os.environ.get("BENCH_MANY", "1000000"))
KEY = "emulator-key"
MOUNT = "/questionpro/a/api/v2"
GET, POST = "/micropanel/batches/4445556", "/surveys/7654321/responses"
COLLECTION = "questionpro/responses/7654321"
BODY = (ROOT / "tests/emulator/data/createResponse.full.json").read_bytes()
HEADERS = {"api-key": KEY, "content-type": "application/json"}
BARE = """
async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"x" * 204})
"""
FIRST_START = """
import socket, time
from truecopy_emulator import Emulator
Emulator
started = time.perf_counter()
with Emulator() as emulator, socket.create_connection(("127.0.0.1", emulator.port)) as client:
    client.sendall(b"GET /_emulator/health HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n")
    assert client.recv(12) == b"HTTP/1.1 200"
    print(time.perf_counter() - started)
"""


# Processes


def wait_for(port: int, seconds: float = 30) -> None:
    """Until a port of this machine answers anything."""
    give_up = time.perf_counter() + seconds
    while time.perf_counter() < give_up:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as client:
                client.sendall(b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                if client.recv(1):
                    return
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing answers on port {port}")


@contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that answers."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def start_seconds(command: list[str], port: int) -> tuple[float, float]:
    """From the start of a process to its first answer, and the processor's time that it took of them (Linux)."""
    started = time.perf_counter()
    with running(command, port) as process:
        seconds = time.perf_counter() - started
        tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        return seconds, sum(int(task.read_text(encoding="utf-8").split()[0]) for task in tasks) / 1e9


def emulator_command(port: int, *options: str) -> list[str]:
    return [sys.executable, "-m", "truecopy_emulator", "--port", str(port), *options]


def memory(process: int | str = "self") -> float:
    """Megabytes that a process holds (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


# Rates


def load(url: str, script: Path | None = None, seconds: int = SECONDS) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds at 16 connections."""
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", "-H", f"api-key: {KEY}"]
    output = subprocess.run(
        [*command, *(["-s", str(script)] if script else []), url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in output:
        raise SystemExit(f"{url} refused requests:\n{output}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    if rate is None or tail is None:
        raise SystemExit(f"wrk said something else than expected:\n{output}")
    return float(rate[1]), float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]


def prism() -> list[str] | None:
    if os.environ.get("PRISM"):
        return [os.environ["PRISM"]]
    found = shutil.which("prism")
    return [found] if found else None


def post_script(folder: Path) -> Path:
    script = folder / "post.lua"
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
        f"wrk.headers['api-key'] = '{KEY}'\nwrk.body = [==[{BODY.decode()}]==]\n"
    )
    return script


def rates(folder: Path) -> None:
    """GET and POST of servers that run side by side, each asked in turn."""
    (folder / "bare.py").write_text(BARE)
    granian = str(Path(sys.executable).parent / "granian")
    bare = [granian, "--interface", "asginl", "--no-ws", "--port", "18601", "--working-dir", str(folder)]
    servers = {
        "bare ASGI on granian": ([*bare, "bare:application"], 18601, ""),
        "emulator": (emulator_command(18602), 18602, MOUNT),
    }
    other = prism()
    if other:
        spec = str(ROOT / "specs/questionpro.yaml")
        servers["prism"] = ([*other, "mock", "--port", "18603", spec], 18603, "")
    script = post_script(folder)
    seen: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in servers}
    with ExitStack() as stack:
        for command, port, _ in servers.values():
            stack.enter_context(running(command, port))
        for _ in range(ROUNDS):
            for name, (_, port, mount) in servers.items():
                url = f"http://127.0.0.1:{port}{mount}"
                seen[name].append((*load(url + GET), *load(url + POST, script)))
    middle = {name: [median(column) for column in zip(*rows, strict=True)] for name, rows in seen.items()}
    print(f"{'medians':24}{'GET/s':>10}{'p99 ms':>10}{'POST/s':>10}{'p99 ms':>10}   (wanted of p99: below 5)")
    for name, (get, get_tail, post, post_tail) in middle.items():
        print(f"{name:24}{get:10.0f}{get_tail:10.2f}{post:10.0f}{post_tail:10.2f}")
    get, _, post, _ = middle["emulator"]
    bare_get, _, bare_post, _ = middle["bare ASGI on granian"]
    print(f"{'above bare':24}{1e6 / get - 1e6 / bare_get:7.0f} us{'':10}{1e6 / post - 1e6 / bare_post:7.0f} us")
    if other:
        ratios = get / middle["prism"][0], post / middle["prism"][2]
        print(f"{'emulator / prism':24}{ratios[0]:9.1f}x{'':10}{ratios[1]:9.1f}x   (wanted: 4 and 2.5)")
    else:
        print("prism is missing: npm install @stoplight/prism-cli, then PRISM=.../node_modules/.bin/prism")


# Starts and reset


def starts() -> None:
    """Start to first answer; modules are compiled first, as pip does when it installs."""
    compileall.compile_dir(str(Path(truecopy_emulator.__file__).parent), quiet=2)
    process, busy, inside, python = [], [], [], []
    for _ in range(2 * ROUNDS + 1):
        seconds, processor = start_seconds(emulator_command(18604), 18604)
        process.append(seconds)
        busy.append(processor)
        first = subprocess.run([sys.executable, "-c", FIRST_START], capture_output=True, text=True, check=True)
        inside.append(float(first.stdout))
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        python.append(time.perf_counter() - started)
    print(f"start to first answer as a process {told(process)}   (wanted: below 400)")
    print(f"  of which the processor's time {told(busy)}; python alone {told(python)}")
    print(f"start to first answer in a process {told(inside)}   (wanted: below 60)")
    resets = []
    emulator = Emulator()
    for _ in range(2 * ROUNDS + 1):
        for _ in range(1000):
            emulator.handle(Request("POST", MOUNT + POST, "", HEADERS, BODY))
        started = time.perf_counter()
        emulator.reset()
        resets.append(time.perf_counter() - started)
    print(f"reset after 1,000 writes {told(resets)}   (wanted: below 5)")


def told(seconds: list[float]) -> str:
    """Median and range in milliseconds."""
    return f"{median(seconds) * 1000:.1f} ms ({min(seconds) * 1000:.1f} to {max(seconds) * 1000:.1f})"


# Growth with the number of operations


def large_spec(operations: int) -> dict[str, Any]:
    """A document of so many operations, half of them with bodies, each with a schema of its own."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(operations // 2):
        kind = f"Thing{number}"
        answer = {"$ref": f"#/components/schemas/{kind}"}
        content = {"application/json": {"schema": answer}}
        done = {"200": {"description": "done", "content": content}}
        parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[f"/kinds{number}/{{id}}"] = {
            "parameters": [parameter],
            "get": {"operationId": f"get{kind}", "responses": done},
            "put": {"operationId": f"put{kind}", "requestBody": {"content": content}, "responses": done},
        }
        members = {f"member{i}": {"type": "string", "maxLength": 100, "example": "text"} for i in range(10)}
        schemas[kind] = {"type": "object", "required": ["member0"], "properties": members}
    info = {"title": "Large", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def growth(folder: Path) -> None:
    """Start and calls with a document of 1,000 operations, compared with one of 10."""
    sizes = (10, 1000)
    files = {size: folder / f"spec{size}.json" for size in sizes}
    for size, file in files.items():
        file.write_text(json.dumps(large_spec(size)))
    begun: dict[int, list[float]] = {size: [] for size in sizes}
    called: dict[int, list[float]] = {size: [] for size in sizes}
    emulators = {size: Emulator(specs={"/large": file}) for size, file in files.items()}
    body = json.dumps({"member0": "text"}).encode()
    for _ in range(2 * ROUNDS + 1):
        for size, file in files.items():
            options = ("--spec", str(file), "--mount", "/large")
            begun[size].append(start_seconds(emulator_command(18605, *options), 18605)[0])
            path = f"/large/kinds{size // 2 - 1}/7"
            calls = [Request("GET", path), Request("PUT", path, "", HEADERS, body)]
            called[size].append(each(emulators[size], calls * 200))
    for name, seen in (("start", begun), ("call", called)):
        few, many = (median(seen[size]) for size in sizes)
        unit = (
            f"{few * 1000:.0f} and {many * 1000:.0f} ms" if few > 0.01 else f"{few * 1e6:.0f} and {many * 1e6:.0f} us"
        )
        print(f"{name} with 1,000 operations / with 10: {many / few:.2f}   (wanted: below 1.5; {unit})")


def each(emulator: Emulator, requests: list[Request]) -> float:
    """Seconds of one of the requests; all of them must succeed."""
    started = time.perf_counter()
    for request in requests:
        status = emulator.handle(request).status
        if status >= 300:
            raise SystemExit(f"{request} was answered {status}")
    return (time.perf_counter() - started) / len(requests)


# A million


def stored(folder: Path) -> None:
    """Calls with a million stored responses and, by turns, with one. They are put into the store directly, then called
    for through the engine."""
    first = 20_000_000
    for name in ("SQLite", "memory"):
        files = {size: folder / f"{size}.db" if name == "SQLite" else None for size in (1, MANY)}
        emulators = {size: Emulator(state=file, journal_size=0) for size, file in files.items()}
        store = emulators[MANY].world.store
        document = store.get(COLLECTION, "12345678")
        assert document is not None
        before, started = memory(), time.perf_counter()
        for start in range(0, MANY, 10_000):
            with store.transaction():
                for number in range(first + start, first + min(start + 10_000, MANY)):
                    store.put(COLLECTION, str(number), {**document, "responseID": number})
        filled = time.perf_counter() - started
        gc.collect()
        print(f"{name}: {MANY:,} responses of {len(json.dumps(document))} bytes, put in {filled:.0f} s")
        print(f"  memory held: {memory() - before:.0f} MB   (wanted: below 300)")
        calls = {1: some_calls(12345678, 1), MANY: some_calls(first + MANY - 1, MANY // 20)}
        for what in calls[1]:
            seen: dict[int, list[float]] = {size: [] for size in emulators}
            for _ in range(50):
                for size, emulator in emulators.items():
                    seen[size].append(each(emulator, [calls[size][what]] * 20))
            few, many = (median(seen[size]) for size in seen)
            ratio = f"{many / few:.2f}   (wanted: below 2)"
            print(f"  {what}: {few * 1e6:.0f} us, with all of them {many * 1e6:.0f} us: {ratio}")
        for emulator in emulators.values():
            emulator.world.store.close()


def some_calls(response: int, page: int) -> dict[str, Request]:
    """A write, a read of one response, and a page of the list."""
    return {
        "write": Request("POST", MOUNT + POST, "", HEADERS, BODY),
        "read": Request("GET", f"{MOUNT}{POST}/{response}", "", HEADERS),
        "page": Request("GET", MOUNT + POST, f"page={page}&perPage=10", HEADERS),
    }


def requests(folder: Path) -> None:
    """Memory of a server after its journal is full, and after a million requests more, reads and writes by turns."""
    script = post_script(folder)
    url = f"http://127.0.0.1:18606{MOUNT}"
    with running(emulator_command(18606), 18606) as process:
        steps: list[tuple[str, Callable[[], float]]] = [
            ("reads", lambda: load(url + GET, seconds=10)[0] * 10),
            ("writes", lambda: load(url + POST, script, seconds=2)[0] * 2),
        ]
        for _, step in steps:  # the journal is full and the store in its file
            step()
        before, done, wrote = memory(process.pid), 0.0, 0.0
        while done < MANY:
            for name, step in steps:
                count = step()
                done += count
                wrote += count if name == "writes" else 0
        grown = memory(process.pid) - before
    print(f"{done:,.0f} requests, {wrote:,.0f} of them writes that are kept: {before:.0f} MB, then {grown:+.1f} MB")
    print(f"  {grown * 2**20 / max(wrote, 1):.0f} bytes for each stored response   (wanted: nothing for reads)")


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; with Debian: apt-get install wrk")
    measures: dict[str, Callable[[Path], None]] = {
        "rates": rates,
        "starts": lambda _: starts(),
        "growth": growth,
        "stored": stored,
        "requests": requests,
    }
    for name in sys.argv[1:] or ("rates", "starts", "growth"):
        with tempfile.TemporaryDirectory() as folder:
            measures[name](Path(folder))


if __name__ == "__main__":
    main()
