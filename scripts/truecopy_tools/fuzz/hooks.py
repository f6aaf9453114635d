"""What schemathesis loads: our checks, and the collection of evidence."""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.cli import handler
from schemathesis.core.deserialization import DeserializationContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.engine.context import EngineContext
from schemathesis.engine.core import ExecutionPlan
from schemathesis.engine.events import EventGenerator
from schemathesis.engine.run import Phase
from schemathesis.resources import repository

from . import checks, control, model
from .asking import validator
from .corners import corners
from .evidence import Evidence
from .targets import SAFE_METHODS
from .worker import EVIDENCE_VARIABLE, SAFE_VARIABLE

# What answers held is offered to later requests, and each of them looks through all of it: a fifth of the time with 500
# things of a kind, nothing worth mentioning with 50.
repository.PER_CONTEXT_CAPACITY = 50

_run_phase = ExecutionPlan._run_phase


def _whole_at_first(
    self: ExecutionPlan, engine: EngineContext, phase: Phase, *, only: frozenset[str] | None = None
) -> EventGenerator:
    """A phase, the first time without the time budget: its shares would cut off the phases that go through the spec, on
    a slow machine more than on a quick one, and what a run covers must depend on no clock."""
    budget = engine.control.max_time
    if engine.cycle_index == 0:
        engine.control.max_time = None
    try:
        yield from _run_phase(self, engine, phase, only=only)
    finally:
        engine.control.max_time = budget


ExecutionPlan._run_phase = _whole_at_first  # type: ignore[method-assign]

if SAFE_VARIABLE in os.environ:
    # Also the coverage phase, which tries methods that an operation does not have.

    @schemathesis.hook
    def filter_case(context: HookContext, case: Case[Any]) -> bool:
        """Leave out what could write."""
        return case.method.lower() in SAFE_METHODS

    @schemathesis.hook
    def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
        """Nothing that could write leaves this process, whatever made it."""
        if case.method.lower() not in SAFE_METHODS:
            raise RuntimeError(f"{case.method} {case.path} is not safe")


@schemathesis.hook
def before_add_examples(context: HookContext, examples: list[Case[Any]]) -> None:
    """Add the corners of the largest example of a body."""
    bodies = [case for case in examples if case.media_type == "application/json" and isinstance(case.body, dict)]
    if context.operation is None or not bodies:
        return
    first = max(bodies, key=lambda case: len(json.dumps(case.body)))
    schema = validator(context.operation)
    known = {json.dumps(case.body, sort_keys=True, default=str) for case in examples}
    for body in corners(first.body, schema.is_valid):
        text = json.dumps(body, sort_keys=True)
        if text not in known:
            known.add(text)
            case = first.derive(keep_auth=True)
            case.body = body
            examples.append(case)


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """In XML an array is a row of elements, as an object is: one in an object's place cannot be told from members that
    the schema leaves open."""
    in_xml = "xml" in str(case.media_type) and isinstance(case.body, list)
    return not (in_xml and isinstance(failure, AcceptedNegativeData))


# Pages, styles and scripts are text; nothing in a spec says more about them.
@schemathesis.deserializer("text/html", "text/css", "text/javascript")
def text(context: DeserializationContext, response: Response) -> str:
    """The body as it reads."""
    return response.text


if EVIDENCE_VARIABLE in os.environ:
    handler()(Evidence)

__all__ = ["checks", "control", "model"]
