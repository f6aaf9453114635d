"""Exchanges over httpx: the only module that imports it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeVar

import httpcore
import httpx

from truecopy.errors import ConfigurationError, MaybeSentError, NotSentError, TransportError
from truecopy.exchange import CONNECTIONS, IDLE, UNUSABLE_PROXY, Answer, Body, Headers, Request, Room

_Transport = TypeVar("_Transport", httpx.HTTPTransport, httpx.AsyncHTTPTransport)
_FAILURES = (httpx.HTTPError, httpx.StreamError, UnicodeError)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    UnicodeError,  # a host name that has no form for the network
)


def adopt(given: object, *, asynchronous: bool) -> Any:
    """An exchange over a client or transport of httpx that the user made; it is the user's to close.

    Raises:
        ConfigurationError: It is neither, or of the other kind.
    """
    if asynchronous:
        if isinstance(given, httpx.AsyncClient):
            return AsyncHttpxExchange(lambda: _Lane(_sender(given)))
        if isinstance(given, httpx.AsyncBaseTransport):
            return AsyncHttpxExchange(lambda: _Lane(given.handle_async_request))
    elif isinstance(given, httpx.Client):
        return HttpxExchange(_sender(given))
    elif isinstance(given, httpx.BaseTransport):
        return HttpxExchange(given.handle_request)
    kind = "AsyncClient or AsyncBaseTransport" if asynchronous else "Client or BaseTransport"
    raise ConfigurationError(f"http_client must be a {kind} of httpx, not {type(given).__name__}")


def _sender(client: httpx.Client | httpx.AsyncClient) -> Callable[[httpx.Request], Any]:
    """Sends with a user's client: its proxies, hooks and settings stay in force."""

    def send(message: httpx.Request) -> Any:
        # Hooks and redirects of the user's client may raise what looks like a failed connection, after an answer.
        def note(event: str, info: object) -> None:
            if event.endswith("send_request_headers.started"):
                message.extensions["sent"] = True

        async def note_async(event: str, info: object) -> None:
            note(event, info)

        if client.is_closed:
            raise ConfigurationError("the http_client is closed")
        if message.extensions["secret_url"]:
            raise ConfigurationError(
                "a client of httpx logs URLs, and the key is in this one: pass its transport instead"
            )
        message.extensions["trace"] = note_async if isinstance(client, httpx.AsyncClient) else note
        return client.send(message, stream=True, follow_redirects=False)

    return send


@cache
def _no_tls() -> ssl.SSLContext:
    """What stands for a context where none is needed: httpx would make one with each transport, in 6 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: making one takes 20 ms. Raises ConfigurationError."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        reason = error.strerror or "no certificates"
    raise ConfigurationError(f"the certificates that SSL_CERT_FILE or SSL_CERT_DIR names are unusable: {reason}")


def _made(transport: type[_Transport], origin: str, proxy: str | None) -> _Transport:
    """A transport of httpx for one origin. Raises ConfigurationError."""
    verify = _tls() if "https:" in (origin[:6].lower(), (proxy or "")[:6].lower()) else _no_tls()
    # Asynchronous requests are counted by Room.
    most = CONNECTIONS if transport is httpx.HTTPTransport else None
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE)
    with contextlib.suppress(httpx.InvalidURL, ValueError, ImportError):
        return transport(verify=verify, limits=limits, proxy=proxy)
    raise ConfigurationError(UNUSABLE_PROXY)


def _failure(error: Exception, message: httpx.Request) -> tuple[type[TransportError], str]:
    """Which error one of a transport is, and its text, which is kept only where it cannot hold what was sent."""
    sent = message.extensions["sent"] or not isinstance(error, _NOT_SENT)
    text = str(error) if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError) else ""
    text = re.sub(r" for url \(.*\)", "", text)
    return MaybeSentError if sent else NotSentError, f"{type(error).__name__}: {text}".removesuffix(": ")


class _Message(httpx.Request):
    def __repr__(self) -> str:  # a traceback may show it, and its URL may hold the credential
        return f"<Request({self.method!r})>"


def _message(request: Request) -> httpx.Request:
    with contextlib.suppress(httpx.InvalidURL, UnicodeError):  # their texts may hold the credential
        return _Message(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": _within(request), "secret_url": request.secret_url, "sent": False},
        )
    raise ConfigurationError("the URL or a header of the request is not valid")


def _within(request: Request) -> dict[str, float]:
    """The timeouts, none longer than the time that is left."""
    left = max(request.deadline - time.monotonic(), 0.001)
    return {step: min(seconds, left) for step, seconds in request.timeouts._asdict().items()}


def _start(response: httpx.Response) -> Answer:
    headers = Headers({n.decode("latin-1").lower(): v.decode("latin-1") for n, v in response.headers.raw})
    if response.is_stream_consumed:
        headers.pop("content-encoding", None)  # the content is decoded
    return Answer(response.status_code, headers, b"")


def _judged(response: httpx.Response) -> Answer:
    """The answer that a hook of the user's has made an exception of, with its body if the hook has read that."""
    answer = _start(response)
    with contextlib.suppress(httpx.ResponseNotRead):
        answer.body = response.content
    return answer


class _Now(threading.local):
    """The request that this thread is sending."""

    deadline = float("inf")


_now = _Now()


class _Network(httpcore.SyncBackend):
    """The network with reads that end at the deadline; httpx itself has no timeout for an answer's head as a whole."""

    def connect_tcp(self, *where: Any, **options: Any) -> Any:
        return _Stream(super().connect_tcp(*where, **options))


class _Stream:
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _now.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the deadline passed")
        return self._stream.read(max_bytes, min(timeout or left, left))

    def start_tls(self, *context: Any, **options: Any) -> Any:
        return _Stream(self._stream.start_tls(*context, **options))


class HttpxExchange:
    """Over httpx, from threads."""

    def __init__(
        self, send: Callable[[httpx.Request], httpx.Response], close: Callable[[], None] | None = None
    ) -> None:
        self._send, self._close = send, close

    @classmethod
    def open(cls, origin: str, proxy: str | None) -> Self:
        """An exchange with connections of its own."""
        transport = _made(httpx.HTTPTransport, origin, proxy)
        transport._pool._network_backend = _Network()
        return cls(transport.handle_request, transport.close)

    def send(self, request: Request) -> Answer:
        message, _now.deadline = _message(request), request.deadline
        try:
            response = self._send(message)
        except httpx.HTTPStatusError as judged:
            return _judged(judged.response)
        except _FAILURES as error:
            kind, text = _failure(error, message)
        else:
            body, broken = Body(request, _start(response)), None
            try:
                for chunk in _chunks(response):
                    if not body.add(chunk):
                        break
            except _FAILURES as error:
                broken = _failure(error, message)[1]
            finally:
                response.stream.close()  # type: ignore[union-attr]
            return body.finish(broken)
        raise kind(text)

    def close(self) -> None:
        if self._close is not None:
            self._close()


def _chunks(response: httpx.Response) -> Any:
    # A transport may hand over a body that was read already, as mocks, caches and hooks do.
    return httpx.ByteStream(response.content) if response.is_stream_consumed else response.stream


async def _nothing() -> None:
    """What the user made is the user's to close."""


@dataclass(eq=False)
class _Lane:
    """What one request at a time is sent with."""

    send: Callable[[httpx.Request], Awaitable[httpx.Response]]
    close: Callable[[], Awaitable[None]] = _nothing
    used: float = 0.0
    """When, on the clock of time.monotonic()."""


class AsyncHttpxExchange:
    """Over httpx, from the tasks of one event loop.

    Each connection has a transport of its own: one for all would look at each connection for each request that waits,
    and for all of them whenever one ends, so that a few hundred requests at once took longer to hand out than to send.
    """

    def __init__(self, lane: Callable[[], _Lane]) -> None:
        self._lane, self._room = lane, Room()
        self._idle, self._busy = deque[_Lane](), set[_Lane]()

    @classmethod
    def open(cls, origin: str, proxy: str | None) -> Self:
        """An exchange with connections of its own."""

        def lane() -> _Lane:
            transport = _made(httpx.AsyncHTTPTransport, origin, proxy)
            return _Lane(transport.handle_async_request, transport.aclose)

        return cls(lane)

    async def send(self, request: Request) -> Answer:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(request.deadline - time.monotonic(), 0.001)):
                async with self._room.place(request.timeouts.pool):
                    await self._shut(time.monotonic() - IDLE)
                    lane = self._idle.pop() if self._idle else self._lane()
                    self._busy.add(lane)
                    try:
                        answer = await self._exchanged(lane, request)
                        lane.used = time.monotonic()
                        self._idle.append(lane)
                        return answer
                    except BaseException:
                        # httpcore loses some of the connections whose requests are cancelled: they stayed open.
                        await lane.close()
                        raise
                    finally:
                        self._busy.discard(lane)
        raise MaybeSentError("the deadline passed before the answer was whole")

    async def _exchanged(self, lane: _Lane, request: Request) -> Answer:
        message = _message(request)
        try:
            response = await lane.send(message)
        except httpx.HTTPStatusError as judged:
            return _judged(judged.response)
        except _FAILURES as error:
            kind, text = _failure(error, message)
        else:
            body, broken = Body(request, _start(response)), None
            try:
                async for chunk in _chunks(response):
                    if not body.add(chunk):
                        break
            except _FAILURES as error:
                broken = _failure(error, message)[1]
            finally:
                await response.stream.aclose()  # type: ignore[union-attr]
            return body.finish(broken)
        raise kind(text)

    async def _shut(self, since: float) -> None:
        """Close the connections that have not been used since a time."""
        while self._idle and self._idle[0].used <= since:
            await self._idle.popleft().close()

    async def close(self) -> None:
        self._idle.extend(self._busy)
        await self._shut(math.inf)
