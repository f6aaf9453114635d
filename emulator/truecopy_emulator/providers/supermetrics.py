"""Supermetrics: batches go QUEUED -> RUNNING -> STOPPED, each query of a batch gets a state and rows of its own.

Documented are the states, the objects, the error bodies, and that cancelling keeps the results that are there. Made
up, because no page says it: how many queries are done at half time (the first half), the rows, the address of the
results, and that a query whose ds_accounts name an account with "unavailable" in it fails.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, ClassVar

from ..clock import zulu
from ..http import Request
from ..openapi import Operation
from ..provider import Behaviour, Call, Problem, Reply, phrase
from ..world import World

STATES = ("QUEUED", "RUNNING", "STOPPED")
LIMIT = 5000
_BATCHES = "supermetrics/batches"
_DEFAULTS = {
    "description": "",
    "split_accounts_policy": "none",
    "split_dates_policy": "none",
    "timeout_minutes": 30,
    "query_concurrency": 5,
    "query_output_format": "json",
    "add_exclude_account_errors": False,
    "add_clean_data_types": False,
}
_CODES = {
    400: "BAD_REQUEST",
    401: "ACCESS_TOKEN_INVALID",
    403: "FORBIDDEN",
    409: "CONFLICT_ERROR",
    422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
_ACCOUNT_ERROR = {
    "status": 403,
    "code": "QUERY_ACCOUNT_UNAVAILABLE",
    "message": "The account is not available",
    "description": "The emulator fails queries of accounts with the word unavailable in their names",
}
_RESULTS = {
    "/query/results/{schedule_id}": {
        "get": {
            "operationId": "getResults",
            "summary": "Rows of one query, where results_url points to",
            "security": [{"bearer": []}],
            "parameters": [{"name": "schedule_id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {
                    "description": "The rows",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["meta", "data"],
                                "properties": {
                                    "meta": {"$ref": "#/components/schemas/Meta"},
                                    "data": {"type": "array", "items": {"type": "array"}},
                                },
                            }
                        }
                    },
                },
                "401": {"$ref": "#/components/responses/Unauthorized"},
                "404": {"$ref": "#/components/responses/NotFound"},
            },
        }
    }
}


class Supermetrics(Behaviour):
    """Batches of queries."""

    extra_paths = _RESULTS
    states = STATES
    oddities: ClassVar = {"error_envelope": "errors come as the meta and error envelope instead of RFC 9457 problems"}

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self.handlers = {
            "createBatch": self.create_batch,
            "getBatch": self.get_batch,
            "getBatchStatus": self.get_status,
            "cancelBatch": self.cancel_batch,
            "getResults": self.get_results,
        }

    def seed(self) -> None:
        """The batch that the documentation's ids come from, with the documented sample query."""
        if self.world.store.get(_BATCHES, "qrb_3feb5ff5c71e"):
            return
        query = {
            "ds_id": "AW",
            "ds_accounts": "123456789",
            "start_date": "2022-09-01",
            "end_date": "2022-09-03",
            "fields": "date,impressions,cost",
        }
        body = {"queries": [query], "description": "Daily costs", "split_dates_policy": "day"}
        self._store("qrb_3feb5ff5c71e", body, "QUEUED", 1662271200.0)

    def error(self, problem: Problem, request: Request, operation: Operation | None = None) -> Reply:
        headers = dict(problem.headers)
        if problem.status == 401:
            headers |= {"www-authenticate": "Bearer", "access-control-allow-origin": "*", **self._limits()}
        if problem.status == 429:
            headers |= {"x-ratelimit-limit": str(LIMIT), "x-ratelimit-remaining": "0"}
        if problem.status == 404:
            return Reply(None, 404, headers)
        code = "LICENSE_DAILY_QUERY_LIMIT_EXCEEDED" if problem.kind == "quota" else _CODES.get(problem.status, "ERROR")
        detail = "Authentication required" if problem.status == 401 else problem.diagnosis or phrase(problem.status)
        # The codes of a used-up licence are known from the envelope only.
        if self.odd("error_envelope") or problem.kind == "quota":
            meta = {"request_id": self.world.request_id()}
            error = {"code": code, "message": phrase(problem.status), "description": detail}
            return Reply({"meta": meta, "error": error}, problem.status, headers, "application/json")
        slug = phrase(problem.status).lower().replace(" ", "-")
        value = {
            "type": f"https://supermetrics.com/problems/{slug}",
            "title": _plain(phrase(problem.status), 255).replace(".", "").replace(",", "").replace("-", " "),
            "status": problem.status,
            "detail": _plain(detail, 1000),
            "instance": "https://api.supermetrics.com" + _path(request.path),
        }
        return Reply(value, problem.status, headers, "application/problem+json")

    def create_batch(self, call: Call) -> Reply:
        key = "qrb_" + self.world.token("supermetrics.batch", 12)
        state = self.world.transition(self.name).state(STATES, 0, 0)
        batch = self._store(key, call.body, STATES[state], self.world.clock.now())
        return self._batch(call, batch)

    def get_batch(self, call: Call) -> Reply:
        return self._batch(call, self._read(call))

    def cancel_batch(self, call: Call) -> Reply:
        batch = self._load(call)
        self._advance(batch, 0)
        if batch["state"] != "STOPPED":
            now = self.world.clock.now()
            batch |= {"cancelled_in": batch["state"], "state": "STOPPED", "cancelled": now, "ended": now}
        self.world.store.put(_BATCHES, batch["id"], batch)
        return self._batch(call, batch)

    def get_status(self, call: Call) -> Reply:
        batch = self._read(call)
        offset, limit = call.params["offset"], call.params["limit"]
        total = batch["amount"]
        runs = [self._run(call, batch, i) for i in range(min(offset, total), min(offset + limit, total))]
        meta = {
            "request_id": self.world.request_id(),
            "status_code": batch["state"],
            "progress": self._progress(batch),
            "paginate": {"offset": offset, "limit": limit, "total": total},
        }
        return Reply({"meta": meta, "data": runs}, headers=self._limits())

    def get_results(self, call: Call) -> Reply:
        """Rows made up from the query's fields and dates."""
        match = re.fullmatch(r"(qrb_\w+)_query_([1-9]\d{0,8})", call.params["schedule_id"])
        batch = self.world.store.get(_BATCHES, match[1]) if match else None
        index = int(match[2]) - 1 if match else 0
        if batch is None or index >= batch["amount"] or self._state(batch, index) != "SUCCESS":
            raise Problem(404, "E401", "no results under this id")
        query, _, start, end = _part(batch, index)
        names = [name.strip() for name in str(query.get("fields", "")).split(",") if name.strip()]
        rows = [[_cell(name, start, i) for name in names] for i in range(_rows(start, end))]
        return Reply({"meta": {"request_id": self.world.request_id()}, "data": [names, *rows]}, headers=self._limits())

    # The life of a batch

    def _store(self, key: str, body: dict[str, Any], state: str, now: float) -> dict[str, Any]:
        batch: dict[str, Any] = {
            "id": key,
            "body": {**_DEFAULTS, **body},
            "state": state,
            "scheduled": now,
            "started": now if state == "STOPPED" else None,
            "ended": now if state == "STOPPED" else None,
            "cancelled": None,
            "reads": 0,
        }
        batch["amount"] = sum(_parts(batch, query) for query in batch["body"]["queries"])
        self.world.store.put(_BATCHES, key, batch)
        return batch

    def _load(self, call: Call) -> dict[str, Any]:
        key = call.params["batch_id"]
        batch = self.world.store.get(_BATCHES, key)
        if batch is None:
            raise Problem(404, "E401", f"no batch {key[:60]}")
        return batch

    def _read(self, call: Call) -> dict[str, Any]:
        batch = self._load(call)
        if batch["state"] != "STOPPED":
            self._advance(batch, 1)
            self.world.store.put(_BATCHES, batch["id"], batch)
        return batch

    def _advance(self, batch: dict[str, Any], reads: int) -> None:
        batch["reads"] += reads
        now = self.world.clock.now()
        transition = self.world.transition(self.name)
        state = transition.state(STATES, batch["reads"], now - batch["scheduled"])
        if STATES.index(batch["state"]) >= state:
            return
        batch["state"] = STATES[state]
        timed = transition.mode == "seconds"
        batch["started"] = batch["started"] or (batch["scheduled"] + transition.every if timed else now)
        if STATES[state] == "STOPPED":
            batch["ended"] = batch["scheduled"] + 2 * transition.every if timed else now

    def _batch(self, call: Call, batch: dict[str, Any]) -> Reply:
        body = batch["body"]
        data = {
            "@type": "query_batch",
            "batch_id": batch["id"],
            "status_code": batch["state"],
            "schedule_time": zulu(batch["scheduled"]),
            "start_time": _zulu(batch["started"]),
            "end_time": _zulu(batch["ended"]),
            "cancel_time": _zulu(batch["cancelled"]),
            **{name: body[name] for name in _DEFAULTS},
            "query_amount": batch["amount"],
            "links": {"status": {"href": f"{call.url}/query/batch/{batch['id']}/status"}},
        }
        return Reply({"meta": {"request_id": self.world.request_id()}, "data": data}, headers=self._limits())

    def _limits(self) -> dict[str, str]:
        return {"x-ratelimit-limit": str(LIMIT), "x-ratelimit-remaining": str(LIMIT - 1)}

    # The queries of a batch, by their position, so that a batch of a million is as cheap as one of one

    def _split(self, batch: dict[str, Any]) -> tuple[int, int]:
        """How many queries are done and how many are running, in the order of the list."""
        amount, running = batch["amount"], batch["body"]["query_concurrency"]
        match batch.get("cancelled_in", batch["state"]):
            case "QUEUED":
                return 0, 0
            case "RUNNING":
                done = amount // 2
                running = min(running, amount - done)
                # Those that ran when the batch was cancelled have run to their end.
                return (done + running, 0) if "cancelled_in" in batch else (done, running)
        return amount, 0

    def _state(self, batch: dict[str, Any], index: int) -> str:
        done, running = self._split(batch)
        if index < done:
            return "FAILURE" if _fails(_part(batch, index)[1]) else "SUCCESS"
        return "RUNNING" if index < done + running else "QUEUED"

    def _progress(self, batch: dict[str, Any]) -> dict[str, int]:
        done, running = self._split(batch)
        failure = _failures(batch, done)
        queued = batch["amount"] - done - running
        return {"queued": queued, "running": running, "success": done - failure, "failure": failure}

    def _run(self, call: Call, batch: dict[str, Any], index: int) -> dict[str, Any]:
        _, accounts, start, end = _part(batch, index)
        state = self._state(batch, index)
        identity = f"{batch['id']}_query_{index + 1}"
        ended = batch["ended"] or batch["started"]
        run: dict[str, Any] = {
            "@type": "batch_query",
            "schedule_id": identity,
            "status_code": state,
            "query_start_time": None if state == "QUEUED" else _zulu(batch["started"]),
            "query_end_time": _zulu(ended) if state in ("SUCCESS", "FAILURE") else None,
            "split_info": {"ds_accounts": accounts, "start_date": start or None, "end_date": end or None},
        }
        if state == "SUCCESS":
            url = f"{call.url}/query/results/{identity}"
            run["result_info"] = {"total_rows": _rows(start, end), "results_url": url}
        if state == "FAILURE":
            run["error_info"] = _ACCOUNT_ERROR
        return run


def _zulu(moment: float | None) -> str | None:
    return None if moment is None else zulu(moment)


def _plain(text: str, limit: int) -> str:
    """Text within the characters that the page allows in a detail."""
    return " ".join(re.sub(r"[^A-Za-z0-9\s.,\-]", " ", text, flags=re.ASCII).split())[:limit] or "Error"


def _path(path: str) -> str:
    """The request's path where it is fit to stand in a URI of up to 255 characters."""
    return path if len(path) <= 200 and re.fullmatch(r"(?:[\w/.~-]|%[0-9A-Fa-f]{2})*", path, re.ASCII) else "/"


def _accounts(batch: dict[str, Any], query: dict[str, Any]) -> list[list[str]]:
    """The accounts of each part of a query: all in one, or one each."""
    names = [name.strip() for name in str(query.get("ds_accounts", "")).split(",") if name.strip()]
    return [[name] for name in names] if batch["body"]["split_accounts_policy"] == "all" and names else [names]


def _days(batch: dict[str, Any], query: dict[str, Any]) -> int:
    if batch["body"]["split_dates_policy"] != "day" or not (query.get("start_date") and query.get("end_date")):
        return 1
    return max(1, (date.fromisoformat(query["end_date"]) - date.fromisoformat(query["start_date"])).days + 1)


def _parts(batch: dict[str, Any], query: dict[str, Any]) -> int:
    return len(_accounts(batch, query)) * _days(batch, query)


def _part(batch: dict[str, Any], index: int) -> tuple[dict[str, Any], list[str], str, str]:
    """The query that a part comes from, its accounts and its first and last day (empty when the query has none)."""
    for query in batch["body"]["queries"]:
        parts = _parts(batch, query)
        if index < parts:
            days = _days(batch, query)
            accounts = _accounts(batch, query)[index // days]
            start, end = query.get("start_date", ""), query.get("end_date", "")
            if days > 1:
                start = end = (date.fromisoformat(start) + timedelta(days=index % days)).isoformat()
            return query, accounts, start, end
        index -= parts
    raise IndexError(index)


def _fails(accounts: list[str]) -> bool:
    return any("unavailable" in name.lower() for name in accounts)


def _failures(batch: dict[str, Any], done: int) -> int:
    """How many of the first `done` parts fail, without looking at each."""
    failures = 0
    for query in batch["body"]["queries"]:
        days = _days(batch, query)
        for accounts in _accounts(batch, query):
            failures += min(done, days) if _fails(accounts) else 0
            done -= min(done, days)
            if not done:
                return failures
    return failures


def _rows(start: str, end: str) -> int:
    """A row a day, 1,000 at most."""
    if not (start and end):
        return 1
    return min(1000, max(1, (date.fromisoformat(end) - date.fromisoformat(start)).days + 1))


def _cell(name: str, start: str, row: int) -> Any:
    if name.lower() == "date" and start:
        first = date.fromisoformat(start)
        return (first + timedelta(days=min(row, (date.max - first).days))).isoformat()
    return sum(map(ord, name)) % 97 + row
