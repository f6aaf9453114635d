"""Supermetrics as its page and fact sheet describe it."""

from __future__ import annotations

import re
from typing import Any

import httpx
from truecopy_emulator import Emulator

from .conftest import KEY, get

QUERY = {
    "ds_id": "AW",
    "ds_accounts": "1,2",
    "start_date": "2022-09-01",
    "end_date": "2022-09-03",
    "fields": "date,impressions,cost",
}


def create(sm: httpx.Client, **members: Any) -> dict[str, Any]:
    answer = sm.post("/query/batch", json={"queries": [QUERY], **members})
    assert answer.status_code == 201
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_every_prefix_serves_the_seeded_batch(emulator: Emulator, sm: httpx.Client) -> None:
    for prefix in ("/enterprise/v2", "/v2", ""):
        answer = sm.get(f"{emulator.origin}/supermetrics{prefix}/query/batch/qrb_3feb5ff5c71e")
        assert answer.status_code == 200
        data = answer.json()["data"]
        assert (data["@type"], data["batch_id"]) == ("query_batch", "qrb_3feb5ff5c71e")
        assert data["links"]["status"]["href"].startswith(f"{emulator.origin}/supermetrics{prefix}/query/batch/")


def test_the_life_of_a_batch(sm: httpx.Client) -> None:
    batch = create(sm)
    assert (batch["status_code"], batch["start_time"], batch["query_amount"]) == ("QUEUED", None, 1)
    assert re.fullmatch(r"qrb_[0-9a-f]{12}", batch["batch_id"])
    path = f"/query/batch/{batch['batch_id']}"
    running, stopped = (sm.get(path).json()["data"] for _ in range(2))
    assert (running["status_code"], running["end_time"]) == ("RUNNING", None)
    assert running["start_time"]
    assert stopped["status_code"] == "STOPPED"
    assert stopped["end_time"]
    assert stopped["cancel_time"] is None


def test_queries_are_split_and_have_results(sm: httpx.Client) -> None:
    batch = create(sm, split_accounts_policy="all", split_dates_policy="day")
    assert batch["query_amount"] == 6
    path = f"/query/batch/{batch['batch_id']}"
    half = sm.get(f"{path}/status", params={"limit": 4}).json()
    assert half["meta"]["status_code"] == "RUNNING"
    assert half["meta"]["progress"] == {"queued": 0, "running": 3, "success": 3, "failure": 0}
    assert [run["status_code"] for run in half["data"]] == ["SUCCESS", "SUCCESS", "SUCCESS", "RUNNING"]
    rest = sm.get(f"{path}/status", params={"offset": 4}).json()
    assert rest["meta"]["paginate"] == {"offset": 4, "limit": 100, "total": 6}
    last = rest["data"][-1]
    assert last["schedule_id"] == f"{batch['batch_id']}_query_6"
    assert last["split_info"] == {"ds_accounts": ["2"], "start_date": "2022-09-03", "end_date": "2022-09-03"}
    rows = sm.get(last["result_info"]["results_url"])
    assert rows.status_code == 200
    assert rows.json()["data"][0] == ["date", "impressions", "cost"]
    assert len(rows.json()["data"]) == 1 + last["result_info"]["total_rows"]
    assert get(last["result_info"]["results_url"]).status_code == 401


def test_a_query_of_an_unavailable_account_fails_alone(sm: httpx.Client) -> None:
    batch = create(sm, queries=[QUERY, {**QUERY, "ds_accounts": "unavailable"}])
    path = f"/query/batch/{batch['batch_id']}"
    sm.get(path)
    status = sm.get(f"{path}/status").json()
    assert status["meta"]["progress"] == {"queued": 0, "running": 0, "success": 1, "failure": 1}
    assert status["data"][1]["error_info"]["code"] == "QUERY_ACCOUNT_UNAVAILABLE"
    assert "result_info" not in status["data"][1]


def test_cancelling_keeps_the_results_that_are_there(sm: httpx.Client) -> None:
    batch = create(sm, split_dates_policy="day", queries=[QUERY] * 4, query_concurrency=2)
    path = f"/query/batch/{batch['batch_id']}"
    sm.get(path)
    cancelled = sm.delete(path)
    assert cancelled.status_code == 200
    assert cancelled.json()["data"]["status_code"] == "STOPPED"
    assert cancelled.json()["data"]["cancel_time"]
    progress = sm.get(f"{path}/status").json()["meta"]["progress"]
    assert progress == {"queued": 4, "running": 0, "success": 8, "failure": 0}


def test_the_documented_401(emulator: Emulator) -> None:
    answer = get(emulator.url("supermetrics") + "/query/batch/qrb_3feb5ff5c71e")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.match("^Bearer.*", answer.headers["www-authenticate"])
    assert 1 <= int(answer.headers["x-ratelimit-limit"]) <= 10000
    assert 0 <= int(answer.headers["x-ratelimit-remaining"]) <= 10000
    assert answer.headers["access-control-allow-origin"] == "*"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert problem["type"] == "https://supermetrics.com/problems/unauthorized"
    assert (problem["title"], problem["status"]) == ("Unauthorized", 401)


def test_problem_texts_keep_to_the_pages_patterns(sm: httpx.Client) -> None:
    answers = [
        sm.get("/query/batch/x", headers={"Authorization": "Bearer 'no'"}),
        sm.get("/query/batch/x", headers={"Authorization": "Bearer emulator-forbidden"}),
        sm.put("/query/batch/x"),
        sm.post("/query/batch", json={"queries": "é\"/_'"}),
        sm.post("/query/batch", content=b"{", headers={"content-type": "application/json"}),
        sm.post("/query/batch", content=b"{", headers={"content-type": "text/html"}),
        sm.post("/query/batch", content=b" " * 1_100_000, headers={"content-type": "application/json"}),
        sm.get("/query/batch/x/status", params={"limit": "many"}),
    ]
    assert [answer.status_code for answer in answers] == [401, 403, 405, 400, 400, 415, 413, 400]
    for answer in answers:
        problem = answer.json()
        assert re.fullmatch(r"[A-Za-z0-9\s]+", problem["title"]), problem
        assert re.fullmatch(r"[A-Za-z0-9\s.,\-]+", problem["detail"]), problem
        assert problem["status"] == answer.status_code


def test_a_used_up_licence_is_told_by_its_code(sm: httpx.Client) -> None:
    """Which only the envelope has, whatever the other errors look like."""
    answer = sm.get("/query/batch/x", headers={"Authorization": "Bearer emulator-quota"})
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "LICENSE_DAILY_QUERY_LIMIT_EXCEEDED"
    assert "retry-after" not in answer.headers


def test_a_missing_batch_has_no_body(sm: httpx.Client) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/status")):
        answer = sm.request(method, f"/query/batch/nope{path}")
        assert (answer.status_code, answer.content) == (404, b"")
        assert "content-type" not in answer.headers


def test_any_scheme_but_bearer_is_refused(emulator: Emulator) -> None:
    answer = get(emulator.url("supermetrics") + "/query/batch/qrb_3feb5ff5c71e", auth=("u", KEY))
    assert answer.status_code == 401
    assert "header Authorization with the scheme Bearer expected" in answer.headers["x-emulator-diagnostic"]
