"""Checks of our own, for what schemathesis cannot see in a spec: that what was sent is what is stored, that pages join
up, that XML says what JSON says, that a code in the body agrees with the HTTP status. What differs between providers is
in tables.

A check returns True when it does not apply. Where one answer is not enough, it asks again (`ask`): the same request
with something changed.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import requests
import schemathesis
from defusedxml.ElementTree import fromstring
from schemathesis import Case
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure
from schemathesis.core.rate_limit import RATE_LIMIT_AUTO_MAX_RETRIES, parse_retry_after, ratelimit
from schemathesis.core.transport import Response

from .targets import SAFE_METHODS
from .worker import EMULATOR_VARIABLE, SAFE_VARIABLE

JSON_TYPE = "application/json"
_MISSING = object()

AnyCase = Case[Any]

CREATES: dict[tuple[str, str], tuple[str, str, str]] = {
    # provider and operation: where the answer has the new object, its id in there, and the path that reads it
    ("QuestionPro", "createResponse"): ("/response", "/responseID", "{url}/{id}"),
    ("QuestionPro", "createBatch"): ("/response", "/id", "{url}/{id}"),
    ("Supermetrics", "createBatch"): ("/data", "/batch_id", "{url}/{id}"),
    ("Asavie", "createBatch"): ("/Data", "/ID", "{url}/{id}"),
}
SENT: dict[tuple[str, str], dict[str, str]] = {
    # what a new object has of what was sent: member of the object -> place in the body; "" stands for every member
    ("QuestionPro", "createResponse"): {"": ""},
    ("QuestionPro", "createBatch"): {"surveyID": "/compose/surveyID"},
    ("Supermetrics", "createBatch"): {
        name: f"/{name}"
        for name in (
            *("description", "split_accounts_policy", "split_dates_policy", "timeout_minutes", "query_concurrency"),
            *("query_output_format", "add_exclude_account_errors", "add_clean_data_types"),
        )
    },
    ("Asavie", "createBatch"): {
        name: f"/{name}" for name in ("Name", "AppTag", "Description", "Parameters", "ID", "Status", "TimeoutMinutes")
    },
}
IDS: dict[tuple[str, str], dict[str, str]] = {
    # what an answer must repeat of the path it was asked under
    ("QuestionPro", "getBatch"): {"/response/id": "batchID"},
    ("QuestionPro", "getResponse"): {"/response/responseID": "response-id", "/response/surveyID": "survey-id"},
    ("QuestionPro", "createResponse"): {"/response/surveyID": "survey-id"},
    ("Supermetrics", "getBatch"): {"/data/batch_id": "batch_id"},
    ("Supermetrics", "cancelBatch"): {"/data/batch_id": "batch_id"},
    ("Asavie", "getBatch"): {"/Data/ID": "batchid"},
}
CODES: dict[str, tuple[str, ...]] = {
    # where bodies repeat the HTTP status
    "QuestionPro": ("/response/error/httpStatusCode",),
    "Supermetrics": ("/status",),
    "Asavie": ("/Code",),
}
PAGES: dict[tuple[str, str], tuple[str, str, str, int]] = {
    # place of the items, parameter of the position, parameter of the size, and the position of the first page
    ("QuestionPro", "listResponses"): ("/response", "page", "perPage", 1),
    ("QuestionPro", "filterResponses"): ("/response", "page", "perPage", 1),
    ("Supermetrics", "getBatchStatus"): ("/data", "offset", "limit", 0),
}


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


def succeeded(response: Response, case: AnyCase) -> bool:
    return 200 <= response.status_code < 300 and is_call(response, case)


def sent_json(response: Response) -> Any:
    """The body that went over the wire, as JSON."""
    return json.loads(bytes_of(response))


def bytes_of(response: Response) -> bytes:
    """The body that went over the wire."""
    content = response.request.body
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
    """What a pointer names; _MISSING when nothing is there."""
    for token in pointer.split("/")[1:]:
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return _MISSING
    return value


ASKED: dict[str, Counter[str]] = {}
"""Answers to what checks asked on their own, by operation and status."""


def noted(answer: requests.Response, case: AnyCase) -> requests.Response:
    """Count an answer among those of the case's operation."""
    ASKED.setdefault(case.operation.label, Counter())[str(answer.status_code)] += 1
    return answer


_session = requests.Session()
_session.trust_env = False


@dataclass
class Limit:
    """The rate limit of the run, which holds for what checks ask as well."""

    rate: Any = None


_limit = Limit()


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
    for _ in range(RATE_LIMIT_AUTO_MAX_RETRIES):
        with ratelimit(_limit.rate, str(asked.url)):
            answer = _session.send(asked, timeout=10, allow_redirects=False)
        delay = parse_retry_after(answer.headers.get("retry-after", ""))
        if answer.status_code != 429 or _limit.rate != "auto" or delay is None:
            break
        time.sleep(delay)
    return answer


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


Judge = Callable[[CheckContext, Response, AnyCase], bool | None]
_UNFIT = (KeyError, IndexError, TypeError, AttributeError, ValueError, SyntaxError, requests.RequestException)


class Broken(Failure):
    """What one of these checks found. Its identity is the check's name and the operation, wherever the code stands."""

    __slots__ = ("check",)

    def __init__(self, check: str, operation: str, message: str) -> None:
        super().__init__(operation=operation, title=check.replace("_", " ").capitalize(), message=message)
        self.check = check

    @property
    def _unique_key(self) -> str:
        return self.check


def check(judge: Judge) -> Judge:
    """Register a check. An answer so unlike what it expects that it stumbles fails it; it does not stop the run."""

    @wraps(judge)
    def guarded(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
        _limit.rate = case.operation.schema.config.rate_limit_for(operation=case.operation)
        try:
            return judge(ctx, response, case)
        except Failure:
            raise
        except AssertionError as error:
            raise Broken(judge.__name__, case.operation.label, str(error)) from None
        except _UNFIT as error:
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


# One at a time


@check
def stored_equals_sent(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What was created is answered as it was sent, and is read back as it was answered."""
    if key(case) not in CREATES or not succeeded(response, case):
        return True
    place, identity, path = CREATES[key(case)]
    created = at(body(response), place)
    new = at(created, identity)
    assert new not in (_MISSING, None), f"the new object has no id at {place}{identity}"
    sent = _sent(response)
    if sent is not None:
        for member, source in SENT[key(case)].items():
            value = at(sent, source)
            chosen_by_the_service = f"/{member}" == identity and not value
            if value is not _MISSING and not chosen_by_the_service:
                stored = created if member == "" else at(created, f"/{member}")
                assert same(value, stored), f"sent {_short(value)} as {source or 'body'}, stored {_short(stored)}"
    url = path.format(url=plain(response.request.url), id=quote(str(new), safe=""))
    read = ask(response, method="GET", url=url)
    if read is not None:
        assert read.status_code == 200, f"what was just created under the id {new} is answered {read.status_code}"
        again = at(body(read), place)
        changing = ("status", "status_code", "start_time", "end_time")
        for name, value in created.items():
            if name not in changing:
                assert same(value, again.get(name, _MISSING)), (
                    f"{name}: created {_short(value)}, read {_short(again.get(name))}"
                )
    return None


def _sent(response: Response) -> Any:
    """What went over the wire, as JSON: the case may have been changed on its way. None for forms."""
    media = str(response.request.headers.get("content-type", "")).partition(";")[0]
    if media in (JSON_TYPE, "text/json"):
        return sent_json(response)
    if "xml" not in media:
        return None
    return {local(child): _from_xml(child) for child in fromstring(bytes_of(response))}


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _from_xml(element: Any) -> Any:
    """An element of Asavie's XML as JSON."""
    if element.get(NIL) == "true" or (local(element) == "Parameters" and element.text == "null"):
        return None
    if local(element) == "Parameters":
        entries = ({local(part): part.text or "" for part in entry} for entry in element)
        return {entry["Key"]: entry["Value"] for entry in entries}
    return int(element.text) if local(element) in ("Status", "TimeoutMinutes") else element.text or ""


def _short(value: Any) -> str:
    text = "nothing" if value is _MISSING else json.dumps(value)
    return text if len(text) < 200 else text[:200] + "…"


_ids: set[tuple[str, str, str]] = set()


@check
def new_things_have_new_ids(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """No id is given to two objects."""
    if key(case) not in CREATES or not succeeded(response, case):
        return True
    place, identity, _ = CREATES[key(case)]
    new = (*key(case), str(at(body(response), place + identity)))
    given_before = new in _ids
    _ids.add(new)
    assert not given_before, f"the id {new[2]} was given to two objects"
    return None


@check
def answers_what_was_asked(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The object in an answer is the one that the path names."""
    if key(case) not in IDS or not succeeded(response, case):
        return True
    for pointer, parameter in IDS[key(case)].items():
        asked, got = case.path_parameters[parameter], at(body(response), pointer)
        # A value from a link is percent-encoded already.
        assert str(got) in (str(asked), unquote(str(asked))), f"asked for {asked}, got {_short(got)}"
    return None


@check
@once
def unknown_ids_are_not_found(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What does not exist is answered 404, in the documented form."""
    path = urlsplit(str(response.request.url)).path
    asked = [quote(str(value), safe="") for value in case.path_parameters.values()]
    if not asked or key(case)[0] == "truecopy emulator":
        return True
    for value in asked:
        unknown = "999999999" if value.lstrip("-").isdecimal() else "no-such-thing"
        assert f"/{value}" in path or unquote(value) in unquote(path), "the path does not hold its parameter"
        answer = ask(response, url=str(response.request.url).replace(f"/{value}", f"/{unknown}", 1))
        if answer is None:
            continue
        noted(answer, case)
        assert answer.status_code == 404, f"what does not exist is answered {answer.status_code}"
        wrapped = Response.from_requests(answer, verify=True)
        case.operation.validate_response(wrapped)
        codes_agree(ctx, wrapped, case)
        xml_equals_json(ctx, wrapped, case)
    return None


@check
def codes_agree(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A code in a body is the HTTP status; a body says of success what the status says."""
    value, title = body(response), key(case)[0]
    found = [at(value, pointer) for pointer in CODES.get(title, ())]
    found = [code for code in found if code is not _MISSING]
    if not found or not isinstance(value, dict) or (title == "Asavie" and "Success" not in value):
        return True
    # A command that was accepted is seen as HTTP 200 with Code 202.
    allowed = {response.status_code, *([202] if title == "Asavie" and response.status_code == 200 else [])}
    assert set(found) <= allowed, f"HTTP status {response.status_code}, in the body {found[0]}"
    if title == "Asavie":
        good = response.status_code < 400
        assert value["Success"] is good, f"HTTP status {response.status_code}, Success {value['Success']}"
        assert (value.get("ErrorCode") == 0) is good, (
            f"HTTP status {response.status_code}, ErrorCode {value.get('ErrorCode')}"
        )
    return None


@check
def rate_limit_headers(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Where the spec documents the headers of the rate limit on a success, they are there and make sense."""
    headers = documented(case, response.status_code).get("headers") or {}
    if "X-RateLimit-Limit" not in headers or not succeeded(response, case):
        return True
    limit, left = header(response, "x-ratelimit-limit"), header(response, "x-ratelimit-remaining")
    assert (limit + left).isdecimal(), f"X-RateLimit-Limit {limit!r}, X-RateLimit-Remaining {left!r}"
    assert int(left) <= int(limit), f"{left} requests left of {limit}"
    return None


@check
def allow_lists_the_methods(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """405 comes with an Allow that names the methods of the path, each of them and no other."""
    if response.status_code != 405:
        return True
    declared = {name.upper() for name in case.operation.schema[case.operation.path]} & {
        *("GET", "PUT", "POST", "DELETE", "PATCH")
    }
    offered = {name.strip().upper() for name in header(response, "allow").split(",")} - {"HEAD", "OPTIONS"}
    assert offered == declared, f"Allow: {', '.join(sorted(offered))}; the spec has {', '.join(sorted(declared))}"
    return None


# Several answers


@check
def cancelled_stays_cancelled(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A cancelled batch has stopped, stays stopped, is still there, and is not cancelled a second time."""
    if key(case) != ("Supermetrics", "cancelBatch") or not succeeded(response, case):
        return True
    first = at(body(response), "/data")
    assert first["status_code"] == "STOPPED", f"a cancelled batch is {first['status_code']}"
    assert first["end_time"] is not None, "a cancelled batch has no end_time"
    for method in ("GET", "DELETE", "GET"):
        answer = ask(response, method=method)
        if answer is not None:
            assert answer.status_code == 200, f"{method} of a cancelled batch: {answer.status_code}"
            assert at(body(answer), "/data") == first, f"{method} of a cancelled batch changed it: {answer.text[:500]}"
    return None


PAGES_ASKED = 20
"""How often an operation's pages are asked for again, piece by piece: it shows at once or never."""
_looked: Counter[tuple[str, str]] = Counter()


@check
def pages_join_up(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A page has as many items as it says, and two small pages are one big page."""
    if key(case) not in PAGES or not succeeded(response, case):
        return True
    place, position, size, first = PAGES[key(case)]
    value = body(response)
    items = at(value, place)
    given = dict(parse_qsl(urlsplit(str(response.request.url)).query))
    if place == "/response":
        _numbered_page(value["pagination"], len(items), int(given.get(position, 1)), int(given.get(size, 100)))
    else:
        _offset_page(value["meta"], len(items), int(given.get(position, 0)), int(given.get(size, 100)))
    _looked[key(case)] += 1
    if _looked[key(case)] > PAGES_ASKED:
        return None
    parts = [ask(response, query={position: first + i, size: 1}) for i in range(2)]
    whole = ask(response, query={position: first, size: 2})
    if whole is not None and all(part is not None for part in parts):
        small = [item for part in parts if part is not None for item in at(body(part), place)]
        assert small == at(body(whole), place), f"{position} {first} and {first + 1} of {size} 1 are not {size} 2"
    return None


def _numbered_page(page: dict[str, Any], count: int, number: int, size: int) -> None:
    total, asked, size = page["totalItems"], size, page["perPage"]  # a service may give less than it was asked for
    assert page["currentPage"] == number, f"asked for page {number}, got {page}"
    assert size == asked or 100 <= size < asked, f"asked for pages of {asked}, got {page}"
    assert page["totalPages"] in {math.ceil(total / size), max(1, math.ceil(total / size))}, f"totalPages: {page}"
    assert count == max(0, min(size, total - (number - 1) * size)), f"{count} items on page {number}: {page}"
    following = page["links"]["next"]
    assert (following is not None) == (number * size < total), f"next is {following}: {page}"
    if following is not None:
        assert dict(parse_qsl(urlsplit(following).query)).get("page") == str(number + 1), f"next is {following}"


def _offset_page(meta: dict[str, Any], count: int, offset: int, limit: int) -> None:
    page, progress = meta["paginate"], meta["progress"]
    assert (page["offset"], page["limit"]) == (offset, limit), f"asked for {limit} after {offset}, got {page}"
    assert count == max(0, min(limit, page["total"] - offset)), f"{count} items: {page}"
    assert sum(progress.values()) == page["total"], f"the progress {progress} is not that of {page['total']} queries"


@check
def xml_equals_json(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The XML of an answer says what its JSON says, member by member, in the documented namespace."""
    offered = documented(case, response.status_code).get("content") or {}
    if "application/xml" not in offered or response.request.method != "GET" or not is_call(response, case):
        return True
    answers = [
        ask(response, headers={"accept": media}) for media in (JSON_TYPE, "application/xml", "text/xml", "text/json")
    ]
    (plainly, xml, text_xml, text_json) = (answer for answer in answers if answer is not None)
    for answer, media in zip(answers, (JSON_TYPE, "application/xml", "text/xml", "text/json"), strict=True):
        got = header(answer, "content-type").partition(";")[0] if answer is not None else ""
        assert got == media, f"Accept: {media} is answered {got}"
    expected = json.loads(plainly.content)
    assert expected == json.loads(text_json.content), "text/json differs from application/json"
    assert xml.content == text_xml.content, "text/xml differs from application/xml"
    root = fromstring(xml.content)
    hints = offered["application/xml"]["schema"].get("xml", {})
    name = f"{{{hints['namespace']}}}{hints['name']}" if "namespace" in hints else hints.get("name")
    assert root.tag == name, f"the root element is {root.tag}, expected {name}"
    _same_xml(root, expected, "")
    return None


NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _same_xml(element: Any, value: Any, where: str) -> None:
    if value is None:
        assert element.get(NIL) == "true", f"{where}: null in JSON, not nil in XML"
        assert not len(element), f"{where}: nil in XML, and not empty"
        return
    assert element.get(NIL) is None, f"{where}: nil in XML, {_short(value)} in JSON"
    children = {local(child): child for child in element}
    if isinstance(value, dict) and ("KeyValueOfstringstring" in children or where.endswith(("/Meta", "/Parameters"))):
        pairs = [[part.text or "" for part in entry] for entry in element]
        expected = [[_xml_text(name), _xml_text(item)] for name, item in value.items()]
        assert pairs == expected, f"{where}: {pairs} in XML, {_short(value)} in JSON"
    elif isinstance(value, dict):
        assert set(children) == set(value), f"{where}: {sorted(children)} in XML, {sorted(value)} in JSON"
        for name, child in children.items():
            _same_xml(child, value[name], f"{where}/{name}")
    else:
        text = "true" if value is True else "false" if value is False else _xml_text(str(value))
        assert (element.text or "") == text, f"{where}: {element.text!r} in XML, {_short(value)} in JSON"


def _xml_text(text: str) -> str:
    """As a parser reads it: XML has no control characters, and its line ends are all alike."""
    return _NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


# Once for each operation: what no generated value depends on


def expect(answer: requests.Response | None, statuses: Callable[[int], bool], what: str) -> None:
    if answer is not None:
        assert statuses(answer.status_code), f"{what} is answered {answer.status_code}"


def good(status: int) -> bool:
    return status < 400 or status in (404, 409)  # the second of two equal creations may meet the first


def refused(status: int) -> bool:
    return status == 401


@check
@once
def credentials_stand_where_the_spec_says(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Each documented place of a credential works, every other one is refused with 401 and the scheme to use."""
    schemes = case.operation.schema.raw_schema["components"]["securitySchemes"]
    wanted = case.operation.definition.raw.get("security", case.operation.schema.raw_schema.get("security", []))
    if not wanted or {} in wanted:
        return True
    documented = [schemes[name] for alternative in wanted for name in alternative]
    secret = _secret(response)
    nothing: dict[str, str | None] = {"authorization": None, "api-key": None}
    gone: dict[str, Any] = {"apiKey": None, "api-key": None}
    bare = ask(response, headers=nothing, query=gone)
    expect(bare, refused, "a call without a credential")
    if bare is not None and any(scheme["type"] == "http" for scheme in documented):
        assert header(bare, "www-authenticate").startswith("bearer"), "401 does not name the scheme Bearer"
    places: dict[str, Callable[[str], tuple[dict[str, str | None], dict[str, Any]]]] = {
        "header api-key": lambda value: ({**nothing, "api-key": value}, gone),
        "query apiKey": lambda value: (nothing, {**gone, "apiKey": value}),
        "header apiKey": lambda value: ({**nothing, "apiKey": value}, gone),
        "bearer": lambda value: ({**nothing, "authorization": f"Bearer {value}"}, gone),
        "bearer in lower case": lambda value: ({**nothing, "authorization": f"bearer {value}"}, gone),
        "no scheme": lambda value: ({**nothing, "authorization": value}, gone),
        "another scheme": lambda value: ({**nothing, "authorization": f"Basic {value}"}, gone),
    }
    right = {f"{scheme['in']} {scheme['name']}" for scheme in documented if scheme["type"] == "apiKey"}
    if any(scheme["type"] == "http" for scheme in documented):
        right |= {"bearer", "bearer in lower case"}  # RFC 9110: a scheme's name has no case
    for place, put in places.items():
        headers, query = put(secret)
        answer = ask(response, headers=headers, query=query)
        expect(answer, good if place in right else refused, f"the credential as {place}")
        if place in right:
            headers, query = put(secret + "x")
            expect(ask(response, headers=headers, query=query), refused, f"a wrong credential as {place}")
    return None


def _secret(response: Response) -> str:
    sent = response.request.headers
    query = dict(parse_qsl(urlsplit(str(response.request.url)).query))
    return str(sent.get("api-key") or query.get("apiKey") or str(sent.get("authorization", "")).partition(" ")[2])


@check
@once
def media_types_are_kept(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The documented media types of bodies are taken whatever their case, others are 415; where 406 is documented, what
    cannot be answered is 406."""
    if case.body and response.request.body and case.media_type:
        upper = ask(response, headers={"content-type": case.media_type.upper()})
        expect(upper, good, "a Content-Type in upper case")
        with_charset = ask(response, headers={"content-type": f"{case.media_type}; charset=utf-8"})
        expect(with_charset, good, "a Content-Type with charset")
        for media in ("text/plain", "image/png"):
            answer = ask(response, headers={"content-type": media})
            expect(answer, lambda status: status == 415, f"a body as {media}")
        if "json" in case.media_type:
            expect(ask(response, content=b'{"a": 1,]'), lambda status: status == 400, "a body that is no JSON")
    if "406" in case.operation.definition.raw["responses"]:
        answer = ask(response, headers={"accept": "image/png"})
        expect(answer, lambda status: status == 406, "Accept: image/png")
        answer = ask(response, headers={"accept": "image/png, Application/XML;q=0.5"})
        expect(answer, good, "Accept: image/png, Application/XML;q=0.5")
    return None


CONTROL = "truecopy emulator"
NO_FAULT = {"id": "1", "effects": {"nonsense": 1}}
UNDOABLE: dict[str, Callable[[Any], Any]] = {
    # operations of the control API: what a body becomes that the schema allows and nobody can do
    "putClock": lambda sent: {"now": "9999-12-31T00:00:00Z"},
    "putState": lambda sent: {
        **sent,
        "settings": {**sent["settings"], "faults": {"1": {"id": "1", "effects": {"": 1}}}},
    },
}


@check
@once
def refusals_are_documented(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What an emulator refuses on demand it refuses as documented: credentials that are missing, have expired, may not,
    or have used up their budget, bodies that are too large, and what its control API cannot do."""
    if EMULATOR_VARIABLE not in os.environ:
        return True
    asked, (title, operation) = response.request, key(case)
    refusals: list[tuple[int, dict[str, Any]]] = []
    if title == CONTROL:
        refusals += [(401, {"headers": {"authorization": wrong}}) for wrong in (None, "Bearer wrong")]
        if operation in UNDOABLE:
            refusals.append((422, {"content": json.dumps(UNDOABLE[operation](sent_json(response))).encode()}))
    elif _secret(response):
        name, scheme = ("api-key", "") if "api-key" in asked.headers else ("authorization", "Bearer ")
        for kind, status in (("expired", 401), ("forbidden", 403), ("quota", 429)):
            refusals.append((status, {"headers": {name: f"{scheme}emulator-{kind}"}, "query": {"apiKey": None}}))
    if asked.body:
        refusals.append((413, {"content": b" " * (1 << 20) + bytes_of(response)}))
    refusals.append((406, {"headers": {"accept": "image/png"}}))
    refusals = [(status, change) for status, change in refusals if documented(case, status)]
    for status, change in refusals:
        answer = ask(response, **change)
        assert answer is not None, "an emulator may be asked anything"
        noted(answer, case)
        assert answer.status_code == status, f"{status} is documented, {answer.status_code} is answered"
        case.operation.validate_response(Response.from_requests(answer, verify=True))
    return None if refusals else True


@check
def control_takes_effect(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What the control API was told is what it says afterwards, and what was taken away is gone for good."""
    title, operation = key(case)
    if title != CONTROL or operation not in EFFECTS or not succeeded(response, case):
        return True
    path, holds = EFFECTS[operation]
    url = str(plain(response.request.url)).partition("/_emulator/")[0] + "/_emulator" + path
    if operation == "clearFaults":  # let there be something to clear
        headers: dict[str, str | None] = {"content-type": JSON_TYPE}
        ask(response, method="POST", url=url, headers=headers, content=b'{"effects": "delay=0"}')
        ask(response)
    answer = ask(response, method="GET", url=url)
    if answer is None:
        return True
    read, told = body(answer), body(response) or (sent_json(response) if response.request.body else None)
    assert holds(told, read, case), f"after {operation} GET {path} is {_short(read)}"
    if operation == "removeFault":
        expect(ask(response), lambda status: status == 404, "removing a fault that is removed")
    return None


def _thing(case: AnyCase) -> str:
    return unquote(str(case.path_parameters["id"]))


EFFECTS: dict[str, tuple[str, Callable[[Any, Any, AnyCase], bool]]] = {
    # operation: the path that is read afterwards, and whether what it answers follows from what was answered or sent
    "addFault": ("/faults", lambda told, read, case: told in read["faults"]),
    "removeFault": ("/faults", lambda told, read, case: _thing(case) not in [fault["id"] for fault in read["faults"]]),
    "clearFaults": ("/faults", lambda told, read, case: read == {"faults": []}),
    "setProfile": ("/faults", lambda told, read, case: all(fault in read["faults"] for fault in told["faults"])),
    "putClock": ("/clock", lambda told, read, case: read == told if told["frozen"] else read["now"] >= told["now"]),
    "putSeed": ("/state", lambda told, read, case: same(told["seed"], read["seed"]) and not read["counters"]),
    "putState": ("/state", lambda told, read, case: read["settings"]["credentials"] == told["settings"]["credentials"]),
    "putProvider": ("/providers", lambda told, read, case: told in read["providers"]),
}


@check
def known_client_gets_token(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The client that the spec's example names gets a token, and the token works."""
    if key(case) != ("Asavie", "createToken") or not is_call(response, case):
        return True
    if not case.media_type or response.request.headers.get("content-type") != case.media_type:
        return True
    examples = case.operation.definition.raw["requestBody"]["content"][str(case.media_type)]["examples"]
    known = examples["sample"]["value"]
    sent = dict(parse_qsl(bytes_of(response).decode(), keep_blank_values=True))
    if any(sent.get(name) != value for name, value in known.items()):
        return True
    assert response.status_code == 200, f"the known client is answered {response.status_code}"
    token = body(response)["access_token"]
    url = plain(response.request.url).replace("/authtoken", "/batches/batch-0001")
    answer = ask(response, method="GET", url=url, headers={"authorization": f"Bearer {token}"})
    expect(answer, lambda status: status != 401, "a call with the new token")
    return None


@check
def taken_ids_are_refused(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Creating a thing a second time under an id that the client chose is a conflict."""
    if key(case) != ("Asavie", "createBatch") or not succeeded(response, case):
        return True
    taken = at(body(response), "/Data/ID")
    content = json.dumps({"ID": taken, "Name": "another"}).encode()
    again = ask(response, content=content, headers={"content-type": JSON_TYPE})
    expect(again, lambda status: status == 409, f"the id {taken!r} for another batch")
    return None
