"""Bodies made from the specs go through the real parsing path.

Bodies that conform round-trip exactly, date-times being compared as instants; mutated ones give a model or
ResponseMismatchError, nothing else. Profile ``ci`` runs by default; HYPOTHESIS_PROFILE=nightly runs 20,000 examples.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from typing import Any

import httpx
import pytest
import truecopy
from hypothesis import given, settings
from hypothesis import strategies as st
from truecopy import errors
from truecopy.schema import Operation

from .bodies import Json, arguments, bodies, comparable, mutated, operations, spec_of
from .conftest import KEY

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


class Wire(httpx.BaseTransport):
    """Answers whatever it is told to: everything but the socket is real."""

    body = b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.body)


def called(provider: str, operation: Operation, sent: dict[str, Any], body: Json, **options: Any) -> Any:
    wire = Wire()
    wire.body = json.dumps(body).encode()
    token = {"api_key" if provider == "QuestionPro" else "token": KEY}
    client = getattr(truecopy, provider)(**token, http_client=wire, retries=0, **options)
    raw = getattr(client.with_raw_response, operation.tag)
    return getattr(raw, operation.method_name)(**sent)


CASES = [pytest.param(*case, id=f"{case[0]}.{case[1].name}") for case in operations()]
SHARE = settings().max_examples // len(CASES) // 2 + 1
"""Both properties of all operations together make up the profile's number of examples."""


@pytest.mark.parametrize(("provider", "operation"), CASES)
def test_a_conforming_answer_round_trips(provider: str, operation: Operation) -> None:
    payload, sent = spec_of(provider).document["x-payload"], arguments(provider, operation)

    @settings(max_examples=SHARE)
    @given(bodies(provider, operation))
    def check(body: Json) -> None:
        try:
            raw = called(provider, operation, sent, body)
        except errors.ApiError:
            assert provider == "Asavie"  # an envelope may say failure
            return
        except errors.ResponseMismatchError as error:
            # A payload that is optional and absent is no result.
            if (error.pointer, body.get(payload)) != (f"/{payload}", None):
                raise
            return
        assert raw.envelope == body
        if raw.data is None:
            assert operation.accepts
            assert body.get(payload) is None
            return
        result = raw.data if isinstance(raw.data, dict) else raw.data.to_dict()
        assert comparable(result) in (comparable(body), comparable(body.get(payload)))

    check()


@pytest.mark.parametrize(("provider", "operation"), CASES)
def test_a_mutated_answer_gives_a_model_or_a_mismatch(provider: str, operation: Operation) -> None:
    sent = arguments(provider, operation)

    @settings(max_examples=SHARE)
    @given(
        bodies(provider, operation).flatmap(mutated),
        st.sampled_from(["raise", "warn"]),
    )
    def check(body: Json, on_mismatch: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.ResponseMismatchWarning)
            try:
                raw = called(provider, operation, sent, body, on_mismatch=on_mismatch)
            except (errors.ResponseMismatchError, errors.ApiError):
                return
        assert isinstance(raw.data, dict) or (raw.data is None and operation.accepts) or raw.data.to_dict() is not None

    check()


@settings(max_examples=SHARE * 5)
@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_bytes_give_a_mismatch_or_a_model(body: bytes) -> None:
    wire = Wire()
    wire.body = body
    client = truecopy.Supermetrics(KEY, http_client=wire, retries=0)
    with contextlib.suppress(errors.ResponseMismatchError, errors.ApiError):
        client.query.get_batch("b")
