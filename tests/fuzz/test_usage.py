"""What cannot be done is said in one line that names the variable and the way out."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from truecopy_emulator import Emulator
from truecopy_tools.fuzz import __main__ as fuzz
from truecopy_tools.fuzz import worker
from truecopy_tools.fuzz.report import again
from truecopy_tools.fuzz.targets import TARGETS, UsageError, choose


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, **variables: str) -> str:
    """The line that a command ends with."""
    for name in [name for name in os.environ if name.startswith("FUZZ_") or name.endswith(("_TOKEN", "_API_KEY"))]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["fuzz", *words])
    with pytest.raises(SystemExit) as ended:
        fuzz.command()
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("fuzz: ")
    assert line.count("\n") == 1
    return line


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        ({"FUZZ_CASES": "x"}, ["FUZZ_CASES", "'x'"]),
        ({"FUZZ_SECONDS": "-1"}, ["FUZZ_SECONDS", "-1"]),
        ({"FUZZ_SEED": "x"}, ["FUZZ_SEED", "'x'"]),
        ({"FUZZ_DATABASE": "mysql://me:secret@here/x"}, ["FUZZ_DATABASE", "redis://", "github:owner/name"]),
        ({"FUZZ_DATABASE": "redis://:secret@127.0.0.1:9/0"}, ["FUZZ_DATABASE", "no Redis answers", "name a folder"]),
        ({"FUZZ_DATABASE": "/dev/null"}, ["FUZZ_DATABASE", "/dev/null cannot be written to"]),
        ({"FUZZ_BASELINE": "/nowhere"}, ["FUZZ_BASELINE", "/nowhere", "accept"]),
        ({"FUZZ_REPORTS": "junit, pdf"}, ["FUZZ_REPORTS", "no report pdf", "har"]),
        ({"FUZZ_ULR": "http://127.0.0.1:9"}, ["no variable FUZZ_ULR", "FUZZ_URL"]),
        ({"FUZZ_URL": "nowhere"}, ["FUZZ_URL", "not an HTTP URL"]),
        ({"FUZZ_URL": "http://[::1"}, ["FUZZ_URL", "not an HTTP URL"]),
        ({"FUZZ_URL": "http://127.0.0.1:port"}, ["FUZZ_URL", "not an HTTP URL"]),
        ({"FUZZ_URL": "http://:8080"}, ["FUZZ_URL", "not an HTTP URL"]),
        ({"FUZZ_URL": "http://me:secret@127.0.0.1:9"}, ["FUZZ_URL", "//…@127.0.0.1:9'"]),
        ({"FUZZ_URL": "http://127.0.0.1:9/?key=secret"}, ["FUZZ_URL", "127.0.0.1:9/?…'"]),
        (
            {"FUZZ_URL": "http://127.0.0.1:9", "FUZZ_SPECS": "emulator"},
            ["FUZZ_URL", "no HTTP server answers", "Connection refused", "make emulator"],
        ),
        ({"FUZZ_SPECS": "asavie", "FUZZ_URL": "http://127.0.0.1:9"}, ["ASAVIE_TOKEN", "emulator-key"]),
        ({"FUZZ_URL": "http://127.0.0.1:9", "FUZZ_SPECS": "emulator,asavie"}, ["FUZZ_SPECS", "name it alone"]),
        ({"FUZZ_SPECS": "twilio"}, ["FUZZ_SPECS", "twilio", "asavie"]),
        ({"FUZZ_RATE": "fast"}, ["FUZZ_RATE", "100/m"]),
        ({"SHARD": "3/2"}, ["SHARD", "2/3"]),
    ],
)
def test_mistakes_are_one_line(
    variables: dict[str, str], parts: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = said(monkeypatch, capsys, "run", **variables)
    assert [part for part in parts if part not in line] == [], line
    assert "secret" not in line


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(fuzz, "BUILD", tmp_path / "file" / "build")
    assert f"FUZZ_BUILD: {tmp_path / 'file' / 'build'} cannot be written to" in said(monkeypatch, capsys, "run")


@pytest.mark.parametrize("text", ["{", "[]", '{"entries": [{"id": "x"}]}', '{"entries": 1}'])
def test_a_malformed_baseline_is_named(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "asavie.json"
    path.write_text(text)
    line = said(monkeypatch, capsys, "run", FUZZ_SPECS="asavie", FUZZ_BASELINE=str(tmp_path))
    assert f"FUZZ_BASELINE: {path} is not a file of accepted failures" in line


def test_a_shared_server_is_not_reset_unless_asked() -> None:
    assert [target.name for target in choose("", shared=True)] == ["questionpro", "supermetrics", "asavie"]
    assert [target.name for target in choose("emulator", shared=True)] == ["emulator"]
    assert [target.name for target in choose("asavie, asavie")] == ["asavie"]
    with pytest.raises(UsageError, match="name it alone"):
        choose("emulator,asavie", shared=True)


def test_a_seed_that_is_given_is_kept_at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def noted(jobs: list[worker.Job], budget: int = 0) -> int:
        seeds.append(jobs[0].seed)
        return budget

    monkeypatch.setattr(fuzz, "_fuzz", noted)
    monkeypatch.setattr(sys, "argv", ["fuzz", "night", "--specs", "asavie"])
    for given in (str(fuzz.SEED), None):
        if given:
            monkeypatch.setenv("FUZZ_SEED", given)
        else:
            monkeypatch.delenv("FUZZ_SEED")
        with pytest.raises(SystemExit):
            fuzz.command()
    assert seeds[0] == fuzz.SEED != seeds[1]


def test_what_a_run_was_is_all_told(tmp_path: Path) -> None:
    job = worker.Job(TARGETS["asavie"], tmp_path, 7, 3, 20, safe=True, sockets=1, url="http://x", rate="9/s")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(os, "environ", dict(os.environ))
        worker.enter(job)
        worker.enter(replace(job, url="http://elsewhere"))  # as a replay does
    told = json.loads((tmp_path / worker.JOB).read_text())
    assert told == {
        **{"target": "asavie", "seed": 7, "cases": 3, "seconds": 20, "safe": True, "sockets": 1, "url": "http://x"},
        **{"rate": "9/s", "defect": "", "baseline": ""},
    }
    line = again(worker.Outcome(job, 1, 1.0, {}, {}))
    assert "FUZZ_SEED=7 FUZZ_CASES=3 FUZZ_SECONDS=20 FUZZ_URL=http://x FUZZ_SAFE=1 FUZZ_RATE=9/s make fuzz" in line


def test_accepting_what_was_never_asked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Emulator() as emulator:
        url = emulator.origin
    line = said(
        monkeypatch,
        capsys,
        *("accept", "--reason", "x"),
        **{"FUZZ_URL": url, "FUZZ_SPECS": "asavie", "ASAVIE_TOKEN": "x", "FUZZ_BASELINE": str(tmp_path)},
    )
    assert "FUZZ_URL: no HTTP server answers" in line
    assert list(tmp_path.iterdir()) == []


def test_accepting_needs_a_reason_and_a_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--reason is empty" in said(monkeypatch, capsys, "accept", "--reason", " ")
    told = {"FUZZ_SPECS": "asavie", "FUZZ_BASELINE": "/dev/null/accepted"}
    assert "FUZZ_BASELINE: /dev/null/accepted cannot be written to" in said(
        monkeypatch, capsys, "accept", "--reason", "x", **told
    )


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        (b"SSH-2.0-x\r\n", "SSH-2.0-x"),
        (b"", "closed connection without response"),
        (None, "nothing within 1 seconds"),
    ],
)
def test_what_is_no_http_server_is_not_fuzzed(
    sent: bytes | None, part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                if sent is None:
                    connection.recv(1)  # until the other side gives up
                else:
                    connection.sendall(sent)

        thread = Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        line = said(monkeypatch, capsys, "run", FUZZ_URL=url, FUZZ_SPECS="asavie", ASAVIE_TOKEN="x")
        thread.join()
    assert f"FUZZ_URL: no HTTP server answers at {url}" in line
    assert part in line


def test_an_emulator_without_a_control_token_can_be_fuzzed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ.pop(TARGETS["emulator"].secret, None)
    worker.enter(worker.Job(TARGETS["emulator"], tmp_path, 7, 3, url="http://x"))
    assert os.environ[TARGETS["emulator"].secret]  # the configuration names it
