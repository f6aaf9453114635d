"""Facts against specs: the committed ones agree, and each way of disagreeing has its finding."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from truecopy_docs.__main__ import main
from truecopy_docs.check import CODES, Finding, check

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def specs(root: Path, tmp_path: Path) -> Path:
    return _copy(root, tmp_path, "supermetrics", "003")


def _copy(root: Path, to: Path, name: str, *documents: str) -> Path:
    """A folder with one spec and the facts of its pages."""
    folder = to / "specs"
    (folder / "facts").mkdir(parents=True)
    shutil.copy(root / "specs" / f"{name}.yaml", folder)
    for document in documents:
        shutil.copy(next((root / "specs" / "facts").glob(f"{document}*.yaml")), folder / "facts")
    return folder


def _edit(specs: Path, name: str, edit: Edit) -> list[Finding]:
    path = specs / f"{name}.yaml"
    document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    edit(document)
    path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper))
    return check(specs).findings


def test_the_committed_specs_hold_every_fact(root: Path) -> None:
    start = time.process_time()
    report = check(root / "specs")
    assert report.findings == []
    assert len(report.coverage) == 4
    assert all(counts["missing"] == 0 and counts["held"] > 0 for counts in report.coverage.values())
    assert time.process_time() - start < 2


def _property(document: dict[str, Any], model: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][model]["properties"][name]
    return found


def _drop_field(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["QueryBatch"]["properties"]["query_amount"]


def _retype_field(document: dict[str, Any]) -> None:
    _property(document, "QueryBatch", "query_amount")["type"] = "string"


def _agree_with_the_page(document: dict[str, Any]) -> None:
    _property(document, "QueryBatch", "start_time")["type"] = "string"


def _lost_deviation(document: dict[str, Any]) -> None:
    document["x-deviations"] = [e for e in document["x-deviations"] if not e["at"].endswith("/start_time")]


def _deviation_nowhere(document: dict[str, Any]) -> None:
    document["x-deviations"][0]["at"] = "/components/schemas/Nothing"


def _incomplete(document: dict[str, Any]) -> None:
    del document["x-deviations"][0]["because"]


def _undecided(document: dict[str, Any]) -> None:
    document["x-deviations"][0]["because"] = "TODO: why"


def _evidence_nowhere(document: dict[str, Any]) -> None:
    document["x-evidence"][0]["at"] = "/paths/~1nothing"


def _needless_evidence(document: dict[str, Any]) -> None:
    at = "/components/schemas/QueryBatch/properties/query_amount"
    document["x-evidence"].append({"at": at, "evidence": "inferred", "source": "Nobody knows"})


def _no_source(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["QueryBatch"]["properties"]["colour"] = {"type": "string"}


def _extra_status(document: dict[str, Any]) -> None:
    document["paths"]["/query/batch/{batch_id}"]["get"]["responses"]["418"] = {"description": "A teapot"}


def _other_text(document: dict[str, Any]) -> None:
    document["x-sources"][0]["sha256"] = "0" * 64


def _lost_operation(document: dict[str, Any]) -> None:
    document["x-sources"][0]["operations"] = ["getBatch", "getNothing"]


def _lost_facts(document: dict[str, Any]) -> None:
    document["x-sources"].append({"document": "004_x", "operations": ["getBatch"], "sha256": ""})


def _lost_source(document: dict[str, Any]) -> None:
    document["x-sources"] = []


def _other_host(document: dict[str, Any]) -> None:
    document["x-deviations"] = [entry for entry in document["x-deviations"] if entry["at"] != "/servers"]


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("TD101", _drop_field),
        ("TD102", _retype_field),
        ("TD102", _lost_deviation),
        ("TD103", _agree_with_the_page),
        ("TD104", _deviation_nowhere),
        ("TD105", _incomplete),
        ("TD105", _undecided),
        ("TD106", _evidence_nowhere),
        ("TD107", _needless_evidence),
        ("TD201", _no_source),
        ("TD201", _extra_status),
        ("TD201", _other_host),
        ("TD401", _lost_facts),
        ("TD402", _lost_source),
        ("TD403", _other_text),
        ("TD404", _lost_operation),
    ],
)
def test_findings(code: str, edit: Edit, specs: Path) -> None:
    findings = _edit(specs, "supermetrics", edit)
    assert code in {finding.code for finding in findings}


def test_what_only_evidence_stands_for_is_confirmed(specs: Path) -> None:
    runner = CliRunner()
    assert "confirmed anew" in runner.invoke(main, ["confirm", "--specs", str(specs)]).output

    def edit(document: dict[str, Any]) -> None:
        document["paths"]["/query/batch"]["post"]["requestBody"]["required"] = False

    found = _edit(specs, "supermetrics", edit)
    assert [(finding.code, finding.pointer) for finding in found] == [("TD109", "/paths/~1query~1batch/post")]
    run = runner.invoke(main, ["confirm", "--specs", str(specs)])
    assert "supermetrics.yaml#/paths/~1query~1batch/post\n" in run.output
    assert check(specs).findings == []
    (specs / "confirmed.lock").write_text("[")
    assert runner.invoke(main, ["check", "--specs", str(specs)]).exit_code == 2


def test_a_schema_that_is_none_is_a_finding(specs: Path) -> None:
    def edit(document: dict[str, Any]) -> None:
        _property(document, "QueryBatch", "query_amount")["type"] = "sting"

    assert "TD102" in {finding.code for finding in _edit(specs, "supermetrics", edit)}


def test_a_sample_that_the_schema_refuses(root: Path, tmp_path: Path) -> None:
    specs = _copy(root, tmp_path, "questionpro", "000", "002")

    def edit(document: dict[str, Any]) -> None:
        _property(document, "MicropanelBatch", "status")["maxLength"] = 3

    found = {finding.code for finding in _edit(specs, "questionpro", edit)}
    assert {"TD301", "TD102"} <= found


def test_damage_and_contradictions_must_be_recorded(root: Path, tmp_path: Path) -> None:
    specs = _copy(root, tmp_path, "questionpro", "000", "002")

    def edit(document: dict[str, Any]) -> None:
        lost = ("/apiKeyHeader", "SurveyResponseMinimal")
        document["x-deviations"] = [e for e in document["x-deviations"] if not e["at"].endswith(lost)]

    findings = {finding.code: finding for finding in _edit(specs, "questionpro", edit)}
    assert {"TD302", "TD303"} <= set(findings)
    assert findings["TD303"].line
    assert findings["TD303"].pointer


def test_command_line(specs: Path) -> None:
    runner = CliRunner()
    run = runner.invoke(main, ["check", "--specs", str(specs)])
    assert run.exit_code == 0
    assert "0 findings." in run.output
    _edit(specs, "supermetrics", _drop_field)
    run = runner.invoke(main, ["check", "--specs", str(specs)])
    assert run.exit_code == 1
    assert "TD101 supermetrics.yaml#/components/schemas/QueryBatch/properties/query_amount" in run.output
    assert "line 58" in run.output


def test_every_code_is_explained() -> None:
    runner = CliRunner()
    for code in CODES:
        run = runner.invoke(main, ["explain", code])
        assert run.exit_code == 0
        assert run.output.startswith(f"{code}: ")
    assert runner.invoke(main, ["explain", "TD999"]).exit_code == 2


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("x-deviations", {"at": "/servers"}, "/x-deviations: is not a list"),
        ("x-evidence", ["from memory"], "/x-evidence/0: is not a mapping"),
        ("x-deviations", [{"at": "/servers", "covers": "all"}], "/x-deviations/0/covers: is not a mapping"),
        ("security", {"$ref": "#/components/nothing"}, "/security: refers to #/components/nothing"),
        ("security", [None], "/security/0: is empty"),
        ("paths", {"/a": 3}, "/paths/~1a: is not a mapping"),
        ("paths", {"/a": {"get": {"responses": ["200"]}}}, "/paths/~1a/get/responses: is not a mapping"),
        ("components", {"schemas": {"A": {"$ref": 3}}}, "/components/schemas/A/$ref: is not a text"),
        ("components", {"schemas": {"A": {"type": None}}}, "/components/schemas/A/type: is not the name"),
        ("components", {"schemas": {"xml": {"properties": ["a"]}}}, "/components/schemas/xml/properties: is not a map"),
    ],
)
def test_a_spec_that_cannot_be_read_is_one_line(place: str, value: object, reason: str, specs: Path) -> None:
    path = specs / "supermetrics.yaml"
    document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    document |= {place: value} | ({"paths": {}} if place == "components" else {})
    path.write_text(yaml.dump(document))
    run = CliRunner().invoke(main, ["check", "--specs", str(specs)])
    assert run.exit_code == 2
    assert reason in run.output
    assert run.output.count("\n") == 1


def test_folders_without_specs_or_facts_are_refused(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["check", "--specs", str(tmp_path)])
    assert run.exit_code == 2
    assert run.output.count("\n") == 1
