"""When to repeat a failed request, and the clock that waiting goes by.

A policy is any function of a ``Failure`` that returns the seconds to wait before the next attempt, or None to give up.
``Retries`` is the default one; wrap it to compose your own.
"""

from __future__ import annotations

import contextlib
import datetime
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from truecopy.errors import (
    ApiError,
    ConfigurationError,
    MaybeSentError,
    NotSentError,
    QuotaExhaustedError,
    TruecopyError,
)

LONGEST = 1e9
"""Seconds that every timer of an operating system can count."""


@dataclass(eq=False)
class Clock:
    """Time, pauses and chance; tests replace the functions."""

    monotonic: Callable[[], float] = time.monotonic
    """Seconds that never run backwards."""
    time: Callable[[], float] = time.time
    """Seconds since 1970, for dates in Retry-After."""
    random: Callable[[], float] = random.random
    """A number from 0 up to 1."""
    sleeping: bool = True
    """Whether pauses are made at all."""

    def sleep(self, seconds: float) -> None:
        """Pause this thread."""
        if self.sleeping and seconds > 0:
            time.sleep(min(seconds, LONGEST))

    async def sleep_async(self, seconds: float) -> None:
        """Pause this task; without ``sleeping`` other tasks still get their turn."""
        import asyncio  # here, as in calls.py: importing it takes as long as all of truecopy

        await asyncio.sleep(min(seconds, LONGEST) if self.sleeping else 0)

    def __reduce__(self) -> Any:
        """The clock of all clients stays that one when it is pickled or copied."""
        return "CLOCK" if self is CLOCK else super().__reduce__()


CLOCK = Clock()
"""The clock of every client that was not given another."""


@contextlib.contextmanager
def without_sleeping() -> Iterator[None]:
    """For tests: retries and waiters of all clients go on at once instead of pausing."""
    before, CLOCK.sleeping = CLOCK.sleeping, False
    try:
        yield
    finally:
        CLOCK.sleeping = before


@dataclass(frozen=True, slots=True)
class Failure:
    """What a policy decides on."""

    error: TruecopyError
    attempt: int
    """How often the request was tried, 1 after the first time."""
    idempotent: bool
    """Whether repeating the request does no harm, by its method or ``x-idempotent`` in the spec."""
    clock: Clock


@dataclass(frozen=True)
class Retries:
    """Exponential backoff with full jitter; repeats only what is safe to repeat.

    What certainly was not processed is always repeated. A 429, 502, 503 or 504 and a connection that broke before the
    answer was whole are repeated only for idempotent operations. A quota that is used up is never repeated.
    """

    attempts: int = 4
    """How often a request is tried at the most; 1 turns repeating off."""
    first: float = 0.5
    """Seconds of the longest first pause; it doubles with every attempt."""
    longest: float = 8.0
    """Seconds of the longest pause of our own choosing."""
    cap: float = 120.0
    """Seconds that Retry-After may ask for; above that the error is raised instead."""
    statuses: frozenset[int] = field(default=frozenset({429, 502, 503, 504}))
    """Statuses of answers that are worth repeating the request."""

    def __post_init__(self) -> None:
        numbers = {name: getattr(self, name) for name in ("attempts", "first", "longest", "cap")}
        for name, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= (name == "attempts"):
                raise ConfigurationError(f"{name} of Retries must be a number of at least {int(name == 'attempts')}")
        if not isinstance(self.statuses, Set):
            raise ConfigurationError("statuses of Retries must be a set of numbers")

    def __call__(self, failure: Failure) -> float | None:
        error = failure.error
        if failure.attempt >= self.attempts or not self._safe(error, failure.idempotent):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.cap else None
        return failure.clock.random() * min(self.longest, self.first * 2.0 ** min(failure.attempt - 1, 60))

    def _safe(self, error: TruecopyError, idempotent: bool) -> bool:
        if isinstance(error, QuotaExhaustedError):
            return False
        if isinstance(error, ApiError):
            return idempotent and error.status in self.statuses
        return isinstance(error, NotSentError) or (idempotent and isinstance(error, MaybeSentError))


Policy = Callable[[Failure], float | None]


def no_retries(failure: Failure) -> None:
    """The policy that never repeats."""


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait, or None.

    Reads ``retry-after-ms`` (milliseconds) and ``retry-after`` (seconds or a date, RFC 9110 section 10.2.3).

    Args:
        headers: Names in lower case.
        now: Seconds since 1970.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name, "")
        try:
            seconds = float(text) / unit
        except ValueError:
            import email.utils

            try:
                date = email.utils.parsedate_to_datetime(text)
                # A date without a zone is in GMT, as all of HTTP's are.
                seconds = date.replace(tzinfo=date.tzinfo or datetime.UTC).timestamp() - now
            except (ValueError, TypeError, OverflowError):
                continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    return None
