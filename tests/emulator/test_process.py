"""The command: it says when it is ready, stops when asked to, and says what is wrong."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from truecopy_emulator import Emulator
from truecopy_emulator.__main__ import main
from truecopy_emulator.server import GRACE

from .conftest import DATA, get

COMMAND = [sys.executable, "-m", "truecopy_emulator"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_serves_until_it_is_told_to_stop(name: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "credential: emulator-key" in line
        base = line.split()[1]
        assert base.endswith("/questionpro/a/api/v2")
        health = get(base.removesuffix("/questionpro/a/api/v2") + "/_emulator/health")
        assert health.status_code == 200
        assert health.json()["status"] == "ready"
        process.send_signal(getattr(signal, name))
        stdout, stderr = process.communicate(timeout=10)
        assert (process.returncode, stdout, stderr) == (0, "", "")


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("--port", str(port))
    assert result.returncode == 1
    assert f"port {port}" in result.stderr
    assert "Traceback" not in result.stderr


def test_other_hosts_are_asked_for() -> None:
    result = run("--host", "0.0.0.0", "--port", "0")
    assert result.returncode == 1
    assert "--public" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--control-token", ""], "control token"),
        (["--control-token", "t\u00f6ken"], "control token"),
        (["--host", "nowhere.invalid", "--public"], "cannot listen on nowhere.invalid"),
        (["--state", "postgresql://me:pw@127.0.0.1:HUSHHUSH/db"], "URL cannot be opened"),
        (["--journal", "9" * 30], "--journal"),
        (["--state", ":memory:"], "leave the state out"),
        (["--state", ""], "leave the state out"),
        (["--state", "sqlite://"], "the state sqlite:// is no file; leave the state out"),
        (["--state", "sqlite:///:memory:"], "leave the state out"),
        (
            ["--state", "mysql://me:HUSHHUSH@host/db"],
            "mysql://me:***@host/db cannot be opened: it is neither a file nor of",
        ),
        (["--certificate", str(DATA / "localhost.pem"), "--key", str(DATA / "encrypted.key")], "TLS with"),
    ],
)
def test_what_cannot_be_is_one_error_without_secrets(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["--port", "0", *arguments])
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert result.output.count("Error:") == 1
    assert "HUSHHUSH" not in result.output


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
        b"POST / HTTP/1.1\r\nhost: x\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf",
    ],
)
def test_connections_on_which_nothing_is_asked_do_not_keep_it_from_stopping(said: bytes) -> None:
    with Emulator() as emulator, socket.create_connection(("127.0.0.1", emulator.port)) as idle:
        idle.sendall(said)
        assert get(f"{emulator.origin}/_emulator/health").status_code == 200
        started = time.monotonic()
        emulator.stop()
        assert time.monotonic() - started < GRACE / 2


def test_what_is_being_answered_is_finished() -> None:
    with Emulator() as emulator, ThreadPoolExecutor(1) as pool:
        url = emulator.url("questionpro") + "/micropanel/batches/4445556"
        headers = {"X-Emulator-Fault": "delay=1", "api-key": emulator.credential}
        answer = pool.submit(get, url, headers=headers)
        while not emulator.journal.total:
            time.sleep(0.01)
        emulator.stop()
        assert answer.result(10).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell threads apart")
def test_its_threads_have_its_name_and_end_with_it() -> None:
    with Emulator() as other, Emulator() as emulator:
        for each in (other, emulator):
            assert get(f"{each.origin}/_emulator/health").status_code == 200
            assert get(f"{each.origin}/nowhere").status_code == 404  # the journal keeps why, not the connection
        names = {f"emulator:{each.port}" for each in (other, emulator)}
        assert names <= threads()
        emulator.stop()
        assert names & threads() == {f"emulator:{other.port}"}


def test_nothing_of_it_is_left_when_it_has_stopped() -> None:
    emulator = Emulator()
    for _ in range(3):
        emulator.start()
        assert get(f"{emulator.origin}/_emulator/health").status_code == 200
        emulator.stop()
        with socket.socket() as other:
            other.bind(("127.0.0.1", emulator.port))  # the port is free for whoever wants it


def threads() -> set[str]:
    """The names that the system has for the threads of this process."""
    return {(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()}


def test_runs_without_standard_input_at_a_host_name() -> None:
    command = f"exec {sys.executable} -m truecopy_emulator --port 0 --host localhost <&-"
    with subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[1]
        assert base.startswith("http://localhost:")
        assert get(base.removesuffix("/questionpro/a/api/v2") + "/_emulator/health").status_code == 200
        process.terminate()
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_explain() -> None:
    assert "Content-Type" in run("explain", "e305").stdout
    unknown = run("explain", "E999")
    assert unknown.returncode == 1
    assert "E101" in unknown.stderr
