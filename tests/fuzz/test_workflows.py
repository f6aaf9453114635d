"""The workflows do what the Makefile can do: each command is a target, each variable one that the fuzzing reads, each
path one that it writes to."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml
from truecopy_tools.fuzz.__main__ import OPTIONS, plan
from truecopy_tools.fuzz.__main__ import main as commands
from truecopy_tools.fuzz.targets import ROOT, TARGETS
from truecopy_tools.fuzz.worker import BUILD, EXAMPLES

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("fuzz.yml"))
JOBS = [
    (path.name, name, job)
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text())["jobs"].items()
    if name != "examples"  # puts artifacts together
]


def _runs(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize(("file", "name", "job"), JOBS)
def test_every_command_is_a_target(file: str, name: str, job: dict[str, Any]) -> None:
    targets = [line for line in _runs(job) if line.startswith("make ")]
    assert targets, f"{file}: {name} does nothing"
    for line in targets:
        shown = subprocess.run([*line.split(), "-n"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        command = re.search(r"-m truecopy_tools\.fuzz (\S+)$", shown, re.MULTILINE)
        assert command is not None, shown
        assert command[1] in commands.commands


@pytest.mark.parametrize(("file", "name", "job"), JOBS)
def test_variables_and_paths_are_those_of_the_fuzzing(file: str, name: str, job: dict[str, Any]) -> None:
    known = {parameter.envvar for parameter in commands.commands["night"].params}
    assert len(known) > len(OPTIONS) / 2
    assert set(job.get("env", {})) <= known
    written = [ROOT / step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})]
    assert written
    assert all(path in (BUILD, EXAMPLES, BUILD / "defects.json") for path in written)


def test_the_shards_of_a_night_are_all_of_it() -> None:
    (night,) = [job for _, name, job in JOBS if name == "night"]
    shards = night["strategy"]["matrix"]["shard"]
    chosen = {parameter.name: parameter.default for parameter in commands.commands["night"].params}
    chosen = {name: value for name, value in chosen.items() if name not in ("specs", "shard")}
    jobs = [job for shard in shards for job in plan(list(TARGETS.values()), shard=shard, **chosen)]
    assert {job.target.name for job in jobs} == set(TARGETS)


def test_the_example_of_a_night_is_named_after_its_shard() -> None:
    (night,) = [job for _, name, job in JOBS if name == "night"]
    (line,) = [line for line in _runs(night) if not line.startswith("make ")]
    script = f"GITHUB_ENV=/dev/stdout; SHARD=2/4; {line}"
    named = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert named.stdout == "name=night-2-of-4\n"
