"""Checks that hold a service against a plain model of what it must have stored: what was created is listed, found by
filters, and still there later; what was refused left nothing; states go forward; a body means the same in every media
type. What differs between providers is in tables."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response

from .asavie_xml import to_xml
from .asking import (
    JSON_TYPE,
    MISSING,
    AnyCase,
    ask,
    at,
    at_most,
    body,
    check,
    key,
    new_id,
    once,
    plain,
    sent_json,
    short,
    succeeded,
    validator,
)
from .checks import CREATES, PAGES
from .corners import lookalikes
from .coverage import Keywords
from .worker import CREDENTIAL, EMULATOR_VARIABLE

Key = tuple[str, str]
CHANGING = frozenset(("status", "status_code", "start_time", "end_time", "cancel_time"))
"""Members that may be another when a thing is read again."""
LISTS: dict[Key, tuple[tuple[str, str, str], ...]] = {
    # where what an operation creates is listed: the listing operation, its method, and what its path has more
    ("QuestionPro", "createResponse"): (("listResponses", "GET", ""), ("filterResponses", "POST", "/filter")),
}
FILTERS: dict[Key, dict[str, tuple[str, dict[Any, Any]]]] = {
    # what a filter selects: its member, the items' member that it is held against, and what its values stand for
    ("QuestionPro", "filterResponses"): {
        "resultMode": ("/responseStatus", {1: "Started", 2: "Completed", 3: "Terminated"}),
        **{f"custom{i}": (f"/customVariables/custom{i}", {}) for i in range(1, 6)},
    },
}
NOTHING: dict[Key, tuple[dict[str, Any], ...]] = {
    # filters that select nothing that has a time
    ("QuestionPro", "filterResponses"): ({"startDate": "9000-01-01T00:00:00"}, {"endDate": "1900-01-01T00:00:00"}),
}
STATES: dict[Key, tuple[str, str, tuple[str, ...]]] = {
    # where a state is, the parameter of the thing's id, and the order in which states come
    ("QuestionPro", "getBatch"): (
        *("/response/status", "batchID"),
        ("Delivery Scheduled", "Delivery In Progress", "Delivery Successful"),
    ),
    **{
        ("Supermetrics", operation): (pointer, "batch_id", ("QUEUED", "RUNNING", "STOPPED"))
        for operation, pointer in (
            *(("getBatch", "/data/status_code"), ("cancelBatch", "/data/status_code")),
            ("getBatchStatus", "/meta/status_code"),
        )
    },
}
TIMES: dict[Key, tuple[str, dict[str, dict[str, bool]]]] = {
    # which times a thing has in a state
    ("Supermetrics", "getBatch"): (
        "/data",
        {
            "QUEUED": {"start_time": False, "end_time": False, "cancel_time": False},
            "RUNNING": {"start_time": True, "end_time": False, "cancel_time": False},
            "STOPPED": {"end_time": True},
        },
    ),
}
MEDIA: dict[Key, dict[str, Callable[[dict[str, Any]], bytes]]] = {
    # further media types of a body, and how JSON is written in them; ValueError: it has no form there
    ("Asavie", "createBatch"): {
        "application/xml": to_xml,
        "text/xml": to_xml,
        "text/json": lambda sent: json.dumps(sent).encode(),
        "application/x-www-form-urlencoded": lambda sent: _form(sent),
    },
}


def _form(sent: dict[str, Any]) -> bytes:
    if any(not isinstance(value, str | int) for value in sent.values()):
        raise ValueError("not in a form")
    return urlencode(sent).encode()


# What is created


_few = at_most(8)
_JSON: dict[str, str | None] = {"content-type": JSON_TYPE}


@check
def lists_have_what_was_created(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What was created is in its lists, at an end of them, and there it is what it is alone."""
    if key(case) not in LISTS or not succeeded(response, case) or not _few(key(case)):
        return True
    place, identity, _ = CREATES[key(case)]
    created = at(body(response), place)
    for operation, method, suffix in LISTS[key(case)]:
        items, position, size, first = PAGES[key(case)[0], operation]

        def page(
            number: int, method: str = method, suffix: str = suffix, names: tuple[str, str] = (position, size)
        ) -> Any:
            query = {names[0]: number, names[1]: 100}
            url = plain(response.request.url) + suffix
            return (
                body(answer)
                if (answer := ask(response, method=method, url=url, query=query, content=b"{}")) is not None
                else None
            )

        whole = page(first)
        if whole is None:
            return True
        last = whole["pagination"]["totalPages"]
        listed = [*at(whole, items), *(at(page(last), items) if last > first else [])]
        found = [item for item in listed if at(item, identity) == at(created, identity)]
        assert found, f"{operation} has not what was created under the id {short(at(created, identity))}"
        for name, value in created.items():
            assert found[0].get(name, MISSING) == value or name in CHANGING, (
                f"{name}: {short(value)} alone, {short(found[0].get(name))} in {operation}"
            )
    return None


_things: list[tuple[str, str, Any]] = []


@check
def older_things_remain(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What was created before is still there and still the same, whatever was created since: of these the first,
    one in the middle and the last."""
    if key(case) not in CREATES or not succeeded(response, case):
        return True
    place, identity, path = CREATES[key(case)]
    created = at(body(response), place)
    url = path.format(url=plain(response.request.url), id=quote(str(at(created, identity)), safe=""))
    # The numbers at which older things are looked at again come ever more seldom: 4, 5, 6, …, 16, 18, 20, … 32, 36, …
    count = len(_things)
    if count >= 4 and count % max(1, 2 ** (count.bit_length() - 4)) == 0:
        for name, pointer, before in {index: _things[index] for index in (0, count // 2, -1)}.values():
            answer = ask(response, method="GET", url=name)
            if answer is not None:
                assert answer.status_code == 200, f"what was created before is answered {answer.status_code}: {name}"
                now = at(body(answer), pointer)
                changed = [member for member in before if member not in CHANGING and before[member] != now.get(member)]
                assert not changed, f"{name} changed without a request: {', '.join(changed)}"
    _things.append((url, place, created))
    return None


_refused = at_most(1)


@check
def refusals_change_nothing(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """(Emulator.) A request that is refused leaves everything as it was."""
    if EMULATOR_VARIABLE not in os.environ or not 400 <= response.status_code < 500:
        return True
    if response.request.method == "GET" or not _refused((*key(case), response.status_code, case.media_type)):
        return True
    if key(case)[0] == "truecopy emulator":  # let there be something to lose
        url = str(response.request.url).partition("/_emulator/")[0] + "/_emulator/faults"
        ours = {**_JSON, "authorization": f"Bearer {CREDENTIAL}"}
        ask(response, method="POST", url=url, headers=ours, content=b'{"effects": "delay=0"}')
    before = _state(response)
    again = ask(response)
    assert again is not None
    after = _state(response)
    if again.status_code == response.status_code:
        changed = [part for part in ("settings", "collections") if before[part] != after[part]]
        assert not changed, f"{response.status_code} is answered, and these have changed: {', '.join(changed)}"
    return None


def _state(response: Response) -> Any:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(str(response.request.url)))
    headers: dict[str, str | None] = {"authorization": f"Bearer {CREDENTIAL}", "accept": JSON_TYPE}
    return body(_answered(ask(response, method="GET", url=f"{origin}/_emulator/state", headers=headers)))


_media = at_most(6)


@check
def media_types_mean_the_same(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A body creates the same thing in whichever media type it is sent."""
    if key(case) not in MEDIA or not succeeded(response, case):
        return True
    sent = sent_json(response) if str(response.request.headers.get("content-type")) == JSON_TYPE else None
    if not isinstance(sent, dict) or not _media((*key(case), *sorted(sent))):
        return True
    place, identity, _ = CREATES[key(case)]
    name = identity.strip("/")
    created = {**at(body(response), place), name: None}
    for media, write in MEDIA[key(case)].items():
        known = {member: value for member, value in sent.items() if member in created}
        try:
            content = write({**known, name: new_id(media)})
        except ValueError:
            continue
        answer = ask(response, content=content, headers={"content-type": media})
        if answer is None:
            return True
        assert answer.status_code == response.status_code, f"what is taken as JSON is {answer.status_code} as {media}"
        stored = {**at(body(answer), place), name: None}
        assert stored == created, f"stored {short(created)} from JSON, {short(stored)} from {media}"
    return None


# What is invalid, though nearly not


_leaves: dict[str, set[str]] = {}
_first = at_most(1)
NUMBERS = ("{}.0", "+{}", " {}", "{}e0", "0x{}", "{}_0", "{},")
"""What lax readers take for an integer."""


@check
def lookalikes_are_refused(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A value that only looks like one of the right type is refused: `"7"`, `true` and `7.5` are no integers."""
    if not succeeded(response, case):
        return True
    looked = False
    for what, answer in _nearly(response, case):
        looked = True
        if answer is not None:
            assert 400 <= answer.status_code < 500, f"{what} is answered {answer.status_code}"
    return None if looked else True


def _nearly(response: Response, case: AnyCase) -> Iterator[tuple[str, Any]]:
    if response.request.body and case.media_type == JSON_TYPE:
        seen = _leaves.setdefault(case.operation.label, set())
        for what, value in lookalikes(sent_json(response), validator(case.operation).is_valid, seen):
            yield what, ask(response, content=json.dumps(value).encode())
    parts = urlsplit(str(response.request.url))
    keywords = Keywords(case.operation.schema.raw_schema)
    for place, name, pointer in keywords.schemas(case.operation.path, case.operation.method):
        if place not in ("path", "query") or keywords.at(pointer)[0].get("type") != "integer":
            continue
        if _first((case.operation.label, place, name)):
            number = case.operation.path.split("/").index(f"{{{name}}}") if place == "path" else 0
            segments, number = parts.path.split("/"), number - len(case.operation.path.split("/"))
            for text in (form.format(segments[number] if place == "path" else 1) for form in NUMBERS):
                if place == "query":
                    yield f"{name}={short(text)}", ask(response, query={name: text})
                else:
                    changed = "/".join([*segments[:number], quote(text, safe=""), *segments[number:][1:]])
                    yield f"{name} {short(text)}", ask(response, url=parts._replace(path=changed).geturl())


# Lists


MADE: dict[Key, tuple[dict[str, Any], ...]] = {
    # things that filters tell apart: what is sent of them besides what was sent before
    ("QuestionPro", "createResponse"): tuple(
        {"responseStatus": status, "customVariables": {f"custom{i}": f"{status} {i % 2}" for i in range(1, 6)}}
        for status in ("Started", "Completed", "Terminated")
    ),
}
_filtered = at_most(3)


@check
def filters_select(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A filter selects what has the value it asks for, all of that and nothing else."""
    if key(case) not in MADE or not succeeded(response, case) or not _filtered(key(case)):
        return True
    sent = sent_json(response)
    for made in MADE[key(case)]:
        ask(response, content=json.dumps({**sent, **made}).encode())
    for operation, _, suffix in LISTS[key(case)]:
        if (this := (key(case)[0], operation)) in FILTERS:
            _selects(response, this, suffix)
    return None


def _selects(response: Response, this: Key, suffix: str) -> None:
    place, position, size, first = PAGES[this]
    url = plain(response.request.url) + suffix

    def select(wanted: dict[str, Any]) -> Any:
        answer = ask(response, url=url, query={position: first, size: 1000}, content=json.dumps(wanted).encode())
        return at(body(answer), place) if answer is not None else []

    everything = select({})
    for name, (pointer, meanings) in FILTERS[this].items():
        found = [at(item, pointer) for item in everything]
        values = meanings or {value: value for value in [value for value in found if value][-3:]}
        for value, meaning in values.items():
            selected = [item for item, has in zip(everything, found, strict=True) if has == meaning]
            got = select({name: value})
            assert got == selected, f"{name} {short(value)} selects {len(got)} items, {len(selected)} have that"
    for wanted in NOTHING[this]:
        got = select(wanted)
        assert not everything or len(got) < len(everything), f"{short(wanted)} selects everything"


# States


_reached: dict[tuple[str, str], int] = {}


@check
def states_go_forward(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A state never becomes an earlier one, whichever operation tells it; a thing has the times of its state."""
    if key(case) not in STATES or not succeeded(response, case):
        return True
    pointer, parameter, order = STATES[key(case)]
    state = at(body(response), pointer)
    assert state in order, f"the state is {short(state)}"
    segment = urlsplit(str(response.request.url)).path.split("/")
    thing = (
        key(case)[0],
        segment[case.operation.path.split("/").index(f"{{{parameter}}}") - len(case.operation.path.split("/"))],
    )
    before = _reached.get(thing, 0)
    assert order.index(state) >= before, f"what was {order[before]} is {state} again"
    _reached[thing] = order.index(state)
    place, times = TIMES.get(key(case), ("", {}))
    for name, there in times.get(state, {}).items():
        assert (at(body(response), f"{place}/{name}") is not None) is there, f"{state}, and {name} does not fit"
    return None


LIVES: dict[Key, tuple[Key, str]] = {
    # what creates things that go through states, with the operation that reads them and where they say when they were
    # cancelled
    ("QuestionPro", "createBatch"): (("QuestionPro", "getBatch"), ""),
    ("Supermetrics", "createBatch"): (("Supermetrics", "getBatch"), "/data/cancel_time"),
}


@check
@once
def lives_are_lived(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """(Emulator.) A thing that goes on when it is read gets from the first state to the last, in order; nothing but
    cancelling it cancels it, neither reading it nor cancelling another."""
    if EMULATOR_VARIABLE not in os.environ or key(case) not in LIVES:
        return True
    (title, read), cancelled = LIVES[key(case)]
    pointer, _, order = STATES[title, read]
    place, identity, path = CREATES[key(case)]

    def created() -> str:
        new = at(body(_answered(ask(response))), place + identity)
        return path.format(url=plain(response.request.url), id=quote(str(new), safe=""))

    def told(url: str, method: str = "GET") -> Any:
        return body(_answered(ask(response, method=method, url=url)))

    def pace(mode: str, every: int) -> None:
        control = "{0.scheme}://{0.netloc}/_emulator/providers/".format(urlsplit(str(response.request.url)))
        content = json.dumps({"transition": {"mode": mode, "every": every}}).encode()
        ask(response, method="PUT", url=control + title.lower(), query={"apiKey": None}, headers=_JSON, content=content)

    pace("reads", 2)
    try:
        url = created()
        states = [at(told(url), pointer) for _ in range(3 * len(order))]
        assert states == sorted(states, key=order.index), f"states came as {', '.join(states)}"
        assert set(states) == set(order), f"of the states only {', '.join(states)} came"
        if cancelled:
            first, other = created(), created()
            told(f"{first}/status")
            assert at(told(first), cancelled) is None, "a batch is cancelled by asking for its queries"
            told(other, "DELETE")
            assert at(told(first), cancelled) is None, "a batch is cancelled by cancelling another"
            assert at(told(other), cancelled) is not None, "a batch that was cancelled does not say when"
    finally:
        pace("reads", 1)  # as an emulator starts
    return None


def _answered(answer: Any) -> Any:
    assert answer is not None, "an emulator may be asked anything"
    return answer


QUERIES = [
    {"ds_id": "AW", "ds_accounts": "one,two", "start_date": "2024-02-28", "end_date": "2024-03-01", "fields": "cost"},
    {"ds_id": "GA", "ds_accounts": "three", "fields": "date"},
    {"ds_id": "FB", "start_date": "2023-01-01", "end_date": "2023-01-02"},
]
"""Queries that differ in all that can be told of them, one after another."""
MOST = 20
_batches = at_most(4)


@check
def queries_run_as_sent(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """A batch has the queries that were sent, in their order, split as its policies say, and no others; its progress
    counts them."""
    if key(case) != ("Supermetrics", "createBatch") or not succeeded(response, case):
        return True
    sent: dict[str, Any] = sent_json(response)
    _same_queries(response, sent, at(body(response), "/data"))
    if _batches(key(case)):
        for accounts, dates in (("none", "none"), ("all", "day")):
            wanted = {"queries": QUERIES, "split_accounts_policy": accounts, "split_dates_policy": dates}
            answer = ask(response, content=json.dumps(wanted).encode())
            if answer is not None:
                assert answer.status_code == response.status_code, f"{short(wanted)} is answered {answer.status_code}"
                _same_queries(response, wanted, at(body(answer), "/data"))
    return None


def _same_queries(response: Response, sent: dict[str, Any], batch: dict[str, Any]) -> None:
    expected = list(islice(_runs(sent), MOST + 1))
    assert batch["query_amount"] == len(expected) or len(expected) > MOST, f"{len(expected)} queries: {short(batch)}"
    url = f"{plain(response.request.url)}/{quote(batch['batch_id'], safe='')}/status"
    answer = ask(response, method="GET", url=url, query={"offset": 0, "limit": MOST})
    told = body(answer) if answer is not None else None
    if told is None or len(expected) > MOST:
        return
    pages = [ask(response, method="GET", url=url, query={"offset": i, "limit": 2}) for i in range(0, len(expected), 2)]
    paged = [_lasting(run) for page in pages if page is not None for run in at(body(page), "/data")]
    assert paged == list(map(_lasting, told["data"])), f"{len(paged)} queries, page by page, are not those of one page"
    got = [run["split_info"] for run in told["data"]]
    assert got == expected, f"sent {short(expected)}, in the batch {short(got)}"
    assert len({run["schedule_id"] for run in told["data"]}) == len(got), "two queries have one schedule_id"
    states = Counter(run["status_code"].lower() for run in told["data"])
    progress = {name: number for name, number in told["meta"]["progress"].items() if number}
    assert progress == dict(states), f"the progress is {progress}, the queries are {dict(states)}"
    for run in told["data"]:
        assert ("result_info" in run) is (run["status_code"] == "SUCCESS"), f"a query is {short(run)}"


def _lasting(run: dict[str, Any]) -> tuple[Any, Any]:
    """What does not change while a query runs."""
    return run["schedule_id"], run["split_info"]


def _runs(sent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a batch's queries: each account by itself, each day by itself, where the policies say so."""
    for query in sent["queries"]:
        names = [name.strip() for name in str(query.get("ds_accounts", "")).split(",") if name.strip()]
        groups = [[name] for name in names] if sent.get("split_accounts_policy") == "all" and names else [names]
        start, end = query.get("start_date") or None, query.get("end_date") or None
        days = [(start, end)]
        if sent.get("split_dates_policy") == "day" and start and end and start < end:
            first, last = date.fromisoformat(start), date.fromisoformat(end)
            # Two thousand years have a day each; nobody looks at more than the first ones.
            each = ((first + timedelta(i)).isoformat() for i in range(min((last - first).days, MOST) + 1))
            days = [(day, day) for day in each]
        for group in groups:
            yield from ({"ds_accounts": group, "start_date": one, "end_date": other} for one, other in days)
