"""Further examples made from those of the spec: each array empty, every text empty or full of hard characters, every
number where machines lose signs and digits. Chance reaches these seldom, and servers fail there often."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]

INTEGERS = (-1, 0, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1)
TEXTS = ("", " a b ", "a\u0308\r\nb", "null", "a\0b", "\u00e4\u65e5", "\U0001f600", "\"'<&>%;", "x" * 300)
NUMBERS = (-0.5, 1e300, 5e-324)
LEAVES = 100
"""Of how many leaves there are lookalikes: where any member may be, made-up names have no end."""


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


def _lookalikes(value: Any) -> list[Any]:
    """What lax readers take for a value."""
    if value is None:
        return ["", "null"]
    if isinstance(value, bool):
        return [str(value).lower(), int(value)]
    if isinstance(value, int):
        return [str(value), value + 0.5, bool(value), [value]]
    if isinstance(value, float):
        return [str(value), True]
    if isinstance(value, str):
        return [
            value.upper(),
            value.lower(),
            f" {value} ",
            5,
            True,
            [value],
            f"{value}T00:00:00",
            value.replace("-0", "-"),
        ]
    return [{"0": item} for item in value[:1]] if isinstance(value, list) else [[value], ""]


def lookalikes(value: Any, valid: Callable[[Any], bool], seen: set[str]) -> Iterator[tuple[str, Any]]:
    """Values like a valid one that are invalid by one leaf that a lax reader takes, with the leaf and what it became:
    each leaf once, whatever item of an array it is in, and none that was seen before."""
    for path, leaf in leaves(value):
        name = "/".join("*" if isinstance(step, int) else step for step in path)
        if (place := f"{name} {_kind(leaf)}") not in seen and len(seen) < LEAVES:
            seen.add(place)
            for new in _lookalikes(leaf):
                if not valid(tried := put(value, path, new)):
                    yield f"{name} as {new!r:.60}", tried
