"""Secrets are checked without being shown, asked for, exchanged, renewed, and fetched once however many need them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import html
import itertools
import json
import pickle
import threading
import time
import traceback
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus

import httpx
import pytest
from truecopy import Asavie, AsyncAsavie, AsyncQuestionPro, QuestionPro, Supermetrics, errors
from truecopy.errors import ConfigurationError

from .conftest import KEY, Player, TestClock
from .samples import ASAVIE_BATCH, BATCH
from .server import RESET, Request, Server, answer
from .test_errors import assert_no_secret
from .test_faults import get

SECRET = "s3cret-of-a-client-0123456789"
PAIR: dict[str, Any] = {"client_id": "an-id", "client_secret": SECRET}


def read(client: Any) -> Any:
    return client.batches.get_batch("b")


@pytest.mark.parametrize("make", [QuestionPro, AsyncQuestionPro, Supermetrics, Asavie])
@pytest.mark.parametrize(
    "secret",
    [
        "",
        " ",
        "\t\n",
        f"{KEY}\n",
        f" {KEY}",
        f"{KEY}\r\nX-Evil: 1",
        f"{KEY}\x00",
        f"{KEY}é",
        "\ud800" + KEY,
        5,
        b"key",
        [],
    ],
)
def test_an_unusable_secret_is_refused_without_being_shown(make: Any, secret: Any) -> None:
    """Trap 19."""
    with pytest.raises(ConfigurationError) as raised:
        make(secret)
    assert_no_secret(raised.value)
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize("value", ["", " x", "x\n", "é", 5, ["x"]])
@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_unusable_client_credentials_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name) as raised:
        Asavie(**{**PAIR, name: value})
    assert_no_secret(raised.value, SECRET)


def test_without_a_credential_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"api_key.*QUESTIONPRO_API_KEY"):
        QuestionPro()
    with pytest.raises(ConfigurationError, match="ASAVIE_TOKEN"):
        Asavie()
    with pytest.raises(ConfigurationError, match="go together"):
        Asavie(client_id="x")
    with pytest.raises(ConfigurationError, match="not both"):
        Asavie("t", client_id="x", client_secret="y")
    monkeypatch.setenv("QUESTIONPRO_API_KEY", f"{KEY}\n")
    with pytest.raises(ConfigurationError, match="environment variable QUESTIONPRO_API_KEY") as raised:
        QuestionPro()
    assert_no_secret(raised.value)


def test_secrets_come_from_the_environment(play: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    from truecopy import AsyncSupermetrics

    monkeypatch.setenv("SUPERMETRICS_TOKEN", "from-the-environment")
    with Server(answer(b"", 404)) as server:
        monkeypatch.setenv("SUPERMETRICS_BASE_URL", server.url)
        with pytest.raises(errors.NotFoundError):
            play("Supermetrics", lambda c: c.query.get_batch("x"), token=None)
    assert server.requests[0].headers["authorization"] == "Bearer from-the-environment"
    assert AsyncSupermetrics().base_url == server.url


def test_the_key_goes_into_the_header_and_only_on_request_into_the_query(play: Player) -> None:
    from questionpro_api.models import SurveyResponseCreate

    def scenario(client: Any) -> Any:
        body = SurveyResponseCreate(response_set=[])
        for view in (client, client.with_options(scheme="apiKeyQuery")):
            with pytest.raises(errors.NotFoundError) as raised:
                yield view.responses.create_response(1, body=body)
            assert_no_secret(raised.value)
        with pytest.raises(errors.NotFoundError):
            yield get(client.with_options(scheme="apiKeyQuery"))

    with Server(answer(b"", 404)) as server:
        play("QuestionPro", scenario, base_url=server.url)
    first, second, third = server.requests
    assert (first.headers["api-key"], first.target) == (KEY, "/surveys/1/responses")
    assert ("api-key" in second.headers, second.target) == (False, f"/surveys/1/responses?apiKey={KEY}")
    assert third.headers["api-key"] == KEY  # that operation does not offer the legacy scheme


def test_a_key_in_the_query_is_in_no_text(play: Player, caplog: pytest.LogCaptureFixture) -> None:
    from questionpro_api.models import SurveyResponseCreate

    caplog.set_level("DEBUG")
    seen: list[Any] = []
    for script in ([RESET], answer(b"", 302, location="/x"), answer(b"<html>"), [0.5]):
        with Server(script) as server, pytest.raises(errors.TruecopyError) as raised:
            play(
                "QuestionPro",
                lambda c: c.responses.create_response(1, body=SurveyResponseCreate(response_set=[])),
                base_url=server.url,
                scheme="apiKeyQuery",
                timeout=0.2,
                on_request=seen.append,
                on_error=seen.append,
            )
        assert_no_secret(raised.value)
        assert KEY in server.requests[0].target
    assert KEY not in caplog.text
    assert KEY not in repr(seen)


def test_a_function_is_asked_for_every_request(play: Player, clock: TestClock) -> None:
    numbers = itertools.count()

    def secret() -> str:
        return f"key-number-{next(numbers)}"

    with Server(answer(b"", 503), answer(BATCH)) as server:
        play("QuestionPro", get, api_key=secret, base_url=server.url, clock=clock)
    assert [request.headers["api-key"] for request in server.requests] == ["key-number-0", "key-number-1"]


def test_a_coroutine_function_is_asked_by_the_asynchronous_client_only(transport: str) -> None:
    async def secret() -> str:
        await asyncio.sleep(0)
        return "async-secret"

    with Server(answer(BATCH)) as server:
        Player("async", transport)("QuestionPro", get, api_key=secret, base_url=server.url)
    assert server.requests[0].headers["api-key"] == "async-secret"
    with pytest.raises(ConfigurationError, match="coroutine"):
        QuestionPro(secret)


def test_a_coroutine_that_does_not_answer_is_held_to_the_deadline(transport: str) -> None:
    async def secret() -> str:
        await asyncio.sleep(60)
        return "too-late"

    with Server(answer(BATCH)) as server, pytest.raises(errors.NotSentError, match="in time"):
        Player("async", transport)("QuestionPro", get, api_key=secret, base_url=server.url, deadline=0.2)
    assert server.requests == []


@pytest.mark.parametrize("value", [None, "", 5, f"{KEY}\n"])
def test_what_a_function_returns_is_checked(play: Player, value: Any) -> None:
    with Server(answer(BATCH)) as server, pytest.raises(ConfigurationError, match="api_key") as raised:
        play("QuestionPro", get, api_key=lambda: value, base_url=server.url)
    assert_no_secret(raised.value)
    assert server.requests == []


def test_the_secret_of_every_attempt_is_redacted(play: Player, clock: TestClock) -> None:
    """Also when another thread got another secret meanwhile."""
    numbers = itertools.count()

    def scenario(client: Any) -> Any:
        with pytest.raises(errors.ServerError) as raised:
            yield get(client)
        assert raised.value.body == "echo [redacted]"

    def echo(request: Request) -> bytes:
        client_secret()  # as if another call had asked meanwhile
        return answer(f"echo {request.headers['api-key']}".encode(), 500)

    def client_secret() -> str:
        return f"rotating-{next(numbers)}"

    with Server(echo) as server:
        play("QuestionPro", scenario, api_key=client_secret, base_url=server.url, clock=clock)


class Tokens:
    """A token endpoint beside the API: counts, and refuses tokens that were revoked."""

    def __init__(self, lifetime: Any = 3600, pause: float = 0.0) -> None:
        self.lifetime, self.pause = lifetime, pause
        self.issued = 0
        self.forms: list[dict[str, list[str]]] = []
        self.revoked: set[str] = set()
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Any:
        if request.target == "/v1/authtoken":
            with self.lock:
                self.issued += 1
                number = self.issued
            self.forms.append(parse_qs(request.body.decode()))
            token = {"access_token": f"token-{number}-abcdefgh", "token_type": "bearer", "expires_in": self.lifetime}
            return [self.pause, answer(token)]
        if request.headers.get("authorization", "").removeprefix("Bearer ") in self.revoked:
            return answer({"Message": "Authorization has been denied for this request."}, 401)
        return answer(ASAVIE_BATCH)


def test_client_credentials_are_exchanged_once_and_renewed_early(play: Player, clock: TestClock) -> None:
    tokens = Tokens(lifetime=600)

    def scenario(client: Any) -> Any:
        for passed, issued in [(0, 1), (0, 1), (539, 1), (2, 2), (0, 2), (10_000, 3)]:
            clock.now += passed
            assert (yield read(client)).id == "batch-0001"
            assert tokens.issued == issued

    with Server(tokens) as server:
        play("Asavie", scenario, base_url=server.url, clock=clock, **PAIR)
    assert tokens.forms[0] == {"grant_type": ["client_credentials"], "client_id": ["an-id"], "client_secret": [SECRET]}
    assert {r.headers.get("authorization") for r in server.requests if r.method == "GET"} == {
        f"Bearer token-{number}-abcdefgh" for number in (1, 2, 3)
    }
    assert all("authorization" not in r.headers for r in server.requests if r.method == "POST")


def test_a_refused_token_is_renewed_once(play: Player, clock: TestClock) -> None:
    tokens = Tokens()

    def scenario(client: Any) -> Any:
        yield read(client)
        tokens.revoked = {"token-1-abcdefgh"}
        yield read(client)
        assert tokens.issued == 2
        tokens.revoked = {"token-2-abcdefgh", "token-3-abcdefgh"}
        with pytest.raises(errors.AuthenticationError) as raised:
            yield read(client)
        assert (tokens.issued, raised.value.attempts) == (3, 2)
        assert raised.value.operation == "batches.get_batch"

    with Server(tokens) as server:
        play("Asavie", scenario, base_url=server.url, clock=clock, **PAIR)
    assert clock.pauses == []


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_client_secret_is_an_authentication_error(play: Player, status: int) -> None:
    body = {"error": "invalid_client", "error_description": f"{SECRET} is wrong"}
    with Server(answer(body, status)) as server, pytest.raises(errors.AuthenticationError) as raised:
        play("Asavie", read, base_url=server.url, **PAIR)
    error = raised.value
    assert (error.code, error.http_status, error.operation) == ("invalid_client", status, "auth.create_token")
    assert error.detail == "[redacted] is wrong"
    assert_no_secret(error, SECRET)
    assert len(server.requests) == 1


UNUSABLE: list[Any] = [
    {},
    [],
    "x",
    {"access_token": ""},
    {"access_token": "t\n", "expires_in": 5},
    {"access_token": "t"},
    {"access_token": "t", "expires_in": "soon"},
    {"access_token": "t", "expires_in": -1},
    {"access_token": "t", "expires_in": 10**400},
]


def test_an_unusable_token_answer(play: Player) -> None:
    def scenario(client: Any) -> Any:
        for _ in UNUSABLE:
            with pytest.raises((errors.AuthenticationError, errors.ResponseMismatchError)):
                yield read(client)

    with Server(*map(answer, UNUSABLE)) as server:
        play("Asavie", scenario, base_url=server.url, **PAIR)
    assert len(server.requests) == len(UNUSABLE)


def test_a_token_endpoint_that_fails_is_retried_on_its_own(play: Player, clock: TestClock) -> None:
    """And not once more for every attempt of the call that needs the token."""
    with Server(answer(b"", 503)) as server, pytest.raises(errors.ServerError) as raised:
        play("Asavie", read, base_url=server.url, clock=clock, **PAIR)
    assert (len(server.requests), raised.value.attempts, raised.value.operation) == (4, 4, "auth.create_token")


def test_the_deadline_of_a_call_holds_for_its_token_too(play: Player, clock: TestClock) -> None:
    with Server(answer(b"", 503, retry_after="40")) as server, pytest.raises(errors.ServerError):
        play("Asavie", read, base_url=server.url, clock=clock, deadline=100, retries=50, **PAIR)
    assert clock.pauses == [40.0, 40.0]


def storm(tokens: Tokens, server: Server, work: Any) -> None:
    """Fifty at once without a token, then fifty at once with one that was revoked."""
    for issued in (1, 2):
        assert work() == ["batch-0001"] * 50
        assert tokens.issued == issued
        tokens.revoked = {f"token-{issued}-abcdefgh"}


def test_fifty_threads_fetch_one_token(transport: str) -> None:
    tokens = Tokens(pause=0.1)
    with (
        Server(tokens) as server,
        Asavie(base_url=server.url, **PAIR) as client,
        concurrent.futures.ThreadPoolExecutor(50) as pool,
    ):
        storm(tokens, server, lambda: [b.id for b in pool.map(lambda _: read(client), range(50))])


def test_fifty_tasks_fetch_one_token(transport: str) -> None:
    tokens = Tokens(pause=0.1)

    async def main(server: Server) -> None:
        async with AsyncAsavie(base_url=server.url, **PAIR) as client:
            for issued in (1, 2):
                batches = await asyncio.gather(*[read(client) for _ in range(50)])
                assert [batch.id for batch in batches] == ["batch-0001"] * 50
                assert tokens.issued == issued
                tokens.revoked = {f"token-{issued}-abcdefgh"}

    with Server(tokens) as server:
        asyncio.run(main(server))


def test_a_cancelled_refresh_does_not_block_the_others(transport: str) -> None:
    tokens = Tokens(pause=0.3)

    async def main(server: Server) -> None:
        async with AsyncAsavie(base_url=server.url, **PAIR) as client:
            first, second = asyncio.create_task(read(client)), asyncio.create_task(read(client))
            await asyncio.sleep(0.1)
            first.cancel()
            assert (await second).id == "batch-0001"

    with Server(tokens) as server:
        asyncio.run(main(server))


def test_waiting_for_another_thread_s_token_ends_at_the_deadline(transport: str) -> None:
    tokens = Tokens(pause=0.8)
    with Server(tokens) as server, Asavie(base_url=server.url, **PAIR) as client:
        holder = threading.Thread(target=read, args=(client,))
        holder.start()
        time.sleep(0.2)
        with pytest.raises(errors.NotSentError, match="deadline"):
            read(client.with_options(deadline=0.2))
        assert holder.is_alive()
        holder.join()


def test_no_repr_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 13."""
    monkeypatch.setenv("QUESTIONPRO_API_KEY", KEY)
    clients = [
        QuestionPro(),
        QuestionPro(KEY),
        QuestionPro(functools.partial(str, KEY)),
        Asavie(client_id="an-id", client_secret=KEY),
        AsyncAsavie(KEY),
    ]
    for client in clients:
        assert KEY not in f"{client!r} {client} {client._core.credential!r} {client._core.settings!r}"
        assert not any(type(value).__module__.startswith("httpx") for value in vars(client).values())


ODD = "abc/def+ghi==&jkl<mn>o'p~q\\r"


@pytest.mark.parametrize(
    "echo",
    [
        json.dumps(ODD),
        json.dumps(ODD).replace("/", "\\/"),
        "".join(f"\\u{ord(c):04X}" for c in ODD),
        "".join(f"%{ord(c):02x}" for c in ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        html.escape(ODD),
        "".join(f"&#{ord(c)};" for c in ODD),
        "".join(f"&#x{ord(c):X};" for c in ODD),
        ODD.replace("~", "~0").replace("/", "~1"),
        f"twice {json.dumps(ODD)} and {quote(ODD)}",
    ],
)
def test_a_secret_is_found_however_it_is_spelled(play: Player, echo: str) -> None:
    body = f'{{"message": "the key [{echo}] is wrong"}}'.encode()
    with Server(answer(body, 401)) as server, pytest.raises(errors.AuthenticationError) as raised:
        play("QuestionPro", get, api_key=ODD, base_url=server.url)
    shown = raised.value.body or ""
    assert echo not in shown
    assert "[redacted]" in shown
    assert shown.startswith('{"message": "the key [')
    assert shown.endswith('] is wrong"}')


def test_what_a_function_returned_is_in_no_frame(play: Player) -> None:
    with Server(answer(BATCH)) as server, pytest.raises(ConfigurationError) as raised:
        play("QuestionPro", get, api_key=lambda: f"{KEY}\n", base_url=server.url)
    frames = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert KEY not in "".join(frames.format())


def test_a_key_in_the_query_is_in_no_frame(play: Player) -> None:
    from questionpro_api.models import SurveyResponseCreate

    def call(client: Any) -> Any:
        return client.responses.create_response(1, body=SurveyResponseCreate(response_set=[]))

    with Server([RESET]) as server, pytest.raises(errors.MaybeSentError) as raised:
        play("QuestionPro", call, base_url=server.url, scheme="apiKeyQuery")
    frames = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert KEY not in "".join(frames.format())


def test_a_key_in_the_query_is_not_given_to_a_client_that_logs_it(caplog: pytest.LogCaptureFixture) -> None:
    from questionpro_api.models import SurveyResponseCreate

    caplog.set_level("INFO")
    body = SurveyResponseCreate(response_set=[])
    with Server(answer(b"", 404)) as server, httpx.Client() as own, httpx.HTTPTransport() as carrier:
        client = QuestionPro(KEY, base_url=server.url, http_client=own, scheme="apiKeyQuery")
        with pytest.raises(ConfigurationError, match="transport"):
            client.responses.create_response(1, body=body)
        assert server.requests == []
        client = QuestionPro(KEY, base_url=server.url, http_client=carrier, scheme="apiKeyQuery")
        with pytest.raises(errors.NotFoundError):
            client.responses.create_response(1, body=body)
    assert KEY not in caplog.text


@pytest.mark.parametrize("url", ["redis://:passw0rd@h/0", "redis://h/0?password=passw0rd", "redis://u:passw0rd@h"])
def test_a_password_of_the_limiter_is_not_pickled(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SUPERMETRICS_TOKEN", KEY)
    with pytest.raises(ConfigurationError, match="password"):
        pickle.dumps(Supermetrics(limiter=url))
    assert b"passw0rd" in pickle.dumps(Supermetrics(limiter=url, pickle_credentials=True))


def test_blank_variables_are_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASAVIE_CLIENT_ID", "")
    monkeypatch.setenv("ASAVIE_CLIENT_SECRET", "")
    monkeypatch.setenv("ASAVIE_TOKEN", KEY)
    assert repr(Asavie()._core.credential) == "Fixed(from ASAVIE_TOKEN)"


def test_without_a_credential_every_way_to_give_one_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"pass token=… or .*ASAVIE_TOKEN; or ASAVIE_CLIENT_ID and ASAVIE_CLI"):
        Asavie()


def test_a_pickle_that_finds_no_variable_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERMETRICS_TOKEN", KEY)
    kept = pickle.dumps(Supermetrics())
    monkeypatch.delenv("SUPERMETRICS_TOKEN")
    with pytest.raises(ConfigurationError) as raised:
        pickle.loads(kept)
    assert str(raised.value) == "there is no credential: set the environment variable SUPERMETRICS_TOKEN"


def test_a_function_that_times_out_says_so_itself(play: Player) -> None:
    async def ask() -> str:
        raise TimeoutError("the vault is closed")

    def ask_now() -> str:
        raise TimeoutError("the vault is closed")

    with pytest.raises(TimeoutError, match="the vault is closed"):
        play("QuestionPro", get, api_key=ask if play.asynchronous else ask_now, base_url="http://127.0.0.1:1")
