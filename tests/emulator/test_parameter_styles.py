"""Requests as OpenAPI lets them be written: styles of parameters, forms, media types, names that look like keywords,
members that go one way only, credentials."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from truecopy_emulator import Emulator

from .conftest import JSON, KEY, answers, document, serve

NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
LIST = {"type": "array", "items": NUMBER}
OBJECT = {"type": "object", "required": ["a"], "properties": {"a": NUMBER, "b": TEXT}}
FREE = {"type": "object", "additionalProperties": NUMBER}
EITHER = {"oneOf": [TEXT, {"type": "array", "items": TEXT}]}
DEEP = {"type": "object", "properties": {"a": LIST, "o": {"type": "object", "properties": {"n": NUMBER}}}}


def taken(tmp_path: Path, operation: dict[str, Any], path: str = "/x", **root: Any) -> tuple[Emulator, httpx.Client]:
    """An operation for POST that answers 204 when it takes the request."""
    operation = {"responses": {"204": {"description": ""}}, **operation}
    return serve(tmp_path, document(paths={path: {"post": operation}}, **root))


STYLES: list[tuple[str, dict[str, Any], Any, str, str | None]] = [
    ("query", {}, LIST, "p=1&p=2", "p=1&p=x"),
    ("query", {}, LIST, "p[]=1&p[]=2", "p[]=x"),
    ("query", {"explode": False}, LIST, "p=1,2", "p=1,x"),
    ("query", {"style": "pipeDelimited"}, LIST, "p=1%7C2", "p=1,2"),
    ("query", {"style": "spaceDelimited"}, LIST, "p=1%202", "p=1,2"),
    ("query", {"style": "pipeDelimited", "explode": True}, LIST, "p=1&p=2", "p=1%7C2"),
    ("query", {}, OBJECT, "a=1&b=x", "a=x"),
    ("query", {"explode": False}, OBJECT, "p=a,1,b,x", "p=a,x"),
    ("query", {"explode": False}, OBJECT, "p=a,1", "p=a"),
    ("query", {}, FREE, "any=1", "any=x"),
    ("query", {"style": "deepObject"}, OBJECT, "p[a]=1&p[b]=x", "p[a]=x"),
    ("query", {"style": "deepObject"}, OBJECT, "p[a]=1", "a=1"),
    ("query", {"style": "deepObject"}, DEEP, "p[a]=1&p[a]=2&p[o][n]=3", "p[o][n]=x"),
    ("query", {"style": "deepObject"}, DEEP, "p[a][0]=1&p[a][]=2", "p[a][0]=x"),
    ("query", {}, EITHER, "p=a&p=b", None),
    ("query", {}, EITHER, "p=a", None),
    ("query", {}, NUMBER, "p=1", "p=1&p=2"),
    ("query", {"allowEmptyValue": True}, NUMBER, "p=", "p=x"),
    ("query", {"content": {JSON: {"schema": OBJECT}}}, None, 'p={"a":1}', 'p={"a":"x"}'),
    ("query", {"content": {JSON: {"schema": OBJECT}}}, None, 'p={"a":1}', "p={"),
    ("path", {}, LIST, "1,2", "1,x"),
    ("path", {}, OBJECT, "a,1,b,x", "a,x"),
    ("path", {"explode": True}, OBJECT, "a=1,b=x", "a=x"),
    ("path", {"style": "label"}, NUMBER, ".5", "5"),
    ("path", {"style": "label"}, {"type": "number"}, ".5.2", ".x"),
    ("path", {"style": "label"}, LIST, ".1,2", ".1,x"),
    ("path", {"style": "label"}, LIST, ".1.2", ".1.x"),
    ("path", {"style": "label", "explode": True}, LIST, ".1.2", ".1.x"),
    ("path", {"style": "label", "explode": True}, OBJECT, ".a=1.b=x", ".a=x"),
    ("path", {"style": "matrix"}, NUMBER, ";p=5", "5"),
    ("path", {"style": "matrix"}, LIST, ";p=1,2", ";p=1,x"),
    ("path", {"style": "matrix", "explode": True}, LIST, ";p=1;p=2", ";p=1;p=x"),
    ("path", {"style": "matrix"}, OBJECT, ";p=a,1,b,x", ";p=a,x"),
    ("path", {"style": "matrix", "explode": True}, OBJECT, ";a=1;b=x", ";a=x"),
    ("header", {}, LIST, "1, 2", "1, x"),
    ("header", {}, OBJECT, "a,1,b,x", "a,x"),
    ("header", {"explode": True}, OBJECT, "a=1", "a=x"),
    ("cookie", {}, NUMBER, "p=5", "p=x"),
    ("cookie", {}, LIST, "p=1,2", "p=1,x"),
    ("cookie", {}, OBJECT, "a=1; b=x", "a=x"),
]


@pytest.mark.parametrize(("place", "members", "schema", "good", "bad"), STYLES)
def test_styles(tmp_path: Path, place: str, members: dict[str, Any], schema: Any, good: str, bad: str | None) -> None:
    described = {"name": "p", "in": place, "required": True, **({"schema": schema} if schema else {}), **members}
    template = "/x/{p}" if place == "path" else "/x"
    _, client = taken(tmp_path, {"parameters": [described]}, template)

    def status(text: str) -> int:
        query, path = (f"?{text}" if place == "query" else ""), (f"/{text}" if place == "path" else "")
        headers = {"header": {"p": text}, "cookie": {"cookie": text}}.get(place)
        answer = client.post(f"/x{path}{query}", headers=headers)
        refused = answer.status_code == 400
        assert not refused or answer.headers["x-emulator-diagnostic"].startswith(f"E301 parameter: {place} parameter p")
        return answer.status_code

    assert status(good) == 204
    assert bad is None or status(bad) == 400


def test_members_in_the_query_are_no_other_parameters(tmp_path: Path) -> None:
    parameters = [{"name": "page", "in": "query", "schema": TEXT}, {"name": "p", "in": "query", "schema": FREE}]
    _, client = taken(tmp_path, {"parameters": parameters})
    assert client.post("/x?page=one&any=1").status_code == 204
    assert client.post("/x?page=one&any=x").status_code == 400


def form(**members: Any) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False, "required": list(members)[:1]}


FORM = form(n=NUMBER, tags=LIST, flag={"type": "boolean"}, o=OBJECT, any=EITHER)


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ({}, "n=5&tags=1&tags=2&flag=true", 204),
        ({}, "n=5&tags[]=1", 204),
        ({}, "n=5&tags=1,2", 400),
        ({}, "n=5&tags=x", 400),
        ({}, "n=x", 400),
        ({}, "flag=true", 400),
        ({}, "n=5&more=1", 400),
        ({}, "n=5&o=%7B%22a%22:1%7D&any=a&any=b", 204),
        ({}, "n=5&o=%7B%22a%22:%22x%22%7D", 400),
        ({}, "n=5&o[a]=1", 400),
        ({"o": {"style": "deepObject"}}, "n=5&o[a]=1", 204),
        ({"o": {"style": "deepObject"}}, "n=5&o[a]=x", 400),
        ({"tags": {"explode": False}}, "n=5&tags=1,2", 204),
        ({"tags": {"style": "pipeDelimited", "explode": False}}, "n=5&tags=1%7C2", 204),
    ],
)
def test_forms(tmp_path: Path, encoding: dict[str, Any], body: str, status: int) -> None:
    kind = "application/x-www-form-urlencoded"
    content = {kind: {"schema": FORM, "encoding": encoding}}
    _, client = taken(tmp_path, {"requestBody": {"required": True, "content": content}})
    assert client.post("/x", content=body, headers={"content-type": kind}).status_code == status


def test_multipart_forms(tmp_path: Path) -> None:
    schema = form(file={**TEXT, "format": "binary"}, n=NUMBER, tags=LIST, o=OBJECT)
    _, client = taken(
        tmp_path, {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}
    )
    file = {"file": ("a.bin", b"\x00\xff\r\n--b", "application/octet-stream")}
    assert client.post("/x", files=file, data={"n": "5", "tags": ["1", "2"]}).status_code == 204
    assert client.post("/x", files={**file, "o": (None, b'{"a": 1}', JSON)}).status_code == 204
    for data, message in (({"n": "x"}, "/n: expected integer"), ({"more": "1"}, "expected no other members, got more")):
        answer = client.post("/x", files=file, data=data)
        assert (answer.status_code, message in answer.text) == (400, True)
    assert "expected a member file" in client.post("/x", files={"n": (None, b"5")}).text
    kind = {"content-type": "multipart/form-data; boundary=b"}
    part = b'--b\r\ncontent-disposition: form-data; filename="x; name=y"; name="file"\r\n\r\nhello\r\n'
    assert client.post("/x", content=part + b"--b--\r\n", headers=kind).status_code == 204
    for broken in (part, b"", part.replace(b' name="file"', b"") + b"--b--", b"x" * 1000):
        answer = client.post("/x", content=broken or b" ", headers=kind)
        assert answer.headers["x-emulator-diagnostic"].startswith("E303 body unreadable: not multipart/form-data")
    assert client.post("/x", content=part, headers={"content-type": "multipart/form-data"}).status_code == 400


@pytest.mark.parametrize(
    ("described", "given", "body", "status"),
    [
        ("*/*", JSON, '{"a": 1}', 204),
        ("*/*", JSON, '{"a": "x"}', 400),
        ("application/*", JSON, '{"a": 1}', 204),
        ("application/*", "text/plain", "a", 415),
        ("application/json; charset=utf-8", JSON, '{"a": 1}', 204),
        ("application/json; charset=utf-8", "application/json;charset=UTF-8", '{"a": "x"}', 400),
        ("text/plain", "text/plain", "5", 400),
    ],
)
def test_media_types_of_bodies(tmp_path: Path, described: str, given: str, body: str, status: int) -> None:
    content = {described: {"schema": OBJECT}}
    _, client = taken(tmp_path, {"requestBody": {"required": True, "content": content}})
    assert client.post("/x", content=body, headers={"content-type": given}).status_code == status


def test_a_text_is_read_as_its_type(tmp_path: Path) -> None:
    _, client = taken(tmp_path, {"requestBody": {"content": {"text/plain": {"schema": NUMBER}}}})
    for body, status in (("5", 204), ("five", 400)):
        assert client.post("/x", content=body, headers={"content-type": "text/plain"}).status_code == status


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_members_that_are_called_like_keywords(tmp_path: Path, version: str) -> None:
    names = ("default", "example", "enum", "const", "nullable", "properties", "items", "required", "readOnly")
    refer = {"$ref": "#/components/schemas/A"}
    schema = {"type": "object", "properties": dict.fromkeys(names, refer), "additionalProperties": False}
    content = {JSON: {"schema": schema, "example": {}}}
    root = {"components": {"schemas": {"A": {**OBJECT, **({"nullable": True} if version < "3.1" else {})}}}}
    operation = {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": content}}}
    _, client = serve(tmp_path, document(version, paths={"/x": {"post": operation}}, **root))
    for name in names:
        assert client.post("/x", json={name: {"a": 1}}).status_code == 200
        refused = client.post("/x", json={name: {"a": "x"}})
        assert (refused.status_code, f"/{name}" in refused.json()["detail"]) == (400, True)
        assert client.post("/x", json={name: None}).status_code == (200 if version < "3.1" else 400)


def test_members_that_go_one_way(tmp_path: Path) -> None:
    """readOnly in requests and writeOnly in answers are not asked for, wherever they are described."""
    ends = {"id": {**NUMBER, "readOnly": True}, "pw": {**TEXT, "writeOnly": True}}
    base = {"type": "object", "properties": ends}
    schema = {
        "allOf": [{"$ref": "#/components/schemas/A"}, {"required": ["id", "pw", "n"], "properties": {"n": NUMBER}}]
    }
    operation = {"requestBody": {"content": {JSON: {"schema": schema}}}, "responses": answers(schema)}
    emulator, client = serve(tmp_path, document(paths={"/x": {"post": operation}}, components={"schemas": {"A": base}}))
    answer = client.post("/x", json={"pw": "secret", "n": 1})
    assert (answer.status_code, answer.json()) == (200, {"id": 0, "n": 0})
    assert "expected a member pw" in client.post("/x", json={"n": 1}).text
    assert client.post("/x", json={"id": "x", "pw": "secret", "n": 1}).status_code == 400
    assert emulator.breaches == []


SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "machine": {"type": "mutualTLS"},
}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("security", "headers", "status"),
    [
        ([{"basic": []}], basic(f"user:{KEY}"), 204),
        ([{"basic": []}], basic(f"{KEY}:"), 204),
        ([{"basic": []}], basic("user:wrong"), 401),
        ([{"basic": []}], basic(KEY), 401),
        ([{"basic": []}], {"Authorization": "Basic !"}, 401),
        ([{"basic": []}], basic("user:emulator-forbidden"), 403),
        ([{"key": []}, {"bearer": []}], {"X-Key": "wrong", "Authorization": f"Bearer {KEY}"}, 204),
        ([{"key": []}, {"bearer": []}], {"X-Key": "wrong", "Authorization": "Bearer emulator-quota"}, 429),
        ([{"key": []}, {"bearer": []}], {"X-Key": "wrong"}, 401),
        ([{"key": [], "bearer": []}], {"X-Key": KEY}, 401),
        ([{"key": [], "bearer": []}], {"X-Key": "wrong", "Authorization": f"Bearer {KEY}"}, 401),
        ([{"key": []}, {}], {}, 204),
        ([{"machine": []}], {}, 204),
    ],
)
def test_any_alternative_suffices(tmp_path: Path, security: Any, headers: dict[str, str], status: int) -> None:
    _, client = taken(tmp_path, {"security": security}, components={"securitySchemes": SCHEMES})
    assert client.post("/x", headers=headers).status_code == status


def test_documented_refusals(tmp_path: Path) -> None:
    """What the document asks of a 401 is there: the header that it requires, a body of its pattern."""
    error = {"type": "object", "required": ["error"], "properties": {"error": {**TEXT, "pattern": "^E[0-9]{3}$"}}}
    asked = {"WWW-Authenticate": {"required": True, "schema": TEXT}, "X-Left": {"required": True, "schema": NUMBER}}
    refusal = {"401": {"description": "", "headers": asked, "content": {JSON: {"schema": error}}}}
    operation = {"security": [{"bearer": []}], "responses": {**refusal, "204": {"description": ""}}}
    emulator, client = taken(tmp_path, operation, components={"securitySchemes": SCHEMES})
    answer = client.post("/x")
    assert (answer.status_code, answer.json()) == (401, {"error": "E000"})
    assert (answer.headers["www-authenticate"], answer.headers["x-left"]) == ("Bearer", "0")
    assert answer.headers["x-emulator-diagnostic"].startswith("E201")
    assert emulator.breaches == []
