"""What was once read wrongly is read rightly, by every client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .corpus import entries, meets, read
from .wire import Rig

ENTRIES = entries()


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.mark.parametrize("entry", [pytest.param(entry, id=name) for name, entry in ENTRIES])
def test_corpus(rig: Rig, entry: dict[str, Any]) -> None:
    case, expected = read(entry)
    for outcome in rig.judge(case):
        meets(outcome, expected)
