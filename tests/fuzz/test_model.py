"""What the checks of our own are made of: lines for a shell, fingerprints, lookalikes, bodies in XML, split queries."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from truecopy_tools.fuzz import asking, checks
from truecopy_tools.fuzz.asavie_xml import from_xml, local, to_xml
from truecopy_tools.fuzz.corners import lookalikes
from truecopy_tools.fuzz.curl import LONGEST, MARK, command
from truecopy_tools.fuzz.model import _runs

NO_CONTEXT: Any = None
"""Of a run, at which none of these looks."""


@pytest.mark.parametrize(
    "body", [b"", b"@file", b'it\'s "$HOME" `x`', b"a\0b\xff", "\u65e5\U0001f600".encode(), b"line\nline"]
)
def test_a_line_sends_the_request_byte_for_byte(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUZZ_CREDENTIAL", "s3cret key")
    headers = {"api-key": "s3cret key", "Content-Length": "3", "X-Empty": ""}
    line = command("POST", "http://127.0.0.1/a/../b?c=[1]&d=s3cret%20key", headers, body)
    # Instead of sending it, show what curl would be given.
    shown = f"curl() {{ printf '%s\\0' \"$@\"; [[ \" $* \" == *' @- '* ]] && cat; }}; {line}"
    given = subprocess.run(["bash", "-c", shown], capture_output=True, check=False).stdout.split(b"\0")
    assert b"http://127.0.0.1/a/../b?c=[1]&d=" + MARK.encode() in given
    assert f"api-key: {MARK}".encode() in given
    assert b"X-Empty;" in given
    assert b"Content-Length" not in b" ".join(given)
    if b"--data-raw" in given:
        assert given[given.index(b"--data-raw") + 1] == body
    elif body:
        assert b"\0".join(given).endswith(b"\0" + body)


def test_what_no_line_can_hold_is_said() -> None:
    assert command("PUT", "http://x/", {}, b"x" * (LONGEST + 1)).startswith("# PUT http://x/ with ")


def test_a_fingerprint_is_the_same_whatever_was_drawn() -> None:
    texts = [
        f"sent {asking.short(value)} as /Name, stored {asking.short({'a': [value]})} at http://127.0.0.1:{port}/x"
        for value, port in (("x", 1), ('"' * 300, 23), (5, 456), ({"a": "b"}, 7))
    ]
    assert {asking.fingerprint(text) for text in texts} == {"sent \u2026 as /Name, stored \u2026 at \u2026"}
    assert asking.fingerprint("the id is lost") != asking.fingerprint("the id is old")


def test_lookalikes_are_what_lax_readers_take() -> None:
    def valid(value: Any) -> bool:
        return isinstance(value["n"], int) and not isinstance(value["n"], bool) and isinstance(value["t"], list)

    made = [value for _, value in lookalikes({"n": 7, "t": ["x"]}, valid, set())]
    assert {repr(value["n"]) for value in made} >= {"'7'", "7.5", "True"}
    assert {"n": 7, "t": {"0": "x"}} in made
    assert list(lookalikes({"n": 7, "t": ["x"]}, valid, {"n integer", "t array", "t/* string"})) == []


def test_a_batch_is_the_same_in_xml() -> None:
    batch = {"Name": "a & <b> ]]>", "AppTag": None, "Parameters": {"k": " v "}, "Status": 3}
    assert {local(child): from_xml(child) for child in fromstring(to_xml(batch))} == batch
    with pytest.raises(ValueError, match="not in XML"):
        to_xml({"Name": "a\0b"})


def test_queries_are_split_as_the_policies_say() -> None:
    query = {"ds_accounts": "a, b", "start_date": "2024-02-28", "end_date": "2024-03-01"}
    whole = {"ds_accounts": ["a", "b"], "start_date": "2024-02-28", "end_date": "2024-03-01"}
    assert list(_runs({"queries": [query]})) == [whole]
    split = list(_runs({"queries": [query], "split_accounts_policy": "all", "split_dates_policy": "day"}))
    assert [run["ds_accounts"] for run in split] == [["a"]] * 3 + [["b"]] * 3
    assert [run["start_date"] for run in split[:3]] == ["2024-02-28", "2024-02-29", "2024-03-01"]


def test_ids_are_chosen_so_that_a_path_can_say_them() -> None:
    from truecopy_tools.fuzz import hooks

    case, chosen = _case("Asavie", "createBatch"), []
    for _ in range(16):
        case.body = {"ID": "%C3%A4 100%", "Name": "%20"}
        hooks.choose_new_ids(NO_CONTEXT, case, {})
        assert case.body["Name"] == "%20"
        chosen.append(case.body["ID"])
    assert {text[:6] for text in chosen} == {"ä 100%"}
    assert len(set(chosen)) == 15  # two are the same: that a taken id is refused has to be seen too


def test_an_answer_over_which_a_check_stumbles_fails_it() -> None:
    page = {"currentPage": 1, "perPage": 0, "totalItems": 0, "totalPages": 0}
    response: Any = SimpleNamespace(
        status_code=200,
        request=SimpleNamespace(method="GET", url="http://here/?perPage=0"),
        headers={"content-type": ["application/json"]},
        content=b"{}",
        json=lambda: {"response": [], "pagination": page},
    )
    with pytest.raises(asking.Broken, match="cannot be judged: ZeroDivisionError"):
        checks.pages_join_up(NO_CONTEXT, response, _case("QuestionPro", "listResponses"))


@pytest.mark.parametrize(
    ("status", "content", "told"),
    [
        (200, b'{"link": "http://here/?apiKey=a-key-to-tell"}', "the credential"),
        (400, b'{"message": "Traceback (most recent call last)"}', "the frames of a stack"),
        (500, b"   at AS.Models.API.Batch..ctor(String s) in C:\\Batch.cs:line 7", "the frames of a stack"),
        (200, b'{"message": "Traceback (most recent call last)"}', ""),  # somebody's text
        (400, b'{"message": "there is no main.py:7"}', ""),  # as it was asked for
    ],
)
def test_secrets_in_answers_are_seen(status: int, content: bytes, told: str) -> None:
    headers = {"api-key": "a-key-to-tell"}
    request = SimpleNamespace(method="GET", url="http://here/main.py:7", headers=headers, body=None)
    response: Any = SimpleNamespace(status_code=status, request=request, headers={}, content=content)
    case = _case("QuestionPro", "getBatch")
    if told:
        with pytest.raises(asking.Broken, match=told):
            checks.answers_tell_no_secrets(NO_CONTEXT, response, case)
    else:
        assert checks.answers_tell_no_secrets(NO_CONTEXT, response, case) is None


def _case(title: str, operation_id: str) -> Any:
    """A case of an operation, as far as checks look at it."""
    schema = SimpleNamespace(
        raw_schema={"info": {"title": title}}, config=SimpleNamespace(rate_limit_for=lambda operation: None)
    )
    definition = SimpleNamespace(raw={"operationId": operation_id})
    return SimpleNamespace(
        operation=SimpleNamespace(schema=schema, definition=definition, method="get", label=f"GET /{operation_id}")
    )
