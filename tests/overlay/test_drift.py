"""An answer that is not what the spec promises: named exactly, or read as far as it goes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from truecopy import errors
from truecopy.drift import Drift
from truecopy.errors import ResponseMismatchWarning

from .conftest import KEY, Player
from .samples import ASAVIE_BATCH, BATCH, QUERY_BATCH
from .server import Server, answer
from .test_errors import CALLS, assert_no_secret
from .test_faults import get

ABSENT: Any = object()
ANSWER: dict[str, Any] = {
    "responseID": 1,
    "surveyID": 2,
    "surveyName": "n",
    "ipAddress": "10.0.0.1",
    "timestamp": "t",
    "duplicate": False,
    "location": {"countryCode": "", "latitude": 1.5, "region": "", "radius": 0, "longitude": 2},
    "timeTaken": 1,
    "responseStatus": "s",
    "externalReference": "",
    "customVariables": {},
    "language": "",
    "currentInset": "",
    "operatingSystem": "",
    "osDeviceType": "",
    "browser": "",
    "responseSet": [
        {
            "questionDescription": "",
            "questionID": 1,
            "questionCode": "",
            "questionText": "",
            "answerValues": [
                {
                    "answerID": 1,
                    "answerText": "",
                    "value": {
                        "result": "",
                        "other": "",
                        "fileLink": "",
                        "scale": "",
                        "dynamicExplodeText": "",
                        "weight": 1,
                        "text": "",
                    },
                }
            ],
        }
    ],
}


def changed(body: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    body = copy.deepcopy(body)
    *path, name = pointer.split("/")[1:]
    at: Any = body
    for part in path:
        at = at[int(part)] if isinstance(at, list) else at[part]
    if value is ABSENT:
        del at[name]
    elif isinstance(at, list):
        at[int(name)] = value
    else:
        at[name] = value
    return body


def response(client: Any) -> Any:
    return client.responses.get_response(2, 1)


BROKEN: list[tuple[str, dict[str, Any], str, Any, str, str]] = [
    ("micropanel.get_batch", BATCH, "/response/id", ABSENT, "a required member", "nothing"),
    ("micropanel.get_batch", BATCH, "/requestID", ABSENT, "a required member", "nothing"),
    ("micropanel.get_batch", BATCH, "/response", None, "object", "null"),
    ("micropanel.get_batch", BATCH, "/response", [1], "object", "array"),
    ("micropanel.get_batch", BATCH, "/response", BATCH, "a required member", "nothing"),
    ("micropanel.get_batch", BATCH, "/response/surveyID", "7654321", "integer", "string"),
    ("micropanel.get_batch", BATCH, "/response/surveyID", 1.5, "integer", "number"),
    ("micropanel.get_batch", BATCH, "/response/surveyID", True, "integer", "boolean"),
    ("micropanel.get_batch", BATCH, "/response/status", None, "string", "null"),
    ("query.get_batch", QUERY_BATCH, "/data", ABSENT, "QueryBatch", "null"),
    ("query.get_batch", QUERY_BATCH, "/data", None, "object", "null"),
    ("query.get_batch", QUERY_BATCH, "/data/schedule_time", "yesterday", "date-time", "a string that is none"),
    ("query.get_batch", QUERY_BATCH, "/data/start_time", "05 Oct, 2020", "date-time", "a string that is none"),
    ("query.get_batch", QUERY_BATCH, "/data/links", [], "object", "array"),
    ("batches.get_batch", ASAVIE_BATCH, "/Data", None, "Batch", "null"),
    ("batches.get_batch", ASAVIE_BATCH, "/Data", [], "object or null", "array"),
    ("batches.get_batch", ASAVIE_BATCH, "/Meta", "text", "object or '' or null", "string"),
    ("batches.get_batch", ASAVIE_BATCH, "/Data/Parameters", {"a": 5}, "string", "integer"),
    ("responses.get_response", {"response": ANSWER}, "/response/location", None, "object", "null"),
    ("responses.get_response", {"response": ANSWER}, "/response/responseSet", {}, "array", "object"),
    ("responses.get_response", {"response": ANSWER}, "/response/responseSet/0", "x", "object", "string"),
    (
        "responses.get_response",
        {"response": ANSWER},
        "/response/responseSet/0/answerValues/0/value/weight",
        "1",
        "number",
        "string",
    ),
    (
        "responses.get_response",
        {"response": ANSWER},
        "/response/responseSet/0/answerValues/0/value/text",
        ABSENT,
        "a required member",
        "nothing",
    ),
]
PROVIDERS = {"micropanel": "QuestionPro", "responses": "QuestionPro", "query": "Supermetrics", "batches": "Asavie"}
UNREADABLE = {"/response", "/data", "/Data"}
"""Without a payload there is nothing to return, warnings or not."""


def test_what_breaks_the_spec_is_named_and_read_as_far_as_it_goes(play: Player) -> None:
    """Trap 5 and trap 6."""
    for name, provider in (("responses", "QuestionPro"), ("query", "Supermetrics"), ("batches", "Asavie")):
        cases = [case for case in BROKEN if PROVIDERS[case[0].split(".")[0]] == provider]
        call = {**CALLS, "responses": response}

        def scenario(
            client: Any, cases: Any = cases, call: Any = call, provider: str = provider, name: str = name
        ) -> Any:
            for operation, _, pointer, value, expected, got in cases:
                method = response if operation.startswith("responses") else call[provider]
                with pytest.raises(errors.ResponseMismatchError) as raised:
                    yield method(client)
                error = raised.value
                assert (error.operation, error.http_status, error.attempts) == (operation, 200, 1)
                assert pointer == "/data" or (error.expected, error.got) == (expected, got), error
                assert str(error.pointer).startswith(pointer)
                assert_no_secret(error)
                lenient = client.with_options(on_mismatch="warn")
                if pointer in UNREADABLE and not isinstance(value, dict):
                    with pytest.raises(errors.ResponseMismatchError):
                        yield method(lenient)
                    continue
                with pytest.warns(ResponseMismatchWarning):
                    result = yield method(lenient)
                assert result.to_dict() is not None
            assert len(client.drift) > 0

        answers = [answer(changed(body, pointer, value)) for _, body, pointer, value, _, _ in cases for _ in range(2)]
        with Server(*answers) as server:
            play(provider, scenario, base_url=server.url)


def test_nothing_readable_is_an_error_even_if_warnings_would_do(play: Player) -> None:
    def scenario(client: Any) -> Any:
        for _ in bodies:
            with pytest.raises(errors.ResponseMismatchError):
                yield get(client)

    bodies: list[Any] = [[], "x", 5, None, {}, {"response": "x"}]
    with Server(*map(answer, bodies)) as server:
        play("QuestionPro", scenario, base_url=server.url, on_mismatch="warn")


def test_what_is_unknown_is_collected_and_never_fails(play: Player) -> None:
    body = changed(QUERY_BATCH, "/data/status_code", "PAUSED")
    body = changed(body, "/data/new_member", {"secret": KEY})
    body = changed(body, "/another", [1])

    def scenario(client: Any) -> Any:
        for _ in range(3):
            batch = yield client.with_options(retries=0).query.get_batch("x")
        assert batch.status_code == "PAUSED"
        assert batch.status_code.value == "PAUSED"
        assert batch["new_member"] == {"secret": KEY}
        assert batch.to_dict() == body["data"]
        assert pickle.loads(pickle.dumps(batch)) == batch
        assert copy.deepcopy(batch).to_dict() == body["data"]
        seen = {record.pointer: record for record in client.drift}
        assert seen.keys() == {"/data/status_code", "/data/new_member", "/another"}
        assert {record.count for record in seen.values()} == {3}
        assert {record.kind for record in seen.values()} <= {"drift", "new"}
        assert {record.operation for record in seen.values()} == {"query.get_batch"}
        assert seen["/data/status_code"].expected == "one of QUEUED, RUNNING, STOPPED"
        assert KEY not in repr(seen)
        client.drift.clear()
        assert len(client.drift) == 0

    with Server(answer(body)) as server:
        play("Supermetrics", scenario, base_url=server.url)


def test_observed_oddities_are_read(play: Player) -> None:
    for change in [
        ("/Meta", ""),
        ("/Meta", None),
        ("/Meta", {"a": "b"}),
        ("/StatusUrl", "/x"),
        ("/Data/Parameters", None),
        ("/Code", 202),
    ]:
        with Server(answer(changed(ASAVIE_BATCH, *change))) as server:
            assert play("Asavie", CALLS["Asavie"], base_url=server.url).id == "batch-0001"


def test_drift_is_bounded_and_starts_anew_when_pickled() -> None:
    from truecopy.schema import Finding

    drift = Drift()
    drift.record("o", [Finding("drift", f"/a/x{number}", "", "") for number in range(3000)])
    drift.record("o", [Finding("drift", f"/list/{number}/b", "", "") for number in range(3000)])
    assert len(drift) == 1000
    again = pickle.loads(pickle.dumps(drift))
    again.record("o", [Finding("drift", "/list/7/b/8", "", "")])
    assert [record.pointer for record in again] == ["/list/*/b/*"]


def test_drift_can_be_looked_at() -> None:
    from truecopy.schema import Finding

    drift = Drift()
    assert repr(drift) == "Drift([])"
    drift.record("query.get_batch", [Finding("new", "/data/colour", "no such member", "string")])
    assert "operation='query.get_batch', kind='new', pointer='/data/colour'" in repr(drift)


def test_an_answer_that_is_nested_too_deeply_is_refused(play: Player) -> None:
    deep = b'{"requestID": "r", "new": ' + b"[" * 600 + b"]" * 600 + b', "response": ' + b'{"id": 1}' + b"}"
    with Server(answer(deep)) as server, pytest.raises(errors.ResponseMismatchError, match="recursion limit"):
        play("QuestionPro", get, base_url=server.url)


def test_texts_that_were_cut_inside_a_character_are_read(play: Player) -> None:
    body = changed(changed(BATCH, "/response/status", "cut \ud83d"), "/response/new", "\ud83d")
    with Server(answer(body)) as server:
        assert play("QuestionPro", get, base_url=server.url).status == "cut \ud83d"


def test_a_command_that_was_accepted_leads_to_its_status(play: Player) -> None:
    """HTTP 200 or 202, Code 202, no Data yet, and a relative StatusUrl."""
    from asavie_api.models import Batch

    accepted = {**ASAVIE_BATCH, "Code": 202, "Data": None, "StatusUrl": "v1/batches/batch-0001"}

    def scenario(client: Any) -> Any:
        for _ in range(2):
            raw = yield client.with_raw_response.batches.create_batch(body=Batch(name="Opening"))
            assert raw.data is None
            status = yield client.fetch(raw.envelope["StatusUrl"])
            assert status["Data"]["ID"] == "batch-0001"
        with pytest.raises(errors.ResponseMismatchError, match="with_raw_response"):
            yield client.batches.create_batch(body=Batch(name="Opening"))

    with Server(
        *[answer(accepted), answer(ASAVIE_BATCH), answer(accepted, 202), answer(ASAVIE_BATCH)], answer(accepted)
    ) as server:
        play("Asavie", scenario, base_url=server.url)
    assert [r.target for r in server.requests] == ["/v1/batches", "/v1/batches/batch-0001"] * 2 + ["/v1/batches"]
