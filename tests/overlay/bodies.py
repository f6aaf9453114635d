"""Bodies of answers, drawn from the specs' own schemas, and what becomes of them when a provider changes its mind."""

from __future__ import annotations

import copy
import datetime
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from truecopy.schema import Operation, Spec

from .wire import KEY

Json = Any

numbers: st.SearchStrategy[Json] = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=12)
leaves = st.none() | st.booleans() | numbers | texts
odd_texts = st.sampled_from(
    [
        "",
        "0",
        "null",
        "20201005",
        "2020-W41-1",
        "2020-10-05",
        "2020-10-05T14:51:51",
        "2020-10-05 14:51:51Z",
        "2020-10-05T14:51:51.1234567Z",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "05 Oct, 2020 02:51:51 PM PDT",
        "\x00",
        "\ud800",
        "\u202e\u2028",
        "x" * 3000,
        KEY,
        f"the key {quote(KEY)} is unknown",
        f'{{"apiKey": "{KEY}"}}',
    ]
)
odd_numbers = st.sampled_from(
    [0, -1, 2**31, 2**53 + 1, 2**64, -(10**400), 10**4299, 1e308, 5e-324, -0.0, 1.0, 404, 503]
)
anything: st.SearchStrategy[Json] = st.recursive(
    leaves | odd_texts | odd_numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | odd_texts, inner, max_size=3),
    max_leaves=6,
)


def deep(levels: int) -> Json:
    """A list in a list in a list."""
    value: Json = 0
    for _ in range(levels):
        value = [value]
    return value


def success_schema(spec: Spec, operation: Operation) -> dict[str, Any]:
    """The schema of the first documented success."""
    responses = operation.node["responses"]
    success = spec.resolve(responses[min(status for status in responses if status.startswith("2"))])
    schema: dict[str, Any] = next(iter(success["content"].values()))["schema"]
    return schema


def failures(spec: Spec, operation: Operation) -> st.SearchStrategy[tuple[int, Json]]:
    """A documented failure: its status and a body that conforms."""
    found = []
    for status, node in operation.node["responses"].items():
        content = spec.resolve(node).get("content", {})
        if not status.startswith("2") and "application/json" in content:
            found.append(st.tuples(st.just(int(status)), values(spec, content["application/json"]["schema"])))
    return st.one_of(found)


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
    return st.one_of([_typed(spec, schema, name) for name in ([names] if isinstance(names, str) else names)])


def _typed(spec: Spec, schema: dict[str, Any], name: str) -> st.SearchStrategy[Json]:
    match name:
        case "object":
            return _objects(spec, schema)
        case "array":
            return st.lists(values(spec, schema["items"]), max_size=2)
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
            return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 40), 40))


def _objects(spec: Spec, schema: dict[str, Any]) -> st.SearchStrategy[Json]:
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
    return st.builds(lambda some, more: {**more, **some}, known, st.dictionaries(names, others, max_size=1))


@st.composite
def mutated(draw: st.DrawFn, body: Json) -> Json:
    """The body with one to three of its parts removed, replaced, wrapped, renamed or added to."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        parent, key, at = None, None, body  # type: Any, Any, Any
        while isinstance(at, dict | list) and at and (parent is None or draw(st.integers(0, 3))):
            key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            parent, at = at, at[key]
        if parent is None:
            body = draw(anything)
        else:
            _change(draw, parent, key)
    return body


def _change(draw: st.DrawFn, parent: Any, key: Any) -> None:
    old = parent[key]
    match draw(st.sampled_from(["drop", "null", "retype", "wrap", "list", "odd", "any", "extra", "rename", "deep"])):
        case "drop":
            del parent[key]
        case "null":
            parent[key] = None
        case "retype":
            parent[key] = {"changed": old} if isinstance(old, str | None) else str(old)
        case "wrap":
            parent[key] = {"data": old}
        case "list":
            parent[key] = [old]
        case "odd":
            parent[key] = draw(odd_texts | odd_numbers)
        case "deep":
            parent[key] = deep(draw(st.sampled_from([50, 200, 900])))
        case "extra" | "rename" as kind if isinstance(parent, dict):
            parent[draw(texts | odd_texts)] = draw(anything) if kind == "extra" else parent.pop(key)
        case _:
            parent[key] = draw(anything)
