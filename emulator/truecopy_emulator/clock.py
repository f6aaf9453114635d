"""The virtual clock: real time plus what a test advanced it by, or a time that stands still."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

LATEST = 1.0e11
"""The last moment that the clock can show, in the year 5138; the first is the beginning of 1970. Times can be written,
stored and added up in between."""


class Clock:
    """Seconds since 1970 in UTC, as providers see them. Real time until it is set, advanced or frozen.

    Args:
        change: gives what each change happens in.
    """

    def __init__(self, change: Callable[[], AbstractContextManager[object]] = nullcontext) -> None:
        self._change = change
        self.offset = 0.0
        self.frozen: float | None = None

    def now(self) -> float:
        return self.frozen if self.frozen is not None else time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock by some seconds; backwards when negative.

        Raises:
            ValueError: it would leave the time that it can show.
        """
        with self._change():
            check_moment(self.now() + seconds)
            if self.frozen is not None:
                self.frozen += seconds
            else:
                self.offset += seconds

    def set(self, moment: float) -> None:
        """Put the clock to a moment; it goes on from there unless it is frozen.

        Raises:
            ValueError: it cannot show that.
        """
        check_moment(moment)
        with self._change():
            if self.frozen is not None:
                self.frozen = moment
            else:
                self.offset = moment - time.time()

    def freeze(self, frozen: bool = True) -> None:
        """Stop the clock, or let it go on from where it stands."""
        with self._change():
            if frozen and self.frozen is None:
                self.frozen = self.now()
            elif not frozen and self.frozen is not None:
                self.offset, self.frozen = self.frozen - time.time(), None

    def reset(self) -> None:
        self.offset, self.frozen = 0.0, None


def check_moment(moment: float) -> None:
    """Raises ValueError for what the clock cannot show."""
    if not 0 <= moment <= LATEST:
        raise ValueError(f"the clock goes from {zulu(0)} to {zulu(LATEST)}")


def utc(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def zulu(moment: float) -> str:
    """As 2022-09-04T06:00:00Z."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(moment: float) -> str:
    """As Sun, 04 Sep 2022 06:00:00 GMT."""
    from email.utils import formatdate  # imports much that a start can do without

    return formatdate(moment, usegmt=True)


def parse(text: str) -> float:
    """Seconds since 1970 of an RFC 3339 time; without an offset it is UTC.

    Raises:
        ValueError: it is not one.
    """
    moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
