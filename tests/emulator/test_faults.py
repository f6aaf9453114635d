"""Faults over real sockets, as any HTTP client sees them, and the same through the transport without sockets."""

from __future__ import annotations

import asyncio
import email.utils
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from truecopy_emulator import Emulator, FaultError

from .conftest import KEY, TLS

BATCH = "/micropanel/batches/4445556"


@pytest.fixture(params=["socket", "transport"])
def client(request: pytest.FixtureRequest, emulator: Emulator) -> Iterator[httpx.Client]:
    """QuestionPro over a socket and without one."""
    transport = emulator.transport() if request.param == "transport" else None
    headers = {"api-key": KEY}
    with httpx.Client(verify=TLS, base_url=emulator.url("questionpro"), headers=headers, transport=transport) as found:
        yield found


def get(client: httpx.Client, fault: str, **options: Any) -> httpx.Response:
    return client.get(BATCH, headers={"X-Emulator-Fault": fault}, **options)


def test_a_status_has_the_providers_body(client: httpx.Client) -> None:
    answer = get(client, "status=503;retry-after=2")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["response"]["error"]["httpStatusCode"] == 503
    assert answer.headers["x-emulator-diagnostic"].startswith("E601")


def test_forms_of_retry_after(client: httpx.Client) -> None:
    moment = email.utils.parsedate_to_datetime(get(client, "status=429;retry-after=date:60").headers["retry-after"])
    assert 55 < moment.timestamp() - time.time() < 61
    assert get(client, "status=429;retry-after=ms:200").headers["retry-after-ms"] == "200"
    assert get(client, "status=429;retry-after=soon").headers["retry-after"] == "soon"
    assert "retry-after" not in get(client, "quota").headers


def test_bodies_that_lie(client: httpx.Client) -> None:
    page = get(client, "html=502")
    assert (page.status_code, page.headers["content-type"][:9]) == (502, "text/html")
    assert b"<html" in page.content
    empty = get(client, "empty")
    assert (empty.status_code, empty.content) == (200, b"")
    with pytest.raises(json.JSONDecodeError):
        get(client, "invalid-json").json()
    assert get(client, "content-type=text/html").headers["content-type"] == "text/html"
    assert get(client, "expired").status_code == 401


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse", httpx.ReadError),
        ("reset=before", httpx.ReadError),
        ("reset=body", (httpx.ReadError, httpx.RemoteProtocolError)),
        ("truncate=0.5", httpx.RemoteProtocolError),
        ("garbage", httpx.RemoteProtocolError),
    ],
)
def test_connections_that_break(client: httpx.Client, fault: str, error: Any) -> None:
    with pytest.raises(error):
        get(client, fault)
    assert client.get(BATCH).status_code == 200


def test_a_reset_is_a_reset(emulator: Emulator) -> None:
    """Seen by a bare socket: ECONNRESET, not an orderly end."""
    url = urlsplit(emulator.url("questionpro") + BATCH)
    assert url.hostname
    for fault in ("refuse", "reset=before"):
        with socket.create_connection((url.hostname, url.port or 80)) as connection:
            request = f"GET {url.path} HTTP/1.1\r\nHost: x\r\napi-key: {KEY}\r\nX-Emulator-Fault: {fault}\r\n\r\n"
            connection.sendall(request.encode())
            with pytest.raises(ConnectionResetError):
                connection.recv(100)


def test_a_truncated_body_is_half_there(emulator: Emulator) -> None:
    url = urlsplit(emulator.url("questionpro") + BATCH)
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    connection.request("GET", url.path, headers={"api-key": KEY, "X-Emulator-Fault": "truncate=0.25"})
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert caught.value.expected is not None
    assert 0 < len(caught.value.partial) < caught.value.expected


def test_a_reset_after_the_body_delivers_it(emulator: Emulator) -> None:
    url = urlsplit(emulator.url("questionpro") + BATCH)
    connection = http.client.HTTPConnection(url.hostname or "", url.port)
    connection.request("GET", url.path, headers={"api-key": KEY, "X-Emulator-Fault": "reset=after"})
    assert json.loads(connection.getresponse().read())["response"]["id"] == 4445556
    assert connection.sock is not None
    connection.sock.settimeout(5)
    with pytest.raises(ConnectionResetError):
        connection.sock.recv(1)
    connection.close()


def test_delays(client: httpx.Client) -> None:
    started = time.perf_counter()
    get(client, "delay=0.2")
    assert time.perf_counter() - started >= 0.2
    started = time.perf_counter()
    get(client, "drip=0.01")
    assert time.perf_counter() - started >= 0.1
    with pytest.raises(httpx.ReadTimeout):
        get(client, "delay=5", timeout=0.1)


def test_the_transport_is_asynchronous_too(emulator: Emulator) -> None:
    async def both() -> list[int]:
        async with httpx.AsyncClient(verify=TLS, transport=emulator.transport(), headers={"api-key": KEY}) as client:
            url = emulator.url("questionpro") + BATCH
            headers = {"X-Emulator-Fault": "delay=0.6"}
            answers = await asyncio.gather(*(client.get(url, headers=headers) for _ in range(5)))
            with pytest.raises(httpx.ReadError):
                await client.get(url, headers={"X-Emulator-Fault": "reset=before"})
            return [answer.status_code for answer in answers]

    started = time.perf_counter()
    assert asyncio.run(both()) == [200] * 5
    assert time.perf_counter() - started < 2.9  # one after another they would take three


@pytest.mark.parametrize(
    ("fault", "response"),
    [
        ("drop=/response/status", {"status": None}),
        ("null=/response/id", {"id": None}),
        ("retype=/response/id", {"id": "4445556"}),
        ("retype=/response/status", {"status": {"changed": "Delivery Successful"}}),
        ("wrap=/response/id", {"id": {"value": 4445556}}),
        ("extra=/response", {"somethingNew": "something new"}),
        ("extra", {"somethingNew": "something new"}),
    ],
)
def test_drift(client: httpx.Client, fault: str, response: dict[str, Any]) -> None:
    answer = get(client, fault)
    assert answer.status_code == 200
    changed = answer.json()["response"]
    assert {name: changed.get(name) for name in response} == response
    if fault.startswith("drop"):
        assert "status" not in changed


def test_drift_finds_an_enumeration_by_itself(sm: httpx.Client) -> None:
    answer = sm.get("/query/batch/qrb_3feb5ff5c71e", headers={"X-Emulator-Fault": "enum"})
    assert "SOMETHING_NEW" in answer.text
    changed = answer.json()["data"]
    assert "SOMETHING_NEW" in (changed["@type"], changed["status_code"])


def test_by_provider_operation_and_count(emulator: Emulator, qp: httpx.Client, sm: httpx.Client) -> None:
    emulator.faults.add("status=503", provider="questionpro", operation="getBatch", times=2)
    assert sm.get("/query/batch/qrb_3feb5ff5c71e").status_code == 200
    assert qp.get("/surveys/7654321/responses").status_code == 200
    assert [qp.get(BATCH).status_code for _ in range(4)] == [503, 503, 200, 200]
    assert emulator.faults.all == []


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"provider": "questionnaire"}, "no provider 'questionnaire'; there are questionpro, supermetrics, asavie"),
        ({"operation": "getBach"}, "no operation 'getBach'; did you mean getBatch"),
        ({"operation": "zzz"}, "no operation 'zzz'; did you mean createBatch, "),
        ({"provider": "asavie", "operation": "createResponse"}, "no operation 'createResponse' of asavie; "),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(emulator: Emulator, place: dict[str, Any], said: str) -> None:
    with pytest.raises(FaultError, match="no ") as caught:
        emulator.faults.add("status=503", **place)
    assert str(caught.value).startswith(said)
    refused = httpx.post(f"{emulator.origin}/_emulator/faults", json={"effects": "status=503", **place})
    assert (refused.status_code, said in refused.text) == (422, True)
    assert emulator.faults.all == []


def test_by_probability(emulator: Emulator, qp: httpx.Client) -> None:
    emulator.faults.add({"status": 503}, probability=0.5)
    statuses = [qp.get(BATCH).status_code for _ in range(40)]
    assert 5 < statuses.count(503) < 35
    emulator.reset()
    emulator.faults.add({"status": 503}, probability=0.5)
    assert [qp.get(BATCH).status_code for _ in range(40)] == statuses


def test_until_removed(emulator: Emulator, qp: httpx.Client) -> None:
    fault = emulator.faults.add("status=500")
    assert [qp.get(BATCH).status_code for _ in range(3)] == [500] * 3
    assert emulator.faults.used(fault) == 3
    emulator.faults.remove(fault.id)
    assert qp.get(BATCH).status_code == 200


def test_a_reset_before_the_answer_comes_after_the_write(emulator: Emulator, qp: httpx.Client) -> None:
    """The client cannot know whether its request was processed: with `reset` it was, with `refuse` it was not."""
    path = "/surveys/7654321/responses"
    for fault in ("reset=before", "refuse"):
        with pytest.raises(httpx.ReadError):
            qp.post(path, json={"responseSet": []}, headers={"X-Emulator-Fault": fault})
    assert qp.get(path).json()["pagination"]["totalItems"] == 2


@pytest.mark.parametrize(
    "fault",
    [
        *(
            "explode",
            "status=9",
            "status=204",
            "status=302",
            "status",
            "delay=-1",
            "delay=nan",
            "reset=now",
            "drop=status",
        ),
        *(";", "quota=3", "delay=x", "truncate=1", "retry-after=date:99999999999999", "retry-after=ms:soon"),
    ],
)
def test_faults_that_cannot_be(emulator: Emulator, qp: httpx.Client, fault: str) -> None:
    with pytest.raises(FaultError):
        emulator.faults.add(fault)
    answer = qp.get(BATCH, headers={"X-Emulator-Fault": fault})
    assert answer.status_code == 400
    assert answer.headers["x-emulator-diagnostic"].startswith("E602")


def test_profiles(emulator: Emulator, qp: httpx.Client) -> None:
    emulator.faults.profile("down")
    answer = qp.get(BATCH)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    emulator.faults.clear()
    with pytest.raises(FaultError, match="flaky, slow, down, quota"):
        emulator.faults.profile("upside-down")


def test_oddities(emulator: Emulator, qp: httpx.Client, sm: httpx.Client, av: httpx.Client) -> None:
    emulator.oddity("questionpro", "integer_error_id")
    emulator.oddity("supermetrics", "error_envelope")
    for name in ("empty_meta", "accepted", "not_found_200", "octet_stream"):
        emulator.oddity("asavie", name)
    assert qp.get("/micropanel/batches/1").json()["response"]["error"]["id"] == 1040
    problem = sm.get("/query/batch/x/status", params={"limit": 0})
    assert problem.headers["content-type"] == "application/json"
    assert problem.json()["error"]["code"] == "BAD_REQUEST"
    created = av.post("/v1/batches", json={"Name": "n"})
    assert (created.status_code, created.json()["Code"], created.json()["Meta"]) == (200, 202, "")
    assert created.headers["content-type"] == "application/octet-stream"
    missing = av.get("/v1/batches/nope")
    assert (missing.status_code, missing.json()["Code"]) == (200, 404)


def test_an_extra_request_id_that_the_captured_schema_forbids(emulator: Emulator, qp: httpx.Client) -> None:
    emulator.oddity("questionpro", "request_id")
    assert "requestID" in qp.get("/surveys/7654321/responses/12345678").json()
    assert emulator.breaches == []


def test_failures_come_one_after_another(emulator: Emulator, qp: httpx.Client) -> None:
    """A fault that keeps the operation from being called has its turn when the one before is used up."""
    emulator.faults.add("status=503", times=1)
    emulator.faults.add("status=429;retry-after=0", times=2)
    slow = emulator.faults.add("delay=0")
    assert [qp.get(BATCH).status_code for _ in range(4)] == [503, 429, 429, 200]
    assert [fault.id for fault in emulator.faults.all] == [slow.id]


def test_an_effect_that_finds_nothing_says_so(emulator: Emulator, qp: httpx.Client, av: httpx.Client) -> None:
    found = qp.get(BATCH, headers={"X-Emulator-Fault": "drop=/nope;delay=0"})
    assert "status" in found.json()["response"]
    assert found.headers["x-emulator-diagnostic"].endswith("(drop: nothing in this answer to change)")
    batch = av.get("/v1/batches/batch-0001", headers={"X-Emulator-Fault": "enum", "Accept": "application/json"})
    assert "SOMETHING_NEW" not in batch.text  # no enumeration is documented
    assert "enum: nothing" in batch.headers["x-emulator-diagnostic"]


def test_values_may_stand_in_quotation_marks(qp: httpx.Client) -> None:
    answer = qp.get(BATCH, headers={"X-Emulator-Fault": 'content-type="text/html; charset=utf-8";delay=0'})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_nothing_of_the_body_may_be_sent(emulator: Emulator, qp: httpx.Client) -> None:
    emulator.faults.add({"truncate": 0})
    with pytest.raises(httpx.RemoteProtocolError), qp.stream("GET", BATCH) as answer:
        assert b"".join(answer.iter_bytes()) == b""


def test_chances_are_part_of_the_state(emulator: Emulator, qp: httpx.Client) -> None:
    emulator.faults.add("status=503", probability=0.5)
    for _ in range(5):
        qp.get(BATCH)
    dump = emulator.dump()
    first = [qp.get(BATCH).status_code for _ in range(20)]
    emulator.load(dump)
    assert [qp.get(BATCH).status_code for _ in range(20)] == first
