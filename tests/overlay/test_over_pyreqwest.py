"""What pyreqwest names misleadingly or cannot hand over, over real sockets, for threads and for tasks."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from truecopy import exchange
from truecopy.errors import MaybeSentError, NotSentError, TransportError

Handler = Callable[[socket.socket], object]


@pytest.fixture
def listen() -> Iterator[Callable[[Handler], str]]:
    """Serve connections with a function of a socket that has read the request; returns the URL."""
    listeners: list[socket.socket] = []

    def start(handler: Handler) -> str:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
        listeners.append(listener)
        threading.Thread(target=serve, args=(listener, handler), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    def serve(listener: socket.socket, handler: Handler) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                handler(connection)

    yield start
    for listener in listeners:
        listener.close()


def send_sync(request: exchange.Request) -> exchange.Answer:
    over = exchange.open_exchange(request.url)
    try:
        return over.send(request)
    finally:
        over.close()


def send_async(request: exchange.Request) -> exchange.Answer:
    async def run() -> exchange.Answer:
        over = exchange.open_async_exchange(request.url)
        try:
            return await over.send(request)
        finally:
            await over.close()

    return asyncio.run(run())


Send = Callable[[exchange.Request], exchange.Answer]


@pytest.fixture(params=[send_sync, send_async])
def send(request: pytest.FixtureRequest) -> Send:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(params=["httpx", "pyreqwest"], autouse=True)
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUECOPY_TRANSPORT", request.param)


def ask(url: str, read: float = 5.0, headers: dict[str, str] | None = None) -> exchange.Request:
    timeouts = exchange.Timeouts(1.0, read, 1.0, 1.0)
    return exchange.Request("GET", url, headers or {}, None, timeouts, time.monotonic() + 20, 1000)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("handler", [reset, lambda connection: None], ids=["reset", "closed"])
def test_a_connection_that_ends_after_the_request_was_sent_may_have_been_processed(
    listen: Callable[[Handler], str], send: Send, handler: Handler
) -> None:
    with pytest.raises(MaybeSentError):
        send(ask(listen(handler)))


def test_no_answer_within_the_read_timeout_may_have_been_processed(
    listen: Callable[[Handler], str], send: Send
) -> None:
    released = threading.Event()
    url = listen(lambda connection: released.wait(20))
    with pytest.raises(MaybeSentError):
        send(ask(url, read=0.2))
    released.set()


def test_a_refused_connection_was_not_sent(send: Send) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSentError):
        send(ask(f"http://127.0.0.1:{port}/"))


def test_a_header_that_is_not_ascii_does_no_harm(listen: Callable[[Handler], str], send: Send) -> None:
    answer = b"HTTP/1.1 200 OK\r\nX-Odd: \xe9\r\nX-Even: 2\r\nContent-Length: 2\r\n\r\n{}"
    got = send(ask(listen(lambda connection: connection.sendall(answer))))
    assert (got.status, got.headers["X-Even"], got.body) == (200, "2", b"{}")


def test_a_failure_does_not_name_the_url(send: Send) -> None:
    with pytest.raises(TransportError) as caught:
        send(ask("http://127.0.0.1:1/?key=secret-value", headers={"api-key": "secret-value"}))
    assert "secret-value" not in f"{caught.value!r} {caught.value.__context__!r}"


def test_cancelled_requests_give_their_places_back(listen: Callable[[Handler], str]) -> None:
    released = threading.Event()
    url = listen(lambda connection: released.wait(20))

    async def run() -> None:
        over = exchange.open_async_exchange(url)
        for _ in range(2):
            tasks = [asyncio.create_task(over.send(ask(url, read=2.0))) for _ in range(exchange.CONNECTIONS)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            assert all(
                isinstance(e, asyncio.CancelledError) for e in await asyncio.gather(*tasks, return_exceptions=True)
            )
        with pytest.raises(MaybeSentError):
            await over.send(ask(url, read=0.2))
        await over.close()

    asyncio.run(run())
    released.set()


def test_no_free_connection_in_time_was_not_sent(listen: Callable[[Handler], str]) -> None:
    released = threading.Event()
    url = listen(lambda connection: released.wait(20))

    async def run() -> None:
        over = exchange.open_async_exchange(url)
        tasks = [asyncio.create_task(over.send(ask(url, read=3.0))) for _ in range(exchange.CONNECTIONS)]
        await asyncio.sleep(0.2)
        with pytest.raises(NotSentError):
            await over.send(ask(url))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await over.close()

    asyncio.run(run())
    released.set()
