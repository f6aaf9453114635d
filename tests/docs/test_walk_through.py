"""The walk-through of a documentation change: its commands run in order, and print what the page says they print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def _steps(text: str) -> list[tuple[str, str, int]]:
    """(command, expected output, expected exit status) of every console block, in order."""
    steps: list[tuple[str, str, int]] = []
    for block in re.findall(r"(?ms)^```console\n(.*?)^```$", text):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, output = part.partition("\n")
            status = re.search(r"(?m)^# exit status (\d+)\n", output)
            output = re.sub(r"(?m)^# exit status \d+\n", "", output)
            steps.append((command, output.strip("\n"), int(status[1]) if status else 0))
    return steps


def test_walk_through(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "specs", tmp_path / "specs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    steps = _steps((root / "docs" / "documentation-changes.md").read_text(encoding="utf-8"))
    assert len(steps) > 7
    for command, output, status in steps:
        run = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.stdout.strip("\n") == output, f"{command}\n{run.stderr}"
        assert run.returncode == status, command
