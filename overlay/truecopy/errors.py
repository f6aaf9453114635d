"""Every exception that truecopy raises, with the fields of RFC 9457 and a few more.

    TruecopyError
    |- ConfigurationError (ValueError)     found before any request
    |- TransportError                      no HTTP answer
    |  |- NotSentError                     certainly not processed: safe to repeat
    |  `- MaybeSentError                   may have been processed
    |- ApiError                            the answer says failure, by status or by envelope
    |  |- BadRequestError 400, AuthenticationError 401, PermissionDeniedError 403, NotFoundError 404
    |  |- ConflictError 409, UnprocessableError 422, ServerError 5xx
    |  `- RateLimitError 429
    |     `- QuotaExhaustedError           repeating is useless
    |- ResponseMismatchError               a success answer that is not what the spec promises
    `- WaitTimeoutError                    a waiter's deadline passed

Every exception pickles. None holds a credential: headers are an allow-listed few, texts are redacted and bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class RateLimit(NamedTuple):
    """What an answer says about the rate limit; a part that it does not say is None."""

    limit: int | None
    remaining: int | None


class TruecopyError(Exception):
    """Base of all exceptions of truecopy. A field that is not known is None."""

    type: str | None = None
    """RFC 9457: URI reference of the problem type."""
    title: str | None = None
    """RFC 9457: the kind of problem in words."""
    status: int | None = None
    """RFC 9457: the status, from the envelope when HTTP itself says success."""
    detail: str | None = None
    """RFC 9457: this occurrence in words."""
    instance: str | None = None
    """RFC 9457: URI reference of this occurrence, credentials removed."""
    provider: str | None = None
    """Name of the provider, such as ``questionpro``."""
    operation: str | None = None
    """The operation, such as ``micropanel.get_batch``."""
    code: str | None = None
    """The provider's own code of the failure."""
    sub_code: str | None = None
    """The provider's second code of the failure."""
    request_id: str | None = None
    """What the provider's support asks for."""
    retry_after: float | None = None
    """Seconds to wait before repeating, if the answer says so."""
    rate_limit: RateLimit | None = None
    """Limit and rest of the window, if the answer says so."""
    http_status: int | None = None
    """Status of the HTTP answer, which can differ from ``status``."""
    headers: Mapping[str, str] | None = None
    """The allow-listed headers of the answer, names in lower case."""
    body: str | None = None
    """The start of the answer's body, credentials removed."""
    attempts: int = 0
    """How often the request was tried."""

    def __init__(self, detail: str | None = None, **fields: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.__dict__.update(fields)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.provider, self.operation) if part)
        what = " ".join(str(part) for part in (self.status, self.title) if part is not None)
        known = {
            "code": self.code,
            "request id": self.request_id,
            "attempts": self.attempts if self.attempts > 1 else None,
        }
        notes = ", ".join(f"{name} {value}" for name, value in known.items() if value is not None)
        text = ": ".join(part for part in (where, what, self.detail) if part) or type(self).__name__
        return f"{text} ({notes})" if notes else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class ConfigurationError(TruecopyError, ValueError):
    """A setting or an argument is unusable. No request was made."""


class TransportError(TruecopyError):
    """There is no HTTP answer."""


class NotSentError(TransportError):
    """The request certainly did not reach the provider's application: it is safe to repeat."""


class MaybeSentError(TransportError):
    """The request may have been processed although no answer arrived."""


class ApiError(TruecopyError):
    """The answer says failure, by its status or by its envelope."""


class BadRequestError(ApiError):
    """400: a parameter or the body is not acceptable."""


class AuthenticationError(ApiError):
    """401: the credential is missing, wrong or expired."""


class PermissionDeniedError(ApiError):
    """403: the credential does not allow this."""


class NotFoundError(ApiError):
    """404: there is no such resource."""


class ConflictError(ApiError):
    """409: the state of the resource does not allow this."""


class UnprocessableError(ApiError):
    """422: well-formed and still not acceptable."""


class RateLimitError(ApiError):
    """429: too many requests; ``retry_after`` says how long to wait if the provider does."""


class QuotaExhaustedError(RateLimitError):
    """429 because a budget is used up: repeating is useless until the plan or the day changes."""


class ServerError(ApiError):
    """5xx: the provider failed."""


class ResponseMismatchError(TruecopyError):
    """A success answer that is not what the spec promises."""

    pointer: str | None = None
    """JSON pointer (RFC 6901) into the body; the empty string is the body itself."""
    expected: str | None = None
    """What the spec promises there."""
    got: str | None = None
    """What is there, by type; never the value."""


class WaitTimeoutError(TruecopyError):
    """A waiter's time is up."""

    last: Any = None
    """The last object that the waiter saw, or None."""


class ResponseMismatchWarning(UserWarning):
    """With ``on_mismatch="warn"``: an answer is not what the spec promises, and what could be read was returned."""


_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitError,
}


def class_for(status: int) -> type[ApiError]:
    """The exception class of a failure with this status."""
    return _BY_STATUS.get(status) or (ServerError if status >= 500 else ApiError)
