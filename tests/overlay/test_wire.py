"""Every client under fuzz: for every operation, answers that conform, answers that were changed, and answers that are
hardly HTTP, over real sockets.

Bounded by default; HYPOTHESIS_PROFILE=nightly (``make fuzz-clients``) draws 20,000 bodies, and heads and bytes besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supermetrics_api.models import QueryBatch
from truecopy import errors

from . import bodies
from .wire import CODINGS, DRIVERS, KEY, Case, Rig, comparable, no_secret_in, operations, spec_of

NAMES = [name for name, operation in operations().items() if operation.success is not None]
SHARE = -(-settings().max_examples // (2 * len(NAMES)))
"""Conforming and changed bodies of all operations together make up the profile's number of examples."""

framings = st.sampled_from(["length", "chunked", "close"])
modes = st.fixed_dictionaries({"on_mismatch": st.sampled_from(["raise", "warn"]), "retries": st.integers(0, 1)})


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


def success(name: str) -> st.SearchStrategy[Any]:
    spec = spec_of(name.split(".")[0])
    return bodies.values(spec, bodies.success_schema(spec, operations()[name]))


def status_of(name: str) -> int:
    return int(min(status for status in operations()[name].node["responses"] if status.startswith("2")))


@pytest.mark.parametrize("name", NAMES)
def test_what_conforms_round_trips(rig: Rig, name: str) -> None:
    provider = name.split(".")[0]
    payload = spec_of(provider).document["x-payload"]

    @settings(max_examples=SHARE)
    @given(success(name), framings, st.sampled_from(["", "gzip", "deflate", "identity"]))
    def check(body: Any, framing: str, coding: str) -> None:
        case = Case(name, status_of(name), body=json.dumps(body).encode(), framing=framing, coding=coding)
        first = rig.judge(case)[0]
        if isinstance(first.error, errors.ApiError):
            assert provider == "asavie", "only Asavie's envelope says failure in members that are in its schema"
        elif first.error is not None:
            # A payload that is optional and absent is no result.
            assert isinstance(first.error, errors.ResponseMismatchError)
            assert (first.error.pointer, body.get(payload)) == (f"/{payload}", None)
        elif first.response.data is not None:
            data = first.response.data
            said = data if isinstance(data, dict) else data.to_dict()
            assert comparable(said) in (comparable(body), comparable(body.get(payload)))

    check()


@pytest.mark.parametrize("name", NAMES)
def test_what_was_changed_is_a_model_or_a_mismatch(rig: Rig, name: str) -> None:
    @settings(max_examples=SHARE)
    @given(success(name).flatmap(bodies.mutated), modes)
    def check(body: Any, mode: dict[str, Any]) -> None:
        rig.judge(Case(name, status_of(name), body=json.dumps(body).encode(), **mode))

    check()


garbage = st.sampled_from(
    ["", "0", "-1", "2", "1.5", "nan", "inf", "1e400", "9" * 400, "soon", "Wed, 21 Oct 2015 07:28:00 GMT", KEY]
)
garbage |= st.sampled_from(
    ["Wed, 21 Oct 9999 07:28:00 -9999", "Thu, 01 Jan 0000 00:00:00 GMT", f"bearer {KEY}", "\xe9\xff", "x" * 6000, "²"]
)
names = st.sampled_from(["retry-after", "retry-after-ms", "Retry-After", "x-ratelimit-limit", "x-ratelimit-remaining"])
names |= st.sampled_from(
    ["x-request-id", "request-id", "location", "set-cookie", "date", "age", "server", "via", "x-y"]
)
content_types = st.sampled_from(
    ["application/json", "application/json; charset=utf-16", "text/html", "application/octet-stream", "", ";;;", KEY]
)
headers = st.builds(
    lambda label, more: (*([("content-type", label)] if label is not None else []), *more),
    st.none() | content_types,
    st.lists(st.tuples(names, garbage), max_size=4),
).map(tuple)
statuses = st.sampled_from(
    [200, 201, 202, 203, 206, 226, 299, 300, 302, 307, 400, 401, 403, 404, 405, 408, 409, 410, 412]
)
statuses |= st.sampled_from([413, 415, 418, 422, 425, 428, 429, 429, 499, 500, 502, 503, 504, 508, 520, 529, 561, 599])


@st.composite
def changed_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    at = draw(st.integers(0, len(content)))
    match draw(
        st.sampled_from(["as it is", "cut", "insert", "empty", "bom", "utf-16", "more", "deep", "wide", "blank"])
    ):
        case "cut":
            return content[:at]
        case "insert":
            odd = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"NaN", b"-Infinity", b"1e400", b"\\ud800", b"9" * 5000]
            return content[:at] + draw(st.sampled_from(odd)) + content[at:]
        case "empty":
            return b""
        case "bom":
            return b"\xef\xbb\xbf" + content
        case "utf-16":
            return content.decode().encode("utf-16")
        case "more":
            return content + draw(st.binary(max_size=4))
        case "deep":
            levels = draw(st.sampled_from([100, 990, 100_000]))
            return b'{"data":' * levels + content + b"}" * levels
        case "wide":
            return b"[" + b"{}," * 5000 + content + b"]"
        case "blank":
            return draw(st.binary(max_size=60))
        case _:
            return content


def answered(name: str) -> st.SearchStrategy[tuple[int, Any]]:
    """A status and a body: a documented success or failure, changed or not, under a status that fits or not."""
    ours = st.tuples(st.just(status_of(name)), success(name)) | bodies.failures(
        spec_of(name.split(".")[0]), operations()[name]
    )
    status = statuses | st.none()
    body = ours.flatmap(lambda pair: st.tuples(status, st.just(pair[1]) | bodies.mutated(pair[1]), st.just(pair[0])))
    return body.map(lambda three: (three[0] or three[2], three[1]))


@pytest.mark.parametrize("name", NAMES)
def test_odd_answers(rig: Rig, name: str) -> None:
    """Statuses, headers, codings and bytes that are odd, in HTTP that is not."""

    @settings(max_examples=SHARE // 3)
    @given(
        answered(name).flatmap(lambda pair: st.tuples(st.just(pair[0]), changed_bytes(json.dumps(pair[1]).encode()))),
        headers,
        framings,
        st.sampled_from(["", "", "", *CODINGS]),
        modes,
    )
    def check(answer: tuple[int, bytes], head: Any, framing: str, coding: str, mode: dict[str, Any]) -> None:
        rig.judge(Case(name, answer[0], head, answer[1], coding, framing, **mode))

    check()


@pytest.mark.parametrize("name", NAMES)
def test_odd_http(rig: Rig, name: str) -> None:
    """Answers that break off, lie about their length, or are hardly HTTP: libraries may differ, none may go wrong."""
    cut = st.floats(0, 1)
    lie = st.sampled_from(["0", "1", "100000", "-1", "", "x", "99999999999999999999", "5, 5"]) | framings
    raw = st.none() | st.binary(max_size=80) | st.binary(max_size=40).map(lambda more: b"HTTP/1.1 200 OK\r\n" + more)
    status = st.sampled_from([100, 101, 103, 199, 204, 205, 304, 0, 600, 999, 200, 503])

    @settings(max_examples=max(SHARE // 8, 5))
    @given(answered(name), cut, lie, raw, status | st.none(), st.sampled_from(["close", "reset"]), modes)
    def check(
        answer: Any, sent: float, framing: str, raw: bytes | None, status: int | None, end: str, mode: Any
    ) -> None:
        body = json.dumps(answer[1]).encode()
        rig.judge(
            Case(
                name,
                answer[0] if status is None else status,
                body=body,
                framing=framing,
                end=end,
                sent=sent,
                raw=raw,
                alike=False,
                **mode,
            )
        )

    check()


@st.composite
def token_answers(draw: st.DrawFn) -> bytes:
    """What a token endpoint may answer; a token of ours starts with fresh-."""
    lifetime: Any = draw(st.sampled_from([3599, 0, -1, "60", "nan", "soon", None, 10**400, 1.5, [], True]))
    token: Any = draw(
        st.sampled_from(["fresh-1", "fresh-2", "", "fresh- ", "fresh-\n", "fresh-\xe9", None, 7, ["fresh-"]])
    )
    body = {"access_token": token, "token_type": "bearer", "expires_in": lifetime}
    if draw(st.booleans()):
        body = draw(bodies.mutated(body))
    return draw(changed_bytes(json.dumps(body).encode()))


def test_odd_token_answers(rig: Rig) -> None:
    """Client credentials are exchanged for a token that can be used, or there is an error that tells no secret."""

    @settings(max_examples=SHARE)
    @given(token_answers(), st.sampled_from([200, 200, 200, 201, 400, 401, 429, 503]))
    def check(body: bytes, status: int) -> None:
        outcomes = [rig.exchange(Case("asavie.auth.create_token", status, body=body), driver) for driver in DRIVERS]
        for outcome in outcomes:
            no_secret_in(outcome, "fresh-1", "fresh-2")
            assert len(outcome.requests) <= 2
            if outcome.error is None:
                token = json.loads(body)["access_token"]
                assert [each.target for each in outcome.requests] == ["/v1/authtoken", "/v1/batches/b"]
                assert outcome.requests[1].headers["authorization"] == f"Bearer {token}"
            else:
                assert isinstance(outcome.error, errors.TruecopyError), repr(outcome.error)
        assert len({type(outcome.error) for outcome in outcomes}) == 1

    check()


DEFECTS: dict[str, tuple[str, Any, Case]] = {
    "the credential is told": (
        "answers.redact",
        lambda text, secrets: text,
        Case("supermetrics.query.get_batch", 400, body=b'{"error": {"message": "%s"}}' % KEY.encode()),
    ),
    "what creates is sent twice": (
        "retry.Retries._safe",
        lambda self, error, idempotent: True,
        Case("questionpro.responses.create_response", 503, body=b"{}", retries=1),
    ),
    "a result is not what was answered": (
        "life.parsed",
        lambda model, body, payload, attribute: QueryBatch(batch_id="another"),
        Case("supermetrics.query.get_batch", body=b'{"meta": {"request_id": "r"}, "data": {"batch_id": "b"}}'),
    ),
    "an error that is none of ours": (
        "answers.rate_limit",
        lambda headers: headers["x-ratelimit-limit"],
        Case("asavie.batches.get_batch", 404, body=b"{}"),
    ),
}
"""What a client may do wrong: what is replaced in it, with what, and an answer that shows it."""


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defective_client_is_noticed(rig: Rig, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    place, instead, case = DEFECTS[name]
    rig.judge(case)
    monkeypatch.setattr(f"truecopy.{place}", instead)
    with pytest.raises(AssertionError) as caught:
        rig.judge(case)
    assert any("tests/corpus" in note for note in caught.value.__notes__)
