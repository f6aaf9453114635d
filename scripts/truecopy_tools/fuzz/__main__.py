"""`python -m truecopy_tools.fuzz`: what `make fuzz` and its siblings call."""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import requests
from rich.console import Console

from . import baseline, defects, examples, report, verdict
from .targets import CONTROL, Target, UsageError, base_url, choose
from .worker import BUILD, CREDENTIAL, EXAMPLES, REPORTS, SOCKETS, Job, replay, run

SEED = 20201005
CASES = 25
NIGHT = 3600
PATIENCE = 10
"""Seconds that a server may take to answer the first request."""
OTHERS = ("FUZZ_BUILD", "FUZZ_EXAMPLES")
"""Variables that are read elsewhere."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Fuzz the emulator, or a real server, against the specs."""


def _option(flag: str, default: Any, kind: Any, text: str) -> Callable[[Any], Any]:
    """An option, and the environment variable of the same name."""
    variable = "FUZZ_" + flag.strip("-").upper().replace("-", "_") if flag != "--shard" else "SHARD"
    shown = default is not None and default != ""
    return click.option(flag, envvar=variable, default=default, type=kind, help=text, show_default=shown)


def _flag(flag: str, text: str) -> Callable[[Any], Any]:
    return click.option(flag, envvar="FUZZ_" + flag.strip("-").upper().replace("-", "_"), is_flag=True, help=text)


OPTIONS: list[Callable[[Any], Any]] = [
    _option("--specs", "", str, "Names of specs, separated by commas; all by default."),
    _option("--cases", CASES, click.IntRange(1), "Generated cases for each operation and phase."),
    _option("--seconds", 0, click.IntRange(0), "Go on until so long."),
    _option("--seed", None, click.IntRange(0), f"One seed, one run; {SEED} unless it is night."),
    _option("--url", "", str, "A server that runs already, instead of an emulator."),
    _option("--rate", "", str, "At most so many requests, as 100/m; a server's Retry-After is kept to anyway."),
    _option("--sockets", SOCKETS, click.IntRange(0), "Each so many-th request to an emulator goes over a socket."),
    _option("--shard", "1/1", str, "Which part of how many, for several machines."),
    _option("--reports", "junit,html", str, f"Of {', '.join(REPORTS)}."),
    _option(
        "--database",
        "",
        str,
        "For examples that failed, tried first next time: a folder, redis://… or github:owner/name.",
    ),
    _option("--baseline", str(baseline.FOLDER), str, "A folder with failures that are accepted for some time."),
    _flag("--safe", "Send nothing that could write."),
]


def _options(command: Any) -> Any:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def plan(targets: list[Target], **chosen: Any) -> list[Job]:
    """The jobs of this machine: one for each target, or, with more machines than targets, one for each machine, on
    further seeds.

    Raises:
        UsageError: an option makes no sense.
    """
    match = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", chosen["shard"])
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"SHARD is {chosen['shard']!r}; the second of three is 2/3")
    number, machines = int(match[1]), int(match[2])
    if not re.fullmatch(r"|auto|[1-9]\d*/[smhd]", chosen["rate"]):
        raise UsageError(f"FUZZ_RATE is {chosen['rate']!r}; a hundred requests a minute are 100/m")
    reports = tuple(name.strip() for name in chosen["reports"].split(",") if name.strip())
    if unknown := [name for name in reports if name not in REPORTS]:
        raise UsageError(f"FUZZ_REPORTS: no report {', '.join(unknown)}; there are {', '.join(REPORTS)}")
    url, jobs = chosen["url"], list[Job]()
    seed = SEED if chosen["seed"] is None else chosen["seed"]
    if url:
        base_url(targets[0], url, len(targets) == 1)
        without = [target for target in targets if target.name != CONTROL and not os.environ.get(target.secret)]
        if without:
            names = " and ".join(target.secret for target in without)
            raise UsageError(
                f"FUZZ_URL needs credentials: set {names} (an emulator takes {CREDENTIAL}), or fewer FUZZ_SPECS"
            )
        _reachable(url)
    _writable("FUZZ_BUILD", BUILD)
    database, accepted = _place(chosen["database"]), Path(chosen["baseline"]).resolve()
    if accepted != baseline.FOLDER and not accepted.is_dir():
        raise UsageError(f"FUZZ_BASELINE: there is no folder {accepted}; name another, or let `accept` make it")
    for index in range(number - 1, max(machines, len(targets)), machines):
        target = targets[index % len(targets)]
        jobs.append(
            Job(
                target,
                BUILD / target.name,
                seed + index // len(targets),
                chosen["cases"],
                chosen["seconds"],
                base_url(target, url, len(targets) == 1) if url else "",
                safe=chosen["safe"],
                sockets=chosen["sockets"],
                reports=reports,
                database=database,
                rate=chosen["rate"] or ("auto" if url else ""),
                baseline=accepted / f"{target.name}.json",
            )
        )
    return jobs


def _reachable(url: str) -> None:
    """Refuse a server that does not answer HTTP, before as many errors, or as long waits, as there are requests."""
    try:
        requests.get(url, timeout=PATIENCE, allow_redirects=False, stream=True).close()
    except requests.Timeout:
        why = f"nothing within {PATIENCE} seconds"
    except (requests.RequestException, ValueError) as error:
        cause: BaseException = error
        while cause.__context__ is not None:  # the innermost is what happened; the others say who was told
            cause = cause.__context__
        why = str(cause)
    else:
        return
    raise UsageError(f"FUZZ_URL: no HTTP server answers at {url} ({why}); `make emulator` starts an emulator")


def _writable(variable: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"{variable}: {folder} cannot be written to ({error.strerror}); name another folder") from None


def _place(database: str) -> str:
    """Where examples are kept; other processes have other working directories. One folder for all targets, as the
    artifact of a workflow is read."""
    examples.check(database)
    if not database or not examples.is_folder(database):
        return database
    _writable("FUZZ_DATABASE", folder := Path(database).resolve())
    return str(folder)


def console() -> Console:
    return Console(width=max(Console().width, report.WIDTH))


def _fuzz(jobs: list[Job], budget: int = 0) -> int:
    screen, started = console(), time.monotonic()
    if budget:  # two at a time share it
        jobs = [job.lasting(max(1, round(budget * 2 / max(2, len(jobs))))) for job in jobs]
    for job in jobs:
        where = job.url or "an emulator of its own"
        screen.print(f"{job.target.name} on {where}: FUZZ_SEED={job.seed} FUZZ_CASES={job.cases}", markup=False)
    outcomes = run(jobs, done=lambda outcome: screen.print(report.line(outcome)))
    return report.show(screen, outcomes, time.monotonic() - started)


@main.command("run")
@_options
def run_command(specs: str, seconds: int, **chosen: Any) -> None:
    """Fuzz every spec, bounded and with a fixed seed: what a pull request gets."""
    sys.exit(_fuzz(plan(choose(specs, bool(chosen["url"])), seconds=0, **chosen), seconds))


@main.command()
@_options
def night(specs: str, seconds: int, **chosen: Any) -> None:
    """Fuzz for a long time with a new seed, and keep what failed for the next night."""
    chosen |= {"reports": ",".join(REPORTS), "database": chosen["database"] or str(EXAMPLES)}
    if chosen["seed"] is None:
        chosen["seed"] = random.SystemRandom().randrange(10**9)
    sys.exit(_fuzz(plan(choose(specs, bool(chosen["url"])), seconds=0, **chosen), seconds or NIGHT))


@main.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, baseline.LONGEST))
@click.option("--reason", required=True, help="Why the failures are accepted for so long.")
@_options
def accept(specs: str, seconds: int, days: int, reason: str, **chosen: Any) -> None:
    """Record what fails now as accepted until a day, with a reason."""
    if not reason.strip():
        raise UsageError("--reason is empty; it is what a later run prints beside the failure")
    _writable("FUZZ_BASELINE", Path(chosen["baseline"]))
    outcomes = run([job.recording() for job in plan(choose(specs, bool(chosen["url"])), seconds=seconds, **chosen)])
    stopped = False
    for outcome in outcomes:
        job = outcome.job
        for problem in verdict.did_not_ask(outcome):
            stopped = True
            print(f"{job.target.name}: {problem}; nothing is accepted", file=sys.stderr)
            break
        else:
            print(f"{job.target.name}: {baseline.date_new(job.baseline, days, reason)} new in {job.baseline}")
    sys.exit(1 if stopped else 0)


@main.command("replay")
@click.argument("case")
@click.option("--url", envvar="FUZZ_URL", default="", help="Where to send it instead.")
def replay_command(case: str, url: str) -> None:
    """Send a failing CASE again, to an emulator like the one that failed (or to the same server). If it passes alone,
    the whole run is made again, since it may need what came before."""
    code, job = replay(case, url)
    if code or job.url:
        sys.exit(code)
    print("Alone it passes. The run that found it, again:", flush=True)
    sys.exit(_fuzz([job]))


@main.command("defects")
@click.argument("names", nargs=-1)
@_option("--cases", CASES, click.IntRange(1), "Generated cases for each operation and phase.")
@_option("--seed", SEED, click.IntRange(0), "One seed, one run.")
def defects_command(names: tuple[str, ...], cases: int, seed: int) -> None:
    """Run against planted defects: all, or those whose NAMES begin so. Fails when too many are missed."""
    sys.exit(defects.hunt(console(), defects.chosen(names), seed, cases))


def _all_known() -> None:
    """Refuse variables that nothing reads: what was meant by one that is misspelled is not what would be done."""
    known = {str(parameter.envvar) for parameter in run_command.params} | {*OTHERS}
    if unknown := sorted(name for name in os.environ if name.startswith("FUZZ_") and name not in known):
        raise UsageError(f"no variable {', '.join(unknown)}; there are {', '.join(sorted(known))}")


def command() -> None:
    """The entry point: `run` when no command is named; mistakes of usage are one line, not a traceback."""
    if len(sys.argv) < 2 or (sys.argv[1].startswith("-") and sys.argv[1] not in ("-h", "--help")):
        sys.argv.insert(1, "run")
    try:
        _all_known()
        main(standalone_mode=False)
    except (UsageError, click.ClickException) as error:
        told = error.format_message() if isinstance(error, click.ClickException) else str(error)
        if isinstance(error, click.BadParameter) and error.param is not None and error.param.envvar:
            told = f"{error.param.envvar}: {error.message}"
        print(f"fuzz: {' '.join(told.split())}", file=sys.stderr)
        sys.exit(2)
    except click.Abort:
        print("fuzz: interrupted; nothing is judged", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    command()
