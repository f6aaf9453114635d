"""Further examples made from those of the spec: each array empty, every text empty or full of hard characters, every
number where machines lose signs and digits. Chance reaches these seldom, and servers fail there often."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]

INTEGERS = (-1, 0, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1)
TEXTS = ("", " a b ", "null", "a\0b", "\u00e4\u65e5", "\U0001f600", "\"'<&>%;", "x" * 300)
NUMBERS = (-0.5, 1e300, 5e-324)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside a value, with the way to it."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    if path:
        yield path, value
    for key, item in items:
        yield from leaves(item, (*path, key))


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with something else in one place."""
    changed = copy.deepcopy(value)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return changed


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    names = {int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "")


CORNERS: dict[str, tuple[Any, ...]] = {
    "integer": INTEGERS,
    "number": NUMBERS,
    "string": TEXTS,
}


def corners(example: Any, valid: Callable[[Any], bool]) -> Iterator[Any]:
    """Values like an example that are still valid: for each corner one, with all the places that can take it; each
    array emptied in one more."""
    places = [(path, _kind(value)) for path, value in leaves(example)]
    for path, kind in places:
        if kind == "array" and valid(empty := put(example, path, [])):
            yield empty
    for kind, values in CORNERS.items():
        for new in values:
            changed = example
            for path, found in places:
                if found == kind and valid(tried := put(changed, path, new)):
                    changed = tried
            if changed is not example:
                yield changed
