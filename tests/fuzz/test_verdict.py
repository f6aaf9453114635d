"""A run is judged by what it did: each rule must find its fault, and only that."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import Any

import pytest
from truecopy_tools.fuzz import verdict
from truecopy_tools.fuzz.targets import ROOT, TARGETS, UsageError, base_url, choose
from truecopy_tools.fuzz.worker import Job, Outcome

TARGET = TARGETS["supermetrics"]
LINK = "POST /query/batch -> [201] getBatch -> GET /query/batch/{batch_id}"


def good() -> dict[str, Any]:
    """The evidence and the summary of a run that is as it should be."""
    seen = {
        "cases": {"coverage": {"positive": 4, "negative": 5}},
        "statuses": {"positive": {"200": 3, "404": 1}, "negative": {"400": 5}},
        "checks": {name: {"success": 2} for name in verdict.OWN[TARGET.name]},
    }
    return {
        "evidence": {
            "cases": 36,
            "seconds": 1.0,
            "operations": {operation.label: copy.deepcopy(seen) for operation in TARGET.operations()},
            "scenarios": {phase: {"success": 1} for phase in verdict.PHASES},
            "links": {LINK: 3},
            "failures": [],
        },
        "summary": {"stop_reason": "completed", "errors": [], "failures": [], "warnings": {"missing_auth": []}},
    }


def outcome(run: dict[str, Any], code: int = 0, seconds: int = 0) -> Outcome:
    job = Job(TARGET, Path("nowhere"), 1, 1, seconds, url="http://127.0.0.1:1")
    return Outcome(job, code, 1.0, run["evidence"], run["summary"])


def test_a_good_run_has_no_problems() -> None:
    assert verdict.problems(outcome(good())) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("evidence", {}, "did not run to its end"),
        ("summary", {}, "did not run to its end"),
        ("summary.stop_reason", "max_time", "stopped early: max_time"),
        ("summary.errors", [{"count": 2, "title": "Hook Error"}], "2 x Hook Error"),
        ("summary.failures", [{"count": 1, "title": "Server error", "operations": ["GET /x"]}], "Server error: GET /x"),
        ("summary.warnings.missing_auth", ["GET /x"], "warning missing_auth: GET /x"),
        ("evidence.operations.POST /query/batch", None, "POST /query/batch was never sent positive data"),
        ("evidence.operations.POST /query/batch.cases.coverage.negative", 0, "was never sent negative data"),
        (
            "evidence.operations.POST /query/batch.statuses.positive",
            {"200": 1, "422": 11},
            "POST /query/batch refused 11 of 12 requests that are valid by the spec",
        ),
        (
            "evidence.operations.POST /query/batch.statuses.positive",
            {"404": 9},
            "never answered positive data with 2xx",
        ),
        ("evidence.operations.POST /query/batch.statuses", {"negative": {"200": 1}}, "never answered positive data"),
        ("evidence.scenarios.stateful", {}, "the phase stateful ran nothing"),
        ("evidence.scenarios.fuzzing", None, "the phase fuzzing ran nothing"),
        ("evidence.links", {}, "followed no link"),
        ("evidence.operations", {}, "the check stored_equals_sent looked at nothing"),
    ],
)
def test_each_rule_finds_its_fault(path: str, value: Any, problem: str) -> None:
    run = good()
    *parents, last = path.split(".")
    place: Any = run
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    found = verdict.problems(outcome(run))
    assert any(problem in text for text in found), found


def test_an_exit_code_is_never_lost() -> None:
    assert verdict.problems(outcome(good(), code=1)) == ["schemathesis failed with exit code 1"]


def test_a_time_budget_may_be_spent() -> None:
    run = good()
    run["summary"]["stop_reason"] = "max_time"
    assert verdict.problems(outcome(run, seconds=5)) == []


def test_a_url_is_an_origin_or_a_base() -> None:
    assert base_url(TARGET, "http://127.0.0.1:1/", alone=False) == "http://127.0.0.1:1/supermetrics/enterprise/v2"
    assert base_url(TARGET, "https://api.example.com/v2/", alone=True) == "https://api.example.com/v2"
    for url in ("api.example.com", "ftp://api.example.com", ""):
        with pytest.raises(UsageError, match="not an HTTP URL"):
            base_url(TARGET, url, alone=True)
    with pytest.raises(UsageError, match="FUZZ_SPECS"):
        base_url(TARGET, "https://api.example.com/v2", alone=False)


def test_specs_are_chosen_by_name() -> None:
    assert choose("") == list(TARGETS.values())
    assert [target.name for target in choose("asavie, questionpro")] == ["asavie", "questionpro"]
    with pytest.raises(UsageError, match="no spec twilio"):
        choose("asavie,twilio")


def test_every_check_of_our_own_must_have_looked_at_something() -> None:
    written = {
        function.name
        for name in ("checks", "control", "model")
        for function in ast.parse((Path(verdict.__file__).parent / f"{name}.py").read_text()).body
        if isinstance(function, ast.FunctionDef)
        and any(ast.unparse(each) == "check" for each in function.decorator_list)
    }
    wanted = {name for table in (verdict.OWN, verdict.EMULATED) for names in table.values() for name in names}
    assert wanted == written
    _, _, told = (ROOT / "docs" / "fuzzing.md").read_text().partition("\n## Checks of our own\n")
    assert written <= set(re.findall(r"`([a-z_]+)`", told.partition("\n## ")[0]))
