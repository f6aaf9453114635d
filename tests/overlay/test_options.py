"""Views, raw answers, hooks, logs, spans, the limiter, and options that are refused."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from truecopy import AsyncSupermetrics, QuestionPro, Supermetrics, Timeouts, errors, supermetrics
from truecopy.errors import ConfigurationError, RateLimit
from truecopy.limits import Limiter
from truecopy.observe import Event
from truecopy.retry import CLOCK

from .conftest import KEY, Player, TestClock
from .samples import BATCH, QUERY_BATCH
from .server import RESET, Server, answer
from .test_errors import assert_no_secret
from .test_faults import get


def test_a_raw_answer_has_all_that_came_with_it(play: Player, clock: TestClock) -> None:
    headers: dict[str, Any] = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "19", "X-Request-Id": "r-2"}

    def scenario(client: Any) -> Any:
        raw = yield client.with_raw_response.micropanel.get_batch(4445556)
        assert raw.data.to_dict() == BATCH["response"]
        assert raw.envelope == BATCH
        assert (raw.status_code, raw.request_id, raw.attempts) == (200, "6c7f-1", 2)
        assert raw.headers["X-Request-ID"] == raw.headers["x-request-id"] == "r-2"
        assert raw.headers.get("nothing", "else") == "else"
        assert "CONTENT-TYPE" in raw.headers
        assert raw.rate_limit == RateLimit(20, 19)
        assert raw.elapsed == pytest.approx(0.5)

    with Server(answer(b"", 503), answer(BATCH, **headers)) as server:
        play("QuestionPro", scenario, base_url=server.url, clock=clock)


def test_views_share_what_is_shared_and_change_what_is_not(play: Player, clock: TestClock) -> None:
    def scenario(client: Any) -> Any:
        view = client.with_options(headers={"X-A": "1"}, retries=0)
        both = view.with_options(headers={"x-b": "2"}, timeout=Timeouts(1, 2, 3, 4))
        assert type(both) is type(client)
        assert both.drift is client.drift
        with pytest.raises(errors.ServerError) as raised:
            yield get(both)
        assert raised.value.attempts == 1
        yield get(client)

    with Server(answer(b"", 503), answer(b"", 503), answer(BATCH)) as server:
        play("QuestionPro", scenario, base_url=server.url, clock=clock)
    first, second = server.requests[:2]
    assert (first.headers["x-a"], first.headers["x-b"]) == ("1", "2")
    assert "x-a" not in second.headers
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": None},
        {"timeout": float("inf")},
        {"timeout": "5"},
        {"timeout": True},
        {"timeout": Timeouts(1, 2, 3, -4)},
        {"timeout": Timeouts(None, 1, 1, 1)},  # type: ignore[arg-type]
        {"deadline": 0},
        {"deadline": float("nan")},
        {"headers": "x"},
        {"headers": {"a": 1}},
        {"headers": {"a\n": "b"}},
        {"headers": {"a": "b\r\nc: d"}},
        {"headers": {"": "x"}},
        {"headers": {"a b": "x"}},
        {"headers": {"a": "é"}},
        {"headers": {"Content-Length": "5"}},
        {"headers": {"transfer-encoding": "chunked"}},
        {"headers": {"Accept-Encoding": "br"}},
        {"on_mismatch": "ignore"},
        {"scheme": "none-such"},
        {"max_body": 0},
        {"max_body": 0.5},
        {"nonsense": 1},
    ],
)
def test_unusable_options_are_refused_on_clients_and_views(options: Any) -> None:
    with pytest.raises(ConfigurationError):
        QuestionPro(KEY, **options)
    with pytest.raises(ConfigurationError):
        QuestionPro(KEY).with_options(**options)


@pytest.mark.parametrize("options", [{"on_request": 5}, {"on_error": "x"}, {"clock": time}])
def test_unusable_hooks_and_clocks_are_refused(options: Any) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        QuestionPro(KEY, **options)


def test_times_of_any_size_are_accepted(play: Player) -> None:
    with Server(answer(BATCH)) as server:
        options: Any = {"timeout": 1e300, "deadline": 1e300, "max_body": 1e300}
        assert play("QuestionPro", get, base_url=server.url, **options).id == 4445556


@pytest.mark.parametrize(
    "options", [{"base_url": "http://x"}, {"clock": CLOCK}, {"http_client": None}, {"pickle_credentials": True}]
)
def test_what_belongs_to_a_client_is_no_option_of_a_view(options: Any) -> None:
    with pytest.raises(ConfigurationError, match="unknown option"):
        QuestionPro(KEY).with_options(**options)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "ftp://x",
        "http://",
        "http://u:p@x",
        "http://x?a=b",
        "http://x#a",
        "http://x y",
        "http://x\n",
        "http://x:port",
        "http://x:99999",
        5,
        "http://\\x",
        "http://[x",
        "http://@x",
    ],
)
def test_unusable_base_urls_are_refused(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        QuestionPro(KEY, base_url=url)


def test_data_centers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert QuestionPro(KEY).base_url == "https://api.questionpro.com/a/api/v2"
    assert QuestionPro(KEY, datacenter="eu").base_url == "https://api.questionpro.eu/a/api/v2"
    monkeypatch.setenv("QUESTIONPRO_DATACENTER", "ca")
    assert QuestionPro(KEY).base_url == "https://api.questionpro.ca/a/api/v2"
    monkeypatch.setenv("QUESTIONPRO_BASE_URL", "https://x.example/v2/")
    assert QuestionPro(KEY).base_url == "https://x.example/v2"
    assert QuestionPro(KEY, datacenter="sg").base_url == "https://api.questionpro.sg/a/api/v2"
    unusable: list[Any] = ["", "moon", [], 5]
    for wrong in unusable:
        with pytest.raises(ConfigurationError, match="choose one of us, eu"):
            QuestionPro(KEY, datacenter=wrong)
    with pytest.raises(ConfigurationError, match="not both"):
        QuestionPro(KEY, datacenter="us", base_url="http://x")


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTIONPRO_DATACENTER", "moon")
    with pytest.raises(ConfigurationError, match=r"^QUESTIONPRO_DATACENTER: no data center 'moon': choose one of us"):
        QuestionPro(KEY)
    monkeypatch.setenv("QUESTIONPRO_BASE_URL", "x.example")
    for url in ({}, {"base_url": None}):
        with pytest.raises(ConfigurationError, match=r"^QUESTIONPRO_BASE_URL must be"):
            QuestionPro(KEY, **url)  # type: ignore[arg-type]


def test_hooks_see_every_attempt_and_no_secret(play: Player, clock: TestClock) -> None:
    seen: list[tuple[str, Event]] = []
    hooks: Any = {
        name: lambda event, name=name: seen.append((name, event)) for name in ("on_request", "on_response", "on_error")
    }
    with Server(answer(b"", 503, X_Request_Id=KEY), [RESET], answer(BATCH)) as server:
        play("QuestionPro", get, base_url=server.url, clock=clock, **hooks)
    names = ["on_request", "on_response", "on_error", "on_request", "on_error", "on_request", "on_response"]
    assert [name for name, _ in seen] == names
    assert [event.attempt for _, event in seen] == [1, 1, 1, 2, 2, 3, 3]
    assert {(event.provider, event.operation) for _, event in seen} == {("questionpro", "micropanel.get_batch")}
    first, second, third = (event for _, event in seen[:3])
    assert (first.method, first.url) == ("GET", f"{server.url}/micropanel/batches/4445556")
    assert (second.status, second.headers["x-request-id"]) == (503, "[redacted]")
    assert isinstance(third.error, errors.ServerError)
    assert third.error.operation == "micropanel.get_batch"
    assert KEY not in repr(seen)


def test_logs_hold_no_secret_and_no_query(play: Player, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="truecopy")
    with Server(answer({"response": []}, X_Request_Id=KEY, Set_Cookie="c00kie=1")) as server:
        play("QuestionPro", lambda c: c.responses.list_responses(1, page=770077, per_page=88), base_url=server.url)
    messages = [record.getMessage() for record in caplog.records if record.name == "truecopy"]
    assert len(messages) == 3
    text = "\n".join(messages)
    assert "/surveys/1/responses" in text
    with Server(answer(b"", 404)) as server, pytest.raises(errors.NotFoundError):  # a key where an id belongs
        play("Supermetrics", lambda c: c.query.get_batch(KEY), base_url=server.url)
    text += caplog.text
    for hidden in (KEY, "770077", "page", "?", "c00kie"):  # longer than a port or a time, which are numbers too
        assert hidden not in text


@pytest.mark.parametrize(("level", "lines"), [("", 0), ("nonsense", 1), ("info", 2), ("DEBUG", 4)])
def test_logging_is_silent_by_default(level: str, lines: int) -> None:
    code = (
        "import sys, truecopy;"
        "truecopy.QuestionPro('k3y-0123456789', base_url=sys.argv[1], retries=0).micropanel.get_batch(1)"
    )
    with Server(answer(b"", 500)) as server:
        environment = {**os.environ, "TRUECOPY_LOG": level, "TRUECOPY_TRANSPORT": "httpx"}
        ran = subprocess.run([sys.executable, "-c", code, server.url], capture_output=True, text=True, env=environment)
    assert ran.returncode == 1
    assert sum(" truecopy " in line for line in ran.stderr.splitlines()) == lines
    assert "k3y-0123456789" not in ran.stderr.replace(code, "")


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def test_spans_are_made_where_opentelemetry_is_in_use(
    play: Player, clock: TestClock, exporter: InMemorySpanExporter
) -> None:
    exporter.clear()
    with Server(answer(b"", 503), answer(BATCH), answer(b"", 404)) as server:
        play("QuestionPro", get, base_url=server.url, clock=clock)
        with pytest.raises(errors.NotFoundError):
            play("QuestionPro", get, base_url=server.url, clock=clock)
    good, bad = exporter.get_finished_spans()
    assert good.name == "questionpro micropanel.get_batch"
    assert good.kind is trace.SpanKind.CLIENT
    assert dict(good.attributes or {}) == {
        "http.request.method": "GET",
        "url.template": "/micropanel/batches/{batchID}",
        "http.response.status_code": 200,
        "http.request.resend_count": 1,
    }
    assert [event.name for event in good.events] == ["attempt failed"]
    assert good.status.is_unset
    assert bad.status.status_code is trace.StatusCode.ERROR
    assert (bad.attributes or {})["error.type"] == "NotFoundError"
    assert KEY not in good.to_json() + bad.to_json()


def spread(times: list[float], window: float) -> int:
    """The most requests that any window holds."""
    return max(sum(start <= each < start + window for each in times) for start in times)


def test_the_limiter_holds_threads_back(transport: str) -> None:
    times: list[float] = []
    with Server(answer(QUERY_BATCH)) as server:
        hooked = Supermetrics(
            KEY, base_url=server.url, limiter=True, on_request=lambda event: times.append(time.monotonic())
        )
        with hooked, concurrent.futures.ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: hooked.query.get_batch("b"), range(30)))
    assert len(times) == 30
    assert spread(times, 0.9) <= 20


def test_the_limiter_holds_tasks_back(transport: str) -> None:
    times: list[float] = []

    async def main(server: Server) -> None:
        async with AsyncSupermetrics(
            KEY, base_url=server.url, limiter=True, on_request=lambda e: times.append(time.monotonic())
        ) as client:
            await asyncio.gather(*[client.query.get_batch("b") for _ in range(30)])

    with Server(answer(QUERY_BATCH)) as server:
        asyncio.run(main(server))
    assert spread(times, 0.9) <= 20


def test_the_limiter_gives_up_at_the_deadline(transport: str) -> None:
    with (
        Server(answer(QUERY_BATCH)) as server,
        Supermetrics(KEY, base_url=server.url, limiter=True, deadline=0.3) as client,
        pytest.raises(errors.NotSentError, match="rate limiter") as raised,
    ):
        list(map(client.query.get_batch, ["b"] * 30))
    assert raised.value.attempts == 0
    assert len(server.requests) == 16  # what lets no second see more than 20, should some be held up on their way


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis of our own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    path = tmp_path_factory.mktemp("redis") / "socket"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                if path.exists():
                    break
                time.sleep(0.02)
            yield f"redis+unix://{path}"
        finally:
            process.terminate()


@pytest.mark.parametrize("asked", [False, True], ids=["string", "function"])
def test_a_limit_is_shared_by_the_clients_of_one_key(
    play: Player, redis: str, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And by those only, also when a function has to be asked for the key."""
    few = dataclasses.replace(supermetrics.PROVIDER, limit=(3, 3600))
    monkeypatch.setattr(supermetrics._Configured, "PROVIDER", few)
    first, second = (f"{KEY}-{time.time_ns()}-{number}" for number in range(2))

    def call(key: str) -> None:
        token = (lambda: key) if asked else key
        play("Supermetrics", lambda c: c.query.get_batch("b"), token=token, base_url=server.url, limiter=redis)

    with Server(answer(QUERY_BATCH)) as server:
        for key in (first, second, first, first):
            call(key)
        with pytest.raises(errors.NotSentError, match="rate limiter"):
            call(first)
    assert len(server.requests) == 4


def test_a_storage_that_is_silent_does_not_hold_calls(play: Player) -> None:
    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"base_url": "http://127.0.0.1:1", "limiter": f"redis://127.0.0.1:{silent.getsockname()[1]}/0"}
        with pytest.raises(errors.NotSentError, match="storage"):
            play("Supermetrics", lambda c: c.query.get_batch("b"), retries=0, **options)
    assert time.monotonic() - started < 15


def test_a_limiter_in_memory_goes_on_in_a_forked_child() -> None:
    """Its locks may be another thread's when the process forks."""
    limiter = Limiter(1000, 1, "x")
    storage = limiter._strategy.storage
    for lock in [value for value in vars(storage).values() if hasattr(value, "acquire")]:
        lock.acquire()
    child = os.fork()
    if not child:
        os._exit(0 if limiter._try("key") == 0.0 else 1)
    give_up = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < give_up:
        time.sleep(0.01)
    if ended == (0, 0):
        os.kill(child, 9)
        ended = os.waitpid(child, 0)
    assert ended[1] == 0


def test_a_limiter_without_its_storage() -> None:
    client = Supermetrics(KEY, limiter="redis://:passw0rd-of-redis@127.0.0.1:1/0", base_url="http://127.0.0.1:1")
    with pytest.raises(errors.NotSentError, match="storage") as raised:
        client.query.get_batch("b")
    assert_no_secret(raised.value, "passw0rd-of-redis")
    unusable: list[Any] = ["http://x", "memory", 5, 0, "", "redis://:passw0rd-of-redis@x:port", "redis://[x"]
    for wrong in unusable:
        with pytest.raises(ConfigurationError, match="limiter") as refused:
            Supermetrics(KEY, limiter=wrong)
        assert_no_secret(refused.value, "passw0rd-of-redis")


def test_members_that_a_request_schema_leaves_open_may_be_sent() -> None:
    from supermetrics_api.models import Query, QueryBatchCreate
    from truecopy.life import _first
    from truecopy.supermetrics import PROVIDER

    check = PROVIDER.spec.operation("createBatch").body
    body = QueryBatchCreate(queries=[Query(ds_id="AW")])
    body["further"] = 1
    assert check is not None
    assert _first("body", check(body.to_dict())) is None
    assert (
        _first("body", check({**body.to_dict(), "timeout_minutes": 1}))
        == "body/timeout_minutes: expected minimum 5, got integer"
    )


def test_hooks_may_be_coroutine_functions(transport: str) -> None:
    seen: list[tuple[str, int]] = []

    def hook(name: str) -> Any:
        async def called(event: Event) -> None:
            await asyncio.sleep(0)
            seen.append((name, event.attempt))

        return called

    hooks: dict[str, Any] = {f"on_{name}": hook(name) for name in ("request", "response", "error")}
    with Server(answer(b"", 503, retry_after="0"), answer(BATCH)) as server:
        Player("async", transport)("QuestionPro", get, base_url=server.url, **hooks)
    assert seen == [("request", 1), ("response", 1), ("error", 1), ("request", 2), ("response", 2)]
    with pytest.raises(ConfigurationError, match="coroutine function"):
        QuestionPro(KEY, **hooks)


def test_an_application_that_logs_has_each_line_once() -> None:
    script = """
import logging, os, sys
if sys.argv[1] == "application":
    logging.basicConfig(format="application %(message)s")
import truecopy.observe
truecopy.observe.log.info("a line")
"""
    for who in ("application", "nobody"):
        environment = {**os.environ, "TRUECOPY_LOG": "info"}
        command = [sys.executable, "-c", script, who]
        told = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stderr
        assert told.count("a line") == 1
        assert told.startswith("application ") == (who == "application")


def with_variables(error: BaseException) -> str:
    """A traceback with the variables of its frames, as error trackers report it."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def test_a_client_whose_settings_were_refused_can_be_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        QuestionPro(KEY, base_url="nonsense")
    assert "self = QuestionPro()" in with_variables(caught.value)


def test_variables_of_frames_hold_no_secret() -> None:
    for reply in (answer(b"", 503), [RESET]):
        options: Any = {"retries": 0, "headers": {"x-gateway": f"of-the-gateway-{KEY}"}}
        with Server(reply) as server, QuestionPro(KEY, base_url=server.url, **options) as client:
            with pytest.raises(errors.TruecopyError) as caught:
                get(client)
            assert KEY not in with_variables(caught.value).replace(repr(options), "")
