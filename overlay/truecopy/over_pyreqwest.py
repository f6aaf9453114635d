"""Exchanges over pyreqwest, which does its work outside Python (extra ``fast``)."""

from __future__ import annotations

import atexit
import contextlib
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from pyreqwest.client import BaseClientBuilder, Client, ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError
from pyreqwest.http import HeaderMap
from pyreqwest.proxy import ProxyBuilder
from pyreqwest.response import BaseResponse

from truecopy.errors import ConfigurationError, MaybeSentError, NotSentError, TransportError
from truecopy.exchange import CONNECTIONS, IDLE, UNUSABLE_PROXY, Answer, Body, Headers, Request, Room, Timeouts

_Builder = TypeVar("_Builder", bound=BaseClientBuilder)
_C = TypeVar("_C", Client, SyncClient)

# pyreqwest's threads let go of what they hold a moment after a request; one that does so while Python shuts down
# aborts the process: without this, 5 of 200 processes that ended after their last asynchronous call, with it none.
atexit.register(time.sleep, 0.05)

_CLIENTS = 8
"""Clients that an exchange keeps; each has its own connections."""


class _Clients(dict[Timeouts, _C]):
    """A client of pyreqwest by timeouts: it takes those for connecting and reading per client, not per request."""

    def __init__(self, make: Callable[[Timeouts], _C]) -> None:
        super().__init__()
        self._make: Callable[[Timeouts], _C] = make

    def __missing__(self, timeouts: Timeouts) -> _C:
        if len(self) >= _CLIENTS:
            self.pop(next(iter(self)), None)  # what it still sends is finished
        return self.setdefault(timeouts, self._make(timeouts))


def _configured(builder: _Builder, proxy: str | None, timeouts: Timeouts) -> _Builder:
    """A builder that leaves redirects and content codings to us."""
    chosen = None
    with contextlib.suppress(PyreqwestError, ValueError):
        chosen = builder.proxy(ProxyBuilder.all(proxy)) if proxy else builder.no_proxy()
    if chosen is None:
        raise ConfigurationError(UNUSABLE_PROXY)
    builder = chosen.follow_redirects(False).gzip(False).deflate(False).brotli(False).zstd(False)
    builder = builder.connect_timeout(timedelta(seconds=timeouts.connect))
    builder = builder.read_timeout(timedelta(seconds=timeouts.read))
    builder = builder.pool_timeout(timedelta(seconds=timeouts.pool))
    return builder.pool_idle_timeout(timedelta(seconds=IDLE))


def _prepared(client: Any, request: Request) -> Any:
    """The request for pyreqwest. Raises ConfigurationError when it cannot be put on the wire."""
    left = timedelta(seconds=max(request.deadline - time.monotonic(), 0.001))
    with contextlib.suppress(ValueError, UnicodeError):  # their texts may hold the credential
        builder = client.request(request.method, request.url).headers(request.headers).timeout(left)
        # With a read buffer, a body that breaks off would take status and headers with it.
        builder = builder.streamed_read_buffer_limit(0)
        return (builder if request.content is None else builder.body_bytes(request.content)).build_streamed()
    raise ConfigurationError("the URL or a header of the request is not valid")


def _body(request: Request, response: BaseResponse) -> Body:
    return Body(request, Answer(response.status, _headers(response.headers), b""))


def _headers(fields: HeaderMap) -> Headers:
    try:
        return Headers(fields.items())
    except ValueError:  # pyreqwest does not hand over a value that is not ASCII: do without that field
        kept = Headers()
        for name in fields.keys():  # noqa: SIM118
            with contextlib.suppress(ValueError):
                kept[name] = fields[name]
        return kept


def _failure(error: PyreqwestError) -> tuple[type[TransportError], str]:
    """Which error one of pyreqwest is, and its text; by its causes: it is a ConnectError also when a sent request broke
    off."""
    causes = [cause["message"] for cause in getattr(error, "details", {}).get("causes") or ()]
    not_sent = isinstance(error, PoolTimeoutError) or "client error (Connect)" in causes
    text = re.sub(r" for url \(.*\)", "", causes[-1] if causes else type(error).__name__)
    return NotSentError if not_sent else MaybeSentError, text


class PyreqwestExchange:
    """For threads."""

    def __init__(self, proxy: str | None) -> None:
        self._clients = _Clients[SyncClient](
            lambda t: _configured(SyncClientBuilder(), proxy, t).max_connections(CONNECTIONS).build()
        )

    def send(self, request: Request) -> Answer:
        body = None
        try:
            with _prepared(self._clients[request.timeouts], request) as response:
                body = _body(request, response)
                read = response.body_reader.read_chunk
                while (chunk := read()) is not None and body.add(bytes(chunk)):
                    pass
            return body.finish()
        except PyreqwestError as error:
            kind, text = _failure(error)
        if body is not None:
            return body.finish(text)
        raise kind(text)

    def close(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()


class AsyncPyreqwestExchange:
    """For the tasks of one event loop."""

    def __init__(self, proxy: str | None) -> None:
        self._clients = _Clients[Client](lambda t: _configured(ClientBuilder(), proxy, t).build())
        # pyreqwest lets a cancelled request run until its timeout: it must not count as a connection till then.
        self._room = Room()

    async def send(self, request: Request) -> Answer:
        async with self._room.place(request.timeouts.pool):
            return await self._send(request)

    async def _send(self, request: Request) -> Answer:
        body = None
        try:
            async with _prepared(self._clients[request.timeouts], request) as response:
                body = _body(request, response)
                read = response.body_reader.read_chunk
                while (chunk := await read()) is not None and body.add(bytes(chunk)):
                    pass
            return body.finish()
        except PyreqwestError as error:
            kind, text = _failure(error)
        if body is not None:
            return body.finish(text)
        raise kind(text)

    async def close(self) -> None:
        while self._clients:
            await self._clients.popitem()[1].close()
