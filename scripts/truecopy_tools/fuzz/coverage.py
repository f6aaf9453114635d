"""How much of a spec a run exercised: each status of each operation, by positive and by negative data; each parameter,
valid, invalid and left out; each keyword and each branch (of `oneOf` and `anyOf`) of each schema of a request, both
satisfied and violated; each keyword of the answers' schemas."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import quote, unquote

import jsonschema_rs

from .targets import METHODS

ASSERTIONS = frozenset(
    (
        *("type", "enum", "const", "required", "additionalProperties", "oneOf", "anyOf", "format", "pattern"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
        *("not", "contains", "minContains", "maxContains", "propertyNames", "dependentRequired"),
    )
)
KNOWN = ASSERTIONS | frozenset(
    (
        *("$ref", "properties", "items", "allOf", "title", "description", "default", "example", "examples", "xml"),
        *("deprecated", "readOnly", "writeOnly", "externalDocs", "discriminator", "nullable"),
    )
)
"""What is measured, is walked through, or asserts nothing."""
DOCUMENT = "urn:document"
PARTS = ("requests", "parameters", "answers")
COUNTED = ("valid", "invalid", "absent", "taken")
"""How often a parameter or a body was so; `taken` is answered with success."""
BRANCH = re.compile(r"/(oneOf|anyOf)/\d+$")
UNREACHABLE = {
    "500": "the emulator has no failure of its own to show",
    "202": "documented for commands; only an oddity of the emulator answers it",
    "PUT /seed 422": "every integer is a seed",
    "PUT /credentials 422": "every credential that the schema takes is taken",
}
"""Statuses that a run need not see, of all operations or of one, and why."""
LOOKED_AT = 5
LARGE = 20_000
"""How many answers of a kind are held against their schema, and from how many bytes on only the first is: keywords of a
schema show soon, and pages of results repeat them a hundred times."""


class Keywords:
    """The keywords of one document's requests."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._meanings: dict[str, tuple[str, bool, tuple[str, ...], frozenset[str]]] = {}

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

    def answers(self, path: str, method: str) -> Iterator[tuple[str, str, str]]:
        """The schemas of an operation's answers: status, media type, and the schema's pointer."""
        place = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}/responses"
        for status in self.at(place)[0]:
            response, where = self.at(f"{place}/{status}")
            for media, content in (response.get("content") or {}).items():
                if "schema" in content and "json" in media:
                    yield status, media, f"{where}/content/{media.replace('/', '~1')}/schema"

    def expected(self, path: str, method: str) -> dict[str, bool]:
        """Every keyword of an operation's requests by its pointer, and whether it can be violated at all."""
        found: dict[str, bool] = {}
        schemas = list(self.schemas(path, method))
        for place, name, pointer in schemas:
            suffix = self.suffix(schemas, place, name)
            for keyword, value in self._walk(pointer, set()):
                # What stands in a URL or a form is text, and null or an object has no text of its own.
                text = place != "body" or "form" in name or "xml" in name
                last = keyword.rsplit("/", 1)[-1]
                if (last, value) in (("additionalProperties", True), ("format", "password")):
                    continue  # asserts nothing
                possible = not (text and last in ("type", "additionalProperties") and "integer" not in str(value))
                found[keyword + suffix] = found.get(keyword + suffix, False) or possible
        return found

    @staticmethod
    def suffix(schemas: Iterable[tuple[str, str, str]], place: str, name: str) -> str:
        """What tells the keywords of one media type from the same ones in another, where a body has several."""
        several = sum(other == "body" for other, _, _ in schemas) > 1
        return f" in {name}" if place == "body" and several else ""

    def unmeasured(self, path: str, method: str) -> Iterator[str]:
        """Keywords of an operation's requests that are not known here."""
        for _, _, pointer in self.schemas(path, method):
            yield from (keyword for keyword, _ in self._walk(pointer, set(), all_of_them=True))

    def expected_of_answers(self, path: str, method: str) -> set[str]:
        """Every keyword of an operation's answers by its pointer."""
        pointers = [pointer for _, _, pointer in self.answers(path, method)]
        return {keyword for pointer in pointers for keyword, _ in self._walk(pointer, set())}

    def _walk(self, pointer: str, seen: set[str], all_of_them: bool = False) -> Iterator[tuple[str, Any]]:
        """The keywords that assert something, or those that nobody knows."""
        node, pointer = self.at(pointer)
        if pointer in seen or not isinstance(node, dict):
            return
        seen.add(pointer)
        for name, value in node.items():
            if name not in KNOWN and not name.startswith("x-") if all_of_them else name in ASSERTIONS:
                yield f"{pointer}/{name}", value
            if name == "properties":
                for key in value:
                    yield from self._walk(
                        f"{pointer}/properties/{key.replace('~', '~0').replace('/', '~1')}", seen, all_of_them
                    )
            elif name in ("items", "additionalProperties"):
                yield from self._walk(f"{pointer}/{name}", seen, all_of_them)
            elif name in ("oneOf", "anyOf", "allOf"):
                for index in range(len(value)):
                    if name != "allOf" and not all_of_them:
                        yield f"{pointer}/{name}/{index}", value[index]
                    yield from self._walk(f"{pointer}/{name}/{index}", seen, all_of_them)

    def wanted(self, path: str, method: str, place: str, name: str) -> list[str]:
        """How a parameter or a body must have been: valid and taken; invalid, if any of its keywords can be violated;
        left out, unless it is part of the path or another body stands for it."""
        (pointer,) = (where for other, named, where in self.schemas(path, method) if (other, named) == (place, name))
        suffix = self.suffix(list(self.schemas(path, method)), place, name)
        expected = self.expected(path, method)
        refusable = any(expected.get(keyword + suffix) for keyword, _ in self._walk(pointer, set()))
        absent = ["absent"] if place in ("query", "header", "cookie") else []
        return ["valid", "taken", *(["invalid"] if refusable else []), *absent]

    def observe(self, pointer: str, value: Any) -> Iterator[tuple[str, bool]]:
        """The keywords that a value was held against, and whether it satisfied them: both, if two places differ."""
        try:
            details = self._validator(pointer).evaluate(value).list()["details"]
        except (ValueError, TypeError, RecursionError):
            return  # no JSON value, such as bytes
        satisfied, violated = set[str](), set[str]()
        counted = set[tuple[str, bool]]()
        for detail in details:
            location, valid = detail["schemaLocation"], detail["valid"]
            pointer, asserts, keywords, required = self._meaning(location)
            if required and isinstance(holder := _instance(value, detail["instanceLocation"]), dict):
                (satisfied if required <= holder.keys() else violated).add(f"{pointer}/required")
            if (location, valid) in counted:  # the items of an array say the same again and again
                continue
            counted.add((location, valid))
            if valid:
                # The validator reports some keywords together with others only; what is valid satisfies all of them.
                satisfied.update(keywords)
            if asserts:
                (satisfied if valid else violated).add(pointer)
        yield from ((pointer, True) for pointer in satisfied)
        yield from ((pointer, False) for pointer in violated)

    def judge(self, pointer: str, value: Any) -> str:
        """Whether a value is `valid` or `invalid`; what is no JSON value is invalid."""
        try:
            return "valid" if self._validator(pointer).is_valid(value) else "invalid"
        except (ValueError, TypeError, RecursionError):
            return "invalid"

    def _validator(self, pointer: str) -> jsonschema_rs.Draft202012Validator:
        if pointer not in self._validators:
            reference = {"$ref": f"{DOCUMENT}#{quote(pointer, safe='/~')}"}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                reference, registry=self._registry, validate_formats=True
            )
        return self._validators[pointer]

    def _meaning(self, location: str) -> tuple[str, bool, tuple[str, ...], frozenset[str]]:
        """What the validator names: its pointer in the document, whether it is a keyword that asserts or a branch, and
        the pointers of its keywords and the members that it requires, where it is a schema."""
        if location not in self._meanings:
            pointer = unquote(location.rpartition("#")[2])
            keyword, (node, _) = pointer.rsplit("/", 1)[-1], self.at(pointer)
            node = node if isinstance(node, dict) and not pointer.endswith("/properties") else {}
            required = node.get("required")
            names = frozenset(required) if isinstance(required, list) else frozenset[str]()
            asserts = (keyword in ASSERTIONS and keyword != "required") or BRANCH.search(pointer) is not None
            keywords = tuple(f"{pointer}/{name}" for name in node.keys() & ASSERTIONS - {"required"})
            self._meanings[location] = (pointer, asserts, keywords, names)
        return self._meanings[location]


def _instance(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def read(value: Any, types: Any) -> Any:
    """A parameter's text as a value of its schema's types, where it can be one."""
    if not isinstance(value, str):
        return value
    if {"integer", "number"} & set(types) and re.fullmatch(r"-?\d{1,300}", value, re.ASCII):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if "boolean" in types else value


class Coverage:
    """Counts as cases come, by operation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.keywords = Keywords(document)
        self._schemas: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        self._answers: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
        self._looked: Counter[tuple[str, str, str]] = Counter()
        self.requests: dict[str, dict[str, Counter[str]]] = {}
        self.parameters: dict[str, dict[str, Counter[str]]] = {}
        self.answers: dict[str, Counter[str]] = {}

    def add(self, case: Any, response: Any = None) -> None:
        """Hold the parts of a case, and what was answered to it, against their schemas."""
        operation = case.operation
        key = (operation.path, operation.method)
        if key not in self._schemas:
            self._schemas[key] = list(self.keywords.schemas(*key))
            self._answers[key] = {(status, media): pointer for status, media, pointer in self.keywords.answers(*key)}
        counts = self.requests.setdefault(operation.label, {})
        parts = {"path": case.path_parameters, "query": case.query, "header": case.headers, "cookie": case.cookies}
        for place, name, pointer in self._schemas[key]:
            if place == "body":
                if case.media_type != name or not isinstance(case.body, dict | list | str | int | float | None):
                    continue
                value = case.body
            elif name in (parts[place] or {}):
                types = self.keywords.at(pointer)[0].get("type", ())
                value = read(parts[place][name], [types] if isinstance(types, str) else types)
            else:
                self._parameter(operation.label, place, name)["absent"] += 1
                continue
            suffix = self.keywords.suffix(self._schemas[key], place, name)
            for location, valid in self.keywords.observe(pointer, value):
                counts.setdefault(location + suffix, Counter())["satisfied" if valid else "violated"] += 1
            counted = self._parameter(operation.label, place, name)
            counted[self.keywords.judge(pointer, value)] += 1
            counted["taken"] += response is not None and response.status_code < 300
        if response is not None:
            self._answer(operation.label, self._answers[key], response)

    def _parameter(self, label: str, place: str, name: str) -> Counter[str]:
        return self.parameters.setdefault(label, {}).setdefault(f"{place} {name}", Counter())

    def _answer(self, label: str, schemas: Mapping[tuple[str, str], str], response: Any) -> None:
        status, media = str(response.status_code), (response.headers.get("content-type") or [""])[0].partition(";")[0]
        pointer = schemas.get((status, media))
        looked = self._looked[label, status, media]
        if pointer is None or looked >= LOOKED_AT or (looked and len(response.content) > LARGE):
            return
        self._looked[label, status, media] += 1
        try:
            value = json.loads(response.content)
        except ValueError:
            return
        counts = self.answers.setdefault(label, Counter())
        counts.update(location for location, valid in self.keywords.observe(pointer, value) if valid)


def summary(document: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each operation its statuses, parameters and keywords, with how often each was seen."""
    keywords, rows = Keywords(document), []
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            label = f"{method.upper()} {path}"
            modes = evidence.get("operations", {}).get(label, {}).get("statuses", {})
            covered = {part: evidence.get("coverage", {}).get(part, {}).get(label, {}) for part in PARTS}
            rows.append(
                {
                    "operation": label,
                    "statuses": {
                        status: {mode: counts[status] for mode, counts in modes.items() if status in counts}
                        for status in item[method]["responses"]
                    },
                    "parameters": {
                        f"{place} {name}": {
                            kind: covered["parameters"].get(f"{place} {name}", {}).get(kind, 0) for kind in COUNTED
                        }
                        for place, name, _ in keywords.schemas(path, method)
                    },
                    "wanted": {
                        f"{place} {name}": keywords.wanted(path, method, place, name)
                        for place, name, _ in keywords.schemas(path, method)
                    },
                    "unmeasured": sorted(set(keywords.unmeasured(path, method))),
                    "keywords": {
                        pointer: {
                            "satisfied": covered["requests"].get(pointer, {}).get("satisfied", 0),
                            "violated": covered["requests"].get(pointer, {}).get("violated", 0) if possible else None,
                        }
                        for pointer, possible in keywords.expected(path, method).items()
                    },
                    "answers": {
                        pointer: covered["answers"].get(pointer, 0)
                        for pointer in sorted(keywords.expected_of_answers(path, method))
                    },
                }
            )
    return rows


def _unreachable(operation: str, status: str) -> str:
    return UNREACHABLE.get(status) or UNREACHABLE.get(f"{operation} {status}", "")


def missing(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What was not exercised of the statuses and of the requests. The keywords of answers are only told: no rule says
    that a service must use all that it documents."""
    for row in rows:
        for status, modes in row["statuses"].items():
            if not modes and not _unreachable(row["operation"], status):
                yield f"{row['operation']} never answered the documented {status}"
        for name, counts in row["parameters"].items():
            for kind in row["wanted"][name]:
                if not counts[kind]:
                    yield f"{row['operation']}: {name} was never {kind}"
        for pointer in row["unmeasured"]:
            yield f"{row['operation']}: {pointer} is a keyword that coverage does not know"
        for pointer, counts in row["keywords"].items():
            for kind, times in counts.items():
                if times == 0:
                    yield f"{row['operation']}: {pointer} was never {kind}"


STYLE = "body{font:14px sans-serif;margin:2em}td,th{padding:2px 8px;text-align:left}.no{background:#fbb}"


def page(title: str, rows: list[dict[str, Any]]) -> str:
    """The summary as a page."""
    parts = [f"<!DOCTYPE html><meta charset=utf-8><title>Coverage of {escape(title)}</title><style>{STYLE}</style>"]
    parts.append(f"<h1>Coverage of {escape(title)}</h1>")
    for row in rows:
        parts.append(f"<h2>{escape(row['operation'])}</h2>")
        parts += _table(
            ("status", "by positive data", "by negative data", "by a check's own request"),
            (
                (status, *(modes.get(mode, 0) for mode in ("positive", "negative", "probe")))
                if modes
                else (status, _unreachable(row["operation"], status) or 0)
                for status, modes in row["statuses"].items()
            ),
        )
        parts += _table(("parameter", *COUNTED), _cells(row["parameters"]), marked=1)
        parts += _table(("keyword", "satisfied", "violated"), _cells(row["keywords"]), marked=2)
        parts += _table(("keyword of an answer", "satisfied"), row["answers"].items())
    return "\n".join(parts)


def _cells(counts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for name, values in counts.items():
        yield name, *("cannot be" if value is None else value for value in values.values())


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]], marked: int = 0) -> Iterator[str]:
    """A table; rows with a zero among their first `marked` numbers, or with nothing but one, are marked."""
    yield "<table><tr>" + "".join(f"<th>{head}" for head in heads)
    for name, *values in rows:
        mark = " class=no" if 0 in values[:marked] or values == [0] else ""
        yield f"<tr{mark}><td>{escape(name)}" + "".join(f"<td>{escape(str(value))}" for value in values)
    yield "</table>"
