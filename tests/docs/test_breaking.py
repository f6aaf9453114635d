"""Spec against spec: variance of requests and answers, and the version step."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from truecopy_docs.breaking import compare_specs, version_step
from truecopy_docs.spec import Spec, snake

Edit = Callable[[dict[str, Any]], None]
_BASE = """
openapi: 3.1.0
info: {title: Library, version: "1"}
servers: [{url: https://library.example}, {url: https://eu.library.example}]
paths:
  /books/{id}:
    get:
      tags: [books]
      operationId: getBook
      security: [{key: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        "404": {description: none}
    put:
      tags: [books]
      operationId: putBook
      security: [{key: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/NewBook"}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
components:
  securitySchemes: {key: {type: apiKey, name: k, in: header}, other: {type: http, scheme: bearer}}
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        title: {type: string}
        state: {type: string, enum: [IN, LENT]}
        shelf: {$ref: "#/components/schemas/Shelf"}
    Shelf: {type: object, properties: {room: {type: string}}}
    NewBook:
      type: object
      required: [title]
      properties: {title: {type: string}, state: {type: string, enum: [IN, LENT]}}
"""


def _at(document: Any, path: str) -> Any:
    for part in path.split(" "):
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def _set(path: str, value: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        where, _, last = path.rpartition(" ")
        _at(document, where)[last] = value

    return edit


def _delete(path: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        where, _, last = path.rpartition(" ")
        owner: Any = _at(document, where)
        del owner[int(last) if isinstance(owner, list) else last]

    return edit


GET, PUT, MODELS = "paths /books/{id} get", "paths /books/{id} put", "components schemas"
SHELF = {"type": "object", "properties": {"room": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("edit", "code", "step"),
    [
        (_delete(PUT), "operation-removed", "major"),
        (_set(f"{GET} operationId", "readBook"), "operation-id-changed", "major"),
        (_set(f"{PUT} tags", ["shelf"]), "operation-tag-changed", "major"),
        (_set("paths /books", {"get": {"operationId": "listBooks", "responses": {}}}), "operation-added", "minor"),
        (_delete(f"{GET} parameters 1"), "parameter-removed", "major"),
        (_set(f"{GET} parameters 1 required", True), "parameter-required-changed", "major"),
        (_set(f"{GET} parameters 1 schema", {"type": "integer", "maximum": 5}), "parameter-maximum-changed", "major"),
        (_set(f"{GET} parameters 1 schema", {"type": "integer", "maximum": 50}), "parameter-maximum-changed", "minor"),
        (_set(f"{GET} parameters 1 schema", {"type": "string"}), "parameter-type-changed", "major"),
        (_set(f"{GET} parameters 1 in", "header"), "parameter-moved", "major"),
        (_delete(f"{GET} responses 404"), "status-removed", "major"),
        (_set(f"{GET} responses 429", {"description": "slow down"}), "status-added", "minor"),
        (_set(f"{PUT} requestBody required", True), "request-required-changed", "major"),
        (_set(f"{GET} security", [{"other": []}]), "security-changed", "major"),
        (_set(f"{GET} security", [{"key": []}, {"other": []}]), "security-added", "minor"),
        (_set(f"{GET} security", [{"key": [], "other": []}]), "security-added", "major"),
        (_set(f"{MODELS} Book properties state", {"type": "string", "const": "IN"}), "field-enum-changed", "minor"),
        (_delete("servers 1"), "host-removed", "major"),
        (_set(f"{MODELS} Book required", []), "field-required-changed", "major"),
        (_delete(f"{MODELS} Book properties state"), "field-removed", "major"),
        (_set(f"{MODELS} Book properties pages", {"type": "integer"}), "field-added", "minor"),
        (_set(f"{MODELS} Book properties state enum", ["IN", "LENT", "LOST"]), "field-enum-changed", "major"),
        (_set(f"{MODELS} Book properties state enum", ["IN"]), "field-enum-changed", "minor"),
        (_set(f"{MODELS} NewBook properties state enum", ["IN", "LENT", "LOST"]), "field-enum-changed", "minor"),
        (_set(f"{MODELS} NewBook properties state enum", ["IN"]), "field-enum-changed", "major"),
        (_set(f"{MODELS} NewBook required", ["title", "state"]), "field-required-changed", "major"),
        (_set(f"{MODELS} Book properties title type", ["string", "null"]), "field-nullable-changed", "major"),
        (_set(f"{MODELS} Shelf", SHELF), "field-type-changed", "major"),
    ],
)
def test_changes(edit: Edit, code: str, step: str) -> None:
    document = yaml.safe_load(_BASE)
    changed = copy.deepcopy(document)
    edit(changed)
    changes = compare_specs(Spec(Path("library.yaml"), document), Spec(Path("library.yaml"), changed))
    assert code in {change.code for change in changes}
    assert version_step(changes) == step
    assert all(change.pointer.startswith("/") for change in changes)
    assert all(change.names for change in changes)


def test_a_shared_component_is_listed_once_with_every_method() -> None:
    document = yaml.safe_load(_BASE)
    changed = copy.deepcopy(document)
    _set(f"{MODELS} Shelf", SHELF)(changed)
    changes = compare_specs(Spec(Path("a.yaml"), document), Spec(Path("b.yaml"), changed))
    assert [change.pointer for change in changes] == ["/components/schemas/Shelf/properties/room"]
    assert changes[0].names == ("Shelf.room", "Library.books.get_book", "Library.books.put_book")


def _inlined(document: dict[str, Any]) -> None:
    _at(document, f"{GET} responses 200 content application/json")["schema"] = copy.deepcopy(
        _at(document, f"{MODELS} Book")
    )


def _renamed(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    schemas["Written"] = schemas.pop("NewBook")
    _at(document, f"{PUT} requestBody content application/json")["schema"] = {"$ref": "#/components/schemas/Written"}


def _shared_parameter(document: dict[str, Any]) -> None:
    document["components"]["parameters"] = {"Id": _at(document, f"{GET} parameters 0")}
    _at(document, f"{GET} parameters")[0] = {"$ref": "#/components/parameters/Id"}


def _reordered(document: dict[str, Any]) -> None:
    _at(document, f"{GET} parameters").reverse()
    _at(document, f"{MODELS} Book properties state enum").reverse()
    document["components"]["schemas"] = dict(reversed(document["components"]["schemas"].items()))


def _split(document: dict[str, Any]) -> None:
    book = document["components"]["schemas"].pop("Book")
    title = {"type": "object", "required": ["title"], "properties": {"title": book["properties"].pop("title")}}
    document["components"]["schemas"]["Book"] = {"allOf": [title, {**book, "required": []}]}


@pytest.mark.parametrize("edit", [_inlined, _renamed, _shared_parameter, _reordered, _split])
def test_another_way_of_saying_it_is_no_change(edit: Edit) -> None:
    document = yaml.safe_load(_BASE)
    changed = copy.deepcopy(document)
    edit(changed)
    assert compare_specs(Spec(Path("library.yaml"), document), Spec(Path("library.yaml"), changed)) == []


def test_the_same_spec_asks_for_a_patch_at_most() -> None:
    spec = Spec(Path("library.yaml"), yaml.safe_load(_BASE))
    assert compare_specs(spec, spec) == []
    assert version_step([]) == "patch"


def test_a_schema_that_refers_to_itself_is_read_once() -> None:
    document = yaml.safe_load(_BASE)
    _set(f"{MODELS} Shelf properties next", {"$ref": "#/components/schemas/Shelf"})(document)
    spec = Spec(Path("library.yaml"), document)
    rows = spec.rows(next(iter(spec.operations())))
    assert ("field", "response 200", "/shelf/next") in rows


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("creationTimestamp", "creation_timestamp"),
        ("surveyID", "survey_id"),
        ("@type", "type_"),
        ("survey-id", "survey_id"),
        ("ID", "id"),
        ("ErrorSubCode", "error_sub_code"),
        ("imageUrl", "image_url"),
    ],
)
def test_names_are_spelt_as_in_the_generated_code(name: str, python: str) -> None:
    assert snake(name) == python
