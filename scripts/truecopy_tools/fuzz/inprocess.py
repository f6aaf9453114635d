"""The emulator without a socket: what `requests` would send to its address goes to its engine, in this process. What
is lost is what the HTTP server does before the engine; `make fuzz` therefore keeps the socket, `make fuzz-defects` does
not need it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from truecopy_emulator.engine import Engine
from truecopy_emulator.http import Request
from urllib3 import HTTPHeaderDict, HTTPResponse

ORIGIN = "http://emulator.invalid"


def install(engine: Engine) -> None:
    """Send this process's requests for ORIGIN to an engine."""
    send = HTTPAdapter.send

    def through(self: HTTPAdapter, request: requests.PreparedRequest, *options: Any, **more: Any) -> requests.Response:
        if str(request.url).startswith(ORIGIN):
            return _answer(self, engine, request)
        return send(self, request, *options, **more)

    HTTPAdapter.send = through  # type: ignore[method-assign]


def _answer(adapter: HTTPAdapter, engine: Engine, request: requests.PreparedRequest) -> requests.Response:
    started = perf_counter()
    parts = urlsplit(str(request.url))
    content = request.body or b""
    body = content if isinstance(content, bytes) else str(content).encode()
    headers = {"host": parts.netloc}
    for name, value in request.headers.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if "\0" in text or "\n" in text:  # no server lets these in
            return _response(adapter, request, 400, [], b"", started)
        headers[name.lower()] = text
    too_large = len(body) > engine.max_body
    path, content = parts.path or "/", b"" if too_large else body
    answer = engine.handle(Request(str(request.method), path, parts.query, headers, content, too_large=too_large))
    if answer.effects is not None and answer.effects.cut:
        raise requests.ConnectionError("the emulator ended the connection", request=request)
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    pairs.append(("content-length", str(len(answer.body))))
    return _response(adapter, request, answer.status, pairs, answer.body, started)


def _response(
    adapter: HTTPAdapter,
    request: requests.PreparedRequest,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    started: float,
) -> requests.Response:
    raw = HTTPResponse(BytesIO(body), HTTPHeaderDict(headers), status, version=11, preload_content=False)
    response = adapter.build_response(request, raw)
    response.elapsed = timedelta(seconds=perf_counter() - started)
    return response
