"""Bodies as values and back: JSON, XML by the schema's `xml` hints, and forms; and which media type a client
accepts."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .openapi import FORM, MEDIA_JSON, MEDIA_XML, Document, Media, Schema, from_text
from .storage import dumps, loads

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BodyError(ValueError):
    """A body that is not what its media type says; the message tells what and where."""


def essence(content_type: str) -> str:
    """The media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def charset(content_type: str) -> str:
    """The charset parameter in lower case; empty when there is none."""
    match = re.search(r";\s*charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    return match[1].lower() if match else ""


@lru_cache(maxsize=1024)
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
    if MEDIA_XML.match(media.type) and media.schema is not None:
        return _xml(media.schema, value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and not MEDIA_JSON.match(media.type):
        return value.encode("utf-8", "replace")
    return dumps(value)


def load(media: Media, body: bytes) -> Any:
    """A body of a media type as a value.

    Raises:
        BodyError: it is not of that type.
    """
    if MEDIA_JSON.match(media.type):
        try:
            return loads(body)
        except ValueError as error:
            raise BodyError(str(error)) from None
    if MEDIA_XML.match(media.type) and media.schema is not None:
        return _from_xml(media.schema, body)
    if media.type == FORM:
        return _from_form(media.schema, body)
    return body.decode("utf-8", "replace")


# XML: the schema of the XML media type carries names, namespaces and order; a dictionary is an array of elements
# with Key and Value.


def _hints(document: Document, pointer: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
    node, pointer = document.resolve(pointer)
    return node, pointer, node.get("xml") or {}


def _is_dictionary(node: dict[str, Any]) -> bool:
    items = node.get("items")
    return isinstance(items, dict) and set(items.get("properties") or ()) == {"Key", "Value"}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NOT_XML.sub("\ufffd", str(value)), quote=False)


def _xml(schema: Schema, value: Any) -> bytes:
    document = schema.document
    node, pointer, hints = _hints(document, schema.pointer)
    name = hints.get("name") or pointer.rsplit("/", 1)[-1]
    default = hints.get("namespace", "")
    space = f' xmlns:i="{INSTANCE}"' + (f' xmlns="{escape(default)}"' if default else "")
    return _element(document, pointer, node, hints, name, value, space).encode("utf-8", "replace")


def _element(
    document: Document,
    pointer: str,
    node: dict[str, Any],
    hints: dict[str, Any],
    name: str,
    value: Any,
    space: str = "",
) -> str:
    """One element with what is in it. `space` declares namespaces."""
    tag = f"{hints['prefix']}:{name}" if hints.get("prefix") else name
    if value is None:
        return f'<{tag}{space} i:nil="true"/>'
    inner = ""
    if "properties" in node and isinstance(value, dict):
        for key in node["properties"]:
            if key in value:
                child, place, child_hints = _hints(document, f"{pointer}/properties/{key}")
                inner += _element(document, place, child, child_hints, child_hints.get("name", key), value[key])
    elif "items" in node:
        child, place, child_hints = _hints(document, pointer + "/items")
        if _is_dictionary(node):
            entries = value if isinstance(value, dict) else {}
            value = [{"Key": key, "Value": item} for key, item in entries.items()]
        if child_hints.get("prefix") and child_hints.get("namespace"):
            space += f' xmlns:{child_hints["prefix"]}="{escape(child_hints["namespace"])}"'
        item_name = child_hints.get("name", name)
        inner = "".join(_element(document, place, child, child_hints, item_name, item) for item in value)
        if not (hints.get("wrapped") or space):
            return inner
    else:
        inner = _text(value)
    return f"<{tag}{space}>{inner}</{tag}>" if inner else f"<{tag}{space}/>"


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


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
    document = schema.document
    node, pointer, hints = _hints(document, schema.pointer)
    name, space = hints.get("name", ""), hints.get("namespace", "")
    if name and root.tag != (f"{{{space}}}{name}" if space else name):
        raise BodyError(f"the root element is {str(root.tag)[:100]}, expected {{{space}}}{name}")
    return _value(document, pointer, node, root)


def _value(document: Document, pointer: str, node: dict[str, Any], element: Element) -> Any:
    if element.get(f"{{{INSTANCE}}}nil") == "true" or (element.text == "null" and _is_null(document, pointer)):
        return None
    if "properties" in node:
        if (element.text or "").strip():
            raise BodyError(f"the element {_local(element)[:100]} holds text, expected elements")
        found = {}
        for child in element:
            key = _local(child)
            if key in node["properties"]:
                child_node, place, _ = _hints(document, f"{pointer}/properties/{key}")
                found[key] = _value(document, place, child_node, child)
        return found
    if "items" in node:
        if (element.text or "").strip():
            raise BodyError(f"the element {_local(element)[:100]} holds text, expected elements")
        child_node, place, _ = _hints(document, pointer + "/items")
        values = [_value(document, place, child_node, child) for child in element]
        if _is_dictionary(node):
            if any(item is None or not item.keys() >= {"Key", "Value"} for item in values):
                raise BodyError(f"an entry of {_local(element)[:100]} has no Key or no Value")
            return {str(item["Key"]): item["Value"] for item in values}
        return values
    return from_text(element.text or "", document.types(pointer))


def _is_null(document: Document, pointer: str) -> bool:
    """The text `null` stands for null where no text can stand."""
    types = document.types(pointer)
    return "null" in types and "string" not in types


def _from_form(schema: Schema | None, body: bytes) -> Any:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=1000,
            errors="strict",
        )
    except ValueError as error:
        raise BodyError(f"not a form: {str(error)[:100]}") from None
    fields: dict[str, Any] = {}
    for name, text in pairs:
        types = frozenset(("string",))
        if schema is not None and name in (schema.node.get("properties") or {}):
            types = schema.document.types(f"{schema.document.resolve(schema.pointer)[1]}/properties/{name}")
        value = from_text(text, types)
        if "object" in types and text.startswith("{"):
            try:
                value = loads(text.encode())
            except ValueError:
                value = text
        if name in fields and "array" in types:
            fields[name] = [*fields[name], value]
        else:
            fields[name] = [value] if "array" in types else value
    return fields
