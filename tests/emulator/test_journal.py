"""The journal: what was called, helpers to assert on it, near misses, and no secrets."""

from __future__ import annotations

import httpx
import pytest
from truecopy_emulator import Emulator

from .conftest import KEY, TLS, get, post

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
