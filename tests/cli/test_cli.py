"""The command line, as a process where that matters and otherwise in this one."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asavie_api.models import Batch
from truecopy import cli, errors
from truecopy_emulator import Emulator

SECRET = "emulator-key"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> None:
    """The credentials, and base URLs that lead to the emulator."""
    for variable in ("QUESTIONPRO_API_KEY", "SUPERMETRICS_TOKEN", "ASAVIE_TOKEN"):
        monkeypatch.setenv(variable, SECRET)
    for name in emulator.names:
        monkeypatch.setenv(f"{name.upper()}_BASE_URL", emulator.url(name))
    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; its status, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.run(list(arguments))
        shown = capsys.readouterr()
        assert SECRET not in shown.out + shown.err
        return status, shown.out, shown.err

    return run


def process(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "truecopy", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=60, env=os.environ | environment
    )


def test_a_call_prints_json_and_nothing_else() -> None:
    ran = process("call", "questionpro", "micropanel", "get-batch", "4445556", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["status"] == "Delivery Successful"


def test_a_call_prints_a_table_for_people(run: Run) -> None:
    status, out, _ = run("call", "questionpro", "micropanel", "get-batch", "4445556")
    assert status == 0
    assert "Delivery Successful" in out


def test_the_emulator_is_started_for_one_command() -> None:
    unusable = {"QUESTIONPRO_API_KEY": "", "QUESTIONPRO_BASE_URL": "http://127.0.0.1:1"}
    ran = process("call", "questionpro", "micropanel", "get-batch", "4445556", "--json", "--emulator", **unusable)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["id"] == 4445556


BODY = {"queries": [{"ds_id": "AW", "fields": "date"}]}


@pytest.mark.parametrize("way", ["inline", "file", "stdin"])
def test_a_body_comes_from_the_argument_a_file_or_standard_input(tmp_path: Path, way: str) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(BODY))
    given = {"inline": json.dumps(BODY), "file": str(path), "stdin": "-"}[way]
    ran = process("call", "supermetrics", "query", "create-batch", "--body", given, "--json", stdin=json.dumps(BODY))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["query_amount"] == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"queries": 3}', "--body/queries: expected array, got integer"),
        ("{}", "--body/queries: expected a required member, got nothing"),
        ('{"queries":', "--body is not JSON"),
        ("", "--body is not JSON"),
        ("/no/such/file", "--body: cannot read /no/such/file"),
        ("[" * 100_000, "--body is nested too deeply"),
    ],
)
def test_an_unusable_body_is_refused_before_anything_is_sent(run: Run, body: str, message: str) -> None:
    status, out, err = run("call", "supermetrics", "query", "create-batch", "--body", body)
    assert (status, out) == (2, "")
    assert message in err


def test_all_pages_come_one_item_a_line(run: Run, questionpro: Any) -> None:
    from questionpro_api.models import SurveyResponseCreate

    minimal = SurveyResponseCreate.from_dict({"responseSet": []})
    for _ in range(4):
        questionpro.responses.create_response(7654321, body=minimal)
    command = ("call", "questionpro", "responses", "list-responses", "7654321", "--per-page", "2", "--json")
    status, out, _ = run(*command, "--all")
    assert status == 0
    assert len({json.loads(line)["responseID"] for line in out.splitlines()}) == 5
    assert len(json.loads(run(*command)[1])["response"]) == 2


def test_wait_shows_what_changes_and_prints_the_last_object(run: Run) -> None:
    status, out, err = run("wait", "supermetrics", "qrb_3feb5ff5c71e", "--interval", "0.01", "--json")
    assert (status, err.split()[-1]) == (0, "STOPPED")
    assert json.loads(out)["status_code"] == "STOPPED"


def test_wait_ends_at_a_condition(run: Run) -> None:
    status, out, _ = run("wait", "supermetrics", "qrb_3feb5ff5c71e", "--until", "query_amount=3", "--json")
    assert (status, json.loads(out)["query_amount"]) == (0, 3)


def test_wait_gives_up_and_says_how_to_go_on(run: Run) -> None:
    status, out, err = run("wait", "questionpro", "4445556", "--until", "status=Never", "--timeout", "0.05")
    assert (status, out) == (6, "")
    assert "the same command waits on" in err


def test_a_condition_is_needed_where_no_end_state_is_documented(run: Run) -> None:
    status, _, err = run("wait", "asavie", "1")
    assert status == 2
    assert "--until" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["call", "questionpo"], "did you mean questionpro?"),
        (["call", "questionpro", "micropanl"], "did you mean micropanel?"),
        (["call", "questionpro", "micropanel", "get_batsh", "1"], "did you mean get-batch?"),
        (["call", "questionpro", "micropanel", "zzz"], "there are create-batch, get-batch"),
        (["call", "questionpro", "micropanel", "get-batch", "abc"], "not a valid integer"),
        (
            ["call", "questionpro", "micropanel", "get-batch", "1", "--emulator", "--base-url", "http://x"],
            "goes without",
        ),
        (["call", "questionpro", "micropanel", "get-batch", "1", "--base-url", "ftp://x"], "base_url must be"),
        (["wait", "questionpro", "4445556", "--until", "status"], "--until is FIELD=VALUE"),
        (["wait", "questionpro", "4445556", "--until", "colour=red"], "no field 'colour'"),
        (["wait", "questionpro", "4445556", "--timeout", "0"], "not in the range"),
    ],
)
def test_wrong_usage_is_one_line_with_the_way_out(run: Run, arguments: list[str], message: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.splitlines()[-1].startswith("truecopy: ")
    assert "--help" in err


def test_a_missing_credential_names_the_variable() -> None:
    ran = process("call", "questionpro", "micropanel", "get-batch", "1", QUESTIONPRO_API_KEY="")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "QUESTIONPRO_API_KEY" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_a_failure_of_the_provider_is_one_line_with_the_way_out(run: Run) -> None:
    status, out, err = run("call", "questionpro", "micropanel", "get-batch", "1")
    assert (status, out) == (3, "")
    assert err.startswith("truecopy: questionpro micropanel.get_batch: 404")
    assert "check the ids" in err
    assert len(err.splitlines()) == 1


def test_a_refused_credential_names_the_variable_and_not_the_value() -> None:
    ran = process("call", "questionpro", "micropanel", "get-batch", "1", QUESTIONPRO_API_KEY="wrong-key-77")
    assert ran.returncode == 3
    assert "QUESTIONPRO_API_KEY" in ran.stderr
    assert "wrong-key-77" not in ran.stderr


def test_no_connection_says_that_nothing_was_processed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ran = process("call", "asavie", "batches", "get-batch", "1", "--base-url", url)
    assert ran.returncode == 4
    assert "nothing was processed" in ran.stderr


def test_an_answer_that_breaks_the_spec_and_one_that_would_steer_the_terminal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = os.environ | {"QUESTIONPRO_BASE_URL": url}
        for status, body, expected in (
            (200, b'{"response": []}', 5),
            (400, b'{"response": {"error": {"message": "\\u001b[31mred\\nand more"}}}', 3),
        ):
            command = [sys.executable, "-m", "truecopy", "call", "questionpro", "micropanel", "get-batch", "1"]
            ran = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
                _, err = ran.communicate(timeout=30)
            assert ran.returncode == expected
            assert "\x1b" not in err
            assert len(err.splitlines()) == 1


def test_interrupting_a_call_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "truecopy", "call", "questionpro", "micropanel", "get-batch", "1"]
        # A shell starts what it puts in the background with the signal ignored, which children inherit.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            ran = subprocess.Popen([*command, "--base-url", url], stderr=subprocess.PIPE, text=True)
        finally:
            signal.signal(signal.SIGINT, before)
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            ran.send_signal(signal.SIGINT)
            _, err = ran.communicate(timeout=30)
    assert (ran.returncode, err.strip()) == (130, "truecopy: interrupted")


def test_a_reader_that_has_enough_is_no_error() -> None:
    command = f"{sys.executable} -m truecopy operations --json | head -n 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("[\n", "")


@pytest.mark.parametrize("form", ["", "--json"])
def test_a_reader_that_has_gone_is_no_error_whatever_the_form(form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "truecopy", "operations", *form.split()]
    ran = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_stream_that_cannot_write_every_character_gets_escapes(asavie: Any) -> None:
    made = asavie.batches.create_batch(body=Batch(name="\u65e5\u672c"))
    ran = process("call", "asavie", "batches", "get-batch", made.id, PYTHONIOENCODING="latin-1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "\\u65e5\\u672c" in ran.stdout


def test_a_full_disk_and_closed_streams_are_no_tracebacks() -> None:
    command = f"{sys.executable} -m truecopy "
    full = subprocess.run(command + "operations > /dev/full", shell=True, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (full.returncode, full.stderr) == (1, "truecopy: cannot write: No space left on device\n")
    call = command + "call supermetrics query create-batch --body - --emulator <&- >&-"
    closed = subprocess.run(call, shell=True, stderr=subprocess.PIPE, text=True, timeout=60)
    assert closed.returncode == 2
    assert "--body is not JSON" in closed.stderr


def test_bodies_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_text(json.dumps(BODY), encoding="utf-8-sig")
    assert cli._body(str(tmp_path / "body.json")) == BODY


def test_operations_lists_every_operation_of_every_spec(run: Run) -> None:
    status, out, _ = run("operations", "--json")
    listed = {(row["provider"], row["resource"], row["operation"]) for row in json.loads(out)}
    assert status == 0
    assert ("questionpro", "micropanel", "get-batch") in listed
    assert {provider for provider, _, _ in listed} == set(cli.PROVIDERS)
    status, table, _ = run("operations", "supermetrics")
    assert status == 0
    assert "cancel-batch" in table
    assert "micropanel" not in table


def test_every_operation_has_a_command_that_explains_itself(run: Run) -> None:
    rows = json.loads(run("operations", "--json")[1])
    for row in rows:
        status, out, _ = run("call", row["provider"], row["resource"], row["operation"], "--help")
        assert status == 0
        assert row["summary"] in out
        assert "Exit status:" in out


def test_help_comes_without_the_clients_and_states_the_exit_statuses() -> None:
    code = "import sys; from truecopy import cli; cli.run(['--help']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert all(f"  {status}" in ran.stdout for status in cli.STATUSES)
    assert not {"httpx", "rich", "pyreqwest", "truecopy.calls"} & set(ran.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_can_be_taught_to_complete(shell: str) -> None:
    assert "_TRUECOPY_COMPLETE" in process(_TRUECOPY_COMPLETE=f"{shell}_source").stdout


def test_completion_knows_the_operations() -> None:
    words = {"COMP_WORDS": "truecopy call questionpro micropanel get", "COMP_CWORD": "4"}
    ran = process(_TRUECOPY_COMPLETE="bash_complete", **words)
    assert ran.stdout == "plain,get-batch\n"


def test_every_exception_has_an_exit_status_that_is_documented() -> None:
    def kinds(kind: type[errors.TruecopyError]) -> set[type[errors.TruecopyError]]:
        return {kind}.union(*map(kinds, kind.__subclasses__()))

    for kind in kinds(errors.TruecopyError) - {errors.TruecopyError}:
        status = next(status for error, status, _ in cli.OUTCOMES if issubclass(kind, error))
        assert status in cli.STATUSES


def test_the_guide_states_the_exit_statuses() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text()
    assert all(f"| {status} | {meaning} |" in guide for status, meaning in cli.STATUSES.items())
