"""What can be seen of calls: logging, hooks and OpenTelemetry spans. Silent unless asked.

``TRUECOPY_LOG=info`` logs one line per attempt, ``debug`` adds the allow-listed headers. No query, body or credential
is ever logged.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from truecopy._version import __version__
from truecopy.answers import redact, shown_headers
from truecopy.errors import TruecopyError
from truecopy.exchange import Answer, Headers, Request
from truecopy.schema import Operation

USER_AGENT = f"truecopy/{__version__}"
log = logging.getLogger("truecopy")
log.addHandler(logging.NullHandler())


def configure_logging(level: str | None = None) -> None:
    """Log to the standard error stream.

    Args:
        level: ``info`` or ``debug``; None reads the environment variable TRUECOPY_LOG. Anything else logs that it is
            neither.
    """
    name = (level or os.environ.get("TRUECOPY_LOG", "")).lower()
    if name:
        handler = logging.StreamHandler()
        # An application that logs has the records already.
        handler.addFilter(lambda record: not logging.getLogger().handlers)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        if name in ("info", "debug"):
            log.setLevel(name.upper())
        else:
            log.warning("TRUECOPY_LOG is %r: it may be info or debug", name)


configure_logging()


class Event(NamedTuple):
    """One attempt, as hooks see it. Holds no credential, no query and no body."""

    provider: str
    operation: str
    attempt: int
    method: str | None = None
    url: str | None = None
    """Without its query."""
    status: int | None = None
    """None before there is an answer."""
    headers: Mapping[str, str] = Headers()
    """The allow-listed headers of the request or of the answer."""
    elapsed: float | None = None
    """Seconds from request to answer."""
    error: TruecopyError | None = None


Hook = Callable[[Event], object]
"""A function; for an asynchronous client also a coroutine function."""


@dataclass(frozen=True)
class Hooks:
    """Functions that are called for every attempt."""

    on_request: Hook | None = None
    """Before a request is sent."""
    on_response: Hook | None = None
    """After an answer arrived, whatever its status."""
    on_error: Hook | None = None
    """After an attempt failed; a policy may still repeat it."""

    def request(self, event: Event, request: Request, secrets: list[str]) -> object:
        """A request is about to be sent. Returns what the hook returns, as the others do."""
        if self.on_request is None and not log.isEnabledFor(logging.DEBUG):
            return None
        url, shown = redact(request.url.partition("?")[0], secrets), shown_headers(request.headers, secrets)
        log.debug("%s %s: %s %s, attempt %d", *event[:2], request.method, url, event.attempt)
        return _told(self.on_request, event._replace(method=request.method, url=url, headers=shown))

    def response(self, event: Event, answer: Answer, elapsed: float, secrets: list[str]) -> object:
        """An answer has arrived."""
        if self.on_response is None and not log.isEnabledFor(logging.INFO):
            return None
        shown = shown_headers(answer.headers, secrets)
        log.info("%s %s: %d in %.0f ms, attempt %d", *event[:2], answer.status, elapsed * 1000, event.attempt)
        log.debug("%s %s: headers %s", *event[:2], dict(shown))
        return _told(self.on_response, event._replace(status=answer.status, headers=shown, elapsed=elapsed))

    def failure(self, event: Event, error: TruecopyError) -> object:
        """An attempt has failed."""
        log.info("%s %s: %s, attempt %d", *event[:2], type(error).__name__, event.attempt)
        return _told(self.on_error, event._replace(status=error.http_status, error=error))


def _told(hook: Hook | None, event: Event) -> object:
    return None if hook is None else hook(event)


class Span:
    """An OpenTelemetry span around a call, when the application uses OpenTelemetry; otherwise nothing."""

    def __init__(self, provider: str, operation: Operation) -> None:
        # An application that traces has imported the API by now; importing it here would make others pay.
        tracing: Any = sys.modules.get("opentelemetry.trace")
        self._span: Any = None
        if tracing is not None:
            self._span = tracing.get_tracer("truecopy", __version__).start_span(
                f"{provider} {operation.name}",
                kind=tracing.SpanKind.CLIENT,
                attributes={"http.request.method": operation.method, "url.template": operation.path},
            )

    def attempt(self, number: int, status: int | None, error: TruecopyError | None = None) -> None:
        """Note an attempt, its HTTP status if there is one and its failure if it failed."""
        if self._span is not None:
            self._span.set_attribute("http.request.resend_count", number - 1)
            if status is not None:
                self._span.set_attribute("http.response.status_code", status)
            if error is not None:
                self._span.add_event("attempt failed", {"attempt": number, "error.type": type(error).__name__})

    def __enter__(self) -> Span:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if self._span is not None:
            if error is not None:
                self._span.set_attribute("error.type", type(error).__name__)
                self._span.set_status(sys.modules["opentelemetry.trace"].StatusCode.ERROR)
            self._span.end()
