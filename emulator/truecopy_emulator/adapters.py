"""Between the engine and the world: an ASGI application, and a transport for httpx that needs no socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .connections import cut
from .engine import Engine
from .http import Answer, Effects, Request

if TYPE_CHECKING:
    import httpx

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi(engine: Engine) -> Application:
    """The engine as an ASGI 3 application. Bodies are read up to the engine's limit and no further."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, too_large = b"", False
        headers = _headers(scope["headers"])
        if "content-length" in headers or "transfer-encoding" in headers or scope.get("http_version") == "2":
            text = headers.get("content-length", "")
            length = int(text[:20]) if text.isdecimal() else None
            if length is not None and length > engine.max_body:
                too_large = True
            else:
                received = await _body(receive, engine.max_body, length)
                if received is None:  # an answer for who has stopped sending only
                    await send({"type": "http.response.start", "status": 400, "headers": []})
                    await send({"type": "http.response.body", "body": b""})
                    return
                body, too_large = received, len(received) > engine.max_body
        raw = scope.get("raw_path")
        path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"])
        request = Request(
            scope["method"], path, scope["query_string"].decode("latin-1"), headers, body, scope["scheme"], too_large
        )
        answer = engine.handle(request)
        if answer.effects is not None:
            await _perform(answer, answer.effects, scope, send)
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    return application


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


async def _body(receive: Receive, limit: int, length: int | None) -> bytes | None:
    """The body, or None when the connection ended before it. Reading ends beyond `limit`, and when `length` bytes have
    come."""
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= limit and size != length:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
    return b"".join(parts)


def _pieces(body: bytes, effects: Effects) -> Iterator[bytes]:
    if effects.cut in ("body", "truncate"):
        yield body[: int(len(body) * effects.share)]
    elif effects.drip:
        for start in range(0, len(body), effects.drip_size):
            yield body[start : start + effects.drip_size]
    else:
        yield body


async def _perform(answer: Answer, effects: Effects, scope: Scope, send: Send) -> None:
    """Send an answer with what was asked to happen to it."""
    if effects.delay:
        await asyncio.sleep(effects.delay)
    client = scope.get("client")
    if effects.raw or effects.cut == "before":
        cut(client, effects.raw)
        return
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for piece in _pieces(answer.body, effects):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if effects.drip:
            await asyncio.sleep(effects.drip)
    if effects.cut:
        await asyncio.sleep(0.02)  # what was sent leaves first
        cut(client, polite=effects.cut == "truncate")
        return
    await send({"type": "http.response.body", "body": b""})


def transport(engine: Engine) -> httpx.BaseTransport:
    """An httpx transport, sync and async, that hands requests straight to the engine. Cut connections raise what
    httpx raises for them on a socket; delays are slept unless they pass the client's read timeout, which then raises
    at once."""
    import httpx

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __init__(self, request: httpx.Request, answer: Answer) -> None:
            self.request, self.answer, self.effects = request, answer, answer.effects or Effects()

        def __iter__(self) -> Iterator[bytes]:
            for piece in _pieces(self.answer.body, self.effects):
                yield piece
                if self.effects.drip:
                    time.sleep(self.effects.drip)
            self._end()

        async def __aiter__(self) -> Any:
            for piece in _pieces(self.answer.body, self.effects):
                yield piece
                if self.effects.drip:
                    await asyncio.sleep(self.effects.drip)
            self._end()

        def _end(self) -> None:
            if self.effects.cut == "truncate":
                message = "peer closed connection without sending complete message body"
                raise httpx.RemoteProtocolError(message, request=self.request)
            if self.effects.cut:
                raise httpx.ReadError("the emulator reset the connection", request=self.request)

    class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = engine.handle(_request(request, request.read()))
            delay = self._delay(request, answer)
            if delay:
                time.sleep(delay)
            return self._response(request, answer)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = engine.handle(_request(request, await request.aread()))
            delay = self._delay(request, answer)
            if delay:
                await asyncio.sleep(delay)
            return self._response(request, answer)

        def _delay(self, request: httpx.Request, answer: Answer) -> float:
            delay = answer.effects.delay if answer.effects else 0.0
            limit = request.extensions.get("timeout", {}).get("read")
            if limit is not None and delay > limit:
                raise httpx.ReadTimeout("the emulator's delay passes the read timeout", request=request)
            return delay

        def _response(self, request: httpx.Request, answer: Answer) -> httpx.Response:
            effects = answer.effects
            if effects and effects.raw:
                raise httpx.RemoteProtocolError("the emulator sent garbage", request=request)
            if effects and effects.cut == "before":
                raise httpx.ReadError("the emulator reset the connection", request=request)
            headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
            return httpx.Response(answer.status, headers=headers, stream=Stream(request, answer), request=request)

    def _request(request: httpx.Request, body: bytes) -> Request:
        path, _, query = request.url.raw_path.partition(b"?")
        headers = _headers(request.headers.raw)
        too_large = len(body) > engine.max_body
        return Request(
            request.method,
            path.decode("latin-1"),
            query.decode("latin-1"),
            headers,
            b"" if too_large else body,
            request.url.scheme,
            too_large,
        )

    return Transport()
