"""Exchanges over httpx: the only module that imports it."""

from __future__ import annotations

import re
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import httpx

from truecopy.errors import ConfigurationError, MaybeSentError, NotSentError, TransportError
from truecopy.exchange import CONNECTIONS, IDLE, Answer, Body, Headers, Request

if TYPE_CHECKING:
    import ssl

_FAILURES = (httpx.HTTPError, httpx.StreamError)
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def adopt(given: object, *, asynchronous: bool) -> Any:
    """An exchange over a client or transport of httpx that the user made; it is the user's to close.

    Raises:
        ConfigurationError: It is neither, or of the other kind.
    """
    if asynchronous:
        if isinstance(given, httpx.AsyncClient):
            return AsyncHttpxExchange(_AsyncClientTransport(given), owned=False)
        if isinstance(given, httpx.AsyncBaseTransport):
            return AsyncHttpxExchange(given, owned=False)
    elif isinstance(given, httpx.Client):
        return HttpxExchange(_ClientTransport(given), owned=False)
    elif isinstance(given, httpx.BaseTransport):
        return HttpxExchange(given, owned=False)
    kind = "AsyncClient or AsyncBaseTransport" if asynchronous else "Client or BaseTransport"
    raise ConfigurationError(f"http_client must be a {kind} of httpx, not {type(given).__name__}")


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: making one takes 20 ms."""
    return httpx.create_ssl_context()


def _options(origin: str, proxy: str | None) -> dict[str, Any]:
    # A TLS context that plain HTTP does not need is not made.
    verify = _tls() if origin.startswith("https") else False
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=IDLE)
    return {"verify": verify, "limits": limits, "proxy": proxy}


class _ClientTransport(httpx.BaseTransport):
    """A user's client as a transport: its proxies, hooks and settings stay in force."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._client.send(request, stream=True, follow_redirects=False)


class _AsyncClientTransport(httpx.AsyncBaseTransport):
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, stream=True, follow_redirects=False)


def _failure(error: Exception) -> TransportError:
    """Our error for one of a transport; its text is kept only where it cannot hold what was sent."""
    kind = NotSentError if isinstance(error, _NOT_SENT) else MaybeSentError
    text = str(error) if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError) else ""
    text = re.sub(r" for url \(.*\)", "", text)
    return kind(f"{type(error).__name__}: {text}".removesuffix(": "))


def _message(request: Request) -> httpx.Request:
    try:
        return httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions={"timeout": _within(request)},
        )
    except (httpx.InvalidURL, UnicodeError):
        failure = ConfigurationError("the URL or a header of the request is not valid")
    raise failure


def _within(request: Request) -> dict[str, float]:
    """The timeouts, none longer than the time that is left."""
    left = max(request.deadline - time.monotonic(), 0.001)
    return {step: min(seconds, left) for step, seconds in request.timeouts._asdict().items()}


def _start(response: httpx.Response) -> Answer:
    raw = response.headers.raw
    return Answer(
        response.status_code, Headers({n.decode("latin-1").lower(): v.decode("latin-1") for n, v in raw}), b""
    )


class HttpxExchange:
    """Over a transport of httpx."""

    def __init__(self, transport: httpx.BaseTransport, *, owned: bool = True) -> None:
        self._transport = transport
        self._owned = owned

    @classmethod
    def open(cls, origin: str, proxy: str | None) -> Self:
        """An exchange with connections of its own."""
        return cls(httpx.HTTPTransport(**_options(origin, proxy)))

    def send(self, request: Request) -> Answer:
        message = _message(request)
        try:
            response = self._transport.handle_request(message)
        except _FAILURES as error:
            failure = _failure(error)
        else:
            body, failed = Body(request, _start(response)), None
            try:
                for chunk in _chunks(response):
                    if not body.add(chunk):
                        break
            except _FAILURES as error:
                failed = _failure(error)
            finally:
                response.stream.close()  # type: ignore[union-attr]
            return body.finish(failed)
        raise failure

    def close(self) -> None:
        if self._owned:
            self._transport.close()


def _chunks(response: httpx.Response) -> Any:
    # A transport may hand over a body that was read already, as mocks and caches do.
    return [response.content] if response.is_stream_consumed else response.stream


class AsyncHttpxExchange:
    """Over an asynchronous transport of httpx."""

    def __init__(self, transport: httpx.AsyncBaseTransport, *, owned: bool = True) -> None:
        self._transport = transport
        self._owned = owned

    @classmethod
    def open(cls, origin: str, proxy: str | None) -> Self:
        """An exchange with connections of its own."""
        return cls(httpx.AsyncHTTPTransport(**_options(origin, proxy)))

    async def send(self, request: Request) -> Answer:
        message = _message(request)
        try:
            response = await self._transport.handle_async_request(message)
        except _FAILURES as error:
            failure = _failure(error)
        else:
            body, failed = Body(request, _start(response)), None
            try:
                async for chunk in response.stream:  # type: ignore[union-attr]
                    if not body.add(chunk):
                        break
            except _FAILURES as error:
                failed = _failure(error)
            finally:
                await response.stream.aclose()  # type: ignore[union-attr]
            return body.finish(failed)
        raise failure

    async def close(self) -> None:
        if self._owned:
            await self._transport.aclose()
