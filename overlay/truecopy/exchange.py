"""One HTTP request and its answer over a real connection, whichever library makes it.

An exchange sends a ``Request`` and returns an ``Answer`` whatever its status, or raises NotSentError or MaybeSentError.
The body is bounded in size and time. Redirects are never followed, since they could carry a credential elsewhere.
``over_httpx`` is always there; ``over_pyreqwest`` is used when pyreqwest is installed (extra ``fast``), since it was
measured faster (``make bench``).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from truecopy.errors import ConfigurationError, NotSentError

CONNECTIONS = 100
"""Connections that a client opens at the most."""
IDLE = 30.0
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


@dataclass(slots=True, repr=False)  # its repr would hold the credential
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
    secret_url: bool = False
    """Whether the URL holds the credential."""


@dataclass(slots=True, repr=False)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes
    broken: str | None = None
    """Why the body is not whole, if it isn't."""
    unreadable: bool = False
    """Whether it would be no better the next time: it passes the limit, or is not in the coding that its label says."""


class Body:
    """Gathers a body within its bounds and undoes its content coding."""

    def __init__(self, request: Request, answer: Answer) -> None:
        self._request, self._answer = request, answer
        self._parts: list[bytes] = []
        self._room = request.limit
        coding = answer.headers.get("content-encoding", "identity").lower()
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in ("gzip", "x-gzip", "deflate") else None
        if self._inflate is None and coding not in ("identity", ""):
            self._refuse("the body has a content coding that was not asked for")

    def _refuse(self, why: str) -> None:
        self._answer.broken, self._answer.unreadable = why, True

    def add(self, chunk: bytes) -> bool:
        """Take one chunk; returns whether to go on."""
        if time.monotonic() > self._request.deadline:
            self._answer.broken = "the deadline passed while the body arrived"
        elif self._answer.broken is None:
            self._keep(chunk)
        return self._answer.broken is None

    def _keep(self, chunk: bytes) -> None:
        if self._inflate is not None:
            if self._inflate.eof:
                return  # what follows the compressed body would pile up in the decompressor
            try:
                chunk = self._inflate.decompress(chunk, self._room + 1)
            except zlib.error:
                self._refuse("the body is not in the content coding that it is labelled with")
                return
        if len(chunk) > self._room:
            self._refuse(f"the body is larger than {self._request.limit:,} bytes")
        self._parts.append(chunk[: self._room])
        self._room -= len(chunk)

    def finish(self, failure: str | None = None) -> Answer:
        """The answer with what was gathered, and why there was no more if the connection failed."""
        if self._answer.broken is None:
            if failure is not None:
                self._answer.broken = f"the body broke off: {failure}"
            elif self._inflate is not None and self._parts and not self._inflate.eof:
                self._answer.broken = "the compressed body broke off"
        self._answer.body = b"".join(self._parts)
        return self._answer


class Room:
    """Places for the requests of one event loop, since neither library counts well when requests are cancelled."""

    def __init__(self) -> None:
        import asyncio

        self._places = asyncio.Semaphore(CONNECTIONS)

    @contextlib.asynccontextmanager
    async def place(self, seconds: float) -> AsyncIterator[None]:
        """Hold a place. Raises NotSentError when none is free in time."""
        import asyncio

        try:
            if self._places.locked():
                await asyncio.wait_for(self._places.acquire(), seconds)
            else:
                await self._places.acquire()
        except TimeoutError:
            raise NotSentError("PoolTimeout: all connections are in use") from None
        try:
            yield
        finally:
            self._places.release()


class Exchange(Protocol):
    """Sends requests from threads."""

    def send(self, request: Request) -> Answer:
        """Send a request and read the answer. Raises NotSentError, MaybeSentError, ConfigurationError."""

    def close(self) -> None:
        """Close the connections."""


class AsyncExchange(Protocol):
    """Sends requests from the tasks of one event loop."""

    async def send(self, request: Request) -> Answer:
        """Like ``Exchange.send``."""

    async def close(self) -> None:
        """Close the connections."""


def open_exchange(origin: str) -> Exchange:
    """An exchange with one origin, over the fastest library that is installed."""
    if _fast():
        from truecopy.over_pyreqwest import PyreqwestExchange

        return PyreqwestExchange(proxy_for(origin))
    from truecopy.over_httpx import HttpxExchange

    return HttpxExchange.open(origin, proxy_for(origin))


def open_async_exchange(origin: str) -> AsyncExchange:
    """An exchange with one origin for the tasks of one event loop, over the fastest library that is installed."""
    if _fast():
        from truecopy.over_pyreqwest import AsyncPyreqwestExchange

        return AsyncPyreqwestExchange(proxy_for(origin))
    from truecopy.over_httpx import AsyncHttpxExchange

    return AsyncHttpxExchange.open(origin, proxy_for(origin))


def proxy_for(origin: str) -> str | None:
    """The proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name for an origin; never one for this machine,
    which a proxy elsewhere could not reach."""
    import ipaddress
    import urllib.request  # here because it is slow to import

    parts = urlsplit(origin)
    with contextlib.suppress(ValueError):
        if parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback:
            return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


UNUSABLE_PROXY = "the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY) is unusable"
"""What to say when the proxy is none; its URL may hold a password."""


_PID = os.getpid()


def _fast() -> bool:
    """Whether to use pyreqwest. Its threads don't survive a fork, so a forked child goes on with httpx.

    Raises:
        ConfigurationError: TRUECOPY_TRANSPORT asks for something else.
    """
    wanted = os.environ.get("TRUECOPY_TRANSPORT") or "pyreqwest"
    if wanted not in ("httpx", "pyreqwest"):
        raise ConfigurationError(f"TRUECOPY_TRANSPORT is {wanted!r}: it may be httpx, or left out")
    if os.getpid() != _PID or wanted == "httpx":
        return False
    return importlib.util.find_spec("pyreqwest") is not None
