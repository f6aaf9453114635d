"""Secrets stay out of what a run leaves behind, whatever wrote it: reports, logs, failing cases. schemathesis masks
headers and queries; this takes the values themselves out of every file, wherever they stand.

A value is a secret when it is the run's credential, or when it stood under one of `MEMBERS` in a request that was taken
or in its answer: a token that a deployment hands out, the client secret that it is handed out for."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

MASK = "[Filtered]"
MEMBERS = frozenset(("access_token", "refresh_token", "id_token", "client_secret", "password", "api_key", "apikey"))
SHORTEST = 6
"""Characters; what is shorter may stand anywhere by chance and protects nothing."""
BASE64 = re.compile(rb'"([A-Za-z0-9+/]{12,}={0,2})"')


found: set[str] = set()
"""The secrets that this process has come across."""


def note(*contents: Any) -> None:
    """Look for secrets in the bodies of a request and its answer."""
    for content in contents:
        found.update(secrets_in(content))


def secrets_in(content: bytes | str | None) -> Iterator[str]:
    """The secrets of a body, be it JSON or a form."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content or ""
    try:
        pairs = list(_members(json.loads(text)))
    except (ValueError, RecursionError):
        pairs = [(name, value) for name, value in parse_qsl(text)]
    for name, value in pairs:
        if name.lower() in MEMBERS and isinstance(value, str) and len(value) >= SHORTEST:
            yield value


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _members(item)


def mask(folder: Path, secrets: Iterable[str]) -> None:
    """Take secrets out of all files in a folder and below: as they are, as JSON, URLs and base64 have them."""
    forms = {
        form for secret in secrets for form in (secret, json.dumps(secret)[1:-1], quote(secret), quote_plus(secret))
    }
    known = sorted((form.encode() for form in forms if len(form) >= SHORTEST), key=len, reverse=True)
    for path in (path for path in folder.rglob("*") if known and path.is_file()):
        content = path.read_bytes()
        masked = _masked(content, known)
        if masked != content:
            path.write_bytes(masked)


def _masked(content: bytes, known: list[bytes]) -> bytes:
    def encoded(match: re.Match[bytes]) -> bytes:
        try:
            inside = base64.b64decode(match[1], validate=True)
        except binascii.Error:
            return match[0]
        masked = _plain(inside, known)
        return match[0] if masked == inside else b'"' + base64.b64encode(masked) + b'"'

    return BASE64.sub(encoded, _plain(content, known))


def _plain(content: bytes, known: list[bytes]) -> bytes:
    for form in known:
        content = content.replace(form, MASK.encode())
    return content
