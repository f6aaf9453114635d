"""The pytest plugin, run as its users run it: in a pytest of their own, also under pytest-xdist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
import asyncio
import httpx
import pytest

@pytest.mark.parametrize("attempt", range(4))
def test_the_state_is_fresh(emulator, questionpro, attempt):
    base, headers = emulator.url("questionpro"), {"api-key": emulator.credential}
    answer = httpx.post(base + "/surveys/7654321/responses", headers=headers, json={"responseSet": []})
    assert answer.json()["response"]["responseID"] == 12345679
    assert questionpro.micropanel.get_batch(4445556).id == 4445556
    emulator.journal.assert_called("getBatch", times=1)

def test_the_others(supermetrics, asavie):
    assert supermetrics.query.get_batch("qrb_3feb5ff5c71e").status_code == "RUNNING"
    assert asavie.batches.get_batch("batch-0001").id == "batch-0001"

def test_async(async_questionpro, async_supermetrics, async_asavie):
    async def call():
        async with async_questionpro as q, async_supermetrics as s, async_asavie as a:
            return (await q.micropanel.get_batch(4445556)).id, await s.query.get_batch("qrb_3feb5ff5c71e"), a
    assert asyncio.run(call())[0] == 4445556

def test_a_breach_fails_the_test(emulator):
    emulator.engine._breach(None, None, 200, "made up")
"""


def test_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "-n", "2"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert "7 passed, 1 error" in result.stdout, result.stdout[-3000:]
    assert "the emulator withheld answers that break the spec" in result.stdout
