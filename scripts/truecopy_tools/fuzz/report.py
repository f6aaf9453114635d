"""What a run prints: a line as each job ends, then a table of operations, what failed and how to see it again."""

from __future__ import annotations

import os
import resource
import shlex
from typing import Any

from rich.console import Console
from rich.table import Table

from . import baseline, verdict
from .curl import MARK
from .worker import BUILD, CREDENTIAL, SOCKETS, Outcome

WIDTH = 140


def line(outcome: Outcome) -> str:
    """One job in one line."""
    total, broken = outcome.evidence.get("cases", 0), verdict.problems(outcome)
    rate = total / outcome.seconds
    return f"{outcome.job.target.name}: {total} cases in {outcome.seconds:.1f} s ({rate:.0f}/s), {len(broken)} problems"


def show(console: Console, outcomes: list[Outcome], seconds: float) -> int:
    """Print the table and what is wrong; the exit code."""
    table = Table("spec", "operation", *("positive", "negative", "links in"), "answers")
    for outcome in outcomes:
        links = outcome.evidence.get("links", {})
        for label, seen in outcome.evidence.get("operations", {}).items():
            answers = "  ".join(f"{status}:{number}" for status, number in verdict.statuses(seen).items())
            followed = sum(number for link, number in links.items() if link.endswith(f"-> {label}"))
            counts = [verdict.cases(seen, mode) for mode in (verdict.POSITIVE, verdict.NEGATIVE)]
            table.add_row(outcome.job.target.name, label, *map(str, [*counts, followed]), answers)
    console.print(table)
    failed = False
    for outcome in outcomes:
        name, broken = outcome.job.target.name, verdict.problems(outcome)
        failed = failed or bool(broken)
        for failure in _distinct(outcome):
            console.print(f"\n{name}: {failure['title']} ({failure['check']})", style="red", markup=False)
            console.print(
                f"{failure['message']}\n{pasteable(outcome, failure)}", markup=False, highlight=False, soft_wrap=True
            )
            console.print(f"again: {_place()}make fuzz-replay CASE={failure['case']}", markup=False)
        for problem in broken:
            console.print(f"{name}: {problem}", style="red", markup=False, soft_wrap=True)
        for note in verdict.notes(outcome):
            console.print(f"{name}: {note}", markup=False, soft_wrap=True)
        if broken:
            console.print(f"the whole run again: {again(outcome)}", markup=False, soft_wrap=True)
    total = sum(outcome.evidence.get("cases", 0) for outcome in outcomes)
    state = "failed" if failed or not outcomes else "passed"
    rate = f"{total} cases in {seconds:.1f} s, {total / seconds:.0f} a second"
    console.print(f"{state}: {rate} ({_processor(total)}); reports in {BUILD}", soft_wrap=True)
    return 0 if state == "passed" else 1


def pasteable(outcome: Outcome, failure: dict[str, Any]) -> str:
    """A failure's requests as lines for a shell, in which the credential is a variable of the environment; without one
    it is the emulator's."""
    variable = f"""'"${{{outcome.job.target.secret}:-{CREDENTIAL}}}"'"""
    return "\n".join(failure["curl"]).replace(MARK, variable)


def _processor(total: int) -> str:
    """What of the time was ours: on a machine that has other things to do, the rate alone says little."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    spent = sum(usage.ru_utime + usage.ru_stime for usage in used)
    return f"{total / spent:.0f} for each second of a processor"


def again(outcome: Outcome) -> str:
    """The command that repeats a run, from nothing but a checkout: what differs from the defaults is named."""
    job = outcome.job
    told = {"FUZZ_SPECS": job.target.name, "FUZZ_SEED": job.seed, "FUZZ_CASES": job.cases, "FUZZ_SECONDS": job.seconds}
    told |= {"FUZZ_URL": job.url, "FUZZ_SAFE": int(job.safe), "FUZZ_RATE": job.rate if job.url else ""}
    if not job.url and job.sockets != SOCKETS:
        told["FUZZ_SOCKETS"] = str(job.sockets)
    if job.baseline is not None and job.baseline.parent != baseline.FOLDER:
        told["FUZZ_BASELINE"] = str(job.baseline.parent)
    variables = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in told.items() if value)
    return f"{_place()}{variables} make fuzz"


def _place() -> str:
    """Where the run left its cases, if that has to be said."""
    return f"FUZZ_BUILD={shlex.quote(str(BUILD))} " if "FUZZ_BUILD" in os.environ else ""


def _distinct(outcome: Outcome) -> list[dict[str, Any]]:
    """One failure of each operation and kind, those of the baseline aside."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for failure in outcome.evidence.get("failures", []):
        if not failure["accepted"]:
            found.setdefault((failure["operation"], failure["signature"]), failure)
    return list(found.values())
