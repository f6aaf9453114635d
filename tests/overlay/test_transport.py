"""Connections: proxies, the user's own httpx, TLS, forks, event loops, threads, closing."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import copy
import gc
import importlib
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from truecopy import Asavie, AsyncQuestionPro, QuestionPro, Retries, Supermetrics, Timeouts, errors, pools
from truecopy.errors import ConfigurationError
from truecopy.exchange import proxy_for
from truecopy.forks import lazy

from .conftest import KEY, Player
from .samples import ASAVIE_BATCH, BATCH, questionpro_error
from .server import RESET, Request, Server, answer
from .test_errors import assert_no_secret
from .test_faults import get
from .test_retries import create


@pytest.mark.parametrize(
    "written", ["http://127.0.0.1:{port}", "127.0.0.1:{port}", "http://user:pa%40ss@127.0.0.1:{port}"]
)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "all_proxy"])
def test_the_environment_s_proxy_is_used(
    play: Player, monkeypatch: pytest.MonkeyPatch, written: str, variable: str
) -> None:
    """Trap 17."""
    with Server(answer(BATCH)) as proxy:
        monkeypatch.setenv(variable, written.format(port=proxy.port))
        assert play("QuestionPro", get, base_url="http://api.invalid/v2").id == 4445556
    assert proxy.requests[0].target == "http://api.invalid/v2/micropanel/batches/4445556"
    assert ("proxy-authorization" in proxy.requests[0].headers) == ("user" in written)


@pytest.mark.parametrize("exempt", ["*", "other.invalid,api.invalid", "invalid"])
def test_no_proxy_is_respected(play: Player, monkeypatch: pytest.MonkeyPatch, exempt: str) -> None:
    with Server(answer(b"", 500)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", exempt)
        with pytest.raises(errors.NotSentError):
            play("QuestionPro", get, base_url="http://api.invalid/v2", retries=0)
    assert proxy.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1.2.3"])
def test_this_machine_is_reached_without_the_proxy(play: Player, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with Server(answer(BATCH)) as server:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        if host == "127.1.2.3":
            assert proxy_for(f"http://{host}:{server.port}") is None
        else:
            assert play("QuestionPro", get, base_url=f"http://{host}:{server.port}").id == 4445556
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert proxy_for("https://[::1]:8443") is None
    assert proxy_for("https://localhost.example") == "http://127.0.0.1:1"


def test_https_goes_through_a_tunnel(play: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    with Server(refused) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(errors.NotSentError) as raised:
            play("QuestionPro", get, base_url="https://api.invalid/v2", retries=0)
    assert (proxy.requests[0].method, proxy.requests[0].target) == ("CONNECT", "api.invalid:443")
    assert_no_secret(raised.value)


@pytest.mark.parametrize(
    "proxy", ["ftp://u:pr0xy-passw0rd@x", "socks5://u:pr0xy-passw0rd@127.0.0.1:1", "http://u:pr0xy-passw0rd@[bad"]
)
def test_an_unusable_proxy(play: Player, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises((ConfigurationError, errors.NotSentError)) as raised:
        play("QuestionPro", get, base_url="http://api.invalid", retries=0)
    assert_no_secret(raised.value, "pr0xy-passw0rd")


def test_own_clients_and_transports_are_used_and_left_open() -> None:
    with Server(answer(BATCH)) as server:
        with httpx.Client(headers={"x-own": "1"}) as own:
            with httpx.HTTPTransport() as transport:
                for given in (own, transport):
                    with QuestionPro(KEY, base_url=server.url, http_client=given) as client:
                        assert get(client).id == 4445556
            assert not own.is_closed

        async def main() -> None:
            async with httpx.AsyncClient() as own, httpx.AsyncHTTPTransport() as transport:
                for given in (own, transport):
                    async with AsyncQuestionPro(KEY, base_url=server.url, http_client=given) as client:
                        assert (await get(client)).id == 4445556
                assert not own.is_closed

        asyncio.run(main())
    assert len(server.requests) == 4
    assert {request.headers["user-agent"].split("/")[0] for request in server.requests} == {"truecopy"}


def test_own_transports_may_be_mocks() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=BATCH)

    async def main() -> None:
        client = AsyncQuestionPro(KEY, http_client=httpx.MockTransport(handler))
        assert (await get(client)).id == 4445556

    assert get(QuestionPro(KEY, http_client=httpx.MockTransport(handler))).id == 4445556
    asyncio.run(main())


def test_hooks_of_an_own_client_may_read_the_answer() -> None:
    import gzip
    import json

    content = answer(gzip.compress(json.dumps(BATCH).encode()), content_encoding="gzip")

    async def aread(response: httpx.Response) -> None:
        await response.aread()

    async def main(server: Server) -> None:
        async with httpx.AsyncClient(event_hooks={"response": [aread]}) as own:
            assert (await get(AsyncQuestionPro(KEY, base_url=server.url, http_client=own))).id == 4445556

    with Server(content) as server:
        with httpx.Client(event_hooks={"response": [lambda response: response.read()]}) as own:
            assert get(QuestionPro(KEY, base_url=server.url, http_client=own)).id == 4445556
        asyncio.run(main(server))


def test_an_own_client_never_follows_a_redirect() -> None:
    with (
        Server(answer(BATCH)) as stranger,
        Server(answer(b"", 307, location=stranger.url)) as server,
        httpx.Client(follow_redirects=True) as own,
        pytest.raises(errors.ApiError, match="redirect"),
    ):
        get(QuestionPro(KEY, base_url=server.url, http_client=own))
    assert stranger.connections == 0


def own_client(asynchronous: bool, hook: Callable[[httpx.Response], None]) -> Any:
    async def awaited(response: httpx.Response) -> None:
        hook(response)

    if asynchronous:
        return httpx.AsyncClient(event_hooks={"response": [awaited]})
    return httpx.Client(event_hooks={"response": [hook]})


def nothing(response: httpx.Response) -> None:
    pass


def refuse(response: httpx.Response) -> None:
    raise httpx.ConnectError("so it says")


@pytest.mark.parametrize(
    ("reply", "hook"),
    [
        (answer(b"", 302, location="http://xn--a/", connection="close"), nothing),
        (answer(b"", 302, location="http://[::1", connection="close"), nothing),
        (answer({}, connection="close"), refuse),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_what_an_own_client_makes_of_an_answer_is_not_taken_for_a_failed_connection(
    reply: bytes, hook: Any, asynchronous: bool
) -> None:
    with Server(reply) as server:
        own = own_client(asynchronous, hook)
        with pytest.raises(errors.MaybeSentError) as raised:
            Player("async" if asynchronous else "sync", "httpx")(
                "QuestionPro", create, base_url=server.url, http_client=own
            )
    assert (len(server.requests), raised.value.attempts) == (1, 1)


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_hook_that_raises_for_the_status_is_an_answer(asynchronous: bool, read: bool) -> None:
    def judge(response: httpx.Response) -> None:
        if read and not asynchronous:
            response.read()
        response.raise_for_status()

    play = Player("async" if asynchronous else "sync", "httpx")
    with (
        Server(answer(questionpro_error(404), 404, connection="close")) as server,
        pytest.raises(errors.NotFoundError) as raised,
    ):
        play("QuestionPro", get, base_url=server.url, http_client=own_client(asynchronous, judge))
    assert (len(server.requests), raised.value.attempts) == (1, 1)
    assert (raised.value.code == "1040") == (read and not asynchronous)


def test_an_own_client_that_is_closed_or_of_the_wrong_kind() -> None:
    own = httpx.Client()
    own.close()
    with pytest.raises(ConfigurationError, match="closed"):
        get(QuestionPro(KEY, base_url="http://127.0.0.1:1", http_client=own))
    for wrong in (httpx.AsyncClient(), object(), httpx):
        with pytest.raises(ConfigurationError, match="http_client must be"):
            QuestionPro(KEY, http_client=wrong)
    with pytest.raises(ConfigurationError, match="http_client must be"):
        AsyncQuestionPro(KEY, http_client=own)


def test_one_tls_context_serves_all_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 15."""
    from truecopy import over_httpx

    made: Any = []
    create = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: made.append(create()) or made[-1])
    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")
    over_httpx._tls.cache_clear()
    for _ in range(5):
        with QuestionPro(KEY, base_url="https://127.0.0.1:1", retries=0) as client, pytest.raises(errors.NotSentError):
            get(client)
    assert len(made) == 1
    with QuestionPro(KEY, base_url="http://127.0.0.1:1", retries=0) as client, pytest.raises(errors.NotSentError):
        get(client)
    assert len(made) == 1


@pytest.mark.parametrize(
    ("variable", "value", "base_url"),
    [
        ("SSL_CERT_FILE", "/no/such/file", "https://127.0.0.1:1"),
        ("SSL_CERT_FILE", __file__, "https://127.0.0.1:1"),
        ("TRUECOPY_TRANSPORT", "htpx", "http://127.0.0.1:1"),
    ],
)
def test_rubbish_in_the_environment_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, base_url: str
) -> None:
    from truecopy import over_httpx

    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")
    monkeypatch.setenv(variable, value)
    over_httpx._tls.cache_clear()
    with QuestionPro(KEY, base_url=base_url) as client, pytest.raises(ConfigurationError, match=variable):
        get(client)


def test_connections_are_kept_and_shared_with_views(play: Player) -> None:
    def scenario(client: Any) -> Any:
        for view in (client, client.with_options(retries=0), client.with_options(headers={"x-a": "b"}), client):
            yield get(view)

    with Server(answer(BATCH)) as server:
        play("QuestionPro", scenario, base_url=server.url)
        assert (len(server.requests), server.connections) == (4, 1)


def test_connections_are_not_leaked_by_failures(play: Player) -> None:
    def scenario(client: Any) -> Any:
        for _ in range(30):
            try:
                yield get(client)
            except errors.TruecopyError as error:
                last = type(error)
            del _
        assert last is errors.ServerError

    scripts: list[Any] = [[RESET], answer(b"", 500), answer(b"x" * 300_000, 500)] * 10
    with Server(*scripts) as server:
        play("QuestionPro", scenario, base_url=server.url, retries=0, max_body=1000)
        gc.collect()
        for _ in range(40):
            if not server.open:
                break
            time.sleep(0.05)
        assert server.open == 0


async def _open_for(server: Server, most: int) -> int:
    """Connections that are open after at most two seconds, or as soon as they are few enough."""
    for _ in range(40):
        if server.open <= most:
            break
        await asyncio.sleep(0.05)
    return server.open


def test_hundreds_of_tasks_at_once_all_get_a_connection_in_time(transport: str) -> None:
    """One pool of httpcore hands its connections out so slowly that many of these would wait in vain."""

    async def run() -> None:
        async with AsyncQuestionPro(KEY, base_url=server.url, retries=0) as client:
            answers = await asyncio.gather(*(get(client) for _ in range(800)))
        assert {batch.id for batch in answers} == {4445556}

    with Server([0.1, answer(BATCH)]) as server:
        asyncio.run(run())
        assert server.connections <= 100


def test_connections_that_are_no_longer_needed_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")

    async def run() -> None:
        async with AsyncQuestionPro(KEY, base_url=server.url, retries=0) as client:
            await asyncio.gather(*(get(client) for _ in range(20)))
            assert server.open == 20
            monkeypatch.setattr("truecopy.over_httpx.IDLE", 0.0)
            await get(client)
            assert await _open_for(server, 1) <= 1

    with Server([0.1, answer(BATCH)]) as server:
        asyncio.run(run())


def test_the_connection_of_a_cancelled_call_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpcore forgets some of those, which then stayed open: about 12 of 400."""
    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")

    async def run() -> None:
        async with AsyncQuestionPro(KEY, base_url=server.url, retries=0) as client:
            await get(client)
            (used,) = client._pool._exchange._idle
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await get(client)
            await get(client)
            (other,) = client._pool._exchange._idle
            assert other is not used
            assert await _open_for(server, 1) == 1

    with Server(answer(BATCH), [0.3, answer(BATCH)], answer(BATCH)) as server:
        asyncio.run(run())


def test_closing_ends_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")

    async def run() -> None:
        client = AsyncQuestionPro(KEY, base_url=server.url, retries=0)
        calls = [asyncio.create_task(get(client)) for _ in range(5)]
        while len(server.requests) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await client.close()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(error) for error in ended} == {errors.MaybeSentError}
        assert await _open_for(server, 0) == 0

    with Server([0.5, answer(BATCH)]) as server:
        asyncio.run(run())


def test_a_closed_client_says_so(play: Player) -> None:
    def scenario(client: Any) -> Any:
        view = client.with_options(retries=0)
        yield get(client)
        yield client.close()
        yield client.close()
        for each in (client, view):
            with pytest.raises(ConfigurationError, match="closed"):
                yield get(each)

    with Server(answer(BATCH)) as server:
        play("QuestionPro", scenario, base_url=server.url)


def test_closing_while_threads_wait(transport: str) -> None:
    with Server([1.0]) as server, concurrent.futures.ThreadPoolExecutor(4) as pool:
        client = QuestionPro(KEY, base_url=server.url, retries=0, timeout=0.7)
        calls = [pool.submit(get, client) for _ in range(4)]
        time.sleep(0.2)
        client.close()
        for call in calls:
            assert isinstance(call.exception(timeout=10), errors.TruecopyError)


def test_one_client_serves_many_threads(transport: str) -> None:
    with (
        Server(answer(BATCH)) as server,
        QuestionPro(KEY, base_url=server.url) as client,
        concurrent.futures.ThreadPoolExecutor(50) as pool,
    ):
        assert {batch.id for batch in pool.map(lambda _: get(client), range(300))} == {4445556}
    assert server.connections <= 100


def test_a_fresh_spec_is_read_by_many_threads_at_once() -> None:
    from questionpro_api.api import SPEC
    from truecopy.schema import Spec, errors_in

    for _ in range(20):
        spec = Spec(SPEC)
        barrier = threading.Barrier(8)

        def check(spec: Spec = spec, barrier: threading.Barrier = barrier) -> Any:
            barrier.wait()
            success = spec.operation("getBatch").success
            assert success is not None
            return errors_in(success(BATCH))

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert [f.result() for f in [pool.submit(check) for _ in range(8)]] == [[]] * 8


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_async_client_belongs_to_one_loop(transport: str) -> None:
    with Server(answer(BATCH)) as server:
        client = AsyncQuestionPro(KEY, base_url=server.url)

        async def once() -> int:
            return int((await get(client)).id)

        assert asyncio.run(once()) == 4445556
        with pytest.raises(ConfigurationError, match="another event loop"):
            asyncio.run(once())
        asyncio.run(client.close())
        gc.collect()  # in a loop that is gone nothing can be closed


def in_child(client: Any, results: Any) -> None:
    try:
        results.put(get(client).id)
    except BaseException as error:  # the parent waits for something
        results.put(repr(error))


def test_a_client_goes_on_in_a_forked_child(transport: str) -> None:
    context = multiprocessing.get_context("fork")
    with Server(answer(BATCH)) as server, QuestionPro(KEY, base_url=server.url, timeout=5) as client:
        get(client)
        client._pool._lock.acquire(1)  # another thread may hold it when the process forks
        results = context.Queue()
        children = [context.Process(target=in_child, args=(client, results)) for _ in range(2)]
        for child in children:
            child.start()
        client._pool._lock.release()
        assert [results.get(timeout=20) for _ in children] == [4445556] * 2
        for child in children:
            child.join(20)
            assert child.exitcode == 0
        get(client)


def test_a_forked_child_that_closes_and_exits_normally(transport: str) -> None:
    with Server(answer(BATCH)) as server, QuestionPro(KEY, base_url=server.url, timeout=5) as client:
        get(client)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                assert get(client).id == 4445556
                client.close()
                del client
                gc.collect()
                status = 0
            finally:
                os._exit(status)
        deadline = time.monotonic() + 20
        while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert done == (child, 0)
        assert get(client).id == 4445556


@pytest.mark.parametrize("kind", [QuestionPro, AsyncQuestionPro])
def test_a_client_that_is_let_go_of_leaves_nothing_behind(kind: Any) -> None:
    before = len(pools._INHERITED)
    for _ in range(10):
        kind(KEY)
    assert len(pools._INHERITED) <= max(before, 1)


def test_a_lazy_attribute_does_not_hold_a_forked_child() -> None:
    """A thread is making one while the process forks."""
    made, release = threading.Event(), threading.Event()

    class Slow:
        @lazy
        def attribute(self) -> int:
            made.set()
            release.wait(20)
            return 1

    thread = threading.Thread(target=lambda: Slow().attribute)
    thread.start()
    made.wait(20)
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        release.set()
        os._exit(0 if Slow().attribute == 1 else 1)
    assert os.waitpid(child, 0) == (child, 0)
    release.set()
    thread.join()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_async_client_goes_on_in_a_forked_child(transport: str) -> None:
    with Server(answer(BATCH)) as server:
        client = AsyncQuestionPro(KEY, base_url=server.url, timeout=5)

        async def once() -> int:
            return int((await get(client)).id)

        assert asyncio.run(once()) == 4445556
        child = os.fork()
        if child == 0:
            status = 1
            try:
                assert asyncio.run(once()) == 4445556
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0) == (child, 0)
        asyncio.run(client.close())
        gc.collect()  # in a loop that is gone nothing can be closed


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_clients_and_models_cross_a_process_pool(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTIONPRO_API_KEY", KEY)
    with Server(answer(BATCH), answer({}, 404)) as server, QuestionPro(base_url=server.url, retries=1) as client:
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
            view = client.with_options(headers={"x-view": "1"})
            batch = pool.submit(view.micropanel.get_batch, 4445556).result(60)
            assert batch.to_dict() == BATCH["response"]
            with pytest.raises(errors.NotFoundError) as raised:
                pool.submit(view.micropanel.get_batch, 4445556).result(60)
    assert raised.value.operation == "micropanel.get_batch"
    assert [request.headers.get("x-view") for request in server.requests] == ["1", "1"]


def test_clients_and_models_cross_a_dask_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask and Ray pickle with cloudpickle: a method of a client is a task, and a client its argument."""
    distributed = importlib.import_module("distributed")  # it has no types
    monkeypatch.setenv("QUESTIONPRO_API_KEY", KEY)
    options: dict[str, Any] = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with (
        Server(answer(BATCH), answer(BATCH), answer({}, 404)) as server,
        QuestionPro(base_url=server.url, retries=0) as client,
        distributed.LocalCluster(processes=True, **options) as cluster,
        distributed.Client(cluster) as dask,
    ):
        batch = dask.submit(client.micropanel.get_batch, 4445556, pure=False).result(60)
        assert batch.to_dict() == BATCH["response"]
        assert dask.submit(lambda each: each.micropanel.get_batch(1).id, client, pure=False).result(60) == 4445556
        with pytest.raises(errors.NotFoundError) as raised:
            dask.submit(client.with_options(deadline=5).micropanel.get_batch, 2, pure=False).result(60)
    assert raised.value.operation == "micropanel.get_batch"


def a_secret() -> str:
    return KEY


def test_clients_pickle_by_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESTIONPRO_API_KEY", KEY)
    monkeypatch.setenv("ASAVIE_CLIENT_ID", "an-id")
    monkeypatch.setenv("ASAVIE_CLIENT_SECRET", KEY)
    policy = Retries(attempts=2)
    options: Any = {"timeout": Timeouts(1, 2, 3, 4), "headers": {"x-a": "1"}, "retries": policy, "on_mismatch": "warn"}
    for client in (
        QuestionPro(datacenter="eu", **options),
        QuestionPro(a_secret, datacenter="eu", **options),
        Asavie(**options),
        AsyncQuestionPro(**options),
    ):
        view = client.with_options(headers={"x-b": "2"}, deadline=7)
        data = pickle.dumps(view)
        assert KEY.encode() not in data
        again = pickle.loads(data)
        assert type(again) is type(client)
        assert again.base_url == client.base_url
        assert again._core.settings == view._core.settings
        assert again._core.settings.headers == {"x-a": "1", "x-b": "2"}
        assert again._core.settings.clock is client._core.settings.clock
        assert set(again._core.credential.secrets()) == set(client._core.credential.secrets()) or (
            getattr(again._core.credential, "function", None) is a_secret
        )
    pickled = pickle.dumps(QuestionPro())
    monkeypatch.delenv("QUESTIONPRO_API_KEY")
    with pytest.raises(ConfigurationError, match="QUESTIONPRO_API_KEY"):
        pickle.loads(pickled)


def test_a_secret_that_was_passed_is_pickled_only_on_request() -> None:
    for client in (QuestionPro(KEY), Asavie(client_id="i", client_secret=KEY), Supermetrics(KEY)):
        for through in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(ConfigurationError, match="pickle_credentials"):
                through(client)
    for client in (
        QuestionPro(KEY, pickle_credentials=True),
        Asavie(client_id="i", client_secret=KEY, pickle_credentials=True),
    ):
        again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(client))))
        assert again._core.credential.secrets() == [KEY]
    with pytest.raises(ConfigurationError, match="http_client"):
        pickle.dumps(QuestionPro(KEY, http_client=httpx.HTTPTransport()))
    with pytest.raises(ConfigurationError, match="password"):
        pickle.dumps(QuestionPro(a_secret, limiter=f"redis://:{KEY}@127.0.0.1:6379/0"))


def test_unset_survives_copy_and_pickle() -> None:
    """Trap 14."""
    import json

    from supermetrics_api.models import QueryBatch
    from supermetrics_api.types import UNSET

    batch = QueryBatch.from_dict({"batch_id": "x"})
    for again in (copy.copy(batch), copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))):
        assert again == batch
        assert again.description is UNSET
        assert json.dumps(again.to_dict()) == '{"batch_id": "x"}'
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET


def test_asavie_answers_of_another_shape_are_still_one_request(play: Player) -> None:
    def script(request: Request) -> bytes:
        return answer(ASAVIE_BATCH if request.headers["accept"] == "application/json" else b"<xml/>")

    with Server(script) as server:
        assert play("Asavie", lambda c: c.batches.get_batch("b"), base_url=server.url).name == "Opening"
