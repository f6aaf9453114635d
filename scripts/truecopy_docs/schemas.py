"""Schemas and samples as rows: flattens both into the same table of fields, and compares one with the other."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any

import jsonschema_rs

from truecopy_docs.facts import Collector
from truecopy_docs.loose import step

__all__ = ["KEYWORDS", "add_sample", "add_schema", "is_schema", "json_type", "resolved", "types_of"]

KEYWORDS = (
    *("enum", "const", "default", "pattern", "format", "deprecated"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
"""Words of JSON Schema that a row carries as they are, besides type, required and nullable."""

_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")


def is_schema(value: Any) -> bool:
    """Whether a printed JSON value is a schema and not a payload."""
    if not isinstance(value, dict):
        return False
    if "$schema" in value:
        return True
    kinds = value.get("type")
    return (kinds in _TYPES and any(word in value for word in ("properties", "items", "enum"))) or (
        isinstance(value.get("properties"), dict) and all(isinstance(v, dict) for v in value["properties"].values())
    )


def json_type(value: Any) -> str:
    """The JSON Schema name of a value's type."""
    if value is None:
        return "null"
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "object"


def types_of(schema: Mapping[str, Any]) -> tuple[str | list[str] | None, bool | None]:
    """(type without null, nullable) of a schema, looking through its choices."""
    kinds = schema.get("type")
    names = {name for name in ([kinds] if isinstance(kinds, str) else _list(schema, "type")) if isinstance(name, str)}
    for word in ("anyOf", "oneOf"):
        for choice in _choices(schema, word):
            inner, nullable = types_of(choice)
            names |= {inner} if isinstance(inner, str) else set(inner or ())
            names |= {"null"} if nullable else set()
    return split_null(names)


def _list(schema: Mapping[str, Any], word: str) -> list[Any]:
    """A word's list, or none where a damaged schema has something else."""
    value = schema.get(word)
    return value if isinstance(value, list) else []


def _choices(schema: Mapping[str, Any], word: str) -> list[dict[str, Any]]:
    return [choice for choice in _list(schema, word) if isinstance(choice, dict)]


def resolved(schema: Any, root: Any = None, above: tuple[str, ...] = ()) -> Any:
    """A printed schema with its definitions put where they are referred to; one that holds itself is left out."""
    root = schema if root is None else root
    if isinstance(schema, list):
        return [resolved(inner, root, above) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    target = schema.get("$ref")
    if isinstance(target, str) and target.startswith("#/") and target not in above:
        node = root
        for part in target[2:].split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        rest = {word: value for word, value in schema.items() if word != "$ref"}
        if isinstance(node, dict):
            return resolved({**node, **rest}, root, (*above, target))
    return {
        word: resolved(inner, root, above) for word, inner in schema.items() if word not in ("definitions", "$defs")
    }


def split_null(names: set[str]) -> tuple[str | list[str] | None, bool | None]:
    """Type names as (type, nullable); a lone null stays a type."""
    if names == {"null"}:
        return "null", None
    if {"integer", "number"} <= names:
        names = names - {"integer"}
    rest = sorted(names - {"null"})
    return (rest[0] if len(rest) == 1 else rest or None), ("null" in names) or None


def add_schema(
    collector: Collector,
    at: str,
    schema: Any,
    line_of: Callable[[str], int],
    *,
    unfinished: Container[str] = (),
    pointer: str = "",
    place: str = "",
    required: bool | None = None,
) -> None:
    """Add the fields of a printed schema.

    Args:
        line_of: gives the line of a pointer into the schema's text.
        unfinished: pointers into the schema where the page was cut off; what they might still say is not guessed.
    """
    if not isinstance(schema, dict):
        return
    cut = place in unfinished
    if cut and not any(isinstance(schema.get(word), dict) for word in ("properties", "items")):
        return
    kind, nullable = types_of(schema)
    words = {word: schema[word] for word in KEYWORDS if word in schema}
    choices = [choice for word in ("anyOf", "oneOf") for choice in _choices(schema, word)]
    if choices:
        formats = {str(choice.get("format") or "") for choice in choices} - {""}
        words |= {"choices": [{k: v for k, v in choice.items() if k in ("type", *KEYWORDS)} for choice in choices]}
        words |= {"format": formats.pop()} if len(formats) == len(choices) == 1 else {}
    extra = schema.get("additionalProperties")
    says = words if cut else {**words, "additional": extra if isinstance(extra, bool) else None}
    collector.add("field", at, pointer, line=line_of(place), type=kind, required=required, nullable=nullable, **says)

    def inner(node: Any, name: str, where: str, needed: bool | None = None) -> None:
        to = step(pointer, name) if name else pointer
        add_schema(collector, at, node, line_of, unfinished=unfinished, pointer=to, place=where, required=needed)

    for word in ("allOf", "anyOf", "oneOf"):
        for number, choice in enumerate(_choices(schema, word)):
            if "properties" in choice or "items" in choice:
                inner(choice, "", step(step(place, word), number))
    members = schema.get("properties")
    for name, node in members.items() if isinstance(members, dict) else ():
        needed = None if cut else name in _list(schema, "required")
        inner(node, name, step(step(place, "properties"), name), needed)
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            inner(schema[word], "*", step(place, word))


def add_sample(
    collector: Collector, at: str, values: list[tuple[Any, Callable[[str], int]]], dictionary: Callable[[Any], bool]
) -> None:
    """Add the fields that samples of one payload show: types, and null where a sample has null.

    `dictionary` says which objects are maps whose member names are data, not fields.
    """
    seen: dict[str, tuple[set[str], int]] = {}

    def visit(value: Any, pointer: str, place: str, line_of: Callable[[str], int]) -> None:
        seen.setdefault(pointer, (set(), line_of(place)))[0].add(json_type(value))
        if isinstance(value, dict):
            many = dictionary(value)
            for name, inner in value.items():
                visit(inner, step(pointer, "*" if many else name), step(place, name), line_of)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                visit(inner, step(pointer, "*"), step(place, number), line_of)

    for value, line_of in values:
        visit(value, "", "", line_of)
    for pointer, (kinds, line) in seen.items():
        kind, nullable = split_null(kinds)
        if isinstance(kind, list):
            collector.contradict(f"type of field {at} {pointer}", kind, [line], ("field", at, pointer))
        collector.add("field", at, pointer, line=line, type=kind, nullable=nullable, source="sample")


def compare_sample(collector: Collector, at: str, schema: Any, value: Any, line_of: Callable[[str], int]) -> None:
    """Keep every place where a sample does not follow the schema printed for it."""
    if not isinstance(schema, dict):
        return
    bare = {word: inner for word, inner in schema.items() if word != "$schema"}
    try:
        errors = list(jsonschema_rs.Draft6Validator(bare).iter_errors(value))
    except ValueError:
        collector.contradict(f"schema of {at} is not a JSON Schema", [], [line_of("")], ("field", at, ""))
        return
    for error in errors:
        place, pointer = "", ""
        for part in error.instance_path:
            place = step(place, part)
            pointer = step(pointer, "*" if isinstance(part, int) else part)
        rule = str(error.schema_path[-1]) if error.schema_path else "schema"
        what = f"sample against schema: field {at} {pointer or '/'} ({rule})"
        collector.contradict(
            what,
            [f"sample is {json_type(error.instance)}", "schema refuses it"],
            [line_of(place)],
            ("field", at, pointer),
        )
