"""Whatever is done to a page, it is read or refused in one line; nothing else ever comes out."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from truecopy_docs.diff import compare
from truecopy_docs.facts import dump, load, read_facts
from truecopy_docs.loose import read_json
from truecopy_docs.page import DocsError

from tests.docs.pages import LAYOUTS, contract, render

PAGES = [render(family, layout, contract()) for family, layouts in LAYOUTS.items() for layout in layouts]
FRAGMENTS = [
    "{",
    "}",
    "[",
    '"',
    "'",
    "\\",
    "curl ",
    "<table>",
    "404",
    "object",
    "Required",
    "arrow_right",
    "import requests",
    "\t",
    "|",
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    page=st.sampled_from(PAGES),
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 200), st.sampled_from(["", *FRAGMENTS]) | st.text(max_size=8)),
        max_size=6,
    ),
)
def test_mangled_pages_are_read_or_refused(page: str, edits: list[tuple[float, int, str]], tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text(page)
    for place, length, text in edits:
        start = int(place * len(page))
        page = page[:start] + text + page[start + length :]
    path = tmp_path / "page.txt"
    path.write_bytes(page.encode("utf-8", "replace"))
    try:
        facts = read_facts(path)
    except DocsError as error:
        message = str(error)
    else:
        message = ""
        assert load(dump(facts), "facts").comparable() == facts.comparable()
        compare(read_facts(old), facts)
    assert "\n" not in message


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet='{}[]",:ab1 \n\\', max_size=60))
def test_the_lenient_reader_always_ends(text: str) -> None:
    block = read_json("{" + text, 0)
    assert 0 < block.end <= len(text) + 1


def test_what_is_repeated_does_not_take_time_by_the_square(tmp_path: Path) -> None:
    """Blank lines and samples by the ten thousand; a pattern that runs over them again and again would take minutes."""
    page = tmp_path / "page.txt"
    text = render("questionpro", "labels", contract())
    head, rest = text.split("\n\nAuthorization", 1)
    page.write_text(head + "\n" * 40_000 + '{"widget": 1}\n' * 3_000 + "\n\nAuthorization" + rest)
    plain = tmp_path / "plain.txt"
    plain.write_text(text)
    assert compare(read_facts(plain), read_facts(page)) == []


def test_thousands_of_objects_do_not_take_time_by_the_square(tmp_path: Path) -> None:
    """Where a page prints no nesting, and where the names of a sample tell where cells end."""
    many = range(2_000)
    objects = "".join(f"o{number}\nobject\nid\nstring\n" for number in many)
    rows = "".join(f"Row{number}\n\nGets the row\n\nstring\n\nNone.\n\n" for number in many)
    members = "".join(f'  "Row{number}": "a",\n' for number in many)
    for family, layout, edits in (
        ("document360", "glued", (("shelf\nobject", f"{objects}shelf\nobject"),)),
        (
            "aspnet",
            "lines",
            (("bookID\n\nGets", f"{rows}bookID\n\nGets"), ('{\n  "bookID"', f'{{\n{members}  "bookID"')),
        ),
    ):
        text = render(family, layout, contract())
        old, new = tmp_path / "old.txt", tmp_path / "new.txt"
        old.write_text(text)
        for was, now in edits:
            assert was in text
            text = text.replace(was, now, 1)
        new.write_text(text)
        started = time.process_time()
        assert {change.code for change in compare(read_facts(old), read_facts(new))} == {"field-added"}
        assert time.process_time() - started < 10
