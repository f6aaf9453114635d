"""Asavie's XML beside its JSON."""

from __future__ import annotations

import re
from typing import Any

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


def _text(text: str) -> str:
    """As a parser reads it: XML has no control characters, and its line ends are all alike."""
    return _NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def from_xml(element: Any) -> Any:
    """An element of Asavie's XML as JSON."""
    if element.get(NIL) == "true" or (local(element) == "Parameters" and element.text == "null"):
        return None
    if local(element) == "Parameters":
        entries = ({local(part): part.text or "" for part in entry} for entry in element)
        return {entry["Key"]: entry["Value"] for entry in entries}
    return int(element.text) if local(element) in ("Status", "TimeoutMinutes") else element.text or ""
