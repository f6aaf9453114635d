"""The journal: what was called, helpers to assert on it, near misses, and no secrets."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from truecopy_emulator import Emulator
from truecopy_emulator.journal import Exchange, log_line

from .conftest import KEY, TLS, get, post

SECRET = "s3cret-of-somebody-who-mistook-the-place"
PATH = "/surveys/7654321/responses"


def test_assertions(emulator: Emulator, qp: httpx.Client) -> None:
    for _ in range(2):
        qp.post(PATH, json={"responseSet": []})
    found = emulator.journal.assert_called("createResponse", times=2)
    assert found[0].answer.status == 200
    emulator.journal.assert_called("createResponse", provider="questionpro", status=200)
    emulator.journal.assert_not_called("getBatch")
    with pytest.raises(AssertionError, match=r"createResponse was called 2 times, expected 3 times"):
        emulator.journal.assert_called("createResponse", times=3)
    with pytest.raises(AssertionError, match=r"createResponse was called 2 times, expected 0 times"):
        emulator.journal.assert_not_called("createResponse")


def test_near_misses_are_in_the_failure(emulator: Emulator, qp: httpx.Client) -> None:
    qp.get("/micropanel/batch/4445556")
    with pytest.raises(AssertionError) as caught:
        emulator.journal.assert_called("getBatch")
    assert "did you mean GET /questionpro/a/api/v2/micropanel/batches/{batchID}" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/micropanel/batches/1", ["GET /questionpro/a/api/v2/micropanel/batches/{batchID}"]),
        ("/questionpro/micropanel/batches/1", ["GET /questionpro/a/api/v2/micropanel/batches/{batchID}"]),
        ("/asavie/batches/1/", ["GET /asavie/v1/batches/{batchid}"]),
        ("/v1/batches", ["POST /asavie/v1/batches"]),
        ("/1", []),
        ("/questionpro", []),
    ],
)
def test_a_path_without_its_mount_or_prefix_is_a_near_miss(path: str, meant: list[str]) -> None:
    emulator = Emulator()
    with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
        assert client.get(f"http://emulator{path}").status_code == 404
    (view,) = emulator.journal.views()
    hint = f"; did you mean {', '.join(meant)}" if meant else ""
    assert view["near_misses"] == ["no such path" + hint]


def test_a_header_under_its_old_name_is_a_near_miss(emulator: Emulator) -> None:
    get(emulator.url("questionpro") + "/micropanel/batches/4445556", headers={"apiKey": KEY})
    (view,) = emulator.journal.views()
    assert "header apikey given, header api-key expected" in view["near_misses"][0]


def test_secrets_are_masked(emulator: Emulator, qp: httpx.Client, sm: httpx.Client) -> None:
    secret = "s3cret-of-mine"
    qp.post(PATH, params={"apiKey": secret}, json={"responseSet": [], "externalReference": secret})
    qp.get(f"/{secret}", headers={"api-key": secret})
    sm.get("/query/batch/x", headers={"Authorization": f"Bearer {secret}"})
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": secret}
    post(emulator.url("asavie") + "/v1/authtoken", data=form)
    form["client_secret"] = KEY
    token = post(emulator.url("asavie") + "/v1/authtoken", data=form).json()["access_token"]
    text = get(f"{emulator.origin}/_emulator/journal").text + str(emulator.journal.views())
    text += "".join(str(exchange) + repr(exchange) for exchange in emulator.journal) + repr(emulator.world.settings)
    assert text.count("***") > 5
    for hidden in (secret, KEY, token):
        assert hidden not in text


def test_user_and_password_of_basic_are_masked() -> None:
    emulator = Emulator()
    with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
        client.get("http://emulator/asavie/some-user/a-password", auth=("some-user", "a-password"))
    assert emulator.journal.views()[0]["request"]["path"] == "/asavie/***/***"


def test_views_are_selected(emulator: Emulator, qp: httpx.Client, sm: httpx.Client) -> None:
    qp.get("/micropanel/batches/4445556")
    qp.get("/micropanel/batches/1")
    sm.get("/query/batch/qrb_3feb5ff5c71e")

    def numbers(**params: str) -> list[int]:
        answer = get(f"{emulator.origin}/_emulator/journal", params=params)
        assert answer.json()["total"] == 3
        return [row["number"] for row in answer.json()["exchanges"]]

    assert numbers() == [1, 2, 3]
    assert numbers(after="1", newest_first="true") == [3, 2]
    assert numbers(provider="questionpro", status="404") == [2]
    assert numbers(operation="getBatch", limit="1") == [1]


def test_an_exchange_says_what_and_why(emulator: Emulator, qp: httpx.Client) -> None:
    qp.post(PATH, json={"responseSet": 1}, headers={"X-Emulator-Fault": "delay=0"})
    (view,) = emulator.journal.views()
    assert (view["provider"], view["operation"]) == ("questionpro", "createResponse")
    assert view["request"]["body"] == '{"responseSet":1}'
    assert view["answer"]["status"] == 400
    assert view["diagnostic"].startswith("E304 /responseSet: expected array, got 1; rule questionpro.yaml#/components")
    assert view["fault"] == "delay=0.0"
    assert view["milliseconds"] > 0


def test_a_credential_where_an_id_belongs_is_masked(emulator: Emulator, sm: httpx.Client) -> None:
    assert sm.get(f"/query/batch/{KEY}").status_code == 404
    assert KEY not in str(emulator.journal.views())
    with pytest.raises(AssertionError, match="no batch") as caught:
        emulator.journal.assert_called("createBatch")
    assert KEY not in str(caught.value)


def test_it_forgets_the_oldest() -> None:
    emulator = Emulator(journal_size=3)
    with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
        for number in range(5):
            client.get(f"http://emulator/questionpro/a/api/v2/micropanel/batches/{number}", headers={"api-key": KEY})
    assert [exchange.number for exchange in emulator.journal] == [3, 4, 5]
    assert emulator.journal.total == 5


def test_a_shared_journal_keeps_as_many_and_begins_anew_with_another_state(tmp_path: Path) -> None:
    for size in (0, 3):
        emulator = Emulator(state=tmp_path / f"{size}.db", journal_size=size, shared_journal=True)
        with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
            for number in range(5):
                client.get(f"http://emulator/{number}")
            assert [exchange.number for exchange in emulator.journal] == [1, 2, 3, 4, 5][5 - size :]
            assert emulator.journal.total == 5
            emulator.load(emulator.dump())
            assert (list(emulator.journal), emulator.journal.total) == ([], 0)
            client.get("http://emulator/")
            assert emulator.journal.total == 1
        emulator.world.store.close()


def test_large_exchanges_push_older_ones_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truecopy_emulator.journal.BYTES", 250_000)
    emulator = Emulator()
    with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
        url = "http://emulator/questionpro/a/api/v2" + PATH
        for _ in range(5):
            client.post(url, headers={"api-key": "wrong"}, content=b"x" * 100_000)
        assert [exchange.number for exchange in emulator.journal] == [4, 5]
        client.get(url, headers={"api-key": KEY, "x-large": "y" * 240_000})
        assert [exchange.number for exchange in emulator.journal] == [6]
        client.get(url, headers={"api-key": KEY, "x" * 240_000: "y"})
        assert [exchange.number for exchange in emulator.journal] == [7]
        client.post(url, headers={"api-key": "wrong"}, content=b"x" * 300_000)
    assert (len(emulator.journal), emulator.journal.total) == (0, 8)


def test_an_operation_that_does_not_exist_is_no_assertion(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="no operation 'creatResponse'; did you mean createResponse"):
        emulator.journal.assert_not_called("creatResponse")


@pytest.mark.parametrize(
    ("query", "headers", "body"),
    [
        ("", {"api_key": SECRET}, ""),
        ("", {"x-apikey": SECRET}, ""),
        ("", {"token": SECRET}, ""),
        ("", {"cookie": f"session={SECRET}"}, ""),
        (f"api%4Bey={SECRET}", {}, ""),
        (f"a=b&key={SECRET}", {}, ""),
        (f"accessKey={SECRET}", {}, ""),
        ("apiKey=" + "".join(f"%{ord(letter):02x}" for letter in SECRET), {}, ""),
        ("", {"content-type": "application/x-www-form-urlencoded"}, f"client%5Fsecret={SECRET}"),
        ("", {"content-type": "application/xml"}, f"<t><client_secret>{SECRET}</client_secret></t>"),
        ("", {"content-type": "application/json"}, f'{{"responseSet": [], "password": "{SECRET}"}}'),
    ],
)
def test_misplaced_secrets_are_masked(
    emulator: Emulator, query: str, headers: dict[str, str], body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.engine.log = log_line
    try:
        post(f"{emulator.url('questionpro')}{PATH}?{query}", headers=headers, content=body.encode())
        post(f"{emulator.url('questionpro')}{PATH}?{query}", headers={**headers, "api-key": KEY}, content=body.encode())
    finally:
        emulator.engine.log = None
    shown = f"{emulator.journal.views()}{list(emulator.journal)}{capsys.readouterr().err}"
    assert "***" in shown
    assert SECRET not in unquote(shown)
    assert SECRET[:30] not in unquote(shown)


def test_what_a_document_calls_a_credential_is_masked(tmp_path: Path) -> None:
    schemes = {
        "a": {"type": "apiKey", "in": "header", "name": "X-Pass"},
        "b": {"type": "apiKey", "in": "query", "name": "who"},
    }
    path = tmp_path / "mine.json"
    operation = {"operationId": "look", "security": [{"a": []}, {"b": []}], "responses": {"204": {"description": ""}}}
    info = {"title": "Mine", "version": "1"}
    path.write_text(
        json.dumps(
            {"openapi": "3.1.0", "info": info, "paths": {"/x": {"get": operation}}}
            | {"components": {"securitySchemes": schemes}}
        )
    )
    emulator = Emulator(specs={"/mine": path})
    with httpx.Client(verify=TLS, transport=emulator.transport()) as client:
        client.get("http://emulator/mine/x", headers={"X-Pass": SECRET})
        client.get("http://emulator/mine/x", params={"who": SECRET})
        assert client.get("http://emulator/mine/x", params={"who": KEY, "other": KEY}).status_code == 204
    shown = str(emulator.journal.views())
    assert SECRET not in shown
    assert KEY not in shown


def test_a_log_that_nobody_reads_any_more_keeps_nothing_from_being_answered(
    emulator: Emulator, qp: httpx.Client
) -> None:
    def gone(exchange: Exchange) -> None:
        raise BrokenPipeError

    emulator.engine.log = gone
    assert qp.post(PATH, json={"responseSet": []}).status_code == 200
    assert emulator.engine.log is None
