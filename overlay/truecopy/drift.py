"""What answers hold that the spec does not know, and how an answer that breaks the spec is still read."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from truecopy.schema import Finding

P = TypeVar("P")

_MOST = 1000


@dataclass(frozen=True)
class DriftRecord:
    """One way in which answers differ from the spec. Holds types and names, never values."""

    operation: str
    kind: str
    """``error`` when the spec's promise is broken, ``drift`` for what the spec does not know."""
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

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()

    def __getstate__(self) -> None:
        return None  # a client that is pickled starts with nothing seen

    def __setstate__(self, state: None) -> None:
        self.__init__()  # type: ignore[misc]


def parsed(model: Any, body: Any, payload: type[P], attribute: str | None) -> P | None:
    """The payload as an object of its model, or None when the body does not hold one."""
    try:
        result = model.from_dict(body)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if attribute is not None:
        result = getattr(result, attribute)
    return result if isinstance(result, payload) else None


def repaired(body: Any, broken: list[Finding]) -> Any:
    """The body without the members that break the spec; a required one that is absent becomes None."""
    body = copy.deepcopy(body)
    for found in broken:
        parent: Any = body
        *path, name = [part.replace("~1", "/").replace("~0", "~") for part in found.pointer.split("/")[1:]] or [""]
        for part in path:
            parent = parent[int(part)] if isinstance(parent, list) else parent.get(part)
        if isinstance(parent, dict):
            if name in parent and parent[name] is not None:
                parent[name] = None
            elif name in parent:
                del parent[name]
            else:
                parent[name] = None
    return body
