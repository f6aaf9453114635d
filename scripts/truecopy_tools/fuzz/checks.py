"""Checks of our own, for what schemathesis cannot see in a spec: that what was sent is what is stored, that pages join
up, that XML says what JSON says, that a code in the body agrees with the HTTP status. What differs between providers is
in tables.

A check returns True when it does not apply. Where one answer is not enough, it asks again (`ask`): the same request
with something changed.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from defusedxml.ElementTree import fromstring
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response

from .asavie_xml import from_xml, local, same_xml
from .asking import (
    JSON_TYPE,
    MISSING,
    AnyCase,
    ask,
    at,
    body,
    bytes_of,
    check,
    documented,
    expect,
    header,
    is_call,
    key,
    noted,
    once,
    plain,
    same,
    secret_of,
    sent_json,
    short,
    succeeded,
)
from .masking import SHORTEST

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


# One at a time


@check
def stored_equals_sent(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What was created is answered as it was sent, and is read back as it was answered."""
    if key(case) not in CREATES or not succeeded(response, case):
        return True
    place, identity, path = CREATES[key(case)]
    created = at(body(response), place)
    new = at(created, identity)
    assert new not in (MISSING, None), f"the new object has no id at {place}{identity}"
    sent = _sent(response)
    if sent is not None:
        for member, source in SENT[key(case)].items():
            value = at(sent, source)
            chosen_by_the_service = f"/{member}" == identity and not value
            if value is not MISSING and not chosen_by_the_service:
                stored = created if member == "" else at(created, f"/{member}")
                assert same(value, stored), f"sent {short(value)} as {source or 'body'}, stored {short(stored)}"
    url = path.format(url=plain(response.request.url), id=quote(str(new), safe=""))
    read = ask(response, method="GET", url=url)
    if read is not None:
        assert read.status_code == 200, (
            f"what was just created under the id {short(new)} is answered {read.status_code}"
        )
        again = at(body(read), place)
        changing = ("status", "status_code", "start_time", "end_time")
        for name, value in created.items():
            if name not in changing:
                assert same(value, again.get(name, MISSING)), (
                    f"{name}: created {short(value)}, read {short(again.get(name))}"
                )
    return None


def _sent(response: Response) -> Any:
    """What went over the wire, as JSON: the case may have been changed on its way. None for forms."""
    media = str(response.request.headers.get("content-type", "")).partition(";")[0]
    if media in (JSON_TYPE, "text/json"):
        return sent_json(response)
    if "xml" not in media:
        return None
    return {local(child): from_xml(child) for child in fromstring(bytes_of(response))}


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
    assert not given_before, f"the id {short(new[2])} was given to two objects"
    return None


@check
def answers_what_was_asked(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The object in an answer is the one that the path names."""
    if key(case) not in IDS or not succeeded(response, case):
        return True
    for pointer, parameter in IDS[key(case)].items():
        asked, got = case.path_parameters[parameter], at(body(response), pointer)
        # A value from a link is percent-encoded already.
        assert str(got) in (str(asked), unquote(str(asked))), f"asked for {short(asked)}, got {short(got)}"
    return None


def _unknown(known: str) -> list[str]:
    """Ids of nothing: another one, and those that are nearly the one that is known, unless that is so short that they
    may be somebody's."""
    if known.lstrip("-").isdecimal():
        return ["999999999"]
    nearly = [known.upper(), known.title(), f"{known}x", f"%20{known}%20"] if len(known) > 9 else []
    return ["no-such-thing", *(other for other in nearly if other != known)]


@check
@once
def unknown_ids_are_not_found(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What does not exist is answered 404, in the documented form."""
    parts = urlsplit(str(response.request.url))
    segments, template = parts.path.split("/"), case.operation.path.split("/")
    for place in (n for n in range(-len(template), 0) if template[n].startswith("{")):
        for unknown in _unknown(segments[place]):
            changed = "/".join([*segments[:place], unknown, *segments[place:][1:]])
            answer = ask(response, url=parts._replace(path=changed).geturl())
            if answer is None:
                continue
            noted(answer, case)
            assert answer.status_code == 404, f"the unknown {short(unknown)} is answered {answer.status_code}"
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
    found = [code for code in found if code is not MISSING]
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


FRAMES = re.compile(rb"Traceback \(most recent call last\)|\.(?:cs|go|java|js|kt|php|py|rb):(?:line )?\d+\b")
"""Where a program was when it failed."""


@check
def answers_tell_no_secrets(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """No answer repeats the credential that it was asked with; no failure tells where in the program it happened."""
    if key(case)[0] not in CODES:  # the control API hands out the state, credentials and all
        return True
    told, secret = repr(response.headers).encode() + response.content, secret_of(response).encode()
    frames = FRAMES.search(told) if response.status_code >= 400 else None
    for what, text in (
        ("the credential", secret if len(secret) >= SHORTEST and secret in told else b""),
        ("the frames of a stack", frames[0] if frames else b""),
    ):
        if text and text not in unquote(plain(response.request.url)).encode() + bytes_of(response):
            raise AssertionError(f"the answer has {what} in it")
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


PAGES_ASKED = 12
"""How often an operation's pages are asked for again, piece by piece: it shows at once or never."""
_looked: Counter[tuple[str, str]] = Counter()


@check
def pages_join_up(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A page has as many items as it says, and small pages are one big page."""
    if key(case) not in PAGES or not succeeded(response, case):
        return True
    place, position, size, first = PAGES[key(case)]
    given = dict(parse_qsl(urlsplit(str(response.request.url)).query))
    _items(place, body(response), int(given.get(position, first)), int(given.get(size, 100)))
    _looked[key(case)] += 1
    if _looked[key(case)] > PAGES_ASKED:
        return None
    step = 1 if first else 2  # a page's number, or its offset
    small = []
    for number in range(first, first + 5 * step, step):
        if (part := ask(response, query={position: number, size: 2})) is None:
            return None
        small += _items(place, body(part), number, 2)
    if (whole := ask(response, query={position: first, size: 10})) is not None:
        assert small == at(body(whole), place), f"five pages with {size} 2 are not one with {size} 10"
    return None


def _items(place: str, value: Any, position: int, size: int) -> list[Any]:
    """The items of a page that says of itself what is so."""
    items: list[Any] = at(value, place)
    if place == "/response":
        _numbered_page(value["pagination"], len(items), position, size)
    else:
        _offset_page(value["meta"], len(items), position, size)
    return items


def _numbered_page(page: dict[str, Any], count: int, number: int, size: int) -> None:
    total, asked, size = page["totalItems"], size, page["perPage"]  # a service may give less than it was asked for
    assert page["currentPage"] == number, f"asked for page {number}, got {page}"
    assert size == asked or 100 <= size < asked, f"asked for pages of {asked}, got {page}"
    assert page["totalPages"] in {math.ceil(total / size), max(1, math.ceil(total / size))}, f"totalPages: {page}"
    assert count == max(0, min(size, total - (number - 1) * size)), f"{count} items on page {number}: {page}"
    last = max(1, page["totalPages"])
    expected = {"first": 1, "last": last, "next": number + 1 if number < last else None}
    if number <= last:  # of what is not there the rest is not said
        expected |= {"self": number, "prev": number - 1 if number > 1 else None}
    for name, other in expected.items():
        link = page["links"][name]
        query = dict(parse_qsl(urlsplit(link or "").query))
        assert (link is None) is (other is None), f"{name} is {link}: {page}"
        assert link is None or (query["page"], query["perPage"]) == (str(other), str(size)), f"{name} is {link}: {page}"


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
    same_xml(root, expected, "")
    return None


# Once for each operation: what no generated value depends on


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
    secret = secret_of(response)
    nothing: dict[str, str | None] = {"authorization": None, "api-key": None}
    gone: dict[str, Any] = {"apiKey": None, "api-key": None}
    bare = ask(response, headers=nothing, query=gone)
    expect(bare, refused, "a call without a credential")
    if bare is not None and any(scheme["type"] == "http" for scheme in documented):
        assert header(bare, "www-authenticate").startswith("bearer"), "401 does not name the scheme Bearer"
    places: dict[str, Callable[[str], tuple[dict[str, str | None], dict[str, Any]]]] = {
        "header api-key": lambda value: ({**nothing, "api-key": value}, gone),
        "header API-KEY": lambda value: ({**nothing, "API-KEY": value}, gone),
        "query apiKey": lambda value: (nothing, {**gone, "apiKey": value}),
        "header apiKey": lambda value: ({**nothing, "apiKey": value}, gone),
        "bearer": lambda value: ({**nothing, "authorization": f"Bearer {value}"}, gone),
        "bearer, AUTHORIZATION": lambda value: ({**nothing, "AUTHORIZATION": f"Bearer {value}"}, gone),
        "bearer in lower case": lambda value: ({**nothing, "authorization": f"bearer {value}"}, gone),
        "no scheme": lambda value: ({**nothing, "authorization": value}, gone),
        "another scheme": lambda value: ({**nothing, "authorization": f"Basic {value}"}, gone),
    }
    right = {f"{scheme['in']} {scheme['name']}" for scheme in documented if scheme["type"] == "apiKey"}
    if any(scheme["type"] == "http" for scheme in documented):
        right |= {"bearer", "bearer in lower case", "bearer, AUTHORIZATION"}  # RFC 9110: these names have no case
    if "header api-key" in right:
        right.add("header API-KEY")
    for place, put in places.items():
        headers, query = put(secret)
        answer = ask(response, headers=headers, query=query)
        expect(answer, good if place in right else refused, f"the credential as {place}")
        if place in right:
            headers, query = put(secret + "x")
            expect(ask(response, headers=headers, query=query), refused, f"a wrong credential as {place}")
    return None


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
        for what, content in _malformed(bytes_of(response), case.media_type):
            expect(ask(response, content=content), lambda status: status == 400, f"a body {what}")
    if "406" in case.operation.definition.raw["responses"]:
        answer = ask(response, headers={"accept": "image/png"})
        expect(answer, lambda status: status == 406, "Accept: image/png")
        answer = ask(response, headers={"accept": "image/png, Application/XML;q=0.5"})
        expect(answer, good, "Accept: image/png, Application/XML;q=0.5")
        for less, more in permutations((JSON_TYPE, "application/xml")):
            answer = ask(response, headers={"accept": f"{less};q=0.1, {more};q=0.9"})
            got = header(answer, "content-type") if answer is not None else more
            assert got.startswith(more), f"Accept: {less};q=0.1, {more};q=0.9 is answered {got}"
    return None


def _malformed(sent: bytes, media: str) -> Iterator[tuple[str, bytes]]:
    """What lenient readers take for a body."""
    if "json" in media:
        yield "that is no JSON", b'{"a": 1,]'
        yield "with something behind its JSON", sent + b" x"
        if isinstance(value := json.loads(sent), dict):
            yield "with NaN", json.dumps({**value, "number": math.nan}).encode()
    if "xml" in media:
        declared = rb'\1<!DOCTYPE a [<!ENTITY declared "x">]>'
        yield "that declares an entity", re.sub(rb"^(<\?xml.*?\?>)?", declared, sent, count=1, flags=re.DOTALL)


@check
def known_client_gets_token(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The client that the spec's example names gets a token, and the token works; with another secret it gets none."""
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
    again = ask(response, method="GET", url=url, headers={"authorization": f"Bearer {token}"})
    expect(again, lambda status: status != 401, "a second call with the new token")
    for wrong in ("x", known["client_secret"] + "x", known["client_secret"].upper()):
        answer = ask(response, content=urlencode({**sent, "client_secret": wrong}).encode())
        expect(answer, lambda status: status in (400, 401), "a client with a wrong secret")
    return None


@check
def taken_ids_are_refused(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Creating a thing a second time under an id that the client chose is a conflict."""
    if key(case) != ("Asavie", "createBatch") or not succeeded(response, case):
        return True
    taken = at(body(response), "/Data/ID")
    content = json.dumps({"ID": taken, "Name": "another"}).encode()
    again = ask(response, content=content, headers={"content-type": JSON_TYPE})
    expect(again, lambda status: status == 409, f"the id {short(taken)} for another batch")
    return None
