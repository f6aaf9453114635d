"""What checks are made of: what was sent and answered, the same request asked again with something changed, and how a
check is registered."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import jsonschema_rs
import requests
import schemathesis
from schemathesis import Case
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure
from schemathesis.core.rate_limit import RATE_LIMIT_AUTO_MAX_RETRIES, parse_retry_after, ratelimit
from schemathesis.core.transport import Response

from .curl import command
from .targets import SAFE_METHODS
from .worker import EMULATOR_VARIABLE, SAFE_VARIABLE

JSON_TYPE = "application/json"
MISSING = object()

AnyCase = Case[Any]


def key(case: AnyCase) -> tuple[str, str]:
    """Provider and operation of a case."""
    title = str(case.operation.schema.raw_schema["info"]["title"])
    return title, str(case.operation.definition.raw.get("operationId"))


def is_call(response: Response, case: AnyCase) -> bool:
    """The request was the operation's own, not one with an unexpected method."""
    return str(response.request.method) == str(case.operation.method).upper()


def documented(case: AnyCase, status: int) -> dict[str, Any]:
    """What the spec says about a status of an operation; empty when it says nothing."""
    root = case.operation.schema.raw_schema
    found = (case.operation.definition.raw.get("responses") or {}).get(str(status)) or {}
    while "$ref" in found:
        found = at(root, str(found["$ref"]).lstrip("#"))
    return dict(found)


_validators: dict[str, jsonschema_rs.Draft202012Validator] = {}


def validator(operation: Any) -> jsonschema_rs.Draft202012Validator:
    """The validator of an operation's JSON body: the document with a reference in front."""
    if operation.label not in _validators:
        place = f"#/paths/{operation.path.replace('~', '~0').replace('/', '~1')}/{operation.method}/requestBody"
        reference = quote(f"{place}/content/application~1json/schema", safe="#/~")
        _validators[operation.label] = jsonschema_rs.Draft202012Validator(
            {**operation.schema.raw_schema, "$ref": reference}, validate_formats=True
        )
    return _validators[operation.label]


def succeeded(response: Response, case: AnyCase) -> bool:
    return 200 <= response.status_code < 300 and is_call(response, case)


def sent_json(response: Response) -> Any:
    """The body that went over the wire, as JSON."""
    return json.loads(bytes_of(response))


def bytes_of(sent: Response | requests.PreparedRequest) -> bytes:
    """The body that went over the wire."""
    content = sent.body if isinstance(sent, requests.PreparedRequest) else sent.request.body
    return content if isinstance(content, bytes) else str(content or "").encode()


def body(response: Response | requests.Response) -> Any:
    """The body as JSON; None when it is no JSON."""
    if not response.content or "json" not in header(response, "content-type"):
        return None
    try:
        return response.json()  # schemathesis parses each answer once, for all checks
    except ValueError:
        return None


def header(response: Response | requests.Response, name: str) -> str:
    """A header's value, in lower case; empty when it is absent."""
    value = response.headers.get(name) or ""
    return str(value if isinstance(value, str) else value[0]).lower()


def at(value: Any, pointer: str) -> Any:
    """What a pointer names; MISSING when nothing is there."""
    for token in pointer.split("/")[1:]:
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return MISSING
    return value


ASKED: dict[str, Counter[str]] = {}
"""Answers to what checks asked on their own, by operation and status."""


def noted(answer: requests.Response, case: AnyCase) -> requests.Response:
    """Count an answer among those of the case's operation."""
    ASKED.setdefault(case.operation.label, Counter())[str(answer.status_code)] += 1
    return answer


_numbers = count()
_run = "" if EMULATOR_VARIABLE in os.environ else f"{secrets.token_hex(3)}-"


def new_id(like: str) -> str:
    """An id that nothing has yet: on a server that was there before, not even from an earlier run of the same seed."""
    return f"{like}-{_run}{next(_numbers)}"


_session = requests.Session()
_session.trust_env = False


@dataclass
class Limit:
    """The rate limit of the run, which holds for what checks ask as well."""

    rate: Any = None


_limit = Limit()


_asked: list[requests.PreparedRequest] = []
"""What the check that is looking asked so far."""
TOLD = 6
"""How many of these a failure shows, the last ones."""


def ask(
    response: Response,
    *,
    method: str = "",
    url: str = "",
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str | None] | None = None,
    content: bytes | None = None,
) -> requests.Response | None:
    """The answer to the same request with something changed; None where only what changes nothing may be asked."""
    asked = response.request.copy()
    asked.method = method or asked.method
    if os.environ.get(SAFE_VARIABLE) and str(asked.method).lower() not in SAFE_METHODS:
        return None
    asked.url = url or asked.url
    if query is not None:
        parts = urlsplit(str(asked.url))
        kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in query]
        pairs = kept + [(name, str(value)) for name, value in query.items() if value is not None]
        asked.url = urlunsplit(parts._replace(query=urlencode(pairs)))
    for name, value in (headers or {}).items():
        asked.headers.pop(name, None)
        if value is not None:
            asked.headers[name] = value
    if asked.method == "GET":
        asked.body = None
        for name in ("content-length", "content-type", "transfer-encoding"):
            asked.headers.pop(name, None)
    elif content is not None:
        asked.body = content
        asked.headers["content-length"] = str(len(content))
    _asked.append(asked)
    for _ in range(RATE_LIMIT_AUTO_MAX_RETRIES):
        with ratelimit(_limit.rate, str(asked.url)):
            answer = _session.send(asked, timeout=10, allow_redirects=False)
        delay = parse_retry_after(answer.headers.get("retry-after", ""))
        if answer.status_code != 429 or _limit.rate != "auto" or delay is None:
            break
        time.sleep(delay)
    return answer


def at_most(times: int) -> Callable[[Hashable], bool]:
    """Whether a thing is met for one of the first so many times: what shows at once need not be asked for ever."""
    met: Counter[Hashable] = Counter()

    def again(thing: Hashable) -> bool:
        met[thing] += 1
        return met[thing] <= times

    return again


def plain(url: str | None) -> str:
    """A URL without its query."""
    return urlunsplit(urlsplit(str(url))._replace(query=""))


def same(sent: Any, got: Any) -> bool:
    """Everything that was sent is there; more may be there. Numbers are compared as JSON numbers, that is as double
    precision beyond 64 bits, where many parsers leave off."""
    if isinstance(sent, dict):
        return isinstance(got, dict) and all(name in got and same(value, got[name]) for name, value in sent.items())
    if isinstance(sent, list):
        return isinstance(got, list) and len(sent) == len(got) and all(map(same, sent, got))
    if isinstance(sent, bool) or isinstance(got, bool) or not isinstance(sent, int | float):
        return type(sent) is type(got) and bool(sent == got)
    if not isinstance(got, int | float):
        return False
    return sent == got or (abs(sent) >= 2**63 and float(sent) == float(got))


def short(value: Any) -> str:
    """A value for a message; one that is cut is closed, so that what is around it can be told from it."""
    text = "nothing" if value is MISSING else json.dumps(value)
    if len(text) < 200:
        return text
    head, closing, quoted = text[:200].rstrip("\\"), "", False
    for place, char in enumerate(head):
        if char == '"' and (len(head[:place]) - len(head[:place].rstrip("\\"))) % 2 == 0:
            quoted = not quoted
        elif not quoted and char in "[{":
            closing = {"[": "]", "{": "}"}[char] + closing
        elif not quoted and char in "]}":
            closing = closing[1:]
    return f"{head}…" + '"' * quoted + closing


def secret_of(response: Response) -> str:
    sent = response.request.headers
    query = dict(parse_qsl(urlsplit(str(response.request.url)).query))
    return str(sent.get("api-key") or query.get("apiKey") or str(sent.get("authorization", "")).partition(" ")[2])


def expect(answer: requests.Response | None, statuses: Callable[[int], bool], what: str) -> None:
    if answer is not None:
        assert statuses(answer.status_code), f"{what} is answered {answer.status_code}"


Judge = Callable[[CheckContext, Response, AnyCase], bool | None]


def _texts(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    return {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in headers.items()}


class Broken(Failure):
    """What one of these checks found. Its identity is the operation, the check's name and what it says
    but for the values, wherever the code stands; `asked` is what was asked to find it, as lines for a shell."""

    __slots__ = ("asked", "check")

    def __init__(self, check: str, operation: str, message: str) -> None:
        super().__init__(operation=operation, title=check.replace("_", " ").capitalize(), message=message)
        self.check = check
        self.asked = [
            command(str(one.method), str(one.url), _texts(one.headers), bytes_of(one)) for one in _asked[-TOLD:]
        ]

    @property
    def _unique_key(self) -> str:
        return f"{self.check}: {fingerprint(self.message)}"


_VALUE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)|https?://\S+|[\d.]*\d', re.DOTALL)
_NESTED = re.compile(r"[{\[][^{}\[\]]*[}\]]")


def fingerprint(message: str) -> str:
    """What a failure is about without the values that chance chose: two seeds have the same."""
    text, before = _VALUE.sub("\u2026", message), ""
    while text != before:
        text, before = _NESTED.sub("\u2026", text), text
    return text[:160]


def check(judge: Judge) -> Judge:
    """Register a check. An answer so unlike what it expects that it stumbles fails it; it does not stop the run."""

    @wraps(judge)
    def guarded(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
        _asked.clear()
        _limit.rate = case.operation.schema.config.rate_limit_for(operation=case.operation)
        try:
            return judge(ctx, response, case)
        except Failure:
            raise
        except AssertionError as error:
            raise Broken(judge.__name__, case.operation.label, str(error)) from None
        except Exception as error:  # whatever the answer has in the place of what a check reads
            message = f"the answer cannot be judged: {type(error).__name__}: {error}"
            raise Broken(judge.__name__, case.operation.label, message) from None

    schemathesis.check(guarded)
    return guarded


def once(judge: Judge) -> Judge:
    """Let a check look at the first success of each operation and media type only: what it asks depends on no
    generated value."""
    done: set[tuple[str, str, str | None]] = set()

    @wraps(judge)
    def first(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
        this = (*key(case), case.media_type)
        if this in done or not succeeded(response, case):
            return True
        done.add(this)
        return judge(ctx, response, case)

    return first
