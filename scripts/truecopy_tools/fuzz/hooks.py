"""What schemathesis loads: our checks, and the collection of evidence."""

from __future__ import annotations

import json
import os
from itertools import count
from typing import Any
from urllib.parse import unquote

import schemathesis
from defusedxml.ElementTree import fromstring
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
from .asavie_xml import fits
from .asking import bytes_of, key, new_id, validator
from .corners import corners
from .coverage import Keywords
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


CHOSEN = {("Asavie", "createBatch"): "ID"}
"""Where the client chooses the id of what it creates. Chance draws the same ones again, and all but the first would be
refused; that they are is a check's."""
_numbers = count(1)


@schemathesis.hook("before_call")
def choose_new_ids(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Make most of them new. None looks percent-encoded: links would take it for a path's own spelling of another."""
    member = CHOSEN.get(key(case))
    sent: Any = case.body
    chosen = sent.get(member) if member is not None and isinstance(sent, dict) else None
    if chosen and isinstance(chosen, str):
        read = unquote(chosen)
        case.body = {**sent, str(member): new_id(read) if next(_numbers) % 8 else read}


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
    """What is no value of the schema before it is written as XML can be one afterwards: that it was taken is right."""
    if not isinstance(failure, AcceptedNegativeData) or "xml" not in str(case.media_type):
        return True
    keywords = Keywords(case.operation.schema.raw_schema)
    schemas = keywords.schemas(case.operation.path, case.operation.method)
    pointer = next(where for place, name, where in schemas if (place, name) == ("body", case.media_type))
    try:
        return not fits(fromstring(bytes_of(response)), pointer, keywords.at)
    except SyntaxError:
        return True


# Pages, styles and scripts are text; nothing in a spec says more about them.
@schemathesis.deserializer("text/html", "text/css", "text/javascript")
def text(context: DeserializationContext, response: Response) -> str:
    """The body as it reads."""
    return response.text


if EVIDENCE_VARIABLE in os.environ:
    handler()(Evidence)

__all__ = ["checks", "control", "model"]
