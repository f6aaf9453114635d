"""Spec against spec: the changes that callers will see, and the version step they ask for.

Both specs are brought to one canonical form (`canonical`), their schemas are compared as sets of values (`variance`),
and one table says what each effect means for requests and for answers (`rules`). A difference is told once, where it
is declared, with the public names of everything that it reaches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from truecopy_docs.canonical import Action, Document, Node, Parts, exact, wire
from truecopy_docs.diff import Change
from truecopy_docs.loose import step
from truecopy_docs.page import DocsError
from truecopy_docs.rules import DOCUMENTATION, MEANING, RANK
from truecopy_docs.security import Requirements, Schemes
from truecopy_docs.spec import Spec, exception_for, snake
from truecopy_docs.urls import names_in
from truecopy_docs.variance import Found, Variance

__all__ = ["compare_specs", "version_reason", "version_step"]

_UNKNOWN = ", which cannot be compared and may break"
_GENERATED = {"x-pagination": "iter", "x-waiter": "wait_for"}
_MOST_URLS = 99
_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}

At = tuple[str, str]
"""A pointer into the old and one into the new document."""
Values = tuple[Any, Any]
Names = tuple[str, ...]


class _Where(NamedTuple):
    """Where a schema is used: by which kind of thing, said how, on which side, and what a change there touches."""

    kind: str
    label: str
    side: str
    own: Names
    touched: Names


@dataclass(slots=True)
class _Entry:
    change: Change
    own: dict[str, None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    answers: bool = False  # an answer is concerned


def compare_specs(old: Spec, new: Spec) -> list[Change]:
    """The changes from one spec to another, worst first.

    Raises:
        DocsError: one of them cannot be understood.
    """
    try:
        return _Comparison(Document(old), Document(new)).changes()
    except RecursionError:
        raise DocsError(f"{old.path} or {new.path}: is nested too deep to be compared") from None


def version_step(changes: Iterable[Change], version: str = "") -> str:
    """The step of a semantic version: `major`, `minor`, `patch`. Before 1.0 each step is one place lower."""
    worst = min((RANK[change.klass] for change in changes), default=RANK[DOCUMENTATION])
    return ("major", "minor", "patch", "patch")[worst + (_numbers(version)[:1] == [0])]


def version_reason(changes: list[Change], version: str = "") -> str:
    """The step in words: which one, from which version to which, and why."""
    counts = [(sum(change.klass == klass for change in changes), klass) for klass in RANK]
    worst = next((f"{number} {klass}" for number, klass in counts if number), "nothing in the contract changed")
    size, numbers = version_step(changes, version), _numbers(version)
    if not numbers:
        return f"release with a {size} version step (one place lower before 1.0): {worst}"
    place = ("major", "minor", "patch").index(size)
    following = ".".join(str(number) for number in [*numbers[:place], numbers[place] + 1, 0, 0][:3])
    lower = ", and before 1.0 each step is one place lower" if numbers[0] == 0 else ""
    return f"release with a {size} version step ({version} -> {following}): {worst}{lower}"


def _numbers(version: str) -> list[int]:
    found = re.fullmatch(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?", version)
    return [int(number or 0) for number in found.groups()] if found else []


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.variance = Variance(old, new)
        self.schemes = Schemes(old, new)
        self.found: dict[Any, _Entry] = {}
        self.told: dict[int, list[_Entry]] = {}  # by the pair of schemas that differ
        self.moved: dict[str, set[str]] = {}  # pointers of members that were parameters or are now -> in which methods
        self.clients: Names = (old.spec.title, f"Async{old.spec.title}")

    def changes(self) -> list[Change]:
        """All changes, worst first."""
        self.whole()
        before, after = list(self.old.actions()), list(self.new.actions())
        matched = _matched(before, after)
        for action in before:
            other = matched.get(action.name)
            if other is None:
                self.whole_operation(action, gone=True)
            else:
                self.operation(action, other)
        taken = {action.name for action in matched.values()}
        for action in after:
            if action.name not in taken:
                self.whole_operation(action, gone=False)
        found = [entry for entry in self.found.values() if not self.told_as_moved(entry)]
        changes = [replace(entry.change, names=(*{**entry.own, **entry.touched},)) for entry in found]
        return sorted(changes, key=lambda change: (RANK[change.klass], change.pointer, change.what))

    def note(self, code: str, what: str, effect: str, values: Values, at: At, own: Names = (), touched: Names = (), *,
             side: str = "request", key: Any = None) -> None:  # fmt: skip
        """Keep a change, if the values differ."""
        if values[0] is not values[1] and exact(values[0]) != exact(values[1]):
            self.keep(code, what, effect, values, at, own, touched, side, key or (code, what, at))

    def keep(self, code: str, what: str, effect: str, values: Values, at: At, own: Names, touched: Names, side: str,
             key: Any) -> _Entry:  # fmt: skip
        """Keep a change. What has the same `key`, which tells where it is declared, is one change."""
        klass = MEANING[effect][side == "response"]
        what += _UNKNOWN if effect == "unknown" else ""
        change = Change(klass, code, what, *values, (), None, None, self.pointer(at, gone=values[1] is None))
        entry = self.found.setdefault(key, _Entry(change))
        # One component can serve requests and answers: the worse of the two classes counts.
        if RANK[klass] < RANK[entry.change.klass]:
            entry.change = change
        entry.own |= dict.fromkeys(own)
        entry.touched |= dict.fromkeys(touched)
        entry.answers |= side == "response"
        return entry

    def pointer(self, at: At, *, gone: bool) -> str:
        """The pointer that exists: into the new document, or into the old one for what is gone."""
        for pointer, document in ((at[0], self.old), (at[1], self.new))[:: 1 if gone else -1]:
            try:
                return document.target("", f"#{pointer}")[0]
            except DocsError:
                continue
        return "/paths"

    # -- the whole ---------------------------------------------------------------------------------

    def whole(self) -> None:
        """What the document says of all operations: the client's name, the envelope, the schema of other failures."""
        old, new = self.old.top, self.new.top
        if all((info := side.child("info")) and info.flag("title") for side in (old, new)):
            titles, at = (self.old.spec.title, self.new.spec.title), ("/info/title", "/info/title")
            self.note("client-renamed", "name of the client's class", "gained", titles, at, titles)
        values, at = _both(old, new, "x-payload"), ("/x-payload", "/x-payload")
        self.note("payload-changed", "member that methods return (x-payload)", "changed", values, at, self.clients)
        was, now = _both(old, new, "x-error-schema")
        if isinstance(was, str) and isinstance(now, str):
            where = _Where("field", "other failures", "response", (), ("ApiError",))
            one, two = self.old.target("/x-error-schema", was), self.new.target("/x-error-schema", now)
            self.schema(where, (one,), (two,))
        else:
            effect, at = "lost" if now is None else "gained", ("/x-error-schema", "/x-error-schema")
            self.note("error-schema-changed", "schema of other failures", effect, (was, now), at, ("ApiError",))
        self.named(old, new, "webhooks", "webhook", "gained", self.clients)

    # -- operations --------------------------------------------------------------------------------

    def whole_operation(self, action: Action, *, gone: bool) -> None:
        """Keep that an operation went or came."""
        values: Values = (action.name, None) if gone else (None, action.name)
        code, effect = ("operation-removed", "lost") if gone else ("operation-added", "gained")
        self.note(code, action.name, effect, values, (action.at, action.at), _methods(action))

    def operation(self, old: Action, new: Action) -> None:
        """Compare one operation."""
        methods = _methods(old, new)
        at = (old.at, new.at)
        self.note("method-changed", "method of the operation", "changed", (old.method, new.method), at, methods)
        if wire(old.path) != wire(new.path):
            self.note("path-changed", "path of the operation", "changed", (old.path, new.path), at, methods)
        for word, values in (("id", (old.id, new.id)), ("tag", (old.tag, new.tag))):
            # The method is called after both; another spelling of the same name is none of the caller's business.
            effect = "noted" if snake(values[0]) == snake(values[1]) else "changed"
            what = f"{word} of the operation {old.id}".strip()
            self.note(f"operation-{word}-changed", what, effect, (values[0] or None, values[1] or None), at, methods)
        self.note("operation-deprecated-changed", "whether the operation is deprecated", "noted",
                  _flags(old.node, new.node, "deprecated"), at, methods)  # fmt: skip
        self.generated(old, new, methods)
        self.servers(old, new, methods)
        self.security(old, new, methods)
        self.parameters(old, new, methods)
        self.request(old, new, methods)
        self.responses(old, new, methods)
        self.named(old.node, new.node, "callbacks", "callback", "gained", methods)

    def generated(self, old: Action, new: Action, methods: Names) -> None:
        """What the generated method does by itself: pages, waits, sends again."""
        for word, prefix in _GENERATED.items():
            values = _both(old.node, new.node, word)
            effect = "lost" if values[1] is None else "gained" if values[0] is None else "changed"
            _, _, rest = snake(old.id).partition("_")
            own = (f"{methods[0].rpartition('.')[0]}.{prefix}_{rest}", *methods)
            at = (old.node.to(word), new.node.to(word))
            self.note(f"{word[2:]}-changed", f"{word} of the operation", effect, values, at, own)
        if not {old.method, new.method} & _IDEMPOTENT:
            at = (old.node.to("x-idempotent"), new.node.to("x-idempotent"))
            values = _flags(old.node, new.node, "x-idempotent")
            self.note("idempotent-changed", "whether a failed call is sent again", "gained", values, at, methods)

    def named(self, old: Node, new: Node, word: str, kind: str, effect: str, names: Names) -> None:
        """Compare as a whole, by name, what no call depends on."""
        before, after = old.each(word), new.each(word)
        for name in dict.fromkeys((*before, *after)):
            was, now = before.get(name), after.get(name)
            if was and now and was.text == now.text:
                continue
            event = "removed" if not now else "added" if not was else "changed"
            values = (name if was else None, f"another {name}" if was and now else name if now else None)
            self.note(f"{kind}-{event}", f"{kind} {name}", effect, values, _at(was, now), names)

    def servers(self, old: Action, new: Action, methods: Names) -> None:
        """The first server is the one to call."""
        (was_at, was), (now_at, now) = old.inherited("servers"), new.inherited("servers")
        before, after = _urls(self.old, was_at, was), _urls(self.new, now_at, now)
        touched = () if was_at == now_at == "/servers" else methods

        def note(code: str, what: str, effect: str, values: Values) -> None:
            key = (code, what, id(was), id(now)) if was and now else (code, what, was_at, now_at)
            self.note(code, what, effect, values, (was_at, now_at), self.clients, touched, key=key)

        note("host-changed", "host", "changed", (before[0], after[0]))
        for url in before[1:]:
            if url not in after:
                note("host-removed", f"host {url}", "lost", (url, None))
        for url in after[1:]:
            if url not in before:
                note("host-added", f"host {url}", "gained", (None, url))

    def security(self, old: Action, new: Action, methods: Names) -> None:
        """A requirement is a choice of sets of schemes with scopes: what a caller could send must still do."""
        (was_at, was), (now_at, now) = old.inherited("security"), new.inherited("security")
        before = Requirements.read(self.old, was_at, was, {})
        after = Requirements.read(self.new, now_at, now, self.schemes.known)
        names = (*self.clients, "AuthenticationError")
        for name in sorted(before.schemes & after.schemes):
            for code, what, effect, values, at in self.schemes.changes(name):
                self.note(code, f"{what} of the security scheme {name}", effect, values, at, names, methods)
        touched = () if was_at == now_at == "/security" else methods
        key = ("security", id(was), id(now)) if was and now else ("security", was_at, now_at)
        if before.needs != after.needs:
            effect = "gained" if before.suffices(after) else "lost"
            values = (before.text, after.text)
            self.note(before.code(after), "security", effect, values, (was_at, now_at), names, touched, key=key)

    # -- parameters --------------------------------------------------------------------------------

    def parameters(self, old: Action, new: Action, methods: Names) -> None:
        """Parameters are the same by place and name; one at the same place of the path is, whatever its name."""
        same_path = wire(old.path) == wire(new.path)
        gone, come, pairs = _partners(_placed(old, same_path), _placed(new, same_path))
        for key, node in list(gone.items()):
            other = next((other for other, two in come.items() if _elsewhere(node, two)), None)
            if other:
                pairs.append((gone.pop(key), come.pop(other)))
                values, own = _both(*pairs[-1], "in"), _arguments(methods, *pairs[-1])
                what = f"place of parameter {node.get('name')}"
                self.note(
                    "parameter-moved", what, "changed", values, _at(*pairs[-1]), own, key=("moved", *_by(*pairs[-1]))
                )
        before, after = _members(old), _members(new)
        for key, node in list(gone.items()):
            if (name := node.get("name")) in {*after} - {*before}:
                self.moved_with_body(
                    gone.pop(key), methods, (node.get("in"), "body"), (node.at, after[name]), after[name]
                )
        for key, node in list(come.items()):
            if (name := node.get("name")) in {*before} - {*after}:
                self.moved_with_body(
                    come.pop(key), methods, ("body", node.get("in")), (before[name], node.at), before[name]
                )
        for node in gone.values():
            self.note("parameter-removed", _parameter(node), "lost", (_brief(node), None), (node.at, ""),
                      _arguments(methods, node), key=("parameter", node.by))  # fmt: skip
        for node in come.values():
            self.note("parameter-added", _parameter(node), "narrowed" if node.flag("required") else "gained",
                      (None, _brief(node)), ("", node.at), _arguments(methods, node),
                      key=("parameter", node.by))  # fmt: skip
        for one, two in pairs:
            if one.get("in") == two.get("in") == "path":
                self.renamed(one, two, methods)
            where = _Where("parameter", _parameter(one), "request", _arguments(methods, one), ())
            self.sent(where, one, two)
            for word in ("allowReserved", "allowEmptyValue"):
                effect = "widened" if two.flag(word) else "narrowed"
                self.sent_word(where, word, effect, _flags(one, two, word), one, two)

    def moved_with_body(self, node: Node, methods: Names, values: Values, at: At, member: str) -> None:
        """A parameter that is a member of the body now, or the reverse."""
        self.moved.setdefault(member, set()).update(methods)
        own = (*_arguments(methods, node), *filter(None, (_model(member),)))
        what, key = f"place of parameter {node.get('name')}", ("moved", node.by, member)
        self.note("parameter-moved", what, "changed", values, at, own, key=key)

    def told_as_moved(self, entry: _Entry) -> bool:
        """Whether a member came or went in no other method than those where it was or is a parameter."""
        moved = self.moved.get(entry.change.pointer, set())
        return entry.change.code in ("field-added", "field-removed") and not entry.answers and {*entry.touched} <= moved

    def renamed(self, old: Node, new: Node, methods: Names) -> None:
        """A placeholder with another name: nothing on the wire, but the argument is called after it."""
        values = (str(old.get("name")), str(new.get("name")))
        names = (snake(values[0]), snake(values[1]))
        what = f"name of path parameter {values[0]}: nothing on the wire, but the argument is called {names[1]}"
        same = names[0] == names[1]
        self.note("parameter-renamed", what.partition(":")[0] if same else what, "noted" if same else "gained", values,
                  _at(old, new), _arguments(methods, old, new), key=("renamed", *_by(old, new)))  # fmt: skip

    def sent_word(self, where: _Where, word: str, effect: str, values: Values, old: Node, new: Node) -> None:
        """Keep a change of one word of a parameter or header."""
        self.note(f"{where.kind}-{word}-changed", f"{word} of {where.label}", effect, values, _at(old, new), where.own,
                  where.touched, side=where.side, key=(word, *_by(old, new)))  # fmt: skip

    def sent(self, where: _Where, old: Node, new: Node) -> None:
        """Compare what parameters and headers have in common: presence, schema, and how a value is written."""
        needed = _flags(old, new, "required")
        self.sent_word(where, "required", "narrowed" if needed[1] else "widened", needed, old, new)
        self.sent_word(where, "deprecated", "noted", _flags(old, new, "deprecated"), old, new)
        (was_type, was), (now_type, now) = _held(old), _held(new)
        self.sent_word(where, "content", "changed", (was_type, now_type), old, new)
        self.schema(where, was, now)
        marked = any(word in node.node for word in ("style", "explode") for node in (old, new))
        if was_type or now_type or not marked or old.get("in") != new.get("in"):
            return
        types = {*_types(old.document, was), *_types(new.document, now)}
        # A single value is written in one way whatever is said about lists, but for a mark before it.
        nested = bool(types & {"array", "object"})
        (was_style, was_explode), (now_style, now_explode) = _style(old, nested), _style(new, nested)
        self.sent_word(where, "style", "changed", (was_style, now_style), old, new)
        if nested:
            self.sent_word(where, "explode", "changed", (was_explode, now_explode), old, new)

    # -- payloads ----------------------------------------------------------------------------------

    def request(self, old: Action, new: Action, methods: Names) -> None:
        """Compare the body that is sent."""
        was, now = old.node.child("requestBody"), new.node.child("requestBody")
        if was and now:
            needed = _flags(was, now, "required")
            self.note("request-required-changed", "required of request body", "narrowed" if needed[1] else "widened",
                      needed, _at(was, now), methods, key=("required", *_by(was, now)))  # fmt: skip
            self.content(_Where("field", "request", "request", (), methods), was, now)
        elif was:
            self.note("request-body-removed", "request body", "lost", ("a body", None), (was.at, ""), methods)
        elif now:
            effect = "narrowed" if now.flag("required") else "gained"
            self.note("request-body-added", "request body", effect, (None, "a body"), ("", now.at), methods)

    def responses(self, old: Action, new: Action, methods: Names) -> None:
        """A status that is no longer listed may still be covered by its range or by the default."""
        before, after = _statuses(old.node), _statuses(new.node)
        gone, come, _ = _partners(before, after)
        pairs = [(status, before[status], after[status]) for status in before if status in after]
        was, now = ([status for status in side if status.startswith("2")] for side in (gone, come))
        if len(was) == len(now) == 1:
            pairs.append((was[0], gone.pop(was[0]), come.pop(now[0])))
            self.note("status-changed", "status of success", "changed", (was[0], now[0]), _at(*pairs[-1][1:]), methods,
                      key=("status", old.at))  # fmt: skip
        for status, node in gone.items():
            cover = next((wide for wide in (f"{status[0]}XX", "default") if wide in after and wide != status), None)
            what = f"status {status}, which {cover} covers" if cover else f"status {status}"
            at = (step(old.node.to("responses"), status), node.at)
            effect = "gained" if cover else "lost"
            self.note("status-removed", what, effect, (status, None), at, _touched(status, methods))
            pairs += [(status, node, after[cover])] if cover else []
        for status, node in come.items():
            effect = "changed" if status.startswith("2") else "gained"
            at = (node.at, step(new.node.to("responses"), status))
            self.note("status-added", f"status {status}", effect, (None, status), at, _touched(status, methods))
        for status, one, two in pairs:
            self.response(_Where("field", f"response {status}", "response", (), _touched(status, methods)), one, two)

    def response(self, where: _Where, old: Node, new: Node) -> None:
        """Compare an answer: its headers, its body, its links."""
        headers = [{name.lower(): (name, node) for name, node in n.each("headers").items()} for n in (old, new)]
        for name in dict.fromkeys((*headers[0], *headers[1])):
            (shown, was), (_, now) = ((side.get(name) or (name, None)) for side in headers)
            label = f"header {shown} of {where.label}"
            if was and now:
                self.sent(where._replace(kind="header", label=label), was, now)
            elif name != "content-type":
                values = (_brief(was) if was else None, _brief(now) if now else None)
                event, effect, by = ("removed", "lost", old.by) if was else ("added", "gained", new.by)
                self.note(f"header-{event}", label, effect, values, _at(was, now), (), where.touched,
                          key=("header", name, by))  # fmt: skip
        bodies = _flags(old, new, "content")
        if bodies[0] == bodies[1]:
            self.content(where, old, new)
        else:
            code, effect = ("body-added", "gained") if bodies[1] else ("body-removed", "lost")
            self.note(code, f"body of {where.label}", effect, bodies, _at(old, new), (), where.touched,
                      key=("body", *_by(old, new)))  # fmt: skip
        self.named(old, new, "links", "link", "noted", where.touched)

    def content(self, where: _Where, old: Node, new: Node) -> None:
        """Compare the media types of a body. A range covers the types in it."""
        before, after = ({_media(name): node for name, node in side.each("content").items()} for side in (old, new))
        gone, come, pairs = _partners(before, after)
        for one, two in pairs:
            self.media(where, one, two)
        for name, node in gone.items():
            cover = next((wide for wide in (f"{name.partition('/')[0]}/*", "*/*") if wide in after), None)
            if cover:
                self.media(where, node, after[cover])
            self.note("media-type-removed", f"media type of {where.label}", "gained" if cover else "lost", (name, None),
                      (node.at, ""), where.own, where.touched, key=("media", name, old.by))  # fmt: skip
        for name, node in come.items():
            self.note("media-type-added", f"media type of {where.label}", "gained", (None, name), ("", node.at),
                      where.own, where.touched, key=("media", name, new.by))  # fmt: skip

    def media(self, where: _Where, old: Node, new: Node) -> None:
        name = _media(old.at.rpartition("/")[2])
        self.schema(where, old.schema(), new.schema(), xml=name.endswith("xml"))
        if "form" in name or "multipart" in name:
            encodings = tuple({key: node.text for key, node in side.each("encoding").items()} for side in (old, new))
            for key in dict.fromkeys((*encodings[0], *encodings[1])):
                values = (encodings[0].get(key), encodings[1].get(key))
                at = (step(old.to("encoding"), key), step(new.to("encoding"), key))
                self.note("field-encoding-changed", f"encoding of field /{key} of {where.label}", "changed", values, at,
                          where.own, where.touched, side=where.side, key=("encoding", key, *_by(old, new)))  # fmt: skip

    # -- schemas -----------------------------------------------------------------------------------

    def schema(self, where: _Where, old: Parts, new: Parts, *, xml: bool = False) -> None:
        """Keep every difference of two schemas; those that are known already only reach further."""
        top = self.variance.pair(old, new, where.side, xml)
        sources = self.variance.sources(top)
        for source in sources & {*self.told}:
            for entry in self.told[source]:
                entry.own |= dict.fromkeys(where.own)
                entry.touched |= dict.fromkeys(where.touched)
        fresh = list(self.variance.differences(top, sources - {*self.told})) if sources else []
        moved = _moved([said for _, found in fresh for said in found])
        for source, found in fresh:
            self.told[source] = [self.difference(where, said, moved.get(said.difference.key)) for said in found]

    def difference(self, where: _Where, said: Found, other: Found | None) -> _Entry:
        """Keep one difference of two schemas, which may be one end of a move."""
        told = said.difference
        if other and told.values[0] is None:
            said, other, told = other, said, other.difference
        values, effect = told.values, told.effect
        gone = values[1] is None
        label = f"field {said.path or '/'} of {where.label}" if where.kind == "field" or said.path else where.label
        kind = "field" if said.path else where.kind
        own = (*_models(said, gone=gone), *where.own)
        if other:
            at, values = (told.at[0], other.difference.at[1]), (said.path, other.path)
            code, what, effect = "field-moved", f"place of {label}", "changed"
        elif told.word == "field":
            code, what, at = f"field-{'removed' if gone else 'added'}", label, told.at
        elif told.word == "choice":
            code, what, at = f"{kind}-choice-{'removed' if gone else 'added'}", f"choice of {label}", told.at
        else:
            code = f"{kind}-{told.word.partition(' ')[0]}-changed"
            what, at = f"{told.word} of {label}", told.at
        return self.keep(code, what, effect, values, at, own, where.touched, where.side, told.key)


def _matched(before: list[Action], after: list[Action]) -> dict[str, Action]:
    """Name of an old operation -> the new one: by method and path, by what is sent, and by id."""
    found: dict[str, Action] = {}
    taken: set[str] = set()
    tests: tuple[Callable[[Action], Any], ...] = (
        lambda action: (action.method, action.path),
        lambda action: (action.method, wire(action.path)),
        lambda action: action.id or action.name,
    )
    for test in tests:
        known: dict[Any, Action] = {}
        for action in after:
            if action.name not in taken:
                known.setdefault(test(action), action)
        for action in before:
            other = known.get(test(action)) if action.name not in found else None
            if other is not None and other.name not in taken:
                found[action.name] = other
                taken.add(other.name)
    return found


def _partners(before: dict[Any, Node], after: dict[Any, Node]) -> tuple[Any, Any, list[tuple[Node, Node]]]:
    """What went, what came, and the pairs of what stayed, by name."""
    gone = {name: node for name, node in before.items() if name not in after}
    come = {name: node for name, node in after.items() if name not in before}
    return gone, come, [(node, after[name]) for name, node in before.items() if name in after]


def _placed(action: Action, same_path: bool) -> dict[Any, Node]:
    """The parameters by place and name, those of the same path by their position in it."""
    positions = {name: number for number, name in enumerate(names_in(action.path))} if same_path else {}
    return {
        (place, positions.get(name, name) if place == "path" else name): node
        for (place, name), node in action.parameters.items()
    }


def _elsewhere(one: Node, other: Node) -> bool:
    """Whether a parameter is another one in another place."""
    names = [str(node.get("name")).lower() for node in (one, other)]
    return names[0] == names[1] and one.get("in") != other.get("in")


def _members(action: Action) -> dict[str, str]:
    """The members of the body that is sent, and where they are declared."""
    body, document = action.node.child("requestBody"), action.node.document
    schemas = [inner.schema() for inner in body.each("content").values()] if body else []
    shapes = [document.canonical(document.behind(parts), "request").shapes.get("object", []) for parts in schemas]
    return {name: parts[0][0] for found in shapes for shape in found for name, parts in shape.members.items()}


def _moved(found: list[Found]) -> dict[Any, Found]:
    """The members that went elsewhere in the payload, both ends by key: the only one of a name and type that went and
    the only one that came."""
    ends: dict[tuple[str, str], tuple[list[Found], list[Found]]] = {}
    for said in found:
        told = said.difference
        if told.word == "field":
            shown = str(told.values[0] or told.values[1]).removesuffix(", required")
            ends.setdefault((told.name, shown), ([], []))[told.values[0] is None].append(said)
    pairs = [(gone[0], come[0]) for gone, come in ends.values() if len(gone) == len(come) == 1]
    return {one.difference.key: other for gone, come in pairs for one, other in ((gone, come), (come, gone))}


# -- names -------------------------------------------------------------------------------------------------


def _methods(*actions: Action) -> Names:
    """``Library.books.get_book``, under the names of all versions."""
    parts = ((a.node.document.spec.title, snake(a.tag), snake(a.id)) for a in actions)
    return tuple(dict.fromkeys(".".join(filter(None, names)) for names in parts))


def _arguments(methods: Names, *nodes: Node) -> Names:
    return tuple(f"{method}({snake(str(node.get('name')))}=)" for method in methods for node in nodes)


def _touched(status: str, methods: Names) -> Names:
    """What an answer reaches: a failure its exception, and the method."""
    return (*((exception_for(status),) if status[:1] in ("4", "5") else ()), *methods)


def _models(said: Found, *, gone: bool) -> Names:
    """The models, fields and enums that a difference touches, by where it and the member around it are declared."""
    told = said.difference
    places = (told.at[0], said.member[0]) if gone else (told.at[1], said.member[1])
    found = [name for name in map(_model, places) if name]
    found = found[:1] if found and "." in found[0] else found
    split = [name.partition(".") for name in found if "." in name and told.word == "enum"]
    return (*found, *(model + "".join(map(str.capitalize, name.split("_"))) for model, _, name in split))


def _model(pointer: str) -> str:
    """``Book.title`` for a pointer into a component, or the component alone."""
    found = re.match(r"/components/schemas/([^/]+)(.*)", pointer)
    if not found:
        return ""
    fields = re.findall(r"/properties/([^/]+)", found[2])
    name = snake(fields[-1].replace("~1", "/").replace("~0", "~")) if fields else ""
    return f"{found[1]}.{name}" if name else found[1]


# -- what two nodes say --------------------------------------------------------------------------------------


def _at(old: Node | None, new: Node | None) -> At:
    return (old.at if old else "", new.at if new else "")


def _by(old: Node, new: Node) -> tuple[int, int]:
    return (old.by, new.by)


def _both(old: Node, new: Node, word: str) -> Values:
    return (old.get(word), new.get(word))


def _flags(old: Node, new: Node, word: str) -> Values:
    return (old.flag(word), new.flag(word))


def _urls(document: Document, pointer: str, servers: list[Any] | None) -> list[str]:
    """The URLs that can be called, the one to call first: with the defaults of its variables, then with all their
    values; a variable that may be anything stays."""
    found: dict[str, None] = {}
    for number, printed in enumerate(servers or [{"url": "/"}]):
        at = step(pointer, number)
        server = Node(document, at, document.mapping(at, printed))
        urls = [str(server.get("url", "/")).rstrip("/") or "/"]
        for name, variable in server.each("variables").items():
            values = [str(variable.get("default", "{}")), *map(str, variable.list("enum") or ["{}"])]
            urls = [url.replace(f"{{{name}}}", value) for url in urls for value in dict.fromkeys(values)][:_MOST_URLS]
        found |= dict.fromkeys(urls)
    return list(found)


def _statuses(operation: Node) -> dict[str, Node]:
    found = operation.each("responses").items()
    return {"default" if s == "default" else s.upper(): node for s, node in found if not s.startswith("x-")}


def _media(name: str) -> str:
    """A media type in one spelling; its charset makes it no other type."""
    return re.sub(r";charset=[^;]*", "", name.replace(" ", "").lower())


def _held(node: Node) -> tuple[str | None, Parts]:
    """The media type, if there is one, and the schema of a parameter or header."""
    for media_type, inner in node.each("content").items():
        return _media(media_type), inner.schema()
    return None, node.schema()


def _types(document: Document, parts: Parts) -> tuple[str, ...]:
    return tuple(document.canonical(document.behind(parts), "request").types.value)


def _parameter(node: Node) -> str:
    return f"{node.get('in')} parameter {node.get('name')}"


def _brief(node: Node) -> str:
    """A parameter or header in a few words: ``integer, required``."""
    shown = node.document.canonical(node.document.behind(_held(node)[1]), "request").brief
    return f"{shown}, required" if node.flag("required") else shown


def _style(node: Node, nested: bool) -> tuple[str, bool]:
    style = str(node.get("style") or ("form" if node.get("in") in ("query", "cookie") else "simple"))
    return (style if nested or style in ("label", "matrix") else "plain"), bool(node.get("explode", style == "form"))
