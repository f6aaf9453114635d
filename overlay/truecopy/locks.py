"""A lock that survives a fork."""

from __future__ import annotations

import os
import threading


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
