"""Does the fuzzing find what it is there to find? Each planted defect of the emulator gets a run that stops at the
first failure; the table says which check found it, after how many cases and seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table
from truecopy_emulator.defects import DEFECTS, Defect

from .targets import TARGETS, UsageError
from .worker import BUILD, OUTPUT, Job, Outcome, run

WANTED = 0.95
MISSED: dict[str, str] = {}
"""Defects that the fuzzing is known to miss, and why that is accepted. They count as missed all the same."""


def chosen(names: Sequence[str]) -> list[Defect]:
    """The defects whose names begin with one of these; all of them when there are none.

    Raises:
        UsageError: a name fits nothing.
    """
    for name in names:
        if not any(other.startswith(name) for other in DEFECTS):
            raise UsageError(f"no defect begins with {name!r}; `truecopy-emulator defects` lists them")
    return [defect for name, defect in DEFECTS.items() if not names or name.startswith(tuple(names))]


def hunt(console: Console, defects: Sequence[Defect], seed: int, cases: int) -> int:
    """Run the fuzzing against each defect, and once for each provider without any, which must find nothing; print what
    came of it. The exit code."""
    started = time.monotonic()
    providers = sorted({defect.provider for defect in defects})
    plain = Job(TARGETS[providers[0]], BUILD / "defects", seed, cases, fail_fast=True, sockets=0, reports=())
    jobs = [replace(plain, target=TARGETS[name], folder=plain.folder / f"none-{name}") for name in providers]
    jobs += [
        replace(plain, target=TARGETS[defect.provider], folder=plain.folder / defect.name, defect=defect.name)
        for defect in defects
    ]
    outcomes = run(jobs)
    broken = [outcome for outcome in outcomes if not outcome.evidence.get("cases")]
    false = [outcome for outcome in outcomes[: len(providers)] if _finds(outcome)]
    rows = [_row(defect, outcome) for defect, outcome in zip(defects, outcomes[len(providers) :], strict=True)]
    table = Table("defect", "what it does", "found by", "cases", "seconds", title=f"{len(defects)} planted defects")
    for defect, row in zip(defects, rows, strict=True):
        found = f"{row['check']} in {row['phase']}" if row["found"] else "[red]missed[/red]"
        what = f"{defect.operation or 'no operation'}: {defect.what}"
        table.add_row(defect.name, what, found, str(row["cases"]), f"{row['seconds']:.1f}")
    console.print(table)
    (BUILD / "defects.json").write_text(json.dumps(rows, indent=1) + "\n")
    for row in rows:
        if not row["found"]:
            console.print(f"missed {row['defect']}: {MISSED.get(row['defect'], 'not explained')}", style="red")
    for outcome in broken:
        console.print(f"{outcome.job.folder.name}: did not run, see {outcome.job.folder / OUTPUT}", style="red")
    for outcome in false:
        console.print(f"{outcome.job.folder.name}: found what is not there, see {outcome.job.folder}", style="red")
    share, spent = sum(row["found"] for row in rows) / len(rows), time.monotonic() - started
    console.print(f"found {share:.1%} of {len(rows)} in {spent:.0f} s; at least {WANTED:.0%} are wanted")
    return 0 if share >= WANTED and not broken and not false else 1


def _finds(outcome: Outcome) -> bool:
    return bool(outcome.evidence.get("failures") or outcome.summary.get("errors"))


def _row(defect: Defect, outcome: Outcome) -> dict[str, Any]:
    failures = outcome.evidence.get("failures", [])
    errors = outcome.summary.get("errors", [])
    row = {"defect": defect.name, "kind": defect.kind, "found": _finds(outcome), "check": "", "phase": ""}
    row |= {"cases": outcome.evidence.get("cases", 0), "seconds": outcome.seconds}
    if failures:
        row |= {name: failures[0][name] for name in ("check", "phase", "cases", "seconds")}
    elif errors:
        row["check"] = errors[0]["title"]
    return row
