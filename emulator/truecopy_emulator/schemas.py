"""Schemas of a document: read as JSON Schema 2020-12, compiled when first used, and asked what they describe.

Where schemas stand in a schema is one table, so that a member named `default` or `nullable` is no keyword. A rule is
named by its JSON pointer in the document it was written in (`questionpro.yaml#/components/schemas/Error/required`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import jsonschema_rs
import orjson

if TYPE_CHECKING:
    from .openapi import Document

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
EVERY = frozenset(("string", "integer", "number", "boolean", "array", "object", "null"))
CHOICES = ("oneOf", "anyOf")
_ONE, _LIST, _MAP = range(3)
_POSITIONS = {
    **dict.fromkeys(("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"), _ONE),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties", "contentSchema"), _ONE),
    **dict.fromkeys(("allOf", *CHOICES, "prefixItems"), _LIST),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), _MAP),
}
_SAME_VALUE = ("allOf", *CHOICES, "then", "else")


class SpecError(ValueError):
    """A document that cannot be served; the message names the file, the place and the way out."""


def escape(token: str) -> str:
    """One token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a JSON pointer."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def pointer(path: Iterable[Any]) -> str:
    """The JSON pointer of some tokens."""
    return "".join(f"/{escape(str(token))}" for token in path)


def at(root: Any, place: str) -> Any:
    """The node at a pointer, references not followed.

    Raises:
        LookupError: nothing is there.
    """
    node = root
    for token in tokens(place):
        try:
            node = node[int(token)] if isinstance(node, list) else node[token]
        except (LookupError, ValueError, TypeError):
            raise LookupError(place) from None
    return node


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that breaks a rule. `rule` is the rule's pointer with its document, `at` the place in the value."""

    rule: str
    at: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.at + ': ' if self.at else ''}expected {self.expected}, got {self.got}"


def shown(value: Any, limit: int = 60) -> str:
    """A value as short JSON for a message."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = ascii(value)
    return text if len(text) <= limit else text[:limit] + "…"


def _expected(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """What a failed keyword asks for, and what was there, in words."""
    name, value, got = error.kind.name, error.kind.value, shown(error.instance)
    match name:
        case "type":
            return " or ".join([value] if isinstance(value, str) else map(str, value)), got
        case "required":
            return f"a member {value}", "none"
        case "additionalProperties" | "unevaluatedProperties":
            return "no other members", ", ".join(map(str, value))
        case "enum":
            return "one of " + shown(value), got
        case "const":
            return shown(value), got
        case "oneOf" | "anyOf":
            kinds = " or ".join(sorted({_expected(branch[0])[0] for branch in value if branch}))
            return kinds or f"a match of {name}", got
        case "format":
            return f"the format {value}", got
        case _:
            return f"{name} {shown(value)}", got


def type_of(value: Any) -> str:
    """The name of a value's JSON type."""
    return _TYPES.get(type(value), "null")


def _listed(node: dict[str, Any], keyword: str) -> list[Any]:
    found = node.get(keyword)
    return found if isinstance(found, list) else []


def parts(nodes: Iterable[Any], follow: Callable[[str], Any]) -> list[dict[str, Any]]:
    """All schemas that hold for a value for which `nodes` hold: what they refer to and their allOf before each, and
    each of them once."""
    found: dict[int, dict[str, Any]] = {}
    entered = set()

    def add(node: Any) -> None:
        if not isinstance(node, dict) or id(node) in entered:
            return
        entered.add(id(node))
        if isinstance(node.get("$ref"), str):
            add(follow(node["$ref"]))
        for part in _listed(node, "allOf"):
            add(part)
        found[id(node)] = node

    for node in nodes:
        add(node)
    return list(found.values())


class Schema:
    """One schema of a document, compiled when it is first used. A node is a schema within it, as `node` is the schema
    itself; several nodes stand for a value for which all of them hold.

    Args:
        document: where it stands.
        pointer: at which place.
        hidden: `readOnly` or `writeOnly`; members that are must not be asked for.
    """

    def __init__(self, document: Document, pointer: str, hidden: str = "") -> None:
        self.document, self.pointer, self.hidden = document, pointer, hidden
        self._followed: dict[str, Any] = {}

    @cached_property
    def node(self) -> Any:
        """The schema itself, as JSON Schema has it.

        Raises:
            SpecError: it is none.
        """
        self.is_valid(None)  # compiled first, so that nobody reads what is no schema
        return at(self._root, self.pointer)

    @cached_property
    def _root(self) -> dict[str, Any]:
        """A JSON Schema: a sparse copy of the document with all that the schema refers to, each at its own place, so
        that the paths of errors are pointers into the document."""
        root: dict[str, Any] = {"$ref": "#" + quote(self.pointer, safe="/~")}
        placed: set[str] = set()
        queue = [(self.pointer, self.pointer)]
        while queue:
            place, source = queue.pop()
            path = tokens(place)
            if any(pointer(path[:i]) in placed for i in range(len(path) + 1)):
                continue
            placed.add(place)
            references: list[str] = []
            node = self._translated(self.document.at(place, source), references)
            queue += [(self.document.local(reference, place), place) for reference in references]
            if not path:
                root = {**node, **root}
                continue
            inner: Any = root
            for token in path[:-1]:
                inner = inner.setdefault(token, {})
            inner[path[-1]] = node
        return root

    def _translated(self, node: Any, references: list[str], unasked: frozenset[str] = frozenset()) -> Any:
        """A schema of the document as JSON Schema 2020-12 has it. What it refers to is added to `references`;
        `unasked` names members that are hidden."""
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            references.append(node["$ref"])
        if self.hidden:
            unasked |= self._hidden_members(node)
        new = {}
        for keyword, value in node.items():
            position, known = _POSITIONS.get(keyword), unasked if keyword in _SAME_VALUE else frozenset[str]()
            if position == _ONE:
                value = self._translated(value, references, known)
            elif position == _LIST and isinstance(value, list):
                value = [self._translated(item, references, known) for item in value]
            elif position == _MAP and isinstance(value, dict):
                value = {name: self._translated(item, references) for name, item in value.items()}
            elif keyword == "required" and unasked and isinstance(value, list):
                value = [name for name in value if name not in unasked]
            new[keyword] = value
        return _modern(new) if self.document.old else new

    def _hidden_members(self, node: dict[str, Any]) -> frozenset[str]:
        def follow(reference: str) -> Any:
            return self.document.at(self.document.local(reference, self.pointer), self.pointer)

        return frozenset(
            name
            for part in parts([node], follow)
            if isinstance(part.get("properties"), dict)
            for name, member in part["properties"].items()
            if any(found.get(self.hidden) is True for found in parts([member], follow))
        )

    # Checks

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        root = self._root
        try:
            return jsonschema_rs.Draft202012Validator(root, validate_formats=True)
        except ValueError as error:
            place = pointer(getattr(error, "instance_path", ())) or self.pointer
            why = str(error).partition("\n")[0]
            raise SpecError(f"{self.document.name}#{place} is not a usable schema: {why}; mend it there") from None

    @cached_property
    def is_valid(self) -> Any:
        """The validator's own check, the fastest way to a yes or no."""
        return self._validator.is_valid

    def errors(self, value: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """All rules that a value breaks."""
        return self._validator.iter_errors(value)

    def check(self, value: Any) -> Violation | None:
        """The first rule that `value` breaks, or None. Strings that are not Unicode text break every schema."""
        try:
            if self.is_valid(value):
                return None
            error = next(self.errors(value))
        except UnicodeEncodeError:
            return Violation(f"{self.document.name}#{self.pointer}", "", "Unicode text", "a lone surrogate")
        expected, got = _expected(error)
        rule = f"{self.document.name}#{pointer(error.schema_path)}"
        return Violation(rule, pointer(error.instance_path), expected, got)

    # What it describes

    def follow(self, reference: str) -> Any:
        """The node that a node of this schema refers to."""
        if reference not in self._followed:
            self._followed[reference] = at(self._root, unquote(reference[1:]))
        return self._followed[reference]

    def parts(self, nodes: Iterable[Any]) -> list[dict[str, Any]]:
        """All nodes that hold for a value for which `nodes` hold."""
        return parts(nodes, self.follow)

    def branches(self, nodes: Iterable[Any]) -> list[dict[str, Any]]:
        """The nodes that hold for some of the values: what stands in oneOf and anyOf, at any depth."""
        found: dict[int, dict[str, Any]] = {}

        def add(parts: list[dict[str, Any]]) -> None:
            for part in parts:
                for branch in _listed(part, "oneOf") + _listed(part, "anyOf"):
                    new = [node for node in self.parts([branch]) if id(node) not in found]
                    found.update((id(node), node) for node in new)
                    add(new)

        add(self.parts(nodes))
        return list(found.values())

    def types(self, nodes: Iterable[Any], known: dict[int, frozenset[str]] | None = None) -> frozenset[str]:
        """The JSON types that nodes let through at their top; all of them when they do not say."""
        known = {} if known is None else known
        found = EVERY
        for part in self.parts(nodes):
            if id(part) not in known:
                known[id(part)] = EVERY  # what comes back here says nothing more
                own = _own_types(part)
                for branches in (_listed(part, keyword) for keyword in CHOICES):
                    if branches:
                        own &= frozenset().union(*(self.types([branch], known) for branch in branches))
                known[id(part)] = own
            found &= known[id(part)]
        return found

    def names(self, nodes: Sequence[Any]) -> dict[str, None]:
        """The members that nodes or their branches describe by name, in order."""
        described = self.parts(nodes) + self.branches(nodes)
        return {name: None for part in described for name in part.get("properties") or ()}

    def below(self, nodes: Sequence[Any], name: str | None) -> list[Any]:
        """The nodes for a member (for an item when `name` is None) of a value for which `nodes` hold. Those of
        branches stand in one anyOf, since which of them counts depends on the value."""
        parts = self.parts(nodes)
        perhaps = [node for part in self.branches(nodes) for node in _members(part, name)]
        if not perhaps:
            return members(parts, name)
        return [*(node for part in parts for node in _members(part, name)), {"anyOf": perhaps}]


def members(parts: Iterable[dict[str, Any]], name: str | int | None) -> list[Any]:
    """What schemas that hold together say about a member, or about an item at an index (None: at any)."""
    rest = "unevaluatedProperties" if isinstance(name, str) else "unevaluatedItems"
    found = [node for part in parts for node in _members(part, name)]
    return found or [part[rest] for part in parts if rest in part]


def _members(part: dict[str, Any], name: str | int | None) -> list[Any]:
    """What one schema by itself says about it."""
    if not isinstance(name, str):
        prefix = part.get("prefixItems") or ()
        if name is not None and name < len(prefix):
            return [prefix[name]]
        return [part["items"]] if "items" in part else []
    found = [part["properties"][name]] if name in (part.get("properties") or ()) else []
    for pattern, node in (part.get("patternProperties") or {}).items():
        try:
            if re.search(pattern, name):
                found.append(node)
        except re.error:
            continue  # written for another engine; the check of the whole value decides
    return found or ([part["additionalProperties"]] if "additionalProperties" in part else [])


def _own_types(part: dict[str, Any]) -> frozenset[str]:
    if "type" in part:
        own = part["type"]
        found = frozenset([own] if isinstance(own, str) else own)
        return found | {"integer"} if "number" in found else found
    if "const" in part or "enum" in part:
        return frozenset(map(type_of, [part["const"]] if "const" in part else part["enum"]))
    return EVERY


def _modern(new: dict[str, Any]) -> dict[str, Any]:
    """What OpenAPI 3.0 writes in another way: nullable and the boolean bounds."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    if new.pop("nullable", False) is True:
        if isinstance(new.get("type"), str):
            new["type"] = [new["type"], "null"]
            if isinstance(new.get("enum"), list) and None not in new["enum"]:
                new["enum"] = [*new["enum"], None]
        elif "type" not in new:
            new = {"anyOf": [new, {"type": "null"}]}
    return new
