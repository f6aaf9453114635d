"""One HTTP request and its answer over a real connection: the only module that imports httpx.

An exchange sends a ``Request`` and returns an ``Answer`` whatever its status, or raises NotSentError or MaybeSentError.
The body is bounded in size and time. Redirects are never followed, since they could carry a credential elsewhere.
pyreqwest does the work when it is installed (extra ``fast``); it was measured faster than httpx (``make bench``).
"""

from __future__ import annotations

import importlib.util
import os
import re
import time
import urllib.request
import zlib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from truecopy.errors import ConfigurationError, MaybeSentError, NotSentError, TransportError

if TYPE_CHECKING:
    import ssl

    from pyreqwest.client import BaseClientBuilder

    _Builder = TypeVar("_Builder", bound=BaseClientBuilder)

_CONNECTIONS = 100
_IDLE = 30.0
"""Seconds that an unused connection is kept."""


class Headers(dict[str, str]):
    """Header fields by name; the names are in lower case and looked up in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """The field's value, or the default."""
        return super().get(name.lower(), default)


class Timeouts(NamedTuple):
    """Seconds that each step of a request may take."""

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 5.0


@dataclass(slots=True)
class Request:
    """What is sent."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    timeouts: Timeouts
    deadline: float
    """When to give up, on the clock of time.monotonic()."""
    limit: int
    """Bytes of the answer's body that are read at the most."""


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes
    broken: str | None = None
    """Why the body is not whole, if it isn't."""
    too_large: bool = False
    """Whether the body is cut because it passes the limit."""


class _Body:
    """Gathers a body within its bounds and undoes its content coding."""

    def __init__(self, request: Request, answer: Answer) -> None:
        self._request, self._answer = request, answer
        self._parts: list[bytes] = []
        self._room = request.limit
        coding = answer.headers.get("content-encoding", "identity").lower()
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in ("gzip", "x-gzip", "deflate") else None
        if self._inflate is None and coding not in ("identity", ""):
            answer.broken = "the body has a content coding that was not asked for"

    def add(self, chunk: bytes) -> bool:
        """Take one chunk; returns whether to go on."""
        if time.monotonic() > self._request.deadline:
            self._answer.broken = "the deadline passed while the body arrived"
        elif self._answer.broken is None:
            self._keep(chunk)
        return self._answer.broken is None

    def _keep(self, chunk: bytes) -> None:
        if self._inflate is not None:
            try:
                chunk = self._inflate.decompress(chunk, self._room + 1)
            except zlib.error:
                self._answer.broken = "the body is not in the content coding that it is labelled with"
                return
        if len(chunk) > self._room:
            self._answer.broken = f"the body is larger than {self._request.limit:,} bytes"
            self._answer.too_large = True
        self._parts.append(chunk[: self._room])
        self._room -= len(chunk)

    def finish(self, failure: TransportError | None = None) -> Answer:
        """The answer with what was gathered."""
        if self._answer.broken is None:
            if failure is not None:
                self._answer.broken = f"the body broke off: {failure.detail}"
            elif self._inflate is not None and self._parts and not self._inflate.eof:
                self._answer.broken = "the compressed body broke off"
        self._answer.body = b"".join(self._parts)
        return self._answer


def open_exchange(origin: str, timeouts: Timeouts) -> HttpxExchange:
    """An exchange with one origin, over the fastest transport that is installed."""
    if not _fast():
        return HttpxExchange(httpx.HTTPTransport(**_httpx_options(origin)))
    from pyreqwest.client import SyncClientBuilder
    from pyreqwest.compatibility.httpx import SyncHttpxTransport

    return HttpxExchange(SyncHttpxTransport(_configured(SyncClientBuilder(), origin, timeouts).build()))


def open_async_exchange(origin: str, timeouts: Timeouts) -> AsyncHttpxExchange:
    """An exchange with one origin for the tasks of one event loop, over the fastest transport that is installed."""
    if not _fast():
        return AsyncHttpxExchange(httpx.AsyncHTTPTransport(**_httpx_options(origin)))
    from pyreqwest.client import ClientBuilder
    from pyreqwest.compatibility.httpx import HttpxTransport

    return AsyncHttpxExchange(HttpxTransport(_configured(ClientBuilder(), origin, timeouts).build()))


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


def check_loop(owner: object, current: object) -> None:
    """Refuse to use connections of one event loop in another. Raises ConfigurationError."""
    if owner is not current:
        raise ConfigurationError(
            "this asynchronous client was first used in another event loop; make one client per loop, inside the loop"
        )


def proxy_for(origin: str) -> str | None:
    """The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an origin."""
    parts = urlsplit(origin)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if proxy and not urllib.request.proxy_bypass(parts.netloc) else None


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: making one takes 20 ms."""
    return httpx.create_ssl_context()


def _httpx_options(origin: str) -> dict[str, Any]:
    # A TLS context that plain HTTP does not need is not made.
    verify = _tls() if origin.startswith("https") else False
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS, keepalive_expiry=_IDLE)
    return {"verify": verify, "limits": limits, "proxy": proxy_for(origin)}


_PID = os.getpid()


def _fast() -> bool:
    """Whether to use pyreqwest. Its threads don't survive a fork, so a forked child goes on with httpx."""
    if os.getpid() != _PID or os.environ.get("TRUECOPY_TRANSPORT") == "httpx":
        return False
    return importlib.util.find_spec("pyreqwest") is not None


def _configured(builder: _Builder, origin: str, timeouts: Timeouts) -> _Builder:
    """A builder of pyreqwest that leaves redirects and content codings to us, as httpx's transports do."""
    from pyreqwest.proxy import ProxyBuilder

    proxy = proxy_for(origin)
    builder = builder.proxy(ProxyBuilder.all(proxy)) if proxy else builder.no_proxy()
    builder = builder.follow_redirects(False).gzip(False).deflate(False).brotli(False).zstd(False)
    builder = builder.connect_timeout(timedelta(seconds=timeouts.connect)).pool_timeout(
        timedelta(seconds=timeouts.pool)
    )
    return builder.max_connections(_CONNECTIONS).pool_idle_timeout(timedelta(seconds=_IDLE))


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


_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@cache
def _failures() -> tuple[type[Exception], ...]:
    """What a transport may raise; pyreqwest's own errors come through while a body is read."""
    if importlib.util.find_spec("pyreqwest") is None:
        return (httpx.HTTPError, httpx.StreamError)
    from pyreqwest.exceptions import PyreqwestError

    return (httpx.HTTPError, httpx.StreamError, PyreqwestError)


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

    def send(self, request: Request) -> Answer:
        message = _message(request)
        try:
            response = self._transport.handle_request(message)
        except _failures() as error:
            failure = _failure(error)
        else:
            body, failed = _Body(request, _start(response)), None
            try:
                for chunk in _chunks(response):
                    if not body.add(chunk):
                        break
            except _failures() as error:
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

    async def send(self, request: Request) -> Answer:
        message = _message(request)
        try:
            response = await self._transport.handle_async_request(message)
        except _failures() as error:
            failure = _failure(error)
        else:
            body, failed = _Body(request, _start(response)), None
            try:
                async for chunk in response.stream:  # type: ignore[union-attr]
                    if not body.add(chunk):
                        break
            except _failures() as error:
                failed = _failure(error)
            finally:
                await response.stream.aclose()  # type: ignore[union-attr]
            return body.finish(failed)
        raise failure

    async def close(self) -> None:
        if self._owned:
            await self._transport.aclose()
