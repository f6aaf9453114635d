"""Every node of the specs that callers depend on is watched: whatever is deleted, renamed or changed, `check` says so.

A run tries 75 of the several thousand mutations, evenly spread; `SWEEP=1` tries them all (some minutes).
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from truecopy_docs.check import examine
from truecopy_docs.confirmed import read_lock
from truecopy_docs.facts import Facts, read_facts
from truecopy_docs.spec import Spec

Path_ = tuple[str | int, ...]
OURS = ("info", "openapi", "tags", "x-sources", "x-deviations", "x-evidence", "x-payload", "x-error-schema")
PROSE = {"description", "summary", "title", "example", "examples", "links", "operationId", "tags", "externalDocs"}
EXTENSIONS = {"x-waiter", "x-pagination", "x-idempotent", "x-token-operation"}
# A reference to a response without a body; the headers behind it are no page's word.
UNSEEN = {("supermetrics", "/paths//query/batch/{batch_id}/get/responses/404/$ref")}


def _nodes(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        named = path[-1:] == ("properties",)
        if (not path and key in (*OURS, "paths")) or (not named and key in PROSE | EXTENSIONS):
            if key != "paths":
                continue
        else:
            yield (*path, key)
        yield from _nodes(inner, (*path, key))


def _mutations(document: dict[str, Any]) -> Iterator[tuple[str, Path_]]:
    for path in _nodes(document):
        yield "delete", path
        value = _at(document, path)
        if isinstance(path[-1], str):
            yield "rename", path
        if isinstance(value, (bool, int, float)) or (isinstance(value, str) and path[-1] != "$ref"):
            yield "change", path


def _at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return document


def _mutated(document: dict[str, Any], kind: str, path: Path_) -> dict[str, Any]:
    mutant = copy.deepcopy(document)
    owner, key = _at(mutant, path[:-1]), path[-1]
    value = owner[key]
    if kind == "delete":
        del owner[key]
    elif kind == "rename":
        items = [(f"another{name}" if name == key else name, inner) for name, inner in owner.items()]
        owner.clear()
        owner.update(items)
    elif isinstance(value, bool):
        owner[key] = not value
    elif isinstance(value, (int, float)):
        owner[key] = value + 1
    else:
        owner[key] = {"string": "integer"}.get(value, "string") if key == "type" else f"another{value}"
    return mutant


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, Facts]:
    return {page.document: page for page in map(read_facts, sorted((root / "specs" / "facts").glob("*.yaml")))}


@pytest.mark.parametrize("name", ["asavie", "questionpro", "supermetrics"])
def test_no_change_of_a_spec_goes_unseen(name: str, root: Path, pages: dict[str, Facts]) -> None:
    path = root / "specs" / f"{name}.yaml"
    document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    confirmed = read_lock(root / "specs")[name]
    mutations = list(_mutations(document))
    assert len(mutations) > 500
    every = 1 if os.environ.get("SWEEP") else len(mutations) // 25
    for kind, place in mutations[::every]:
        spec = Spec(path, _mutated(document, kind, place))
        pointer = "/" + "/".join(map(str, place))
        seen = next(spec.faults(), None) or examine(spec, pages, confirmed).findings
        assert seen or (name, pointer) in UNSEEN, f"{kind} {pointer}"
