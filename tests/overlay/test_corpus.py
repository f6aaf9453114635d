"""Answers that a client once got wrong, or that look as if one would: each is a line of data in ``tests/corpus``.

An entry names provider and operationId, the answer (status, headers, body as text or in base64, whether the connection
stays open), and what must come of it, for every kind of client over every transport.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from truecopy.schema import Operation

from .wire import Clients, Sent, clients

CORPUS = Path(__file__).parent.parent / "corpus"
ENTRIES = [found for path in sorted(CORPUS.glob("*.yaml")) for found in yaml.safe_load(path.read_text())]


def entry(provider: str, operation: Operation, sent: Sent) -> dict[str, Any]:
    """An answer as an entry of the corpus; why it is there and what must come of it is for a person to write."""
    try:
        body = {"body": sent.body.decode()}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(sent.body).decode()}
    return {
        "why": "TODO",
        "provider": provider,
        "operation": operation.id,
        "status": sent.status,
        "headers": [list(pair) for pair in sent.headers],
        **body,
        "keep": sent.keep,
        "expect": {"raised": "TODO"},
    }


def sent(found: dict[str, Any]) -> Sent:
    """The answer of an entry; its length is added unless the entry frames the body itself."""
    body = base64.b64decode(found["base64"]) if "base64" in found else found.get("body", "").encode()
    headers = [(name, value) for name, value in found.get("headers", [["content-type", "application/json"]])]
    framed = {"content-length", "transfer-encoding"} & {name for name, _ in headers}
    if not framed and found.get("keep", True) and found["status"] not in (204, 304):
        headers.append(("content-length", str(len(body))))
    return Sent(found["status"], headers, body, found.get("keep", True))


@pytest.fixture(scope="module")
def every() -> Iterator[Clients]:
    with clients() as all_of_them:
        yield all_of_them


@pytest.mark.parametrize("found", ENTRIES, ids=[found["why"] for found in ENTRIES])
def test_what_was_once_wrong_stays_right(every: Clients, found: dict[str, Any]) -> None:
    on_mismatch = found.get("on_mismatch", "raise")
    for outcome in every.outcomes(found["provider"], found["operation"], sent(found), on_mismatch):
        assert {name: outcome.get(name) for name in found["expect"]} == found["expect"]
