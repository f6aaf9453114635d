"""The main job in one go (`make run`): regenerate if stale, start the emulator, call the documented operations with
the typed clients, show one normalised error per provider, fuzz briefly, and say what passed. Exit status 1 if anything
did not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from questionpro_api.models import SurveyResponseCreate
from rich.console import Console
from rich.table import Table
from truecopy import Asavie, AsyncAsavie, AsyncQuestionPro, AsyncSupermetrics, QuestionPro, Supermetrics
from truecopy.errors import TruecopyError
from truecopy_emulator import Emulator

from truecopy_tools import generate

BODY = SurveyResponseCreate.from_dict(
    json.loads((generate.ROOT / "generated" / "questionpro_api" / "openapi.json").read_text())["components"][
        "examples"
    ]["SurveyResponseMinimal"]["value"]
)

#: Operation -> provider and call; the same call works on the plain and on the asynchronous client.
CALLS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("questionpro", "micropanel.get_batch", lambda client: client.micropanel.get_batch(4445556)),
    ("questionpro", "responses.create_response", lambda client: client.responses.create_response(7654321, body=BODY)),
    ("supermetrics", "query.get_batch", lambda client: client.query.get_batch("qrb_3feb5ff5c71e")),
    ("asavie", "batches.get_batch", lambda client: client.batches.get_batch("batch-0001")),
]
FAILURES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("questionpro", "micropanel.get_batch", lambda client: client.micropanel.get_batch(1)),
    ("supermetrics", "query.get_batch", lambda client: client.query.get_batch("qrb_none")),
    ("asavie", "batches.get_batch", lambda client: client.batches.get_batch("none")),
]


class Report:
    """The tables that are shown, and what failed."""

    def __init__(self) -> None:
        self.console = Console(width=max(Console().width, 110))
        self.failed: list[str] = []
        self.passed = 0

    def timed(self, table: Table, provider: str, name: str, call: Callable[[], Any]) -> None:
        """Run one call and add its row."""
        started = time.perf_counter()
        try:
            shown, good = _short(call()), True
        except TruecopyError as error:
            shown, good = str(error), False
        table.add_row(provider, name, shown, f"{(time.perf_counter() - started) * 1000:.1f} ms")
        self.passed += good
        if not good:
            self.failed.append(f"{provider} {name}")


def main() -> int:
    """Do it all; returns the exit status."""
    argparse.ArgumentParser(prog="run", description=__doc__).parse_args()
    report = Report()
    if generate.main([]):
        return 1
    started = time.perf_counter()
    with Emulator() as emulator:
        report.console.print(f"emulator ready in {(time.perf_counter() - started) * 1000:.0f} ms")
        calls(report, emulator)
        failures(report, emulator)
        if emulator.breaches:
            report.failed.append(f"{len(emulator.breaches)} answers of the emulator broke the spec")
    fuzz = subprocess.run([sys.executable, "-m", "truecopy_tools.fuzz", "run", "--cases", "8"], check=False)
    if fuzz.returncode:
        report.failed.append("fuzzing")
    if report.failed:
        report.console.print("FAILED: " + "; ".join(report.failed), style="bold red", soft_wrap=True)
        return 1
    line = f"passed: {report.passed} typed calls, {len(FAILURES)} normalised errors, a short fuzz of every spec"
    report.console.print(line, style="bold green", soft_wrap=True)
    return 0


def calls(report: Report, emulator: Emulator) -> None:
    """Call the documented operations with the plain and the asynchronous clients."""
    table = Table("provider", "operation", "result", "time", title="The documented operations")
    for provider, client in clients(emulator, QuestionPro, Supermetrics, Asavie).items():
        with client:
            for _, name, call in (each for each in CALLS if each[0] == provider):
                report.timed(table, provider, name, partial(call, client))

    async def one(client: Any, call: Callable[[Any], Awaitable[Any]]) -> Any:
        async with client:
            return await call(client)

    for provider, name, call in CALLS:
        client = clients(emulator, AsyncQuestionPro, AsyncSupermetrics, AsyncAsavie)[provider]
        report.timed(table, provider, f"{name} (async)", partial(lambda *parts: asyncio.run(one(*parts)), client, call))
    report.console.print(table)


def failures(report: Report, emulator: Emulator) -> None:
    """Show what a failure of each provider looks like."""
    table = Table(
        "provider", "exception", "status", "code", "title", "detail", title="One normalised error per provider"
    )
    for provider, name, call in FAILURES:
        with clients(emulator, QuestionPro, Supermetrics, Asavie)[provider] as client:
            try:
                call(client)
            except TruecopyError as error:
                fields = (type(error).__name__, error.status, error.code, error.title, error.detail)
                table.add_row(provider, *("" if field is None else str(field) for field in fields))
            else:
                report.failed.append(f"{provider} {name} did not fail")
    report.console.print(table)


def clients(emulator: Emulator, *kinds: Any) -> dict[str, Any]:
    """One client per provider, for the emulator."""
    key = emulator.credential
    return {kind.PROVIDER.name: kind(key, base_url=emulator.url(kind.PROVIDER.name)) for kind in kinds}


def _short(result: Any) -> str:
    text = str(result)
    return text if len(text) <= 90 else text[:87] + "..."


if __name__ == "__main__":
    sys.exit(main())
