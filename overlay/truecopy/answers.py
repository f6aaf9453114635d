"""From an HTTP answer to its JSON body, or to the exception that it means. No input or output.

How a provider words its failures is data: ``Family`` says where each field of RFC 9457 stands in a body.
"""

from __future__ import annotations

import html
import http
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote_plus

from truecopy import errors
from truecopy.exchange import Answer, Headers
from truecopy.retry import retry_after

_SHOWN_BODY = 2000
"""Characters of a body that an exception keeps."""
_SHOWN_HEADERS = re.compile(
    r"(age|allow|cache-control|content-(encoding|length|type)|date|retry-after(-ms)?|server|via|www-authenticate"
    r"|x-emulator-diagnostic|x-ratelimit-.*|(x-)?(request|correlation)-id)"
)
_SECRET_MEMBER = re.compile(
    r"""(?ix) ( \b (?: api[-_]?key | [a-z_]*token | client_secret | password | authorization ) [\\"']* """
    r"""\s* [=:] \s* [\\"']* )"""
    r"""( (?: bearer \s+ )? [^&"'\s<>\\]+ )"""
)
_REDACTED = "[redacted]"
_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\\(?:u00([0-9a-f]{2})|(.))", re.I | re.S), lambda found: found[2] or chr(int(found[1], 16))),
    (re.compile(r"%([0-9a-f]{2})", re.I), lambda found: chr(int(found[1], 16))),
    (re.compile(r"&(?:#[0-9]{1,3}|#x[0-9a-f]{1,4}|amp|lt|gt|quot|apos);", re.I), lambda found: html.unescape(found[0])),
    (re.compile(r"~([01])"), lambda found: "~/"[int(found[1])]),
)
"""How JSON, URLs, HTML and JSON pointers write characters."""
_LONGEST_ESCAPE = 6
_WHOLE = re.compile("[0-9]{1,18}")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_JSON = json.JSONDecoder(parse_constant=_refuse)
"""Reads JSON as RFC 8259 has it: no NaN, no Infinity."""


class Family(NamedTuple):
    """One way to word a failure: where each field stands, as paths of member names."""

    fields: Mapping[str, tuple[str, ...]]
    """Field of TruecopyError -> path."""
    statuses: tuple[tuple[str, ...], ...] = ()
    """Paths of the status, for a failure whose HTTP status says success."""
    marks: tuple[str, ...] = ()
    """Path of a member that only this wording has; the empty path is the body."""
    kind: type = dict
    """Type of that member."""
    failed: Callable[[Any], bool] = lambda member: False
    """Tells from that member whether an answer with a success status is a failure all the same."""
    meanings: Mapping[str, int] = {}
    """Code -> the status that it means, where the HTTP status says less."""


class Wording(NamedTuple):
    """How a provider's answers are read."""

    families: tuple[Family, ...]
    request_id: tuple[tuple[str, ...], ...] = ()
    """Paths of the request id in a body."""
    quota: Callable[[errors.ApiError], bool] = lambda error: False
    """Tells whether a 429 means that a budget is used up."""


PROBLEM = Family({name: (name,) for name in ("type", "title", "detail", "instance")})
"""RFC 9457; for want of a mark of its own it comes after the others."""
OAUTH = Family(
    {"code": ("error",), "detail": ("error_description",)},
    marks=("error",),
    kind=str,
    failed=bool,
    meanings={"invalid_client": 401, "unauthorized_client": 403, "access_denied": 403},
)
"""RFC 6749 section 5.2, where a wrong client secret is answered 400 or 401."""
MESSAGE = Family({"detail": ("Message",)}, marks=("Message",), kind=str)
"""ASP.NET's own error body."""


def dig(body: Any, path: Iterable[str]) -> Any:
    """The member at a path, or None."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without the given secrets, however they are spelled, and without the values of members that usually
    hold one."""
    for secret in secrets:
        for written in (secret, quote_plus(secret)):
            text = text.replace(written, _REDACTED)
        for pattern, read in _SPELLINGS:
            if pattern.search(text):
                text = _hidden(text, secret, pattern, read)
    return _SECRET_MEMBER.sub(rf"\1{_REDACTED}", text)


def _hidden(text: str, secret: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str]) -> str:
    """The text without a secret that is spelled by some escapes."""
    plain, places, end = "", list[int](), 0  # the text without escapes, and where each of its characters stands
    for found in pattern.finditer(text):
        plain += text[end : found.start()] + read(found)
        places += range(end, found.start() + 1)
        end = found.end()
    plain, places = plain + text[end:], [*places, *range(end, len(text) + 1)]
    while (at := plain.rfind(secret)) >= 0:
        text = text[: places[at]] + _REDACTED + text[places[at + len(secret)] :]
        plain = plain[:at]
    return text


def shown_headers(headers: Mapping[str, str], secrets: Iterable[str]) -> Headers:
    """The headers that may be shown."""
    secrets = list(secrets)
    return Headers({name: redact(value, secrets) for name, value in headers.items() if _SHOWN_HEADERS.fullmatch(name)})


def rate_limit(headers: Mapping[str, str]) -> errors.RateLimit | None:
    """Limit and rest of the window, as X-RateLimit-Limit and X-RateLimit-Remaining say, or None."""
    values = [headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining")]
    numbers = [int(value) if _WHOLE.fullmatch(value) else None for value in values]
    return None if numbers == [None, None] else errors.RateLimit(*numbers)


def request_id(wording: Wording, headers: Mapping[str, str], body: Any) -> str | None:
    """What the provider's support asks for, from the body or the headers."""
    found = [dig(body, path) for path in wording.request_id]
    found += [headers.get(name) for name in ("x-request-id", "request-id", "x-correlation-id")]
    return next((value for value in found if isinstance(value, str) and value), None)


def read(wording: Wording, answer: Answer, secrets: list[str], now: float) -> Any:
    """The JSON body of an answer that says success; None for an empty one.

    Raises:
        ApiError: The status or the envelope says failure.
        MaybeSentError: The answer says success and broke off.
        ResponseMismatchError: The answer says success and is not JSON, too large, or in no coding that can be read.
    """
    body, reason = _parse(answer)
    error: errors.TruecopyError | None = _failure(wording, answer.status, body)
    if error is not None:
        if isinstance(body, str | type(None)) and error.detail is None and reason:
            error.detail = reason if answer.body else "the answer does not say why"
    elif reason is None:
        return body
    elif answer.broken and not answer.unreadable:
        error = errors.MaybeSentError(reason)
    else:
        error = errors.ResponseMismatchError(
            reason, pointer="", expected="JSON", got=answer.headers.get("content-type") or "nothing"
        )
    describe(error, wording, answer, body, secrets, now)
    if isinstance(error, errors.ApiError) and error.status == 429 and wording.quota(error):
        error.__class__ = errors.QuotaExhaustedError
    try:
        raise error
    finally:
        del error  # the error holds this frame: if the frame held the error, both and the body stayed in memory


def describe(
    error: errors.TruecopyError, wording: Wording, answer: Answer, body: Any, secrets: list[str], now: float
) -> None:
    """Add to an error what is known of the answer, redacted."""
    error.http_status = answer.status
    error.status = error.status or answer.status
    error.headers = shown_headers(answer.headers, secrets)
    error.retry_after = retry_after(answer.headers, now)
    error.rate_limit = rate_limit(answer.headers)
    error.request_id = request_id(wording, answer.headers, body)
    error.body = _start(answer.body, secrets)
    clean(error, secrets)


def clean(error: errors.TruecopyError, secrets: list[str]) -> None:
    """Redact and bound an error's texts."""
    for name in ("type", "title", "detail", "instance", "code", "sub_code", "request_id", "pointer", "expected", "got"):
        text = getattr(error, name, None)
        if text is not None:
            # A half of a character, which JSON can hold, could not be printed.
            setattr(error, name, redact(text.encode("utf-8", "replace").decode(), secrets)[:_SHOWN_BODY])
    error.args = (error.detail,)


def _start(body: bytes, secrets: list[str]) -> str:
    """The start of a body, redacted. What is read ends well before a secret that the reading may have cut."""
    margin = _LONGEST_ESCAPE * max(map(len, secrets), default=0)
    read = body[: _SHOWN_BODY * 4 + margin]
    text = redact(read.decode("utf-8", "replace"), secrets)
    return text[: min(_SHOWN_BODY, len(text) - margin if len(read) < len(body) else _SHOWN_BODY)]


def _parse(answer: Answer) -> tuple[Any, str | None]:
    """The body as JSON, by content and not by label, or the reason why it is not."""
    if answer.broken:
        return None, answer.broken
    if not answer.body.strip():
        return None, None if answer.status == 204 else "the body is empty"
    try:
        return _JSON.decode(answer.body.decode().removeprefix("\ufeff")), None
    except (ValueError, RecursionError) as error:
        label = answer.headers.get("content-type", "no media type")
        kind = "nested too deeply" if isinstance(error, RecursionError) else "not JSON"
        return None, f"the body is {kind} (labelled {label.split(';')[0].strip()[:80]})"


def _failure(wording: Wording, status: int, body: Any) -> errors.ApiError | None:
    """The failure that status or envelope tell, with the fields that its family of wordings holds."""
    family = next((f for f in wording.families if isinstance(dig(body, f.marks), f.kind)), None)
    if 200 <= status < 300 and not (family and family.failed(dig(body, family.marks))):
        return None
    found = {name: dig(body, path) for name, path in family.fields.items()} if family else {}
    told = (str(dig(body, path)) for path in family.statuses) if family and status < 300 else ()
    effective = next((int(value) for value in told if re.fullmatch("[45][0-9]{2}", value)), status)
    if family:
        effective = family.meanings.get(str(found.get("code")), effective)
    # A zero is how the envelopes write "no code".
    fields = {name: str(value) for name, value in found.items() if isinstance(value, str | int) and value}
    error = errors.class_for(effective)(fields.pop("detail", None), **fields)
    error.status = effective
    error.title = error.title or _phrase(effective)
    if status in (301, 302, 303, 307, 308):
        error.detail = "the answer is a redirect; redirects are not followed, set base_url to the address that answers"
    return error


def _phrase(status: int) -> str | None:
    """The standard's words for a status of failure."""
    try:
        return http.HTTPStatus(status).phrase if status >= 300 else None
    except ValueError:
        return None
