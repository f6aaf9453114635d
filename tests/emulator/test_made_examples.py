"""Examples that are made from schemas: valid whatever the schema asks for, the same each time, of a bounded size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from truecopy_emulator.examples import NoExampleError, example
from truecopy_emulator.openapi import Document, Media
from truecopy_emulator.patterns import matching

from .conftest import JSON, answers, document, serve

A, B = {"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}
TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
OBJECT = {"type": "object"}


def made(schema: Any, **schemas: Any) -> Any:
    """The example for an answer; it was checked against the schema when it was made."""
    return made_in("3.1.0", schema, **schemas)


def made_in(version: Any, schema: Any, **schemas: Any) -> Any:
    root = document(version, components={"schemas": {"It": schema, **schemas}})
    place = Document(root, "mine.json").schema("/components/schemas/It", "writeOnly")
    value = example(Media(JSON, place))
    assert place.check(value) is None
    return value


def properties(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members}


UNIQUE = {"type": "array", "minItems": 2, "uniqueItems": True}
PATTERNED = {**OBJECT, "minProperties": 1, "patternProperties": {"^x-\\d$": FLAG}, "additionalProperties": False}
CONDITION = {"required": ["k"], "if": {"required": ["k"]}, "then": {"required": ["x"]}}
ORDINARY: list[tuple[Any, Any]] = [
    (properties(id={**TEXT, "pattern": "^[A-Z]{3}-[0-9]+$"}), {"id": "AAA-0"}),
    ({**TEXT, "pattern": "^x*$", "minLength": 4}, "xxxx"),
    ({**UNIQUE, "items": NUMBER}, [0, 1]),
    ({**UNIQUE, "items": {"enum": ["a", "b"]}}, ["a", "b"]),
    ({**UNIQUE, "items": {**TEXT, "format": "date"}}, ["2024-01-01", "2025-01-01"]),
    ({**UNIQUE, "items": properties(a=TEXT)}, [{"a": "string"}, {"a": "string1"}]),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
    ({"type": "number", "minimum": 0.25, "multipleOf": 0.1}, 0.3),
    ({"type": "integer", "minimum": 1, "multipleOf": 2.5}, 5),
    ({"type": "number", "exclusiveMaximum": -3}, -4),
    ({**OBJECT, "minProperties": 2, "additionalProperties": NUMBER}, {"member1": 0, "member2": 0}),
    ({**OBJECT, "minProperties": 1, "propertyNames": {"pattern": "^[a-z]{2}$"}}, {"aa": "string"}),
    (PATTERNED, {"x-0": True}),
    ({**OBJECT, "maxProperties": 1, "properties": {"a": TEXT, "b": TEXT}}, {"a": "string"}),
    ({**OBJECT, "required": ["z"], "additionalProperties": NUMBER}, {"z": 0}),
    ({"required": ["z"]}, {"z": "string"}),
    ({"type": "array", "prefixItems": [TEXT, NUMBER], "items": False, "minItems": 2}, ["string", 0]),
    ({"type": "array", "items": NUMBER, "contains": {"minimum": 5}, "minContains": 2}, [5, 5]),
    ({**A, "required": ["n"], "properties": {"n": NUMBER}}, {"a": "string", "n": 0}),
    ({"allOf": [A, properties(n=NUMBER)]}, {"a": "string", "n": 0}),
    ({"allOf": [{**properties(a=TEXT), "example": {"a": "mine"}}, properties(n=NUMBER)]}, {"a": "mine", "n": 0}),
    ({"allOf": [A, properties(n=NUMBER)], "unevaluatedProperties": False}, {"a": "string", "n": 0}),
    ({"anyOf": [{**properties(n=NUMBER), "required": ["n"]}], "unevaluatedProperties": False}, {"n": 0}),
    ({**OBJECT, "required": ["z"], "unevaluatedProperties": NUMBER}, {"z": 0}),
    ({"type": "array", "minItems": 2, "prefixItems": [TEXT], "unevaluatedItems": NUMBER}, ["string", 0]),
    (properties(a={"allOf": [{**TEXT, "example": "mine"}], "description": "with siblings"}), {"a": "mine"}),
    ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 0.5),
    ({"oneOf": [{**TEXT, "format": "date"}, TEXT]}, "string"),
    ({**properties(n=TEXT), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"n": "string", "a": "string"}),
    ({**TEXT, "not": {"const": "string"}}, "STRING"),
    (CONDITION, {"k": "string", "x": "string"}),
    ({"type": "null"}, None),
    (properties(a={**NUMBER, "example": "5"}), {"a": 0}),
    (properties(a={**TEXT, "format": "uri", "maxLength": 5}, b=NUMBER), {"b": 0}),
    ({"anyOf": [properties(a={**TEXT, "pattern": "^a$", "minLength": 5}, b=NUMBER), {"type": "null"}]}, {"b": 0}),
    ({**OBJECT, "required": ["id", "pw"], "properties": {"id": NUMBER, "pw": {**TEXT, "writeOnly": True}}}, {"id": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value"), ORDINARY)
def test_ordinary_schemas(schema: Any, value: Any) -> None:
    assert made(schema, A=properties(a=TEXT)) == value


def test_openapi_3_0() -> None:
    both = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": True}
    schema = properties(n=both, a={"nullable": True, "allOf": [A]})
    assert made_in("3.0.3", schema, A=properties(nullable=FLAG)) == {"n": 0.5, "a": {"nullable": True}}


def test_overlapping_branches_are_told_apart_and_discriminated() -> None:
    """What both branches take belongs to neither; a member of the one that the other does not take decides."""
    cat, dog = ({**OBJECT, "required": ["kind"], "properties": {"kind": TEXT, name: FLAG}} for name in ("meow", "bark"))
    assert made({"oneOf": [A, B]}, A=cat, B=dog) == {"kind": "string", "bark": None}
    tagged = {"oneOf": [A, B], "discriminator": {"propertyName": "kind", "mapping": {"cat": A["$ref"]}}}
    assert made(tagged, A=cat, B=dog) == {"kind": "cat", "bark": None}
    assert made({**tagged, "oneOf": [A, {"type": "null"}]}, A=cat) == {"kind": "cat", "meow": True}
    base = {**dog, "discriminator": {"propertyName": "kind"}}
    assert made(A, A={"allOf": [B]}, B=base) == {"kind": "A", "bark": True}


@pytest.mark.timeout(30)
def test_recursion_ends() -> None:
    names = ("items", "not", "if", "then", "else", "contains")
    assert made(A, A=properties(type=TEXT, **dict.fromkeys(names, A))) == {"type": "string"}
    assert made(A, A=properties(list={"type": "array", "items": A}, n=NUMBER)) == {"list": [], "n": 0}
    tree = {**OBJECT, "required": ["left", "right"], "properties": {"left": A, "right": A}}
    assert made(B, A={"oneOf": [B, TEXT]}, B=tree) == {"left": "string", "right": "string"}
    assert made(A, A={"type": ["object", "null"], "required": ["a"], "properties": {"a": A}}) is None
    assert made(A, A={"allOf": [A, properties(n=NUMBER)]}) == {"n": 0}
    with pytest.raises(NoExampleError, match="none with fewer than"):
        made(A, A={**OBJECT, "required": ["a"], "properties": {"a": A}})


def refer(number: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/S{number}"}


@pytest.mark.timeout(30)
def test_the_size_is_bounded() -> None:
    """Schemas that each refer to all others, or twice to the next, have examples without number."""
    dense = {f"S{i}": properties(id=NUMBER, **{f"s{j}": refer(j) for j in range(30)}) for i in range(30)}
    twice = {f"S{i}": properties(a=refer(i + 1), b=refer(i + 1)) for i in range(40)}
    for schemas in (dense, {**twice, "S40": TEXT}):
        value = made(refer(0), **schemas)
        assert value
        assert len(str(value)) < 20_000
    needed = {name: {**schema, "required": ["a", "b"]} for name, schema in twice.items()}
    for schema in (refer(0), {"type": "array", "minItems": 10**9}, {**TEXT, "minLength": 10**9}):
        with pytest.raises(NoExampleError, match="none with fewer than"):
            made(schema, **needed, S40=TEXT)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-[0-9]+$",
        r"^(?=.*[A-Z])(?=.*\d).{8,}$",
        r"^#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$",
        r"^(foo|bar)\1$",
        r"^[^a-z\s]+\W?$",
        r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$",
        r"[一-鿿]{2}",
        r"^$",
    ],
)
def test_texts_for_patterns(pattern: str) -> None:
    texts = [matching(pattern, number=number) for number in range(4)]
    assert all(text is not None and re.search(pattern, text) for text in texts)
    assert texts == [matching(pattern, number=number) for number in range(4)]


def test_patterns_without_a_text() -> None:
    assert matching("^(?<year>[0-9]{4})$") == "0000"  # as ECMA 262 names groups
    assert matching("^a+$", length=5) == "aaaaa"
    assert matching(r"^\p{Lu}$") is None
    assert matching("((a{1000}){1000}){1000}") is None


def test_what_a_schema_cannot_have_is_said(tmp_path: Path) -> None:
    root = document(paths={"/a": {"get": {"responses": answers({**TEXT, "pattern": "^a$", "minLength": 5})}}})
    _, client = serve(tmp_path, root)
    for _ in range(2):
        answer = client.get("/a")
        assert answer.status_code == 500
        assert answer.headers["x-emulator-diagnostic"].startswith("E503")
        assert "schema/minLength" in answer.text or "schema/pattern" in answer.text


def test_examples_in_all_their_places(tmp_path: Path) -> None:
    header = {"required": True, "schema": FLAG}
    listed = {"X-B": header, "X-L": {"required": True, "schema": {"type": "array", "items": NUMBER, "minItems": 2}}}
    contents: dict[str, Any] = {
        "/named": {JSON: {"examples": {"e": {"$ref": "#/components/examples/E"}}}},
        "/null": {JSON: {"schema": {"type": "null"}}},
        "/nothing": {JSON: {}},
        "/range": {"image/*": {}},
        "/any": {"*/*": {"schema": NUMBER}},
        "/charset": {"application/json; charset=utf-8": {"schema": NUMBER}},
        "/xml": {"application/xml": {"example": "<a/>", "schema": OBJECT}},
    }
    paths: dict[str, Any] = {
        path: {"get": {"responses": {"200": {"description": "", "headers": listed, "content": content}}}}
        for path, content in contents.items()
    }
    moved = {"302": {"description": "", "headers": {"Location": {"required": True, "schema": TEXT}}}}
    paths["/moved"] = {"get": {"responses": moved}}
    emulator, client = serve(tmp_path, document(paths=paths, components={"examples": {"E": {"value": {"hello": 1}}}}))

    def got(path: str) -> tuple[str, str]:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["x-b"], answer.headers["x-l"]) == (200, "true", "0,0")
        return answer.headers["content-type"], answer.text

    assert got("/named") == (JSON, '{"hello":1}')
    assert got("/null") == (JSON, "null")
    assert got("/nothing") == (JSON, "{}")
    assert got("/range") == ("image/png", "string")
    assert got("/any") == (JSON, "0")
    assert got("/charset") == ("application/json; charset=utf-8", "0")
    assert got("/xml") == ("application/xml", "<a/>")
    assert (client.get("/moved").status_code, client.get("/moved").headers["location"]) == (302, "string")
    assert emulator.breaches == []


def test_xml_through_references_allof_and_attributes(tmp_path: Path) -> None:
    thing = {
        **properties(
            id={**NUMBER, "xml": {"attribute": True}},
            tags={"type": "array", "items": {**TEXT, "xml": {"name": "tag"}}},
            more={**OBJECT, "additionalProperties": NUMBER, "example": {"x": 1}},
        ),
        "xml": {"name": "thing"},
    }
    content = {"application/xml": {"schema": {"allOf": [A, properties(ok=FLAG)]}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}
    root = document(paths={"/a": {"post": operation}}, components={"schemas": {"A": thing}})
    _, client = serve(tmp_path, root)
    xml = client.post("/a").text
    assert xml.endswith(' id="0"><tag>string</tag><more><x>1</x></more><ok>true</ok></thing>')
    headers = {"content-type": "application/xml"}
    assert client.post("/a", content=xml, headers=headers).status_code == 200
    refused = client.post("/a", content=xml.replace("<x>1<", "<x>one<"), headers=headers)
    assert (refused.status_code, "/more/x: expected integer" in refused.text) == (400, True)
