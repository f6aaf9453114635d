"""Rules for the specs beyond OpenAPI itself: what the generator ignores or gets wrong silently is refused by name.

Each rule yields findings: a JSON pointer into the spec and a sentence that says what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from openapi_spec_validator import OpenAPIV31SpecValidator as Validator

from truecopy_tools.openapi import lookup, operations, pointer, resolve

_KEYWORDS = ("discriminator",)
_FORM = "application/x-www-form-urlencoded"


class Finding(NamedTuple):
    """One complaint about a spec."""

    pointer: str
    """JSON pointer (RFC 6901) into the spec."""
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}"


def lint(document: dict[str, Any]) -> list[Finding]:
    """Findings on one spec, the gravest first; empty when there is nothing to say."""
    findings = [*_structure(document), *_names(document, ""), *_references(document)]
    findings = findings or [Finding(pointer(*e.absolute_path), e.message) for e in Validator(document).iter_errors()]
    return findings or [*_operations(document), *_keywords(document, ""), *_records(document)]


def _structure(document: dict[str, Any]) -> Iterator[Finding]:
    if not str(document.get("openapi", "")).startswith("3.1"):
        yield Finding("/openapi", "the specs are OpenAPI 3.1")
    if not document.get("servers"):
        yield Finding("/servers", "name at least one server: base URLs come from here")
    if "security" in document:
        yield Finding("/security", "the generator ignores it: state security on each operation")


def _names(node: Any, at: str) -> Iterator[Finding]:
    """YAML reads 200 as a number and yes as a truth value; OpenAPI, being JSON, knows names of text only."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        if isinstance(node, dict) and not isinstance(key, str):
            yield Finding(at + pointer(key), f"a name is text: quote {key!r}")
        yield from _names(value, at + pointer(key))


def _references(document: dict[str, Any]) -> Iterator[Finding]:
    def walk(node: Any, at: str) -> Iterator[Finding]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                try:
                    resolve(document, node)
                except LookupError as error:
                    yield Finding(at, f"$ref {node['$ref']}: {error}")
            for key, value in node.items():
                yield from walk(value, at + pointer(key))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                yield from walk(value, at + pointer(index))

    yield from walk(document, "")


def _operations(document: dict[str, Any]) -> Iterator[Finding]:
    for index, server in enumerate(document["servers"]):
        if "variables" in server:
            yield Finding(pointer("servers", index), "the generator ignores server variables: write the URLs out")
    for path, method, operation, item in operations(document):
        at = pointer("paths", path, method)
        if "servers" in item or "servers" in operation:
            yield Finding(at, "the generator ignores servers of a path: use the root's")
        if not operation.get("operationId"):
            yield Finding(at, "operationId is missing: it makes the method's name")
        if len(operation.get("tags", [])) != 1:
            yield Finding(at, "exactly one tag: it makes the resource's name")
        if "security" not in operation:
            yield Finding(at, "security is missing: state it on each operation, [] for none")
        yield from _parameters(document, at, [*item.get("parameters", []), *operation.get("parameters", [])])
        yield from _responses(document, at, operation)


def _parameters(document: dict[str, Any], at: str, parameters: list[Any]) -> Iterator[Finding]:
    for reference in parameters:
        parameter = resolve(document, reference)
        name = parameter["name"]
        if "schema" not in parameter:
            yield Finding(at, f"parameter {name} needs a schema; the generator ignores content")
        if parameter.get("style") == "deepObject" or parameter.get("explode") is False:
            yield Finding(at, f"parameter {name}: the generator ignores deepObject and explode: false")


def _responses(document: dict[str, Any], at: str, operation: dict[str, Any]) -> Iterator[Finding]:
    if not operation.get("responses"):
        yield Finding(at, "responses is missing")
        return
    models: set[str] = set()
    successes = [status for status in operation["responses"] if str(status).startswith("2")]
    if not successes:
        yield Finding(at + "/responses", "no success status")
    for status in successes:
        response = resolve(document, operation["responses"][status])
        content = response.get("content", {})
        if not content:
            continue
        first = next(iter(content))
        if first != "application/json" and not first.endswith("+json"):
            yield Finding(at + pointer("responses", status), f"JSON comes first: {first} would lose its type")
        models.add(content[first].get("schema", {}).get("$ref", ""))
    if "" in models or len(models) > 1:
        yield Finding(at + "/responses", "every success answer has the same schema, by $ref to components")
    body = resolve(document, operation.get("requestBody", {}))
    first = next(iter(body.get("content", {})), None)
    if first and first not in ("application/json", _FORM):
        yield Finding(
            at + "/requestBody", f"the first media type is what the client sends: JSON or a form, not {first}"
        )


def _keywords(node: Any, at: str) -> Iterator[Finding]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _KEYWORDS and not at.endswith("/properties"):
                yield Finding(at + pointer(key), f"the generator ignores {key}: say it with const or enum")
            yield from _keywords(value, at + pointer(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _keywords(value, at + pointer(index))


def _records(document: dict[str, Any]) -> Iterator[Finding]:
    """Deviations and evidence name a place in the spec and say why."""
    needed = {"x-deviations": ("page", "spec", "because", "evidence"), "x-evidence": ("evidence", "source")}
    for section, keys in needed.items():
        for index, entry in enumerate(document.get(section, [])):
            at = pointer(section, index)
            yield from (Finding(at, f"{key} is missing") for key in ("at", *keys) if not entry.get(key))
            if entry.get("evidence") not in (None, "documented", "sample", "observed", "inferred"):
                yield Finding(at, f"evidence {entry['evidence']} is not documented, sample, observed or inferred")
            try:
                lookup(document, entry.get("at", ""))
            except LookupError as error:
                yield Finding(at, str(error))
