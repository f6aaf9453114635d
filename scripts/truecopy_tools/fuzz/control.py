"""Checks that only an emulator can be asked for: what it refuses on demand, and what its control API does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response

from .asking import (
    JSON_TYPE,
    AnyCase,
    ask,
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
from .worker import EMULATOR_VARIABLE

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
    assert holds(told, read, case), f"after {operation} GET {path} is {short(read)}"
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
