"""The command line: exit statuses, formats, and one line for everything that cannot be used."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from truecopy_docs.__main__ import main
from truecopy_docs.facts import dump, read_facts

from tests.docs.pages import contract, render

KEYS = ["class", "code", "what", "old", "new", "pointer", "names", "old_line", "new_line"]


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, str]:
    """Paths of pages: the first one, one with another text, a compatible and a breaking one, one that is cut off."""
    text = render("document360", "glued", contract())
    versions = {
        "old": text,
        "same": text.replace("It worked", "All went well"),
        "compatible": text.replace("bookID\ninteger", "isbn\nstring\nbookID\ninteger"),
        "breaking": text.replace("bookID", "bookNumber"),
        "cut": text[: text.index("Responses")],
        "unreadable": "Dear reader",
    }
    for name, version in versions.items():
        assert name == "old" or version != text
        (tmp_path / f"{name}.txt").write_text(version)
    return {name: str(tmp_path / f"{name}.txt") for name in versions}


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    ("new", "status"), [("old", 0), ("same", 0), ("compatible", 3), ("breaking", 4), ("unreadable", 2), ("cut", 2)]
)
def test_exit_statuses_of_diff(new: str, status: int, pages: dict[str, str]) -> None:
    run = _run("diff", pages["old"], pages[new])
    assert run.exit_code == status
    if status == 0:
        assert run.output == "Nothing in the contract changed.\n"
    elif status > 2:
        assert run.output.rstrip().splitlines()[-1] == f"Next: make docs-update PAGE={pages[new]}"


def test_json(pages: dict[str, str]) -> None:
    found = json.loads(_run("diff", pages["old"], pages["breaking"], "--json").output)
    assert [list(change) for change in found] == [KEYS] * len(found)
    assert [change["code"] for change in found] == ["field-removed", "field-added"]
    assert found[0]["class"] == "breaking"
    assert found[0]["old_line"] == found[1]["new_line"]
    assert json.loads(_run("diff", pages["old"], pages["same"], "--json").output) == []


def test_names_and_pointers_come_from_the_spec(root: Path, tmp_path: Path) -> None:
    facts = next((root / "specs" / "facts").glob("000*.yaml"))
    new = tmp_path / "new.yaml"
    new.write_text(facts.read_text().replace("pointer: /response/status,", "pointer: /response/state,"))
    run = _run("diff", str(facts), str(new), "--json", "--specs", str(root / "specs"))
    gone = json.loads(run.output)[0]
    assert gone["pointer"] == "/components/schemas/MicropanelBatch/properties/status"
    assert gone["names"] == ["MicropanelBatch.status", "QuestionPro.micropanel.get_batch"]


def test_markdown_and_html(pages: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    run = _run("diff", pages["old"], pages["breaking"], "--markdown", "--html", str(output))
    assert "| field-removed |" in run.output
    page = BeautifulSoup(output.read_text(), "html.parser")
    assert page.find("td", class_="old")
    assert page.find("td", class_="new")
    assert page.html
    assert page.html["lang"] == "en"


def test_html_escapes_what_pages_say(tmp_path: Path, pages: dict[str, str]) -> None:
    new = tmp_path / "new.txt"
    new.write_text(Path(pages["old"]).read_text().replace('"LENT"', '"<script>alert(1)</script>"'))
    output = tmp_path / "report.html"
    assert _run("diff", pages["old"], str(new), "--html", str(output)).exit_code == 4
    assert "<script>" not in output.read_text()


@pytest.mark.parametrize(
    "words",
    [
        ("facts", "/nowhere/page.txt"),
        ("diff", "/nowhere/a.txt", "/nowhere/b.txt"),
        ("breaking", "/nowhere/a.yaml", "/nowhere/b.yaml"),
        ("draft", "/nowhere/facts.yaml"),
        ("update", "/nowhere/page.txt"),
        ("check", "--specs", "/nowhere"),
    ],
)
def test_unusable_input_is_one_line(words: tuple[str, ...]) -> None:
    run = _run(*words)
    assert run.exit_code == 2
    assert run.output.startswith("truecopy-docs: /nowhere")
    assert run.output.count("\n") == 1


def test_facts_says_what_it_wrote(pages: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "facts.yaml"
    run = _run("facts", pages["old"], "-o", str(output))
    assert run.exit_code == 0
    assert f"Wrote {output}" in run.output
    assert _run("facts", pages["old"]).output == output.read_text()
    assert "is cut off at line" in _run("facts", pages["cut"]).output


def test_update(root: Path, tmp_path: Path, pages: dict[str, str]) -> None:
    specs = tmp_path / "specs"
    shutil.copytree(root / "specs", specs)
    target = specs / "facts" / "library.yaml"
    target.write_text(dump(read_facts(Path(pages["old"]))))
    before = target.read_text()
    run = _run("update", pages["old"], "--specs", str(specs))
    assert "Nothing to do" in run.output
    run = _run("update", pages["cut"], "--specs", str(specs))
    assert run.exit_code == 2
    assert target.read_text() == before
    run = _run("update", pages["breaking"], "--specs", str(specs))
    assert run.exit_code == 2
    assert "run again with --accept-removed" in run.output
    assert target.read_text() == before
    run = _run("update", pages["breaking"], "--specs", str(specs), "--accept-removed")
    assert run.exit_code == 0
    assert "field-removed" in run.output
    assert f"Wrote {target}" in run.output
    assert "/data/bookNumber" in target.read_text()
    run = _run("update", pages["same"], "--specs", str(specs), "--document", "nothing")
    assert run.exit_code == 2


def test_update_refuses_the_page_of_another_document(root: Path, tmp_path: Path, pages: dict[str, str]) -> None:
    """Of another family or of other facts' operation: in any case. Of an operation that moved: unless told so."""
    specs = tmp_path / "specs"
    shutil.copytree(root / "specs", specs)
    for name, path in (("library", "/shelves/{shelf-id}/books"), ("other", "/loans/{loan}")):
        documented = contract()
        documented.path = path
        (tmp_path / f"{name}.txt").write_text(render("document360", "glued", documented))
        (specs / "facts" / f"{name}.yaml").write_text(dump(read_facts(tmp_path / f"{name}.txt")))
    before = {path: path.read_text() for path in (specs / "facts").iterdir()}
    moved = tmp_path / "moved.txt"
    moved.write_text(Path(pages["old"]).read_text().replace("/shelves/{shelf-id}/books", "/racks/{shelf-id}/books"))
    for page, document, accept, reason in (
        (pages["old"], next((specs / "facts").glob("000*")).stem, True, "is a page of document360"),
        (pages["old"], "other", True, "Run again with --document library"),
        (str(moved), "library", False, "If the operation itself has changed, run again with --accept-removed"),
    ):
        run = _run("update", page, "--document", document, "--specs", str(specs), *["--accept-removed"] * accept)
        assert run.exit_code == 2
        assert reason in run.output
        assert before == {path: path.read_text() for path in (specs / "facts").iterdir()}
    run = _run("update", str(moved), "--document", "library", "--specs", str(specs), "--accept-removed")
    assert run.exit_code == 0
    assert "path-changed" in run.output


def test_the_next_command_can_be_pasted(tmp_path: Path, pages: dict[str, str]) -> None:
    new = tmp_path / "a page; rm it.txt"
    new.write_text(Path(pages["breaking"]).read_text())
    last = _run("diff", pages["old"], str(new)).output.rstrip().splitlines()[-1]
    assert shlex.split(last) == ["Next:", "make", "docs-update", f"PAGE={new}"]


def test_a_full_disk_is_one_line() -> None:
    command = f"{sys.executable} -m truecopy_docs explain > /dev/full"
    ran = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (1, "truecopy-docs: cannot write: No space left on device\n")
