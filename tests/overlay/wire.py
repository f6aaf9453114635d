"""Every kind of client over every transport, and a server that gives all of them the same answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import truecopy
from truecopy import errors

from .bodies import arguments, spec_of
from .conftest import KEY, SECRETS
from .server import CLOSE, Server, Step

KINDS = [(kind, transport) for kind in ("sync", "async") for transport in ("pyreqwest", "httpx")]


@dataclass
class Sent:
    """An answer as it goes over the wire."""

    status: int
    headers: list[tuple[str, str]]
    """With those that frame the body."""
    body: bytes
    keep: bool = True
    """Whether the connection stays open after it."""
    whole: bool = True
    """Whether all of it is sent."""

    def script(self) -> list[Step]:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        whole = f"HTTP/1.1 {self.status} Because\r\n{head}\r\n".encode("latin-1") + self.body
        return [whole] if self.keep else [whole, CLOSE]


class Clients:
    """Clients of all kinds for all providers, opened when they are first asked; what they log is kept."""

    def __init__(self, server: Server, runner: asyncio.Runner) -> None:
        self._server, self._runner = server, runner
        self._open: dict[tuple[str, str, str], Any] = {}
        self.log: list[str] = []

    def outcomes(
        self, provider: str, operation_id: str, sent: Sent, on_mismatch: str = "raise"
    ) -> list[dict[str, Any]]:
        """What each kind of client makes of an answer."""
        self._server.scripts = [sent.script()]
        return [self._outcome(provider, operation_id, *kind, on_mismatch) for kind in KINDS]

    def _outcome(self, provider: str, operation_id: str, kind: str, transport: str, on_mismatch: str) -> dict[str, Any]:
        operation = spec_of(provider).operation(operation_id)
        given = arguments(provider, operation)
        before = os.environ.get("TRUECOPY_TRANSPORT", "")
        os.environ["TRUECOPY_TRANSPORT"] = transport
        try:
            client = self._client(provider, kind, transport).with_options(on_mismatch=on_mismatch)
            method = getattr(getattr(client.with_raw_response, operation.tag), operation.method_name)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                raw = self._runner.run(method(**given)) if kind == "async" else method(**given)
        except errors.TruecopyError as error:
            return failure(error)
        finally:
            os.environ["TRUECOPY_TRANSPORT"] = before
        return result(raw, [str(each.message) for each in warned])

    def _client(self, provider: str, kind: str, transport: str) -> Any:
        client = self._open.get((provider, kind, transport))
        if client is None:
            make = getattr(truecopy, provider if kind == "sync" else f"Async{provider}")
            client = make(**SECRETS[provider], base_url=self._server.url, retries=0, timeout=2, deadline=4)
            self._open[provider, kind, transport] = client
        return client

    def close(self) -> None:
        for (_, kind, _), client in self._open.items():
            closing = client.close()
            if kind == "async":
                self._runner.run(closing)


@contextlib.contextmanager
def clients() -> Iterator[Clients]:
    """All clients, with a server of their own."""
    log = logging.getLogger("truecopy")
    with Server(b"") as server, asyncio.Runner() as runner:
        every = Clients(server, runner)
        handler = logging.Handler()
        handler.emit = lambda record: every.log.append(record.getMessage())  # type: ignore[method-assign]
        level, propagate = log.level, log.propagate
        log.addHandler(handler)
        log.setLevel(logging.DEBUG)
        log.propagate = False
        try:
            yield every
        finally:
            every.close()
            log.removeHandler(handler)
            log.setLevel(level)
            log.propagate = propagate


def result(raw: Any, warned: list[str]) -> dict[str, Any]:
    """What a call returned, as data."""
    data = raw.data.to_dict() if hasattr(raw.data, "to_dict") else raw.data
    assert raw.attempts == 1
    assert KEY not in " ".join(warned)
    return {
        "returned": type(raw.data).__name__,
        "status": raw.status_code,
        "data": data,
        "envelope": raw.envelope,
        "request_id": raw.request_id,
        "rate_limit": raw.rate_limit,
        "warned": warned,
    }


def failure(error: errors.TruecopyError) -> dict[str, Any]:
    """What an exception says, as data; it holds no credential and survives pickling."""
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error)
    assert type(copy) is type(error)
    texts = [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error)), *traceback.format_exception(error)]
    assert KEY not in " ".join(texts)
    said = {name: value for name, value in vars(error).items() if name not in ("attempts", "provider", "operation")}
    if error.__cause__ is not None or error.__context__ is not None:
        assert isinstance(error, errors.ConfigurationError)
    assert error.attempts == 1
    assert error.provider
    assert error.operation
    return {"raised": type(error).__name__, **{n: v for n, v in said.items() if v is not None}}
