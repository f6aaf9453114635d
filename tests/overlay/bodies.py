"""Bodies for fuzzing the clients, made from the specs, and calls of every operation."""

from __future__ import annotations

import copy
import datetime
import importlib
import inspect
from functools import cache
from typing import Any

from hypothesis import strategies as st
from truecopy.schema import Operation, Spec

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
        found += [(name, operation) for operation in spec_of(name).operations() if operation.success is not None]
    return found


def spec_of(provider: str) -> Spec:
    spec: Spec = importlib.import_module(f"truecopy.{provider.lower()}").PROVIDER.spec
    return spec


def bodies(provider: str, operation: Operation, status: str | None = None) -> st.SearchStrategy[Json]:
    """Bodies that conform to a documented answer, by default to that of success; None where it has no body."""
    spec, responses = spec_of(provider), operation.node["responses"]
    status = status or min(status for status in responses if status.startswith("2"))
    content = spec.resolve(responses[status]).get("content", {})
    return values(spec, next(iter(content.values()))["schema"]) if content else st.none()


def least(spec: Spec, schema: dict[str, Any]) -> Json:
    """The least that conforms to a schema of a request."""
    schema = spec.resolve(schema)
    if "oneOf" in schema:
        return least(spec, schema["oneOf"][0])
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if schema["type"] == "object":
        return {name: least(spec, schema["properties"][name]) for name in schema.get("required", ())}
    return {"array": [], "integer": 1, "string": "x", "boolean": True}[schema["type"]]


@cache
def arguments(provider: str, operation: Operation) -> dict[str, Any]:
    """The least that an operation takes."""
    spec = spec_of(provider)
    found = {p["python"]: least(spec, p["schema"]) for p in operation.described}
    content = spec.resolve(operation.node.get("requestBody", {})).get("content", {})
    if content:
        package = f"{provider.lower()}_api"
        resource = getattr(importlib.import_module(f"{package}.api.{operation.tag}"), operation.tag.capitalize())
        kind = inspect.signature(getattr(resource, operation.method_name)).parameters["body"].annotation
        body = least(spec, next(iter(content.values()))["schema"])
        found["body"] = getattr(importlib.import_module(f"{package}.models"), kind).from_dict(body)
    return found


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
