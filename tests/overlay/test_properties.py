"""Bodies made from the specs go through the real parsing path.

Bodies that conform round-trip exactly, date-times being compared as instants; mutated ones give a model or
ResponseMismatchError, nothing else. Profile ``ci`` runs by default; HYPOTHESIS_PROFILE=nightly runs 20,000 examples.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import importlib
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
from truecopy.schema import Operation, Spec

from .conftest import KEY

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

Json = Any
PROVIDERS = ("QuestionPro", "Supermetrics", "Asavie")


def values(spec: Spec, schema: dict[str, Any]) -> st.SearchStrategy[Json]:
    """Values that conform to a schema, as far as the specs' answers use JSON Schema."""
    schema = spec.resolve(schema)
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices and "type" not in schema:
        return st.one_of([values(spec, choice) for choice in choices])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    names = schema.get("type", "object")
    return st.one_of([typed(spec, schema, name) for name in ([names] if isinstance(names, str) else names)])


def typed(spec: Spec, schema: dict[str, Any], name: str) -> st.SearchStrategy[Json]:
    match name:
        case "object":
            return objects(spec, schema)
        case "array":
            return st.lists(values(spec, schema["items"]), max_size=3)
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "number":
            return numbers
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _ if schema.get("format") == "date-time":
            return st.datetimes(timezones=st.just(datetime.UTC)).map(lambda d: d.isoformat().replace("+00:00", "Z"))
        case _ if schema.get("format") == "date":
            return st.dates().map(datetime.date.isoformat)
        case _:
            return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength"))


def objects(spec: Spec, schema: dict[str, Any]) -> st.SearchStrategy[Json]:
    required = set(schema.get("required", ()))
    members = {name: values(spec, member) for name, member in schema.get("properties", {}).items()}
    known = st.fixed_dictionaries(
        {name: member for name, member in members.items() if name in required},
        optional={name: member for name, member in members.items() if name not in required},
    )
    extra = schema.get("additionalProperties")
    if extra is False:
        return known
    others = values(spec, extra) if isinstance(extra, dict) else leaves
    names = st.text(max_size=8).filter(lambda name: name not in members)
    return st.builds(lambda some, more: {**more, **some}, known, st.dictionaries(names, others, max_size=2))


numbers: st.SearchStrategy[Json] = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=9)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def operations() -> list[tuple[str, Operation]]:
    """Operations that answer JSON and are not in use by the client itself."""
    found = []
    for name in PROVIDERS:
        spec = importlib.import_module(f"truecopy.{name.lower()}").PROVIDER.spec
        found += [(name, operation) for operation in spec.operations() if operation.success is not None]
    return found


def schema_of(spec: Spec, operation: Operation) -> dict[str, Any]:
    responses = operation.node["responses"]
    success = spec.resolve(responses[min(status for status in responses if status.startswith("2"))])
    schema: dict[str, Any] = next(iter(success["content"].values()))["schema"]
    return schema


class Wire(httpx.BaseTransport):
    """Answers whatever it is told to: everything but the socket is real."""

    body = b""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=self.body)


def called(provider: str, operation: Operation, body: Json, **options: Any) -> Any:
    wire = Wire()
    wire.body = json.dumps(body).encode()
    token = {"api_key" if provider == "QuestionPro" else "token": KEY}
    client = getattr(truecopy, provider)(**token, http_client=wire, retries=0, **options)
    raw = getattr(client.with_raw_response, operation.tag)
    arguments: dict[str, Any] = {p["python"]: SAMPLE[p["schema"]["type"]] for p in operation.described}
    if operation.body is not None:
        arguments["body"] = BODIES[operation.id](provider)
    return getattr(raw, operation.method_name)(**arguments)


SAMPLE = {"integer": 1, "string": "x"}


def model(provider: str, name: str, **members: Any) -> Any:
    return getattr(importlib.import_module(f"{provider.lower()}_api.models"), name).from_dict(members)


BODIES: dict[str, Any] = {
    "createBatch": lambda provider: (
        model(provider, "MicropanelBatchCreate", compose={"surveyID": 1}, recipients={"filterType": 1})
        if provider == "QuestionPro"
        else model(provider, "QueryBatchCreate", queries=[])
        if provider == "Supermetrics"
        else model(provider, "Batch")
    ),
    "createResponse": lambda provider: model(provider, "SurveyResponseCreate", responseSet=[]),
    "filterResponses": lambda provider: model(provider, "ResponseFilter"),
    "createToken": lambda provider: model(
        provider, "TokenRequest", grant_type="client_credentials", client_id="i", client_secret="s"
    ),
}


def comparable(value: Json) -> Json:
    """A value with its date-times as instants."""
    if isinstance(value, dict):
        return {name: comparable(member) for name, member in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str) and len(value) >= 20 and value[10] == "T":
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


@st.composite
def mutated(draw: st.DrawFn, body: Json) -> Json:
    """The body with some of its parts removed, replaced, doubled or wrapped."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        at, parent, key = body, None, None  # type: Any, Any, Any
        while isinstance(at, dict | list) and at and (parent is None or draw(st.integers(0, 3))):
            key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            parent, at = at, at[key]
        new = draw(st.one_of(anything, st.just([at]), st.just({"data": at}), st.just(str(at))))
        if parent is None:
            body = new
        elif draw(st.booleans()):
            del parent[key]
        else:
            parent[key] = new
    return body


CASES = [pytest.param(*case, id=f"{case[0]}.{case[1].name}") for case in operations()]
SHARE = settings().max_examples // len(CASES) // 2 + 1
"""Both properties of all operations together make up the profile's number of examples."""


@pytest.mark.parametrize(("provider", "operation"), CASES)
def test_a_conforming_answer_round_trips(provider: str, operation: Operation) -> None:
    spec = importlib.import_module(f"truecopy.{provider.lower()}").PROVIDER.spec

    @settings(max_examples=SHARE)
    @given(values(spec, schema_of(spec, operation)))
    def check(body: Json) -> None:
        payload = spec.document["x-payload"]
        try:
            raw = called(provider, operation, body)
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
    spec = importlib.import_module(f"truecopy.{provider.lower()}").PROVIDER.spec

    @settings(max_examples=SHARE)
    @given(values(spec, schema_of(spec, operation)).flatmap(mutated), st.sampled_from(["raise", "warn"]))
    def check(body: Json, on_mismatch: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.ResponseMismatchWarning)
            try:
                raw = called(provider, operation, body, on_mismatch=on_mismatch)
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
