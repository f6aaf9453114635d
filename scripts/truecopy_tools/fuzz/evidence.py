"""What a run of schemathesis did, written down as numbers: per operation what was sent and answered, which checks
looked at it, which links were followed, and every failure with the number of cases and seconds before it."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from schemathesis.baseline import Baseline
from schemathesis.cli import EventHandler, ExecutionContext
from schemathesis.core.failures import Failure
from schemathesis.engine import Status, events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.engine.run import PhaseName

from . import masking
from .asking import ASKED, Broken
from .coverage import PARTS, Coverage
from .curl import command
from .worker import EMULATOR_VARIABLE, EVIDENCE_VARIABLE

PROBE = "probe"  # a request that a check made on its own


class Evidence(EventHandler[ExecutionContext]):
    """Counts, and writes the counts as JSON to the file that the environment names."""

    def __init__(self, *args: Any, **params: Any) -> None:
        self.started = time.time()
        self.path = Path(os.environ[EVIDENCE_VARIABLE])
        self.operations: dict[str, dict[str, Any]] = {}
        self.scenarios: dict[str, Counter[str]] = {}
        self.links: Counter[str] = Counter()
        self.failures: list[dict[str, Any]] = []
        self.cases = 0
        self.foreign = EMULATOR_VARIABLE not in os.environ  # what an emulator takes and gives is public
        self.coverage: Coverage | None = None

    def handle_event(self, ctx: ExecutionContext, event: events.EngineEvent) -> None:
        if isinstance(event, events.ScenarioFinished):
            self.scenarios.setdefault(event.phase.value, Counter())[event.status.value] += 1
            if not event.is_final or event.phase is not PhaseName.STATEFUL_TESTING:
                self._scenario(event.phase, event.recorder, ctx.config.load_baseline())

    def _scenario(self, phase: PhaseName, recorder: ScenarioRecorder, known: Baseline | None) -> None:
        for case_id, node in recorder.cases.items():
            self.cases += 1
            case, interaction = node.value, recorder.interactions.get(case_id)
            mode = case.meta.generation.mode.value if case.meta is not None else PROBE
            seen = self.operations.setdefault(case.operation.label, {"cases": {}, "statuses": {}, "checks": {}})
            if self.coverage is None:
                self.coverage = Coverage(case.operation.schema.raw_schema)
            self.coverage.add(case, interaction.response if interaction else None)
            by_mode = seen["cases"].setdefault(phase.value, Counter())
            by_mode[mode] += 1
            status = str(interaction.response.status_code) if interaction and interaction.response else "none"
            if self.foreign and interaction and interaction.response and status.startswith("2"):
                masking.note(interaction.response.request.body, interaction.response.content)
            seen["statuses"].setdefault(mode, Counter())[status] += 1
            if node.transition is not None and node.is_transition_applied:
                self.links[node.transition.id] += 1
            for check in recorder.checks.get(case_id, []):
                seen["checks"].setdefault(check.name, Counter())[check.status.value] += 1
                if check.status is Status.FAILURE and check.failure_info is not None:
                    failure = check.failure_info.failure
                    self.failures.append(
                        {
                            "operation": case.operation.label,
                            "check": check.name,
                            "title": failure.title,
                            "message": failure.message[:2000],
                            "phase": phase.value,
                            "case": case_id,
                            "status": status,
                            "accepted": known is not None and known.match(failure, check.name) is not None,
                            "cases": self.cases,
                            "seconds": round((interaction.timestamp if interaction else time.time()) - self.started, 3),
                            "signature": failure._unique_key,
                            "curl": _lines(recorder, case_id, failure),
                        }
                    )

    def shutdown(self, ctx: ExecutionContext) -> None:
        for label, statuses in ASKED.items():  # what checks asked on their own
            seen = self.operations.setdefault(label, {"cases": {}, "statuses": {}, "checks": {}})
            seen["statuses"].setdefault(PROBE, Counter()).update(statuses)
        document = {
            "seconds": round(time.time() - self.started, 3),
            "cases": self.cases,
            "operations": self.operations,
            "coverage": {part: getattr(self.coverage, part) for part in PARTS} if self.coverage else {},
            "scenarios": self.scenarios,
            "links": self.links,
            "failures": self.failures,
        }
        self.path.write_text(json.dumps(document, indent=1) + "\n")


def _lines(recorder: ScenarioRecorder, case_id: str, failure: Failure) -> list[str]:
    """The requests that show a failure, each as a line for a shell: the case with those that it followed, and what a
    check of ours asked."""
    chain = recorder.iter_chain_cases(case_id=case_id, related_case_ids=failure.related_case_ids())
    sent = [each.request for case in chain if (each := recorder.interactions.get(case.id)) is not None]
    lines = [
        command(one.method, one.uri, {name: str(value[0]) for name, value in one.headers.items()}, one.body or b"")
        for one in sent
    ]
    return lines + (failure.asked if isinstance(failure, Broken) else [])
