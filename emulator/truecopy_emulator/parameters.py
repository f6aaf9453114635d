"""What a request says in texts, as values: parameters of path, query, headers and cookies, and the fields of forms. One
reader for all of them, by style (RFC 6570 as OpenAPI has it) and by what the schema lets through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .schemas import Schema, Violation, shown, type_of
from .storage import loads

if TYPE_CHECKING:
    from .openapi import Document

Fields = Mapping[str, list[str]]
STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form"}
_LEADS = {"label": ".", "matrix": ";"}
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_DEEPEST = 16
_NOTES = {"$ref", "type", "description", "default", "example", "examples", "title"}


def from_text(text: str, types: frozenset[str]) -> Any:
    """A text (of a parameter, a form field, an XML element) as the first of the types it can be; else the text
    itself."""
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "null" in types and text in ("", "null") and "string" not in types:
        return None
    return text


def to_text(value: Any) -> str:
    """A value as the text of a header, in the style `simple`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        value = [piece for item in value.items() for piece in item]
    return ",".join(map(to_text, value)) if isinstance(value, list) else str(value)


class UnreadableError(ValueError):
    """Texts that are not in the style that the document asks for; `expected` says what is."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(expected)
        self.expected, self.got = expected, got


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter of an operation, one header of a response or one field of a form.

    `nodes` are those of its schema. `json` says that its text is JSON, `others` which names belong to other
    parameters of its place, `node` how the document describes it.
    """

    name: str
    place: str
    required: bool
    schema: Schema
    nodes: list[Any]
    pointer: str
    style: str
    explode: bool
    json: bool = False
    node: Mapping[str, Any] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @property
    def document(self) -> Document:
        """Where it is described."""
        return self.schema.document

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that it can have."""
        return self.schema.types(self.nodes)

    @cached_property
    def _item_types(self) -> frozenset[str]:
        return self.schema.types(self.schema.below(self.nodes, None))

    @cached_property
    def _simple(self) -> bool:
        """Whether it is one text that is neither split nor decoded."""
        return not (self.json or self.style in _LEADS or self.types & {"array", "object"})

    @cached_property
    def _typed(self) -> bool:
        """Whether a text that converts to the type needs no further check."""
        return all(set(part) <= _NOTES for part in self.schema.parts(self.nodes))

    @cached_property
    def default(self) -> Any:
        """What stands for it when it is not sent."""
        outermost_first = reversed(self.schema.parts(self.nodes))
        return next((part["default"] for part in outermost_first if "default" in part), None)

    @cached_property
    def _members(self) -> tuple[dict[str, None], bool]:
        """The members that stand in the query under their own names, and whether any other may."""
        if self.style != "form" or not self.explode or self.json or "object" not in self.types:
            return {}, False
        parts = self.schema.parts(self.nodes)
        free = any(part.get("additionalProperties", False) is not False for part in parts)
        return self.schema.names(self.nodes), free

    def find(self, fields: Fields) -> Any:
        """What was sent for it among the fields of a query or a form: texts, members with their texts, or None."""
        if self._simple:
            return fields.get(self.name)
        if self.style == "deepObject":
            return _nested(self.name, fields)
        texts = fields.get(self.name)
        if texts is None and "array" in self.types:
            texts = fields.get(self.name + "[]")
        known, free = self._members
        if texts is None and (known or free):
            mine = [name for name in fields if name in known or (free and name not in self.others)]
            return {name: fields[name] for name in mine} or None
        return texts

    def read(self, found: Any) -> tuple[Any, Violation | None]:
        """Its value from what was sent for it, and the rule that this breaks, if it does."""
        if found is None:
            if self.required:
                return None, self._violation(self.pointer + "/required", "a value", "none")
            return self.default, None
        if self._simple and len(found) == 1:
            value = from_text(found[0], self.types)
            if self._typed and type_of(value) in self.types:
                return value, None
        else:
            try:
                value = self.value(found)
            except UnreadableError as error:
                return None, self._violation(self.pointer, error.expected, error.got)
        if value == "" and self.node.get("allowEmptyValue"):
            return value, None
        broken = self.schema.check(value)
        return value, broken and Violation(broken.rule, self._at + broken.at, broken.expected, broken.got)

    @property
    def _at(self) -> str:
        return f"{self.place} parameter {self.name}"

    def _violation(self, pointer: str, expected: str, got: str) -> Violation:
        return Violation(f"{self.document.name}#{pointer}", self._at, expected, got)

    def value(self, found: Any) -> Any:
        """The value that was sent; a text that is none of its types stays one.

        Raises:
            UnreadableError: the texts do not have its style.
        """
        if isinstance(found, dict):
            return self._converted(found, self.nodes)
        if self.json:
            return _json(found[0])
        if len(found) == 1:
            text = whole = self._without_lead(found[0])
            if self.style == "matrix":
                whole = text.removeprefix(self.name).removeprefix("=")
            value = self._text(whole, self.types)
            if self._simple or type_of(value) in self.types:
                return value
            found = [text]
        if "array" in self.types:
            return [self._text(piece, self._item_types) for piece in self._pieces(found)]
        if "object" in self.types:
            return self._converted(self._pairs(self._pieces(found)), self.nodes)
        if len(found) > 1:
            raise UnreadableError("one value", f"{len(found)} values")
        return value

    def _without_lead(self, text: str) -> str:
        lead = _LEADS.get(self.style, "")
        if not text.startswith(lead):
            raise UnreadableError(f"the style {self.style}, which begins with {lead}", shown(text))
        return text[len(lead) :]

    def _pieces(self, texts: list[str]) -> list[str]:
        """The texts of items, or of members."""
        lead = _LEADS.get(self.style)
        if lead and self.explode:
            texts = texts[0].split(lead)
        if self.style == "matrix":
            texts = [text.removeprefix(self.name + "=") for text in texts]
        if self.explode and (lead or (self.style != "simple" and self.place != "cookie")):
            return texts
        separator = _SEPARATORS.get(self.style, ",")
        if self.style == "label" and "," not in texts[0]:
            separator = "."  # as the tables of OpenAPI 3.0 have it
        pieces = [piece for text in texts for piece in text.split(separator)]
        return [piece.strip() for piece in pieces] if self.place == "header" else pieces

    def _pairs(self, pieces: list[str]) -> dict[str, str]:
        """Members, from `a=1,b=2` or `a,1,b,2`."""
        if self.explode and self.style != "form":
            pairs = [piece.split("=", 1) for piece in pieces]
        else:
            pairs = [pieces[i : i + 2] for i in range(0, len(pieces), 2)]
        if any(len(pair) != 2 for pair in pairs):
            raise UnreadableError(f"members in the style {self.style}", shown(",".join(pieces)))
        return dict(pairs)

    def _text(self, text: str, types: frozenset[str]) -> Any:
        if self.place == "form" and "object" in types and text.startswith("{"):
            try:
                return loads(text.encode())
            except ValueError:
                return text
        return from_text(text, types)

    def _converted(self, found: Any, nodes: list[Any]) -> Any:
        """Texts within objects and lists, as they were sent, as what the nodes let through."""
        types = self.schema.types(nodes)
        if isinstance(found, dict) and "object" not in types and "array" in types:  # a[0]=x&a[1]=y, a[]=x&a[]=y
            sent = [one for inner in found.values() for one in (inner if isinstance(inner, list) else [inner])]
            return [self._converted(one, self.schema.below(nodes, None)) for one in sent]
        if isinstance(found, dict):
            return {name: self._converted(inner, self.schema.below(nodes, name)) for name, inner in found.items()}
        texts = [found] if isinstance(found, str) else found
        if len(texts) == 1:
            value = self._text(texts[0], types)
            if type_of(value) in types or "array" not in types:
                return value
        items = self.schema.types(self.schema.below(nodes, None))
        return [self._text(text, items) for text in texts]


def _json(text: str) -> Any:
    try:
        return loads(text.encode())
    except ValueError:
        raise UnreadableError("JSON", shown(text)) from None


def _nested(name: str, fields: Fields) -> dict[str, Any] | None:
    """What `name[a]=1&name[b][c]=2` says, in the style deepObject."""
    tree: dict[str, Any] = {}
    for key, texts in fields.items():
        if key.startswith(name + "[") and key.endswith("]"):
            node, (*path, last) = tree, key[len(name) + 1 : -1].split("][", _DEEPEST)
            for step in path:
                inner = node.setdefault(step, {})
                node = inner if isinstance(inner, dict) else {}  # a[b]=1&a[b][c]=2 says two things
            node[last] = texts
    return tree or None
