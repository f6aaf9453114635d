"""Requests are repeated when that is safe, in time, and never otherwise. The server counts."""

from __future__ import annotations

import contextlib
import email.utils
from typing import Any

import pytest
from questionpro_api.models import ResponseFilter, SurveyResponseCreate
from truecopy import QuestionPro, Retries, errors, without_sleeping
from truecopy.errors import ConfigurationError
from truecopy.retry import CLOCK, Failure, retry_after
from truecopy_emulator import Emulator

from .conftest import Player, TestClock
from .samples import BATCH, questionpro_error
from .server import CLOSE, RESET, Server, answer, free_port
from .test_faults import get

PAGE: dict[str, Any] = {"response": []}


def create(client: Any) -> Any:
    return client.responses.create_response(7654321, body=SurveyResponseCreate(response_set=[]))


def search(client: Any) -> Any:
    """A POST that only reads: x-idempotent."""
    return client.responses.filter_responses(7654321, body=ResponseFilter())


def counted(play: Player, clock: TestClock, call: Any, *scripts: Any, **options: Any) -> tuple[int, Any]:
    """How many requests the server read, and the result or error."""
    with Server(*scripts) as server:
        try:
            outcome = play("QuestionPro", call, base_url=server.url, clock=clock, **options)
        except errors.TruecopyError as error:
            outcome = error
    return len(server.requests), outcome


@pytest.mark.parametrize(
    "script",
    [
        [RESET],
        [CLOSE],
        [b"HTTP/1.1 200 OK\r\n", CLOSE],
        [answer({}, length=500), CLOSE],
        [2.0],
        answer(b"", 429, retry_after="0"),
        answer(b"", 502),
        answer(b"", 503, retry_after="0"),
        answer(b"", 504),
        answer(b"<html>", 200),
    ],
)
def test_creating_a_response_is_never_sent_twice(play: Player, clock: TestClock, script: Any) -> None:
    count, error = counted(play, clock, create, script, timeout=0.2)
    assert count == 1
    assert error.attempts == 1
    assert not isinstance(error, errors.NotSentError)


def test_a_kept_connection_that_broke_does_not_send_twice(play: Player, clock: TestClock) -> None:
    """The server answers one request on a connection and closes it while reading the next one."""

    def scenario(client: Any) -> Any:
        yield get(client)
        with contextlib.suppress(errors.MaybeSentError):
            yield create(client)

    with Server(answer(BATCH), [RESET], answer({"response": {}})) as server:
        play("QuestionPro", scenario, base_url=server.url, clock=clock)
    assert [request.method for request in server.requests] == ["GET", "POST"]


def test_a_kept_connection_that_was_closed_is_replaced(play: Player, clock: TestClock) -> None:
    def scenario(client: Any) -> Any:
        import time

        for _ in range(3):
            yield get(client)
            time.sleep(0.05)

    with Server([answer(BATCH), CLOSE]) as server:
        play("QuestionPro", scenario, base_url=server.url, clock=clock, retries=1)
    assert len(server.requests) == 3


def test_what_was_certainly_not_sent_is_repeated(play: Player, clock: TestClock) -> None:
    with pytest.raises(errors.NotSentError) as raised:
        play("QuestionPro", create, base_url=f"http://127.0.0.1:{free_port()}", clock=clock)
    assert raised.value.attempts == 4
    assert clock.pauses == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("call", [get, search])
@pytest.mark.parametrize(
    "script", [[RESET], [CLOSE], answer(b"", 429), answer(b"", 502), answer(b"", 503), answer(b"", 504)]
)
def test_idempotent_operations_are_repeated(play: Player, clock: TestClock, call: Any, script: Any) -> None:
    count, outcome = counted(play, clock, call, script, script, answer(BATCH if call is get else PAGE))
    assert count == 3
    assert not isinstance(outcome, Exception)
    assert clock.pauses == [0.5, 1.0]


def test_other_statuses_are_not_repeated(play: Player, clock: TestClock) -> None:
    statuses = [301, 400, 401, 403, 404, 409, 422, 500, 501, 520]

    def scenario(client: Any) -> Any:
        for _ in statuses:
            with pytest.raises(errors.ApiError) as raised:
                yield get(client)
            assert raised.value.attempts == 1

    with Server(*(answer(b"", status) for status in statuses)) as server:
        play("QuestionPro", scenario, base_url=server.url, clock=clock)
    assert (len(server.requests), clock.pauses) == (len(statuses), [])


def test_a_failure_in_an_envelope_is_repeated_like_one_by_status(play: Player, clock: TestClock) -> None:
    count, _ = counted(play, clock, get, answer(questionpro_error(503), 200), answer(BATCH))
    assert count == 2


def test_a_quota_that_is_used_up_is_not_repeated(play: Player, clock: TestClock) -> None:
    body = questionpro_error(429, message="Please contact your account representative to extend the limit")
    count, error = counted(play, clock, get, answer(body, 429, retry_after="1"))
    assert (count, type(error)) == (1, errors.QuotaExhaustedError)


@pytest.mark.parametrize(("name", "call"), [("QuestionPro", get), ("Supermetrics", lambda c: c.query.get_batch("b"))])
@pytest.mark.parametrize("by", ["credential", "fault"])
def test_a_quota_that_is_used_up_at_the_emulator(
    play: Player, emulator: Emulator, name: str, call: Any, by: str
) -> None:
    secret = "emulator-quota" if by == "credential" else emulator.credential
    if by == "fault":
        emulator.faults.add("quota")
    options: dict[str, Any] = {"api_key" if name == "QuestionPro" else "token": secret}
    with pytest.raises(errors.QuotaExhaustedError) as raised:
        play(name, call, base_url=emulator.url(name.lower()), **options)
    assert raised.value.attempts == 1
    emulator.reset()
    emulator.faults.add("status=429;retry-after=0", times=1)
    options = {"api_key" if name == "QuestionPro" else "token": emulator.credential}
    with pytest.raises(errors.RateLimitError) as limited:
        play(name, call, base_url=emulator.url(name.lower()), retries=0, **options)
    assert type(limited.value) is errors.RateLimitError


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": email.utils.formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": email.utils.formatdate(NOW - 30, usegmt=True)}, 0.0),
        ({"retry-after": "Tue Nov 14 22:13:50 2023"}, 30.0),  # the form of asctime
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Tue, 99 Foo 99999 99:99:99 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert retry_after(headers, NOW) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()


def test_retry_after_is_respected(play: Player, clock: TestClock) -> None:
    count, _ = counted(
        play, clock, get, answer(b"", 503, retry_after="7"), answer(b"", 429, retry_after_ms="90"), answer(BATCH)
    )
    assert (count, clock.pauses) == (3, [7.0, 0.09])


def test_above_the_cap_there_is_no_sleeping(play: Player, clock: TestClock) -> None:
    count, error = counted(play, clock, get, answer(b"", 429, retry_after="121"))
    assert (count, error.retry_after, clock.pauses) == (1, 121.0, [])
    count, _ = counted(play, clock, get, answer(b"", 429, retry_after="121"), answer(BATCH), retries=Retries(cap=200))
    assert (count, clock.pauses) == (2, [121.0])


def test_one_deadline_spans_all_attempts(play: Player, clock: TestClock) -> None:
    count, error = counted(play, clock, get, answer(b"", 503, retry_after="40"), deadline=100, retries=50)
    assert (count, error.attempts, clock.pauses) == (3, 3, [40.0, 40.0])
    assert isinstance(error, errors.ServerError)


def test_backoff_is_exponential_with_jitter_and_has_a_longest_pause(play: Player) -> None:
    clock = TestClock(random=0.5)
    counted(play, clock, get, answer(b"", 503), retries=8)
    assert clock.pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]


def test_a_great_many_attempts_do_not_overflow(clock: TestClock) -> None:
    failure = Failure(errors.NotSentError("x"), 5000, True, clock)
    assert Retries(attempts=9999)(failure) == 8.0


@pytest.mark.parametrize(("retries", "expected"), [(0, 1), (1, 2), (Retries(attempts=3), 3), (lambda failure: None, 1)])
def test_the_policy_can_be_replaced(play: Player, clock: TestClock, retries: Any, expected: int) -> None:
    count, error = counted(play, clock, get, answer(b"", 503), retries=retries)
    assert (count, error.attempts) == (expected, expected)


def test_a_policy_that_returns_no_number_of_seconds_gives_up(play: Player, clock: TestClock) -> None:
    count, error = counted(play, clock, get, answer(b"", 503), retries=lambda failure: float("nan"))
    assert (count, type(error), clock.pauses) == (1, errors.ServerError, [])


def test_policies_compose(play: Player, clock: TestClock) -> None:
    seen: list[Failure] = []
    usual = Retries()

    def also_conflicts(failure: Failure) -> float | None:
        seen.append(failure)
        if isinstance(failure.error, errors.ConflictError) and failure.attempt < 3:
            return 0.125
        return usual(failure)

    count, _ = counted(
        play, clock, create, answer(b"", 409), answer(b"", 409), answer(b"", 503), retries=also_conflicts
    )
    assert (count, clock.pauses) == (3, [0.125, 0.125])
    assert [(failure.attempt, failure.idempotent) for failure in seen] == [(1, False), (2, False), (3, False)]


async def coroutine_policy(failure: Failure) -> float | None:
    return None


@pytest.mark.parametrize("value", [-1, True, 1.5, "3", None, [], float("nan"), Retries, coroutine_policy])
def test_an_unusable_policy_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="retries"):
        QuestionPro("k", retries=value)


@pytest.mark.parametrize("wrong", [{"attempts": "3"}, {"attempts": 0}, {"first": None}, {"cap": -1}, {"longest": True}])
def test_an_unusable_number_of_the_policy_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(wrong))} of Retries must be a number of at least"):
        Retries(**wrong)


@pytest.mark.parametrize("wrong", [503, [503], "503", None])
def test_unusable_statuses_of_the_policy_are_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="statuses of Retries must be a set of numbers"):
        Retries(statuses=wrong)


@pytest.mark.parametrize("pause", ["1", [], coroutine_policy])
def test_what_a_policy_returns_is_checked(play: Player, clock: TestClock, pause: Any) -> None:
    policy: Any = lambda failure: pause  # noqa: E731
    count, error = counted(play, clock, get, answer(b"", 503), retries=policy)
    assert (count, type(error)) == (1, ConfigurationError)
    assert "seconds are expected" in str(error)


def test_nothing_is_sent_after_the_deadline(play: Player, clock: TestClock) -> None:
    def slow() -> str:
        clock.now += 2
        return "a-key"

    count, error = counted(play, clock, create, answer(PAGE), api_key=slow, deadline=1)
    assert (count, type(error), error.attempts) == (0, errors.NotSentError, 0)


def test_sleeping_can_be_switched_off(play: Player) -> None:
    import time

    started = time.monotonic()
    with Server(answer(b"", 503, retry_after="100"), answer(b"", 503), answer(BATCH)) as server, without_sleeping():
        play("QuestionPro", get, base_url=server.url)
    assert len(server.requests) == 3
    assert time.monotonic() - started < 5
    assert CLOCK.sleeping


def test_sleeping_is_switched_on_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), without_sleeping():
        1 / 0  # noqa: B018
    assert CLOCK.sleeping
    with without_sleeping():
        with without_sleeping():
            pass
        assert not CLOCK.sleeping


def test_a_jump_of_the_wall_clock_changes_nothing(play: Player, clock: TestClock) -> None:
    """Deadlines go by the monotonic clock."""

    def jump(event: Any) -> None:
        clock.time = lambda: 0.0

    count, _ = counted(play, clock, get, answer(b"", 503), answer(BATCH), on_request=jump)
    assert (count, clock.pauses) == (2, [0.5])


def test_the_count_of_attempts_is_on_every_error(play: Player, clock: TestClock) -> None:
    for last, kind in [
        (answer(b"", 404), errors.NotFoundError),
        (answer({"response": {}}), errors.ResponseMismatchError),
        (answer(b"<"), errors.ResponseMismatchError),
    ]:
        _, error = counted(play, clock, get, answer(b"", 503), [RESET], last)
        assert (type(error), error.attempts) == (kind, 3)
        assert "attempts 3" in str(error)
