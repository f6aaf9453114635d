"""What all providers share: the store, the clock, the seeded source of ids, and the switches that a test may turn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .storage import MemoryStore, Store

DEFAULT_KEY = "emulator-key"
KINDS = {
    "valid": "takes every call",
    "expired": "answers 401",
    "forbidden": "answers 403",
    "quota": "answers 429 without Retry-After: the budget is used up",
}
DEFAULT_CREDENTIALS = {
    DEFAULT_KEY: "valid",
    "emulator-expired": "expired",
    "emulator-forbidden": "forbidden",
    "emulator-quota": "quota",
}


@dataclass(slots=True)
class Transition:
    """How things get from one state to the next: `immediate`, after `every` reads, or after `every` seconds of the
    virtual clock."""

    mode: str = "reads"
    every: float = 1

    def state(self, states: tuple[str, ...], reads: int, age: float) -> int:
        """The index of the state of a thing that was read so often and is so many seconds old."""
        last = len(states) - 1
        if self.mode == "immediate":
            return last
        progress = reads if self.mode == "reads" else age
        return max(0, min(int(progress // self.every), last))


@dataclass
class Settings:
    """What tests change and `reset` puts back. `switches` are the oddities, by provider and name."""

    credentials: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_CREDENTIALS))
    transitions: dict[str, Transition] = field(default_factory=dict)
    switches: dict[str, dict[str, Any]] = field(default_factory=dict)


class World:
    """State, time and ids. Everything random or new comes from here, so that one seed gives one run."""

    def __init__(self, store: Store | None = None, seed: int = 0) -> None:
        self.store: Store = store or MemoryStore()
        self.seed = seed
        self.clock = Clock()
        self.settings = Settings()
        self._requests = 0

    def transition(self, provider: str) -> Transition:
        return self.settings.transitions.setdefault(provider, Transition())

    def switch(self, provider: str, name: str) -> Any:
        """The value of an oddity; False when it is off."""
        found: Mapping[str, Any] | None = self.settings.switches.get(provider)
        return found.get(name, False) if found else False

    def token(self, name: str, length: int) -> str:
        """The next hexadecimal id of a kind, of up to 64 digits."""
        return self._digest(name, self.store.next(name))[:length]

    def request_id(self) -> str:
        """An id for one answer, in the form of a UUID."""
        self._requests += 1
        text = self._digest("request", self._requests)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def _digest(self, name: str, number: int) -> str:
        return hashlib.sha256(f"{self.seed}:{name}:{number}".encode()).hexdigest()

    def reset(self) -> None:
        """Forget all state and put the clock and the switches back."""
        self.store.clear()
        self.clock.reset()
        self.settings = Settings()
        self._requests = 0
