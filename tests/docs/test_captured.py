"""The captured pages themselves, where they are present: known changes are found, edits without meaning are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from truecopy_docs.diff import compare, cut_off, exit_status
from truecopy_docs.facts import Facts, dump, read_facts
from truecopy_docs.page import DocsError

from tests.docs.mutations import MUTATIONS, SAME, Mutation
from tests.docs.test_facts import NOISE


@pytest.fixture(scope="module")
def known(captured: dict[str, Path]) -> dict[str, Facts]:
    return {name: read_facts(path) for name, path in captured.items()}


def test_the_committed_facts_are_those_of_the_pages(captured: dict[str, Path], root: Path) -> None:
    for path in captured.values():
        assert (root / "specs" / "facts" / f"{path.stem}.yaml").read_text() == dump(read_facts(path))


@pytest.mark.parametrize("mutation", [*MUTATIONS, *SAME], ids=lambda mutation: f"{mutation.page} {mutation.name}")
def test_known_changes(mutation: Mutation, captured: dict[str, Path], known: dict[str, Facts], tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(mutation.apply(captured[mutation.page].read_text()))
    new = read_facts(page)
    changes = compare(known[mutation.page], new)
    assert {change.code for change in changes} == mutation.codes, changes
    assert exit_status(changes) == mutation.exit_status
    assert new.truncated is None


@pytest.mark.parametrize("noise", NOISE)
def test_noise(noise: str, captured: dict[str, Path], known: dict[str, Facts], tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    for name, path in captured.items():
        page.write_text(NOISE[noise](path.read_text()), newline="")
        new = read_facts(page)
        assert new.comparable() == known[name].comparable(), name
        assert new.truncated is None


@pytest.mark.parametrize("name", ["000", "001", "002", "003"])
def test_wherever_a_page_is_cut_it_is_said(
    name: str, captured: dict[str, Path], known: dict[str, Facts], tmp_path: Path
) -> None:
    """Also between two statuses or fields, where what is left reads like a shorter page."""
    lines = captured[name].read_text().rstrip().split("\n")
    page = tmp_path / "page.txt"
    for end in range(5, len(lines) - 1, max(3, len(lines) // 40)):
        page.write_text("\n".join(lines[:end]))
        try:
            new = read_facts(page)
        except DocsError:
            continue  # so little is left that it is no page any more
        if not "".join(lines[end:]).strip():
            continue
        changes = compare(known[name], new)
        if new.truncated:
            assert all(change.klass == "documentation only" for change in changes), (end, changes)
        else:
            assert cut_off(known[name], new), end


@pytest.mark.parametrize("name", ["000", "001", "002", "003"])
@pytest.mark.parametrize("share", [0.35, 0.5, 0.65, 0.8])
def test_a_cut_page_reports_no_change(
    name: str, share: float, captured: dict[str, Path], known: dict[str, Facts], tmp_path: Path
) -> None:
    text = captured[name].read_text()
    page = tmp_path / "page.txt"
    page.write_text(text[: int(len(text) * share)])
    new = read_facts(page)
    changes = compare(known[name], new)
    assert new.truncated is not None or changes, "a cut that leaves whole sections cannot be told from a shorter page"
    if new.truncated is not None:
        assert {change.code for change in changes} <= {"contradiction-added", "contradiction-changed"}, changes
