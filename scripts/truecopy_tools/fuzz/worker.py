"""Runs schemathesis on targets, each in a process of its own with an emulator of its own, several at a time."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from .targets import ROOT, TARGETS, Target

CONFIGURATION = ROOT / "schemathesis.toml"
BUILD = Path(os.environ.get("FUZZ_BUILD") or ROOT / "build" / "fuzz").resolve()
OUTPUT, EVIDENCE, SUMMARY = "output.txt", "evidence.json", "summary.json"
EVIDENCE_VARIABLE = "FUZZ_EVIDENCE"
REPORTS = {"junit": "junit.xml", "html": "html"}
EXTRA_REPORTS = {"har": "traffic.har", "ndjson": "events.ndjson"}


@dataclass(frozen=True)
class Job:
    """One run of schemathesis. Without a `url` the worker starts an emulator, with the `defect` if one is named."""

    target: Target
    folder: Path
    seed: int
    cases: int
    seconds: int = 0
    url: str = ""
    defect: str = ""
    safe: bool = False
    fail_fast: bool = False
    reports: dict[str, str] = field(default_factory=lambda: dict(REPORTS))
    options: tuple[str, ...] = ()

    def arguments(self, url: str) -> list[str]:
        """The command line of `st run` for it."""
        folder = self.folder
        arguments = [
            *("--config-file", str(CONFIGURATION), "run", str(self.target.spec), "--url", url, "--no-color"),
            *("--seed", str(self.seed), "--max-examples", str(self.cases)),
            *("--report-json-path", str(folder / SUMMARY)),
        ]
        for name, file in self.reports.items():
            arguments += [f"--report-{name}-path", str(folder / file)]
        if self.seconds:
            arguments += ["--max-time", str(self.seconds)]
        if self.safe:
            arguments += ["--include-method", "GET", "--include-method", "HEAD"]
        if self.fail_fast:
            arguments += ["--max-failures", "1"]
        return [*arguments, *self.options]


@dataclass(frozen=True)
class Outcome:
    """What is left of a job: its exit code, the seconds it took, and what schemathesis and the evidence say."""

    job: Job
    code: int
    seconds: float
    evidence: dict[str, Any]
    summary: dict[str, Any]

    @property
    def output(self) -> str:
        """What schemathesis printed."""
        path = self.job.folder / OUTPUT
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def serving(job: Job) -> Iterator[str]:
    """The base URL of a job, with an emulator behind it unless it has a URL."""
    if job.url:
        yield job.url
        return
    from truecopy_emulator import Emulator

    with Emulator() as emulator:
        os.environ.setdefault(job.target.secret, emulator.credential)
        yield emulator.url(job.target.name)


def enter(job: Job) -> None:
    """Prepare this process for a job: its folder is the working directory, where schemathesis keeps what it caches."""
    job.folder.mkdir(parents=True, exist_ok=True)
    os.chdir(job.folder)
    os.environ[EVIDENCE_VARIABLE] = str(job.folder / EVIDENCE)
    if job.safe:
        os.environ["FUZZ_SAFE"] = "1"
    if job.url:
        # The configuration names every target's credential; those of other targets are not asked for.
        for target in TARGETS.values():
            if target != job.target:
                os.environ.setdefault(target.secret, "unused")
    else:
        for target in TARGETS.values():
            os.environ[target.secret] = "emulator-key"


def _perform(job: Job) -> None:
    """The child's whole life."""
    enter(job)
    descriptor = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    from schemathesis.cli import schemathesis

    with serving(job) as url:
        sys.argv = ["st", *job.arguments(url)]
        schemathesis.main(sys.argv[1:], prog_name="st")


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def clear(job: Job) -> None:
    """Take away what an earlier run left, so that nothing of it can be taken for this one's."""
    shutil.rmtree(job.folder, ignore_errors=True)


def run(jobs: Iterable[Job], at_once: int = 2, done: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
    """Run jobs, some at a time, and hand over each outcome as it comes; the list is in the order of the jobs."""
    import schemathesis.cli  # the children start with it loaded

    assert schemathesis.cli
    context = multiprocessing.get_context("fork")
    waiting, running = list(jobs), dict[int, tuple[Job, BaseProcess, float]]()
    order, outcomes = {job.folder: i for i, job in enumerate(waiting)}, list[Outcome]()
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.pop(0)
                clear(job)
                process: BaseProcess = context.Process(target=_perform, args=(job,))
                process.start()
                running[process.sentinel] = (job, process, time.monotonic())
            for ended in wait(list(running)):
                assert isinstance(ended, int)
                job, process, started = running.pop(ended)
                process.join()
                seconds = time.monotonic() - started
                evidence, summary = _read(job.folder / EVIDENCE), _read(job.folder / SUMMARY)
                outcomes.append(Outcome(job, process.exitcode or 0, seconds, evidence, summary))
                done(outcomes[-1])
    finally:
        for _, process, _ in running.values():
            process.terminate()
            process.join()
    return sorted(outcomes, key=lambda outcome: order[outcome.job.folder])
