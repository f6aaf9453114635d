"""What can be set for a client and its calls, and how it is checked."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from truecopy.errors import ConfigurationError
from truecopy.exchange import Timeouts
from truecopy.observe import Hooks
from truecopy.retry import CLOCK, LONGEST, Clock, Policy, Retries, no_retries

_RESERVED = {"accept-encoding", "connection", "content-length", "transfer-encoding"}
"""Headers that the transport sets; another value would break the request or its answer."""


@dataclass(frozen=True)
class Settings:
    """What can be set for a client and, with ``with_options``, for some of its calls: ``truecopy.client.Options``."""

    timeout: Timeouts = field(default_factory=Timeouts)
    deadline: float = 300.0
    retries: Policy = field(default_factory=Retries)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # one may be a key, for a gateway say
    on_mismatch: str = "raise"
    scheme: str | None = None
    max_body: int = 32 * 1024 * 1024
    clock: Clock = CLOCK
    hooks: Hooks = field(default_factory=Hooks)

    def changed(self, options: Mapping[str, Any]) -> Settings:
        """The settings with some replaced and further headers. Raises ConfigurationError for an unusable one."""
        changes = {name: check(name, options[name]) for name, check in _CHECKS.items() if name in options}
        headers = {**self.headers, **changes.pop("headers", {})}
        hooks = {name: changes.pop(name) for name in _HOOKS if name in changes}
        return dataclasses.replace(self, headers=headers, hooks=dataclasses.replace(self.hooks, **hooks), **changes)


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ConfigurationError(f"{name} must be a finite number above 0")
    return min(float(value), LONGEST)


def _bytes(name: str, value: Any) -> int:
    if _seconds(name, value) < 1:
        raise ConfigurationError(f"{name} must be at least 1 byte")
    return int(_seconds(name, value))


def _timeouts(name: str, value: Any) -> Timeouts:
    return Timeouts(*[_seconds(name, step) for step in (value if isinstance(value, Timeouts) else [value] * 4)])


def _policy(name: str, value: Any) -> Policy:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Retries(attempts=value + 1) if value else no_retries
    if not callable(value) or isinstance(value, type) or inspect.iscoroutinefunction(value):
        raise ConfigurationError("retries must be a number of repetitions or a policy, see truecopy.retry")
    return value  # type: ignore[no-any-return]


def _headers(name: str, headers: Any) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        raise ConfigurationError("headers must be a mapping of names to values")
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str) or not name or not (name + value).isascii():
            raise ConfigurationError(f"header {name!r}: names and values are ASCII strings")
        if not (name + value).isprintable() or not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigurationError(f"header {name!r} has characters that a header cannot carry")
        if name.lower() in _RESERVED:
            raise ConfigurationError(f"header {name!r} cannot be set: it is the transport's")
    return dict(headers)


def _reaction(name: str, value: Any) -> str:
    if value not in ("raise", "warn"):
        raise ConfigurationError("on_mismatch must be 'raise' or 'warn'")
    return str(value)


def _clock(name: str, value: Any) -> Clock:
    if not isinstance(value, Clock):
        raise ConfigurationError("clock must be a truecopy.retry.Clock")
    return value


def _hook(name: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a function")
    return value


_HOOKS = ("on_request", "on_response", "on_error")
#: option -> function of its name and value that returns what to keep, or raises ConfigurationError
_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "timeout": _timeouts,
    "deadline": _seconds,
    "retries": _policy,
    "headers": _headers,
    "on_mismatch": _reaction,
    "scheme": lambda name, value: value,
    "max_body": _bytes,
    "clock": _clock,
    **dict.fromkeys(_HOOKS, _hook),
}
