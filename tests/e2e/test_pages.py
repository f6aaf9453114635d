"""From the pages to the clients over real sockets: what the pages print is sent to the emulator as they print it, and
the emulator's answers are held against the schemas that the pages print, not against our specs.
"""

from __future__ import annotations

import copy
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml
from asavie_api.models import Batch
from questionpro_api.models import MicropanelBatch, SurveyResponse, SurveyResponseCreate
from supermetrics_api.models import QueryBatch
from truecopy import Asavie, AsyncQuestionPro, QuestionPro, Supermetrics, errors
from truecopy_emulator import Emulator
from truecopy_tools.generate import ROOT

BATCH, RESPONSE, ASAVIE, QUERY = (
    yaml.safe_load((ROOT / "specs" / "facts" / f"{name}.yaml").read_text())
    for name in ("000_818c67a31e2b1ad0", "002_8de0d12a7b8e28d6", "001_d5e12270ff74099e", "003_0e073c0b19ed378a")
)


def printed_schema(facts: dict[str, Any], at: str) -> jsonschema_rs.Draft6Validator:
    """The draft-06 schema that a page prints, with the recorded deviation that what was null may be a string."""
    (schema,) = (each["schema"] for each in facts["schema"] if each["at"] == at)
    schema = copy.deepcopy(schema)

    def loosen(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "null":
                node["type"] = ["null", "string"]
            for value in node.values():
                loosen(value)
        elif isinstance(node, list):
            for value in node:
                loosen(value)

    loosen(schema)
    schema["$schema"] = schema["$schema"].strip()
    return jsonschema_rs.Draft6Validator(schema, validate_formats=True)


def samples(facts: dict[str, Any], at: str) -> list[Any]:
    """The samples that a page prints, repaired where they are not JSON."""
    return [each.get("value", each.get("repaired")) for each in facts["sample"] if each["at"] == at]


@pytest.mark.parametrize(
    ("status", "path", "key", "fault"),
    [
        (200, "/micropanel/batches/4445556", "emulator-key", ""),
        (400, "/micropanel/batches/abc", "emulator-key", ""),
        (401, "/micropanel/batches/4445556", "another", ""),
        (403, "/micropanel/batches/4445556", "emulator-key", "status=403"),
        (404, "/micropanel/batches/1", "emulator-key", ""),
        (500, "/micropanel/batches/4445556", "emulator-key", "status=500"),
    ],
)
def test_batch_answers_keep_to_the_printed_schemas(
    emulator: Emulator, status: int, path: str, key: str, fault: str
) -> None:
    headers = {"api-key": key, **({"x-emulator-fault": fault} if fault else {})}
    answer = httpx.get(emulator.url("questionpro") + path, headers=headers)
    assert answer.status_code == status
    printed_schema(BATCH, f"response {status}").validate(answer.json())
    if status >= 400:
        (told,) = (each for each in BATCH["error"] if each["at"] == f"response {status}")
        error = answer.json()["response"]["error"]
        assert (error["id"], error["name"], error["httpStatusCode"]) == (told["id"], told["name"], status)


def test_the_batch_sample_is_answered(emulator: Emulator) -> None:
    (sample,) = samples(BATCH, "response 200")
    answer = httpx.get(emulator.url("questionpro") + "/micropanel/batches/4445556", headers={"api-key": "emulator-key"})
    assert answer.json()["response"] == sample["response"]


def test_the_batch_page_code_samples(emulator: Emulator) -> None:
    url = emulator.url("questionpro") + "/micropanel/batches/4445556"
    assert httpx.get(url, headers={"api-key": "emulator-key"}).status_code == 200, "cURL"
    refused = httpx.request("GET", url, headers={"apiKey": "emulator-key"})
    assert refused.status_code == 401, "Python and PHP"
    assert "api-key" in refused.headers["x-emulator-diagnostic"]


@pytest.mark.parametrize("number", range(len(samples(RESPONSE, "request"))))
@pytest.mark.parametrize("where", ["header", "query"])
def test_every_payload_of_the_response_page_is_stored(emulator: Emulator, number: int, where: str) -> None:
    payload = samples(RESPONSE, "request")[number]
    answer = httpx.post(
        emulator.url("questionpro") + "/surveys/7654321/responses",
        params={"apiKey": "emulator-key"} if where == "query" else None,
        headers={"api-key": "emulator-key"} if where == "header" else None,
        json=payload,
    )
    assert answer.status_code == 200, answer.text
    printed_schema(RESPONSE, "response 200").validate(answer.json())
    stored = answer.json()["response"]
    assert (stored["surveyID"], stored["surveyName"]) == (7654321, "Test Survey")
    sent = {question["questionID"] for question in payload["responseSet"]}
    assert {question["questionID"] for question in stored["responseSet"]} == sent
    again = httpx.get(
        f"{emulator.url('questionpro')}/surveys/7654321/responses/{stored['responseID']}",
        headers={"api-key": "emulator-key"},
    )
    assert again.json()["response"] == stored


def test_the_response_page_has_both_payloads() -> None:
    assert len(samples(RESPONSE, "request")) >= 2


def test_unauthorized_of_supermetrics_keeps_to_the_printed_bounds(emulator: Emulator) -> None:
    answer = httpx.get(emulator.url("supermetrics") + "/query/batch/qrb_3feb5ff5c71e")
    assert answer.status_code == 401
    (problem,) = ({f["pointer"][1:]: f for f in QUERY["field"] if f["at"] == "response 401" and f["pointer"]},)
    assert problem.keys() >= {"type", "title", "status", "detail", "instance"}
    body = answer.json()
    bounds = ("maxLength", "pattern", "minimum", "maximum", "enum", "format")
    for name, fact in problem.items():
        schema = {"type": fact["type"], **{key: fact[key] for key in bounds if key in fact}}
        jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(body[name])
    for fact in QUERY["header"]:
        text = answer.headers[fact["name"]]
        schema = {"type": fact["type"], **{key: fact[key] for key in bounds if key in fact}}
        jsonschema_rs.validate(schema, int(text) if fact["type"] == "integer" else text)


def test_missing_supermetrics_batch_has_no_body(emulator: Emulator) -> None:
    headers = {"authorization": "Bearer emulator-key"}
    answer = httpx.get(emulator.url("supermetrics") + "/query/batch/none", headers=headers)
    assert (answer.status_code, answer.content) == (404, b"")


def test_asavie_answers_have_the_printed_members(emulator: Emulator) -> None:
    headers = {"authorization": "Bearer emulator-key"}
    answer = httpx.get(emulator.url("asavie") + "/v1/batches/batch-0001", headers=headers)
    for sample in samples(ASAVIE, "response 200"):
        if isinstance(sample, dict) and "Success" in sample:
            assert answer.json().keys() == sample.keys()
            assert answer.json()["Data"].keys() == sample["Data"].keys()


def test_the_typed_clients_read_what_the_pages_describe(
    questionpro: QuestionPro, supermetrics: Supermetrics, asavie: Asavie
) -> None:
    batch = questionpro.micropanel.get_batch(4445556)
    assert isinstance(batch, MicropanelBatch)
    assert (batch.status, batch.creation_timestamp) == ("Delivery Successful", "2023-05-17T11:03:21.000+00:00")
    for payload in samples(RESPONSE, "request"):
        stored = questionpro.responses.create_response(7654321, body=SurveyResponseCreate.from_dict(payload))
        assert isinstance(stored, SurveyResponse)
        assert stored.survey_name == "Test Survey"
    query = supermetrics.query.get_batch("qrb_3feb5ff5c71e")
    assert isinstance(query, QueryBatch)
    assert query.batch_id == "qrb_3feb5ff5c71e"
    network = asavie.batches.get_batch("batch-0001")
    assert isinstance(network, Batch)
    assert network.id == "batch-0001"


def test_one_error_model(questionpro: QuestionPro, supermetrics: Supermetrics, asavie: Asavie) -> None:
    for call, code in (
        (lambda: questionpro.micropanel.get_batch(1), "1040"),
        (lambda: supermetrics.query.get_batch("none"), None),
        (lambda: asavie.batches.get_batch("none"), ...),
    ):
        with pytest.raises(errors.NotFoundError) as caught:
            call()
        assert caught.value.status == 404
        assert caught.value.title
        assert caught.value.operation
        assert code in (caught.value.code, ...)


async def _read(emulator: Emulator) -> MicropanelBatch:
    async with AsyncQuestionPro(emulator.credential, base_url=emulator.url("questionpro")) as client:
        return await client.micropanel.get_batch(4445556)


def test_the_asynchronous_client(emulator: Emulator) -> None:
    import asyncio

    assert asyncio.run(_read(emulator)).id == 4445556


def test_the_legacy_key_is_sent_in_the_query_where_the_spec_has_it(emulator: Emulator) -> None:
    (payload, *_) = samples(RESPONSE, "request")
    seen: list[tuple[str, bool]] = []

    class Looking(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append((request.url.params.get("apiKey", ""), "api-key" in request.headers))
            return super().handle_request(request)

    with (
        Looking() as carrier,
        QuestionPro(
            emulator.credential, base_url=emulator.url("questionpro"), scheme="apiKeyQuery", http_client=carrier
        ) as client,
    ):
        client.responses.create_response(7654321, body=SurveyResponseCreate.from_dict(payload))
        client.micropanel.get_batch(4445556)
    assert seen == [("emulator-key", False), ("", True)]
