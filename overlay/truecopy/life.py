"""The life of a call, written once for threads and tasks: prepare, send, classify, decide, pause.

It is a coroutine that waits by means of a ``Backend``. That of an event loop suspends the task; that of threads blocks,
so that the coroutine runs to its end at once (both are in calls.py).
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import time
import traceback
import urllib.parse
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from truecopy import answers, errors
from truecopy.credentials import Asked, ClientCredentials, Fixed
from truecopy.drift import Drift, parsed, salvaged
from truecopy.exchange import Answer, Headers, Request
from truecopy.observe import USER_AGENT, Event, Span
from truecopy.provider import Provider
from truecopy.retry import Clock, Failure
from truecopy.schema import Finding, Operation, errors_in, escape, type_name
from truecopy.settings import Settings

if TYPE_CHECKING:
    from truecopy.limits import Limiter

P = TypeVar("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Plan = tuple[str, Callable[..., dict[str, Any]], Any, type[P], str | None]
"""What generated code says of an operation: its id, the function that makes the parts of a request, the model of a
success answer (None for plain JSON), the model in it that is the result, and where that stands (None when it is the
answer itself)."""


@dataclass(frozen=True)
class ApiResponse(Generic[T_co]):
    """A success answer with all that came with it."""

    data: T_co
    """What the plain method returns; None when a command was accepted and there is nothing to return yet."""
    envelope: Any
    """The whole body as JSON."""
    status_code: int
    headers: Headers
    request_id: str | None
    rate_limit: errors.RateLimit | None
    elapsed: float
    """Seconds that the call took with all its attempts and pauses."""
    attempts: int


class Lock(Protocol):
    """What can be let go of."""

    def release(self) -> object:
        """Open the lock."""


class Backend(Protocol):
    """How to wait. An implementation either suspends the task or blocks the thread."""

    async def send(self, request: Request) -> Answer:
        """Send a request. Raises TransportError, ConfigurationError."""

    async def sleep(self, clock: Clock, seconds: float) -> None:
        """Let seconds pass."""

    async def ask(self, function: Callable[[], Any], seconds: float | None = None) -> Any:
        """Call a function or coroutine function of the user's or of a resource.

        Raises:
            NotSentError: A coroutine for a credential takes longer than the seconds; a function cannot be interrupted.
            ConfigurationError: A coroutine function was given to a synchronous client.
        """

    async def block(self, function: Callable[[], T]) -> T:
        """Call a function that blocks."""

    async def lock(self, credential: ClientCredentials, seconds: float) -> Lock:
        """Wait for one's turn to fetch a token. Raises NotSentError when it does not come within the seconds."""


_until: ContextVar[float] = ContextVar("until", default=math.inf)
"""When calls that serve another one give up, on the clock of the client."""


@contextlib.contextmanager
def ending(until: float) -> Iterator[None]:
    """Let the calls inside end by a time."""
    outer = _until.set(min(until, _until.get()))
    try:
        yield
    finally:
        _until.reset(outer)


@dataclass(repr=False)
class Core:
    """What the calls of a client have in common, besides connections."""

    provider: Provider
    base_url: str
    credential: Fixed | Asked | ClientCredentials
    settings: Settings
    limiter: Limiter | None
    drift: Drift
    recipe: Callable[[Core], tuple[Any, ...]]
    """Tells what a pickle keeps of the client."""


class Call(Generic[P]):
    """One call, from arguments to result."""

    def __init__(
        self, core: Core, backend: Backend, operation: Operation, plan: Plan[P], arguments: dict[str, Any]
    ) -> None:
        self.core, self.backend, self.operation, self.arguments = core, backend, operation, arguments
        _, self.build, self.model, self.payload, self.attribute = plan
        self.clock = core.settings.clock
        self.started = self.clock.monotonic()
        self.attempts = 0
        self.secrets: list[str] = []
        """What must not be shown of this call."""
        self.accepting = False
        """Whether None is a result: a command that was accepted (202) need not have one yet."""
        self.answer: Answer
        self.body: Any

    async def life(self) -> P:
        """The call from its start to its result. Raises TruecopyError."""
        with Span(self.core.provider.name, self.operation) as span:
            try:
                self._prepare()
                self.answer, self.body = await self._attempts(span)
                return self._result(self.answer, self.body)
            except errors.TruecopyError as error:
                self._sign(error)
                raise

    async def response(self) -> ApiResponse[P]:
        """The same with all that came with it."""
        self.accepting = self.operation.accepts
        data = await self.life()
        headers, wording = self.answer.headers, self.core.provider.wording
        return ApiResponse(
            data,
            self.body,
            self.answer.status,
            headers,
            answers.request_id(wording, headers, self.body),
            answers.rate_limit(headers),
            self.clock.monotonic() - self.started,
            self.attempts,
        )

    def _prepare(self) -> None:
        """Make target, content and media type of the request. Raises ConfigurationError."""
        problem = _problem(self.operation, self.arguments)
        if problem is None:
            try:
                parts = self.build(**self.arguments)
                if self.operation.body is not None and "json" in parts:
                    problem = _first("body", self.operation.body(parts["json"]))
                self.content, self.media_type = _content(parts)
                self.target = parts["url"] + _query(parts.get("params", {}))
            except (TypeError, ValueError, AttributeError, RecursionError) as error:
                problem = _unwritable(error)
        if problem is not None:
            raise errors.ConfigurationError(problem)

    async def _attempts(self, span: Span) -> tuple[Answer, Any]:
        """Try until there is an answer that says success; the answer and its body."""
        core, settings, renewed = self.core, self.core.settings, False
        while True:
            secret = await self._secret() if self.operation.secured else None
            self.secrets = [*core.credential.secrets(), *([secret] if secret else [])]
            if core.limiter is not None:
                owner = self.secrets[0] if self.secrets else ""
                if not await core.limiter.hold(self.backend, self.clock, owner, self._left()):
                    raise errors.NotSentError("the deadline passed while the rate limiter held the request back")
            if self._left() <= 0:
                raise errors.NotSentError("the deadline passed before the request was sent")
            self.attempts += 1
            event = Event(core.provider.name, self.operation.name, self.attempts)
            try:
                request = self._request(secret)
                await self._heard(settings.hooks.request(event, request, self.secrets))
                sent = self.clock.monotonic()
                answer = await self.backend.send(request)
                took = self.clock.monotonic() - sent
                await self._heard(settings.hooks.response(event, answer, took, self.secrets))
                body = answers.read(core.provider.wording, answer, self.secrets, self.clock.time())
                span.attempt(self.attempts, answer.status)
                return answer, body
            except errors.TruecopyError as error:
                answers.clean(error, self.secrets)
                self._sign(error)
                await self._heard(settings.hooks.failure(event, error))
                span.attempt(self.attempts, error.http_status, error)
                refused = isinstance(error, errors.AuthenticationError) and secret is not None and not renewed
                if refused and isinstance(core.credential, ClientCredentials):
                    core.credential.refuse(secret)
                    renewed = True
                    continue
                pause = settings.retries(Failure(error, self.attempts, self.operation.idempotent, self.clock))
                if not (pause is None or isinstance(pause, int | float)):
                    raise errors.ConfigurationError(
                        f"the policy of retries returned {type(pause).__name__}: seconds are expected, or None"
                    ) from error
                if pause is None or not pause < self._left():
                    raise
            await self.backend.sleep(self.clock, pause)

    async def _heard(self, told: object) -> None:
        """Let a hook that is a coroutine function come to its end."""
        if told is not None:
            await self.backend.ask(lambda: told)

    def _sign(self, error: errors.TruecopyError) -> None:
        """Say whose error it is, unless that is known already, as with a token that could not be fetched."""
        error.provider = error.provider or self.core.provider.name
        error.operation = error.operation or self.operation.name
        error.attempts = error.attempts or self.attempts
        if self.operation.exchanges:
            error.body = None  # wherever it stands, a token may be in there

    def _left(self) -> float:
        return min(self.started + self.core.settings.deadline, _until.get()) - self.clock.monotonic()

    async def _secret(self) -> str:
        credential = self.core.credential
        secret = credential.ready(self.clock.monotonic())
        if secret is None:
            if isinstance(credential, Asked):
                secret = credential.accept(await self.backend.ask(credential.function, self._left()))
            elif isinstance(credential, ClientCredentials):
                secret = await self._token(credential)
        assert secret is not None
        return secret

    async def _token(self, credential: ClientCredentials) -> str:
        """Exchange client credentials for a token (RFC 6749 section 4.4), unless another call has just done so."""
        lock = await self.backend.lock(credential, self._left())
        try:
            with ending(self.clock.monotonic() + self._left()):
                token = credential.ready(self.clock.monotonic())
                if token is None:
                    operation = self.core.provider.spec.token_operation()
                    parts = {"url": operation.path, "data": credential.form()}
                    plan: Plan[object] = (operation.id, lambda: parts, None, object, None)
                    answer = await Call(self.core, self.backend, operation, plan, {}).life()
                    token = credential.accept(answer, self.clock.monotonic())
                return token
        finally:
            lock.release()

    def _request(self, secret: str | None) -> Request:
        settings = self.core.settings
        headers = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": USER_AGENT}
        if self.media_type is not None:
            headers["content-type"] = self.media_type
        for name, value in settings.headers.items():
            headers[name.lower()] = value
        url = self.target if self.target.startswith("http") else self.core.base_url + self.target
        place = ""
        if secret is not None:
            place, name, prefix = self.operation.credential_place(settings.scheme)
            if place == "query":
                url += ("&" if "?" in url else "?") + urllib.parse.urlencode({name: secret})
            else:
                headers[name.lower()] = prefix + secret
        # Connections go by the real clock, whatever clock the settings have.
        deadline = time.monotonic() + self._left()
        method, timeout, limit = self.operation.method, settings.timeout, settings.max_body
        return Request(method, url, headers, self.content, timeout, deadline, limit, place == "query")

    def _result(self, answer: Answer, body: Any) -> P:
        """The object that the caller gets. Raises ResponseMismatchError, with what is known of the answer."""
        if self.model is None:
            return body  # type: ignore[no-any-return]
        core, check = self.core, self.operation.success
        at = [core.provider.spec.document["x-payload"]] if self.attribute else []
        findings = check(body) if check is not None else None
        if findings:
            # A member's name may be anything, the credential too.
            shown = [found._replace(pointer=answers.redact(found.pointer, self.secrets)) for found in findings]
            core.drift.record(self.operation.name, shown)
        broken = errors_in(findings)
        if not broken:
            result = parsed(self.model, body, self.payload, self.attribute)
            if result is not None:
                return result
            found = answers.dig(body, at)
            if found is None and self.accepting:
                return None  # type: ignore[return-value]  # the generated method says so
            broken = [Finding("error", "".join(map(escape, at)), self.payload.__name__, type_name(found))]
        _, pointer, expected, got = broken[0]
        hint = "; with_raw_response reads what was only accepted" if self.operation.accepts else ""
        error = errors.ResponseMismatchError(f"{pointer or 'the body'}: expected {expected}, got {got}{hint}")
        error.pointer, error.expected, error.got = pointer, expected, got
        self._sign(error)
        answers.describe(error, core.provider.wording, answer, body, self.secrets, self.clock.time())
        if core.settings.on_mismatch == "warn" and check and isinstance(answers.dig(body, at), dict):
            result = salvaged(self.model, body, self.payload, self.attribute, check)
            if result is not None:
                warnings.warn(str(error), errors.ResponseMismatchWarning, stacklevel=2)
                return result
        try:
            raise error
        finally:
            del error  # as in answers.read


def _problem(operation: Operation, arguments: dict[str, Any]) -> str | None:
    """What is wrong with the arguments of a call, or None."""
    for name, check in operation.parameters.items():
        value = arguments.get(name)
        absent = value is None or type(value).__name__ == "Unset"
        if absent and name not in operation.in_path:
            continue
        problem = _first(name, check(None if absent else getattr(value, "value", value)))
        if problem is None and name in operation.in_path and (absent or str(value) in ("", ".", "..")):
            problem = f"{name}: {str(value)!r} cannot be part of a path"
        if problem is None and isinstance(value, float) and check("") and not check(int(value)):
            problem = f"{name}: expected integer, got number"
        if problem is not None:
            return problem
    body = arguments.get("body")
    if "body" in arguments and (isinstance(body, type) or not hasattr(body, "to_dict")):
        return f"body: expected a model such as the signature names, got {type(body).__name__}"
    return None


def _unwritable(error: Exception) -> str:
    """What is wrong with arguments that cannot be written: the model that holds one, and Python's own words."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name == "to_dict"]
    model = f" in {type(frames[-1].f_locals['self']).__name__}" if frames else ""
    # Only the texts of these two are of types; others may hold a value.
    words = error if isinstance(error, TypeError | AttributeError) else type(error).__name__
    return f"an argument has a wrong type or value{model}: {words}"


def _first(name: str, findings: Iterable[Finding] | None) -> str | None:
    """The first finding that stands in a request's way; what the spec does not mention does not."""
    return next(
        (f"{name}{f.pointer}: expected {f.expected}, got {f.got}" for f in findings or () if f.kind != "new"), None
    )


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


Until = Callable[[T], object] | None
OnUpdate = Callable[[T], object] | None


async def waiting(
    core: Core,
    backend: Backend,
    operation: Operation,
    read: Callable[[], Any],
    timeout: float,
    interval: float,
    until: Until[T],
    on_update: OnUpdate[T],
) -> T:
    """Read until the wait is over. Parameters and errors are those of ``SyncCalls.wait``."""
    state, ends = operation.waiter["state"], operation.waiter["ends"]
    if until is None and not ends:
        raise errors.ConfigurationError(
            "no end state is documented: pass until=, a function that tells whether the wait is over"
        )
    if not all(isinstance(seconds, int | float) and seconds > 0 for seconds in (timeout, interval)):
        raise errors.ConfigurationError("timeout and interval must be numbers above 0")
    if not all(function is None or callable(function) for function in (until, on_update)):
        raise errors.ConfigurationError("until and on_update must be functions")
    over = until or (lambda seen: getattr(seen, state) in ends)
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
            with ending(max(give_up, clock.monotonic() + interval)):
                last = await backend.ask(read)
        except errors.QuotaExhaustedError:
            raise
        except errors.RateLimitError as error:
            asked = error.retry_after or 0.0
        except errors.TransportError:
            if clock.monotonic() < give_up:
                raise
        else:
            if on_update is not None:
                await backend.ask(functools.partial(on_update, last))
            if await backend.ask(functools.partial(over, last)):
                return last
        left = min(give_up - clock.monotonic(), timeout - paused)
        if left <= 0 or asked > left:
            raise errors.WaitTimeoutError(
                f"no end state within {timeout:g} s", last=last, attempts=polls, retry_after=asked or None
            )
        wait = min(max(pause, asked), left)
        paused += wait
        await backend.sleep(clock, wait)
        pause = min(pause * 1.5, interval * 10)


class Paging(Generic[P, T]):
    """Where a walk through pages stands. The parameters are those of ``SyncCalls.pages``."""

    def __init__(self, operation: Operation, items: Callable[[P], list[T]], start: int, size: int) -> None:
        if not (isinstance(start, int) and isinstance(size, int)):
            raise errors.ConfigurationError("the start and the size of pages must be integers")
        self.position, self.more = start, True
        self._items, self._size, self._pager = items, size, operation.pager

    def turn(self, page: P) -> list[T]:
        """Take one page; its items. ``more`` is False after an empty page or one that is not full."""
        items = self._items(page)
        full: Any = page
        for name in self._pager.get("echo", ()):
            full = getattr(full, name, None)
        # A full page is as long as the page itself says, or as was asked for.
        self.more = len(items) >= (full if type(full) is int and full > 0 else self._size)
        self.position += len(items) if self._pager["style"] == "offset" else 1
        return items
