"""The connections of a client and its views: opened when first needed, and anew in a forked child."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from truecopy.errors import ConfigurationError
from truecopy.exchange import AsyncExchange, Exchange
from truecopy.locks import Lock

if TYPE_CHECKING:
    import asyncio

_INHERITED: list[object] = []
"""Connections that a forked child has from its parent: neither used nor let go of, since they are the parent's."""


class Pool:
    """The connections of a client and its views: opened when first needed, and anew in a forked child."""

    def __init__(self, open_it: Callable[[], Exchange]) -> None:
        self._open = open_it
        self._lock = Lock()
        self._exchange: Exchange | None = None
        self._process = 0
        self.closed = False

    def exchange(self) -> Exchange:
        """The connections. Raises ConfigurationError when they were closed."""
        if self.closed:
            raise ConfigurationError("the client is closed")
        exchange = self._exchange
        if exchange is None or self._process != os.getpid():
            with self._lock:
                if self._exchange is None or self._process != os.getpid():
                    _INHERITED.append(self._exchange)
                    self._exchange, self._process = self._open(), os.getpid()
                exchange = self._exchange
        return exchange

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        self.closed = True
        exchange, self._exchange = self._exchange, None
        if self._process != os.getpid():
            _INHERITED.append(exchange)
        elif exchange is not None:
            exchange.close()


class AsyncPool:
    """The connections of an asynchronous client and its views; they belong to the event loop that uses them first."""

    def __init__(self, open_it: Callable[[], AsyncExchange]) -> None:
        self._open = open_it
        self._exchange: AsyncExchange | None = None
        self._owner: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._renewal: asyncio.Lock | None = None
        self.closed = False

    def exchange(self) -> AsyncExchange:
        """The connections. Raises ConfigurationError when they were closed or belong to another loop."""
        import asyncio

        if self.closed:
            raise ConfigurationError("the client is closed")
        here = (os.getpid(), asyncio.get_running_loop())
        if self._owner is None or self._owner[0] != here[0]:
            _INHERITED.append(self._exchange)
            self._exchange, self._owner, self._renewal = self._open(), here, asyncio.Lock()
        elif self._owner[1] is not here[1]:
            raise ConfigurationError(
                "this asynchronous client was first used in another event loop; make one client per loop, inside it"
            )
        assert self._exchange is not None
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
        if self._owner is not None and self._owner[0] != os.getpid():
            _INHERITED.append(exchange)
        elif exchange is not None and self._owner == (os.getpid(), asyncio.get_running_loop()):
            await exchange.close()
