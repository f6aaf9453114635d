"""What all providers share: the store, the clock, the seeded source of ids, and the settings that a test may change."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from .clock import Clock, check_moment
from .storage import MemoryStore, StateError, Store, dumps

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
DUMP_VERSION = 2
LARGEST = 9 * 10**15
"""Of the counters that are loaded: what counts on from there can be stored, and read by any reader of JSON."""


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
    profile: str | None = None
    """The profile that the emulator was started with."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Settings:
        """The settings from their JSON. Raises KeyError, TypeError, ValueError."""
        return cls(
            {str(secret): str(kind) for secret, kind in told["credentials"].items()},
            {name: Transition(**item) for name, item in told["transitions"].items()},
            {name: list(items) for name, items in told["switches"].items()},
            {name: Fault(**{**item, "id": name}) for name, item in told["faults"].items()},
            told["profile"],
        )


class World:
    """State, time, ids and settings. Everything random or new comes from here, so that one seed gives one run."""

    def __init__(self, store: Store | None = None, seed: int = 0) -> None:
        self.store: Store = store or MemoryStore()
        self.seed = seed
        self.epoch = 0
        self.clock = Clock(self.change)
        self.settings = Settings()
        self._begin()

    def _begin(self) -> None:
        """Ids of answers start again; processes that share a state have different ones."""
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

    def chance(self) -> float:
        """A number from 0 to less than 1, the next of those that the seed has."""
        return int(self._digest("chance", self.store.next("emulator.chance"))[:13], 16) / 16**13

    def _digest(self, name: str, number: int) -> str:
        return hashlib.sha256(f"{self.seed}:{name}:{number}".encode()).hexdigest()

    def reset(self, seed: int | None = None) -> None:
        """Forget all state and put the clock and the settings back; ids start again, from another seed if one is
        given."""
        self.store.clear()
        self.clock.reset()
        self.settings = Settings()
        self.seed = self.seed if seed is None else int(seed)
        self.epoch += 1
        self._begin()

    # Settings that processes share, and everything as JSON

    @contextmanager
    def change(self) -> Iterator[None]:
        """Within it clock or settings are changed, by nobody else at the same time: neither by a thread nor by a
        process that shares the store."""
        with self.store.change():
            self.sync()
            yield
            if self.store.shared:
                self.store.publish({"version": DUMP_VERSION, **self.controls(), "epoch": self.epoch})

    def sync(self) -> None:
        """Take over what another process has changed.

        Raises:
            StateError: this version knows no such settings.
        """
        controls = self.store.published()
        if controls is None:
            return
        try:
            version = controls.get("version", DUMP_VERSION)
            if version != DUMP_VERSION:
                raise StateError(f"version {version!r}, expected {DUMP_VERSION}")
            epoch = controls["epoch"]
            self._control(controls)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"the state is damaged, or another version's: {_why(error)}; choose another") from None
        if epoch != self.epoch:  # the other process has begun anew
            self.epoch = epoch
            self._begin()

    def controls(self) -> dict[str, Any]:
        """Seed, clock and settings as JSON."""
        clock = {"offset": self.clock.offset, "frozen": self.clock.frozen}
        return {"seed": self.seed, "clock": clock, "settings": asdict(self.settings)}

    def _control(self, controls: Mapping[str, Any]) -> None:
        self.settings = Settings.of(controls["settings"])
        self.seed, clock = controls["seed"], controls["clock"]
        self.clock.offset, self.clock.frozen = clock["offset"], clock["frozen"]

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Clock and settings are changed as a whole, or stay as they are when an exception ends it."""
        with self.change():
            before = self.controls()
            try:
                yield
            except Exception:
                self._control(before)
                raise

    def dump(self) -> dict[str, Any]:
        """Everything: documents, counters, clock, settings. `load` takes it back."""
        store = self.store
        with store.transaction():
            self.sync()
            return {
                "version": DUMP_VERSION,
                **self.controls(),
                "run": self._run,
                "requests": self._requests,
                "counters": store.counters(),
                "collections": {name: dict(store.items(name)) for name in store.collections()},
            }

    def load(self, dump: Mapping[str, Any], check: Callable[[Settings], None]) -> None:
        """Put a dump in the place of everything.

        Args:
            check: raises StateError for settings that cannot be.

        Raises:
            StateError: it is not a dump; the state stays as it was.
        """
        try:
            if dump["version"] != DUMP_VERSION:
                raise StateError(f"version {dump['version']!r}, expected {DUMP_VERSION}")
            settings = Settings.of(dump["settings"])
            check(settings)
            offset, frozen = float(dump["clock"]["offset"]), dump["clock"]["frozen"]
            frozen = None if frozen is None else float(frozen)
            check_moment(time.time() + offset if frozen is None else frozen)
            controls = {
                "seed": int(dump["seed"]),
                "clock": {"offset": offset, "frozen": frozen},
                "settings": asdict(settings),
            }
            run, requests = int(dump["run"]), int(dump["requests"])
            counters = {str(name): int(value) for name, value in dump["counters"].items()}
            if not all(0 <= value <= LARGEST for value in counters.values()):
                raise StateError(f"a counter is not between 0 and {LARGEST}")
            documents = {str(name): dict(items) for name, items in dump["collections"].items()}
            for name, items in documents.items():
                for key, document in items.items():
                    if not isinstance(document, dict):
                        raise StateError(f"{name}/{key} is not an object")
                    dumps([name, key, document])  # raises for what cannot be stored, before anything is given up
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"this is not a dump of an emulator's state: {_why(error)}") from None
        with self.change():
            self.store.clear()
            for name, items in documents.items():
                for key, document in items.items():
                    self.store.put(name, key, document)
            for counter, value in counters.items():
                self.store.set_counter(counter, value)
            self._control(controls)
        self._run, self._requests = run, requests


def _why(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
