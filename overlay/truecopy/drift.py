"""What answers hold that the spec does not know, and how an answer that breaks the spec is still read."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from truecopy.forks import begin_with_forks
from truecopy.schema import Check, Finding, errors_in

P = TypeVar("P")

_MOST = 1000


@dataclass(frozen=True)
class DriftRecord:
    """One way in which answers differ from the spec. Holds types and names, never values."""

    operation: str
    kind: str
    """``error`` when the spec's promise is broken, ``drift`` for what it rules out, ``new`` for what it lacks."""
    pointer: str
    """JSON pointer into the answer, ``*`` for every index of a list."""
    expected: str
    got: str
    count: int
    """How often it was seen."""


class Drift:
    """The differences that a client has seen, each once with a count; at most 1,000 of them."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Finding], int] = {}
        begin_with_forks(self)

    def begin(self) -> None:
        self._lock = threading.Lock()

    def record(self, operation: str, findings: list[Finding]) -> None:
        """Count findings on one answer."""
        with self._lock:
            for found in findings:
                key = operation, found._replace(pointer=re.sub(r"/\d+(?=/|$)", "/*", found.pointer))
                if key in self._seen or len(self._seen) < _MOST:
                    self._seen[key] = self._seen.get(key, 0) + 1

    def __iter__(self) -> Iterator[DriftRecord]:
        with self._lock:
            seen = dict(self._seen)
        for (operation, found), count in seen.items():
            yield DriftRecord(operation, *found, count)

    def __len__(self) -> int:
        return len(self._seen)

    def __repr__(self) -> str:
        return f"Drift({list(self)!r})"

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()

    def __reduce__(self) -> tuple[type[Drift], tuple[()]]:
        return Drift, ()  # a copy starts with nothing seen


def parsed(model: Any, body: Any, payload: type[P], attribute: str | None) -> P | None:
    """The payload as an object of its model, or None when the body does not hold one."""
    try:
        result = model.from_dict(body)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    if attribute is not None:
        result = getattr(result, attribute)
    return result if isinstance(result, payload) else None


_ROUNDS = 6


def salvaged(model: Any, body: Any, payload: type[P], attribute: str | None, check: Check) -> P | None:
    """What can be read of a body that breaks the spec, or None: it is repaired until it parses."""
    for _ in range(_ROUNDS):
        for found in reversed(errors_in(check(body))):
            body = _repaired(body, found.pointer.split("/")[1:], found.expected)
        result = parsed(model, body, payload, attribute)
        if result is not None:
            return result
    return None


def _repaired(node: Any, path: list[str], expected: str) -> Any:
    """A copy in which the member at the path is None; or what stands for nothing if None is not acceptable either."""
    if not path:
        return next((empty for kind, empty in _EMPTY.items() if kind in expected), None)
    name, rest = path[0].replace("~1", "/").replace("~0", "~"), path[1:]
    if isinstance(node, list):
        index = int(name)
        return [
            *node[:index],
            *([_repaired(node[index], rest, expected)] if rest else []),
            *node[index + 1 :],
        ]
    if rest or node.get(name) is not None or name not in node:
        return {**node, name: _repaired(node.get(name), rest, expected) if rest else None}
    empty = _repaired(None, [], expected)
    return {**node, name: empty} if empty is not None else {key: node[key] for key in node if key != name}


_EMPTY: dict[str, Any] = {"object": {}, "array": []}
