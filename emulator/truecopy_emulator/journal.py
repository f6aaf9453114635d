"""What was asked and answered, newest last, within a bound. Secrets are taken out when it is read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .http import Answer, Request
from .provider import Problem


@dataclass(slots=True)
class Exchange:
    """One request with its answer. `time` is the virtual clock's, `seconds` what the engine took."""

    time: float
    provider: str
    operation: str
    request: Request
    answer: Answer
    seconds: float
    problem: Problem | None


class Journal:
    """The last exchanges.

    Args:
        size: how many are kept.
    """

    def __init__(self, size: int = 10_000) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=size)
        self.total = 0

    def add(self, exchange: Exchange) -> None:
        self.total += 1
        self._exchanges.append(exchange)

    def clear(self) -> None:
        self._exchanges.clear()
        self.total = 0

    def __len__(self) -> int:
        return len(self._exchanges)
