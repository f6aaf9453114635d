"""Faults on demand: a table of effects, the faults that a test set, and what one of them does to an answer.

A fault is some effects by name (`status=503;retry-after=2`), where it applies and how often. Effects come in three
stages: `instead` of calling the operation, on the finished `answer`, and on the `wire`. Drift is on the answer: it
is what a provider does that changes its API without telling anyone, so it is put in after the answer was checked
against the spec.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .clock import http_date
from .diagnostics import suggestion
from .http import Answer, Effects
from .provider import Problem
from .storage import dumps, loads
from .world import Fault

if TYPE_CHECKING:
    from .openapi import Operation
    from .provider import Provider
    from .world import World

HEADER = "x-emulator-fault"
_MOMENTS = ("before", "body", "after")
GARBAGE = b"\x16\x03\x01\x00\xff\xfe<<< not HTTP >>>\r\n\r\n"
HTML = b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class FaultError(ValueError):
    """A fault that cannot be: the message names the effect and says what would do."""


@dataclass(slots=True)
class Target:
    """What an effect works on."""

    world: World
    provider: Provider
    operation: Operation
    answer: Answer

    @property
    def wire(self) -> Effects:
        if self.answer.effects is None:
            self.answer.effects = Effects()
        return self.answer.effects


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the table. `read` makes the value from a text or a JSON value, and raises ValueError for what is no
    value."""

    stage: str
    read: Callable[[Any], Any]
    apply: Callable[[Any, Any], bool | None]
    """Does it; False when there is nothing to do it to."""
    meaning: str


# Values


def _number(
    kind: type[int] | type[float], low: float, high: float, what: str, usual: Any = None
) -> Callable[[Any], Any]:
    """Reads a number within bounds; without a value the usual one."""

    def read(value: Any) -> Any:
        try:
            number = kind(usual if value is None or value is True else value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"{what} is expected") from None
        if not low <= number <= high:
            raise ValueError(f"{what} is expected")
        return number

    return read


_seconds = _number(float, 0, 3600, "a number of seconds from 0 to 3600")
_failure = _number(int, 400, 599, "a status from 400 to 599")
_status = _number(int, 200, 599, "a status from 200 to 599", 502)
_share = _number(float, 0, math.nextafter(1, 0), "a share of the body from 0 to less than 1", 0.5)


def _one_of(*names: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if str(value) not in names:
            raise ValueError(f"one of {', '.join(names)} is expected")
        return str(value)

    return read


def _text(value: Any) -> str:
    text = str(value)
    if not text.isascii() or not text.isprintable():
        raise ValueError("printable ASCII is expected")
    return text


def _wait(value: Any) -> str:
    """The value of Retry-After: seconds as 2, a date as date:2 (two seconds from now), milliseconds as ms:200, or any
    other text."""
    text = _text(value)
    form, _, number = text.partition(":")
    if form in ("date", "ms"):
        _number(float, 0, 1e9, f"a number up to 1e9 after {form}:")(number)
    return text


def _pointer(value: Any) -> str:
    pointer = "" if value in (None, True) else str(value)
    if pointer and not pointer.startswith("/"):
        raise ValueError("a JSON pointer as /response/status is expected, or nothing")
    return pointer


def _nothing(value: Any) -> bool:
    if value not in (None, "", True, "true"):
        raise ValueError("no value is expected")
    return True


# Instead of the operation: these raise.


def _fail(problem: Problem) -> Callable[[Any, Any], None]:
    def apply(target: Any, value: Any) -> None:
        raise Problem(problem.status, problem.code, problem.detail, kind=problem.kind)

    return apply


def _answer_status(target: Any, value: int) -> None:
    raise Problem(value, "E601", f"status={value}")


class Instead(Exception):  # noqa: N818 (carries an answer, is no error)
    """An answer to be sent as it is."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _html(target: Any, value: int) -> None:
    raise Instead(Answer(value, [(b"content-type", b"text/html; charset=utf-8")], HTML))


def _garbage(target: Any, value: bool) -> None:
    raise Instead(Answer(200, [], b"", Effects(raw=GARBAGE)))


def _reset_early(target: Any, value: bool) -> None:
    raise Instead(Answer(200, [], b"", Effects(cut="before")))


# On the answer


def _set_header(answer: Answer, name: bytes, value: bytes) -> None:
    answer.headers = [(key, text) for key, text in answer.headers if key != name] + [(name, value)]


def _retry_after(target: Target, value: str) -> None:
    form, _, number = value.partition(":")
    if form == "date":
        value = http_date(target.world.clock.now() + float(number))
    name, value = (b"retry-after-ms", number) if form == "ms" else (b"retry-after", value)
    _set_header(target.answer, name, value.encode("ascii"))


def _content_type(target: Target, value: str) -> None:
    _set_header(target.answer, b"content-type", value.encode("ascii"))


def _empty(target: Target, value: bool) -> None:
    target.answer.status, target.answer.body = 200, b""


def _invalid_json(target: Target, value: bool) -> None:
    body = target.answer.body
    target.answer.body = body[: max(1, len(body) - 2)] + b",]"


# Drift: the finished body with one thing changed


def _leaves(value: Any, pointer: str = "") -> Iterable[tuple[str, Any]]:
    """Scalars with their pointers, in the order of the body."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        yield pointer, value
    for key, item in items:
        yield from _leaves(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def _parent(value: Any, pointer: str) -> tuple[Any, Any]:
    """The container of what a pointer names, and its key there.

    Raises:
        KeyError, IndexError, ValueError: nothing is there.
    """
    *path, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in path:
        value = value[int(token)] if isinstance(value, list) else value[token]
    key: Any = int(last) if isinstance(value, list) else last
    value[key]
    return value, key


def _drift(change: Callable[[Any, Any], None], choose: Callable[[Target, Any], str]) -> Callable[[Target, str], bool]:
    """An effect that changes what a pointer names, or else what is chosen. An answer that is no JSON, or has nothing
    there, stays as it is."""

    def apply(target: Target, pointer: str) -> bool:
        try:
            body = loads(target.answer.body)
            change(*_parent(body, pointer or choose(target, body)))
        except (ValueError, KeyError, IndexError, TypeError, StopIteration):
            return False
        target.answer.body = dumps(body)
        return True

    return apply


def _first(target: Target, body: Any) -> str:
    """The first scalar."""
    return next(pointer for pointer, _ in _leaves(body) if pointer)


def _enumerated(target: Target, body: Any) -> str:
    """The first text of an enumeration."""
    response = target.operation.response(target.answer.status)
    schema = next((media.schema for media in response.media.values() if media.schema), None) if response else None
    for pointer, value in _leaves(body) if schema is not None else ():
        if isinstance(value, str) and pointer:
            tried = loads(dumps(body))
            _unknown_enum(*_parent(tried, pointer))
            broken = schema.check(tried) if schema is not None else None
            if broken is not None and broken.rule.endswith("/enum"):
                return pointer
    raise KeyError("no enumeration")


def _drop(container: Any, key: Any) -> None:
    del container[key]


def _null(container: Any, key: Any) -> None:
    container[key] = None


def _retype(container: Any, key: Any) -> None:
    value = container[key]
    container[key] = {"changed": value} if isinstance(value, str | None) else str(value)


def _wrap(container: Any, key: Any) -> None:
    container[key] = {"value": container[key]}


def _unknown_enum(container: Any, key: Any) -> None:
    container[key] = "SOMETHING_NEW"


def _extra(target: Target, pointer: str) -> bool:
    try:
        body = loads(target.answer.body)
        container = body
        if pointer:
            parent, key = _parent(body, pointer)
            container = parent[key]
        else:  # the payload when the envelope has one, else the body itself
            container = body.get(target.provider.document.root.get("x-payload", ""), body)
        container["somethingNew"] = "something new"
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False
    target.answer.body = dumps(body)
    return True


# On the wire


def _delay(target: Target, value: float) -> None:
    target.wire.delay += value


def _jitter(target: Target, value: float) -> None:
    target.wire.delay += value * target.world.chance()


def _reset(target: Target, value: str) -> None:
    target.wire.cut = value


def _truncate(target: Target, value: float) -> None:
    target.wire.cut, target.wire.share = "truncate", value


def _drip(target: Target, value: float) -> None:
    target.wire.drip = value


_SPENT = _fail(Problem(429, "E206", kind="quota"))
_EXPIRED = _fail(Problem(401, "E204", kind="expired"))

EFFECTS: dict[str, Effect] = {
    "status": Effect("instead", _failure, _answer_status, "this status with the provider's own error body"),
    "quota": Effect("instead", _nothing, _SPENT, "429 without Retry-After: the budget is used up"),
    "expired": Effect("instead", _nothing, _EXPIRED, "401 as for a token that has expired"),
    "html": Effect("instead", _status, _html, "HTML as from a proxy with this status, 502 unless given"),
    "garbage": Effect("instead", _nothing, _garbage, "bytes that are not HTTP"),
    "refuse": Effect("instead", _nothing, _reset_early, "reset the connection; the operation is not called"),
    "retry-after": Effect("answer", _wait, _retry_after, "Retry-After: 2, date:2 (a date), ms:200, or any text"),
    "empty": Effect("answer", _nothing, _empty, "status 200 with an empty body"),
    "drop": Effect("answer", _pointer, _drift(_drop, _first), "drift: a member is gone"),
    "null": Effect("answer", _pointer, _drift(_null, _first), "drift: a member is null"),
    "retype": Effect("answer", _pointer, _drift(_retype, _first), "drift: a member has another type"),
    "wrap": Effect("answer", _pointer, _drift(_wrap, _first), "drift: a member is an object's member value"),
    "enum": Effect("answer", _pointer, _drift(_unknown_enum, _enumerated), "drift: an unknown value of an enumeration"),
    "extra": Effect("answer", _pointer, _extra, "drift: an object has a member more"),
    "invalid-json": Effect("answer", _nothing, _invalid_json, "a body that is not JSON, labelled as JSON"),
    "content-type": Effect("answer", _text, _content_type, "the body under this Content-Type"),
    "delay": Effect("wire", _seconds, _delay, "wait so many seconds before the answer"),
    "jitter": Effect("wire", _seconds, _jitter, "wait up to so many seconds more"),
    "reset": Effect("wire", _one_of(*_MOMENTS), _reset, "call the operation, then reset: before, in or after the body"),
    "truncate": Effect("wire", _share, _truncate, "close after a share of the body, 0.5 unless given"),
    "drip": Effect("wire", _seconds, _drip, "send the body 16 bytes at a time, so many seconds apart"),
}


def read_effects(effects: Mapping[str, Any]) -> dict[str, Any]:
    """Effects by name with their values, checked, in the order of the table.

    Raises:
        FaultError: a name or a value is wrong, or there is none.
    """
    unknown = [name for name in effects if name not in EFFECTS]
    if unknown or not effects:
        what = f"no effect {unknown[0]!r}" if unknown else "a fault needs an effect"
        raise FaultError(f"{what}; there are {', '.join(EFFECTS)}")
    found = {}
    for name, effect in EFFECTS.items():
        if name in effects:
            try:
                found[name] = effect.read(effects[name])
            except (TypeError, ValueError) as error:
                raise FaultError(f"{name}={str(effects[name])[:60]}: {error}") from None
    return found


_PART = re.compile(r"(?:[^;\"]|\"[^\"]*\"?)+")


def parse(text: str) -> dict[str, Any]:
    """Effects written as in `status=503;retry-after=2`; a name without a value is set, one with a semicolon stands in
    quotation marks.

    Raises:
        FaultError: as `read_effects`.
    """
    pairs = (part.partition("=") for part in _PART.findall(text) if part.strip())
    return read_effects({name.strip(): value.strip().strip('"') if sign else None for name, sign, value in pairs})


PROFILES: dict[str, list[dict[str, Any]]] = {
    "flaky": [
        {"effects": {"status": 503, "retry-after": "1"}, "probability": 0.1},
        {"effects": {"reset": "before"}, "probability": 0.05},
        {"effects": {"html": 502}, "probability": 0.05},
        {"effects": {"truncate": 0.5}, "probability": 0.02},
        {"effects": {"jitter": 0.2}, "probability": 0.2},
    ],
    "slow": [{"effects": {"delay": 1, "jitter": 1}}],
    "down": [{"effects": {"status": 503, "retry-after": "30"}}],
    "quota": [{"effects": {"quota": True}}],
}
"""What --profile puts in place."""


@dataclass
class Faults:
    """The faults that are set. Uses are counted in the store, so that processes that share it count together."""

    world: World
    operations: Callable[[], Iterable[tuple[Provider, Operation]]]
    """All that can be called."""

    @property
    def all(self) -> list[Fault]:
        return list(self.world.settings.faults.values())

    def add(
        self,
        effects: Mapping[str, Any] | str,
        *,
        provider: str | None = None,
        operation: str | None = None,
        times: int | None = None,
        probability: float = 1.0,
    ) -> Fault:
        """Set a fault.

        Args:
            effects: as `{"status": 503}` or `"status=503;retry-after=2"`; the names are in `EFFECTS`.
            provider, operation: only there.
            times: so often and no more.
            probability: of each call that could be hit.

        Raises:
            FaultError: a name or a value is wrong, or nothing is served under the names of provider and operation.
        """
        found = self.checked(effects, provider, operation, times, probability)
        with self.world.change():
            number = str(self.world.store.next("emulator.fault"))
            fault = Fault(number, found, provider, operation, times, probability)
            self.world.settings.faults[number] = fault
        return fault

    def checked(
        self,
        effects: Mapping[str, Any] | str,
        provider: str | None,
        operation: str | None,
        times: int | None,
        probability: float,
    ) -> dict[str, Any]:
        """Effects in their usual form. Raises FaultError, also for a fault that could never strike."""
        if times is not None and (not isinstance(times, int) or times < 1):
            raise FaultError(f"times={times}: 1 or more is expected")
        if not isinstance(probability, int | float) or not 0 <= probability <= 1:
            raise FaultError(f"probability={probability}: 0 to 1 is expected")
        served = [(each.name, one.id) for each, one in self.operations()]
        names = dict.fromkeys(name for name, _ in served)
        if provider is not None and provider not in names:
            raise FaultError(f"no provider {provider!r}; there are {', '.join(names)}")
        known = [one for name, one in served if provider in (None, name)]
        if operation is not None and operation not in known:
            where = f" of {provider}" if provider else ""
            raise FaultError(f"no operation {operation!r}{where}{suggestion(operation, known)}")
        return parse(effects) if isinstance(effects, str) else read_effects(effects)

    def used(self, fault: Fault) -> int:
        """How often a fault has struck."""
        return self.world.store.counter(f"emulator.fault.{fault.id}")

    def remove(self, number: str) -> bool:
        """Remove one fault; False when there is none of that id."""
        with self.world.change():
            return self.world.settings.faults.pop(number, None) is not None

    def clear(self) -> None:
        """Remove all faults."""
        with self.world.change():
            self.world.settings.faults.clear()

    def profile(self, name: str) -> list[Fault]:
        """Set the faults of a profile.

        Raises:
            FaultError: there is no such profile.
        """
        if name not in PROFILES:
            raise FaultError(f"no profile {name!r}; there are {', '.join(PROFILES)}")
        with self.world.change():
            return [self.add(**row) for row in PROFILES[name]]

    def striking(self, provider: Provider, operation: Operation, header: str | None) -> list[dict[str, Any]]:
        """The effects of every fault that hits a call, that of the request's own header last.

        Raises:
            FaultError: the header cannot be read.
        """
        struck: list[dict[str, Any]] = []
        for fault in self.all:
            if fault.provider not in (None, provider.name) or fault.operation not in (None, operation.id):
                continue
            if _instead(fault.effects) and any(map(_instead, struck)):
                continue  # its turn comes when the one before is used up
            if fault.probability < 1 and self.world.chance() >= fault.probability:
                continue
            if fault.times is not None and self.world.store.next(f"emulator.fault.{fault.id}") > fault.times:
                self.remove(fault.id)
                continue
            if fault.times is None:
                self.world.store.next(f"emulator.fault.{fault.id}")
            struck.append(fault.effects)
        if header:
            struck.append(parse(header))
        return struck


def _instead(effects: Mapping[str, Any]) -> bool:
    return any(EFFECTS[name].stage == "instead" for name in effects)


def apply(effects: Mapping[str, Any], stage: str, target: Any) -> list[str]:
    """Do what the effects of one stage do; those of the stage `instead` raise Problem or Instead.

    Returns:
        The names of those that found nothing to do.
    """
    due = ((name, value) for name, value in effects.items() if EFFECTS[name].stage == stage)
    return [name for name, value in due if EFFECTS[name].apply(target, value) is False]


__all__ = ["EFFECTS", "PROFILES", "Fault", "FaultError", "Faults", "Instead", "Target", "apply", "parse"]
