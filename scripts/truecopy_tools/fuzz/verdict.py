"""What is wrong with a run, judged from its evidence and the spec. A run that tested nothing is as wrong as one that
failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from . import baseline, coverage
from .worker import OUTPUT, Outcome

PHASES = ("examples", "coverage", "fuzzing", "stateful")
POSITIVE, NEGATIVE = "positive", "negative"

EVERYWHERE = ("allow_lists_the_methods", "media_types_are_kept", "lookalikes_are_refused")
PROVIDERS = (
    *EVERYWHERE,
    *("stored_equals_sent", "new_things_have_new_ids", "answers_what_was_asked", "codes_agree"),
    *("unknown_ids_are_not_found", "credentials_stand_where_the_spec_says", "older_things_remain"),
    "answers_tell_no_secrets",
)
OWN = {
    "questionpro": (
        *(*PROVIDERS, "pages_join_up", "lists_have_what_was_created", "filters_select", "states_go_forward"),
    ),
    "supermetrics": (
        *(*PROVIDERS, "pages_join_up", "rate_limit_headers", "cancelled_stays_cancelled", "queries_run_as_sent"),
        "states_go_forward",
    ),
    "asavie": (
        *(*PROVIDERS, "xml_equals_json", "known_client_gets_token", "taken_ids_are_refused"),
        "media_types_mean_the_same",
    ),
    "emulator": (
        *(*EVERYWHERE, "control_takes_effect", "calls_are_as_told", "the_journal_tells_what_was_called"),
        "what_is_served_is_told",
    ),
}
"""Checks of our own that must have looked at something, by target."""
REFUSALS = ("refusals_are_documented", "refusals_change_nothing")
EMULATED = {
    "questionpro": (*REFUSALS, "lives_are_lived"),
    "supermetrics": (*REFUSALS, "lives_are_lived"),
    "asavie": REFUSALS,
    "emulator": REFUSALS,
}
"""Those that an emulator of the run's own can be asked for besides."""

FEW, TAKEN = 10, 0.1
"""So many refusals of valid data say nothing yet; the share that must be taken."""

Rule = Callable[[Outcome], Iterator[str]]


def _seen(outcome: Outcome) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = outcome.evidence.get("operations", {})
    return found


def _wanted(outcome: Outcome) -> list[str]:
    operations = outcome.job.target.operations()
    return [operation.label for operation in operations if operation.safe or not outcome.job.safe]


def _sum(counts: dict[str, int]) -> int:
    return sum(counts.values())


def cases(operation: dict[str, Any], mode: str = "") -> int:
    """How many cases of a mode, or of any, an operation was sent."""
    return sum(n for by_mode in operation.get("cases", {}).values() for m, n in by_mode.items() if mode in ("", m))


def statuses(operation: dict[str, Any]) -> dict[str, int]:
    """How often an operation answered each status."""
    total: dict[str, int] = {}
    for counts in operation.get("statuses", {}).values():
        for status, number in counts.items():
            total[status] = total.get(status, 0) + number
    return dict(sorted(total.items()))


def ran_to_its_end(outcome: Outcome) -> Iterator[str]:
    """schemathesis finished and passed."""
    if not outcome.evidence or not outcome.summary:
        printed = outcome.job.folder / OUTPUT
        where = f"see {printed}" if printed.exists() else "a signal ended it, and its reports were taken away"
        yield f"schemathesis did not run to its end (exit code {outcome.code}); {where}"
        return
    reason = outcome.summary.get("stop_reason")
    # With a time budget, stopping when it is spent is the plan.
    if reason not in {"completed", *(["max_time"] if outcome.job.seconds else [])}:
        yield f"the run stopped early: {reason}"
    if outcome.code:
        yield f"schemathesis failed with exit code {outcome.code}"
    for error in outcome.summary.get("errors", []):
        yield f"{error['count']} x {error['title']}; see {outcome.job.folder / OUTPUT}"


def did_not_ask(outcome: Outcome) -> Iterator[str]:
    """The run says nothing about the service: it broke off, or nothing answered with success."""
    if not outcome.evidence or not outcome.summary:
        yield from ran_to_its_end(outcome)
    elif not any(status.startswith("2") for seen in _seen(outcome).values() for status in statuses(seen)):
        yield "no call was answered with success"


def found_no_failure(outcome: Outcome) -> Iterator[str]:
    """No check failed."""
    for group in outcome.summary.get("failures", []):
        yield f"{group['count']} x {group['title']}: {', '.join(group['operations'])}"


def warned_of_nothing(outcome: Outcome) -> Iterator[str]:
    """schemathesis has no doubt that it tested what it was asked to test."""
    for kind, operations in outcome.summary.get("warnings", {}).items():
        if operations:
            yield f"warning {kind}: {', '.join(operations)}"


def reached_every_operation(outcome: Outcome) -> Iterator[str]:
    """Every operation was sent valid and invalid data and answered some of the valid data with success."""
    for label in _wanted(outcome):
        operation = _seen(outcome).get(label, {})
        for mode in (POSITIVE, NEGATIVE):
            if not cases(operation, mode) and not (mode == NEGATIVE and _takes_nothing(outcome, label)):
                yield f"{label} was never sent {mode} data"
        if not any(status.startswith("2") for status in operation.get("statuses", {}).get(POSITIVE, {})):
            yield f"{label} never answered positive data with 2xx"


def accepted_valid_data(outcome: Outcome) -> Iterator[str]:
    """No operation refused nearly all valid data: then the spec allows what the service does not, and hardly anything
    behind the refusals was tested. What does not exist (404, 409) is no refusal of data."""
    for label in _wanted(outcome):
        counts = _seen(outcome).get(label, {}).get("statuses", {}).get(POSITIVE, {})
        refused = sum(counts.get(status, 0) for status in ("400", "422"))
        if refused >= FEW and refused > (1 - TAKEN) * _sum(counts):
            yield f"{label} refused {refused} of {_sum(counts)} requests that are valid by the spec"


def _takes_nothing(outcome: Outcome, label: str) -> bool:
    """There is nothing that could be invalid."""
    operation = next(o for o in outcome.job.target.operations() if o.label == label)
    return not (operation.node.get("requestBody") or operation.node.get("parameters") or "{" in label)


def ran_every_phase(outcome: Outcome) -> Iterator[str]:
    """No phase was skipped or empty."""
    for phase in PHASES[: 3 if outcome.job.safe else 4]:
        if not _sum(outcome.evidence.get("scenarios", {}).get(phase, {})):
            yield f"the phase {phase} ran nothing"


def followed_links(outcome: Outcome) -> Iterator[str]:
    """The stateful phase went from one operation to another."""
    has_links = any(
        response.get("links")
        for operation in outcome.job.target.operations()
        for response in operation.node["responses"].values()
    )
    if has_links and not outcome.job.safe and not _sum(outcome.evidence.get("links", {})):
        yield "the stateful phase followed no link"


def used_every_check(outcome: Outcome) -> Iterator[str]:
    """Each check of our own that is meant for the target looked at some answer."""
    ran = {name for seen in _seen(outcome).values() for name, counts in seen["checks"].items() if _sum(counts)}
    target = outcome.job.target.name
    for name in (*OWN[target], *(() if outcome.job.url else EMULATED[target])):
        if name not in ran and not outcome.job.safe:
            yield f"the check {name} looked at nothing"


def covered_the_spec(outcome: Outcome) -> Iterator[str]:
    """Every documented status and every keyword of the requests was seen. A deployment need not show all of them, and a
    defect may hide some."""
    job = outcome.job
    if not job.folder.exists():
        return
    rows = coverage.summary(job.target.document, outcome.evidence)
    (job.folder / "coverage.json").write_text(json.dumps(rows, indent=1) + "\n")
    (job.folder / "coverage.html").write_text(coverage.page(job.target.name, rows))
    if not (job.url or job.safe or job.defect):
        yield from coverage.missing(rows)


def accepts_for_a_while(outcome: Outcome) -> Iterator[str]:
    """Accepted failures have a reason and an end."""
    yield from baseline.problems(outcome.job.baseline, date.today())


def notes(outcome: Outcome) -> Iterator[str]:
    """What is no problem and should be known: failures that are accepted, and those that no longer occur."""
    found = outcome.summary.get("baseline") or {}
    entries = {entry["id"]: entry for entry in baseline.entries(outcome.job.baseline)}
    for name, meaning in (
        ("known_ids", "accepted"),
        ("unobserved_ids", "accepted, not seen"),
        ("expired_ids", "expired"),
    ):
        for identity in found.get(name, []):
            entry = entries.get(identity, {})
            told = (entry.get(key, "?") for key in ("operation", "check", "expires", "reason"))
            yield f"{meaning}: {', '.join(map(str, told))}"


RULES: tuple[Rule, ...] = (
    ran_to_its_end,
    found_no_failure,
    warned_of_nothing,
    reached_every_operation,
    accepted_valid_data,
    ran_every_phase,
    followed_links,
    used_every_check,
    accepts_for_a_while,
    covered_the_spec,
)


def problems(outcome: Outcome) -> list[str]:
    """Every rule's complaints about a run; none means that it passed."""
    broken = list(ran_to_its_end(outcome))
    if not outcome.evidence:
        return broken
    return [problem for rule in RULES for problem in rule(outcome)]
