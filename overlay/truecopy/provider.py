"""What sets one provider apart, and what can be set for a client: data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from truecopy.answers import Wording
from truecopy.exchange import Timeouts
from truecopy.observe import Hooks
from truecopy.retry import CLOCK, Clock, Policy, Retries
from truecopy.schema import Spec


@dataclass(frozen=True)
class Provider:
    """What sets one provider apart: data, no behaviour."""

    name: str
    """Lower-case name: of the package, of errors, of environment variables in upper case."""
    servers: Mapping[str, str]
    """Base URL by name; the first is the default."""
    spec: Spec
    wording: Wording
    limit: tuple[int, float]
    """Requests and seconds that the optional limiter keeps to."""


@dataclass(frozen=True)
class Settings:
    """What can be set for a client and, with ``with_options``, for some of its calls."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    deadline: float = 300.0
    """Seconds that a call may take with all its attempts and pauses."""
    retries: Policy = field(default_factory=Retries)
    headers: Mapping[str, str] = field(default_factory=dict)
    on_mismatch: str = "raise"
    scheme: str | None = None
    """Name of the security scheme in the spec, for operations that offer several."""
    limit: int = 32 * 1024 * 1024
    """Bytes of an answer's body that are read at the most."""
    clock: Clock = CLOCK
    hooks: Hooks = field(default_factory=Hooks)
