"""A spec in one canonical form, so that two ways of saying the same thing are the same.

References are followed, parameters, servers and security of path and document are merged into the operation, and a
schema becomes its *shapes*: what it allows of each JSON type, one shape per choice. `nullable`, a list of types and a
choice with null are then one thing, as are `const` and an enum of one value, an inlined schema and a reference, and an
`allOf` and what it amounts to. Everything knows the pointer and the node that it was declared at; nodes are told apart
by their identity, which YAML aliases share.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from urllib.parse import quote, unquote

from truecopy_docs.loose import step
from truecopy_docs.page import DocsError
from truecopy_docs.spec import Spec
from truecopy_docs.urls import METHODS

__all__ = ["ANY", "Action", "Canonical", "Document", "Node", "Parts", "Said", "Shape", "exact", "wire"]

Parts = tuple[tuple[str, Any], ...]
"""A schema as yet unread: pointers and nodes, all of which must hold."""

ANY: dict[str, Any] = {}
_ALL = ("array", "boolean", "integer", "null", "number", "object", "string")
_MOST_CHOICES = 1000

LOWER = ("minimum", "minLength", "minItems", "minProperties", "minContains")
UPPER = ("maximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_EXCLUSIVE = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
_OF = {
    "string": ("minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"),
    "number": ("minimum", "maximum", "multipleOf", "format"),
    "array": ("minItems", "maxItems", "minContains", "maxContains", "uniqueItems"),
    "object": ("minProperties", "maxProperties"),
}
_PROSE = {"title", "summary", "description", "example", "examples", "externalDocs", "$comment"}
_MAPS = ("properties", "patternProperties", "dependentSchemas")
_SCHEMAS = {
    "object": ("additionalProperties", "unevaluatedProperties", "propertyNames"),
    "array": ("items", "unevaluatedItems", "contains"),
}
_NOTES = ("default", "deprecated", "readOnly", "writeOnly", "xml", "discriminator")


def exact(value: Any) -> str:
    """A value as text that is equal for equal JSON values only: 1 and 1.0 are one number, 1 and true are two values."""
    return json.dumps(_rounded(value), ensure_ascii=False, sort_keys=True, default=str)


def _rounded(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(name): _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def wire(path: str) -> str:
    """A path as it is sent, whatever its placeholders are called and however it was escaped."""
    plain = re.sub(r"%[0-9A-Fa-f]{2}", _unescaped, re.sub(r"\{[^{}]*\}", "{}", path))
    return quote(plain, safe="/{}%:@!$&'()*+,;=~")


def _unescaped(code: re.Match[str]) -> str:
    plain = unquote(code.group())
    return plain if re.fullmatch(r"[\w.~-]", plain, re.ASCII) else code.group().upper()


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the pointer and identity of the node that says it."""

    value: Any
    at: str
    by: int


_Choice = tuple[tuple[Said, ...], list[tuple[str, dict[str, Any]]]]
"""The branches taken, and the nodes that must all hold there."""


@dataclass(slots=True)
class Shape:
    """What a schema allows of one JSON type."""

    kind: str
    branches: tuple[Said, ...]
    """The choices that led here, each with its name, if it has one."""
    place: Said
    words: dict[str, Said] = field(default_factory=dict)
    members: dict[str, Parts] = field(default_factory=dict)
    hidden: dict[str, Parts] = field(default_factory=dict)
    """Members that this side of an exchange does not have: those only read of a request, only written of an answer."""
    required: dict[str, Said] = field(default_factory=dict)
    patterns: dict[str, Parts] = field(default_factory=dict)
    dependent: dict[str, Parts] = field(default_factory=dict)
    inner: dict[str, Parts] = field(default_factory=dict)
    prefix: list[Parts] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The names of the choices."""
        return " ".join(branch.value for branch in self.branches if branch.value)

    @property
    def choice(self) -> Said:
        """The last choice, or the schema itself, under the name to call it by."""
        last = self.branches[-1] if self.branches else self.place
        return Said(self.label or self.kind, last.at, last.by)

    def rest(self, word: str) -> Parts:
        """The schema of the members or items that are not named."""
        return self.inner.get(word, ((self.place.at, ANY),))


@dataclass(slots=True)
class Canonical:
    """A schema as its shapes by JSON type, and what it says beside."""

    place: Said
    types: Said
    shapes: dict[str, list[Shape]]
    notes: dict[str, Said]
    exclusive: bool

    @property
    def open(self) -> bool:
        """Whether nothing is said of the type."""
        return set(self.types.value) == set(_ALL)

    @property
    def brief(self) -> str:
        """The type in words."""
        names = [name for name in self.types.value if name != "null"] or list(self.types.value)
        nullable = ", nullable" if "null" in self.types.value and len(self.types.value) > 1 else ""
        return "of no stated type" if self.open else f"{' or '.join(names) or 'nothing'}{nullable}"


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping in a document, behind its references, and its pointer."""

    document: Document = field(repr=False)
    at: str
    node: Mapping[str, Any] = field(repr=False)

    @property
    def by(self) -> int:
        """What tells this node from others, wherever it is used."""
        return id(self.node)

    def to(self, word: str) -> str:
        """The pointer to a member."""
        return step(self.at, word)

    def get(self, word: str, default: Any = None) -> Any:
        """The value of a member."""
        return self.node.get(word, default)

    def flag(self, word: str) -> bool:
        """Whether a member is there and not false."""
        return bool(self.node.get(word))

    def child(self, word: str) -> Node | None:
        """The mapping that a member is, if it is there."""
        if self.node.get(word) is None:
            return None
        at, inner = self.document.follow(self.to(word), self.node[word])
        return Node(self.document, at, self.document.mapping(at, inner))

    def each(self, word: str) -> dict[str, Node]:
        """What a member maps by name."""
        where = self.to(word)
        found = {}
        for name, printed in self.document.mapping(where, self.node.get(word)).items():
            at, inner = self.document.follow(step(where, name), printed)
            found[name] = Node(self.document, at, self.document.mapping(at, inner))
        return found

    def list(self, word: str) -> list[Any]:
        """The list that a member is, or an empty one."""
        return self.document.sequence(self.to(word), self.node.get(word))

    @property
    def text(self) -> str:
        """All that is said, see `Document.text`."""
        return self.document.text(self.at, self.node)

    def schema(self) -> Parts:
        """The schema that a parameter, header or media type has."""
        schema = self.node.get("schema")
        return ((self.to("schema"), True if schema is None else schema),)


@dataclass(frozen=True, slots=True)
class Action:
    """One operation of a document, with the path item around it."""

    method: str
    path: str
    node: Node
    item: Node

    @property
    def at(self) -> str:
        return self.node.at

    @property
    def id(self) -> str:
        return str(self.node.get("operationId") or "")

    @property
    def tag(self) -> str:
        return str((self.node.list("tags") or [""])[0])

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> dict[tuple[str, str], Node]:
        """(place, name) -> parameter, of the operation and of its path item."""
        found: dict[tuple[str, str], Node] = {}
        for owner in (self.item, self.node):
            for number, printed in enumerate(owner.list("parameters")):
                document = owner.document
                at, inner = document.follow(step(owner.to("parameters"), number), printed)
                parameter = Node(document, at, document.mapping(at, inner))
                place, name = parameter.get("in"), parameter.get("name")
                if not isinstance(place, str) or not isinstance(name, str):
                    raise document.fault(at, "is not a parameter: it has no name and place")
                # Media types and security describe these three (OpenAPI 3.1, 4.8.12.1).
                if place != "header" or name.lower() not in ("accept", "content-type", "authorization"):
                    found[place, name.lower() if place == "header" else name] = parameter
        return found

    def inherited(self, word: str) -> tuple[str, list[Any] | None]:
        """A list that the operation, its path item or the document gives, the nearest one, and its pointer."""
        for owner in (self.node, self.item, self.node.document.top):
            if owner.get(word) is not None:
                return owner.to(word), owner.list(word)
        return step("", word), None


class Document:
    """A spec read into its canonical form on demand; what cannot be read is named by file and pointer."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.root: dict[str, Any] = _plain(spec.document, {})
        self.top = Node(self, "", self.root)
        self.nullable = str(self.root.get("openapi")).startswith("3.0")
        self._read: dict[tuple[Any, ...], Canonical] = {}
        self._nulls: dict[int, dict[str, Any]] = {}

    # -- safe steps --------------------------------------------------------------------------------

    def fault(self, pointer: str, what: str) -> DocsError:
        """The error that names this file and a pointer in it."""
        return DocsError(f"{self.spec.path}: {pointer or '/'}: {what}; correct it there")

    def mapping(self, pointer: str, node: Any) -> dict[str, Any]:
        """A node that has to be a mapping; nothing is an empty one."""
        if node is None:
            return {}
        if not isinstance(node, dict):
            raise self.fault(pointer, "is not a mapping")
        return node

    def sequence(self, pointer: str, node: Any) -> list[Any]:
        """A node that has to be a list; nothing is an empty one."""
        if node is None:
            return []
        if not isinstance(node, list):
            raise self.fault(pointer, "is not a list")
        return node

    def follow(self, pointer: str, node: Any) -> tuple[str, Any]:
        """A node behind its references, and its pointer."""
        seen = {pointer}
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            pointer, node = self.target(pointer, node["$ref"])
            if pointer in seen:
                raise self.fault(pointer, "refers to itself")
            seen.add(pointer)
        return pointer, node

    def target(self, pointer: str, reference: str) -> tuple[str, Any]:
        """What a reference leads to."""
        if not reference.startswith("#"):
            raise self.fault(pointer, f"refers to {reference}, which is not in this document")
        for text in (reference[1:], unquote(reference[1:])):
            node: Any = self.root
            for part in text.split("/")[1:]:
                name = part.replace("~1", "/").replace("~0", "~")
                if isinstance(node, dict) and name in node:
                    node = node[name]
                elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                    node = node[int(name)]
                else:
                    break
            else:
                if text.startswith("/"):
                    return text, node
        raise self.fault(pointer, f"refers to {reference}, which is not there")

    def text(self, pointer: str, node: Any) -> str:
        """A node as text that is equal where the same is said: behind its references and without prose."""

        def plain(node: Any, above: tuple[int, ...]) -> Any:
            if isinstance(node, dict) and isinstance(node.get("$ref"), str):
                node = self.follow(pointer, node)[1]
            if id(node) in above:
                return "itself"
            on = (*above, id(node))
            if isinstance(node, dict):
                return {
                    name: plain(inner, on) for name, inner in node.items() if name not in ("description", "summary")
                }
            return [plain(inner, on) for inner in node] if isinstance(node, list) else node

        return exact(plain(node, ()))

    def actions(self) -> Iterator[Action]:
        """Every operation."""
        for path, item in self.top.each("paths").items():
            for method in item.node:
                if method.upper() in (*METHODS, "TRACE") and not path.startswith("x-"):
                    node = self.mapping(item.to(method), item.get(method))
                    yield Action(method.upper(), path, Node(self, item.to(method), node), item)

    def behind(self, parts: Parts) -> Parts:
        """The parts with those that only refer to a schema replaced by it, so that all who refer to it share it."""
        return tuple(self._behind(pointer, node) for pointer, node in parts)

    def _behind(self, pointer: str, node: Any) -> tuple[str, Any]:
        seen: set[int] = set()
        while isinstance(node, dict) and ("$ref" in node or "allOf" in node):
            said = {*node} - _PROSE
            if len(said) > 1:
                break
            if id(node) in seen:
                raise self.fault(pointer, "refers to itself")
            seen.add(id(node))
            if "$ref" in said:
                pointer, node = self.target(pointer, str(node["$ref"]))
            elif len(members := self.listed(pointer, node, "allOf")) == 1:
                pointer, node = members[0]
            else:
                break
        return pointer, node

    # -- schemas -----------------------------------------------------------------------------------

    def canonical(self, parts: Parts, side: str) -> Canonical:
        """The shapes of a schema on one side of an exchange."""
        key = (side, *(id(node) for _, node in parts))
        if key not in self._read:
            self._read[key] = self._canonical(parts, side)
        return self._read[key]

    def _canonical(self, parts: Parts, side: str) -> Canonical:
        shapes: dict[str, list[Shape]] = {}
        types: set[str] = set()
        choices = self._choices(parts, frozenset())
        for branches, nodes in choices:
            allowed = self._types(nodes)
            for kind in sorted(allowed - ({"integer"} if "number" in allowed else set())):
                shape = self._shape(kind, branches, nodes, side)
                if shape is not None:
                    types.add(str(shape.words["type"].value) if "type" in shape.words else kind)
                    shapes.setdefault(shape.kind, []).append(shape)
        types |= {"integer"} if "number" in types else set()
        for kind, found in shapes.items():
            shapes[kind] = _united(found)
        said = [(at, node) for _, nodes in choices for at, node in nodes]
        typed = next((said for said in said if "type" in said[1]), said[0] if said else parts[0])
        shown = tuple(sorted(types - ({"integer"} if "number" in types and len(types) < len(_ALL) else set())))
        return Canonical(
            Said(None, parts[0][0], id(parts[0][1])),
            Said(shown, typed[0], id(typed[1])),
            shapes,
            self._notes(choices),
            any("oneOf" in node for _, node in said),
        )

    def _choices(self, parts: Parts, above: frozenset[int]) -> list[_Choice]:
        """The schema as alternatives, each of them nodes that must all hold: references, allOf, anyOf, oneOf and
        `nullable` multiplied out. A node within itself adds nothing."""
        result: list[_Choice] = [((), [])]
        for pointer, node in parts:
            if node is True or id(node) in above:
                continue
            if node is False:
                return []
            if not isinstance(node, dict):
                raise self.fault(pointer, "is not a schema")
            on = above | {id(node)}
            own: list[_Choice] = [((), [(pointer, node)])]
            if isinstance(node.get("$ref"), str):
                own = _product(own, self._choices((self.target(pointer, node["$ref"]),), on))
            for member in self.listed(pointer, node, "allOf"):
                own = _product(own, self._choices((member,), on))
            for word in ("anyOf", "oneOf"):
                if word in node:
                    branches = [
                        ((Said(_label(branch), branch[0], id(branch[1])), *more), nodes)
                        for branch in self.listed(pointer, node, word)
                        for more, nodes in self._choices((branch,), on)
                    ]
                    if len(own) * len(branches) > _MOST_CHOICES:
                        raise self.fault(pointer, f"has more than {_MOST_CHOICES} combinations of choices")
                    own = _product(own, branches)
            if self.nullable and node.get("nullable") is True:
                own.append(((), [(pointer, self._nulls.setdefault(id(node), {"type": "null"}))]))
            result = _product(result, own)
        return result

    def listed(self, pointer: str, node: Mapping[str, Any], word: str) -> list[tuple[str, Any]]:
        """(pointer, schema) of a list of schemas."""
        where = step(pointer, word)
        return [(step(where, number), inner) for number, inner in enumerate(self.sequence(where, node.get(word)))]

    def _types(self, nodes: list[tuple[str, dict[str, Any]]]) -> set[str]:
        allowed: set[str] | None = None
        for pointer, node in nodes:
            if "type" not in node:
                continue
            names = node["type"] if isinstance(node["type"], list) else [node["type"]]
            if not all(isinstance(name, str) for name in names):
                raise self.fault(step(pointer, "type"), "is not the name of a type")
            said = {*names} | ({"integer"} if "number" in names else set())
            allowed = said if allowed is None else allowed & said
        if allowed is None and not any("enum" in node or "const" in node for _, node in nodes):
            # Members or items are meant to say that there is an object or an array.
            for word, kind in (("properties", "object"), ("items", "array")):
                if any(word in node for _, node in nodes):
                    return {kind}
        return set(_ALL) if allowed is None else allowed

    def _shape(
        self, kind: str, branches: tuple[Said, ...], nodes: list[tuple[str, dict[str, Any]]], side: str
    ) -> Shape | None:
        place = next((said for said in nodes if "type" in said[1]), nodes[-1] if nodes else ("", ANY))
        numeric = kind in ("integer", "number")
        shape = Shape("number" if numeric else kind, branches, Said(None, place[0], id(place[1])))
        if numeric:
            shape.words["type"] = Said(kind, place[0], id(place[1]))
        for pointer, node in nodes:
            for word in (*_OF.get(shape.kind, ()), *_EXCLUSIVE.values()):
                if word in node and (word in _OF.get(shape.kind, ()) or numeric):
                    self._bound(shape, word, pointer, node)
            values = node["enum"] if "enum" in node else [node["const"]] if "const" in node else None
            if values is not None:
                chosen = {exact(value): value for value in self.sequence(step(pointer, "enum"), values)}
                _keep(shape, chosen, pointer, node)
                if "enum" in node and "const" in node:
                    _keep(shape, {exact(node["const"]): node["const"]}, pointer, node)
            if "not" in node:
                known = shape.words.get("not")
                value = {"anyOf": [known.value, node["not"]]} if known else node["not"]
                shape.words["not"] = Said(value, step(pointer, "not"), id(node))
            if "if" in node:
                rule = {name: node[name] for name in ("if", "then", "else") if name in node}
                rules = {self.text(pointer, rule): rule}
                if known := shape.words.get("if"):
                    rules |= known.value
                shape.words["if"] = Said(rules, step(pointer, "if"), id(node))
            if shape.kind == "object":
                self._object(shape, pointer, node, side)
            for word in _SCHEMAS.get(shape.kind, ()):
                schema = node.get(word, True)
                if schema is not True and schema != {}:
                    to = "additional" if word.endswith("edProperties") or word == "additionalProperties" else word
                    to = "items" if word == "unevaluatedItems" else to
                    shape.inner[to] = (*shape.inner.get(to, ()), (step(pointer, word), schema))
            if shape.kind == "array" and "prefixItems" in node and not shape.prefix:
                shape.prefix = [(part,) for part in self.listed(pointer, node, "prefixItems")]
        return _settled(shape)

    def _bound(self, shape: Shape, word: str, pointer: str, node: Mapping[str, Any]) -> None:
        value = node[word]
        said = Said(value, pointer, id(node))
        if word in _EXCLUSIVE.values():
            if isinstance(value, bool):
                return  # OpenAPI 3.0, read with the bound itself
            word = next(plain for plain, strict in _EXCLUSIVE.items() if strict == word)
            said = Said((self._number(pointer, word, value), True), pointer, id(node))
        elif word in ("minimum", "maximum"):
            said = Said((self._number(pointer, word, value), node.get(_EXCLUSIVE[word]) is True), pointer, id(node))
        elif word in LOWER + UPPER or word == "multipleOf":
            said = Said(self._number(pointer, word, value), pointer, id(node))
        known = shape.words.get(word)
        if known is None:
            shape.words[word] = said
        elif word in LOWER + UPPER:
            shape.words[word] = max(known, said, key=lambda s: tightness(word, s.value))
        elif word == "uniqueItems":
            shape.words[word] = Said(known.value or value, pointer, id(node))
        elif known.value != said.value:
            both = sorted({*_several(known.value), *_several(said.value)}, key=str)
            shape.words[word] = Said(tuple(both), pointer, id(node))

    def _number(self, pointer: str, word: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.fault(step(pointer, word), "is not a number")
        return value

    def _object(self, shape: Shape, pointer: str, node: Mapping[str, Any], side: str) -> None:
        for word in _MAPS:
            where = step(pointer, word)
            for name, schema in self.mapping(where, node.get(word)).items():
                part = (step(where, name), schema)
                if not isinstance(schema, (dict, bool)):
                    raise self.fault(part[0], "is not a schema")
                if word == "properties":
                    flag = "readOnly" if side == "request" else "writeOnly"
                    known = (*shape.members.pop(name, ()), *shape.hidden.pop(name, ()), part)
                    (shape.hidden if flag in self.flags(known) else shape.members)[name] = known
                else:
                    held = shape.patterns if word == "patternProperties" else shape.dependent
                    held[name] = (*held.get(name, ()), part)
        for name in self.sequence(step(pointer, "required"), node.get("required")):
            shape.required.setdefault(str(name), Said(True, step(pointer, "required"), id(node)))
        for name, others in self.mapping(step(pointer, "dependentRequired"), node.get("dependentRequired")).items():
            word = f"dependentRequired of {name}"
            shape.words[word] = Said({*self.sequence(step(pointer, "dependentRequired"), others)}, pointer, id(node))

    def flags(self, parts: Parts) -> set[str]:
        """Which of readOnly and writeOnly a schema says, behind its references."""
        found: set[str] = set()
        todo = list(parts)
        seen: set[int] = set()
        while todo:
            pointer, node = todo.pop()
            if not isinstance(node, dict) or id(node) in seen:
                continue
            seen.add(id(node))
            for word in ("readOnly", "writeOnly"):
                if node.get(word) is True:
                    found.add(word)
            if "allOf" in node:
                todo += self.listed(pointer, node, "allOf")
            if isinstance(node.get("$ref"), str):
                todo.append(self.target(pointer, node["$ref"]))
        return found

    def _notes(self, choices: list[_Choice]) -> dict[str, Said]:
        """What is said beside the set of values, where the choices agree on who says it."""
        some = [nodes for _, nodes in choices if not any(node.get("type") == "null" for _, node in nodes)]
        found: dict[str, Said] = {}
        for pointer, node in some[0] if some else []:
            if len(some) > 1 and not all(any(node is other for _, other in nodes) for nodes in some):
                continue
            for word in _NOTES:
                if word in node:
                    found.setdefault(word, Said(node[word], pointer, id(node)))
        return found


def tightness(word: str, value: Any) -> Any:
    """A bound as a number that is the greater, the less is allowed."""
    number, strict = value if isinstance(value, tuple) else (value, False)
    return (Fraction(str(number)) * (1 if word in LOWER else -1), strict)


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _product(one: list[_Choice], other: list[_Choice]) -> list[_Choice]:
    return [((*a, *b), [*x, *y]) for a, x in one for b, y in other]


def _label(branch: tuple[str, Any]) -> str:
    reference = branch[1].get("$ref") if isinstance(branch[1], dict) else None
    return reference.rpartition("/")[2] if isinstance(reference, str) else ""


def _keep(shape: Shape, chosen: dict[str, Any], pointer: str, node: Mapping[str, Any]) -> None:
    known = shape.words.get("enum")
    if known is not None:
        chosen = {text: value for text, value in chosen.items() if text in known.value}
    shape.words["enum"] = Said(chosen, pointer, id(node))


def _kind(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return "integer"
    for kind, name in ((type(None), "null"), (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list) else "object"


def _settled(shape: Shape) -> Shape | None:
    """A shape without words that say nothing, or None when it allows nothing."""
    words = shape.words
    numeric = words.get("type")
    if enum := words.get("enum"):
        kinds = {shape.kind, "integer"} if numeric else {shape.kind}
        kinds -= {"number"} if numeric and numeric.value == "integer" else set()
        values = {text: value for text, value in enum.value.items() if _kind(value) in kinds}
        if not values:
            return None
        words["enum"] = Said(values, enum.at, enum.by)
        if numeric and all(_kind(value) == "integer" for value in values.values()):
            words["type"] = Said("integer", numeric.at, numeric.by)
        whole = {"null": 1, "boolean": 2}.get(shape.kind)
        if len(values) == whole:
            del words["enum"]
    for word in ("minLength", "minItems", "minProperties"):
        if word in words and words[word].value <= (len(shape.required) if word == "minProperties" else 0):
            del words[word]
    if "contains" not in shape.inner:
        words.pop("minContains", None)
        words.pop("maxContains", None)
    elif "minContains" in words and words["minContains"].value == 1:
        del words["minContains"]
    if "uniqueItems" in words and words["uniqueItems"].value is not True:
        del words["uniqueItems"]
    if numeric and numeric.value == "integer":
        for word in ("minimum", "maximum"):
            if word in words:
                words[word] = Said(_whole(word, *words[word].value), words[word].at, words[word].by)
        if "multipleOf" in words and words["multipleOf"].value == 1:
            del words["multipleOf"]
    return shape


def _whole(word: str, number: Any, strict: bool) -> tuple[Any, bool]:
    """The bound of an integer as the last one that is allowed."""
    if word == "minimum":
        return (math.floor(number) + 1 if strict else math.ceil(number)), False
    return (math.ceil(number) - 1 if strict else math.floor(number)), False


def _united(shapes: list[Shape]) -> list[Shape]:
    """The shapes of one type, with enums gathered in one, and without those that a free one includes."""
    if len(shapes) == 1:
        return shapes

    def whole(shape: Shape) -> bool:
        return "type" in shape.words and shape.words["type"].value == "integer"

    def only(shape: Shape, *words: str) -> bool:
        return {*shape.words} <= {"type", *words} and not (shape.members or shape.hidden or shape.required
            or shape.patterns or shape.dependent or shape.inner or shape.prefix)  # fmt: skip

    free = [shape for shape in shapes if only(shape)]
    if wide := next((shape for shape in free if not whole(shape)), None):
        return [wide]
    if free:  # all integers: numbers may be bounded still
        shapes = [free[0], *(shape for shape in shapes if not whole(shape))]
    listed = [shape for shape in shapes if "enum" in shape.words and only(shape, "enum")]
    if len(listed) < 2:
        return shapes
    first = listed[0]
    values = {text: value for shape in listed for text, value in shape.words["enum"].value.items()}
    first.words["enum"] = Said(values, first.words["enum"].at, first.words["enum"].by)
    return [shape for shape in shapes if shape is first or shape not in listed]


def _plain(node: Any, known: dict[int, Any]) -> Any:
    """A document with text for names, as JSON has them; what YAML aliases share stays shared."""
    if not isinstance(node, (dict, list)):
        return node
    if id(node) not in known:
        copy: Any = {} if isinstance(node, dict) else []
        known[id(node)] = copy
        if isinstance(node, dict):
            for name, inner in node.items():
                plain = _plain(inner, known) if isinstance(inner, (dict, list)) else inner
                copy[name if isinstance(name, str) else _name(name)] = plain
        else:
            copy.extend(_plain(inner, known) for inner in node)
    return known[id(node)]


def _name(name: Any) -> str:
    return str(name).lower() if isinstance(name, bool) else str(name)
