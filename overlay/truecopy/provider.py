"""What sets one provider apart: data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truecopy.answers import Wording
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
