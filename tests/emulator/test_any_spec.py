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

from .conftest import KEY, TLS

JSON = "application/json"


def document(version: str = "3.1.0", **members: Any) -> dict[str, Any]:
    return {"openapi": version, "info": {"title": "Mine", "version": "1"}, "paths": {}, **members}


def answers(schema: Any, **media: Any) -> dict[str, Any]:
    return {"200": {"description": "", "content": {JSON: {"schema": schema, **media}}}}


def serve(tmp_path: Path, root: dict[str, Any]) -> tuple[Emulator, httpx.Client]:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(root))
    emulator = Emulator(specs={"/mine": path})
    return emulator, httpx.Client(verify=TLS, transport=emulator.transport(), base_url="http://emulator/mine")


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
    assert "mine.json refers to #/components/schemas/No, which is not in it" in emulator.breaches[0].problem


def test_yaml_of_every_kind(tmp_path: Path) -> None:
    """Anchors, merge keys, tags, numbers and words that YAML 1.1 takes for something else."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "openapi: 3.1.0\nx-base: &base {tags: [a], operationId: !x on}\npaths:\n  /a:\n    get:\n      <<: *base\n"
        "      responses:\n        200:\n          description: yes\n          content:\n"
        "            application/json: {example: {day: 2024-01-01, answer: no}}\n"
    )
    emulator = Emulator(specs={"/mine": path})
    with httpx.Client(transport=emulator.transport()) as client:
        assert client.get("http://emulator/mine/a").json() == {"day": "2024-01-01", "answer": "no"}
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
