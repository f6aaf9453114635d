"""How much of a spec a run exercised: each status of each operation, and each keyword of each schema of a request, both
satisfied and violated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

ASSERTIONS = frozenset(
    (
        *("type", "enum", "const", "required", "additionalProperties", "oneOf", "anyOf", "format", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    )
)
DOCUMENT = "urn:document"
UNREACHABLE = {
    "500": "the emulator has no failure of its own to show",
    "202": "documented for commands; only an oddity of the emulator answers it",
}
"""Statuses that a run need not see, and why."""

Places = dict[str, tuple[str, Any]]


class Keywords:
    """The keywords of one document's requests."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._meanings: dict[str, tuple[str, bool, frozenset[str]]] = {}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry([(DOCUMENT, dict(self.document))])

    def at(self, pointer: str) -> tuple[Any, str]:
        """The node at a pointer after following references, and where it stands."""
        node: Any = self.document
        for token in pointer.split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            node = node[int(token)] if isinstance(node, list) else node[token]
        if isinstance(node, dict) and "$ref" in node:
            return self.at(unquote(str(node["$ref"]).lstrip("#")))
        return node, pointer

    def schemas(self, path: str, method: str) -> Iterator[tuple[str, str, str]]:
        """The schemas of an operation's requests: where a value is (`body` and a media type, or a place and a name of
        a parameter), and the schema's pointer."""
        item = f"/paths/{path.replace('~', '~0').replace('/', '~1')}"
        node, place = self.at(f"{item}/{method}")
        for holder in (item, place):
            for index in range(len(self.at(holder)[0].get("parameters", ()))):
                parameter, where = self.at(f"{holder}/parameters/{index}")
                yield parameter["in"], parameter["name"], f"{where}/schema"
        if "requestBody" in node:
            body, where = self.at(f"{place}/requestBody")
            for media in body["content"]:
                yield "body", media, f"{where}/content/{media.replace('/', '~1')}/schema"

    def expected(self, path: str, method: str) -> dict[str, bool]:
        """Every keyword of an operation's requests by its pointer, and whether it can be violated at all."""
        found: dict[str, bool] = {}
        for place, name, pointer in self.schemas(path, method):
            for keyword, value in self._walk(pointer, set()):
                # What stands in a URL or a form is text, and null or an object has no text of its own.
                text = place != "body" or "form" in name or "xml" in name
                last = keyword.rsplit("/", 1)[-1]
                if (last, value) in (("additionalProperties", True), ("format", "password")):
                    continue  # asserts nothing
                possible = not (text and last in ("type", "additionalProperties") and "integer" not in str(value))
                found[keyword] = found.get(keyword, False) or possible
        return found

    def _walk(self, pointer: str, seen: set[str]) -> Iterator[tuple[str, Any]]:
        node, pointer = self.at(pointer)
        if pointer in seen or not isinstance(node, dict):
            return
        seen.add(pointer)
        for name, value in node.items():
            if name in ASSERTIONS:
                yield f"{pointer}/{name}", value
            if name == "properties":
                for key in value:
                    yield from self._walk(f"{pointer}/properties/{key.replace('~', '~0').replace('/', '~1')}", seen)
            elif name in ("items", "additionalProperties"):
                yield from self._walk(f"{pointer}/{name}", seen)
            elif name in ("oneOf", "anyOf", "allOf"):
                for index in range(len(value)):
                    yield from self._walk(f"{pointer}/{name}/{index}", seen)

    def observe(self, pointer: str, value: Any) -> Iterator[tuple[str, bool]]:
        """The keywords that a value was held against, and whether it satisfied them."""
        validator = self._validators.get(pointer)
        if validator is None:
            reference = {"$ref": f"{DOCUMENT}#{quote(pointer, safe='/~')}"}
            validator = self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                reference, registry=self._registry, validate_formats=True
            )
        try:
            details = validator.evaluate(value).list()["details"]
        except (ValueError, TypeError, RecursionError):
            return  # no JSON value, such as bytes
        for detail in details:
            pointer, asserts, required = self._meaning(detail["schemaLocation"])
            if asserts:
                yield pointer, detail["valid"]
            if required and isinstance(holder := _instance(value, detail["instanceLocation"]), dict):
                # The validator does not always report this keyword on its own.
                yield f"{pointer}/required", required <= holder.keys()

    def _meaning(self, location: str) -> tuple[str, bool, frozenset[str]]:
        """What the validator names: its pointer in the document, whether it is a keyword that asserts, and the
        members that it requires where it is a schema."""
        if location not in self._meanings:
            pointer = unquote(location.rpartition("#")[2])
            keyword, node = pointer.rsplit("/", 1)[-1], self.at(pointer)[0]
            required = node.get("required") if isinstance(node, dict) else None
            names = frozenset(required) if isinstance(required, list) else frozenset[str]()
            self._meanings[location] = (pointer, keyword in ASSERTIONS and keyword != "required", names)
        return self._meanings[location]


def _instance(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def number(value: Any) -> Any:
    """A parameter's text as the number that it is."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d{1,300}", value, re.ASCII) else value


class Coverage:
    """Counts keywords as cases come, by operation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.keywords = Keywords(document)
        self._schemas: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        self.counts: dict[str, dict[str, Counter[str]]] = {}

    def add(self, case: Any) -> None:
        """Hold the parts of a case against their schemas."""
        operation = case.operation
        key = (operation.path, operation.method)
        if key not in self._schemas:
            self._schemas[key] = list(self.keywords.schemas(*key))
        counts = self.counts.setdefault(operation.label, {})
        parts = {"path": case.path_parameters, "query": case.query, "header": case.headers, "cookie": case.cookies}
        for place, name, pointer in self._schemas[key]:
            if place == "body":
                if case.media_type != name or not isinstance(case.body, dict | list | str | int | float | None):
                    continue
                value = case.body
            else:
                values = parts[place] or {}
                if name not in values:
                    continue
                value = number(values[name])
            for location, valid in self.keywords.observe(pointer, value):
                counts.setdefault(location, Counter())["satisfied" if valid else "violated"] += 1


def summary(document: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each operation its statuses and keywords with how often each was seen."""
    keywords, rows = Keywords(document), []
    for path, item in document["paths"].items():
        for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace"):
            if method not in item:
                continue
            label = f"{method.upper()} {path}"
            seen = evidence.get("operations", {}).get(label, {})
            statuses: Counter[str] = Counter()
            for counts in seen.get("statuses", {}).values():
                statuses.update(counts)
            counted = evidence.get("keywords", {}).get(label, {})
            expected = keywords.expected(path, method)
            rows.append(
                {
                    "operation": label,
                    "statuses": {status: statuses.get(status, 0) for status in item[method]["responses"]},
                    "keywords": {
                        pointer: {
                            "satisfied": counted.get(pointer, {}).get("satisfied", 0),
                            "violated": counted.get(pointer, {}).get("violated", 0) if possible else None,
                        }
                        for pointer, possible in expected.items()
                    },
                }
            )
    return rows


def missing(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What was not exercised."""
    for row in rows:
        for status, times in row["statuses"].items():
            if not times and status not in UNREACHABLE:
                yield f"{row['operation']} never answered the documented {status}"
        for pointer, counts in row["keywords"].items():
            for kind, times in counts.items():
                if times == 0:
                    yield f"{row['operation']}: {pointer} was never {kind}"


def page(title: str, rows: list[dict[str, Any]]) -> str:
    """The summary as a page."""
    parts = [f"<!DOCTYPE html><meta charset=utf-8><title>Coverage of {escape(title)}</title>"]
    parts.append(
        "<style>body{font:14px sans-serif;margin:2em}td,th{padding:2px 8px;text-align:left}.no{background:#fbb}</style>"
    )
    parts.append(f"<h1>Coverage of {escape(title)}</h1>")
    for row in rows:
        parts.append(f"<h2>{escape(row['operation'])}</h2><table><tr><th>status<th>seen")
        for status, times in row["statuses"].items():
            mark = " class=no" if not times and status not in UNREACHABLE else ""
            parts.append(f"<tr{mark}><td>{status}<td>{times or UNREACHABLE.get(status, 0)}")
        parts.append("</table><table><tr><th>keyword<th>satisfied<th>violated")
        for pointer, counts in row["keywords"].items():
            mark = " class=no" if 0 in counts.values() else ""
            violated = "cannot be" if counts["violated"] is None else counts["violated"]
            parts.append(f"<tr{mark}><td>{escape(pointer)}<td>{counts['satisfied']}<td>{violated}")
        parts.append("</table>")
    return "\n".join(parts)
