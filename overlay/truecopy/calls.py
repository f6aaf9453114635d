"""Calls from threads and from tasks: what generated resources are written against."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

from truecopy.credentials import ClientCredentials
from truecopy.errors import NotSentError, TruecopyError
from truecopy.life import (
    ApiResponse,
    Ask,
    Call,
    Core,
    Hold,
    Life,
    OnUpdate,
    Paging,
    Pause,
    Plan,
    Poll,
    Renew,
    Send,
    Step,
    Until,
    ending,
    waiting,
)
from truecopy.pools import AsyncPool, Pool
from truecopy.schema import Operation

P = TypeVar("P")
T = TypeVar("T")

_NO_TOKEN = "the deadline passed while another call fetched a token"  # noqa: S105


class _Calls:
    """What both kinds of calls have in common; they pickle, and with them the resources of a client."""

    def __init__(self, core: Core, pool: Any) -> None:
        self._core, self._pool = core, pool

    def _operation(self, operation_id: str) -> Operation:
        return self._core.provider.spec.operation(operation_id)

    def _planned(self, plan: Plan[P], arguments: dict[str, Any]) -> Call[P]:
        return Call(self._core, self._operation(plan[0]), plan, arguments)

    def _fetching(self, url: str) -> Life[object]:
        plan: Plan[object] = ("fetch", lambda: {"url": url}, None, object, None)
        return Call(self._core, self._core.provider.spec.fetching(), plan, {}).life()

    def _exchanging(self, credential: ClientCredentials) -> Life[object]:
        """Exchange client credentials for a token (RFC 6749 section 4.4)."""
        operation = self._core.provider.spec.token_operation()
        parts = {"url": operation.path, "data": credential.form()}
        return Call(self._core, operation, (operation.id, lambda: parts, None, object, None), {}).life()

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, self._core.recipe(self._core)


def _revived(*recipe: Any) -> Any:
    from truecopy.client import revived

    return revived(*recipe)._calls


class SyncCalls(_Calls):
    """Calls from threads."""

    _pool: Pool

    def raw(self, plan: Plan[P], arguments: dict[str, Any]) -> ApiResponse[P]:
        """Call an operation. Raises TruecopyError; the subclass says how it failed."""
        call = self._planned(plan, arguments)
        return call.response(self._drive(call.life()))

    def call(self, plan: Plan[P], arguments: dict[str, Any]) -> P:
        """Like ``raw``, for the payload alone."""
        return self._drive(self._planned(plan, arguments).life())

    def fetch(self, url: str) -> Any:
        """The JSON behind an absolute URL of the provider's own origin."""
        return self._drive(self._fetching(url))

    def wait(
        self,
        operation_id: str,
        read: Callable[[], T],
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
        life: Life[T] = waiting(self._core, operation, read, timeout, interval, until, on_update)
        return self._drive(_signed(life, self._core, operation))

    def pages(
        self, operation_id: str, read: Callable[[int], P], items: Callable[[P], list[T]], start: int, size: int
    ) -> Iterator[T]:
        """The items of page after page, from a position on."""
        paging = Paging(self._operation(operation_id), items, start, size)
        while paging.more:
            yield from paging.turn(read(paging.position))

    def _drive(self, life: Life[T]) -> T:
        try:
            step = next(life)
            while True:
                try:
                    done = self._do(step)
                except TruecopyError as error:
                    step = life.throw(error)
                else:
                    step = life.send(done)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            life.close()

    def _do(self, step: Step) -> Any:
        clock = self._core.settings.clock
        match step:
            case Send(request):
                return self._pool.exchange().send(request)
            case Pause(seconds):
                return clock.sleep(seconds)
            case Ask(function):
                return function()
            case Poll(function, until):
                with ending(until):
                    return function()
            case Hold(limiter, seconds):
                return limiter.hold(seconds, clock)
            case Renew(credential, until):
                if not credential.lock.acquire(until - clock.monotonic()):
                    raise NotSentError(_NO_TOKEN)
                try:
                    with ending(until):
                        return credential.ready(clock.monotonic()) or credential.accept(
                            self._drive(self._exchanging(credential)), clock.monotonic()
                        )
                finally:
                    credential.lock.release()


class AsyncCalls(_Calls):
    """Calls from the tasks of one event loop. Arguments and errors as for ``SyncCalls``."""

    _pool: AsyncPool

    async def raw(self, plan: Plan[P], arguments: dict[str, Any]) -> ApiResponse[P]:
        """Call an operation."""
        call = self._planned(plan, arguments)
        return call.response(await self._drive(call.life()))

    async def call(self, plan: Plan[P], arguments: dict[str, Any]) -> P:
        """Like ``raw``, for the payload alone."""
        return await self._drive(self._planned(plan, arguments).life())

    async def fetch(self, url: str) -> Any:
        """The JSON behind an absolute URL of the provider's own origin."""
        return await self._drive(self._fetching(url))

    async def wait(
        self,
        operation_id: str,
        read: Callable[[], Awaitable[T]],
        timeout: float,
        interval: float,
        until: Until[T],
        on_update: OnUpdate[T],
    ) -> T:
        """Read until an end state of the operation, or until the given function says so."""
        operation = self._operation(operation_id)
        life: Life[T] = waiting(self._core, operation, read, timeout, interval, until, on_update)
        return await self._drive(_signed(life, self._core, operation))

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

    async def _drive(self, life: Life[T]) -> T:
        try:
            step = next(life)
            while True:
                try:
                    done = await self._do(step)
                except TruecopyError as error:
                    step = life.throw(error)
                else:
                    step = life.send(done)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            life.close()

    async def _do(self, step: Step) -> Any:
        clock = self._core.settings.clock
        match step:
            case Send(request):
                return await self._pool.exchange().send(request)
            case Pause(seconds):
                return await clock.sleep_async(seconds)
            case Ask(function):
                return await _awaited(function())
            case Poll(function, until):
                with ending(until):
                    return await _awaited(function())
            case Hold(limiter, seconds):
                return await limiter.hold_async(seconds, clock)
            case Renew(credential, until):
                import asyncio

                lock = self._pool.renewal()
                try:
                    await asyncio.wait_for(lock.acquire(), max(until - clock.monotonic(), 0.001))
                except TimeoutError:
                    raise NotSentError(_NO_TOKEN) from None
                try:
                    with ending(until):
                        return credential.ready(clock.monotonic()) or credential.accept(
                            await self._drive(self._exchanging(credential)), clock.monotonic()
                        )
                finally:
                    lock.release()


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _signed(life: Life[T], core: Core, operation: Operation) -> Life[T]:
    """A waiter's own errors say whose they are."""
    try:
        return (yield from life)
    except TruecopyError as error:
        error.provider, error.operation = core.provider.name, operation.name
        raise
