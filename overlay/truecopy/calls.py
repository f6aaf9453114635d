"""The life of a call, written once without input or output and driven by threads or by tasks.

``Core.life`` is a generator: it prepares the request, yields what has to be done (``Send``, ``Pause``, ``Ask``,
``Renew``, ``Hold``), classifies the answer and decides on another attempt. ``SyncCalls`` and ``AsyncCalls`` do what it
yields.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import math
import os
import time
import urllib.parse
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from truecopy import answers
from truecopy.answers import Wording
from truecopy.credentials import Asked, ClientCredentials, Fixed
from truecopy.drift import Drift, parsed, salvaged
from truecopy.errors import (
    AuthenticationError,
    ConfigurationError,
    NotSentError,
    QuotaExhaustedError,
    RateLimit,
    RateLimitError,
    ResponseMismatchError,
    ResponseMismatchWarning,
    TransportError,
    TruecopyError,
    WaitTimeoutError,
)
from truecopy.exchange import Answer, AsyncExchange, Exchange, Headers, Request, Timeouts
from truecopy.locks import Lock
from truecopy.observe import USER_AGENT, Hooks, Span
from truecopy.retry import CLOCK, Clock, Failure, Policy, Retries
from truecopy.schema import Finding, Operation, Spec, errors_in, escape, type_name

if TYPE_CHECKING:
    import asyncio

    from truecopy.limits import Limiter

M = TypeVar("M")
P = TypeVar("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Provider:
    """What sets one provider apart: data, no behaviour."""

    name: str
    """Lower-case name: of the package, of errors, of environment variables in upper case."""
    servers: Mapping[str, str]
    """Base URL by name; the first is the default."""
    spec: Spec
    wording: Wording
    limit: tuple[int, float]
    """Requests and seconds that the optional limiter keeps to."""


@dataclass(frozen=True)
class Settings:
    """What can be set for a client and, with ``with_options``, for some of its calls."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    deadline: float = 300.0
    """Seconds that a call may take with all its attempts and pauses."""
    retries: Policy = field(default_factory=Retries)
    headers: Mapping[str, str] = field(default_factory=dict)
    on_mismatch: str = "raise"
    scheme: str | None = None
    """Name of the security scheme in the spec, for operations that offer several."""
    limit: int = 32 * 1024 * 1024
    """Bytes of an answer's body that are read at the most."""
    clock: Clock = CLOCK
    hooks: Hooks = field(default_factory=Hooks)


@dataclass(frozen=True)
class ApiResponse(Generic[T]):
    """A success answer with all that came with it."""

    data: T
    """What the plain method returns."""
    envelope: Any
    """The whole body as JSON."""
    status_code: int
    headers: Headers
    request_id: str | None
    rate_limit: RateLimit | None
    elapsed: float
    """Seconds that the call took with all its attempts and pauses."""
    attempts: int


class Send(NamedTuple):
    """Send the request; the answer is what comes back."""

    request: Request


class Pause(NamedTuple):
    """Let seconds pass."""

    seconds: float


class Ask(NamedTuple):
    """Ask the user's function for the secret."""

    function: Callable[[], Any]


class Renew(NamedTuple):
    """Exchange client credentials for a token, one exchange at a time, until the given time."""

    credential: ClientCredentials
    until: float


class Hold(NamedTuple):
    """Wait until the limiter lets the request pass; comes back with whether it does within the seconds."""

    limiter: Limiter
    seconds: float


class Poll(NamedTuple):
    """Call a function or coroutine function of the user's or of a resource; the calls in it end by the given time."""

    function: Callable[[], Any]
    until: float


Step = Send | Pause | Ask | Renew | Hold | Poll
Life = Generator[Step, Any, T]

_until: ContextVar[float] = ContextVar("until", default=math.inf)
"""When calls that serve another one give up, on the clock of the client."""


@contextlib.contextmanager
def _ending(until: float) -> Iterator[None]:
    outer = _until.set(min(until, _until.get()))
    try:
        yield
    finally:
        _until.reset(outer)


class Core:
    """What calls need besides connections: settings, credential, spec."""

    def __init__(
        self,
        provider: Provider,
        base_url: str,
        credential: Fixed | Asked | ClientCredentials,
        settings: Settings,
        limiter: Limiter | None,
        drift: Drift,
        recipe: Callable[[Core], tuple[Any, ...]],
    ) -> None:
        self.provider = provider
        self.base_url = base_url
        self.credential = credential
        self.settings = settings
        self.limiter = limiter
        self.drift = drift
        self.recipe = recipe
        """Tells what a pickle keeps of the client."""

    def life(
        self,
        operation: Operation,
        build: Callable[..., dict[str, Any]],
        arguments: dict[str, Any],
        model: Any,
        payload: type[P],
        attribute: str | None,
    ) -> Life[ApiResponse[P]]:
        """One call from arguments to result. The parameters are those of ``SyncCalls.raw``."""
        clock = self.settings.clock
        started, attempts = clock.monotonic(), 0
        with Span(self.provider.name, operation) as span:
            try:
                target, content, kind = self._prepare(operation, build, arguments)
                answer, body, attempts, secrets = yield from self._attempts(
                    operation, target, content, kind, started, span
                )
                data = self._result(operation, body, model, payload, attribute, answer, secrets)
            except TruecopyError as error:
                self._name(error, operation, attempts)
                raise
        headers = answer.headers
        return ApiResponse(
            data,
            body,
            answer.status,
            headers,
            answers.request_id(self.provider.wording, headers, body),
            answers.rate_limit(headers),
            clock.monotonic() - started,
            attempts,
        )

    def _attempts(
        self, operation: Operation, target: str, content: bytes | None, kind: str | None, started: float, span: Span
    ) -> Life[tuple[Answer, Any, int, list[str]]]:
        """The answer, its body, the count of attempts, and what must not be shown of them."""
        settings, clock, name = self.settings, self.settings.clock, self.provider.name
        attempt, renewed = 0, False
        while True:
            if self.limiter is not None and not (yield Hold(self.limiter, self._left(started))):
                raise NotSentError("the deadline passed while the rate limiter held the request back", attempts=attempt)
            secret = (yield from self._secret(started)) if operation.secured else None
            secrets = [*self.credential.secrets(), *([secret] if secret else [])]
            attempt += 1
            try:
                request = self._request(operation, target, content, kind, secret, started)
                settings.hooks.request(name, operation.name, attempt, request)
                sent = clock.monotonic()
                answer = yield Send(request)
                settings.hooks.response(name, operation.name, attempt, answer, clock.monotonic() - sent, secrets)
                body = answers.read(self.provider.wording, answer, secrets, clock.time())
                span.attempt(attempt, answer.status)
                return answer, body, attempt, secrets
            except TruecopyError as error:
                answers.clean(error, secrets)
                self._name(error, operation, attempt)
                settings.hooks.failure(name, operation.name, attempt, error)
                span.attempt(attempt, error.http_status, error)
                if isinstance(error, AuthenticationError) and secret and self.credential.renewable and not renewed:
                    self.credential.refuse(secret)
                    renewed = True
                    continue
                pause = settings.retries(Failure(error, attempt, operation.idempotent, clock))
                if pause is None or pause >= self._left(started):
                    raise
            yield Pause(pause)

    def _name(self, error: TruecopyError, operation: Operation, attempts: int) -> None:
        """Say whose error it is, unless that is known already, as with a token that could not be fetched."""
        error.provider = error.provider or self.provider.name
        error.operation = error.operation or operation.name
        error.attempts = error.attempts or attempts

    def _left(self, started: float) -> float:
        return min(started + self.settings.deadline, _until.get()) - self.settings.clock.monotonic()

    def _secret(self, started: float) -> Life[str]:
        credential = self.credential
        secret = credential.ready(self.settings.clock.monotonic())
        if secret is None:
            if isinstance(credential, Asked):
                secret = credential.accept((yield Ask(credential.function)))
            elif isinstance(credential, ClientCredentials):
                secret = yield Renew(credential, started + self.settings.deadline)
        assert secret is not None
        return secret

    def _prepare(
        self, operation: Operation, build: Callable[..., dict[str, Any]], arguments: dict[str, Any]
    ) -> tuple[str, bytes | None, str | None]:
        """Target of the request, its content and the content's media type. Raises ConfigurationError."""
        problem = _problem(operation, arguments)
        if problem is None:
            try:
                parts = build(**arguments)
                if operation.body is not None and "json" in parts:
                    problem = _first("body", operation.body(parts["json"]))
                content, kind = _content(parts)
                query = _query(parts.get("params", {}))
            except (TypeError, ValueError, AttributeError, RecursionError) as error:
                problem = f"an argument has a wrong type or value: {type(error).__name__}"
        if problem is not None:
            raise ConfigurationError(problem)
        return parts["url"] + query, content, kind

    def _request(
        self,
        operation: Operation,
        target: str,
        content: bytes | None,
        kind: str | None,
        secret: str | None,
        started: float,
    ) -> Request:
        settings = self.settings
        headers = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": USER_AGENT}
        if kind is not None:
            headers["content-type"] = kind
        for name, value in settings.headers.items():
            headers[name.lower()] = value
        url = target if target.startswith("http") else self.base_url + target
        if secret is not None:
            place, name, prefix = operation.credential_place(settings.scheme)
            if place == "query":
                url += ("&" if "?" in url else "?") + urllib.parse.urlencode({name: secret})
            else:
                headers[name.lower()] = prefix + secret
        # Connections go by the real clock, whatever clock the settings have.
        deadline = time.monotonic() + self._left(started)
        return Request(operation.method, url, headers, content, settings.timeouts, deadline, settings.limit)

    def _result(
        self,
        operation: Operation,
        body: Any,
        model: Any,
        payload: type[P],
        attribute: str | None,
        answer: Answer,
        secrets: list[str],
    ) -> P:
        """The object that the caller gets. Raises ResponseMismatchError, with what is known of the answer."""
        if model is None:
            return body  # type: ignore[no-any-return]
        at = [self.provider.spec.document["x-payload"]] if attribute else []
        findings = operation.success(body) if operation.success is not None else None
        if findings:
            self.drift.record(operation.name, findings)
        broken = errors_in(findings)
        if not broken:
            result = parsed(model, body, payload, attribute)
            if result is not None:
                return result
            broken = [Finding("error", "".join(map(escape, at)), payload.__name__, type_name(answers.dig(body, at)))]
        found = broken[0]
        error = ResponseMismatchError(
            f"{found.pointer or 'the body'}: expected {found.expected}, got {found.got}",
            pointer=found.pointer,
            expected=found.expected,
            got=found.got,
            provider=self.provider.name,
            operation=operation.name,
        )
        answers.describe(error, self.provider.wording, answer, body, secrets, self.settings.clock.time())
        if self.settings.on_mismatch == "warn" and operation.success and isinstance(answers.dig(body, at), dict):
            result = salvaged(model, body, payload, attribute, operation.success)
            if result is not None:
                warnings.warn(str(error), ResponseMismatchWarning, stacklevel=2)
                return result
        raise error


def _problem(operation: Operation, arguments: dict[str, Any]) -> str | None:
    """What is wrong with the arguments of a call, or None."""
    for name, check in operation.parameters.items():
        value = arguments.get(name)
        absent = value is None or type(value).__name__ == "Unset"
        if absent and name not in operation.in_path:
            continue
        problem = _first(name, check(getattr(value, "value", value)))
        if problem is None and name in operation.in_path and (absent or str(value) in ("", ".", "..")):
            problem = f"{name}: {str(value)!r} cannot be part of a path"
        if problem is None and isinstance(value, float) and check("") and not check(int(value)):
            problem = f"{name}: expected integer, got number"
        if problem is not None:
            return problem
    body = arguments.get("body")
    if body is not None and not hasattr(body, "to_dict"):
        return f"body: expected a model such as the signature names, got {type(body).__name__}"
    return None


def _first(name: str, findings: Iterable[Finding] | None) -> str | None:
    for found in findings or ():
        return f"{name}{found.pointer}: expected {found.expected}, got {found.got}"
    return None


def _content(parts: dict[str, Any]) -> tuple[bytes | None, str | None]:
    if "json" in parts:
        return json.dumps(parts["json"], separators=(",", ":"), allow_nan=False).encode(), "application/json"
    if "data" in parts:
        return urllib.parse.urlencode(parts["data"]).encode(), "application/x-www-form-urlencoded"
    return None, None


def _query(parameters: dict[str, Any]) -> str:
    """The query of a URL, with its question mark; a list repeats its name."""
    pairs = [
        (name, str(each).lower() if isinstance(each, bool) else str(each))
        for name, value in parameters.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return "?" + urllib.parse.urlencode(pairs) if pairs else ""


def waiting(
    core: Core,
    read: Callable[[], Any],
    operation_id: str,
    state: str,
    ends: list[str],
    timeout: float,
    interval: float,
    until: Callable[[T], bool] | None,
    on_update: Callable[[T], object] | None,
) -> Life[T]:
    """Read until the wait is over. The parameters are those of ``SyncCalls.wait``."""
    name = core.provider.spec.operation(operation_id).name
    if until is None:
        if not ends:
            raise ConfigurationError(
                "no end state is documented: pass until=, a function that tells whether the wait is over",
                provider=core.provider.name,
                operation=name,
            )
        until = lambda seen: getattr(seen, state) in ends  # noqa: E731
    if not (timeout > 0 and interval > 0):
        raise ConfigurationError("timeout and interval must be above 0", provider=core.provider.name, operation=name)
    clock = core.settings.clock
    give_up = clock.monotonic() + timeout
    last: T | None = None
    # With a clock that does not sleep, pauses count all the same.
    pause, polls, paused = interval, 0, 0.0
    while True:
        polls += 1
        asked = 0.0
        try:
            # The last call may pass the timeout, but by no more than the interval.
            last = yield Poll(read, max(give_up, clock.monotonic() + interval))
        except QuotaExhaustedError:
            raise
        except RateLimitError as error:
            asked = error.retry_after or 0.0
        except TransportError:
            if clock.monotonic() < give_up:
                raise
        else:
            if on_update is not None:
                yield Poll(functools.partial(on_update, last), math.inf)
            if until(last):
                return last
        left = min(give_up - clock.monotonic(), timeout - paused)
        if left <= 0:
            raise WaitTimeoutError(
                f"no end state within {timeout:g} s",
                last=last,
                provider=core.provider.name,
                operation=name,
                attempts=polls,
            )
        wait = min(max(pause, asked), left)
        paused += wait
        yield Pause(wait)
        pause = min(pause * 1.5, interval * 10)


def _page_sizes(page: Any, size: int, echo: list[str]) -> int:
    """The size of a full page: what the page itself says, or what was asked for."""
    said = page
    for name in echo:
        said = getattr(said, name, None)
    return said if type(said) is int and said > 0 else size


class _Paging(Generic[P, T]):
    """Where a walk through pages stands."""

    def __init__(self, items: Callable[[P], list[T]], start: int, size: int, style: str, echo: list[str]) -> None:
        self.position = start
        self.more = True
        self._items, self._size, self._style, self._echo = items, size, style, echo

    def turn(self, page: P) -> list[T]:
        """Take one page; its items. ``more`` is False after an empty page or one that is not full."""
        items = self._items(page)
        self.more = len(items) >= _page_sizes(page, self._size, self._echo)
        self.position += len(items) if self._style == "offset" else 1
        return items


class _Calls:
    """Pickles, and with it the resources of a client do."""

    _core: Core

    def __reduce__(self) -> tuple[Any, ...]:
        return _calls_of, self._core.recipe(self._core)


def _calls_of(*recipe: Any) -> Any:
    from truecopy.client import revived

    return revived(*recipe)._calls


class SyncCalls(_Calls):
    """Calls from threads: does what the life of a call yields. Generated resources are written against this class."""

    def __init__(self, core: Core, pool: Pool) -> None:
        self._core = core
        self._pool = pool

    def raw(
        self,
        operation_id: str,
        build: Callable[..., dict[str, Any]],
        arguments: dict[str, Any],
        model: Any,
        payload: type[P],
        attribute: str | None = None,
    ) -> ApiResponse[P]:
        """Call an operation.

        Args:
            operation_id: As in the spec.
            build: The generated function that makes the parts of the request of the arguments.
            arguments: By Python name.
            model: The generated model of a success answer, or None when it is plain JSON.
            payload: The model inside that is the result.
            attribute: Where the payload stands in the model; None when it is the model.

        Raises:
            TruecopyError: The call failed; the subclass says how.
        """
        operation = self._core.provider.spec.operation(operation_id)
        return self._drive(self._core.life(operation, build, arguments, model, payload, attribute))

    def call(
        self,
        operation_id: str,
        build: Callable[..., dict[str, Any]],
        arguments: dict[str, Any],
        model: Any,
        payload: type[P],
        attribute: str | None = None,
    ) -> P:
        """Like ``raw``, for the payload alone."""
        return self.raw(operation_id, build, arguments, model, payload, attribute).data

    def fetch(self, url: str) -> Any:
        """The JSON behind an absolute URL of the provider's own origin."""
        operation = self._core.provider.spec.fetching()
        return self._drive(self._core.life(operation, lambda: {"url": url}, {}, None, object, None)).data

    def wait(
        self,
        read: Callable[[], T],
        operation_id: str,
        *,
        state: str,
        ends: list[str],
        timeout: float,
        interval: float,
        until: Callable[[T], bool] | None,
        on_update: Callable[[T], object] | None,
    ) -> T:
        """Read until an end state. Raises WaitTimeoutError."""
        return self._drive(waiting(self._core, read, operation_id, state, ends, timeout, interval, until, on_update))

    def pages(
        self,
        read: Callable[[int], P],
        items: Callable[[P], list[T]],
        *,
        start: int,
        size: int,
        style: str,
        echo: list[str],
    ) -> Iterator[T]:
        """The items of page after page."""
        paging = _Paging(items, start, size, style, echo)
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
                with _ending(until):
                    return function()
            case Hold(limiter, seconds):
                return limiter.hold(seconds, clock)
            case Renew(credential, until):
                if not credential.lock.acquire(until - clock.monotonic()):
                    raise NotSentError(_NO_TOKEN)
                try:
                    with _ending(until):
                        return credential.ready(clock.monotonic()) or credential.accept(
                            self.call(*_token_call(self._core, credential)), clock.monotonic()
                        )
                finally:
                    credential.lock.release()


class AsyncCalls(_Calls):
    """Calls from tasks: does what the life of a call yields. Generated resources are written against this class."""

    def __init__(self, core: Core, pool: AsyncPool) -> None:
        self._core = core
        self._pool = pool

    async def raw(
        self,
        operation_id: str,
        build: Callable[..., dict[str, Any]],
        arguments: dict[str, Any],
        model: Any,
        payload: type[P],
        attribute: str | None = None,
    ) -> ApiResponse[P]:
        """Like ``SyncCalls.raw``."""
        operation = self._core.provider.spec.operation(operation_id)
        return await self._drive(self._core.life(operation, build, arguments, model, payload, attribute))

    async def call(
        self,
        operation_id: str,
        build: Callable[..., dict[str, Any]],
        arguments: dict[str, Any],
        model: Any,
        payload: type[P],
        attribute: str | None = None,
    ) -> P:
        """Like ``raw``, for the payload alone."""
        return (await self.raw(operation_id, build, arguments, model, payload, attribute)).data

    async def fetch(self, url: str) -> Any:
        """Like ``SyncCalls.fetch``."""
        operation = self._core.provider.spec.fetching()
        return (await self._drive(self._core.life(operation, lambda: {"url": url}, {}, None, object, None))).data

    async def wait(
        self,
        read: Callable[[], Awaitable[T]],
        operation_id: str,
        *,
        state: str,
        ends: list[str],
        timeout: float,
        interval: float,
        until: Callable[[T], bool] | None,
        on_update: Callable[[T], object] | None,
    ) -> T:
        """Like ``SyncCalls.wait``."""
        return await self._drive(
            waiting(self._core, read, operation_id, state, ends, timeout, interval, until, on_update)
        )

    async def pages(
        self,
        read: Callable[[int], Awaitable[P]],
        items: Callable[[P], list[T]],
        *,
        start: int,
        size: int,
        style: str,
        echo: list[str],
    ) -> AsyncIterator[T]:
        """The items of page after page."""
        paging = _Paging(items, start, size, style, echo)
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
                with _ending(until):
                    return await _awaited(function())
            case Hold(limiter, seconds):
                return await limiter.hold_async(seconds, clock)
            case Renew(credential, until):
                lock = self._pool.renewal()
                try:
                    import asyncio

                    await asyncio.wait_for(lock.acquire(), max(until - clock.monotonic(), 0.001))
                except TimeoutError:
                    raise NotSentError(_NO_TOKEN) from None
                try:
                    with _ending(until):
                        return credential.ready(clock.monotonic()) or credential.accept(
                            await self.call(*_token_call(self._core, credential)), clock.monotonic()
                        )
                finally:
                    lock.release()


async def _awaited(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


_NO_TOKEN = "the deadline passed while another call fetched a token"  # noqa: S105


def _token_call(core: Core, credential: ClientCredentials) -> tuple[Any, ...]:
    """Arguments of ``call`` that exchange client credentials for a token (RFC 6749 section 4.4)."""
    operation = core.provider.spec.token_operation()
    return operation.id, lambda: {"url": operation.path, "data": credential.form()}, {}, None, dict


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
