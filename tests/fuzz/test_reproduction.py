"""A night against a deployment with a planted defect: it ends when its time is spent, leaves all reports, and every
line that it prints to see a failure again does so when pasted into a shell."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from truecopy_emulator import Emulator
from truecopy_tools.fuzz.targets import ROOT
from truecopy_tools.fuzz.worker import REPORTS

SECRET = "s3cr3t-0f-th3-n1ght-t3st"  # gitleaks:allow


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A line pasted into a shell in the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FUZZ_", "MAKE", "SHARD"))}
    return subprocess.run(
        ["bash", "-c", line],
        env={**kept, **variables},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


@pytest.fixture(autouse=True)
def _made() -> None:
    if not (ROOT / ".venv" / ".installed").exists():
        pytest.skip("the lines call make, which would first install everything: run make setup")


def test_a_night_and_what_it_says(tmp_path: Path) -> None:
    with Emulator(defect="field-enum") as emulator:
        emulator.set_credential(SECRET)
        told = {
            **{"FUZZ_URL": emulator.origin, "FUZZ_SPECS": "supermetrics", "SUPERMETRICS_TOKEN": SECRET},
            **{"FUZZ_BUILD": str(tmp_path / "build"), "FUZZ_DATABASE": str(tmp_path / "examples")},
        }
        night = shell("make fuzz-night", **told, FUZZ_SECONDS="5", FUZZ_CASES="5", SHARD="1/2")
        assert night.returncode == 2, night.stdout + night.stderr
        folder = tmp_path / "build" / "supermetrics"
        assert {path.name for path in folder.iterdir()} >= {*REPORTS.values(), "summary.json", "evidence.json"}

        requests = [line for line in night.stdout.splitlines() if line.startswith("curl ") and "/batch/" in line]
        assert any("PAUSED" in shell(line, SUPERMETRICS_TOKEN=SECRET).stdout for line in requests), requests
        seed = re.search(r"FUZZ_SEED=(\d+)", night.stdout)
        assert seed is not None
        assert seed[1] != "20201005"
        replays = re.findall(r"^again: (.*make fuzz-replay CASE=\w+)$", night.stdout, re.MULTILINE)
        again = shell(replays[0], SUPERMETRICS_TOKEN=SECRET)
        assert again.returncode == 2
        assert re.search(r"[1-9]\d* failed", again.stdout), again.stdout  # as many as there are checks that see it
        assert SECRET not in night.stdout + night.stderr + again.stdout + again.stderr
