"""What each part of a spec has to be, as far as a reader here looks into it: a table, and the walk along it.

A shape is the name of a part or of a kind of value; ``[shape]`` is a list of such, ``{"*": shape}`` a mapping from
names to such. What is empty is as good as not there, but in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from truecopy_docs.loose import step
from truecopy_docs.urls import METHODS

__all__ = ["misshapen"]

_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda node: isinstance(node, str), "a text"),
    "list": (lambda node: isinstance(node, list), "a list"),
    "mapping": (lambda node: isinstance(node, dict), "a mapping"),
    "schema": (lambda node: isinstance(node, (dict, bool)), "a schema"),
    "types": (
        lambda node: all(isinstance(name, str) for name in (node if isinstance(node, list) else [node])),
        "the name of a type, or a list of such",
    ),
}
_NOTES = ["note"]
_PARTS: Mapping[str, Mapping[str, Any]] = {
    "document": {
        "info": "mapping", "servers": ["mapping"], "security": [{"*": "list"}], "paths": {"*": "item"},
        "components": "components", "x-sources": ["source"], "x-deviations": _NOTES, "x-evidence": _NOTES,
    },
    "source": {"operations": ["text"]},
    "note": {"covers": "covers"},
    "covers": {"words": "mapping"},
    "components": {
        "schemas": {"*": "schema"}, "securitySchemes": {"*": "mapping"}, "parameters": {"*": "parameter"},
        "headers": {"*": "parameter"}, "requestBodies": {"*": "body"}, "responses": {"*": "body"},
    },
    "item": {**dict.fromkeys(map(str.lower, METHODS), "operation"), "parameters": ["parameter"]},
    "operation": {
        "tags": ["text"], "servers": ["mapping"], "security": [{"*": "list"}], "parameters": ["parameter"],
        "requestBody": "body", "responses": {"*": "body"},
    },
    "parameter": {"schema": "schema"},
    "body": {"headers": {"*": "parameter"}, "content": {"*": "media"}},
    "media": {"schema": "schema", "examples": {"*": "mapping"}},
    "schema": {
        "type": "types", "properties": {"*": "schema"}, "items": "schema", "additionalProperties": "schema",
        "allOf": ["schema"], "anyOf": ["schema"], "oneOf": ["schema"], "enum": "list", "xml": "mapping",
        "format": "text", "required": "list",
    },
}  # fmt: skip


def misshapen(document: Any, at: Callable[[str], Any]) -> Iterator[str]:
    """What is not of its shape, as ``/paths: is not a mapping``. `at` gives the node at a pointer, for references."""
    seen: set[tuple[int, str]] = set()
    todo: list[tuple[str, Any, Any]] = [("", document, "document")]
    while todo:
        pointer, node, shape = todo.pop()
        # `type: null` without quotes is a mistake.
        if (node is None and shape != "types") or (id(node), str(shape)) in seen:
            continue
        if isinstance(node, (dict, list)):
            seen.add((id(node), str(shape)))
        fits, name = _KINDS["list" if isinstance(shape, list) else shape if str(shape) in _KINDS else "mapping"]
        if not fits(node):
            yield f"{pointer}: is not {name}"
        elif isinstance(shape, list):
            yield from (f"{step(pointer, number)}: is empty" for number, inner in enumerate(node) if inner is None)
            todo += [(step(pointer, number), inner, shape[0]) for number, inner in enumerate(node)]
        elif isinstance(shape, dict):
            todo += [(step(pointer, name), inner, shape["*"]) for name, inner in node.items()]
        elif isinstance(node, dict) and shape in _PARTS:
            target = node.get("$ref")
            if isinstance(target, str):
                todo.append((target.removeprefix("#"), at(target.removeprefix("#")), shape))
            elif target is not None:
                yield f"{step(pointer, '$ref')}: is not a text"
            parts = _PARTS[shape]
            todo += [(step(pointer, word), node[word], parts[word]) for word in parts if word in node]
