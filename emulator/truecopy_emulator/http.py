"""What the engine takes and gives: a request, an answer, and what the adapter that sends the answer shall do to it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Request:
    """One HTTP request, whole, before routing.

    `path` is percent-encoded as it came; `query` has no question mark; `headers` have lower-case names. `too_large`
    says that the adapter stopped reading because the body passed the limit; `body` is then not the whole body. `names`
    are those of the headers as they came, where the adapter is told: they matter to defects only.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)  # like headers and body, it may hold a secret
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    scheme: str = "http"
    too_large: bool = False
    names: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(slots=True)
class Effects:
    """What an adapter does to an answer on its way out, beyond sending it. Times are seconds.

    `cut` ends the connection: "before" any byte of the answer, in the middle of the "body", or "after" it, each with a
    reset; or "truncate" closes it in good order after the `share` of the body that is sent. `raw`
    replaces the whole answer, status line included, with these bytes. `drip` sends the body in `drip_size` bytes at
    a time, so long apart.
    """

    delay: float = 0.0
    cut: str = ""
    share: float = 0.5
    raw: bytes = b""
    drip: float = 0.0
    drip_size: int = 16


@dataclass(slots=True)
class Answer:
    """One HTTP answer. Header names are lower-case."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    effects: Effects | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.lower().encode("latin-1")
        return next((value.decode("latin-1") for key, value in self.headers if key == wanted), None)


def basic(secret: str) -> list[str]:
    """Password and user of HTTP Basic, as far as they are there; nothing when it is none."""
    try:
        user, colon, password = base64.b64decode(secret.strip(), validate=True).decode().partition(":")
    except ValueError:
        return []
    return [text for text in (password, user) if text and colon]
