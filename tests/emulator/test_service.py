"""The emulator as a service: workers that share their state, TLS, HTTP/2, an access log."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from truecopy_emulator import Emulator, ServerError
from truecopy_emulator.server import check_port

from .conftest import DATA, KEY, TLS, post

CERTIFICATE, PRIVATE = DATA / "localhost.pem", DATA / "localhost.key"
RESPONSES = "/surveys/7654321/responses"


@contextmanager
def serving(*arguments: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command, and QuestionPro's base URL as it says it."""
    command = [sys.executable, "-m", "truecopy_emulator", "--port", "0", *arguments]
    environment = {**os.environ, **variables}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1], process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


def test_workers_share_their_state(tmp_path: Path) -> None:
    with serving("--workers", "2", "--state", str(tmp_path / "state.db")) as (base, process):
        control = base.removesuffix("/questionpro/a/api/v2") + "/_emulator"

        def write(_: int) -> list[int]:
            with httpx.Client(verify=TLS, headers={"api-key": KEY}) as http:
                answers = [http.post(base + RESPONSES, json={"responseSet": []}) for _ in range(5)]
            return [answer.json()["response"]["responseID"] for answer in answers]

        with ThreadPoolExecutor(8) as pool:
            numbers = [number for found in pool.map(write, range(8)) for number in found]
        assert sorted(numbers) == list(range(12345679, 12345719))
        post(f"{control}/faults", json={"effects": "status=503", "times": 3})
        statuses = [httpx.get(base + RESPONSES, headers={"api-key": KEY}, verify=TLS).status_code for _ in range(8)]
        assert sorted(statuses) == [200] * 5 + [503] * 3
        journal = httpx.get(f"{control}/journal", params={"limit": 1000}, verify=TLS).json()
        assert journal["total"] == len(journal["exchanges"]) == 48
        assert KEY not in json.dumps(journal)
        found = httpx.get(f"{control}/journal", params={"status": 503, "newest_first": True}, verify=TLS).json()
        assert len(found["exchanges"]) == 3
        httpx.get(f"{base}/micropanel/batch/1", headers={"api-key": KEY}, verify=TLS)
        beside = Emulator(state=tmp_path / "state.db", shared_journal=True)
        calls = beside.journal.assert_called("createResponse", times=40)
        assert {call.answer.status for call in calls} == {200}
        with pytest.raises(AssertionError, match=r"did you mean GET .*/micropanel/batches/"):
            beside.journal.assert_called("getBatch")
        beside.world.store.close()
    assert process.returncode == 0


def test_workers_stop_even_while_they_start(tmp_path: Path) -> None:
    # The first worker answers, and is heard of, before the others listen to signals.
    with serving("--workers", "3", "--state", str(tmp_path / "state.db")) as (_, process):
        pass
    assert process.returncode == 0


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with serving("--workers", "6", "--state", str(tmp_path / "state.db")) as (base, process):
        process.kill()
        process.wait()
        port = urlsplit(base).port
        assert port
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                break
            time.sleep(0.1)
        check_port("127.0.0.1", port)


@pytest.mark.parametrize("options", [("--http", "2"), ("--certificate", str(CERTIFICATE), "--key", str(PRIVATE)), ()])
def test_workers_say_when_they_are_ready(tmp_path: Path, options: tuple[str, ...]) -> None:
    proxy = "http://127.0.0.1:9"  # nothing of ours goes through it
    state = ("--workers", "2", "--state", str(tmp_path / "state.db"))
    with serving(*state, *options, http_proxy=proxy, https_proxy=proxy) as (base, _):
        scheme = "https" if "--key" in options else "http"
        assert base.startswith(f"{scheme}://127.0.0.1:")


def test_workers_need_a_state() -> None:
    command = [sys.executable, "-m", "truecopy_emulator", "--port", "0", "--workers", "2"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert result.returncode == 1
    assert "--state" in result.stderr


def test_tls_and_http_2() -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    with Emulator(certificate=CERTIFICATE, key=PRIVATE) as emulator:
        assert emulator.url("questionpro").startswith("https://")
        for http2 in (False, True):
            with httpx.Client(verify=context, http2=http2, headers={"api-key": KEY}) as http:
                answer = http.post(emulator.url("questionpro") + RESPONSES, json={"responseSet": []})
            assert (answer.status_code, answer.http_version) == (200, "HTTP/2" if http2 else "HTTP/1.1")


@pytest.mark.parametrize(
    ("certificate", "key"), [(CERTIFICATE, None), (CERTIFICATE, CERTIFICATE), (Path("none.pem"), PRIVATE)]
)
def test_tls_that_cannot_be(certificate: Path, key: Path | None) -> None:
    with pytest.raises(ServerError, match="TLS"):
        Emulator(certificate=certificate, key=key)


def test_the_access_log_is_json_without_secrets() -> None:
    with serving("--access-log") as (base, process):
        httpx.get(base + "/micropanel/batches/x", params={"apiKey": KEY}, headers={"api-key": KEY}, verify=TLS)
        assert process.stderr is not None
        line = process.stderr.readline()
    row = json.loads(line)
    assert (row["method"], row["status"], row["operation"], row["query"]) == ("GET", 400, "getBatch", "apiKey=***")
    assert row["diagnostic"].startswith("E301")
    assert KEY not in line
