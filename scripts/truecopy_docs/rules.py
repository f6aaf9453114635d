"""What a change means for those who call an API: one table of effects, used for pages and for specs.

A changed word first has an *effect* on the set of values that are allowed: it is `narrowed`, `widened` or `changed`
(neither). What that means depends on the side: a caller must follow a narrowed request, and must cope with a widened
answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = [
    "BREAKING",
    "COMPATIBLE",
    "DOCUMENTATION",
    "MEANING",
    "RANK",
    "TYPED_FORMATS",
    "classify",
    "distinct",
    "same_words",
]

BREAKING, COMPATIBLE, DOCUMENTATION = "breaking", "compatible", "documentation only"
RANK = {BREAKING: 0, COMPATIBLE: 1, DOCUMENTATION: 2}

MEANING = {
    # effect: (in a request, in an answer)
    "narrowed": (BREAKING, COMPATIBLE),  # callers must follow a narrowed request
    "widened": (COMPATIBLE, BREAKING),  # and cope with a widened answer
    "changed": (BREAKING, BREAKING),
    "unknown": (BREAKING, BREAKING),  # what cannot be compared may break
    "lost": (BREAKING, BREAKING),
    "gained": (COMPATIBLE, COMPATIBLE),
    "presumed": (BREAKING, COMPATIBLE),  # another default: the same call asks for something else
    "noted": (DOCUMENTATION, DOCUMENTATION),
}
"""What a change means by its effect and side."""
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
TYPED_FORMATS = frozenset({"date", "date-time", "uuid", "binary"})
"""Formats of which generated clients make types of their own, which are not texts: either way callers must follow."""
_IGNORED = ("example", "source", "printed", "lines", "values", "dataType", "flat")
_PROSE = ("model", "stated", "repaired", "deprecated")


def same_words(word: str, old: Any, new: Any) -> bool:
    """Whether two values of a word say the same; silence about a flag is the flag not being set."""
    if word in _IGNORED:
        return True
    if word in ("nullable", "required", "uniqueItems", "deprecated"):
        return bool(old) == bool(new)
    if word == "per" and (old is None or new is None):
        return True  # read from prose, which may say it in words of its own
    if word in ("enum", "type") and isinstance(old, list) and isinstance(new, list):
        return _values(old) == _values(new)
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def distinct(choices: list[dict[str, Any]] | None, says: Mapping[str, Any]) -> list[str]:
    """The choices of a row that count, in any order: one that a plain type beside it allows already says nothing."""
    plain = {choice.get("type") for choice in choices or () if list(choice) == ["type"]} - {"object", "array"}
    plain |= {says["type"]} if not choices and isinstance(says.get("type"), str) else set()
    counted = [choice for choice in choices or () if list(choice) == ["type"] or choice.get("type") not in plain]
    return sorted(_values(counted) | {json.dumps({"type": kind}) for kind in plain})


def classify(word: str, old: Any, new: Any, side: str, *, shown: bool = False) -> str:
    """The class of one changed word of a field, parameter or header.

    Args:
        side: `request` or `response`.
        shown: both values were read from samples, which show a type but do not bound it.
    """
    if word in _PROSE:
        return DOCUMENTATION
    if word == "type" and (old is None or new is None):
        return DOCUMENTATION
    if word == "default":
        return DOCUMENTATION if old is None or new is None else BREAKING if side == "request" else COMPATIBLE
    if word == "additional" and side == "response":
        return COMPATIBLE  # callers ignore members they do not know
    if word == "type" and shown and "null" in (old, new):
        return COMPATIBLE
    return MEANING[_effect(word, old, new)][side == "response"]


def _effect(word: str, old: Any, new: Any) -> str:
    if word == "type":
        return _compare(_types(old), _types(new))
    if word == "nullable":
        return "widened" if new else "narrowed"
    if word in ("required", "uniqueItems"):
        return "narrowed" if new else "widened"
    if word == "additional":
        return "narrowed" if new is False else "widened"
    if word in ("enum", "choices"):
        return "narrowed" if old is None else "widened" if new is None else _compare(_values(old), _values(new))
    if word == "format" and {old, new} & TYPED_FORMATS:
        return "changed"
    if old is None or new is None:  # a bound, pattern or format appears or goes
        return "narrowed" if old is None else "widened"
    try:
        if word in _LOWER:
            return "narrowed" if new > old else "widened"
        if word in _UPPER:
            return "narrowed" if new < old else "widened"
    except TypeError:
        return "changed"
    return "changed"


def _compare(old: set[str], new: set[str]) -> str:
    return "widened" if old < new else "narrowed" if new < old else "changed"


def _types(value: Any) -> set[str]:
    names = {value} if isinstance(value, str) else set(value)
    return names | ({"integer"} if "number" in names else set())


def _values(value: list[Any]) -> set[str]:
    return {json.dumps(item, sort_keys=True) for item in value}
