"""QuestionPro as its pages describe it, checked with the schemas that the pages print, not with our spec."""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema_rs
import pytest

from .conftest import KEY, page

MINIMAL = {
    "responseSet": [
        {"questionID": 12345678, "answerValues": [{"answerID": 123456789}]},
        {"questionID": 12345679, "answerValues": [{"answerID": 100000001, "value": {"text": "FirstName"}}]},
    ]
}


def valid(name: str, value: Any) -> None:
    schema = page(name) | {"$schema": "http://json-schema.org/draft-06/schema#"}
    jsonschema_rs.Draft6Validator(schema, validate_formats=True).validate(value)


def error(response: httpx.Response) -> dict[str, Any]:
    valid("questionpro.error.json", response.json())
    found: dict[str, Any] = response.json()["response"]["error"]
    assert found["httpStatusCode"] == response.status_code
    return found


def test_the_seeded_batch_is_the_pages_sample(qp: httpx.Client) -> None:
    answer = qp.get("/micropanel/batches/4445556")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    valid("getBatch.200.json", answer.json())
    assert answer.json()["response"] == {
        "surveyID": 11122233,
        "senderUserID": 1234567,
        "status": "Delivery Successful",
        "creationTimestamp": "2023-05-17T11:03:21.000+00:00",
        "id": 4445556,
    }


@pytest.mark.parametrize("body", [MINIMAL, page("createResponse.full.json")], ids=["minimal", "full"])
def test_a_response_is_stored_and_filled_in(qp: httpx.Client, body: dict[str, Any]) -> None:
    answer = qp.post("/surveys/7654321/responses", json=body)
    assert answer.status_code == 200
    valid("createResponse.200.json", answer.json())
    stored = answer.json()["response"]
    assert stored["surveyID"] == 7654321
    assert stored["surveyName"] == "Test Survey"
    assert {key: value for key, value in stored.items() if key in body and key != "responseSet"} == {
        key: value for key, value in body.items() if key != "responseSet"
    }
    assert stored["responseSet"][1]["answerValues"][0]["value"]["text"] == "FirstName"
    again = qp.get(f"/surveys/7654321/responses/{stored['responseID']}")
    assert again.json() == answer.json()


def test_the_full_payload_comes_back_as_it_was_sent(qp: httpx.Client) -> None:
    body = page("createResponse.full.json")
    stored = qp.post("/surveys/7654321/responses", json=body).json()["response"]
    assert stored == {**body, "responseID": stored["responseID"], "surveyID": 7654321, "surveyName": "Test Survey"}


def test_responses_are_numbered(qp: httpx.Client) -> None:
    numbers = [qp.post("/surveys/7654321/responses", json=MINIMAL).json()["response"]["responseID"] for _ in range(3)]
    assert numbers == [12345679, 12345680, 12345681]


def test_pages_of_responses(qp: httpx.Client) -> None:
    for _ in range(4):
        qp.post("/surveys/7654321/responses", json=MINIMAL)
    first = qp.get("/surveys/7654321/responses", params={"perPage": 2}).json()
    assert first["pagination"] | {"links": None} == {
        "perPage": 2,
        "totalItems": 5,
        "currentPage": 1,
        "totalPages": 3,
        "links": None,
    }
    seen = [item["responseID"] for item in first["response"]]
    following = first["pagination"]["links"]["next"]
    while following:
        answer = qp.get(following).json()
        seen += [item["responseID"] for item in answer["response"]]
        following = answer["pagination"]["links"]["next"]
    assert seen == [12345678, 12345679, 12345680, 12345681, 12345682]
    assert qp.get("/surveys/7654321/responses", params={"page": 9}).json()["response"] == []


def test_filters(qp: httpx.Client) -> None:
    qp.post("/surveys/7654321/responses", json={**MINIMAL, "responseStatus": "Terminated"})
    qp.post("/surveys/7654321/responses", json={**MINIMAL, "customVariables": {"custom1": "blue"}})

    def found(**body: Any) -> list[int]:
        answer = qp.post("/surveys/7654321/responses/filter", json=body)
        assert answer.status_code == 200
        return [item["responseID"] for item in answer.json()["response"]]

    assert found(resultMode=0) == [12345678, 12345679, 12345680]
    assert found(resultMode=3) == [12345679]
    assert found(custom1="blue") == [12345680]
    assert found(startDate="2020-01-01T00:00:00", endDate="2021-01-01T00:00:00") == [12345678]


def test_a_batch_moves_through_its_states(qp: httpx.Client) -> None:
    body = {"compose": {"surveyID": 7654321}, "recipients": {"filterType": 2, "emailAddress": "m@example.com"}}
    created = qp.post("/micropanel/batches", json=body).json()["response"]
    path = f"/micropanel/batches/{created['id']}"
    statuses = [created["status"]] + [qp.get(path).json()["response"]["status"] for _ in range(3)]
    assert statuses == ["Delivery Scheduled", "Delivery In Progress", "Delivery Successful", "Delivery Successful"]


@pytest.mark.parametrize("recipients", [{"filterType": 2}, {"filterType": 4}, {"filterType": 1, "existingFilterID": 3}])
def test_recipients_must_fit_their_filter(qp: httpx.Client, recipients: dict[str, Any]) -> None:
    answer = qp.post("/micropanel/batches", json={"compose": {"surveyID": 7654321}, "recipients": recipients})
    assert answer.status_code == 400
    assert error(answer)["id"] == "1002"


def test_the_four_hundreds(qp: httpx.Client) -> None:
    responses = "/surveys/7654321/responses"
    assert error(qp.get("/micropanel/batches/abc"))["id"] == "1000"
    assert error(qp.get(responses, params={"page": "0"}))["id"] == "1003"
    assert error(qp.post(responses, content=b"{", headers={"content-type": "application/json"}))["id"] == "1001"
    assert error(qp.post(responses, json={"responseSet": 1}))["id"] == "1002"
    message = error(qp.post(responses, json={"responseSet": 1}))["message"]
    assert "/responseSet: expected array, got 1" in message
    assert "questionpro.yaml#/components/schemas/SurveyResponseCreate/properties/responseSet/type" in message


def test_a_wrong_key_gets_the_documented_401(qp: httpx.Client) -> None:
    answer = qp.get("/micropanel/batches/4445556", headers={"api-key": "wrong"})
    assert answer.status_code == 401
    found = error(answer)
    assert (found["id"], found["name"], found["message"]) == ("1010", "UNAUTHORIZED", "Incorrect API Key")


def test_the_old_header_is_refused_with_a_hint(qp: httpx.Client) -> None:
    del qp.headers["api-key"]
    answer = qp.get("/micropanel/batches/4445556", headers={"apiKey": KEY})
    assert answer.status_code == 401
    assert "header api-key expected" in answer.headers["x-emulator-diagnostic"]


def test_the_key_in_the_query_is_for_creating_responses_only(qp: httpx.Client) -> None:
    del qp.headers["api-key"]
    assert qp.post("/surveys/7654321/responses", params={"apiKey": KEY}, json=MINIMAL).status_code == 200
    assert qp.post("/surveys/7654321/responses", params={"apiKey": "no"}, json=MINIMAL).status_code == 401
    assert qp.get("/surveys/7654321/responses", params={"apiKey": KEY}).status_code == 401


def test_what_is_not_there(qp: httpx.Client) -> None:
    for path in ("/micropanel/batches/1", "/surveys/1/responses", "/surveys/7654321/responses/1", "/nowhere"):
        answer = qp.get(path)
        assert answer.status_code == 404, path
        assert error(answer)["id"] == "1040"


def test_methods_media_types_and_sizes(qp: httpx.Client) -> None:
    answer = qp.put("/micropanel/batches/4445556")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    error(answer)
    answer = qp.post("/surveys/7654321/responses", content=b"a=b", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    error(answer)
    answer = qp.post(
        "/surveys/7654321/responses",
        content=b" " * ((1 << 20) + 1),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413
    error(answer)


def test_forbidden_and_used_up(qp: httpx.Client) -> None:
    answer = qp.get("/micropanel/batches/4445556", headers={"api-key": "emulator-forbidden"})
    assert (answer.status_code, error(answer)["id"]) == (403, "1013")
    answer = qp.get("/micropanel/batches/4445556", headers={"api-key": "emulator-quota"})
    assert (answer.status_code, error(answer)["id"], error(answer)["name"]) == (429, "1013", "")
