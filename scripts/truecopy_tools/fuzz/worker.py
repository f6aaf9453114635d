"""Runs schemathesis on targets, each in a process of its own with an emulator of its own, several at a time."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from . import examples, masking
from .targets import ROOT, TARGETS, Target, UsageError, base_url

CONFIGURATION = ROOT / "schemathesis.toml"
BUILD = Path(os.environ.get("FUZZ_BUILD") or ROOT / "build" / "fuzz").resolve()
EXAMPLES = ROOT / "build" / "fuzz-examples"
OUTPUT, EVIDENCE, SUMMARY, JOB = "output.txt", "evidence.json", "summary.json", "job.json"
SOCKETS = 25
CREDENTIAL = "emulator-key"
EVIDENCE_VARIABLE = "FUZZ_EVIDENCE"
CREDENTIAL_VARIABLE = "FUZZ_CREDENTIAL"
SAFE_VARIABLE = "FUZZ_SAFE"
EMULATOR_VARIABLE = "FUZZ_EMULATOR"
PRELOADED = (
    *("schemathesis.cli.commands.run.executor", "schemathesis.openapi", "schemathesis.specs.openapi.schemas"),
    *("schemathesis.engine.core", "schemathesis.engine.context", "schemathesis.python._constants.orchestrator"),
    *("rich.progress", "truecopy_emulator.emulator", "granian.server.embed", "defusedxml.ElementTree"),
)
TOLD = ("seed", "cases", "seconds", "url", "defect", "safe", "sockets", "rate")
"""What a job leaves of itself, so that it can be run again."""
REPORTS = {"junit": "junit.xml", "html": "html", "har": "traffic.har", "ndjson": "events.ndjson"}


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
    sockets: int = 1
    """Each so many-th request goes over a socket, the others straight to the emulator's engine; 0: none does."""
    reports: tuple[str, ...] = ("junit", "html")
    database: str = ""
    """Where examples that failed are kept from run to run, see `examples`."""
    rate: str = ""
    """At most so many requests, as 100/m; `auto` waits when a service says so."""
    baseline: Path | None = None
    """A file of failures that are accepted for some time."""
    record: bool = False
    """Add the failures to the baseline instead of failing."""

    def lasting(self, seconds: int) -> Job:
        """The same with a time budget."""
        return replace(self, seconds=seconds)

    def recording(self) -> Job:
        """The same, adding what fails to the baseline."""
        return replace(self, record=True)

    def arguments(self, url: str) -> list[str]:
        """The command line of `st run` for it."""
        folder = self.folder
        arguments = [
            *("--config-file", str(CONFIGURATION), "run", str(self.target.spec), "--url", url, "--no-color"),
            *("--seed", str(self.seed), "--max-examples", str(self.cases)),
            *("--report-json-path", str(folder / SUMMARY)),
        ]
        for name in self.reports:
            arguments += [f"--report-{name}-path", str(folder / REPORTS[name])]
        if not self.database:  # a pull request must not depend on what an earlier run left behind
            arguments += ["--generation-database", "none"]
        if self.rate:
            arguments += ["--rate-limit", self.rate]
        if self.baseline is not None and (self.baseline.exists() or self.record):
            arguments += ["--baseline", str(self.baseline), *(["--baseline-update"] if self.record else [])]
        if self.seconds:
            arguments += ["--max-time", str(self.seconds)]
        if self.safe:
            # Nothing is created, so no life cycle can be followed.
            arguments += ["--include-method-regex", "^(GET|HEAD)$", "--phases", "examples,coverage,fuzzing"]
        if self.fail_fast:
            arguments += ["--max-failures", "1"]
        return arguments


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

    from . import inprocess

    control = CREDENTIAL if job.target.name == "emulator" else None
    emulator = Emulator(defect=job.defect or None, control_token=control)
    with emulator if job.sockets else nullcontext():
        inprocess.install(emulator.engine, emulator.origin if job.sockets else "", job.sockets)
        yield inprocess.ORIGIN + job.target.mount


def enter(job: Job) -> None:
    """Prepare this process for a job: its folder is the working directory, where schemathesis keeps what it caches."""
    job.folder.mkdir(parents=True, exist_ok=True)
    os.chdir(job.folder)
    os.environ[EVIDENCE_VARIABLE] = str(job.folder / EVIDENCE)
    os.environ.pop(SAFE_VARIABLE, None)
    if job.safe:
        os.environ[SAFE_VARIABLE] = "1"
    told = {name: getattr(job, name) for name in TOLD}
    if not (path := job.folder / JOB).exists():  # a replay elsewhere leaves it said where the run was
        path.write_text(json.dumps({"target": job.target.name, **told, "baseline": str(job.baseline or "")}) + "\n")
    if job.url:
        # The configuration names every target's credential; those of other targets are not asked for, nor is the
        # control token of an emulator that wants none.
        for target in TARGETS.values():
            os.environ.setdefault(target.secret, "unused")
    else:
        for target in TARGETS.values():
            os.environ[target.secret] = CREDENTIAL
        os.environ[EMULATOR_VARIABLE] = "1"
        os.environ["no_proxy"] = "127.0.0.1"  # whatever proxy this machine uses, the emulator is not behind it
    os.environ[CREDENTIAL_VARIABLE] = os.environ.get(job.target.secret, "")


def _perform(job: Job) -> None:
    """The child's whole life."""
    threading.Thread(target=_outlive_nobody, args=(job,), daemon=True).start()
    enter(job)
    descriptor = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    from schemathesis.cli import schemathesis

    examples.use(job.database, EXAMPLES)
    # A run keeps what it did to its end: looking for garbage in it again and again costs a fifth of the time.
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)
    with serving(job) as url:
        sys.argv = ["st", *job.arguments(url)]
        try:
            schemathesis.main(sys.argv[1:], prog_name="st")
        finally:
            if job.url:  # what an emulator takes and gives is public
                sys.stdout.flush()
                masking.mask(job.folder, {os.environ[CREDENTIAL_VARIABLE], *masking.found})


def _outlive_nobody(job: Job) -> None:
    """End with the process that started this one, however that ended: nobody would look at what comes of the rest, and
    a server would go on being sent it."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    abandon(job)
    os._exit(1)


def replay(case: str, url: str = "") -> tuple[int, Job]:
    """Send a case again that failed in an earlier run.

    Returns:
        1 when it fails again, else 0; and the job that found it.

    Raises:
        UsageError: no run left such a case.
    """
    for path in BUILD.rglob(".schemathesis/*/cache/crashes/*.json"):
        if _read(path).get("case_id") == case:
            folder = path.parents[4]
            break
    else:
        raise UsageError(f"no failing case {case} in {BUILD}; a run leaves its cases there until the next one")
    told = _read(folder / JOB)
    target = TARGETS[told.pop("target")]
    accepted = Path(text) if (text := told.pop("baseline", "")) else None
    job = Job(target, folder, baseline=accepted, **told)
    if url:
        job = replace(job, url=base_url(target, url, alone=True))
    _warm_up()
    enter(job)
    from schemathesis.cli import schemathesis

    with serving(job) as base:
        arguments = ["--config-file", str(CONFIGURATION), "replay", case, "--url", base, "--keep"]
        return int(schemathesis.main(arguments, prog_name="st", standalone_mode=False) or 0), job


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


def clear(job: Job) -> None:
    """Take away what an earlier run left, so that nothing of it can be taken for this one's."""
    shutil.rmtree(job.folder, ignore_errors=True)


def abandon(job: Job) -> None:
    """Take away what a run left that was cut short: of secrets, nobody took out those of a server that is not ours."""
    if job.url:
        clear(job)


def _warm_up() -> None:
    """Load and compute here what every child would otherwise load and compute for itself: schemathesis with its values
    that are in no enumeration, and hypothesis' tables of characters, which take seconds unless they are on disk."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".hypothesis"))
    from hypothesis.internal.charmap import charmap, intervals_from_codec

    for name in PRELOADED:
        import_module(name)
    charmap()
    intervals_from_codec("utf-8")
    from schemathesis.specs.openapi.coverage._schema import _invalid_enum_candidates

    _invalid_enum_candidates()


def run(jobs: Sequence[Job], at_once: int = 2, done: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
    """Run jobs, some at a time, and hand over each outcome as it comes; the list is in the order of the jobs."""
    _warm_up()
    context = multiprocessing.get_context("fork")
    # The largest specs first, so that no long job is left to run alone at the end.
    waiting = sorted(jobs, key=lambda job: -job.target.spec.stat().st_size)
    running = dict[int, tuple[Job, BaseProcess, float]]()
    outcomes = list[Outcome]()
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
                if (process.exitcode or 0) < 0:  # by a signal
                    abandon(job)
                seconds = time.monotonic() - started
                evidence, summary = _read(job.folder / EVIDENCE), _read(job.folder / SUMMARY)
                outcomes.append(Outcome(job, process.exitcode or 0, seconds, evidence, summary))
                done(outcomes[-1])
    finally:
        for job, process, _ in running.values():
            process.terminate()
            process.join()
            abandon(job)
    return sorted(outcomes, key=lambda outcome: jobs.index(outcome.job))
