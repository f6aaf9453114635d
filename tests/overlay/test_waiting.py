"""Waiters end at end states and deadlines; pagers end at a page that is not full."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from truecopy import AsyncSupermetrics, errors, without_sleeping
from truecopy.errors import ConfigurationError
from truecopy.retry import LONGEST, Clock
from truecopy_emulator import Emulator

from .conftest import KEY, Player, TestClock
from .samples import ASAVIE_BATCH, BATCH, QUERY_BATCH
from .server import Request, Server, answer
from .test_drift import ANSWER, changed


def state(name: str) -> bytes:
    return answer(changed(QUERY_BATCH, "/data/status_code", name))


def test_a_waiter_waits_for_an_end_state(play: Player, clock: TestClock) -> None:
    seen: list[str] = []

    def scenario(client: Any) -> Any:
        batch = yield client.query.wait_for_batch("b", interval=2, on_update=lambda b: seen.append(str(b.status_code)))
        assert batch.status_code == "STOPPED"

    with Server(state("QUEUED"), state("RUNNING"), state("RUNNING"), state("STOPPED")) as server:
        play("Supermetrics", scenario, base_url=server.url, clock=clock)
    assert seen == ["QUEUED", "RUNNING", "RUNNING", "STOPPED"]
    assert clock.pauses == [2, 3.0, 4.5]


def test_end_states_and_until_of_the_other_providers(play: Player, clock: TestClock) -> None:
    pending = changed(BATCH, "/response/status", "Pending")
    with Server(answer(pending), answer(BATCH)) as server:
        assert (
            play("QuestionPro", lambda c: c.micropanel.wait_for_batch(1), base_url=server.url, clock=clock).id
            == 4445556
        )
        assert len(server.requests) == 2
    with Server(answer(ASAVIE_BATCH), answer(changed(ASAVIE_BATCH, "/Data/Status", 3))) as server:
        with pytest.raises(ConfigurationError, match="until="):
            play("Asavie", lambda c: c.batches.wait_for_batch("b"), base_url=server.url, clock=clock)
        assert server.requests == []
        batch = play(
            "Asavie",
            lambda c: c.batches.wait_for_batch("b", until=lambda b: b.status == 3),
            base_url=server.url,
            clock=clock,
        )
        assert batch.status == 3


def test_rate_limits_and_retry_after_are_respected(play: Player, clock: TestClock) -> None:
    limited = answer({"error": {"code": "TOO_MANY_REQUESTS", "message": "m"}}, 429, retry_after="33")
    with Server(limited, state("RUNNING"), limited, state("STOPPED")) as server:
        play("Supermetrics", lambda c: c.query.wait_for_batch("b"), base_url=server.url, clock=clock, retries=0)
    assert clock.pauses == [33.0, 1.5, 33.0]


def test_a_waiter_s_deadline(play: Player, clock: TestClock) -> None:
    with Server(state("RUNNING")) as server, pytest.raises(errors.WaitTimeoutError) as raised:
        play("Supermetrics", lambda c: c.query.wait_for_batch("b", timeout=10), base_url=server.url, clock=clock)
    error = raised.value
    assert (error.last.status_code, error.provider, error.operation) == ("RUNNING", "supermetrics", "query.get_batch")
    assert sum(clock.pauses) == 10
    assert error.attempts == len(server.requests) == len(clock.pauses) + 1


def test_a_waiter_does_not_ask_again_before_it_may(play: Player, clock: TestClock) -> None:
    """Retry-After leads past the end: there is nothing to wait for."""
    limited = answer({"error": {"code": "TOO_MANY_REQUESTS", "message": "m"}}, 429, retry_after="60")
    call = lambda c: c.query.wait_for_batch("b", timeout=10)  # noqa: E731
    with Server(state("RUNNING"), limited) as server, pytest.raises(errors.WaitTimeoutError) as raised:
        play("Supermetrics", call, base_url=server.url, clock=clock, retries=0)
    assert (len(server.requests), clock.pauses, raised.value.retry_after) == (2, [1.0], 60.0)
    assert raised.value.last.status_code == "RUNNING"


def test_until_may_be_a_coroutine_function(transport: str) -> None:
    seen: list[str] = []

    async def until(batch: Any) -> bool:
        await asyncio.sleep(0)
        seen.append(batch.status_code)
        return bool(batch.status_code == "STOPPED")

    clock = TestClock()
    with Server(state("QUEUED"), state("RUNNING"), state("STOPPED")) as server:
        call = lambda c: c.query.wait_for_batch("b", until=until)  # noqa: E731
        play = Player("async", transport)
        assert play("Supermetrics", call, base_url=server.url, clock=clock).status_code == "STOPPED"
        assert seen == ["QUEUED", "RUNNING", "STOPPED"]
        with pytest.raises(ConfigurationError, match="coroutine function"):
            Player("sync", transport)("Supermetrics", call, base_url=server.url, clock=clock)


def test_a_pause_without_end_is_no_overflow() -> None:
    assert asyncio.run(_slept(Clock())) == [LONGEST, LONGEST]


async def _slept(clock: Clock) -> list[float]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        patch.setattr(time, "sleep", slept.append)
        clock.sleep(math.inf)
        await clock.sleep_async(1e13)
    return slept


def test_a_waiter_s_deadline_without_sleeping(play: Player) -> None:
    started = time.monotonic()
    with Server(state("RUNNING")) as server, without_sleeping(), pytest.raises(errors.WaitTimeoutError):
        play("Supermetrics", lambda c: c.query.wait_for_batch("b", timeout=60), base_url=server.url)
    assert time.monotonic() - started < 5
    assert 5 < len(server.requests) < 30


def test_a_server_that_hangs_does_not_hold_a_waiter(play: Player) -> None:
    started = time.monotonic()
    with Server(state("RUNNING"), [5.0]) as server, pytest.raises(errors.WaitTimeoutError) as raised:
        play("Supermetrics", lambda c: c.query.wait_for_batch("b", timeout=0.4, interval=0.1), base_url=server.url)
    assert raised.value.last.status_code == "RUNNING"
    assert time.monotonic() - started < 2


def test_failures_end_a_wait(play: Player, clock: TestClock) -> None:
    quota = answer({"error": {"code": "LICENSE_X", "message": "m"}}, 429, retry_after="1")
    for script, kind in [
        (answer(b"", 404), errors.NotFoundError),
        (quota, errors.QuotaExhaustedError),
        (answer(b"", 500), errors.ServerError),
    ]:
        with Server(state("RUNNING"), script) as server, pytest.raises(kind):
            play("Supermetrics", lambda c: c.query.wait_for_batch("b"), base_url=server.url, clock=clock)


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"timeout": -1}, {"interval": 0}, {"interval": float("nan")}, {"timeout": "5"}]
)
def test_unusable_times_are_refused(play: Player, options: Any) -> None:
    with Server(state("STOPPED")) as server, pytest.raises(ConfigurationError, match="above 0"):
        play("Supermetrics", lambda c: c.query.wait_for_batch("b", **options), base_url=server.url)


@pytest.mark.parametrize("options", [{"until": 5}, {"on_update": "print"}])
def test_what_is_no_function_is_refused(play: Player, options: Any) -> None:
    with Server(state("STOPPED")) as server, pytest.raises(ConfigurationError, match="must be functions"):
        play("Supermetrics", lambda c: c.query.wait_for_batch("b", **options), base_url=server.url)
    assert server.requests == []


def test_on_update_may_be_a_coroutine_function_and_a_wait_can_be_cancelled_and_resumed(transport: str) -> None:
    seen: list[str] = []

    async def update(batch: Any) -> None:
        await asyncio.sleep(0)
        seen.append(str(batch.status_code))
        updated.set()

    updated = asyncio.Event()

    async def main(server: Server) -> None:
        async with AsyncSupermetrics(KEY, base_url=server.url) as client:
            task = asyncio.create_task(client.query.wait_for_batch("b", interval=30, on_update=update))
            async with asyncio.timeout(10):
                await updated.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.query.wait_for_batch("b", on_update=update)).status_code == "STOPPED"

    with Server(state("RUNNING"), state("STOPPED")) as server:
        asyncio.run(main(server))
    assert seen == ["RUNNING", "STOPPED"]


def test_a_wait_against_the_emulator(play: Player, emulator: Emulator) -> None:
    from supermetrics_api.models import Query, QueryBatchCreate

    def scenario(client: Any) -> Any:
        batch = yield client.query.create_batch(body=QueryBatchCreate(queries=[Query(ds_id="AW")]))
        done = yield client.query.wait_for_batch(batch.batch_id, interval=0.02, timeout=20)
        assert done.status_code == "STOPPED"

    play("Supermetrics", scenario, base_url=emulator.url("supermetrics"), token=emulator.credential, clock=TestClock())


class Rows:
    """Pages of rows, in the style of one provider; totals lie."""

    def __init__(self, count: int, cap: int = 1000, echo: bool = True) -> None:
        self.count, self.cap, self.echo = count, cap, echo

    def questionpro(self, request: Request) -> bytes:
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(request.target).query).items()}
        size = min(query.get("perPage", 100), self.cap)
        first = (query.get("page", 1) - 1) * size
        rows = [{**ANSWER, "responseID": number} for number in range(self.count)][first : first + size]
        page = {"perPage": size, "totalItems": 0, "totalPages": 0, "currentPage": 1}
        return answer({"response": rows, **({"pagination": page} if self.echo else {})})

    def supermetrics(self, request: Request) -> bytes:
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(request.target).query).items()}
        size = min(query.get("limit", 100), self.cap)
        first = query.get("offset", 0)
        rows = [{"schedule_id": str(number)} for number in range(self.count)][first : first + size]
        paginate = {"offset": first, "limit": size, "total": 1}
        return answer({"meta": {"paginate": paginate} if self.echo else {}, "data": rows})


def collected(play: Player, name: str, iterate: Any, script: Any) -> tuple[list[Any], int]:
    with Server(script) as server:
        if play.asynchronous:

            async def scenario(client: Any) -> list[Any]:
                return [item async for item in iterate(client)]

            items = play(name, scenario, base_url=server.url)
        else:
            items = play(name, lambda c: list(iterate(c)), base_url=server.url)
    return items, len(server.requests)


@pytest.mark.parametrize(
    ("rows", "size", "requests"),
    [
        (Rows(0), 10, 1),
        (Rows(7), 10, 1),
        (Rows(10), 10, 2),
        (Rows(25), 10, 3),
        (Rows(25, cap=4), 10, 7),
        (Rows(25, echo=False), 10, 3),
    ],
)
def test_pages_are_walked_to_the_end(play: Player, rows: Rows, size: int, requests: int) -> None:
    items, count = collected(
        play, "QuestionPro", lambda c: c.responses.iter_responses(1, per_page=size), rows.questionpro
    )
    assert ([item.response_id for item in items], count) == (list(range(rows.count)), requests)
    items, count = collected(
        play, "Supermetrics", lambda c: c.query.iter_batch_status("b", limit=size), rows.supermetrics
    )
    assert ([item.schedule_id for item in items], count) == ([str(n) for n in range(rows.count)], requests)


def test_a_walk_can_start_anywhere(play: Player) -> None:
    items, _ = collected(
        play, "QuestionPro", lambda c: c.responses.iter_responses(1, page=3, per_page=10), Rows(25).questionpro
    )
    assert [item.response_id for item in items] == list(range(20, 25))
    items, _ = collected(
        play, "Supermetrics", lambda c: c.query.iter_batch_status("b", offset=13, limit=10), Rows(25).supermetrics
    )
    assert [item.schedule_id for item in items] == [str(n) for n in range(13, 25)]


@pytest.mark.parametrize("options", [{"page": "3"}, {"page": None}, {"per_page": "10"}])
def test_a_walk_starts_nowhere_else_than_asked(play: Player, options: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be integers"):
        collected(play, "QuestionPro", lambda c: c.responses.iter_responses(1, **options), Rows(25).questionpro)


def test_a_filtered_walk_sends_its_body_with_every_page(play: Player) -> None:
    from questionpro_api.models import ResponseFilter

    body = ResponseFilter(custom1="x")
    items, count = collected(
        play,
        "QuestionPro",
        lambda c: c.responses.iter_filter_responses(1, body=body, per_page=10),
        Rows(25).questionpro,
    )
    assert (len(items), count) == (25, 3)
