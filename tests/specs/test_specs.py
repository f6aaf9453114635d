"""The specs are valid, keep to the project's rules, and their examples are true."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from truecopy_tools.generate import ROOT, load, spec_files
from truecopy_tools.lint import lint
from truecopy_tools.openapi import lookup, operations, pointer, resolve

SPECS = spec_files(ROOT / "specs")
PROVIDERS = {"questionpro", "supermetrics", "asavie"}


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


@pytest.fixture
def questionpro() -> dict[str, Any]:
    return read(ROOT / "specs" / "questionpro.yaml")


def test_there_is_one_spec_per_provider() -> None:
    assert {path.stem for path in SPECS} == PROVIDERS


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_spec_is_valid_and_keeps_the_rules(path: Path) -> None:
    assert load(path)["openapi"].startswith("3.1")


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example with its schema: of parameters, headers and bodies."""

    def walk(node: Any, at: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
        if isinstance(node, dict):
            if "schema" in node:
                for name, example in node.get("examples", {}).items():
                    yield at + pointer("examples", name), node["schema"], resolve(document, example)["value"]
                if "example" in node:
                    yield at + "/example", node["schema"], node["example"]
            for key, value in node.items():
                yield from walk(value, at + pointer(key))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                yield from walk(value, at + pointer(index))

    yield from walk({"paths": document["paths"], "components": document["components"]}, "")


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_example_validates(path: Path) -> None:
    document = read(path)
    found = list(examples(document))
    assert len(found) >= 3
    for at, schema, value in found:
        root = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **schema,
            "components": document["components"],
        }
        validator = jsonschema_rs.Draft202012Validator(root, validate_formats=True)
        assert [f"{at}{error.instance_path}: {error.message}" for error in validator.iter_errors(value)] == []


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_component_examples_are_used(path: Path) -> None:
    text = path.read_text()
    for name in read(path)["components"].get("examples", {}):
        assert f"#/components/examples/{name}" in text


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_source_names_its_document(path: Path) -> None:
    known = {operation["operationId"] for _, _, operation, _ in operations(read(path))}
    for source in read(path)["x-sources"]:
        assert set(source["operations"]) <= known
        assert len(source["sha256"]) == 64


def test_links_lead_to_operations_with_their_parameters() -> None:
    count = 0
    for path in SPECS:
        document = read(path)
        by_id = {operation["operationId"]: (operation, item) for _, _, operation, item in operations(document)}
        for _, _, operation, _ in operations(document):
            for response in operation["responses"].values():
                for link in resolve(document, response).get("links", {}).values():
                    target, item = by_id[link["operationId"]]
                    parameters = [*item.get("parameters", []), *target.get("parameters", [])]
                    names = {resolve(document, parameter)["name"] for parameter in parameters}
                    assert set(link["parameters"]) <= names
                    count += 1
    assert count >= 6


Change = tuple[str, str, Any, str]
BROKEN: list[Change] = [
    ("an older OpenAPI", "/openapi", "3.0.3", "/openapi: the specs are OpenAPI 3.1"),
    ("no servers", "/servers", [], "/servers: name at least one server"),
    ("security for all", "/security", [], "/security: the generator ignores it"),
    ("server variables", "/servers/0/variables", {"env": {"default": "x"}}, "/servers/0: the generator ignores server"),
    (
        "servers of a path",
        "/paths/~1micropanel~1batches/servers",
        [{"url": "/"}],
        "the generator ignores servers of a path",
    ),
    ("no tag", "/paths/~1micropanel~1batches/post/tags", [], "exactly one tag"),
    (
        "a taken operationId",
        "/paths/~1micropanel~1batches/post/operationId",
        "getBatch",
        "'getBatch' for",
    ),
    (
        "a dangling reference",
        "/components/schemas/ErrorResponse/properties/error/$ref",
        "#/nowhere",
        "nothing at /nowhere",
    ),
    (
        "a status that is a number",
        "/paths/~1micropanel~1batches/post/responses",
        {200: {"description": "ok"}},
        "/responses/200: a name is text: quote 200",
    ),
    ("a discriminator", "/components/schemas/Error/discriminator", {"propertyName": "name"}, "ignores discriminator"),
    (
        "deepObject",
        "/components/parameters/page/style",
        "deepObject",
        "parameter page: the generator ignores deepObject",
    ),
    ("explode: false", "/components/parameters/page/explode", False, "parameter page: the generator ignores"),
    (
        "a success answer without a name",
        "/paths/~1micropanel~1batches/post/responses/200/content/application~1json/schema",
        {"type": "object"},
        "every success answer has the same schema, by $ref",
    ),
    (
        "XML first",
        "/paths/~1micropanel~1batches/post/responses/200/content",
        {"application/xml": {}},
        "JSON comes first",
    ),
    (
        "a body that no client sends",
        "/paths/~1micropanel~1batches/post/requestBody/content",
        {"text/csv": {}},
        "not text/csv",
    ),
    ("a deviation without a reason", "/x-deviations/0/because", "", "/x-deviations/0: because is missing"),
    ("a deviation from nothing", "/x-deviations/0/at", "/paths/~1nowhere", "/x-deviations/0: nothing at"),
    ("unknown evidence", "/x-evidence/0/evidence", "hearsay", "/x-evidence/0: evidence hearsay is not"),
]


@pytest.mark.parametrize(("at", "value", "message"), [pytest.param(*c[1:], id=c[0]) for c in BROKEN])
def test_lint_names_what_is_wrong_and_where(questionpro: dict[str, Any], at: str, value: Any, message: str) -> None:
    broken = copy.deepcopy(questionpro)
    parent, _, name = at.rpartition("/")
    lookup(broken, parent)[
        int(name) if name.isdigit() and isinstance(lookup(broken, parent), list) else name.replace("~1", "/")
    ] = value
    assert any(message in str(finding) for finding in lint(broken)), lint(broken)


def test_lint_has_nothing_to_say_about_the_original(questionpro: dict[str, Any]) -> None:
    assert lint(questionpro) == []
