"""Whole runs, bounded: one that must pass, and one against a server that answers 404 to everything."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import httpx
import pytest
from truecopy_emulator import Emulator
from truecopy_tools.fuzz.masking import BASE64
from truecopy_tools.fuzz.targets import ROOT

SECRET = "s3cr3t-0f-th3-r3p0rt-t3st"  # gitleaks:allow


def fuzz(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FUZZ_")} | variables
    command = [sys.executable, "-m", "truecopy_tools.fuzz", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, check=False, timeout=110)


class Nowhere(BaseHTTPRequestHandler):
    """Answers 404 to everything."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(404)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_TRACE = _answer  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def nowhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nowhere)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_knows_nothing_fails_loudly(nowhere: str, tmp_path: Path) -> None:
    result = fuzz(
        FUZZ_URL=nowhere, FUZZ_SPECS="supermetrics", FUZZ_CASES="2", FUZZ_BUILD=str(tmp_path), SUPERMETRICS_TOKEN=SECRET
    )
    assert result.returncode == 1, result.stdout
    assert result.stdout.count("never answered positive data with 2xx") == 4
    assert "failed: " in result.stdout


def _contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file, and what it holds in base64."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path, content
            for text in BASE64.findall(content):
                with contextlib.suppress(binascii.Error):
                    yield path, base64.b64decode(text, validate=True)


def test_a_running_server_is_fuzzed_and_no_secret_is_in_any_report(tmp_path: Path) -> None:
    with Emulator() as emulator:
        emulator.set_credential(SECRET)
        told = {
            **{"FUZZ_URL": emulator.origin, "FUZZ_SPECS": "asavie", "FUZZ_CASES": "3", "FUZZ_SEED": "7"},
            **{"FUZZ_REPORTS": "junit,html,har,ndjson", "FUZZ_BUILD": str(tmp_path), "ASAVIE_TOKEN": SECRET},
        }
        before, result = fuzz(**told), fuzz(**told)  # the second finds what the first created
        handed_out = re.findall(rb'"access_token":"([^"]+)"', b"".join(each.answer.body for each in emulator.journal))
    folder = tmp_path / "asavie"
    assert (before.returncode, result.returncode) == (0, 0), before.stdout + result.stdout + result.stderr
    assert "FUZZ_SEED=7" in result.stdout
    assert {path.name for path in folder.iterdir()} >= {"junit.xml", "html", "traffic.har", "events.ndjson"}
    assert "GET /v1/batches/{batchid}" in result.stdout
    assert (folder / "junit.xml").read_text().count("<testcase ") == 4  # three operations and the stateful phase
    assert (folder / "html" / "index.html").stat().st_size > 1000
    assert len(handed_out) > 3
    secrets = [SECRET.encode(), b"emulator-key", *handed_out]  # the last but one is the client's secret
    assert [path for path, content in _contents(tmp_path) for secret in secrets if secret in content] == []
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize(("spec", "rate"), [("asavie", "40/s"), ("supermetrics", "auto")])
def test_safe_mode_sends_nothing_that_could_write_and_keeps_to_the_rate(spec: str, rate: str, tmp_path: Path) -> None:
    with Emulator() as emulator:
        if rate == "auto":
            emulator.faults.add("status=429;retry-after=1", provider=spec, times=2)
        result = fuzz(
            FUZZ_URL=emulator.origin,
            FUZZ_SPECS=spec,
            FUZZ_CASES="2",
            FUZZ_SAFE="1",
            FUZZ_RATE=rate,
            FUZZ_BUILD=str(tmp_path),
            ASAVIE_TOKEN=emulator.credential,
            SUPERMETRICS_TOKEN=emulator.credential,
        )
        sent = [(each.time, each.request.method, each.answer.status) for each in emulator.journal]
    assert result.returncode == 0, result.stdout
    assert {method for _, method, _ in sent} <= {"GET", "HEAD"}
    assert len(sent) > 50
    if rate == "40/s":
        assert sent[-1][0] - sent[0][0] > (len(sent) - 40) / 40 - 0.5
    else:
        waited = [later[0] - sooner[0] for sooner, later in pairwise(sent) if sooner[2] == 429]
        assert len(waited) == 2
        assert min(waited) > 0.9


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_cut_short_sends_nothing_more_and_leaves_no_secrets(sent: int, tmp_path: Path) -> None:
    told = {"FUZZ_SPECS": "asavie", "FUZZ_CASES": "1000", "FUZZ_REPORTS": "har,ndjson", "FUZZ_BUILD": str(tmp_path)}
    with Emulator() as emulator:
        told |= {"FUZZ_URL": emulator.origin, "ASAVIE_TOKEN": emulator.credential}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FUZZ_")} | told
        command = [sys.executable, "-m", "truecopy_tools.fuzz"]
        with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            _until(lambda: emulator.credential.encode() in b"".join(content for _, content in _contents(tmp_path)))
            process.send_signal(sent)
            said = process.communicate(timeout=20)[1]
        assert (process.returncode, said.strip()) == (
            (130, "fuzz: interrupted; nothing is judged") if sent == signal.SIGINT else (-sent, "")
        )
        _until(lambda: not (tmp_path / "asavie").exists())
        sent_so_far = len(emulator.journal)
        time.sleep(0.3)
        assert len(emulator.journal) == sent_so_far


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_usage_errors_are_one_line() -> None:
    result = fuzz(FUZZ_SPECS="twilio")
    assert result.returncode == 2
    assert result.stderr == "fuzz: FUZZ_SPECS: no spec twilio; there are questionpro, supermetrics, asavie, emulator\n"


def test_an_emulator_whose_things_are_gone_is_fuzzed_as_a_new_one(tmp_path: Path) -> None:
    with Emulator() as emulator:
        url = f"{emulator.origin}/_emulator/state"
        state = httpx.get(url).json()
        httpx.put(url, json={**state, "collections": {}}).raise_for_status()
        told = {"FUZZ_SPECS": "emulator", "FUZZ_CASES": "3", "FUZZ_URL": emulator.origin, "FUZZ_BUILD": str(tmp_path)}
        result = fuzz(**told)
    assert result.returncode == 0, result.stdout + result.stderr
