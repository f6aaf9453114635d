"""`python -m truecopy_tools.fuzz`: what `make fuzz` and its siblings call."""

from __future__ import annotations

import sys
import time

import click
from rich.console import Console
from rich.table import Table

from . import verdict
from .targets import UsageError, base_url, choose
from .worker import BUILD, Job, Outcome, run

SEED = 20201005
CASES = 25
WIDTH = 140


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fuzz the emulator, or a real server, against the specs."""


@main.command("run")
@click.option("--specs", envvar="FUZZ_SPECS", default="", help="Names of specs, separated by commas; all by default.")
@click.option("--cases", envvar="FUZZ_CASES", default=CASES, show_default=True, type=click.IntRange(1))
@click.option("--seconds", envvar="FUZZ_SECONDS", default=0, type=click.IntRange(0), help="Go on until so long.")
@click.option("--seed", envvar="FUZZ_SEED", default=SEED, show_default=True, type=click.IntRange(0))
@click.option("--url", envvar="FUZZ_URL", default="", help="A server that runs already, instead of an emulator.")
@click.option("--safe", envvar="FUZZ_SAFE", is_flag=True, help="Send nothing that could write.")
def run_command(specs: str, cases: int, seconds: int, seed: int, url: str, safe: bool) -> None:
    """Fuzz every spec, bounded and with a fixed seed."""
    targets = choose(specs)
    share = max(1, round(seconds * 2 / max(2, len(targets)))) if seconds else 0
    jobs = [
        Job(
            target,
            BUILD / target.name,
            seed,
            cases,
            share,
            base_url(target, url, len(targets) == 1) if url else "",
            safe=safe,
        )
        for target in targets
    ]
    console = Console(width=max(Console().width, WIDTH))
    where = f"on {url}" if url else "on an emulator each"
    console.print(
        f"fuzzing {', '.join(target.name for target in targets)} {where}: FUZZ_SEED={seed} FUZZ_CASES={cases}"
    )
    started = time.monotonic()
    outcomes = run(jobs, done=lambda outcome: console.print(_line(outcome)))
    sys.exit(report(console, outcomes, time.monotonic() - started))


def _line(outcome: Outcome) -> str:
    total, broken = outcome.evidence.get("cases", 0), verdict.problems(outcome)
    rate = total / outcome.seconds
    return f"{outcome.job.target.name}: {total} cases in {outcome.seconds:.1f} s ({rate:.0f}/s), {len(broken)} problems"


def report(console: Console, outcomes: list[Outcome], seconds: float) -> int:
    """Print the table and what is wrong; the exit code."""
    table = Table("spec", "operation", *("positive", "negative", "links in"), "answers")
    for outcome in outcomes:
        links = outcome.evidence.get("links", {})
        for label, seen in outcome.evidence.get("operations", {}).items():
            answers = "  ".join(f"{status} x {number}" for status, number in verdict.statuses(seen).items())
            followed = sum(number for link, number in links.items() if link.endswith(f"-> {label}"))
            counts = [verdict.cases(seen, mode) for mode in (verdict.POSITIVE, verdict.NEGATIVE)]
            table.add_row(outcome.job.target.name, label, *map(str, [*counts, followed]), answers)
    console.print(table)
    failed = 0
    for outcome in outcomes:
        broken = verdict.problems(outcome)
        failed += bool(broken)
        for failure in _distinct(outcome):
            console.print(f"\n{outcome.job.target.name}: {failure['title']} ({failure['check']})", style="red")
            console.print(f"{failure['message']}\n{failure['curl']}", markup=False, highlight=False, soft_wrap=True)
            console.print(f"again: make fuzz-replay CASE={failure['case']}", markup=False)
        for problem in broken:
            console.print(f"{outcome.job.target.name}: {problem}", style="red", markup=False)
    total = sum(outcome.evidence.get("cases", 0) for outcome in outcomes)
    state = "failed" if failed else "passed"
    console.print(f"{state}: {total} cases in {seconds:.1f} s, {total / seconds:.0f} a second; reports in {BUILD}")
    return 1 if failed or not outcomes else 0


def _distinct(outcome: Outcome) -> list[dict[str, str]]:
    """One failure of each kind and operation."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for failure in outcome.evidence.get("failures", []):
        found.setdefault((failure["operation"], failure["check"]), failure)
    return list(found.values())


def command() -> None:
    """The entry point: `run` when no command is named; mistakes of usage are one line, not a traceback."""
    if len(sys.argv) < 2 or (sys.argv[1].startswith("-") and sys.argv[1] not in ("-h", "--help")):
        sys.argv.insert(1, "run")
    try:
        main()
    except UsageError as error:
        print(f"fuzz: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    command()
