"""Calls from threads and from tasks: what generated resources are written against."""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from truecopy.credentials import ClientCredentials
from truecopy.errors import ConfigurationError, NotSentError, TruecopyError
from truecopy.exchange import Answer, Request
from truecopy.life import ApiResponse, Backend, Call, Core, Lock, OnUpdate, Paging, Plan, Until, waiting
from truecopy.pools import AsyncPool, Pool
from truecopy.retry import Clock
from truecopy.schema import Operation

P = TypeVar("P")
T = TypeVar("T")

_NO_TOKEN = "the deadline passed while another call fetched a token"  # noqa: S105


class AsyncBackend:
    """Suspends the task that waits."""

    def __init__(self, pool: AsyncPool) -> None:
        self._pool = pool

    async def send(self, request: Request) -> Answer:
        return await self._pool.exchange().send(request)

    async def sleep(self, clock: Clock, seconds: float) -> None:
        await clock.sleep_async(seconds)

    async def ask(self, function: Callable[[], Any], seconds: float | None = None) -> Any:
        import asyncio

        value = function()
        if not inspect.isawaitable(value):
            return value
        try:
            async with asyncio.timeout(seconds) as limit:
                return await value
        except TimeoutError:
            if limit.expired():
                raise NotSentError("the credential did not come in time") from None
            raise

    async def block(self, function: Callable[[], T]) -> T:
        import asyncio

        return await asyncio.to_thread(function)

    async def lock(self, credential: ClientCredentials, seconds: float) -> Lock:
        import asyncio

        lock = self._pool.renewal()
        try:
            await asyncio.wait_for(lock.acquire(), max(seconds, 0.001))
        except TimeoutError:
            raise NotSentError(_NO_TOKEN) from None
        return lock


class SyncBackend:
    """Blocks the thread that waits: none of its methods ever suspends."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def send(self, request: Request) -> Answer:
        return self._pool.exchange().send(request)

    async def sleep(self, clock: Clock, seconds: float) -> None:
        clock.sleep(seconds)

    async def ask(self, function: Callable[[], Any], seconds: float | None = None) -> Any:
        value = function()
        if inspect.iscoroutine(value):
            value.close()
            raise ConfigurationError("a synchronous client cannot await what a coroutine function returns")
        return value

    async def block(self, function: Callable[[], T]) -> T:
        return function()

    async def lock(self, credential: ClientCredentials, seconds: float) -> Lock:
        if not credential.lock.acquire(timeout=min(max(seconds, 0.0), threading.TIMEOUT_MAX)):
            raise NotSentError(_NO_TOKEN)
        return credential.lock


class AsyncCalls:
    """Calls from the tasks of one event loop."""

    def __init__(self, core: Core, backend: Backend) -> None:
        self._core, self._backend = core, backend

    def _operation(self, operation_id: str) -> Operation:
        return self._core.provider.spec.operation(operation_id)

    async def raw(self, plan: Plan[P], arguments: dict[str, Any]) -> ApiResponse[P]:
        """Call an operation. Raises TruecopyError; the subclass says how it failed."""
        return await Call(self._core, self._backend, self._operation(plan[0]), plan, arguments).response()

    async def call(self, plan: Plan[P], arguments: dict[str, Any]) -> P:
        """Like ``raw``, for the payload alone."""
        return await Call(self._core, self._backend, self._operation(plan[0]), plan, arguments).life()

    async def fetch(self, url: str) -> Any:
        """The JSON behind an absolute URL of the provider's own origin."""
        plan: Plan[object] = ("fetch", lambda: {"url": url}, None, object, None)
        return await Call(self._core, self._backend, self._core.provider.spec.fetching(), plan, {}).life()

    async def wait(
        self,
        operation_id: str,
        read: Callable[[], T | Awaitable[T]],
        timeout: float,
        interval: float,
        until: Until[T],
        on_update: OnUpdate[T],
    ) -> T:
        """Read until an end state of the operation, or until the given function says so.

        Args:
            timeout: Seconds to wait at the most.
            interval: Seconds before the second read; later pauses grow to ten times that.
            on_update: Is called with everything that was read.

        Raises:
            ConfigurationError: No end state is known and ``until`` is None.
            WaitTimeoutError: The time is up.
            TruecopyError: A read failed for good.
        """
        operation = self._operation(operation_id)
        try:
            return await waiting(self._core, self._backend, operation, read, timeout, interval, until, on_update)
        except TruecopyError as error:  # a waiter's own errors say whose they are
            error.provider, error.operation = self._core.provider.name, operation.name
            raise

    async def pages(
        self,
        operation_id: str,
        read: Callable[[int], Awaitable[P]],
        items: Callable[[P], list[T]],
        start: int,
        size: int,
    ) -> AsyncIterator[T]:
        """The items of page after page, from a position on."""
        paging = Paging(self._operation(operation_id), items, start, size)
        while paging.more:
            for item in paging.turn(await read(paging.position)):
                yield item

    def __reduce__(self) -> tuple[Any, ...]:
        """They pickle, and with them the resources of a client."""
        return _revived, self._core.recipe(self._core)


class SyncCalls:
    """The same from threads."""

    def __init__(self, core: Core, backend: Backend) -> None:
        self._core, self._calls = core, AsyncCalls(core, backend)

    def raw(self, plan: Plan[P], arguments: dict[str, Any]) -> ApiResponse[P]:
        """Call an operation."""
        return _done(self._calls.raw(plan, arguments))

    def call(self, plan: Plan[P], arguments: dict[str, Any]) -> P:
        """Like ``raw``, for the payload alone."""
        return _done(self._calls.call(plan, arguments))

    def fetch(self, url: str) -> Any:
        """The JSON behind an absolute URL of the provider's own origin."""
        return _done(self._calls.fetch(url))

    def wait(
        self,
        operation_id: str,
        read: Callable[[], T],
        timeout: float,
        interval: float,
        until: Until[T],
        on_update: OnUpdate[T],
    ) -> T:
        """Read until an end state of the operation, or until the given function says so."""
        return _done(self._calls.wait(operation_id, read, timeout, interval, until, on_update))

    def pages(
        self, operation_id: str, read: Callable[[int], P], items: Callable[[P], list[T]], start: int, size: int
    ) -> Iterator[T]:
        """The items of page after page, from a position on."""
        paging = Paging(self._core.provider.spec.operation(operation_id), items, start, size)
        while paging.more:
            yield from paging.turn(read(paging.position))

    def __reduce__(self) -> tuple[Any, ...]:
        return self._calls.__reduce__()


def _done(life: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that blocks where others suspend: it ends at its first step."""
    try:
        life.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("a call of a synchronous client was suspended")


def _revived(*recipe: Any) -> Any:
    from truecopy.client import revived

    return revived(*recipe)._calls
