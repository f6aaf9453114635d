"""Asavie's XML beside its JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from .asking import short

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def same_xml(element: Any, value: Any, where: str) -> None:
    if value is None:
        assert element.get(NIL) == "true", f"{where}: null in JSON, not nil in XML"
        assert not len(element), f"{where}: nil in XML, and not empty"
        return
    assert element.get(NIL) is None, f"{where}: nil in XML, {short(value)} in JSON"
    children = {local(child): child for child in element}
    if isinstance(value, dict) and ("KeyValueOfstringstring" in children or where.endswith(("/Meta", "/Parameters"))):
        pairs = [[part.text or "" for part in entry] for entry in element]
        expected = [[_text(name), _text(item)] for name, item in value.items()]
        assert pairs == expected, f"{where}: {pairs} in XML, {short(value)} in JSON"
    elif isinstance(value, dict):
        assert set(children) == set(value), f"{where}: {sorted(children)} in XML, {sorted(value)} in JSON"
        for name, child in children.items():
            same_xml(child, value[name], f"{where}/{name}")
    else:
        text = "true" if value is True else "false" if value is False else _text(str(value))
        assert (element.text or "") == text, f"{where}: {element.text!r} in XML, {short(value)} in JSON"


_NAMESPACES = (
    'xmlns="http://schemas.datacontract.org/2004/07/AS.Models.API" '
    'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:d2p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays"'
)


def to_xml(batch: dict[str, Any]) -> bytes:
    """A batch as its body in XML, members in the order of their names as the serializer wants them.

    Raises:
        ValueError: XML has no way to say it.
    """
    parts = []
    for name, value in sorted(batch.items()):
        if value is None:
            parts.append(f'<{name} i:nil="true"/>')
        elif isinstance(value, dict):
            entries = (f"<d2p1:Key>{_said(k)}</d2p1:Key><d2p1:Value>{_said(v)}</d2p1:Value>" for k, v in value.items())
            element = "d2p1:KeyValueOfstringstring"
            parts.append(f"<{name}>{''.join(f'<{element}>{entry}</{element}>' for entry in entries)}</{name}>")
        else:
            parts.append(f"<{name}>{_said(str(value))}</{name}>")
    return f"<Batch {_NAMESPACES}>{''.join(parts)}</Batch>".encode()


def _said(text: str) -> str:
    if _text(text) != text:
        raise ValueError("not in XML")
    return escape(text)


def _text(text: str) -> str:
    """As a parser reads it: XML has no control characters, and its line ends are all alike."""
    return _NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def fits(element: Any, pointer: str, at: Callable[[str], tuple[Any, str]]) -> bool:
    """Whether an element can be read as a value of a schema. XML has no types: an empty element is an empty text, array
    or object, and a list in the place of an object is a row of members that the schema leaves open.

    Args:
        element: of the body.
        pointer: the schema's.
        at: what finds a schema, and where it stands.
    """
    schema, pointer = at(pointer)
    types = schema.get("type", "object")
    types = [types] if isinstance(types, str) else types
    if element.get(NIL) == "true":
        return "null" in types
    text, bare = (element.text or "").strip(), not len(element)
    if ("string" in types and bare) or ("boolean" in types and text in ("true", "false", "1", "0") and bare):
        return True
    if "integer" in types and bare and re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return True
    if "array" in types and (bare or not text):
        return all(fits(child, f"{pointer}/items", at) for child in element)
    if "object" not in types or (bare and text):
        return False
    children = {local(child): child for child in element}
    members = schema.get("properties", {})
    return set(schema.get("required", ())) <= children.keys() and all(
        fits(child, f"{pointer}/properties/{name}", at) for name, child in children.items() if name in members
    )


def from_xml(element: Any) -> Any:
    """An element of Asavie's XML as JSON."""
    if element.get(NIL) == "true" or (local(element) == "Parameters" and element.text == "null"):
        return None
    if local(element) == "Parameters":
        entries = ({local(part): part.text or "" for part in entry} for entry in element)
        return {entry["Key"]: entry["Value"] for entry in entries}
    return int(element.text) if local(element) in ("Status", "TimeoutMinutes") else element.text or ""
