"""What all providers share: the store, the clock, the seeded source of ids, and the settings that a test may change."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .clock import Clock
from .storage import MemoryStore, StateError, Store

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
MODES = ("immediate", "reads", "seconds")
DUMP_VERSION = 1


@dataclass(slots=True)
class Transition:
    """How things get from one state to the next: at once (`immediate`), after `every` reads, or after `every`
    seconds of the virtual clock.
    """

    mode: str = "reads"
    every: float = 1

    def __post_init__(self) -> None:
        if self.mode not in MODES or not 0 < self.every <= 1e9:
            raise StateError(
                f"transition {self.mode} {self.every}: one of {', '.join(MODES)} and a number above 0 are expected"
            )

    def state(self, states: tuple[str, ...], reads: int, age: float) -> int:
        """The index of the state of a thing that was read so often and is so many seconds old."""
        last = len(states) - 1
        if self.mode == "immediate":
            return last
        progress = reads if self.mode == "reads" else age
        return max(0, min(int(progress // self.every), last))


@dataclass(slots=True)
class Fault:
    """Effects, where they apply and how often; `faults.Faults.add` makes them.

    Args:
        id: given by the emulator.
        effects: by name, see `faults.EFFECTS`.
        provider, operation: only there; None for everywhere.
        times: so often and no more; None until removed.
        probability: of each call that could be hit, from 0 to 1.
    """

    id: str
    effects: dict[str, Any]
    provider: str | None = None
    operation: str | None = None
    times: int | None = None
    probability: float = 1.0

    def __str__(self) -> str:
        return ";".join(name if value is True else f"{name}={value}" for name, value in self.effects.items())


@dataclass
class Settings:
    """What tests change and `reset` puts back. `switches` are the oddities that are on, by provider."""

    credentials: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_CREDENTIALS), repr=False)
    transitions: dict[str, Transition] = field(default_factory=dict)
    switches: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)


class World:
    """State, time, ids and settings. Everything random or new comes from here, so that one seed gives one run."""

    def __init__(self, store: Store | None = None, seed: int = 0) -> None:
        self.store: Store = store or MemoryStore()
        self.seed = seed
        self.clock = Clock(self.changed)
        self.settings = Settings()
        self.random = random.Random(seed)  # noqa: S311 (repeatable on purpose)
        self._requests = 0
        self._run = self.store.next("emulator.run") if self.store.shared else 0

    def transition(self, provider: str) -> Transition:
        return self.settings.transitions.get(provider) or Transition()

    def switch(self, provider: str, name: str) -> bool:
        """Whether an oddity is on."""
        return name in self.settings.switches.get(provider, ())

    def number(self, name: str) -> int:
        """The next number of a kind: 1, 2, 3."""
        return self.store.next(name)

    def token(self, name: str, length: int) -> str:
        """The next hexadecimal id of a kind, of up to 64 digits."""
        return self._digest(name, self.store.next(name))[:length]

    def request_id(self) -> str:
        """An id for one answer, in the form of a UUID."""
        self._requests += 1
        text = self._digest(f"request.{self._run}", self._requests)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def _digest(self, name: str, number: int) -> str:
        return hashlib.sha256(f"{self.seed}:{name}:{number}".encode()).hexdigest()

    def reset(self, seed: int | None = None) -> None:
        """Forget all state and put the clock and the settings back; ids start again, from another seed if one is
        given."""
        self.store.clear()
        self.clock.reset()
        self.settings = Settings()
        self.seed = self.seed if seed is None else seed
        self.random.seed(self.seed)
        self._requests = 0

    # Settings that processes share, and everything as JSON

    def changed(self) -> None:
        """Tell the processes that share the store that clock or settings have changed."""
        if self.store.shared:
            self.store.publish(self.controls())

    def sync(self) -> None:
        """Take over what another process has changed."""
        if self.store.shared:
            controls = self.store.published()
            if controls is not None:
                self._control(controls)

    def controls(self) -> dict[str, Any]:
        """Seed, clock and settings as JSON."""
        clock = {"offset": self.clock.offset, "frozen": self.clock.frozen}
        return {"seed": self.seed, "clock": clock, "settings": asdict(self.settings)}

    def _control(self, controls: Mapping[str, Any]) -> None:
        settings = controls["settings"]
        self.settings = Settings(
            dict(settings["credentials"]),
            {name: Transition(**item) for name, item in settings["transitions"].items()},
            {name: list(items) for name, items in settings["switches"].items()},
            {name: Fault(**item) for name, item in settings["faults"].items()},
        )
        self.seed = int(controls["seed"])
        self.clock.offset = float(controls["clock"]["offset"])
        self.clock.frozen = controls["clock"]["frozen"]

    def dump(self) -> dict[str, Any]:
        """Everything: documents, counters, clock, settings. `load` takes it back."""
        store = self.store
        return {
            "version": DUMP_VERSION,
            **self.controls(),
            "requests": self._requests,
            "counters": store.counters(),
            "collections": {name: dict(store.items(name)) for name in store.collections()},
        }

    def load(self, dump: Mapping[str, Any]) -> None:
        """Put a dump in the place of everything.

        Raises:
            StateError: it is not a dump; the state stays as it was.
        """
        before = self.dump()
        try:
            self._load(dump)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._load(before)
            missing = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise StateError(f"this is not a dump of an emulator's state: {missing}") from None

    def _load(self, dump: Mapping[str, Any]) -> None:
        if dump["version"] != DUMP_VERSION:
            raise StateError(f"version {dump['version']!r}, expected {DUMP_VERSION}")
        self._control(dump)
        with self.store.transaction():
            self.store.clear()
            for collection, documents in dump["collections"].items():
                for key, document in documents.items():
                    if not isinstance(document, dict):
                        raise StateError(f"{collection}/{key} is not an object")
                    self.store.put(collection, key, document)
            for counter, value in dump["counters"].items():
                self.store.set_counter(counter, int(value))
        self._requests = int(dump["requests"])
        self.changed()
