"""Documents that nobody wrote code for: routing, credentials and validation as for the others, answers from
examples."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from truecopy_emulator import Emulator, SpecError

from .conftest import JSON, KEY, answers, document, serve

PETS = {
    "/pets/{id}": {
        "get": {
            "operationId": "getPet",
            "security": [{"key": []}],
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string", "minLength": 2}},
            ],
            "responses": {
                **answers({"$ref": "#/components/schemas/Pet"}),
                "404": {
                    "description": "",
                    "content": {JSON: {"schema": {"type": "object", "required": ["why"]}, "example": {"why": "gone"}}},
                },
            },
        },
        "delete": {"responses": {"204": {"description": ""}}},
    },
    "/pets/mine": {"get": {"responses": answers({"type": "string"}, example="Rex")}},
    "/files/{name}.{kind}": {"get": {"responses": answers({"type": "array", "items": {"type": "number"}})}},
}
PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "exclusiveMinimum": 3},
        "name": {"type": "string", "minLength": 20},
        "born": {"type": "string", "format": "date"},
        "friends": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Name"}},
        "kind": {"enum": ["dog", "cat"]},
        "parent": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Pet"}]},
        "size": {"allOf": [{"type": "object", "properties": {"cm": {"type": "number", "multipleOf": 0.5}}}]},
    },
}
MINE = document(
    servers=[{"url": "https://{region}.example.com/api", "variables": {"region": {"default": "eu"}}}],
    paths=PETS,
    components={
        "schemas": {"Pet": PET, "Name": {"type": "string", "enum": ["Tom"]}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "cookie", "name": "session"}},
    },
)


def test_a_document_is_served_from_generated_examples(tmp_path: Path) -> None:
    emulator, client = serve(tmp_path, MINE)
    assert emulator.url("mine").endswith("/mine/api")
    client.cookies.set("session", KEY)
    headers = {"X-Trace": "ab"}
    answer = client.get("/api/pets/7", params={"tags": ["1", "2"]}, headers=headers)
    assert answer.status_code == 200
    pet = answer.json()
    assert (pet["friends"], pet["kind"], pet["born"]) == (["Tom"], "dog", "2024-01-01")
    assert client.get("/api/pets/mine").json() == "Rex"
    assert client.get("/api/files/a.txt").json() == [0]
    assert client.delete("/api/pets/7").status_code == 204
    assert emulator.breaches == []
    emulator.journal.assert_called("getPet", provider="mine", times=1)


@pytest.mark.parametrize(
    ("server", "path"),
    [("./", ""), (".", ""), ("../v1/", "/v1"), ("v1", "/v1"), ("//host/v1?a=b#c", "/v1"), ("/my%20api", "/my%20api")],
)
def test_servers_as_they_may_be_written(tmp_path: Path, server: str, path: str) -> None:
    emulator, client = serve(tmp_path, {**MINE, "servers": [{"url": server}]})
    assert emulator.url("mine").endswith("/mine" + path)
    assert client.get(path + "/pets/mine").status_code == 200


def test_any_text_is_a_part_of_a_segment(tmp_path: Path) -> None:
    """Also a line's end, what a template writes percent-encoded, and what has every separator many times."""
    paths = {
        "/f%C3%BCr/{a}-{b}-{c}.json": {"get": {"responses": answers({"const": 1})}},
        "/all%20of/it": {"get": {"responses": answers({"const": 2})}},
    }
    _, client = serve(tmp_path, document(paths=paths))
    for segment in ("a-b-c.json", "a%0A-b%2F-c.json", "-----.json", "a-b-c-.json.json"):
        assert client.get(f"/f%C3%BCr/{segment}").json() == 1
    assert client.get("/all%20of/it").json() == 2
    for segment in ("-b-c.json", "a-b-.json", "a--c.json.", "-" * 30_000):
        assert client.get(f"/f%C3%BCr/{segment}").status_code == 404


def test_it_is_checked_like_the_others(tmp_path: Path) -> None:
    _, client = serve(tmp_path, MINE)
    headers = {"X-Trace": "ab"}
    assert client.get("/api/pets/7", headers=headers).status_code == 401
    client.cookies.set("session", KEY)
    assert client.get("/api/pets/seven", headers=headers).status_code == 400
    assert client.get("/api/pets/7", params={"tags": "x"}, headers=headers).status_code == 400
    assert client.get("/api/pets/7").status_code == 400
    assert client.get("/api/pets/7", headers={"X-Trace": "a"}).status_code == 400
    assert client.put("/api/pets/7").status_code == 405
    missing = client.get("/api/nowhere")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    forced = client.get("/api/pets/7", headers={**headers, "X-Emulator-Fault": "status=404"})
    assert (forced.status_code, forced.json()) == (404, {"why": "gone"})


def test_openapi_3_0(tmp_path: Path) -> None:
    """nullable and boolean bounds mean what they meant."""
    schema = {
        "type": "object",
        "required": ["n", "s"],
        "properties": {
            "n": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            "s": {"type": "string", "nullable": True},
        },
    }
    operation = {
        "requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": "#/components/schemas/T"}}}},
        "responses": answers({"$ref": "#/components/schemas/T"}),
    }
    root = document("3.0.3", paths={"/t": {"post": operation}}, components={"schemas": {"T": schema}})
    _, client = serve(tmp_path, root)
    assert client.post("/t", json={"n": 1, "s": None}).status_code == 200
    assert client.post("/t", json={"n": 0, "s": "x"}).status_code == 400
    assert client.post("/t", json={"n": 1, "s": 5}).status_code == 400


def test_an_example_that_breaks_its_schema_is_withheld(tmp_path: Path) -> None:
    root = document(paths={"/a": {"get": {"responses": answers({"type": "integer"}, example="one")}}})
    emulator, client = serve(tmp_path, root)
    answer = client.get("/a")
    assert answer.status_code == 500
    assert answer.headers["x-emulator-diagnostic"].startswith("E501")
    assert "mine.json#/paths/~1a/get/responses/200/content/application~1json/schema/type" in answer.text
    assert len(emulator.breaches) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("a: [", "neither JSON nor YAML: .*line 2"),
        ("- a list", "an object is expected"),
        ("openapi: 2.0\npaths: {}", "not OpenAPI 3.0 or 3.1"),
        ("openapi: 3.1.0", "no paths"),
        ("openapi: 3.1.0\npaths: {a: {}}", "does not start with a slash"),
    ],
)
def test_documents_that_cannot_be_served(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SpecError, match=message) as caught:
        Emulator(specs={"/mine": path})
    assert "mine.yaml" in str(caught.value)


def test_the_command_says_what_is_wrong_with_a_document() -> None:
    command = [sys.executable, "-m", "truecopy_emulator", "--port", "0", "--spec", "none.yaml"]
    result = subprocess.run([*command, "--mount", "/mine"], capture_output=True, text=True, timeout=30)
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert "none.yaml cannot be read" in result.stderr
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (result.returncode, "--mount" in result.stderr) == (2, True)


@pytest.mark.parametrize("mount", ["", "/", "/questionpro", "/_emulator", "/a b", "/{x}"])
def test_mounts_that_cannot_be(tmp_path: Path, mount: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document()))
    with pytest.raises(SpecError, match="cannot mount"):
        Emulator(specs={mount: path})


def test_a_reference_into_nothing_is_said_where_it_is_used(tmp_path: Path) -> None:
    root = document(paths={"/a": {"get": {"responses": answers({"$ref": "#/components/schemas/No"})}}})
    emulator, client = serve(tmp_path, root)
    answer = client.get("/a")
    assert answer.status_code == 500
    at = "mine.json#/paths/~1a/get/responses/200/content/application~1json/schema"
    assert f"{at} refers to #/components/schemas/No, which is not in it; add that" in emulator.breaches[0].problem
    assert answer.headers["x-emulator-diagnostic"].startswith("E505 spec at fault: mine.json#/paths/~1a")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"servers": "http://x"}, r'#/servers/0 is "http://x"; a list of objects with a url'),
        ({"servers": ["http://x"]}, r'#/servers/0 is "http://x"; a list of objects with a url'),
        ({"servers": [{"url": "/ok"}, {"url": "http://[bad"}]}, "#/servers/1 is .* a list of objects with a url"),
        ({"servers": [{"url": "http://x/{v}/y"}]}, "#/servers/0 has a variable in its path, /{v}/y, that it does not"),
        ({"servers": [{"url": "http://x/{v}", "variables": {"v": {}}}]}, "and a default for each variable"),
        ({"security": [{"nope": []}]}, "#/paths/~1a/get needs the security scheme 'nope'; describe it in"),
        ({"parameters": [{"in": "query"}]}, "#/paths/~1a/get/parameters/0 is not a parameter: a name and a place"),
        ({"parameters": 5}, "#/paths/~1a/get is not an operation as OpenAPI has it"),
        ({"$ref": "other.yaml#/a"}, "#/paths/~1a refers to other.yaml#/a; bundle the document into one file"),
        ({"$ref": "#/components/pathItems/No"}, "refers to #/components/pathItems/No, which is not in it; add that"),
        ({"$ref": "#/paths/~1a"}, "refers to itself in a circle"),
    ],
)
def test_what_is_seen_at_the_start(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    operation = {"responses": {"204": {"description": ""}}}
    root = document(paths={"/a": changes if "$ref" in changes else {"get": {**operation, **changes}}})
    if "servers" in changes:
        root = document(paths={"/a": {"get": operation}}, **changes)
    with pytest.raises(SpecError, match=message) as caught:
        serve(tmp_path, root)
    assert str(caught.value).startswith("mine.json#/")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"parameters": [{"name": "q", "in": "query"}]}, "/parameters/0 has no schema; give it one"),
        (
            {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "pattern": "["}}]},
            '/parameters/0/schema/pattern is not a usable schema: "[" is not a "regex"; mend it there',
        ),
        (
            {"parameters": [{"$ref": "#/components/parameters/No"}]},
            "/parameters/0 refers to #/components/parameters/No",
        ),
        (
            {"responses": answers({"type": "strin"})},
            "schema/type is not a usable schema: Unexpected type; mend it there",
        ),
        (
            {"responses": answers({"properties": ["a"]})},
            'schema/properties is not a usable schema: ["a"] is not of type',
        ),
        (
            {"responses": answers({"$ref": "other.yaml#/X"})},
            "refers to other.yaml#/X; bundle the document into one file",
        ),
        ({"responses": answers({"$ref": "#Pet"})}, "refers to #Pet; write it as a JSON pointer"),
        ({"responses": {"200": None}}, "mine.json#/paths/~1a/get is not an operation as OpenAPI has it"),
        ({"responses": {"200": {"content": []}, "default": {"headers": 5}}}, "is not an operation as OpenAPI has it"),
        ({"requestBody": "x"}, "is not an operation as OpenAPI has it"),
    ],
)
def test_what_is_seen_at_the_first_call_is_the_spec_s_fault(
    tmp_path: Path, operation: dict[str, Any], message: str
) -> None:
    paths = {"/a": {"get": {"responses": {"204": {"description": ""}}, **operation}}}
    paths["/b"] = {"get": {"responses": {"204": {"description": ""}}}}
    emulator, client = serve(tmp_path, document(paths=paths))
    answer = client.get("/a", params={"q": "x"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["x-emulator-diagnostic"].startswith("E505 spec at fault: mine.json#/paths/~1a/get")
    assert message in answer.json()["detail"]
    assert message in emulator.breaches[0].problem
    assert client.get("/b").status_code == 204


def test_a_refusal_that_the_spec_describes_wrongly(tmp_path: Path) -> None:
    bad = {"description": "", "content": {JSON: {"schema": {"type": "object", "properties": {"a": {"pattern": "["}}}}}}
    operation = {"security": [{"key": []}], "responses": {"204": {"description": ""}, "401": bad}}
    schemes = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
    emulator, client = serve(tmp_path, document(paths={"/a": {"get": operation}}, components=schemes))
    answer = client.get("/a")
    assert answer.status_code == 500
    assert answer.headers["x-emulator-diagnostic"].startswith("E505")
    assert emulator.journal.views()[0]["diagnostic"].startswith("E505")
    assert client.get("/a", headers={"Authorization": f"Bearer {KEY}"}).status_code == 204


def test_paths_that_are_references(tmp_path: Path) -> None:
    item = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "get": {"operationId": "getIt", "responses": answers({"const": 1})},
    }
    paths = {"/a/{id}": {"$ref": "#/components/pathItems/It"}, "/b/{id}": {"$ref": "#/paths/~1a~1{id}"}}
    emulator, client = serve(tmp_path, document(paths=paths, components={"pathItems": {"It": item}}))
    assert client.get("/a/1").json() == client.get("/b/2").json() == 1
    assert client.get("/a/x").status_code == 400
    emulator.journal.assert_called("getIt", provider="mine", times=3)


def test_yaml_of_every_kind(tmp_path: Path) -> None:
    """Anchors, merge keys, tags, numbers and words that YAML 1.1 takes for something else."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "openapi: 3.1.0\nx-base: &base {tags: [a], operationId: !x on}\npaths:\n  /a:\n    get:\n      <<: *base\n"
        "      responses:\n        200:\n          description: yes\n          content:\n"
        "            application/json: {example: {day: 2024-01-01, answer: no, time: 12:30:45, zip: 0123, phone: +49,\n"
        "              many: 12345678901234567890123, few: 1e3, price: 1.50, on: true, off: ~, hex: !!int 0x1F}}\n"
    )
    emulator = Emulator(specs={"/mine": path})
    text = {"day": "2024-01-01", "answer": "no", "time": "12:30:45", "zip": "0123", "phone": "+49", "hex": "0x1F"}
    other = {"many": 12345678901234567890123.0, "few": 1000, "price": 1.5, "on": True, "off": None}
    with httpx.Client(transport=emulator.transport()) as client:
        assert client.get("http://emulator/mine/a").json() == {**text, **other}
    emulator.journal.assert_called("on", provider="mine")


def test_500_operations_cost_no_more_than_5(tmp_path: Path) -> None:
    """Per request, and to start once the document has been seen; the bound of 1.5 is measured by the benchmark, here
    it is 3."""

    def big(count: int) -> dict[str, Any]:
        schemas = {
            f"S{i}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/S{(i + 1) % count}"}}}
            for i in range(count)
        }
        paths = {
            f"/things{i}/{{id}}": {"get": {"responses": answers({"$ref": f"#/components/schemas/S{i}"}, example={})}}
            for i in range(count)
        }
        return document(paths=paths, components={"schemas": schemas})

    def cost(count: int) -> float:
        _, client = serve(tmp_path, big(count))
        client.get("/things3/5")
        times = []
        for _ in range(100):
            started = time.perf_counter()
            assert client.get("/things3/5").status_code == 200
            times.append(time.perf_counter() - started)
        return min(times)

    assert cost(1000) < 3 * cost(5)
