"""What a forked child must not share with its parent: locks that other threads of the parent held, and connections."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Forked(Protocol):
    """What has to begin anew in a forked child."""

    def begin(self) -> None:
        """Make new locks, and leave connections to the parent."""


_KNOWN: weakref.WeakSet[Forked] = weakref.WeakSet()


def begin_with_forks(thing: Forked) -> None:
    """Begin now, and anew in every forked child."""
    thing.begin()
    _KNOWN.add(thing)


def _begin_all() -> None:
    for thing in list(_KNOWN):
        thing.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)


class lazy(Generic[T]):  # noqa: N801 - used like property
    """An attribute that is made when it is first asked for, perhaps twice if threads ask at once.

    In Python 3.11 ``functools.cached_property`` holds a lock meanwhile, which a forked child finds closed for ever.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make

    def __get__(self, instance: Any, owner: type) -> T:
        value = instance.__dict__[self._make.__name__] = self._make(instance)
        return value
