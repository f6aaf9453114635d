"""What was asked and answered, within a bound, with helpers to assert on it. Secrets are taken out when it is read."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .clock import parse, utc
from .diagnostics import suggestion
from .http import Answer, Request
from .masks import Masks, hidden
from .provider import Problem
from .storage import EXCHANGES, JOURNAL, Store

BYTES = 64 << 20
"""Bytes of requests and answers that a journal in memory holds: large ones push older ones out sooner."""


@dataclass(slots=True, repr=False)
class Exchange:
    """One request with its answer. `time` is the virtual clock's, `seconds` what the engine took, `fault` what was
    put in."""

    time: float
    provider: str
    operation: str
    request: Request
    answer: Answer
    seconds: float
    problem: Problem | None
    masks: Masks
    fault: str = ""
    number: int = 0

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        request, answer = self.request, self.answer
        heads = sum(len(name) + len(value) for name, value in (*request.headers.items(), *answer.headers))
        texts = (request.method, request.path, request.query, request.body, answer.body)
        return sum(map(len, texts)) + heads

    def view(self, near_misses: Callable[[Exchange], list[str]] | None = None) -> dict[str, Any]:
        """The exchange as JSON, secrets masked."""
        request, answer, masks = self.request, self.answer, self.masks
        secrets = masks.of(request)
        diagnostic = f"{self.problem.code} {self.problem.diagnosis}".strip() if self.problem else None
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers}
        return {
            "number": self.number,
            "time": utc(self.time).isoformat(timespec="milliseconds"),
            "provider": self.provider or None,
            "operation": self.operation or None,
            "request": {
                "method": request.method,
                "path": hidden(request.path, secrets),
                "query": masks.query(request.query, secrets),
                "headers": masks.headers(request.headers, secrets),
                "body": masks.body(request.body, secrets),
            },
            "answer": {
                "status": answer.status,
                "headers": masks.headers(told, secrets),
                "body": masks.body(answer.body, secrets),
            },
            "milliseconds": round(self.seconds * 1000, 3),
            "diagnostic": hidden(diagnostic, secrets) if diagnostic else None,
            "fault": self.fault or None,
            "near_misses": near_misses(self) if near_misses else [],
        }

    @classmethod
    def of(cls, view: dict[str, Any]) -> Exchange:
        """The exchange that a view shows, as far as it shows it: secrets stay masked, long bodies cut."""
        asked, told = view["request"], view["answer"]
        code, _, detail = (view["diagnostic"] or "").partition(" ")
        body, sent = ((part["body"] or "").encode() for part in (asked, told))
        return cls(
            parse(view["time"]),
            view["provider"] or "",
            view["operation"] or "",
            Request(asked["method"], asked["path"], asked["query"], asked["headers"], body),
            Answer(
                told["status"], [(k.encode("latin-1"), v.encode("latin-1")) for k, v in told["headers"].items()], sent
            ),
            view["milliseconds"] / 1000,
            Problem(told["status"], code, detail) if code else None,
            Masks(),
            view["fault"] or "",
            view["number"],
        )

    def __str__(self) -> str:
        view = self.view()
        query = f"?{view['request']['query']}" if view["request"]["query"] else ""
        line = f"{self.request.method} {view['request']['path']}{query} -> {self.answer.status}"
        return f"{line} ({view['diagnostic']})" if view["diagnostic"] else line

    def __repr__(self) -> str:
        return f"<Exchange {self.number}: {self}>"


def _lacks_only_a_part(path: str, template: str) -> bool:
    """Whether a path is one of a template's when some segments are put in: the mount was forgotten, or the prefix."""
    given, wanted = path.strip("/").split("/"), template.strip("/").split("/")
    while given and wanted and given[0] == wanted[0]:
        del given[0], wanted[0]
    pairs = list(zip(reversed(given), reversed(wanted), strict=False))
    same = any(segment == other for segment, other in pairs)
    return same and len(given) < len(wanted) and all(s == other or other[0] == "{" for s, other in pairs if other)


class Journal:
    """The last exchanges of all providers.

    Args:
        size: how many are kept; older ones are forgotten, sooner when they hold more than `BYTES`.
        served: gives operation, method and path of all that can be called.
    """

    def __init__(self, size: int = 10_000, served: Callable[[], list[tuple[str, str, str]]] = list) -> None:
        self._size, self._served = size, served
        self._exchanges: deque[Exchange] = deque()
        self._total = self._held = 0

    @property
    def total(self) -> int:
        """How many exchanges there were since the last reset."""
        return self._total

    def add(self, exchange: Exchange) -> None:
        self._total += 1
        exchange.number = self._total
        self._exchanges.append(exchange)
        self._held += exchange.size
        while self._exchanges and (len(self._exchanges) > self._size or self._held > BYTES):
            self._held -= self._exchanges.popleft().size

    def clear(self) -> None:
        """Forget everything; numbers start at 1 again."""
        self._exchanges.clear()
        self._total = self._held = 0

    def _kept(self) -> list[Exchange]:
        return list(self._exchanges)

    def __len__(self) -> int:
        return len(self._kept())

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._kept())

    def calls(
        self, operation: str | None = None, *, provider: str | None = None, status: int | None = None
    ) -> list[Exchange]:
        """The exchanges of an operation (`createResponse`), a provider (`questionpro`), a status; all of them
        without any."""
        return [
            exchange
            for exchange in self
            if operation in (None, exchange.operation)
            and provider in (None, exchange.provider)
            and status in (None, exchange.answer.status)
        ]

    def views(
        self, *, after: int = 0, limit: int = 100, newest_first: bool = False, **wanted: Any
    ) -> list[dict[str, Any]]:
        """Exchanges as JSON, secrets masked: those with a number above `after`, up to `limit`."""
        found = [exchange for exchange in self.calls(**wanted) if exchange.number > after]
        found = found[::-1][:limit] if newest_first else found[:limit]
        return [exchange.view(self.near_misses) for exchange in found]

    def near_misses(self, exchange: Exchange) -> list[str]:
        """What a refused request may have meant."""
        problem = exchange.problem
        if problem is None:
            return []
        secrets = exchange.masks.of(exchange.request)
        if problem.code == "E101":
            import difflib

            path = hidden(exchange.request.path, secrets)
            served = self._served()
            templates = list(dict.fromkeys(template for _, _, template in served))
            close = [template for template in templates if _lacks_only_a_part(path, template)][:3]
            close = close or difflib.get_close_matches(path[:300], templates, 3, 0.6)
            if not close:
                return ["no such path"]
            method = exchange.request.method
            meant = [f"{verb} {path}" for _, verb, path in served if path in close]
            meant.sort(key=lambda text: not text.startswith(method + " "))
            return [f"no such path; did you mean {', '.join(meant)}"]
        return [hidden(problem.diagnosis, secrets)] if problem.diagnosis else []

    # Assertions for tests

    def assert_called(
        self,
        operation: str,
        *,
        times: int | None = None,
        provider: str | None = None,
        status: int | None = None,
    ) -> list[Exchange]:
        """Fail unless an operation was called, so often if `times` is given, with this status if given.

        Returns:
            The exchanges, for a closer look.

        Raises:
            AssertionError: with what was called instead, and near misses.
            ValueError: there is no such operation.
        """
        known = {name for name, _, _ in self._served()}
        if known and operation not in known:
            raise ValueError(f"no operation {operation!r}{suggestion(operation, known)}")
        found = self.calls(operation, provider=provider, status=status)
        if (times is None and found) or len(found) == times:
            return found
        wanted = "at least once" if times is None else f"{times} times"
        having = f" with status {status}" if status else ""
        raise AssertionError(f"{operation} was called {len(found)} times{having}, expected {wanted}.{self._summary()}")

    def assert_not_called(self, operation: str, *, provider: str | None = None) -> None:
        """Fail if an operation was called.

        Raises:
            AssertionError: with what was called.
            ValueError: there is no such operation.
        """
        self.assert_called(operation, times=0, provider=provider)

    def _summary(self) -> str:
        last = self._kept()[-10:]
        if not last:
            return " Nothing was called."
        lines = [f"  {exchange.operation or '-'}: {exchange}" for exchange in last]
        hints = [f"  near miss: {hint}" for exchange in last for hint in self.near_misses(exchange)]
        return "\n" + "\n".join(["The last calls:", *lines, *dict.fromkeys(hints)])


class StoredJournal(Journal):
    """A journal that processes share, in the store that they share; what it keeps is masked when it is written.

    Args:
        store: where the exchanges go.
        size, served: as for `Journal`.
    """

    _EVERY = 100

    def __init__(
        self, store: Store, size: int = 10_000, served: Callable[[], list[tuple[str, str, str]]] = list
    ) -> None:
        super().__init__(size, served)
        self._store = store

    def add(self, exchange: Exchange) -> None:
        with self._store.transaction():
            exchange.number = self._store.next(EXCHANGES)
            self._store.put(JOURNAL, str(exchange.number), exchange.view(self.near_misses))
            if self._size < self._EVERY or exchange.number % self._EVERY == 0:
                self._store.trim(JOURNAL, self._size)

    def clear(self) -> None:
        with self._store.transaction():
            self._store.trim(JOURNAL, 0)
            self._store.set_counter(EXCHANGES, 0)

    @property
    def total(self) -> int:
        return self._store.counter(EXCHANGES)

    def _kept(self) -> list[Exchange]:
        return [Exchange.of(row) for _, row in self._store.items(JOURNAL)]

    def views(
        self, *, after: int = 0, limit: int = 100, newest_first: bool = False, **wanted: Any
    ) -> list[dict[str, Any]]:
        rows = [row for _, row in self._store.items(JOURNAL) if row["number"] > after]
        for name in ("operation", "provider"):
            if wanted.get(name) is not None:
                rows = [row for row in rows if row[name] == wanted[name]]
        if wanted.get("status") is not None:
            rows = [row for row in rows if row["answer"]["status"] == wanted["status"]]
        return rows[::-1][:limit] if newest_first else rows[:limit]


def log_line(exchange: Exchange) -> None:
    """Write an exchange to standard error as one line of JSON, secrets masked, bodies left out."""
    view = exchange.view()
    request = view.pop("request")
    row = {
        "time": view["time"],
        "method": request["method"],
        "path": request["path"],
        "query": request["query"],
        "status": view["answer"]["status"],
        **{name: view[name] for name in ("provider", "operation", "milliseconds", "diagnostic", "fault")},
    }
    sys.stderr.write(json.dumps(row) + "\n")
    sys.stderr.flush()
