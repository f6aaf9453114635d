"""What the tests of the emulator share: a plain HTTP client for each provider, with the default credential, and
documents that nobody wrote code for."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from truecopy_emulator import Emulator

KEY = "emulator-key"
JSON = "application/json"
TLS = ssl.create_default_context()
"""One for all clients: each would otherwise take 20 ms to make its own."""
get, post = partial(httpx.get, verify=TLS), partial(httpx.post, verify=TLS)
DATA = Path(__file__).parent / "data"


def page(name: str) -> Any:
    """A sample or schema as a documentation page prints it."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def document(version: str = "3.1.0", **members: Any) -> dict[str, Any]:
    return {"openapi": version, "info": {"title": "Mine", "version": "1"}, "paths": {}, **members}


def answers(schema: Any, **media: Any) -> dict[str, Any]:
    return {"200": {"description": "", "content": {JSON: {"schema": schema, **media}}}}


def serve(tmp_path: Path, root: dict[str, Any]) -> tuple[Emulator, httpx.Client]:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(root))
    emulator = Emulator(specs={"/mine": path})
    return emulator, httpx.Client(verify=TLS, transport=emulator.transport(), base_url="http://emulator/mine")


@pytest.fixture
def qp(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=emulator.url("questionpro"), headers={"api-key": KEY}, verify=TLS) as client:
        yield client


@pytest.fixture
def sm(emulator: Emulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=emulator.url("supermetrics"), headers=headers, verify=TLS) as client:
        yield client


@pytest.fixture
def av(emulator: Emulator) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=emulator.url("asavie"), headers=headers, verify=TLS) as client:
        yield client
