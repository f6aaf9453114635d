"""A value for a body: the document's own example, else one made from the schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .openapi import Document, Media, Response

_FORMATS = {
    "date-time": "2024-01-01T00:00:00Z",
    "date": "2024-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "byte": "",
    "regex": ".*",
    "json-pointer": "/0",
}
_DEPTH = 12


class NoExampleError(ValueError):
    """There is nothing to answer with; the message says which rule stands in the way."""


@lru_cache(maxsize=4096)
def example(media: Media) -> Any:
    """A value for a media type.

    Raises:
        NoExampleError: the document has neither an example nor a schema that one can be made from.
    """
    node = media.node
    if "example" in node:
        return node["example"]
    schema = media.schema
    if schema is not None:
        document = schema.document
        for name in node.get("examples") or ():
            found, _ = document.resolve(f"{media.pointer}/examples/{name.replace('~', '~0').replace('/', '~1')}")
            if isinstance(found, dict) and "value" in found:
                return found["value"]
        value = _made(document, schema.pointer, 0)
        broken = schema.check(value)
        if broken is None:
            return value
        raise NoExampleError(f"no example, and none can be made from the schema: {broken}; rule {broken.rule}")
    raise NoExampleError("the response has neither an example nor a schema")


def _made(document: Document, pointer: str, depth: int) -> Any:
    node, pointer = document.resolve(pointer)
    if not isinstance(node, dict):
        return None
    node = document.modern(node)
    for keyword in ("const", "example", "default"):
        if keyword in node:
            return node[keyword]
    for keyword in ("examples", "enum"):
        if isinstance(node.get(keyword), list) and node[keyword]:
            return node[keyword][0]
    for keyword in ("oneOf", "anyOf"):
        if keyword in node and "properties" not in node:
            for i in range(len(node[keyword])):
                value = _made(document, f"{pointer}/{keyword}/{i}", depth + 1)
                if document.schema(pointer).check(value) is None:
                    return value
    types = document.types(pointer)
    if "allOf" in node or "properties" in node or types == {"object"}:
        return _object(document, pointer, node, depth)
    if "array" in types and "string" not in types:
        few = int(node.get("minItems", 1 if depth < _DEPTH else 0))
        return [_made(document, pointer + "/items", depth + 1) if "items" in node else None for _ in range(few)]
    for kind in ("string", "integer", "number", "boolean"):
        if kind in types:
            return _scalar(kind, node)
    return None


def _object(document: Document, pointer: str, node: dict[str, Any], depth: int) -> Any:
    made: dict[str, Any] = {}
    for i in range(len(node.get("allOf", ()))):
        part = _made(document, f"{pointer}/allOf/{i}", depth + 1)
        if not isinstance(part, dict):
            return part
        made.update(part)
    required = node.get("required", ())
    for name in node.get("properties", ()):
        if depth < _DEPTH or name in required:
            if depth > _DEPTH * 3:
                return made
            place = f"{pointer}/properties/{name.replace('~', '~0').replace('/', '~1')}"
            made[name] = _made(document, place, depth + 1)
    return made


def _scalar(kind: str, node: dict[str, Any]) -> Any:
    if kind == "boolean":
        return True
    if kind == "string":
        text = _FORMATS.get(node.get("format", ""), "string")
        text = text.ljust(int(node.get("minLength", 0)), "x")
        return text[: int(node["maxLength"])] if "maxLength" in node else text
    low, high = node.get("minimum"), node.get("maximum")
    value = low if low is not None else min(high, 0) if high is not None else 0
    if "exclusiveMinimum" in node:
        value = node["exclusiveMinimum"] + 1
    elif "exclusiveMaximum" in node and low is None:
        value = node["exclusiveMaximum"] - 1
    multiple = node.get("multipleOf")
    if multiple:
        value = -(-value // multiple) * multiple
    return value if kind == "number" else int(value)


def example_headers(response: Response) -> dict[str, str]:
    """A value for each header that a response must have."""
    return {
        name: str(_made(schema.document, schema.pointer, 0))
        for name, (required, schema) in response.headers.items()
        if required
    }
