"""A request as a line for a shell, byte for byte, in which the run's credential is a mark for the report to replace."""

from __future__ import annotations

import base64
import os
import shlex
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

from .worker import CREDENTIAL_VARIABLE

MARK = "[Credential]"
LONGEST = 50_000
"""Bytes of a body that a line can hold."""
_OWN = frozenset(
    (
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "accept-encoding",
        "user-agent",
        "x-schemathesis-testcaseid",
    )
)


def command(method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The line. What curl would read into names and addresses (@, brackets, dots) is taken as it stands."""
    secret = os.environ.get(CREDENTIAL_VARIABLE, "").encode()
    if len(body) > LONGEST or (secret and secret in body and _text(body) is None):
        return f"# {method} {_quoted(url)} with {len(body)} bytes that cannot stand in a line"
    parts = [f"curl -sS -g --path-as-is -X {method}" if method != "HEAD" else "curl -sS -g --path-as-is -I"]
    for name, value in headers.items():
        if name.lower() not in _OWN:
            parts.append(f"-H {_quoted(f'{name}: {value}' if value else f'{name};')}")
    if body and not any(name.lower() == "content-type" for name in headers):
        parts.append("-H 'Content-Type;'")  # curl would say it is a form
    plain = _text(body)
    if body:
        parts.append("--data-binary @-" if plain is None else f"--data-raw {_quoted(plain)}")
    line = f"{' '.join(parts)} {_quoted(url)}"
    return line if plain is not None else f"echo {base64.b64encode(body).decode()} | base64 -d | {line}"


def _text(body: bytes) -> str | None:
    """The body where it can stand in a line."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _quoted(text: str) -> str:
    secret = os.environ.get(CREDENTIAL_VARIABLE, "")
    for form in {secret, quote(secret, safe=""), quote_plus(secret)} - {""}:
        text = text.replace(form, MARK)
    return shlex.quote(text)
