"""What the emulator costs, as ratios measured in one run: `make bench-emulator`. Absolute rates depend on the machine.

Needs wrk (Debian's package of that name). prism is compared with when it is on the path or PRISM names it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from truecopy_emulator import Emulator, Request

ROOT = Path(__file__).resolve().parents[2]
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
KEY = "emulator-key"
GET, POST = "/micropanel/batches/4445556", "/surveys/7654321/responses"
BARE = """
async def application(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"x" * 204})
"""


def until_answers(url: str, seconds: float = 30) -> float:
    """Seconds until a URL answers anything."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 (our own port)
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.002)
        else:
            break
    return time.perf_counter() - started


@contextmanager
def running(command: list[str], url: str) -> Iterator[float]:
    """A server process, and the seconds from its start to its first answer."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_answers(url)
        yield time.perf_counter() - started
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def load(url: str, script: Path | None = None) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds at 16 connections."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "--latency", "-H", f"api-key: {KEY}"]
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


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; with Debian: apt-get install wrk")
    rates: dict[str, tuple[float, float, float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        body = (ROOT / "tests/emulator/data/createResponse.full.json").read_text(encoding="utf-8")
        script = Path(folder) / "post.lua"
        script.write_text(
            'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
            f"wrk.headers['api-key'] = '{KEY}'\nwrk.body = [==[{body}]==]\n"
        )
        (Path(folder) / "bare.py").write_text(BARE)
        servers = {
            "bare ASGI on granian": (
                [
                    *(str(Path(sys.executable).parent / "granian"), "--interface", "asginl", "--no-ws"),
                    *("--port", "18601", "--working-dir", folder, "bare:application"),
                ],
                "http://127.0.0.1:18601",
            ),
            "emulator": (
                [sys.executable, "-m", "truecopy_emulator", "--port", "18602"],
                "http://127.0.0.1:18602/questionpro/a/api/v2",
            ),
        }
        other = prism()
        if other:
            spec = str(ROOT / "specs/questionpro.yaml")
            servers["prism"] = ([*other, "mock", "--port", "18603", spec], "http://127.0.0.1:18603")
        for name, (command, url) in servers.items():
            with running(command, url + GET) as start:
                got, posted = load(url + GET), load(url + POST, script)
                rates[name] = (got[0], posted[0], max(got[1], posted[1]), start)
    print(f"{'':24}{'GET/s':>10}{'POST/s':>10}{'p99 ms':>10}{'start ms':>10}")
    for name, (got_rate, post_rate, p99, start) in rates.items():
        print(f"{name:24}{got_rate:10.0f}{post_rate:10.0f}{p99:10.2f}{start * 1000:10.0f}")
    mine = rates["emulator"]
    if "prism" in rates:
        theirs = rates["prism"]
        print(f"emulator / prism        {mine[0] / theirs[0]:9.1f}x{mine[1] / theirs[1]:9.1f}x   (wanted: 4 and 2.5)")
    else:
        print("prism is missing: npm install @stoplight/prism-cli, then PRISM=.../node_modules/.bin/prism")
    bare = rates["bare ASGI on granian"]
    print(f"above bare              {1e6 / mine[0] - 1e6 / bare[0]:7.0f} us{1e6 / mine[1] - 1e6 / bare[1]:7.0f} us")
    in_process()


def in_process() -> None:
    """Start, first answer and reset in this process; each the best of a few."""
    Emulator()  # what is read once per process
    starts, resets = [], []
    for _ in range(5):
        started = time.perf_counter()
        with Emulator() as emulator:
            until_answers(emulator.origin + "/_emulator/health")
            starts.append(time.perf_counter() - started)
    emulator = Emulator()
    headers = {"api-key": KEY, "content-type": "application/json"}
    body = json.dumps({"responseSet": []}).encode()
    for _ in range(5):
        for _ in range(1000):
            emulator.handle(Request("POST", "/questionpro/a/api/v2" + POST, "", headers, body))
        started = time.perf_counter()
        emulator.reset()
        resets.append(time.perf_counter() - started)
    start, reset = min(starts) * 1000, min(resets) * 1000
    print(f"in process: start to first answer {start:.1f} ms, reset after 1,000 writes {reset:.2f} ms")


if __name__ == "__main__":
    main()
