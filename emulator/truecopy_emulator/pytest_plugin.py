"""Fixtures for tests against the emulator, found by pytest wherever truecopy is installed.

`emulator` is one server for the whole run (one for each pytest-xdist worker), put back to its seeded state before
each test; a test in which an answer of the emulator's own broke the spec fails. The others are truecopy's clients
for it; whoever uses another client takes `emulator` alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .emulator import Emulator


@pytest.fixture(scope="session")
def emulator_server() -> Iterator[Emulator]:
    """The server behind `emulator`, on a free port of 127.0.0.1."""
    from truecopy_emulator import Emulator

    with Emulator() as server:
        yield server


@pytest.fixture
def emulator(emulator_server: Emulator) -> Iterator[Emulator]:
    """A running emulator in its seeded state."""
    emulator_server.reset()
    yield emulator_server
    breaches = list(emulator_server.breaches)
    emulator_server.reset()
    if breaches:
        pytest.fail(f"the emulator withheld answers that break the spec: {breaches}")


def _client(name: str, emulator: Emulator, provider: str, secret: str) -> Any:
    client = getattr(importlib.import_module("truecopy"), name)
    return client(**{secret: emulator.credential}, base_url=emulator.url(provider))


@pytest.fixture
def questionpro(emulator: Emulator) -> Iterator[Any]:
    """`truecopy.QuestionPro` for the emulator."""
    with _client("QuestionPro", emulator, "questionpro", "api_key") as client:
        yield client


@pytest.fixture
def supermetrics(emulator: Emulator) -> Iterator[Any]:
    """`truecopy.Supermetrics` for the emulator."""
    with _client("Supermetrics", emulator, "supermetrics", "token") as client:
        yield client


@pytest.fixture
def asavie(emulator: Emulator) -> Iterator[Any]:
    """`truecopy.Asavie` for the emulator."""
    with _client("Asavie", emulator, "asavie", "token") as client:
        yield client


# Asynchronous clients belong to the test's event loop, which a plain fixture does not have: the test closes them,
# best with `async with async_questionpro as client:`.


@pytest.fixture
def async_questionpro(emulator: Emulator) -> Any:
    """`truecopy.AsyncQuestionPro` for the emulator, to be used with `async with`."""
    return _client("AsyncQuestionPro", emulator, "questionpro", "api_key")


@pytest.fixture
def async_supermetrics(emulator: Emulator) -> Any:
    """`truecopy.AsyncSupermetrics` for the emulator, to be used with `async with`."""
    return _client("AsyncSupermetrics", emulator, "supermetrics", "token")


@pytest.fixture
def async_asavie(emulator: Emulator) -> Any:
    """`truecopy.AsyncAsavie` for the emulator, to be used with `async with`."""
    return _client("AsyncAsavie", emulator, "asavie", "token")
