"""Defects to be planted: what real servers do wrong, one at a time, so that a fuzzer can show that it notices.

A defect stands outside the engine and its validation: it gets the request, may ask the engine (with that request or
another one), and makes the answer. The catalogue is a table of small changes; `plant` puts one of them in place.
"""

# ruff: noqa: E501 (a table has long rows)
from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from .engine import Engine
from .http import Answer, Effects, Request
from .storage import StateError
from .world import DEFAULT_KEY


class DefectError(StateError):
    """There is no such defect; the message names the nearest ones."""


@dataclass
class Scene:
    """One request to a defective server. `memory` lasts as long as the server."""

    ask: Callable[[Request], Answer]
    request: Request
    memory: dict[str, Any]

    def answer(self) -> Answer:
        """What the engine answers."""
        return self.ask(self.request)

    def instead(
        self,
        *,
        headers: dict[str, str | None] | None = None,
        query: dict[str, str] | None = None,
        path: str = "",
        body: Any = None,
    ) -> Answer:
        """What the engine answers to the request with something changed. `body` is written as JSON."""
        request = self.request
        changed = {**request.headers, **(headers or {})}
        if body is not None:
            changed["content-type"] = "application/json"
        kept = {name: value for name, value in changed.items() if value is not None}
        pairs = {**dict(parse_qsl(request.query, keep_blank_values=True)), **(query or {})}
        content = request.body if body is None else json.dumps(body).encode()
        text = urlencode(pairs) if query is not None else request.query
        return self.ask(replace(request, headers=kept, query=text, path=path or request.path, body=content))

    @property
    def sent(self) -> Any:
        """The request's body as JSON; None when it is none."""
        try:
            return json.loads(self.request.body)
        except ValueError:
            return None

    @property
    def fields(self) -> dict[str, Any]:
        """The request's body where it is a JSON object; else an empty one."""
        return self.sent if isinstance(self.sent, dict) else {}

    @property
    def last(self) -> str:
        """The last segment of the path."""
        return unquote(self.request.path.rsplit("/", 1)[-1])


Act = Callable[[Scene], Answer]


@dataclass(frozen=True)
class Defect:
    """One row of the catalogue. `operation` is an operationId, several of them, * for every call of the provider, or
    nothing for calls with a method that the path does not have."""

    name: str
    provider: str
    operation: str
    kind: str
    what: str
    act: Act = field(repr=False)

    def concerns(self, provider: str, operation: str) -> bool:
        return provider == self.provider and (self.operation in ("*", operation) or operation in self.operation.split())


def plant(engine: Engine, name: str) -> None:
    """Make an engine answer with a defect.

    Raises:
        DefectError: there is no defect of this name.
    """
    defect = DEFECTS.get(name)
    if defect is None:
        near = [other for other in DEFECTS if name.split("-")[0] in other][:5]
        raise DefectError(f"no defect {name!r}" + (f"; there are {', '.join(near)}, …" if near else "; see `defects`"))
    memory: dict[str, Any] = {}
    true = engine._handle

    def answer(request: Request) -> Answer:
        if not defect.concerns(*engine.called(request)):
            return true(request)
        return defect.act(Scene(true, request, memory))

    engine.defect = answer


# What is done to an answer


def _ok(answer: Answer) -> bool:
    return answer.status < 300


def _diagnosis(answer: Answer) -> str:
    return answer.header("x-emulator-diagnostic") or ""


def _header(answer: Answer, name: str, value: str | None) -> Answer:
    answer.headers = [(key, text) for key, text in answer.headers if key != name.encode()]
    if value is not None:
        answer.headers.append((name.encode(), value.encode()))
    return answer


def _value(answer: Answer) -> Any:
    """The body as JSON; None when it is none."""
    if "json" not in (answer.header("content-type") or ""):
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _write(answer: Answer, value: Any) -> Answer:
    answer.body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return answer


def _places(value: Any, pointer: str) -> Iterator[tuple[Any, Any]]:
    """Containers and keys that a pointer names; `*` stands for every item of an array."""
    head, _, rest = pointer.lstrip("/").partition("/")
    if isinstance(value, list):
        keys: list[Any] = list(range(len(value))) if head == "*" else [int(head)] if int(head) < len(value) else []
    else:
        keys = [head] if isinstance(value, dict) and head in value else []
    for key in keys:
        if rest:
            yield from _places(value[key], rest)
        else:
            yield value, key


def answers(change: Callable[[Answer], Answer], when: Callable[[Answer], bool] = _ok) -> Act:
    """Changes the answers that `when` picks: by default those of success."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        return change(answer) if when(answer) else answer

    return act


def status_is(*statuses: int) -> Callable[[Answer], bool]:
    return lambda answer: answer.status in statuses


def body(change: Callable[[Any], Any], when: Callable[[Answer], bool] = _ok) -> Act:
    """Changes the JSON of answers."""

    def apply(answer: Answer) -> Answer:
        value = _value(answer)
        return answer if value is None else _write(answer, change(value))

    return answers(apply, when)


def member(pointer: str, change: Callable[[Any, Any], None], when: Callable[[Answer], bool] = _ok) -> Act:
    """Changes a member of the JSON of answers."""

    def apply(value: Any) -> Any:
        for container, key in list(_places(value, pointer)):
            change(container, key)
        return value

    return body(apply, when)


def drop(container: Any, key: Any) -> None:
    del container[key]


def to(value: Any) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[key] = value

    return change


def by(function: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[key] = function(container[key])

    return change


def renamed(name: str) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[name] = container.pop(key)

    return change


def beside(name: str, value: Any) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[name] = value

    return change


def header(name: str, value: str | None, when: Callable[[Answer], bool] = _ok) -> Act:
    return answers(lambda answer: _header(answer, name, value), when)


def status(new: int, when: Callable[[Answer], bool] = _ok) -> Act:
    def change(answer: Answer) -> Answer:
        answer.status = new
        return answer

    return answers(change, when)


def xml(pattern: bytes, text: bytes) -> Act:
    """Changes the bytes of XML answers."""

    def change(answer: Answer) -> Answer:
        answer.body = re.sub(pattern, text, answer.body, flags=re.DOTALL)
        return answer

    return answers(change, lambda answer: "xml" in (answer.header("content-type") or "") and answer.status < 500)


# What is done to a request


def lets_in(*codes: str, when: Callable[[Scene], bool] = lambda scene: True) -> Act:
    """Takes calls whose credential the engine refuses for one of these reasons."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if (
            answer.status == 401
            and _diagnosis(answer)[:4] in (codes or ("E201", "E202", "E203", "E204"))
            and when(scene)
        ):
            return scene.instead(headers={"authorization": f"Bearer {DEFAULT_KEY}", "api-key": DEFAULT_KEY})
        return answer

    return act


def shuts_out(when: Callable[[Scene], bool]) -> Act:
    """Refuses calls with a good credential."""

    def act(scene: Scene) -> Answer:
        if when(scene):
            return scene.instead(headers={"authorization": None, "api-key": "wrong"}, query={"apiKey": "wrong"})
        return scene.answer()

    return act


def accepts(
    rule: str, instead: Any = None, query: dict[str, str] | None = None, path: str = "", code: str = "E30"
) -> Act:
    """Takes what breaks a rule of the spec, as if another body, query or path had come."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if answer.status in (400, 415) and _diagnosis(answer).startswith(code) and re.search(rule, _diagnosis(answer)):
            return scene.instead(body=instead, query=query, path=path)
        return answer

    return act


def refuses(when: Callable[[Scene], bool]) -> Act:
    """Answers 400 to what the spec allows."""

    def act(scene: Scene) -> Answer:
        if when(scene) and _ok(answer := scene.answer()):
            refused = scene.instead(
                headers={"content-type": "application/json"}, body=[], query={"page": "x", "limit": "x"}
            )
            return refused if refused.status == 400 else answer
        return scene.answer()

    return act


def crashes(when: Callable[[Scene], bool], cut: bool = False) -> Act:
    """Answers 500, or ends the connection."""

    def act(scene: Scene) -> Answer:
        if not when(scene):
            return scene.answer()
        if cut:
            return Answer(200, [], b"", Effects(cut="before"))
        return Answer(500, [(b"content-type", b"text/html")], b"<h1>Internal Server Error</h1>")

    return act


def values(value: Any) -> Iterator[Any]:
    """Everything in a JSON value: members' names, items, scalars."""
    yield value
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from values(item)
    elif isinstance(value, list):
        for item in value:
            yield from values(item)


def sends(test: Callable[[Any], bool]) -> Callable[[Scene], bool]:
    """Some value in the JSON body of the request."""
    return lambda scene: any(test(value) for value in values(scene.sent))


def text(test: Callable[[str], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and test(value)


def number(test: Callable[[float], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and test(value)


def depth(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, items), default=0) if isinstance(value, dict | list) else 0


def asks(name: str, test: Callable[[str], bool]) -> Callable[[Scene], bool]:
    """A parameter of the query."""
    return lambda scene: any(test(value) for key, value in parse_qsl(scene.request.query) if key == name)


# What goes wrong with state


def forgets(create: str) -> Act:
    """What was created (by a POST to a path that ends so) cannot be read."""

    def act(scene: Scene) -> Answer:
        if scene.request.method == "POST":
            scene.memory["created"] = [*scene.memory.get("created", []), _new_id(answer := scene.answer())]
            return answer
        return (
            scene.instead(path=scene.request.path + "0")
            if scene.last in scene.memory.get("created", [])
            else scene.answer()
        )

    return act


ID_PLACES = ("/response/responseID", "/response/id", "/data/batch_id", "/Data/ID")


def _new_id(answer: Answer) -> str:
    value = _value(answer) or {}
    for pointer in ID_PLACES:
        for container, key in _places(value, pointer):
            return str(container[key])
    return ""


def stale() -> Act:
    """The first answer to a path is the answer for ever."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if not _ok(answer):
            return answer
        kept = scene.memory.setdefault(scene.request.path, (answer.status, answer.headers, answer.body))
        return Answer(kept[0], list(kept[1]), kept[2])

    return act


def mixed() -> Act:
    """Reading one thing answers the one that was read before."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if not _ok(answer):
            return answer
        before = scene.memory.get("before", (answer.headers, answer.body))
        scene.memory["before"] = (answer.headers, answer.body)
        return Answer(answer.status, list(before[0]), before[1])

    return act


def same_id(pointer: str) -> Act:
    """Everything that is created gets the id of the first."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        value = _value(answer)
        for container, key in list(_places(value, pointer)) if _ok(answer) and value else ():
            container[key] = scene.memory.setdefault("id", container[key])
            _write(answer, value)
        return answer

    return act


def stored(change: Callable[[Any], Any]) -> Act:
    """Stores something else than what was sent."""

    def act(scene: Scene) -> Answer:
        sent = scene.sent
        return scene.instead(body=change(sent)) if isinstance(sent, dict) and _ok(scene.answer()) else scene.answer()

    return act


def each_text(function: Callable[[str], str]) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: item if key in ("ipAddress", "ID") or "_date" in key or "policy" in key else change(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [change(item) for item in value]
        return function(value) if isinstance(value, str) else value

    return change


def each_number(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        if isinstance(value, list):
            return [change(item) for item in value]
        return function(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    return change


def without(name: str) -> Callable[[Any], Any]:
    return lambda sent: {key: value for key, value in sent.items() if key != name}


def with_queries(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    return lambda sent: {**sent, "queries": change(sent["queries"])}


def uncancelled(scene: Scene) -> Answer:
    """Cancelling answers as it should, and the batch goes on."""
    answer = scene.answer()
    cancelled = scene.memory.setdefault("cancelled", set())
    if scene.request.method == "DELETE" and _ok(answer):
        cancelled.add(scene.last)
    elif scene.last in cancelled and _ok(answer) and (value := _value(answer)):
        value["data"] |= {"status_code": "RUNNING", "end_time": None, "cancel_time": None}
        _write(answer, value)
    return answer


def cancels_again(scene: Scene) -> Answer:
    """Each cancelling is a new one, with a new time."""
    answer = scene.answer()
    times = scene.memory[scene.last] = scene.memory.get(scene.last, 0) + 1
    value = _value(answer)
    if _ok(answer) and value and times > 1:
        value["data"]["cancel_time"] = f"2030-01-01T00:00:{times % 60:02}Z"
        _write(answer, value)
    return answer


def cancels_once(scene: Scene) -> Answer:
    """The second cancelling finds nothing."""
    answer = scene.answer()
    if _ok(answer) and scene.memory.setdefault(scene.last, scene.request) is not scene.request:
        return scene.instead(path=scene.request.path + "0")
    return answer


def gone_when_cancelled(scene: Scene) -> Answer:
    """What was cancelled cannot be read."""
    name = scene.request.path.split("/batch/")[-1].partition("/")[0]
    if scene.request.method == "DELETE":
        scene.memory[name] = True
        return scene.answer()
    return scene.instead(path=scene.request.path.replace(name, name + "0")) if name in scene.memory else scene.answer()


def overwrites(scene: Scene) -> Answer:
    """A taken id is given away again."""
    answer = scene.answer()
    if answer.status == 409:
        return scene.instead(body={**scene.fields, "ID": None})
    return answer


def removes_again(scene: Scene) -> Answer:
    """What was removed is removed as often as anybody likes."""
    answer = scene.answer()
    removed = scene.memory.setdefault("removed", set())
    if _ok(answer):
        removed.add(scene.last)
    return Answer(204, [], b"") if scene.last in removed else answer


def remains(scene: Scene) -> Answer:
    """What was removed is still in the list."""
    if scene.request.method == "GET":
        answer = scene.answer()
        return member("/faults", by(lambda faults: faults + scene.memory.get("removed", [])))(
            replace(scene, ask=lambda request: answer)
        )
    listed = _value(scene.ask(replace(scene.request, method="GET", path="/_emulator/faults"))) or {"faults": []}
    answer = scene.answer()
    if _ok(answer):
        gone = [fault for fault in listed["faults"] if fault["id"] == scene.last]
        scene.memory["removed"] = [*scene.memory.get("removed", []), *gone]
    return answer


def unheard(scene: Scene) -> Answer:
    """Answers as if it were done, and does nothing."""
    state = scene.ask(replace(scene.request, method="GET", path="/_emulator/state", query="", body=b""))
    answer = scene.answer()
    if _ok(answer):
        kept = {**scene.request.headers, "content-type": "application/json"}
        scene.ask(replace(scene.request, method="PUT", path="/_emulator/state", headers=kept, body=state.body))
    return answer


def _ask_control(scene: Scene, method: str, path: str, value: Any = None) -> Any:
    kept = {**scene.request.headers, "content-type": "application/json"}
    content = b"" if value is None else json.dumps(value).encode()
    return _value(scene.ask(replace(scene.request, method=method, path=path, query="", headers=kept, body=content)))


def _keeping(scene: Scene, setting: str) -> Answer:
    """Does it, but for one of the settings."""
    before = _ask_control(scene, "GET", "/_emulator/state")
    answer = scene.answer()
    if _ok(answer):
        after = _ask_control(scene, "GET", "/_emulator/state")
        after["settings"][setting] = before["settings"][setting]
        _ask_control(scene, "PUT", "/_emulator/state", after)
    return answer


def _remembers(scene: Scene) -> Answer:
    """The journal has what was taken out of it."""
    if scene.request.method != "GET":
        kept = _ask_control(scene, "GET", "/_emulator/journal")
        scene.memory["exchanges"] = kept["exchanges"] if kept else []
        return scene.answer()
    return member("/exchanges", by(lambda items: items or scene.memory.get("exchanges", [])))(scene)


def _wipes(scene: Scene, *statuses: int) -> Answer:
    answer = scene.answer()
    if answer.status in statuses:
        _ask_control(scene, "POST", "/_emulator/reset")
    return answer


def anonymous(scene: Scene) -> Answer:
    """An unexpected method is answered as GET."""
    answer = scene.answer()
    if answer.status == 405:
        return scene.ask(replace(scene.request, method="GET", body=b""))
    return answer


def mutes(names: str) -> Act:
    """Hears a header only when its name comes spelled like one of these."""

    def act(scene: Scene) -> Answer:
        heard = {name.lower() for name in scene.request.names & set(names.split())}
        unheard: dict[str, str | None] = {
            name.lower(): None for name in names.split() if scene.request.names and name.lower() not in heard
        }
        return scene.instead(headers=unheard) if unheard else scene.answer()

    return act


def keeps_refused(instead: Any, *statuses: int) -> Act:
    """Answers the refusal, and stores something all the same."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if answer.status in statuses:
            scene.instead(headers={"authorization": f"Bearer {DEFAULT_KEY}", "api-key": DEFAULT_KEY}, body=instead)
        return answer

    return act


def lax(change: Callable[[Any], Any]) -> Act:
    """Takes a body that is refused once one of its scalars is changed so."""

    def changed(value: Any) -> Iterator[Any]:
        if isinstance(value, dict | list):
            for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                for other in changed(item):
                    copy: Any = value.copy()
                    copy[key] = other
                    yield copy
        elif (other := change(value)) != value or type(other) is not type(value):
            yield other

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        for value in islice(changed(scene.sent), 99) if answer.status == 400 else ():
            read = scene.instead(body=value)
            if _ok(read):
                return read
        return answer

    return act


def lax_number(convert: Callable[[str], int | None]) -> Act:
    """Takes numbers of the query, or the last of the path, that only look like integers."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if answer.status != 400:
            return answer
        pairs = parse_qsl(scene.request.query)
        query = {name: str(number) for name, value in pairs if (number := convert(value)) is not None}
        last = convert(scene.last)
        path = "" if last is None else f"{scene.request.path.rpartition('/')[0]}/{last}"
        read = scene.instead(query=query or None, path=path)
        return read if _ok(read) else answer

    return act


def _floor(text: str) -> int | None:
    return int(float(text)) if re.fullmatch(r"\d+\.\d+", text) else None


def _integer(text: str) -> int | None:
    """As Python reads it, with signs, blanks, underscores and the digits of all scripts."""
    try:
        return int(text)
    except ValueError:
        return None


def paged(wrong: Callable[[int], int], name: str, when: Callable[[int], bool], least: int = 1) -> Act:
    """Answers another page than the one that is asked for, under its number."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        number = dict(parse_qsl(scene.request.query)).get(name, "")
        if not _ok(answer) or not number.isdecimal() or not when(int(number)):
            return answer
        other, value = _value(scene.instead(query={name: str(max(least, wrong(int(number))))})), _value(answer)
        for part in ("response", "data"):
            if part in value:
                value[part] = other[part][: len(value[part])]
        return _write(answer, value)

    return act


def unlisted(scene: Scene) -> Answer:
    """The newest thing is in no list, nor counted."""
    answer = scene.answer()
    value = _value(answer)
    if _ok(answer) and value["pagination"]["totalItems"] > 1:
        page = value["pagination"]
        page["totalItems"] -= 1
        page["totalPages"] = -(-page["totalItems"] // page["perPage"])
        if page["currentPage"] >= page["totalPages"]:
            page["links"]["next"] = None
            left = page["totalItems"] - (page["currentPage"] - 1) * page["perPage"]
            value["response"] = value["response"][: max(0, left)]
        _write(answer, value)
    return answer


def filtered(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Act:
    """Selects by another filter than the one that was sent."""
    return lambda scene: scene.instead(body=change(scene.fields)) if _ok(scene.answer()) else scene.answer()


def posted(media: str, change: Callable[[str], str]) -> Act:
    """Reads bodies of one media type wrongly."""

    def act(scene: Scene) -> Answer:
        request = scene.request
        if media not in request.headers.get("content-type", ""):
            return scene.answer()
        text = request.body.decode("utf-8", "replace")
        return scene.ask(replace(request, body=change(text).encode("utf-8", "replace")))

    return act


def few(most: int) -> Act:
    """Only so many of the things that are created stay."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        ids = scene.memory.setdefault("ids", [])
        if scene.request.method == "POST" and _ok(answer):
            ids.append(_new_id(answer))
        elif scene.last in ids[:-most]:
            return scene.instead(path=scene.request.path + "0")
        return answer

    return act


def first_for_old(scene: Scene) -> Answer:
    """Reading what is not the newest answers the first that was created, under the id that was asked for."""
    answer = scene.answer()
    made = scene.memory.setdefault("made", {})
    if scene.request.method == "POST" and _ok(answer):
        made[_new_id(answer)] = scene.request.path
        return answer
    ids = list(made)
    if scene.last in ids[:-1] and _ok(answer):
        pointer = next(p for p in ID_PLACES if list(_places(_value(answer), p)))
        first = scene.instead(path=scene.request.path.rpartition("/")[0] + "/" + ids[0])
        value = _value(first)
        for container, key in list(_places(value, pointer)) if _ok(first) else ():
            container[key] = next(holder[name] for holder, name in _places(_value(answer), pointer))
            return _write(answer, value)
    return answer


def also(path: Callable[[Scene], str], method: str) -> Act:
    """Does something else besides, to another thing."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if _ok(answer) and (other := path(scene)):
            scene.ask(replace(scene.request, method=method, path=other, query="", body=b""))
        scene.memory["path"] = scene.request.path
        return answer

    return act


def goes_back(scene: Scene) -> Answer:
    """A batch is queued again after it ran."""
    answer = scene.answer()
    value = _value(answer)
    if _ok(answer) and value["data"]["status_code"] == "STOPPED" and scene.memory.setdefault(scene.last, 0) > 1:
        value["data"] |= {"status_code": "QUEUED", "start_time": None, "end_time": None, "cancel_time": None}
        _write(answer, value)
    scene.memory[scene.last] = scene.memory.get(scene.last, 0) + 1
    return answer


def any_secret(scene: Scene) -> Answer:
    """A token for whatever secret the client names."""
    answer = scene.answer()
    form = dict(parse_qsl(scene.request.body.decode("utf-8", "replace")))
    if answer.status == 400 and _diagnosis(answer).startswith("E202") and form.get("client_id"):
        return scene.ask(replace(scene.request, body=urlencode({**form, "client_secret": DEFAULT_KEY}).encode()))
    return answer


def nearly(find: Callable[[str], str]) -> Act:
    """Finds a thing under another id than its own."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if answer.status == 404:
            other = scene.instead(path=f"{scene.request.path.rpartition('/')[0]}/{find(scene.last)}")
            return other if _ok(other) else answer
        return answer

    return act


def journal(change: Callable[[list[Any]], list[Any]]) -> Act:
    return member("/exchanges", by(change))


def unasked(name: str) -> Act:
    """A parameter of the query is ignored."""

    def act(scene: Scene) -> Answer:
        pairs = [(key, value) for key, value in parse_qsl(scene.request.query) if key != name]
        left_out = replace(scene.request, query=urlencode(pairs))
        return scene.ask(left_out) if _ok(scene.answer()) else scene.answer()

    return act


def reads(change: Callable[[bytes], bytes]) -> Act:
    """Takes a body that is refused once its bytes are changed so."""

    def act(scene: Scene) -> Answer:
        answer = scene.answer()
        if answer.status != 400 or (read := change(scene.request.body)) == scene.request.body:
            return answer
        return scene.ask(replace(scene.request, body=read))

    return act


def _first_value(content: bytes) -> bytes:
    """The JSON that a text begins with."""
    try:
        _, end = json.JSONDecoder().raw_decode(content.decode())
    except ValueError:
        return content
    return content[: len(content.decode()[:end].encode())]


def deaf_to_quality(scene: Scene) -> Answer:
    """The first media type that is accepted wins, whatever its q."""
    return scene.instead(headers={"accept": re.sub(r";\s*q=[\d.]+", "", scene.request.headers.get("accept", "*/*"))})


def once_only(scene: Scene) -> Answer:
    """A token that was handed out works for one call."""
    used = scene.memory.setdefault("used", set())
    sent = scene.request.headers.get("authorization", "")
    if DEFAULT_KEY not in sent and sent in used:
        return scene.instead(headers={"authorization": None})
    used.add(sent)
    return scene.answer()


def of_any_parent(scene: Scene) -> Answer:
    """A thing is found under whatever parent is asked for."""
    answer, parent = scene.answer(), re.search(r"/surveys/(\d+)/", scene.request.path)
    if answer.status != 404 or parent is None:
        return answer
    other = scene.instead(path=scene.request.path.replace(parent[1], "7654321"))
    return member("/response/surveyID", to(int(parent[1])))(replace(scene, ask=lambda request: other))


def sends_other(change: Callable[[dict[str, Any]], dict[str, Any]], pointer: str = "") -> Act:
    """Does something else than it was told; the member of the answer is as if it had done it."""

    def act(scene: Scene) -> Answer:
        answer = scene.instead(body=change(scene.fields)) if scene.fields else scene.answer()
        if not _ok(answer):
            return scene.answer()
        for place in [pointer] if pointer.strip("/") in scene.fields else []:
            return member(place, to(scene.fields[pointer.strip("/")]))(replace(scene, ask=lambda request: answer))
        return answer

    return act


GOOD_RESPONSE = {"responseSet": [{"questionID": 1, "answerValues": [{"answerID": 1}]}]}
GOOD_BATCH = {"compose": {"surveyID": 7654321}, "recipients": {"filterType": 1}}
GOOD_QUERIES = {"queries": [{"ds_id": "AW"}]}
NOT_FOUND = status_is(404)
BAD = status_is(400)
UNAUTHORISED = status_is(401)
WRONG_METHOD = status_is(405)
QP, SM, AS, CONTROL = "questionpro", "supermetrics", "asavie", "emulator"

_FIELDS = (
    ("field-missing", QP, "getBatch", "status is missing", member("/response/status", drop)),
    ("field-missing-in-list", QP, "listResponses", "items of a page have no responseID", member("/response/*/responseID", drop)),
    ("field-missing-deep", QP, "getResponse", "a question has no questionText", member("/response/responseSet/*/questionText", drop)),
    ("field-missing-optional", SM, "getBatch", "description, which no rule requires, is missing although it was sent", member("/data/description", drop)),
    ("field-missing-envelope", AS, "getBatch", "Name is missing although it was sent", member("/Data/Name", drop)),
    ("field-extra", QP, "getBatch", "a member that the schema forbids", member("/response/id", beside("internalID", 1))),
    ("field-extra-envelope", QP, "createResponse", "requestID, which the captured schema forbids", body(lambda value: {**value, "requestID": "x"})),
    ("field-renamed", QP, "getBatch", "creationTimestamp is called createdTimestamp", member("/response/creationTimestamp", renamed("createdTimestamp"))),
    ("field-renamed-optional", SM, "getBatch createBatch", "timeout_minutes is called timeoutMinutes", member("/data/timeout_minutes", renamed("timeoutMinutes"))),
    ("field-null", QP, "getBatch", "surveyID is null", member("/response/surveyID", to(None))),
    ("field-null-deep", QP, "getResponse", "weight is null", member("/response/responseSet/*/answerValues/*/value/weight", to(None))),
    ("field-null-list", SM, "getBatchStatus", "data is null", member("/data", to(None))),
    ("field-type-number-as-text", QP, "getBatch", "id is a string", member("/response/id", by(str))),
    ("field-type-float-as-text", QP, "getResponse", "latitude is a string", member("/response/location/latitude", by(str))),
    ("field-type-list-as-object", QP, "getResponse", "answerValues is an object", member("/response/responseSet/*/answerValues", to({}))),
    ("field-type-text-as-number", QP, "createResponse", "custom1 is a number", member("/response/customVariables/custom1", to(1))),
    ("field-type-counts-as-text", SM, "getBatchStatus", "the progress counts are strings", member("/meta/progress/queued", by(str))),
    ("field-type-link", SM, "getBatch", "the link is a number", member("/data/links/status/href", to(7))),
    ("field-type-boolean-as-text", AS, "getBatch", "Success is a string", member("/Success", by(str))),
    ("field-type-object-as-list", AS, "getBatch", "Data is an array", member("/Data", by(lambda value: [value]))),
    ("field-type-dictionary", AS, "createBatch", "the values of Parameters are numbers", member("/Data/Parameters", to({"a": 1}))),
    ("field-type-null-number", AS, "createBatch", "Code is null", member("/Code", to(None))),
    ("field-format-ip", QP, "getResponse", "ipAddress is not an address", member("/response/ipAddress", to("999.1.2.3"))),
    ("field-format-time", SM, "getBatch", "schedule_time is a date in another form", member("/data/schedule_time", to("04/09/2022"))),
    ("field-format-empty-time", SM, "createBatch", "end_time is empty instead of null", member("/data/end_time", to(""))),
    ("field-enum", SM, "getBatch", "status_code is one that the spec does not have", member("/data/status_code", to("PAUSED"))),
    ("field-enum-in-list", SM, "getBatchStatus", "status_code of a query is DONE", member("/data/*/status_code", to("DONE"))),
    ("field-enum-type", SM, "createBatch", "@type is another", member("/data/@type", to("batch"))),
    ("field-bounds", SM, "*", "the problem's status is 999", member("/status", to(999), lambda answer: answer.status >= 400)),
    ("field-length", SM, "*", "the problem's title has 300 characters", member("/title", to("x" * 300), lambda answer: answer.status >= 400)),
    ("field-format-uri", SM, "*", "the problem's type is no URI", member("/type", to("not a uri"), lambda answer: answer.status >= 400)),
    ("error-field-missing", QP, "*", "errors have no docs", member("/response/error/docs", drop, lambda answer: answer.status >= 400)),
    ("error-field-type", QP, "*", "the id of errors is a boolean", member("/response/error/id", to(True), lambda answer: answer.status >= 400)),
    ("error-unwrapped", QP, "*", "errors come without their envelope", body(lambda value: value["response"], lambda answer: answer.status >= 400)),
    ("error-message-missing", AS, "*", "401 has no Message", member("/Message", drop, UNAUTHORISED)),
    ("body-empty", QP, "getBatch", "200 without a body", answers(lambda answer: replace(answer, body=b""))),
    ("body-truncated", SM, "getBatch", "the JSON is cut off", answers(lambda answer: replace(answer, body=answer.body[:-20]))),
    ("body-not-json", AS, "getBatch", "the JSON has single quotes", answers(lambda answer: replace(answer, body=answer.body.replace(b'"', b"'")))),
    ("body-encoding", QP, "getResponse", "the body is in UTF-16", answers(lambda answer: replace(answer, body=answer.body.decode().encode("utf-16")))),
)  # fmt: skip
_STATUS = (
    ("status-created", QP, "createResponse", "201 where 200 is documented", status(201)),
    ("status-not-created", SM, "createBatch", "200 where 201 is documented", status(200)),
    ("status-gone", SM, "getBatch", "410 where 404 is documented", status(410, NOT_FOUND)),
    ("status-error-as-200", QP, "getResponse getBatch", "errors are answered with 200", status(200, NOT_FOUND)),
    ("status-404-as-500", QP, "getBatch", "what is not found is 500", status(500, NOT_FOUND)),
    ("status-404-as-204", AS, "getBatch", "what is not found is 204", answers(lambda answer: Answer(204, [], b""), NOT_FOUND)),
    ("status-422", QP, "createResponse", "422 where 400 is documented", status(422, BAD)),
    ("status-401-as-404", SM, "*", "404 instead of 401, to hide what there is", answers(lambda answer: Answer(404, [], b""), UNAUTHORISED)),
    ("status-202", AS, "getBatch", "202 for a read", status(202)),
    ("status-redirect", AS, "getBatch", "302 to the same place", answers(lambda answer: _header(Answer(302, [], b""), "location", "/asavie/v1/batches/batch-0001"))),
)  # fmt: skip
_MEDIA = (
    ("media-html", QP, "getBatch", "JSON labelled text/html", header("content-type", "text/html")),
    ("media-error-text", QP, "*", "errors are labelled text/plain", header("content-type", "text/plain", BAD)),
    ("media-absent", QP, "getResponse", "no Content-Type", header("content-type", None)),
    ("media-problem", SM, "*", "problems are labelled application/json", header("content-type", "application/json", lambda answer: answer.status >= 400)),
    ("media-xml-label", AS, "getBatch", "JSON labelled application/xml", header("content-type", "application/xml")),
    ("media-malformed", SM, "getBatch", "Content-Type is not a media type", header("content-type", "json")),
    ("media-html-error-page", SM, "createBatch", "an HTML page for 400", answers(lambda answer: Answer(400, [(b"content-type", b"text/html")], b"<h1>Bad Request</h1>"), BAD)),
)  # fmt: skip
_HEADERS = (
    ("header-rate-limit-absent", SM, "getBatch", "no X-RateLimit-Limit", header("x-ratelimit-limit", None)),
    ("header-rate-limit-malformed", SM, "getBatch", "X-RateLimit-Remaining is a word", header("x-ratelimit-remaining", "many")),
    ("header-rate-limit-bounds", SM, "cancelBatch", "X-RateLimit-Limit is 0", header("x-ratelimit-limit", "0")),
    ("header-rate-limit-nonsense", SM, "createBatch", "more requests left than allowed", header("x-ratelimit-remaining", "9999")),
    ("header-authenticate-absent", SM, "*", "401 without WWW-Authenticate", header("www-authenticate", None, UNAUTHORISED)),
    ("header-authenticate-scheme", AS, "*", "401 names the scheme Basic", header("www-authenticate", "Basic", UNAUTHORISED)),
    ("header-allow-absent", QP, "", "405 without Allow", header("allow", None, WRONG_METHOD)),
    ("header-allow-wrong", SM, "", "405 allows methods that there are not", header("allow", "GET, PATCH", WRONG_METHOD)),
    ("method-accepted", QP, "", "an unexpected method is answered as GET", anonymous),
    ("method-404", AS, "", "404 for an unexpected method", answers(lambda answer: Answer(404, [(b"content-type", b"application/json")], b"{}"), WRONG_METHOD)),
)  # fmt: skip
_CREDENTIALS = (
    ("credential-ignored", QP, "*", "no credential is checked", lets_in()),
    ("credential-any", QP, "*", "any key is taken", lets_in("E202")),
    ("credential-optional", SM, "*", "a call without a credential is taken", lets_in("E201")),
    ("credential-ignored-once", QP, "getResponse", "one operation checks no credential", lets_in()),
    ("credential-ignored-delete", SM, "cancelBatch", "cancelling checks no credential", lets_in()),
    ("credential-ignored-xml", AS, "createBatch", "no credential is checked when the body is XML", lets_in(when=lambda scene: "xml" in scene.request.headers.get("content-type", ""))),
    ("credential-scheme-ignored", SM, "getBatch", "the token is taken under any scheme", lets_in("E201", "E203", when=lambda scene: scene.request.headers.get("authorization", "").endswith(DEFAULT_KEY))),
    ("credential-scheme-case", AS, "getBatch", "the scheme must be written Bearer", shuts_out(lambda scene: scene.request.headers.get("authorization", "").startswith("bearer "))),
    ("credential-prefix", QP, "getBatch", "only the beginning of the key is compared", lets_in("E202", when=lambda scene: scene.request.headers.get("api-key", "").startswith(DEFAULT_KEY))),
    ("credential-query-refused", QP, "createResponse", "the documented key in the query is refused", shuts_out(lambda scene: "apiKey=" in scene.request.query and "api-key" not in scene.request.headers)),
    ("credential-old-header", QP, "getBatch", "the old header apiKey is still taken", lets_in("E203", when=lambda scene: "apikey" in scene.request.headers)),
    ("credential-token-useless", AS, "getBatch", "tokens that were handed out do not work", shuts_out(lambda scene: DEFAULT_KEY not in scene.request.headers.get("authorization", ""))),
)  # fmt: skip
_ACCEPTED = (
    ("accepts-any-body", QP, "createResponse", "bodies are not checked", accepts("", GOOD_RESPONSE, code="E304")),
    ("accepts-missing", QP, "createResponse", "the required responseSet may be left out", accepts("member responseSet", GOOD_RESPONSE)),
    ("accepts-missing-deep", QP, "createResponse", "the required answerID may be left out", accepts("member answerID", GOOD_RESPONSE)),
    ("accepts-extra", QP, "createResponse", "members that are not in the schema are taken", accepts("additionalProperties", GOOD_RESPONSE)),
    ("accepts-wrong-type", QP, "createResponse", "timeTaken may be anything", accepts("timeTaken/type", GOOD_RESPONSE)),
    ("accepts-wrong-format", QP, "createResponse", "ipAddress may be any text", accepts("/ipAddress", GOOD_RESPONSE)),
    ("accepts-null", QP, "createResponse", "language may be null", accepts("language/type", GOOD_RESPONSE)),
    ("accepts-wrong-branch", QP, "createBatch", "recipients need not match a kind of filter", accepts("recipients", GOOD_BATCH)),
    ("accepts-enum", QP, "filterResponses", "resultMode may be any number", accepts("resultMode/enum", {})),
    ("accepts-over-maximum", SM, "createBatch", "timeout_minutes may pass 60", accepts("timeout_minutes/maximum", GOOD_QUERIES)),
    ("accepts-under-minimum", SM, "createBatch", "query_concurrency may be 0", accepts("query_concurrency/minimum", GOOD_QUERIES)),
    ("accepts-date", SM, "createBatch", "start_date may be any text", accepts("start_date/format", GOOD_QUERIES)),
    ("accepts-no-list", SM, "createBatch", "queries may be no array", accepts("queries/type", GOOD_QUERIES)),
    ("accepts-policy", SM, "createBatch", "split_dates_policy may be any text", accepts("split_dates_policy", GOOD_QUERIES)),
    ("accepts-limit", SM, "getBatchStatus", "limit may pass 1000", accepts("schema/maximum", query={"limit": "1000"})),
    ("accepts-page-0", QP, "listResponses", "page may be 0", accepts("minimum", query={"page": "1", "perPage": "100"})),
    ("accepts-page-word", QP, "listResponses", "page may be a word", accepts("page|perPage", query={"page": "1", "perPage": "100"})),
    ("accepts-path-word", QP, "getBatch", "an id that is no number is answered", accepts("", path="/questionpro/a/api/v2/micropanel/batches/4445556")),
    ("accepts-media", SM, "createBatch", "a body of any media type is taken", accepts("", GOOD_QUERIES, code="E305")),
    ("accepts-broken-json", QP, "createResponse", "what is not JSON is taken", accepts("", GOOD_RESPONSE, code="E303")),
    ("accepts-no-body", SM, "createBatch", "the body may be left out", accepts("", GOOD_QUERIES, code="E302")),
    ("accepts-grant", AS, "createToken", "any grant_type is taken", answers(lambda answer: Answer(200, [(b"content-type", b"application/json")], b'{"access_token":"x","token_type":"bearer","expires_in":1}'), lambda answer: "grant_type" in _diagnosis(answer))),
    ("accepts-bad-xml", AS, "createBatch", "what is not XML is taken", accepts("XML|element|Key", {"Name": "x"}, code="E303")),
    ("accepts-accept", AS, "getBatch", "JSON is answered whatever the client accepts", lambda scene: scene.instead(headers={"accept": "application/json"}) if scene.answer().status == 406 else scene.answer()),
)  # fmt: skip
_REFUSED = (
    ("refuses-empty-text", SM, "createBatch", "an empty description is refused", refuses(lambda scene: scene.fields.get("description") == "")),
    ("refuses-boundary", SM, "createBatch", "timeout_minutes 5, the least that is allowed, is refused", refuses(lambda scene: scene.fields.get("timeout_minutes") == 5)),
    ("refuses-maximum", SM, "getBatchStatus", "limit 1000, the most that is allowed, is refused", refuses(asks("limit", lambda value: value == "1000"))),
    ("refuses-one", QP, "listResponses", "perPage 1 is refused", refuses(asks("perPage", lambda value: value == "1"))),
    ("refuses-ipv6", QP, "createResponse", "addresses of IPv6 are refused", refuses(lambda scene: ":" in scene.fields.get("ipAddress", ""))),
    ("refuses-null", AS, "createBatch", "null for Name is refused", refuses(lambda scene: "Name" in scene.fields and scene.fields["Name"] is None)),
    ("refuses-optional-left-out", QP, "createResponse", "location must be sent", refuses(lambda scene: "location" not in scene.fields)),
    ("refuses-media-case", SM, "createBatch", "Content-Type must be in lower case", lambda scene: scene.instead(headers={"content-type": "text/plain"}) if scene.request.headers.get("content-type", "").lower() != scene.request.headers.get("content-type", "") else scene.answer()),
    ("refuses-charset", QP, "createResponse", "Content-Type must have no parameter", lambda scene: scene.instead(headers={"content-type": "text/plain"}) if ";" in scene.request.headers.get("content-type", "") else scene.answer()),
    ("refuses-text-json", AS, "createBatch", "text/json, which is documented, is refused", lambda scene: scene.instead(headers={"content-type": "text/plain"}) if "text/json" in scene.request.headers.get("content-type", "") else scene.answer()),
)  # fmt: skip
_CRASHES = (
    ("crash-empty-list", QP, "createResponse", "an empty responseSet", crashes(lambda scene: scene.fields.get("responseSet") == [])),
    ("crash-empty-queries", SM, "createBatch", "an empty list of queries", crashes(lambda scene: scene.fields.get("queries") == [])),
    ("crash-int32", QP, "createResponse", "a number of 2^31 or more", crashes(sends(number(lambda value: value >= 2**31)))),
    ("crash-int53", QP, "createResponse", "numbers past 2^53 lose their last digits", stored(each_number(lambda value: int(float(value)) if isinstance(value, int) else value))),
    ("crash-unicode", QP, "createResponse", "text beyond Latin-1", crashes(sends(text(lambda value: any(ord(char) > 255 for char in value))))),
    ("crash-astral", SM, "createBatch", "characters beyond the basic plane", crashes(sends(text(lambda value: any(ord(char) > 0xFFFF for char in value))))),
    ("crash-nul", QP, "createResponse", "a NUL character", crashes(sends(text(lambda value: "\0" in value)))),
    ("crash-deep", SM, "createBatch", "settings nested four deep", crashes(lambda scene: depth(scene.sent) > 5)),
    ("crash-negative", QP, "createResponse", "a negative number", crashes(sends(number(lambda value: value < 0)))),
    ("crash-empty-name", AS, "createBatch", "an empty Name", crashes(lambda scene: scene.fields.get("Name") == "")),
    ("crash-offset", SM, "getBatchStatus", "an offset past the end", crashes(asks("offset", lambda value: value.isdecimal() and int(value) > 1000))),
    ("crash-page", QP, "filterResponses", "a large page number", crashes(asks("page", lambda value: value.isdecimal() and int(value) > 1000))),
    ("crash-path", AS, "getBatch", "an id with characters that must be escaped", crashes(lambda scene: "%" in scene.request.path)),
    ("crash-quote", SM, "createBatch", "a quotation mark in a text", crashes(sends(text(lambda value: '"' in value or "'" in value)))),
    ("crash-connection", QP, "createBatch", "the connection ends when a text is empty", crashes(sends(text(lambda value: value == "")), cut=True)),
    ("crash-twice", QP, "listResponses", "a parameter that comes twice", crashes(lambda scene: scene.request.query.count("page=") > 1)),
)  # fmt: skip
_STATE = (
    ("state-lost", QP, "createResponse getResponse", "a stored response cannot be read", forgets("responses")),
    ("state-lost-batch", SM, "createBatch getBatch getBatchStatus cancelBatch", "a created batch cannot be read", forgets("batch")),
    ("state-stale", QP, "listResponses", "a list is the first one for ever", stale()),
    ("state-stale-batch", SM, "getBatch", "a batch is for ever what it was first", stale()),
    ("state-mixed", QP, "getResponse", "reading answers what was read before", mixed()),
    ("state-mixed-batches", AS, "getBatch", "reading answers what was read before", mixed()),
    ("state-same-id", QP, "createResponse", "all responses get one id", same_id("/response/responseID")),
    ("state-wrong-survey", QP, "createResponse", "the answer names another survey", member("/response/surveyID", by(lambda value: value + 1))),
    ("state-trimmed", QP, "createResponse", "blanks around texts are lost", stored(each_text(str.strip))),
    ("state-lower-case", AS, "createBatch", "texts are stored in lower case", stored(each_text(str.lower))),
    ("state-ascii", QP, "createResponse", "characters beyond ASCII become question marks", stored(each_text(lambda value: value.encode("ascii", "replace").decode()))),
    ("state-cut", QP, "createResponse", "texts are cut at 20 characters", stored(each_text(lambda value: value[:20]))),
    ("state-member-lost", QP, "createResponse", "externalReference is not stored", stored(without("externalReference"))),
    ("state-default-wins", SM, "createBatch", "timeout_minutes is always the default", stored(without("timeout_minutes"))),
    ("state-status-lost", AS, "createBatch getBatch", "Status is not kept", member("/Data/Status", to(0))),
    ("state-last-item-lost", QP, "createResponse", "the last question is not stored", stored(lambda sent: {**sent, "responseSet": sent["responseSet"][:-1]})),
    ("state-uncancelled", SM, "cancelBatch getBatch", "a cancelled batch goes on", uncancelled),
    ("state-not-stopped", SM, "cancelBatch", "cancelling answers RUNNING", member("/data/status_code", to("RUNNING"))),
    ("state-cancels-again", SM, "cancelBatch", "each cancelling is a new one", cancels_again),
    ("state-cancels-once", SM, "cancelBatch", "cancelling twice is an error", cancels_once),
    ("state-gone", SM, "cancelBatch getBatch getBatchStatus", "a cancelled batch cannot be read", gone_when_cancelled),
    ("state-conflict", AS, "createBatch", "a taken id is given to another batch", overwrites),
)  # fmt: skip
_PAGES = (
    ("page-size", QP, "listResponses", "perPage is ignored", lambda scene: scene.instead(query={"perPage": "100"}) if _ok(scene.answer()) else scene.answer()),
    ("page-number", QP, "filterResponses", "page is ignored", lambda scene: scene.instead(query={"page": "1"}) if _ok(scene.answer()) else scene.answer()),
    ("page-off-by-one", QP, "listResponses", "pages leave out their last item", member("/response", by(lambda items: items[:-1]))),
    ("page-total", QP, "listResponses", "totalItems is that of the page", body(lambda value: {**value, "pagination": {**value["pagination"], "totalItems": len(value["response"])}})),
    ("page-next", QP, "listResponses", "next leads to the same page", member("/pagination/links/next", by(lambda link: link and re.sub(r"page=(\d+)", lambda m: f"page={int(m[1]) - 1}", link, count=1)))),
    ("page-offset", SM, "getBatchStatus", "offset is ignored", lambda scene: scene.instead(query={"offset": "0"}) if _ok(scene.answer()) else scene.answer()),
    ("page-limit", SM, "getBatchStatus", "limit is ignored", lambda scene: scene.instead(query={"limit": "1000"}) if _ok(scene.answer()) else scene.answer()),
    ("page-progress", SM, "getBatchStatus", "the progress does not add up", member("/meta/progress/queued", by(lambda count: count + 1))),
)  # fmt: skip
_CODES = (
    ("code-envelope", AS, "getBatch", "Code 500 under HTTP 200", member("/Code", to(500))),
    ("code-success", AS, "createBatch", "Success is false under HTTP 200", member("/Success", to(False))),
    ("code-error-code", AS, "getBatch", "ErrorCode 0 for a failure", member("/ErrorCode", to(0), NOT_FOUND)),
    ("code-questionpro", QP, "*", "httpStatusCode is 500 under another status", member("/response/error/httpStatusCode", to(500), lambda answer: answer.status >= 400)),
    ("code-problem", SM, "*", "the problem's status is not the HTTP status", member("/status", to(500), UNAUTHORISED)),
)  # fmt: skip
_XML = (
    ("xml-missing", AS, "getBatch", "Name is missing in XML", xml(rb"<Name>.*?</Name>|<Name[^>]*/>", b"")),
    ("xml-differs", AS, "getBatch", "Status differs in XML", xml(rb"<Status>(-?\d+)</Status>", rb"<Status>1\1</Status>")),
    ("xml-malformed", AS, "getBatch", "the root element is not closed", xml(rb"</PBPRReturnOfBatch7NMnQmOk>", b"")),
    ("xml-namespace", AS, "getBatch", "the root element is in no namespace", xml(rb' xmlns="[^"]*"', b"")),
    ("xml-boolean", AS, "getBatch", "booleans are written True", xml(rb">true<", b">True<")),
    ("xml-null", AS, "getBatch", "null is an empty element", xml(rb' i:nil="true"', b"")),
    ("xml-errors", AS, "getBatch", "the XML of 404 has another description", xml(rb"<ErrorDescription>.", b"<ErrorDescription>?")),
    ("xml-as-json", AS, "getBatch", "JSON is answered where XML is asked for", lambda scene: scene.instead(headers={"accept": "application/json"}) if "xml" in scene.request.headers.get("accept", "") else scene.answer()),
)  # fmt: skip

_CONTROL = (
    ("control-field-missing", CONTROL, "addFault", "a fault has no text", member("/text", drop)),
    ("control-field-null", CONTROL, "getHealth", "providers is null", member("/providers", to(None))),
    ("control-field-type", CONTROL, "listFaults addFault", "probability is a string", member("/probability", by(str))),
    ("control-status", CONTROL, "clearFaults", "200 where 204 is documented", status(200)),
    ("control-media", CONTROL, "getSpec", "the spec is labelled text/plain", header("content-type", "text/plain")),
    ("control-problem", CONTROL, "*", "problems are labelled application/json", header("content-type", "application/json", BAD)),
    ("control-allow", CONTROL, "", "405 without Allow", header("allow", None, WRONG_METHOD)),
    ("control-open", CONTROL, "*", "the token is not asked for", lets_in()),
    ("control-open-once", CONTROL, "clearJournal", "the journal is cleared without the token", lets_in()),
    ("control-accepts-kind", CONTROL, "putCredential", "any kind of credential is taken", accepts("kind/enum", {"credential": "x", "kind": "valid"})),
    ("control-accepts-probability", CONTROL, "addFault", "a probability may pass 1", accepts("probability/maximum", {"effects": "status=503"})),
    ("control-accepts-profile", CONTROL, "setProfile", "any profile is taken", accepts("profile/enum", {"profile": "slow"})),
    ("control-accepts-limit", CONTROL, "listJournal", "limit may be 0", accepts("limit|minimum", query={"limit": "1"})),
    ("control-refuses-advance", CONTROL, "putClock", "the clock cannot go back", refuses(lambda scene: isinstance(scene.fields.get("advance"), int | float) and scene.fields["advance"] < 0)),
    ("control-crash-seed", CONTROL, "putSeed", "a seed of 2^63 or more", crashes(sends(number(lambda value: value >= 2**63 - 1)))),
    ("control-crash-now", CONTROL, "putClock", "a time that nobody can do is a crash", status(500, status_is(422))),
    ("control-state-not-validated", CONTROL, "putState", "faults that there are not are loaded", answers(lambda answer: Answer(204, [], b""), status_is(422))),
    ("control-fault-lost", CONTROL, "addFault", "a fault is answered and not set", unheard),
    ("control-fault-removed-twice", CONTROL, "removeFault", "a fault can be removed again", removes_again),
    ("control-fault-remains", CONTROL, "removeFault listFaults", "a removed fault is still listed", remains),
    ("control-faults-not-cleared", CONTROL, "clearFaults", "clearing clears nothing", unheard),
    ("control-clock-stale", CONTROL, "getClock", "the clock is what it was first", stale()),
    ("control-provider-lost", CONTROL, "putProvider", "a change of a provider is not kept", unheard),
)  # fmt: skip

XML_NAME = r"<Name>.*?</Name>"
_HEARD = (
    ("header-case-key", QP, "*", "api-key is heard in lower case only", mutes("api-key")),
    ("header-case-bearer", SM, "*", "Authorization is heard with its capital only", mutes("Authorization")),
    ("header-case-accept", AS, "getBatch", "Accept is heard with its capital only", mutes("Accept")),
)  # fmt: skip
_TOKENS = (
    ("token-any-secret", AS, "createToken", "a token for any client secret", any_secret),
    ("token-dead", AS, "createToken", "a token that does not work", member("/access_token", by(lambda token: token + "x"))),
)  # fmt: skip
_KEPT = (
    *(
        (f"refused-is-stored{name}", provider, operation, f"{what} is refused and stored", keeps_refused(good, *statuses))
        for name, provider, operation, what, good, statuses in (
            ("", QP, "createResponse", "an invalid response", GOOD_RESPONSE, (400,)),
            ("-batch", QP, "createBatch", "an invalid batch", GOOD_BATCH, (400,)),
            ("-queries", SM, "createBatch", "an invalid batch", GOOD_QUERIES, (400,)),
            ("-name", AS, "createBatch", "an invalid batch", {"Name": "x"}, (400,)),
            ("-unauthorised", QP, "createResponse", "a response without a key", GOOD_RESPONSE, (401,)),
            ("-conflict", AS, "createBatch", "a batch whose id is taken", {"Name": "x"}, (409,)),
            ("-media", SM, "createBatch", "a batch of a wrong media type", GOOD_QUERIES, (415,)),
        )
    ),
    *((f"kept-few-{name}", name, operation, "only the last three things that were created are there", few(3)) for name, operation in ((QP, "createResponse getResponse"), (SM, "createBatch getBatch"), (AS, "createBatch getBatch"))),
    *((f"kept-first-{name}", name, operation, "what is not the newest has become the first", first_for_old) for name, operation in ((QP, "createResponse getResponse"), (SM, "createBatch getBatch"), (AS, "createBatch getBatch"))),
    ("cancel-spreads", SM, "cancelBatch getBatch createBatch", "cancelling cancels another batch too", also(lambda scene: scene.memory.get("path", "") if scene.request.method == "DELETE" and scene.memory.get("path", "").count("/") == scene.request.path.count("/") and scene.memory["path"] != scene.request.path else "", "DELETE")),
    ("reading-cancels", SM, "getBatchStatus", "asking for the queries cancels the batch", also(lambda scene: scene.request.path.removesuffix("/status"), "DELETE")),
    ("state-back", SM, "getBatch", "a batch that stopped is queued again", goes_back),
    ("state-behind", SM, "getBatchStatus", "the status is QUEUED for ever", member("/meta/status_code", to("QUEUED"))),
    ("state-no-times", SM, "getBatch", "start_time is never told", member("/data/start_time", to(None))),
    ("state-early-end", SM, "getBatch", "a batch that runs has an end_time", body(lambda value: {**value, "data": {**value["data"], "end_time": value["data"]["schedule_time"]}})),
    ("id-case", AS, "getBatch", "ids are found in any case", nearly(str.lower)),
    ("id-prefix", SM, "getBatch", "ids are found with something behind them", nearly(lambda text: text[:16])),
    ("id-blank", AS, "getBatch", "ids are found with blanks around them", nearly(str.strip)),
)  # fmt: skip
_QUERIES = (
    *((f"queries-{name}", SM, "createBatch", what, stored(with_queries(change))) for name, what, change in (
        ("reversed", "queries are stored in reverse order", lambda queries: queries[::-1]),
        ("sorted", "queries are stored in the order of their sources", lambda queries: sorted(queries, key=lambda query: str(query.get("ds_id")))),
        ("lost", "the last query is not stored", lambda queries: queries[:-1] or queries),
        ("first-only", "the first query is stored as often as there are queries", lambda queries: queries[:1] * len(queries)),
        ("accounts", "the accounts of queries are not stored", lambda queries: [without("ds_accounts")(query) for query in queries]),
        ("one-account", "only the first account is stored", lambda queries: [{**query, "ds_accounts": query["ds_accounts"].split(",")[0]} if "ds_accounts" in query else query for query in queries]),
        ("end-date", "the end of a query is its start", lambda queries: [{**query, "end_date": query["start_date"]} if {"start_date", "end_date"} <= query.keys() else query for query in queries]),
    )),
    ("queries-unsplit", SM, "createBatch", "split_dates_policy is answered and not kept to", lambda scene: member("/data/split_dates_policy", to(scene.fields.get("split_dates_policy", "none")))(replace(scene, ask=lambda request: stored(without("split_dates_policy"))(scene)))),
    ("queries-of-another", SM, "getBatchStatus", "the queries of the batch that was asked for before", mixed()),
    ("queries-amount", SM, "createBatch getBatch", "query_amount counts one too many", member("/data/query_amount", by(lambda amount: amount + 1))),
    ("queries-one-id", SM, "getBatchStatus", "all queries have one schedule_id", member("/data/*/schedule_id", to("query_1"))),
    ("queries-progress", SM, "getBatchStatus", "all queries are told to be done", body(lambda value: {**value, "meta": {**value["meta"], "progress": {"queued": 0, "running": 0, "success": value["meta"]["paginate"]["total"], "failure": 0}}})),
)  # fmt: skip
_LISTS = (
    ("list-lacks-new", QP, "listResponses", "the newest is not listed", unlisted),
    ("list-lacks-new-filtered", QP, "filterResponses", "the newest is not found", unlisted),
    ("list-differs", QP, "listResponses", "externalReference is another in lists", member("/response/*/externalReference", to("?"))),
    ("list-differs-deep", QP, "filterResponses", "texts of answers are others in lists", member("/response/*/responseSet/*/answerValues/*/answerText", by(lambda text: text + "."))),
    ("list-short", QP, "listResponses", "items of lists have the first question only", member("/response/*/responseSet", by(lambda questions: questions[:1]))),
    ("page-deep", QP, "listResponses", "the third page is the second", paged(lambda page: page - 1, "page", lambda page: page == 3)),
    ("page-deep-filtered", QP, "filterResponses", "pages from the third on are the second", paged(lambda page: 2, "page", lambda page: page > 2)),
    ("page-deep-offset", SM, "getBatchStatus", "from the fourth query on pages are one behind", paged(lambda offset: offset - 1, "offset", lambda offset: offset >= 4, 0)),
    ("filter-ignored", QP, "filterResponses", "everything is found", filtered(lambda sent: {})),
    *((f"filter-{name}", QP, "filterResponses", f"{member_name} is ignored", filtered(without(member_name))) for name, member_name in (("mode", "resultMode"), ("custom", "custom1"), ("custom-last", "custom5"), ("start", "startDate"), ("end", "endDate"))),
    ("filter-mode-mixed", QP, "filterResponses", "resultMode 1 and 3 are taken for each other", filtered(lambda sent: {**sent, "resultMode": {1: 3, 3: 1}.get(sent["resultMode"], sent["resultMode"])} if "resultMode" in sent else sent)),
    ("filter-leaves-out", QP, "filterResponses", "filters leave the first match out", lambda scene: member("/response", by(lambda items: items[1:]))(scene) if scene.fields.get("resultMode") else scene.answer()),
)  # fmt: skip
_LAX = (
    ("lax-integer-text", QP, "createResponse", 'texts such as "7" are integers', lax(lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value)),
    ("lax-integer-true", QP, "createResponse", "true is 1", lax(lambda value: int(value) if isinstance(value, bool) else value)),
    ("lax-integer-half", QP, "createBatch", "7.5 is 7", lax(lambda value: int(value) if isinstance(value, float) else value)),
    ("lax-integer-minutes", SM, "createBatch", 'timeout_minutes may be "7"', lax(lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value)),
    ("lax-integer-status", AS, "createBatch", 'Status may be "7"', lax(lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value)),
    ("lax-boolean-text", SM, "createBatch", '"true" is true', lax(lambda value: value == "true" if value in ("true", "false") else value)),
    ("lax-boolean-number", SM, "createBatch", "1 is true", lax(lambda value: bool(value) if isinstance(value, int) else value)),
    ("lax-text-number", AS, "createBatch", "a number is a Name", lax(lambda value: str(value) if isinstance(value, int) else value)),
    ("lax-enum-case", SM, "createBatch", "policies are taken in upper case", lax(lambda value: value.lower() if isinstance(value, str) else value)),
    ("lax-enum-blanks", SM, "createBatch", "policies are taken with blanks around them", lax(lambda value: value.strip() if isinstance(value, str) else value)),
    ("lax-date-time", SM, "createBatch", "a date may have a time", lax(lambda value: value[:10] if isinstance(value, str) and "T" in value else value)),
    ("lax-page", QP, "listResponses", "page may be 1.0", lax_number(_floor)),
    ("lax-page-sign", QP, "filterResponses", "page may be +1, 1_0 or of any script", lax_number(_integer)),
    ("lax-limit", SM, "getBatchStatus", "limit may be +1, 1_0 or of any script", lax_number(_integer)),
    ("lax-path", QP, "getBatch", "an id may be 1.0", lax_number(_floor)),
    ("lax-path-sign", QP, "getResponse", "an id may be +1", lax_number(_integer)),
)  # fmt: skip
_MEDIA_BODIES = (
    ("xml-post-name", AS, "createBatch", "Name is not read from XML", posted("xml", lambda text: re.sub(XML_NAME, "", text, flags=re.DOTALL))),
    ("xml-post-case", AS, "createBatch", "Names from XML are stored in lower case", posted("xml", lambda text: re.sub(XML_NAME, lambda match: f"<Name>{match[0][6:-7].lower()}</Name>", text, flags=re.DOTALL))),
    ("xml-post-parameters", AS, "createBatch", "Parameters are not read from XML", posted("xml", lambda text: re.sub(r"<Parameters>.*</Parameters>", "", text, flags=re.DOTALL))),
    ("xml-post-escaped", AS, "createBatch", "what is escaped in XML stays so", posted("xml", lambda text: text.replace("&", "&amp;"))),
    ("xml-post-nil", AS, "createBatch", "what is nil in XML is an empty text", posted("xml", lambda text: re.sub(r'<(\w+) i:nil="true"\s*/>', r"<\1></\1>", text))),
    ("xml-post-minutes", AS, "createBatch", "TimeoutMinutes is not read from XML", posted("xml", lambda text: re.sub(r"<TimeoutMinutes>.*?</TimeoutMinutes>", "", text))),
    ("xml-post-status", AS, "createBatch", "Status is one more from XML", posted("xml", lambda text: re.sub(r"<Status>(\d+)</Status>", lambda match: f"<Status>{int(match[1]) + 1}</Status>", text))),
    ("xml-post-crash", AS, "createBatch", "Parameters in XML are a crash", crashes(lambda scene: b"KeyValue" in scene.request.body)),
    ("xml-post-refused", AS, "createBatch", "text/xml is refused", lambda scene: scene.instead(headers={"content-type": "text/plain"}) if "text/xml" in scene.request.headers.get("content-type", "") else scene.answer()),
    ("json-text-lost", AS, "createBatch", "Description is not read from text/json", posted("text/json", lambda text: text.replace('"Description"', '"description"'))),
    ("form-lost", AS, "createBatch", "AppTag is not read from a form", posted("form", lambda text: text.replace("AppTag=", "apptag="))),
    ("form-plus", AS, "createBatch", "+ in a form is no blank", posted("form", lambda text: text.replace("+", "%2B"))),
)  # fmt: skip
_LINKS = (
    ("link-next-size", QP, "listResponses", "next forgets perPage", member("/pagination/links/next", by(lambda link: link and re.sub(r"&perPage=\d+", "", link)))),
    ("link-last", QP, "listResponses", "last leads to the page before", member("/pagination/links/last", by(lambda link: link and re.sub(r"\bpage=(\d+)", lambda m: f"page={max(1, int(m[1]) - 1)}", link)))),
    ("link-previous", QP, "filterResponses", "there never is a page before", member("/pagination/links/prev", to(None))),
)  # fmt: skip
_TOLD = (
    ("told-key-in-link", QP, "listResponses", "links have the key in them", member("/pagination/links/self", by(lambda link: f"{link}&apiKey={DEFAULT_KEY}"))),
    ("told-key-in-error", SM, "*", "errors repeat the token", member("/detail", by(lambda detail: f"{detail} ({DEFAULT_KEY})"), BAD)),
    ("told-key-in-header", AS, "getBatch", "a header repeats the token", header("x-debug", f"token={DEFAULT_KEY}")),
    ("told-trace", AS, "createBatch", "400 has the frames of the stack", member("/ErrorDescription", by(lambda said: f"{said}\r\n   at AS.Models.API.Batch..ctor(String s) in C:\\src\\Batch.cs:line 7"), BAD)),
    ("told-trace-python", QP, "*", "errors have a traceback", member("/response/error/message", by(lambda said: f'{said}\nTraceback (most recent call last):\n  File "/srv/app.py", line 7, in get'), lambda answer: answer.status >= 400)),
)  # fmt: skip
_READING = (
    ("reads-first-value", AS, "createBatch", "what comes behind the JSON is ignored", reads(_first_value)),
    ("reads-nan", SM, "createBatch", "NaN is a number", reads(lambda content: content.replace(b"NaN", b"0"))),
    ("reads-doctype", AS, "createBatch", "XML may declare entities", reads(lambda content: re.sub(rb"<!DOCTYPE.*?\]>", b"", content, flags=re.DOTALL).replace(b"&declared;", b"x"))),
    ("reads-no-quality", AS, "getBatch", "the q of media types in Accept is ignored", deaf_to_quality),
    ("reads-known-parameters-only", QP, "listResponses getBatch", "a parameter that is not in the spec is a crash", crashes(lambda scene: bool({name for name, _ in parse_qsl(scene.request.query)} - {"page", "perPage", "apiKey"}))),
)  # fmt: skip
_LONGER = (
    ("state-lines", QP, "createResponse", "all ends of lines are stored alike", stored(each_text(lambda value: value.replace("\r\n", "\n")))),
    ("state-composed", SM, "createBatch", "accents are stored in one with their letters", stored(each_text(lambda value: unicodedata.normalize("NFC", value)))),
    ("state-any-parent", QP, "getResponse", "a response is found under every survey", of_any_parent),
    ("token-once", AS, "getBatch", "a token works for one call", once_only),
)  # fmt: skip
_CONTROLLED = (
    ("control-reset-undone", CONTROL, "reset", "the reset resets nothing", unheard),
    ("control-reset-partly", CONTROL, "reset", "faults outlive the reset", lambda scene: _keeping(scene, "faults")),
    ("control-reset-journal", CONTROL, "reset listJournal", "the journal outlives the reset", lambda scene: _remembers(scene)),
    ("control-seed-ignored", CONTROL, "putSeed", "the seed is not kept", unheard),
    ("control-credential-ignored", CONTROL, "putCredential", "a credential is not kept", unheard),
    ("control-credential-valid", CONTROL, "putCredential", "every credential becomes valid", sends_other(lambda sent: {**sent, "kind": "valid"})),
    ("control-credential-expired", CONTROL, "putCredential", "quota and expired are taken for each other", sends_other(lambda sent: {**sent, "kind": {"quota": "expired", "expired": "quota"}.get(sent["kind"], sent["kind"])})),
    ("control-credential-shown", CONTROL, "listCredentials", "credentials are listed whole", member("/credentials/*/credential", to(DEFAULT_KEY))),
    ("control-journal-behind", CONTROL, "listJournal", "the newest exchange is missing", journal(lambda items: [item for item in items if item["number"] != max((one["number"] for one in items), default=0)])),
    ("control-journal-total", CONTROL, "listJournal", "total is that of the page", body(lambda value: {**value, "total": min(value["total"], len(value["exchanges"]))})),
    ("control-journal-status", CONTROL, "listJournal", "every exchange has the status 200", journal(lambda items: [{**item, "answer": {**item["answer"], "status": 200}} for item in items])),
    ("control-journal-path", CONTROL, "listJournal", "exchanges have the path of the first", journal(lambda items: [{**item, "request": {**item["request"], "path": items[0]["request"]["path"]}} for item in items])),
    ("control-journal-secret", CONTROL, "listJournal", "credentials are not masked", journal(lambda items: [{**item, "request": {**item["request"], "headers": {**item["request"]["headers"], "authorization": f"Bearer {DEFAULT_KEY}"}}} for item in items])),
    *((f"control-journal-{name.replace('_', '-')}", CONTROL, "listJournal", f"{name} is ignored", unasked(name)) for name in ("after", "limit", "newest_first", "provider", "operation", "status")),
    ("control-journal-kept", CONTROL, "clearJournal listJournal", "clearing clears nothing", lambda scene: _remembers(scene)),
    ("control-fault-dead", CONTROL, "addFault", "faults that are set do not strike", sends_other(lambda sent: {**sent, "provider": "asavie", "operation": None})),
    ("control-fault-for-ever", CONTROL, "addFault", "faults strike more often than they should", sends_other(lambda sent: {**sent, "times": None}, "/times")),
    ("control-profile-partly", CONTROL, "setProfile", "a profile is answered and not set", unheard),
    ("control-oddities-ignored", CONTROL, "putProvider", "oddities are left as they were", sends_other(without("oddities"))),
    ("control-clock-ignored", CONTROL, "putClock", "the clock does not move", sends_other(lambda sent: {**sent, "advance": 0} if "advance" in sent else sent)),
    ("control-state-partly", CONTROL, "putState", "collections are not loaded", sends_other(lambda sent: {**sent, "collections": {}})),
    ("control-state-faults", CONTROL, "putState", "the faults of a state are not loaded", stored(lambda sent: {**sent, "settings": {**sent["settings"], "faults": {}}})),
    ("control-state-switches", CONTROL, "putState", "the oddities of a state are not loaded", stored(lambda sent: {**sent, "settings": {**sent["settings"], "switches": {}}})),
    ("control-state-clock", CONTROL, "putState", "the clock of a state is not set", stored(lambda sent: {**sent, "clock": {"offset": 0, "frozen": None}})),
    ("control-state-refused", CONTROL, "putState", "a state that is refused empties what is stored", lambda scene: _wipes(scene, 422)),
    ("control-refused-resets", CONTROL, "putClock", "a time that is refused resets everything", lambda scene: _wipes(scene, 400, 422)),
    ("control-operations", CONTROL, "listOperations", "the last operation is missing", member("/operations", by(lambda items: items[:-1]))),
    ("control-providers", CONTROL, "listProviders", "a provider is missing", member("/providers", by(lambda items: items[:-1]))),
    ("control-spec", CONTROL, "getSpec", "every spec is that of Asavie", lambda scene: scene.instead(path="/_emulator/providers/asavie/spec") if _ok(scene.answer()) else scene.answer()),
)  # fmt: skip

_TABLE = {
    "fields": _FIELDS,
    "status": _STATUS,
    "media type": _MEDIA,
    "headers": _HEADERS,
    "credentials": _CREDENTIALS,
    "accepts what is invalid": _ACCEPTED,
    "refuses what is valid": _REFUSED,
    "boundaries": _CRASHES,
    "state": _STATE,
    "pages": _PAGES,
    "codes": _CODES,
    "XML": _XML,
    "control API": (*_CONTROL, *_CONTROLLED),
    "names of headers": _HEARD,
    "tokens": _TOKENS,
    "what is kept": _KEPT,
    "queries of a batch": _QUERIES,
    "lists and filters": _LISTS,
    "lax reading": _LAX,
    "bodies in other media types": _MEDIA_BODIES,
    "links of pages": _LINKS,
    "what nobody should be told": _TOLD,
    "reading of requests": _READING,
    "longer lives": _LONGER,
}
DEFECTS = {
    name: Defect(name, provider, operation, kind, what, act)
    for kind, rows in _TABLE.items()
    for name, provider, operation, what, act in rows
}
"""All defects by name."""
