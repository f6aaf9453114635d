"""Checks that only an emulator can be asked for: what it refuses on demand, and what its control API does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response

from .asking import (
    JSON_TYPE,
    AnyCase,
    ask,
    at_most,
    body,
    bytes_of,
    check,
    documented,
    expect,
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
from .targets import METHODS
from .worker import CREDENTIAL, EMULATOR_VARIABLE

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
    elif secret_of(response):
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


def _control(response: Response, method: str, path: str, value: Any = None) -> Any:
    """What the control API answers, as JSON, to something else, under the token of the request."""
    url = str(plain(response.request.url)).partition("/_emulator/")[0] + "/_emulator" + path
    content = b"" if value is None else json.dumps(value).encode()
    answer = ask(response, method=method, url=url, headers={"content-type": JSON_TYPE}, content=content)
    return body(answer) if answer is not None else None


@check
def control_takes_effect(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What the control API was told is what it says afterwards, and what was taken away is gone for good."""
    title, operation = key(case)
    if title != CONTROL or operation not in EFFECTS or not succeeded(response, case):
        return True
    path, holds = EFFECTS[operation]
    if operation in FILLED:  # let there be something to take away
        _control(response, "POST", "/faults", {"effects": "delay=0"})
        _call(response)
        ask(response)
    read = _control(response, "GET", path)
    told = body(response) or (sent_json(response) if response.request.body else None)
    assert holds(told, read, case), f"after {operation} GET {path} is {short(read)}"
    if operation == "removeFault":
        expect(ask(response), lambda status: status == 404, "removing a fault that is removed")
    return None


PROVIDER, OPERATION = "supermetrics", "getBatch"
CALLED = "/supermetrics/enterprise/v2/query/batch/qrb_3feb5ff5c71e"
"""A call that needs nothing but a credential: its provider, operation and path."""
FAULT = {"effects": "status=503", "provider": PROVIDER, "operation": OPERATION, "times": 2}
KINDS = {"valid": 200, "expired": 401, "forbidden": 403, "quota": 429, "unknown": 401}


def _call(response: Response, secret: str = CREDENTIAL) -> int:
    """The status of a call to a provider of the emulator whose control API was called."""
    url = str(plain(response.request.url)).partition("/_emulator/")[0] + CALLED
    answer = ask(response, method="GET", url=url, headers={"authorization": f"Bearer {secret}", "accept": None})
    return answer.status_code if answer is not None else 0


_rarely = at_most(3)


@check
def calls_are_as_told(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """What the control API was told is how calls go from then on: credentials, faults, oddities, whole states."""
    title, operation = key(case)
    if title != CONTROL or operation not in CALLS or not succeeded(response, case):
        return True
    told = sent_json(response)
    if not _rarely((operation, told.get("kind"))):
        return True
    before = _control(response, "GET", "/state")
    try:
        _control(response, "POST", "/reset")  # what is called is there, and nothing of earlier runs is in its way
        CALLS[operation](response, told)
    finally:
        _control(response, "PUT", "/state", before)
    return None


def _credential(response: Response, told: Any) -> None:
    for kind, status in {told["kind"]: KINDS[told["kind"]], **KINDS}.items():
        ask(response, content=json.dumps({"credential": "one-more", "kind": kind}).encode())
        got = _call(response, "one-more")
        assert got == status, f"a call with a credential that is {kind} is answered {got}"


def _fault(response: Response, told: Any) -> None:
    ask(response, content=json.dumps(FAULT).encode())
    got = [_call(response) for _ in range(3)]
    assert got == [503, 503, 200], f"a fault for two calls makes the answers {got}"


def _loaded(response: Response, told: Any) -> None:
    _control(response, "POST", "/faults", FAULT)
    state = _control(response, "GET", "/state")
    _control(response, "DELETE", "/faults")
    ask(response, content=json.dumps(state).encode())
    got = _call(response)
    assert got == 503, f"under a state with a fault a call is answered {got}"


def _oddity(response: Response, told: Any) -> None:
    provider = _control(response, "GET", "/providers")["providers"]
    name = unquote(str(urlsplit(str(response.request.url)).path.rsplit("/", 1)[-1]))
    for oddity in next(each for each in provider if each["provider"] == name)["oddities"]:
        for on in (True, False):
            ask(response, content=json.dumps({"oddities": {oddity["name"]: on}}).encode())
            now = next(
                each for each in _control(response, "GET", "/providers")["providers"] if each["provider"] == name
            )
            states = {each["name"]: each["active"] for each in now["oddities"]}
            assert states[oddity["name"]] is on, f"the oddity {oddity['name']} was set to {on}"


def _advance(response: Response, told: Any) -> None:
    ask(response, content=b'{"frozen": true}')
    sooner = datetime.fromisoformat(_control(response, "GET", "/clock")["now"])
    ask(response, content=b'{"advance": 3600}')
    later = datetime.fromisoformat(_control(response, "GET", "/clock")["now"])
    moved = (later - sooner).total_seconds()
    assert abs(moved - 3600) < 1 or sooner.year > 9998, f"advancing by an hour moves the clock by {moved} seconds"


CALLS: dict[str, Callable[[Response, Any], None]] = {
    "putCredential": _credential,
    "addFault": _fault,
    "putState": _loaded,
    "putProvider": _oddity,
    "putClock": _advance,
}


@check
def the_journal_tells_what_was_called(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """The journal has what was called, whole, in order, and what a question for a part of it selects; no secret."""
    if key(case) != (CONTROL, "listJournal") or not succeeded(response, case) or not _rarely("listJournal"):
        return True
    first = _control(response, "GET", "/journal")["total"]
    calls = [(CALLED + f"/{i}", f"marker={i}") for i in range(3)] + [(CALLED, "")]
    url = str(plain(response.request.url)).partition("/_emulator/")[0]
    statuses = []
    for path, query in calls:
        # Nowhere for most of them, and refused for one: statuses differ whatever is stored.
        bearer = {"authorization": f"Bearer {CREDENTIAL if query else 'nobody'}"}
        answer = ask(response, method="GET", url=f"{url}{path}?{query}", headers=bearer)
        statuses.append(answer.status_code if answer is not None else 0)
    whole = [
        (item["request"]["path"], item["request"]["query"], item["answer"]["status"])
        for item in _control(response, "GET", f"/journal?after={first}")["exchanges"]
    ]
    made = [(path, query, status) for (path, query), status in zip(calls, statuses, strict=True)]
    assert whole == made, f"called {made}, in the journal {whole}"
    everything = _control(response, "GET", "/journal?limit=1000")
    assert everything["total"] == first + len(calls), f"{first} and {len(calls)} are {everything['total']}"
    counted = _control(response, "GET", "/journal?limit=1")["total"]
    assert counted == everything["total"], f"total is {counted} for one, {everything['total']} for all"
    assert CREDENTIAL not in json.dumps(everything), "a credential is in the journal"
    items = everything["exchanges"]
    assert [item["number"] for item in items] == sorted(item["number"] for item in items), "exchanges are not in order"
    for query, selected in (
        (f"after={first + 2}", [item for item in items if item["number"] > first + 2]),
        ("limit=2&newest_first=true", items[:-3:-1]),
        *(
            (f"limit=1000&provider={name}", [item for item in items if item["provider"] == name])
            for name in _control(response, "GET", "/health")["providers"]
        ),
        (f"limit=1000&operation={OPERATION}", [item for item in items if item["operation"] == OPERATION]),
        ("limit=1000&status=404", [item for item in items if item["answer"]["status"] == 404]),
    ):
        got = _control(response, "GET", f"/journal?{query}")["exchanges"]
        assert len(items) >= 1000 or got == selected, f"{query} selects {len(got)} exchanges instead of {len(selected)}"
    return None


@check
@once
def what_is_served_is_told(ctx: CheckContext, response: Response, case: AnyCase) -> bool | None:
    """Providers and operations are listed, each provider with its own document; credentials are told masked."""
    title, operation = key(case)
    if title != CONTROL or operation not in ("listOperations", "listProviders", "getSpec", "listCredentials"):
        return True
    if operation == "listCredentials":
        _control(response, "PUT", "/credentials", {"credential": "hidden-in-lists", "kind": "valid"})
        told = _control(response, "GET", "/credentials")["credentials"]
        assert "hidden-in-lists" not in json.dumps(told), "a credential is told whole"
        assert any(each["credential"].startswith("hid") for each in told), "a credential is not listed"
        return None
    served = {each["provider"]: each["title"] for each in _control(response, "GET", "/providers")["providers"]}
    assert served.keys() == set(_control(response, "GET", "/health")["providers"]), f"listed are {', '.join(served)}"
    listed = {(each["provider"], each["operation"]) for each in _control(response, "GET", "/operations")["operations"]}
    for name, name_of_api in served.items():
        document = _control(response, "GET", f"/providers/{name}/spec")
        assert document["info"]["title"] == name_of_api, (
            f"the document of {name} is that of {document['info']['title']}"
        )
        declared = {
            (name, node["operationId"])
            for item in document["paths"].values()
            for method, node in item.items()
            if method in METHODS and "operationId" in node
        }
        assert declared <= listed, f"not listed are {declared - listed}"
    return None


def _thing(case: AnyCase) -> str:
    return unquote(str(case.path_parameters["id"]))


FILLED = ("clearFaults", "reset", "clearJournal")
_seeded: list[Any] = []


def _is_reset(told: Any, read: Any, case: AnyCase) -> bool:
    """Nothing is left of faults and of what was stored; the journal is looked at by itself."""
    _seeded.append(read["collections"])
    return not read["settings"]["faults"] and read["collections"] == _seeded[0]


def _same_state(told: Any, read: Any, case: AnyCase) -> bool:
    """Each part that there is, is what was sent; an empty collection is as good as none."""
    sent, found = ({**state, **state["settings"]} for state in (told, read))
    sent["collections"] = {name: things for name, things in sent["collections"].items() if things}
    return all(same(sent[part], found[part]) for part in found.keys() - {"settings"})


EFFECTS: dict[str, tuple[str, Callable[[Any, Any, AnyCase], bool]]] = {
    # operation: the path that is read afterwards, and whether what it answers follows from what was answered or sent
    "addFault": ("/faults", lambda told, read, case: told in read["faults"]),
    "removeFault": ("/faults", lambda told, read, case: _thing(case) not in [fault["id"] for fault in read["faults"]]),
    "clearFaults": ("/faults", lambda told, read, case: read == {"faults": []}),
    "setProfile": ("/faults", lambda told, read, case: all(fault in read["faults"] for fault in told["faults"])),
    "putClock": ("/clock", lambda told, read, case: read == told if told["frozen"] else read["now"] >= told["now"]),
    "putSeed": ("/state", lambda told, read, case: same(told["seed"], read["seed"]) and not read["counters"]),
    "putState": ("/state", _same_state),
    "reset": ("/state", _is_reset),
    "clearJournal": ("/journal", lambda told, read, case: read == {"total": 0, "exchanges": []}),
    "putProvider": ("/providers", lambda told, read, case: told in read["providers"]),
}
