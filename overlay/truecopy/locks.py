"""A lock that survives a fork."""

from __future__ import annotations

import os
import threading
import weakref


class Lock:
    """Like ``threading.Lock``; a forked child finds it open, whoever held it in the parent."""

    def __init__(self) -> None:
        self.reset()
        _ALL.add(self)

    def reset(self) -> None:
        """Open it, whoever holds it."""
        self._lock = threading.Lock()

    def acquire(self, seconds: float) -> bool:
        """Close it; returns False when it stays closed for so long."""
        return self._lock.acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX))

    def release(self) -> None:
        """Open it."""
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


_ALL: weakref.WeakSet[Lock] = weakref.WeakSet()


def _reset_all() -> None:
    for lock in list(_ALL):
        lock.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_all)
