"""Failures that are accepted: for a while they fail no run, then they do again; what no longer occurs is said."""

from __future__ import annotations

import json
from pathlib import Path

from truecopy_emulator import Emulator

from .test_run import fuzz


def test_accepted_failures_end_and_are_said(tmp_path: Path) -> None:
    with Emulator(defect="field-length") as emulator:
        told = {
            **{"FUZZ_URL": emulator.origin, "FUZZ_SPECS": "supermetrics", "SUPERMETRICS_TOKEN": emulator.credential},
            **{"FUZZ_SAFE": "1", "FUZZ_CASES": "1", "FUZZ_BUILD": str(tmp_path), "FUZZ_REPORTS": ""},
            **{"FUZZ_BASELINE": str(tmp_path / "accepted")},
            **{"FUZZ_DATABASE": str(tmp_path / "examples")},
            "CI": "true",  # where hypothesis keeps no examples unless told to
        }
        recorded = fuzz("accept", "--reason", "the fix is on its way", "--days", "5", **told)
        path = tmp_path / "accepted" / "supermetrics.json"
        assert recorded.returncode == 0, recorded.stdout + recorded.stderr
        accepted = json.loads(path.read_text())
        kept, ended = accepted["entries"]
        assert "2 new" in recorded.stdout
        assert any(path.is_file() for path in (tmp_path / "examples").rglob("*"))
        assert {entry["reason"] for entry in (kept, ended)} == {"the fix is on its way"}

        ended["expires"] = "2020-01-01"
        fixed = {**kept, "check": "not_a_server_error"}
        path.write_text(json.dumps({**accepted, "entries": [kept, ended, fixed]}))
        failed = fuzz(**told)
    assert failed.returncode == 1, failed.stdout
    assert f"supermetrics: accepted: {kept['operation']}" in failed.stdout
    assert f"supermetrics: expired: {ended['operation']}" in failed.stdout
    assert "supermetrics: accepted, not seen: " in failed.stdout
    again = [line for line in failed.stdout.splitlines() if line.startswith("supermetrics: 1 x ")]
    assert [line.rpartition(": ")[2] for line in again] == [ended["operation"]]
