"""Comparison: every change of a contract is found, in whatever layouts it was captured, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from truecopy_docs.diff import Change, compare, exit_status
from truecopy_docs.facts import Facts
from truecopy_docs.families import extract
from truecopy_docs.page import read_page
from truecopy_docs.rules import classify

from tests.docs.pages import LAYOUTS, Contract, contract, render


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Facts]:
    path = tmp_path_factory.mktemp("pages") / "page.txt"

    def reader(text: str) -> Facts:
        path.write_text(text, encoding="utf-8")
        return extract(read_page(path))

    return reader


Edit = Callable[[Contract], None]


def _method(page: Contract) -> None:
    page.method = "PUT"


def _path(page: Contract) -> None:
    page.path = "/shelves/{shelf-id}/volumes"


def _placeholder(page: Contract) -> None:
    page.path = "/shelves/{shelf}/books"
    page.parameters[0]["name"] = "shelf"


def _host(page: Contract) -> None:
    page.base = "https://{env}.books.example/api/v2"


def _credential(page: Contract) -> None:
    page.security = ("x-reader-key", "header")


def _credential_place(page: Contract) -> None:
    page.security = ("x-library-key", "query")


def _parameter_type(page: Contract) -> None:
    page.parameters[1]["type"] = "string"


def _parameter_required(page: Contract) -> None:
    page.parameters[1]["required"] = True


def _parameter_removed(page: Contract) -> None:
    del page.parameters[1]


def _parameter_added(page: Contract) -> None:
    page.parameters.append({"place": "query", "name": "order", "type": "string", "required": False})


def _parameter_moved(page: Contract) -> None:
    page.path = "/books"
    page.parameters[0]["place"] = "query"


def _book(page: Contract) -> dict[str, dict[str, object]]:
    properties: dict[str, dict[str, object]] = page.answer["properties"]["data"]["properties"]
    return properties


def _field_removed(page: Contract) -> None:
    del _book(page)["weight"]


def _field_renamed(page: Contract) -> None:
    data = page.answer["properties"]["data"]
    data["properties"] = {"heading" if name == "title" else name: inner for name, inner in data["properties"].items()}
    data["required"] = ["heading" if name == "title" else name for name in data["required"]]


def _field_type(page: Contract) -> None:
    _book(page)["bookID"] = {"type": "string"}


def _field_added(page: Contract) -> None:
    page.answer["properties"]["data"]["properties"] = {"isbn": {"type": "string"}, **_book(page)}


def _field_optional(page: Contract) -> None:
    page.answer["properties"]["data"]["required"].remove("title")


def _field_bound(page: Contract) -> None:
    _book(page)["title"]["maxLength"] = 90


def _field_narrowed(page: Contract) -> None:
    _book(page)["title"]["maxLength"] = 70


def _field_format(page: Contract) -> None:
    del _book(page)["addedAt"]["format"]


def _enum_grown(page: Contract) -> None:
    _book(page)["state"]["enum"] = ["LENT", "IN", "LOST", "SOLD"]


def _enum_renamed(page: Contract) -> None:
    _book(page)["state"]["enum"] = ["LENT", "HERE", "LOST"]


def _not_null(page: Contract) -> None:
    _book(page)["note"]["type"] = "string"


def _nested_field(page: Contract) -> None:
    shelf = _book(page)["shelf"]
    shelf["properties"] = {"chamber": {"type": "string"}, "floor": {"type": "integer"}}
    shelf["required"] = ["chamber"]


def _request_field_required(page: Contract) -> None:
    assert page.request
    page.request["required"].append("copies")


def _request_field_removed(page: Contract) -> None:
    assert page.request
    del page.request["properties"]["rare"]


def _request_field_added(page: Contract) -> None:
    assert page.request
    page.request["properties"]["colour"] = {"type": "string"}


def _status_added(page: Contract) -> None:
    page.errors["409"] = "2009"


def _status_removed(page: Contract) -> None:
    del page.errors["404"]


def _error_id(page: Contract) -> None:
    page.errors["404"] = "2044"


def _error_field(page: Contract) -> None:
    failure = page.error["properties"]["error"]
    failure["properties"]["reason"] = failure["properties"].pop("message")
    failure["required"] = ["code", "reason", "httpStatusCode"]


def _header_bound(page: Contract) -> None:
    page.headers[0]["maximum"] = 500


def _header_removed(page: Contract) -> None:
    page.headers = []


EDITS: dict[str, tuple[Edit, set[str], int]] = {
    "method": (_method, {"method-changed"}, 4),
    "path": (_path, {"path-changed"}, 4),
    "placeholder renamed": (_placeholder, {"parameter-renamed"}, 4),
    "host": (_host, {"host-changed"}, 4),
    "credential renamed": (_credential, {"security-changed"}, 4),
    "credential moved": (_credential_place, {"security-changed"}, 4),
    "parameter type": (_parameter_type, {"parameter-type-changed"}, 4),
    "parameter required": (_parameter_required, {"parameter-required-changed"}, 4),
    "parameter removed": (_parameter_removed, {"parameter-removed"}, 4),
    "parameter added": (_parameter_added, {"parameter-added"}, 3),
    "parameter moved": (_parameter_moved, {"path-changed", "parameter-moved"}, 4),
    "field removed": (_field_removed, {"field-removed"}, 4),
    "field renamed": (_field_renamed, {"field-removed", "field-added"}, 4),
    "field type": (_field_type, {"field-type-changed"}, 4),
    "field added": (_field_added, {"field-added"}, 3),
    "field optional": (_field_optional, {"field-required-changed"}, 4),
    "bound raised": (_field_bound, {"field-maxLength-changed"}, 4),
    "bound lowered": (_field_narrowed, {"field-maxLength-changed"}, 3),
    "format dropped": (_field_format, {"field-format-changed"}, 4),
    "enum grown": (_enum_grown, {"field-enum-changed"}, 4),
    "enum value renamed": (_enum_renamed, {"field-enum-changed"}, 4),
    "no longer null": (_not_null, {"field-nullable-changed"}, 3),
    "nested field": (_nested_field, {"field-removed", "field-added"}, 4),
    "request field required": (_request_field_required, {"field-required-changed"}, 4),
    "request field removed": (_request_field_removed, {"field-removed"}, 4),
    "request field added": (_request_field_added, {"field-added"}, 3),
    "status added": (_status_added, {"status-added"}, 3),
    "status removed": (_status_removed, {"status-removed"}, 4),
    "error id": (_error_id, {"error-id-changed"}, 4),
    "error field": (_error_field, {"field-removed", "field-added"}, 4),
    "header bound": (_header_bound, {"header-maximum-changed"}, 3),
    "header removed": (_header_removed, {"header-removed"}, 4),
}
# A family without schemas shows the parameter in the path's place only in code, without a type.
LOOSER = {("questionpro stripped", "parameter moved"): {"path-changed", "parameter-removed"}}


def _shows(family: str, edit: str) -> bool:
    """Whether pages of a family say what an edit changes."""
    layout, after = next(iter(LAYOUTS[family])), contract()
    EDITS[edit][0](after)
    return render(family, layout, contract()) != render(family, layout, after)


@pytest.mark.parametrize(
    ("family", "edit"), [(family, edit) for family in LAYOUTS for edit in EDITS if _shows(family, edit)]
)
def test_every_change_is_found_in_every_layout(family: str, edit: str, read: Callable[[str], Facts]) -> None:
    change, codes, status = EDITS[edit]
    codes = LOOSER.get((family, edit), codes)
    before, after = contract(), contract()
    change(after)
    layouts = list(LAYOUTS[family])
    for number, layout in enumerate(layouts):
        old = read(render(family, layouts[number - 1], before))
        changes = compare(old, read(render(family, layout, after)))
        assert {found.code for found in changes} == codes, (layout, changes)
        assert exit_status(changes) == status
        assert all(found.old_line or found.new_line for found in changes)


@pytest.mark.parametrize("family", LAYOUTS)
def test_reordering_is_no_change(family: str, read: Callable[[str], Facts]) -> None:
    before, after = contract(), contract()
    after.errors = dict(reversed(after.errors.items()))
    after.parameters.reverse()
    meta, data = after.answer["properties"]["meta"], after.answer["properties"]["data"]
    shelf = data["properties"].pop("shelf")
    data["properties"] = {**dict(reversed(data["properties"].items())), "shelf": shelf}
    after.answer["properties"] = {"meta": meta, "data": data}
    layout = next(iter(LAYOUTS[family]))
    assert compare(read(render(family, layout, before)), read(render(family, layout, after))) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    family=st.sampled_from(sorted(LAYOUTS)),
    names=st.lists(
        st.sampled_from(sorted(set(EDITS) - {"path", "placeholder renamed"})), min_size=2, max_size=4, unique=True
    ),
)
def test_several_changes_at_once_lose_none(family: str, names: list[str], read: Callable[[str], Facts]) -> None:
    """What one edit alone changes is still reported when others happen too, unless they undo it."""
    layout = next(iter(LAYOUTS[family]))
    base = contract()
    together = base.copy()
    old = read(render(family, layout, base))
    expected: set[str] = set()
    for name in names:
        alone = base.copy()
        try:
            EDITS[name][0](together)
        except (KeyError, ValueError, IndexError):
            return  # two edits of one thing
        EDITS[name][0](alone)
        expected |= {change.what for change in compare(old, read(render(family, layout, alone)))}
    found = {change.what for change in compare(old, read(render(family, layout, together)))}
    overlapping = {"field renamed", "field optional", "bound raised", "bound lowered", "status added", "status removed"}
    overlapping |= {"error id", "error field", "parameter moved", "parameter removed", "header removed"}
    if not overlapping & set(names):
        assert expected <= found
    assert bool(expected) == bool(found)


def test_a_cut_page_removes_nothing(read: Callable[[str], Facts]) -> None:
    text = render("document360", "glued", contract())
    changes = compare(read(text), read(text[: text.index("Responses")]))
    assert changes == []


@pytest.mark.parametrize(
    ("word", "old", "new", "sent", "answered"),
    [
        ("type", "integer", "number", "compatible", "breaking"),
        ("type", "number", "integer", "breaking", "compatible"),
        ("type", "string", "integer", "breaking", "breaking"),
        ("type", None, "integer", "documentation only", "documentation only"),
        ("nullable", None, True, "compatible", "breaking"),
        ("required", False, True, "breaking", "compatible"),
        ("required", True, None, "compatible", "breaking"),
        ("enum", ["a"], ["a", "b"], "compatible", "breaking"),
        ("enum", ["a", "b"], ["a"], "breaking", "compatible"),
        ("enum", None, ["a"], "breaking", "compatible"),
        ("maximum", 5, 9, "compatible", "breaking"),
        ("minimum", 5, 9, "breaking", "compatible"),
        ("pattern", "^a", "^b", "breaking", "breaking"),
        ("pattern", None, "^b", "breaking", "compatible"),
        ("format", "ipv4", None, "compatible", "breaking"),
        ("format", "date", None, "breaking", "breaking"),
        ("format", None, "date-time", "breaking", "breaking"),
        ("additional", False, True, "compatible", "compatible"),
        ("default", 1, 2, "breaking", "compatible"),
        ("model", "A", "B", "documentation only", "documentation only"),
    ],
)
def test_variance(word: str, old: object, new: object, sent: str, answered: str) -> None:
    assert classify(word, old, new, "request") == sent
    assert classify(word, old, new, "response") == answered


def test_a_change_prints_as_json() -> None:
    change = Change("breaking", "method-changed", "method", "GET", "PUT", ("operation",), 1, 2, "/paths", ("A.b",))
    assert json.loads(json.dumps(change.as_json())) == {
        "class": "breaking",
        "code": "method-changed",
        "what": "method",
        "old": "GET",
        "new": "PUT",
        "pointer": "/paths",
        "names": ["A.b"],
        "old_line": 1,
        "new_line": 2,
    }


def test_facts_files_and_pages_compare(tmp_path: Path, read: Callable[[str], Facts]) -> None:
    from truecopy_docs.facts import dump, read_facts

    page = tmp_path / "page.txt"
    page.write_text(render("document360", "glued", contract()))
    facts = tmp_path / "page.yaml"
    facts.write_text(dump(read_facts(page)))
    assert compare(read_facts(facts), read_facts(page)) == []
