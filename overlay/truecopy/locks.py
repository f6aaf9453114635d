"""A lock and a lazy attribute that survive a fork."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Lock:
    """Like ``threading.Lock``; a forked child finds it open, whoever held it in the parent."""

    def __init__(self) -> None:
        self._locks: dict[int, threading.Lock] = {}

    def _lock(self) -> threading.Lock:
        return self._locks.setdefault(os.getpid(), threading.Lock())

    def acquire(self, seconds: float) -> bool:
        """Close it; returns False when it stays closed for so long."""
        return self._lock().acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX))

    def release(self) -> None:
        """Open it."""
        self._lock().release()

    def __enter__(self) -> None:
        self._lock().acquire()

    def __exit__(self, *exception: object) -> None:
        self.release()


class lazy(Generic[T]):  # noqa: N801 - used like property
    """An attribute that is made when it is first asked for, perhaps twice if threads ask at once.

    In Python 3.11 ``functools.cached_property`` holds a lock meanwhile, which a forked child finds closed for ever.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make

    def __get__(self, instance: Any, owner: type) -> T:
        value = instance.__dict__[self._make.__name__] = self._make(instance)
        return value
