"""The connections of a client and its views: opened when first needed, and anew in a forked child."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from truecopy.errors import ConfigurationError
from truecopy.exchange import AsyncExchange, Exchange
from truecopy.forks import begin_with_forks

if TYPE_CHECKING:
    import asyncio

_INHERITED: set[object] = set()
"""Connections that a forked child has from its parent: neither used nor let go of, since they are the parent's."""


class Pool:
    """Connections for threads."""

    def __init__(self, open_it: Callable[[], Exchange]) -> None:
        self._open = open_it
        self._exchange: Exchange | None = None
        self.closed = False
        begin_with_forks(self)

    def begin(self) -> None:
        self._lock = threading.Lock()
        _INHERITED.add(self._exchange)
        self._exchange = None

    def exchange(self) -> Exchange:
        """The connections. Raises ConfigurationError when they were closed."""
        if self.closed:
            raise ConfigurationError("the client is closed")
        exchange = self._exchange
        if exchange is None:
            with self._lock:
                exchange = self._exchange = self._exchange or self._open()
        return exchange

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        self.closed = True
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.close()


class AsyncPool:
    """Connections for the tasks of the event loop that uses them first."""

    def __init__(self, open_it: Callable[[], AsyncExchange]) -> None:
        self._open = open_it
        self._exchange: AsyncExchange | None = None
        self.closed = False
        begin_with_forks(self)

    def begin(self) -> None:
        _INHERITED.add(self._exchange)
        self._exchange = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._renewal: asyncio.Lock | None = None

    def exchange(self) -> AsyncExchange:
        """The connections. Raises ConfigurationError when they were closed or belong to another loop."""
        import asyncio

        if self.closed:
            raise ConfigurationError("the client is closed")
        loop = asyncio.get_running_loop()
        if self._exchange is None:
            self._exchange, self._loop, self._renewal = self._open(), loop, asyncio.Lock()
        elif self._loop is not loop:
            raise ConfigurationError(
                "this asynchronous client was first used in another event loop; make one client per loop, inside it"
            )
        return self._exchange

    def renewal(self) -> asyncio.Lock:
        """Held while a token is fetched, so that one is fetched at a time."""
        self.exchange()  # the lock belongs to the loop as the connections do
        assert self._renewal is not None
        return self._renewal

    async def close(self) -> None:
        """Close the connections; closing twice is fine, and from another loop there is nothing that could be closed."""
        import asyncio

        self.closed = True
        exchange, self._exchange = self._exchange, None
        if exchange is not None and self._loop is asyncio.get_running_loop():
            await exchange.close()
