"""The parts of the fuzzing that need no run: coverage, corners, accepted failures, shards, the catalogue of defects."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import DirectoryBasedExampleDatabase, MultiplexedDatabase
from hypothesis.extra.redis import RedisExampleDatabase
from truecopy_emulator import Emulator
from truecopy_emulator.defects import DEFECTS, DefectError
from truecopy_emulator.http import Request
from truecopy_tools.fuzz import baseline, examples
from truecopy_tools.fuzz.__main__ import plan
from truecopy_tools.fuzz.corners import corners
from truecopy_tools.fuzz.coverage import Keywords, missing, summary
from truecopy_tools.fuzz.targets import TARGETS, UsageError
from truecopy_tools.fuzz.worker import Job

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "schema": {"type": "integer", "minimum": 1}}],
            "put": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"200": {}, "404": {}, "500": {}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": True,
                "properties": {"name": {"type": "string", "maxLength": 3}},
            }
        }
    },
}
PLACE = "/paths/~1things~1{id}"


def test_coverage_knows_every_keyword_of_a_request() -> None:
    found = Keywords(DOCUMENT).expected("/things/{id}", "put")
    thing = "/components/schemas/Thing"
    assert found == {
        f"{PLACE}/parameters/0/schema/type": True,
        f"{PLACE}/parameters/0/schema/minimum": True,
        f"{thing}/type": True,
        f"{thing}/required": True,
        f"{thing}/properties/name/type": True,
        f"{thing}/properties/name/maxLength": True,
    }


def test_coverage_tells_satisfied_from_violated() -> None:
    seen = dict(Keywords(DOCUMENT).observe("/components/schemas/Thing", {"name": "long"}))
    assert seen["/components/schemas/Thing/required"] is True
    assert seen["/components/schemas/Thing/properties/name/maxLength"] is False
    assert (
        dict(Keywords(DOCUMENT).observe("/components/schemas/Thing", {}))["/components/schemas/Thing/required"] is False
    )


def test_what_was_not_exercised_is_named() -> None:
    label = "PUT /things/{id}"
    both = {"satisfied": 1, "violated": 1}
    keywords = dict.fromkeys(Keywords(DOCUMENT).expected("/things/{id}", "put"), both)
    every = {"valid": 1, "invalid": 1, "taken": 1}
    parameters = {"path id": dict(every), "body application/json": dict(every)}
    operations = {label: {"statuses": {"positive": {"200": 2}, "negative": {"404": 1}}}}
    covered = {"requests": {label: keywords}, "parameters": {label: parameters}, "answers": {}}
    evidence = {"operations": operations, "coverage": covered}
    assert list(missing(summary(DOCUMENT, evidence))) == []
    del operations[label]["statuses"]["negative"]
    keywords["/components/schemas/Thing/required"] = {"satisfied": 4}
    parameters["path id"] = {"invalid": 1, "taken": 1}
    del parameters["body application/json"]["taken"]
    assert list(missing(summary(DOCUMENT, evidence))) == [
        "PUT /things/{id} never answered the documented 404",
        "PUT /things/{id}: path id was never valid",
        "PUT /things/{id}: body application/json was never taken",
        "PUT /things/{id}: /components/schemas/Thing/required was never violated",
    ]


def test_corners_are_valid_and_reach_every_place() -> None:
    made = list(corners({"a": [1], "b": "text", "c": 5}, lambda value: value["c"] == 5 or value["c"] >= 2**31))
    assert {"a": [], "b": "text", "c": 5} in made
    assert {"a": [1], "b": "a\0b", "c": 5} in made
    assert {"a": [2**53 + 1], "b": "text", "c": 2**53 + 1} in made
    assert {"a": [-1], "b": "text", "c": 5} in made


def test_accepted_failures_need_a_reason_and_an_end(tmp_path: Path) -> None:
    path, today = tmp_path / "asavie.json", date(2026, 1, 1)
    entry = {"id": "a1", "operation": "GET /x", "check": "c", "failure": "F", "signature": ""}
    path.write_text(json.dumps({"format_version": 1, "entries": [entry]}))
    assert [text.rpartition(") ")[2] for text in baseline.problems(path, today)] == ["has no reason", "never expires"]
    assert baseline.date_new(path, 30, "the fix is on its way") == 1
    assert list(baseline.problems(path, date.today())) == []
    assert "more than 90 days" in next(iter(baseline.problems(path, date.today() - timedelta(days=100))))
    assert list(baseline.problems(tmp_path / "none.json", today)) == []


def _jobs(shard: str, **changed: Any) -> list[Job]:
    options = {"seed": 10, "cases": 1, "seconds": 0, "url": "", "rate": "", "reports": "junit", "database": ""}
    options |= {"baseline": str(baseline.FOLDER), "sockets": 1, "safe": False, "shard": shard, **changed}
    return plan(list(TARGETS.values()), **options)


def _plan(shard: str, **changed: Any) -> list[tuple[str, int]]:
    return [(job.target.name, job.seed) for job in _jobs(shard, **changed)]


@pytest.mark.parametrize("machines", [1, 2, 3, 4, 5, 9])
def test_shards_share_the_work(machines: int) -> None:
    parts = [_plan(f"{number}/{machines}") for number in range(1, machines + 1)]
    everything = [job for part in parts for job in part]
    assert all(parts)
    assert len(set(everything)) == len(everything) == max(machines, len(TARGETS))
    assert {(name, 10) for name in TARGETS} <= set(everything)


def test_examples_are_kept_in_the_databases_of_hypothesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(examples.database(str(tmp_path), tmp_path), DirectoryBasedExampleDatabase)
    assert isinstance(examples.database("redis://localhost/0", tmp_path), RedisExampleDatabase)
    with pytest.raises(UsageError, match=r"no Redis answers at redis://127\.0\.0\.1:9/0 "):
        examples.check("redis://user:secret@127.0.0.1:9/0")
    assert isinstance(examples.database("github:owner/name", tmp_path), MultiplexedDatabase)
    jobs = [job.database for job in _jobs("1/1", database="examples")]
    assert set(jobs) == {str(Path("examples").resolve())}


@pytest.mark.parametrize(
    ("shard", "changed"),
    [
        ("1/1", {"database": "github:name"}),
        ("1/1", {"database": "mysql://name"}),
        ("1/1", {"url": "http://127.0.0.1:9"}),
        ("0/2", {}),
        ("3/2", {}),
        ("x", {}),
        ("1/1", {"reports": "pdf"}),
        ("1/1", {"rate": "fast"}),
    ],
)
def test_senseless_options_are_refused(shard: str, changed: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        _plan(shard, **changed)


def test_the_catalogue_is_of_every_kind() -> None:
    assert len(DEFECTS) >= 60
    assert {defect.kind for defect in DEFECTS.values()} >= {
        *("fields", "status", "media type", "headers", "credentials", "accepts what is invalid"),
        *("refuses what is valid", "boundaries", "state", "pages", "codes", "XML"),
    }
    for defect in DEFECTS.values():
        operations = {operation.id for operation in TARGETS[defect.provider].operations()}
        assert defect.operation in ("", "*") or set(defect.operation.split()) <= operations, defect


def test_a_planted_defect_shows_in_answers_and_nowhere_else() -> None:
    request = Request("GET", "/questionpro/a/api/v2/micropanel/batches/4445556", headers={"api-key": "emulator-key"})
    sound, broken = Emulator(), Emulator(defect="field-null")
    assert json.loads(sound.handle(request).body)["response"]["surveyID"] == 11122233
    assert json.loads(broken.handle(request).body)["response"]["surveyID"] is None
    assert broken.breaches == []
    with pytest.raises(DefectError, match="field-"):
        Emulator(defect="field-nul")
