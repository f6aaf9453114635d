"""Bodies as values and back: JSON, XML by the schema's `xml` hints, forms and other texts; and which media type a
client accepts."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .openapi import FORM, MEDIA_JSON, MEDIA_XML, MULTIPART, Media, essence
from .parameters import Parameter, UnreadableError, from_text, to_text
from .schemas import Schema
from .storage import dumps, loads

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_FIELDS = 1000
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BodyError(ValueError):
    """A body that is not what its media type says; the message tells what and where."""


def header_parameter(header: str, name: str) -> str:
    """A parameter of a header such as Content-Type; empty when there is none."""
    for found in _PARAMETER.finditer(header):
        if found[1].lower() == name:
            return found[3] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
    return ""


@lru_cache(maxsize=64)
def negotiate(accept: str, offered: tuple[str, ...]) -> str | None:
    """The offered media type that an Accept header likes best (RFC 9110 section 12.5.1), the first of equals; None
    if it likes none."""
    if not accept.strip():
        return offered[0]
    ranges = []
    for part in accept.split(","):
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = float(value) if re.fullmatch(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", value.strip()) else 0.0
        ranges.append((media, quality))
    best, best_quality = None, 0.0
    for media in offered:
        kind = media.partition("/")[0]
        precedence = (media, f"{kind}/*", "*/*")
        quality = next(
            (max(q for m, q in ranges if m == wanted) for wanted in precedence if any(m == wanted for m, _ in ranges)),
            0.0,
        )
        if quality > best_quality:
            best, best_quality = media, quality
    return best


def dump(media: Media, value: Any) -> bytes:
    """A value as a body of a media type."""
    if isinstance(value, bytes):
        return value
    if MEDIA_XML.match(media.essence) and media.schema is not None:
        return _xml(media.schema, value)
    if isinstance(value, str) and not MEDIA_JSON.match(essence(media.label)):
        return value.encode("utf-8", "replace")
    return dumps(value)


def load(media: Media, body: bytes, given: str = "") -> Any:
    """A body as a value. `given` is its Content-Type where that of `media` is a range.

    Raises:
        BodyError: it is not of its type.
    """
    kind = essence(given) if "*" in media.essence else media.essence
    if MEDIA_JSON.match(kind):
        return _from_json(body)
    if MEDIA_XML.match(kind) and media.schema is not None:
        return _from_xml(media.schema, body)
    if kind == FORM:
        return _from_fields(media, _urlencoded(body))
    if kind == MULTIPART:
        return _from_fields(media, _multipart(body, given))
    text = body.decode("utf-8", "replace")
    return text if media.schema is None else from_text(text, media.schema.types([media.schema.node]))


def _from_json(body: bytes) -> Any:
    try:
        return loads(body)
    except ValueError as error:
        raise BodyError(str(error)) from None


# XML: the schema of the XML media type carries names, namespaces and order; a dictionary is an array of elements
# with Key and Value.


class _View:
    """What a schema says about an element: its hints, the members and the items that it may have."""

    def __init__(self, schema: Schema, nodes: list[Any]) -> None:
        self.schema, self.nodes = schema, nodes
        self.hints: dict[str, Any] = {}
        for part in schema.branches(nodes) + schema.parts(nodes):
            self.hints.update(part.get("xml") or {})
        self.names, self.types = schema.names(nodes), schema.types(nodes)
        self._members: dict[str, _View] = {}

    def member(self, name: str) -> _View:
        known = self._members.get(name)
        if known is None:
            known = _View(self.schema, self.schema.below(self.nodes, name))
            if name in self.names:  # any other is a client's, which has no end of them
                self._members[name] = known
        return known

    @cached_property
    def item(self) -> _View | None:
        nodes = self.schema.below(self.nodes, None)
        return _View(self.schema, nodes) if nodes else None

    @cached_property
    def is_dictionary(self) -> bool:
        return not self.names and self.item is not None and self.item.names.keys() == {"Key", "Value"}

    @cached_property
    def elements(self) -> dict[str, tuple[str, _View]]:
        """The members by the names of the elements that they are written as."""
        found = {}
        for name in self.names:
            view = self.member(name)
            inner = view.item if view.repeats else view
            found[inner.hints.get("name", name) if inner else name] = name, view
        return found

    @cached_property
    def repeats(self) -> bool:
        """Whether its items stand where it would stand."""
        named = self.item is not None and self.item.hints.get("prefix") and self.item.hints.get("namespace")
        return self.item is not None and not self.names and not (self.hints.get("wrapped") or named)


@lru_cache(maxsize=1024)
def _view(schema: Schema) -> _View:
    return _View(schema, [schema.node])


def _text(value: Any) -> str:
    return escape(_NOT_XML.sub("\ufffd", to_text(value)))


def _xml(schema: Schema, value: Any) -> bytes:
    view, node, name = _view(schema), schema.node, schema.pointer
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        name, node = node["$ref"], schema.follow(node["$ref"])
    default = view.hints.get("namespace", "")
    space = f' xmlns:i="{INSTANCE}"' + (f' xmlns="{escape(default)}"' if default else "")
    return _element(view, view.hints.get("name") or name.rpartition("/")[2], value, space).encode("utf-8", "replace")


def _element(view: _View, name: str, value: Any, declared: str = "") -> str:
    """One element with what is in it. `declared` are its namespaces."""
    tag = f"{view.hints['prefix']}:{name}" if view.hints.get("prefix") else name
    if value is None:
        return f'<{tag}{declared} i:nil="true"/>'
    if view.is_dictionary:
        value = [{"Key": key, "Value": item} for key, item in value.items()] if isinstance(value, dict) else []
    attributes, inner = declared, ""
    if isinstance(value, dict):
        for key in view.names or list(value):
            if key in value:
                member = view.member(key)
                own_name = member.hints.get("name", key)
                if member.hints.get("attribute") and value[key] is not None:
                    attributes += f' {own_name}="{_text(value[key])}"'
                else:
                    inner += _element(member, own_name, value[key])
    elif isinstance(value, list):
        item = view.item or _View(view.schema, [])
        if item.hints.get("prefix") and item.hints.get("namespace"):
            attributes += f' xmlns:{item.hints["prefix"]}="{escape(item.hints["namespace"])}"'
        inner = "".join(_element(item, item.hints.get("name", name), one) for one in value)
        if not (view.hints.get("wrapped") or attributes):
            return inner
    else:
        inner = _text(value)
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _local(name: str) -> str:
    return str(name).rpartition("}")[2]


def _from_xml(schema: Schema, body: bytes) -> Any:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise BodyError("a document type declaration or an entity is not allowed") from None
    except (ParseError, ValueError, LookupError) as error:
        raise BodyError(f"not well-formed XML: {error}") from None
    view = _view(schema)
    name, space = view.hints.get("name", ""), view.hints.get("namespace", "")
    if name and root.tag != (f"{{{space}}}{name}" if space else name):
        raise BodyError(f"the root element is {str(root.tag)[:100]}, expected {{{space}}}{name}")
    try:
        return _value(view, root)
    except RecursionError:
        raise BodyError("the elements are nested too deeply") from None


def _value(view: _View, element: Element) -> Any:
    # The text `null` stands for null where no text can stand.
    is_null = element.text == "null" and "null" in view.types and "string" not in view.types
    if is_null or element.get(f"{{{INSTANCE}}}nil") == "true":
        return None
    free = "object" in view.types and not view.names and len(element) > 0
    if not (view.names or view.item or free):
        return from_text(element.text or "", view.types)
    if (element.text or "").strip():
        raise BodyError(f"the element {_local(element.tag)[:100]} holds text, expected elements")
    if view.names:
        return _members(view, element)
    if view.item is None:
        return {_local(child.tag): _value(view.member(_local(child.tag)), child) for child in element}
    values = [_value(view.item, child) for child in element]
    if view.is_dictionary:
        if any(item is None or not item.keys() >= {"Key", "Value"} for item in values):
            raise BodyError(f"an entry of {_local(element.tag)[:100]} has no Key or no Value")
        return {str(item["Key"]): item["Value"] for item in values}
    return values


def _members(view: _View, element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute, text in element.attrib.items():
        name, member = view.elements.get(_local(attribute), ("", view))
        if name and member.hints.get("attribute"):
            found[name] = from_text(text, member.types)
    for child in element:
        name, member = view.elements.get(_local(child.tag), ("", view))
        if name and member.repeats and member.item:
            found.setdefault(name, []).append(_value(member.item, child))
        elif name:
            found[name] = _value(member, child)
    return found


# Forms: each field is read as a parameter is.


def _urlencoded(body: bytes) -> dict[str, list[Any]]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise BodyError(f"not a form: {str(error)[:100]}") from None
    fields: dict[str, list[Any]] = {}
    for name, text in pairs:
        fields.setdefault(name, []).append(text)
    return fields


def _multipart(body: bytes, content_type: str) -> dict[str, list[Any]]:
    """The parts by name (RFC 7578): those of a JSON type as values, all others as texts."""
    boundary = header_parameter(content_type, "boundary").encode("latin-1", "replace")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, _FIELDS + 2)
    if not boundary or len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise BodyError("not a form: its last part does not end with the boundary that Content-Type names")
    fields: dict[str, list[Any]] = {}
    for part in parts[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        name = header_parameter(headers.get("content-disposition", ""), "name")
        if not name:
            raise BodyError("not a form: a part has no name in its Content-Disposition")
        is_json = MEDIA_JSON.match(essence(headers.get("content-type", "")))
        fields.setdefault(name, []).append(_from_json(content) if is_json else content.decode("utf-8", "replace"))
    return fields


def _field(media: Media, schema: Schema, name: str) -> Parameter | None:
    """How a field of a form is read; None when the schema says nothing of it. Unless the document says how, an array
    is repeated and an object is JSON."""
    nodes = schema.below([schema.node], name)
    rules = (media.node.get("encoding") or {}).get(name) or {}
    style = rules.get("style", "form")
    explode = rules.get("explode", style == "form" and "array" in schema.types(nodes))
    return Parameter(name, "form", False, schema, nodes, media.pointer, style, explode) if nodes else None


@lru_cache(maxsize=1024)
def _described(media: Media, schema: Schema) -> dict[str, Parameter | None]:
    return {name: _field(media, schema, name) for name in schema.names([schema.node])}


def _from_fields(media: Media, sent: dict[str, list[Any]]) -> Any:
    schema = media.schema
    if schema is None:
        return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}
    found: dict[str, Any] = {}
    for name, field in _described(media, schema).items():
        values = field.find(sent) if field else None
        if field and values is not None:
            found[name] = _read(field, values)
    for name, values in sent.items():
        if name not in found and name.partition("[")[0] not in found:  # a[] and a[b] were read as a
            field = _field(media, schema, name)
            found[name] = _read(field, values) if field else values[-1]
    return found


def _read(field: Parameter, values: Any) -> Any:
    if isinstance(values, list) and any(not isinstance(value, str) for value in values):  # parts that were JSON
        return values if "array" in field.types else values[0]
    try:
        return field.value(values)
    except UnreadableError as error:
        raise BodyError(f"{field.name}: expected {error.expected}, got {error.got}") from None
