"""Clients under fuzz: every operation gets conforming and broken answers over real sockets.

Synchronous and asynchronous clients, over pyreqwest and over httpx, have to come to the same verdict: the model of what
was sent, or an exception of ours that holds no credential. What is found is kept in ``tests/corpus``.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, note, settings
from hypothesis import strategies as st
from truecopy import errors
from truecopy.schema import Operation

from .bodies import Json, bodies, mutated, operations
from .conftest import KEY
from .test_corpus import entry
from .wire import Clients, Sent, clients

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

CASES = operations()
MEDIA_TYPES = ["application/json", "application/json; charset=utf-8", "text/html", "application/octet-stream", "", "?"]
ODD_VALUES = ["", "0", "1", "-1", "1e3", "1e999", "nan", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 40, KEY, "a,b"]
ODD_HEADERS = ["retry-after", "retry-after-ms", "x-ratelimit-limit", "x-ratelimit-remaining", "x-request-id", "date"]


@pytest.fixture(scope="module")
def every() -> Iterator[Clients]:
    with clients() as all_of_them:
        yield all_of_them


@cache
def documented(provider: str, operation: Operation, status: str | None) -> st.SearchStrategy[Json]:
    return bodies(provider, operation, status)


@st.composite
def contents(draw: st.DrawFn, body: Json) -> bytes:
    """A body as bytes: what was drawn, changed as JSON or as bytes."""
    how = draw(st.sampled_from(["conforming", "conforming", "mutated", "mutated", "key", "cut", "bytes", "deep"]))
    if how == "bytes":
        return draw(st.binary(max_size=60))
    if how == "deep":
        return draw(st.sampled_from([b"[", b'{"data":'])) * draw(st.sampled_from([50, 5_000, 200_000]))
    if how == "mutated":
        body = draw(mutated(body))
    if how == "key":
        body = draw(st.sampled_from([KEY, {"error": KEY}, {"Message": KEY, "message": {"token": KEY}}, [KEY]]))
    content = json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return content[: draw(st.integers(0, len(content)))] if how == "cut" else content


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, Operation, Sent]:
    """An operation and what its server answers."""
    provider, operation = draw(st.sampled_from(CASES))
    known = [status for status in operation.node["responses"] if status.isdigit()]
    status = draw(st.sampled_from([int(each) for each in known]) | st.integers(200, 599))
    body = draw(documented(provider, operation, str(status) if str(status) in known else None))
    content = draw(contents(body))
    headers = [("content-type", draw(st.sampled_from(MEDIA_TYPES)))]
    coding = draw(st.sampled_from(["", "", "", "gzip", "gzip, but plain", "gzip, but cut", "br", "identity"]))
    if coding:
        headers.append(("content-encoding", coding.partition(",")[0]))
    if coding.startswith("gzip") and not coding.endswith("plain"):
        content = gzip.compress(content, 1)
        content = content[: len(content) // 2] if coding.endswith("cut") else content
    pairs = st.tuples(st.sampled_from(ODD_HEADERS), st.sampled_from(ODD_VALUES))
    headers += draw(st.lists(pairs, max_size=2, unique_by=lambda pair: pair[0]))
    if status in (204, 304):
        return provider, operation, Sent(status, headers, b"")
    framing = draw(st.sampled_from(["length", "length", "length", "chunks", "close", "too long", "cut chunks"]))
    if framing in ("length", "too long"):
        headers.append(("content-length", str(len(content) + 7 * (framing == "too long"))))
    if "chunks" in framing:
        headers.append(("transfer-encoding", "chunked"))
        content = b"%x\r\n%b\r\n" % (len(content), content) if content else b""
        content += b"" if framing == "cut chunks" else b"0\r\n\r\n"
    whole = framing not in ("too long", "cut chunks") and not coding.endswith("cut")
    return provider, operation, Sent(status, headers, content, framing in ("length", "chunks"), whole)


def comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    """An outcome without what transports word each in its own way: why a connection broke off."""
    broken = "broke off" in outcome.get("detail", "") or outcome.get("raised") == "MaybeSentError"
    return {name: value for name, value in outcome.items() if not (broken and name in ("detail", "body"))}


@given(case=answers(), on_mismatch=st.sampled_from(["raise", "warn"]))
def test_all_clients_make_the_same_of_an_answer(
    every: Clients, case: tuple[str, Operation, Sent], on_mismatch: str
) -> None:
    provider, operation, sent = case
    note("to keep it, add to tests/corpus:\n" + yaml.safe_dump([entry(provider, operation, sent)], sort_keys=False))
    every.log.clear()
    outcomes = every.outcomes(provider, operation.id, sent, on_mismatch)
    assert all(comparable(outcome) == comparable(outcomes[0]) for outcome in outcomes), outcomes
    first = outcomes[0]
    assert KEY not in " ".join(every.log)
    assert first.get("raised") not in ("ConfigurationError", "WaitTimeoutError", "TruecopyError")
    if "raised" in first:
        assert first.get("http_status", sent.status) == sent.status
        assert sent.whole or sent.status >= 300 or first["raised"] == "MaybeSentError"
        assert issubclass(getattr(errors, first["raised"]), errors.TruecopyError)
    else:
        assert 200 <= sent.status < 300
        assert sent.whole
        assert bool(first["warned"]) <= (on_mismatch == "warn")
