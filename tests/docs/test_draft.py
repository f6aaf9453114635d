"""A first spec from facts: valid (`lint` asks openapi-spec-validator first), and honest about what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from truecopy_docs.__main__ import main
from truecopy_docs.check import check
from truecopy_docs.draft import draft
from truecopy_docs.facts import Facts, dump, read_facts
from truecopy_docs.page import DocsError
from truecopy_tools.lint import lint

from tests.docs.pages import LAYOUTS, contract, render


@pytest.mark.parametrize("family", LAYOUTS)
def test_a_draft_is_valid_and_agrees_with_its_facts(family: str, tmp_path: Path) -> None:
    page = tmp_path / "library.txt"
    page.write_text(render(family, next(iter(LAYOUTS[family])), contract()))
    facts = read_facts(page)
    (tmp_path / "specs" / "facts").mkdir(parents=True)
    (tmp_path / "specs" / "facts" / "library.yaml").write_text(dump(facts))
    text = draft([facts])
    (tmp_path / "specs" / "library.yaml").write_text(text)
    document = yaml.safe_load(text)
    assert lint(document) == []
    unsettled = [number for number, entry in enumerate(document["x-deviations"]) if "TODO" in str(entry)]
    found = [(finding.code, finding.pointer) for finding in check(tmp_path / "specs").findings]
    assert found == [("TD105", f"/x-deviations/{number}") for number in unsettled]
    assert document["paths"]
    assert document["x-sources"] == [{"document": "library", "operations": ["createBook"], "sha256": facts.sha256}]


def test_drafts_of_the_committed_facts(root: Path) -> None:
    found: dict[str, Facts] = {path.stem[:3]: read_facts(path) for path in (root / "specs" / "facts").glob("*.yaml")}
    for names in (["000", "002"], ["001"], ["003"]):
        document = yaml.safe_load(draft([found[name] for name in names]))
        assert lint(document) == []
    document = yaml.safe_load(draft([found["000"], found["002"]], "QuestionPro"))
    assert document["info"]["title"] == "QuestionPro"
    assert document["x-payload"] == "response"
    assert {o["operationId"] for item in document["paths"].values() for o in item.values()} == {
        "getBatch",
        "createResponse",
    }


def test_what_the_page_does_not_say_is_a_todo(root: Path) -> None:
    text = draft([read_facts(next((root / "specs" / "facts").glob("001*.yaml")))])
    assert "TODO: the page names no credential" in text
    assert "TODO: the page names no host" in text


def test_one_operation_twice_is_refused(root: Path) -> None:
    facts = read_facts(next((root / "specs" / "facts").glob("001*.yaml")))
    with pytest.raises(DocsError, match="as another page does"):
        draft([facts, facts])


def test_command_line(root: Path, tmp_path: Path) -> None:
    facts = next((root / "specs" / "facts").glob("003*.yaml"))
    output = tmp_path / "spec.yaml"
    run = CliRunner().invoke(main, ["draft", str(facts), "--title", "Supermetrics", "-o", str(output)])
    assert run.exit_code == 0
    assert "TODOs. Next: settle them" in run.output
    assert yaml.safe_load(output.read_text())["info"]["title"] == "Supermetrics"
