"""Takes credentials out of what is shown: the values that are known, those that stand where documents and habit put
credentials, and whatever repeats them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from urllib.parse import unquote_plus

from .http import Request, basic

MASK = "***"
SHORTEST = 6
"""Letters of a secret that is worth looking for elsewhere; shorter ones would mask what has nothing to do with them."""
LOOKED_AT = 8192
"""Bytes of a body that are shown, and searched for secrets."""
_CUT = 24
"""Letters by which a secret is known when a message cut it off."""
# Names without case and punctuation. In a body, where `Key` is a member like any other, the whole name counts.
_IN_ADDRESS = re.compile(
    r"key|.*(?:(?:x|api|access|secret|private|auth|client)key|auth|authorization|token|secret|password|passwd|pwd|cookie)"
)
_IN_BODY = re.compile(
    r"x?apikey|clientsecret|(?:access|refresh|id|auth|bearer)?token|password|passwd|secret|authorization"
)
_PAIR = re.compile(r"(?:^|[&;?])([^=&;]{1,64})=([^&;]+)")
_MEMBER = re.compile(r"\"([^\"\\]{1,64})\"\s*:\s*\"((?:[^\"\\]|\\.)+)")
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w.-]{1,64})>([^<>]+)<")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unquote_plus(name).lower())


def _from_json(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


_IN_BODIES: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_PAIR, unquote_plus),
    (_MEMBER, _from_json),
    (_ELEMENT, unescape),
)
"""How bodies write a name and its value, and how to read the value."""


class Masks:
    """What is secret for one engine.

    Args:
        known: gives the credentials that there are now.
    """

    def __init__(self, known: Callable[[], Iterable[str]] = tuple) -> None:
        self._known = known
        self._names: set[str] = set()

    def declare(self, name: str) -> None:
        """Mask what stands under a name of a header, a cookie or the query: a document puts credentials there."""
        self._names.add(_plain(name))

    def secret(self, name: str) -> bool:
        """Whether a header, a cookie or a part of a query of this name holds a secret."""
        plain = _plain(name)
        return plain in self._names or _IN_ADDRESS.fullmatch(plain) is not None

    def of(self, request: Request) -> list[str]:
        """The secrets of a request, to be masked wherever they turn up; the longest first."""
        found = {text.strip() for text in (*self._known(), *self._sent(request))}
        return sorted((text for text in found if len(text) >= SHORTEST), key=len, reverse=True)

    def _sent(self, request: Request) -> Iterator[str]:
        for name, value in request.headers.items():
            if self.secret(name):
                yield value
                secret = value.partition(" ")[2]  # the scheme of `Authorization: Bearer …` is no secret
                yield from (secret, *basic(secret))
                yield from (part.partition("=")[2] for part in value.split(";") if name == "cookie")
        for name, value in _PAIR.findall(request.query):
            if self.secret(name):
                yield from (value, unquote_plus(value))
        body = request.body[:LOOKED_AT].decode("utf-8", "replace")
        for pattern, read in _IN_BODIES:
            for name, value in pattern.findall(body):
                if _IN_BODY.fullmatch(_plain(name)):
                    yield from (value, read(value))

    def headers(self, headers: Mapping[str, str], secrets: list[str]) -> dict[str, str]:
        """Headers as they may be shown."""
        return {name: MASK if self.secret(name) else hidden(text, secrets) for name, text in headers.items()}

    def query(self, query: str, secrets: list[str]) -> str:
        """A query as it may be shown."""
        return hidden(_named(_PAIR, query, self.secret), secrets)

    def body(self, body: bytes, secrets: list[str]) -> str | None:
        """The start of a body as it may be shown; None when there is none."""
        if not body:
            return None
        text = body[:LOOKED_AT].decode("utf-8", "replace")
        for pattern, _ in _IN_BODIES:
            text = _named(pattern, text, lambda name: _IN_BODY.fullmatch(_plain(name)) is not None)
        return hidden(text, secrets) + ("…" if len(body) > LOOKED_AT else "")


def hidden(text: str, secrets: list[str]) -> str:
    """A text without the secrets, also where one was cut off."""
    for secret in secrets:
        text = text.replace(secret, MASK)
        if len(secret) > _CUT and secret[:_CUT] in text:
            text = re.sub(re.escape(secret[:_CUT]) + r"[^\s\"'&<]*", MASK, text)
    return text


def _named(pattern: re.Pattern[str], text: str, secret: Callable[[str], bool]) -> str:
    """A text with the values of secret names masked."""

    def masked(found: re.Match[str]) -> str:
        start, end = (place - found.start() for place in found.span(2))
        return found[0][:start] + MASK + found[0][end:] if secret(found[1]) else found[0]

    return pattern.sub(masked, text)
