"""Finding one's way in an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def pointer(*parts: object) -> str:
    """The JSON pointer (RFC 6901) that the parts spell."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def resolve(document: Any, node: Any) -> Any:
    """Follow ``$ref`` of a node to the node it names in the document.

    Raises:
        LookupError: The reference leads nowhere.
    """
    while isinstance(node, dict) and "$ref" in node:
        node = lookup(document, node["$ref"].removeprefix("#"))
    return node


def lookup(document: Any, at: str) -> Any:
    """The node at a JSON pointer.

    Raises:
        LookupError: There is no such node.
    """
    for part in at.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, TypeError, ValueError):
            raise LookupError(f"nothing at {at}") from None
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Every operation as path, method, operation and path item."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item
