"""The emulator without a socket: what `requests` would send to its address goes to its engine, in this process, which
is several times as quick. What is lost is what the HTTP server does around the engine; therefore some requests, evenly
spread, still go over a socket, to the same engine."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import count
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from truecopy_emulator.engine import Engine
from truecopy_emulator.http import Request
from urllib3 import HTTPHeaderDict, HTTPResponse

ORIGIN = "http://127.0.0.1:8080"
"""Where an emulator is by default (`make emulator`), so that what a run says to send can be sent there afterwards."""


def install(engine: Engine, server: str = "", every: int = 0) -> None:
    """Send this process's requests for ORIGIN to an engine.

    Args:
        engine: what answers.
        server: the origin of a server of the same engine.
        every: each so many-th request goes to the server; 0: none does.
    """
    send, numbers = HTTPAdapter.send, count(1)

    def through(self: HTTPAdapter, request: requests.PreparedRequest, *options: Any, **more: Any) -> requests.Response:
        if not str(request.url).startswith(ORIGIN):
            return send(self, request, *options, **more)
        if not every or next(numbers) % every:
            return _answer(self, engine, request)
        over = request.copy()
        over.url = server + str(request.url).removeprefix(ORIGIN)
        over.headers.setdefault("host", urlsplit(ORIGIN).netloc)
        response = send(self, over, *options, **more)
        response.request, response.url = request, str(request.url)
        return response

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
    names = frozenset(map(str, request.headers))
    answer = engine.handle(
        Request(str(request.method), path, parts.query, headers, content, too_large=too_large, names=names)
    )
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
