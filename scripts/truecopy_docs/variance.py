"""Schema against schema: what the one allows and the other does not, each difference where it is declared.

Two schemas make a pair. What differs in the pair itself is kept apart from the pairs of their members and items, so
that each pair is compared once however many operations lead to it, and schemas that hold themselves come to an end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from truecopy_docs.canonical import ANY, LOWER, UPPER, Canonical, Document, Parts, Said, Shape, exact, tightness
from truecopy_docs.loose import step
from truecopy_docs.rules import TYPED_FORMATS

__all__ = ["Difference", "Found", "Variance"]

_WIDER_FORMATS = {("int32", "int64"), ("float", "double"), ("idn-email", "email")}
_FLAGS = {"readOnly": "request", "writeOnly": "response"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One word that two schemas do not share.

    Attributes:
        effect: what became of the set of values: `narrowed`, `widened`, `changed` (neither), `unknown`; or for what is
            not about values `gained`, `lost`, `presumed` (what is taken when nothing is sent), `noted`.
        values: the old and the new one.
        at: pointers into the old and the new document.
        key: the nodes that say it, the same on every way that leads there.
        name: the member that it is about.
    """

    word: str
    effect: str
    values: tuple[Any, Any]
    at: tuple[str, str]
    key: tuple[Any, ...]
    name: str = ""


class Found(NamedTuple):
    """A difference, the pointer into the payload to what differs, and where the member on that way is declared."""

    difference: Difference
    path: str
    member: tuple[str, str]


@dataclass(slots=True)
class _Local:
    """What differs in a pair itself, and the pairs in it: step in the payload, where declared, number of the pair."""

    differences: list[Difference] = field(default_factory=list)
    inner: list[tuple[str, tuple[str, str], int]] = field(default_factory=list)


class _Pair(NamedTuple):
    old: Parts
    new: Parts
    side: str
    xml: bool


class Variance:
    """The pairs of schemas of two documents, each compared once and known by a number."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self._alike = old.nullable == new.nullable  # the same words mean the same
        self._pairs: list[_Pair] = []
        self._numbers: dict[Any, int] = {}
        self._locals: dict[int, _Local] = {}
        self._open: set[int] = set()  # being compared further up
        self._above: dict[int, list[int]] = {}
        self._sources: dict[int, set[int]] = {}

    def pair(self, old: Parts, new: Parts, side: str, xml: bool = False) -> int:
        """The number of the pair of two schemas. Identities of nodes tell pairs apart, and how they are sent."""
        before, after = self.old.behind(old), self.new.behind(new)
        key = (tuple([id(node) for _, node in before]), tuple([id(node) for _, node in after]), side, xml)
        number = self._numbers.setdefault(key, len(self._pairs))
        if number == len(self._pairs):
            self._pairs.append(_Pair(before, after, side, xml))
        return number

    def sources(self, top: int) -> set[int]:
        """The pairs at and below one that have differences themselves."""
        self._explore(top)
        return self._sources.get(top, set())

    def differences(self, top: int, wanted: set[int]) -> Iterator[tuple[int, list[Found]]]:
        """The wanted ones of the sources of a pair, nearest first, with their differences."""
        left = wanted & self.sources(top)
        seen, todo = {top}, deque([(top, "", ("", ""))])
        while left:
            pair, path, member = todo.popleft()
            local = self._locals[pair]
            if pair in left:
                left.remove(pair)
                yield pair, [Found(told, step(path, told.name) if told.name else path, member)
                             for told in local.differences]  # fmt: skip
            for to, place, inner in local.inner:
                if inner not in seen and inner in self._sources:
                    seen.add(inner)
                    todo.append((inner, step(path, to) if to else path, place if place[0] else member))

    def effects(self, top: int) -> set[str]:
        """What the differences of a pair do to its values."""
        return {told.effect for pair in self.sources(top) for told in self._locals[pair].differences} - {"noted"}

    def _explore(self, top: int) -> None:
        """Compare all pairs below one, and tell those above of each that differs, so that no other need be walked."""
        todo: list[int] = [top]
        news: list[tuple[int, int]] = []
        while todo:
            pair = todo.pop()
            if pair in self._locals or pair in self._open:
                continue
            local = self._local(pair)
            if local.differences:
                news.append((pair, pair))
            for _, _, inner in local.inner:
                self._above.setdefault(inner, []).append(pair)
                news += [(pair, source) for source in self._sources.get(inner, ())]
                todo.append(inner)
        while news:
            pair, source = news.pop()
            known = self._sources.setdefault(pair, set())
            if source not in known:
                known.add(source)
                news += [(above, source) for above in self._above.get(pair, ())]

    def _local(self, number: int) -> _Local:
        pair = self._pairs[number]
        self._open.add(number)
        if self._alike and _evident(pair):
            local = _Local()
        else:
            sides = (self.old.canonical(pair.old, pair.side), self.new.canonical(pair.new, pair.side))
            local = _Comparison(self, pair).schemas(*sides)
        self._open.remove(number)
        self._locals[number] = local
        return local


def _evident(pair: _Pair) -> bool:
    """Whether both say the same in the same words, and refer to nothing else. Text tells 1 from true."""
    texts = [repr([node for _, node in parts]) for parts in (pair.old, pair.new)]
    return texts[0] == texts[1] and "$ref" not in texts[0]


class _Comparison:
    """The comparison of one pair."""

    def __init__(self, all_: Variance, pair: _Pair) -> None:
        self.all, self.side, self.xml = all_, pair.side, pair.xml

    def schemas(self, old: Canonical, new: Canonical) -> _Local:
        local = _Local(_types(old, new))
        local.differences += self.notes(old, new)
        if old.open == new.open:
            for kind in old.shapes:
                if kind in new.shapes:
                    self.choices(local, kind, old, new)
        return local

    def notes(self, old: Canonical, new: Canonical) -> Iterator[Difference]:
        for word in sorted({*old.notes, *new.notes}):
            was, now = old.notes.get(word), new.notes.get(word)
            one, other = (_note(word, said) for said in (was, now))
            if exact(one) == exact(other):
                continue
            before, after = was or old.place, now or new.place
            effect = "noted"
            if word == "default" and was and now:
                effect = "presumed"
            elif word == "xml":
                if not self.xml:
                    continue
                effect = "changed"
            elif word == "discriminator" and was and now:
                effect = _chosen(one, other, old, new)
            elif word in _FLAGS:
                continue  # the member's owner says it
            if effect:
                yield _difference(word, effect, (one, other), before, after)

    # -- choices -----------------------------------------------------------------------------------

    def choices(self, local: _Local, kind: str, old: Canonical, new: Canonical) -> None:
        """Compare the shapes of one type, each with its counterpart, whatever their order."""
        before, after = list(old.shapes[kind]), list(new.shapes[kind])
        alone = len(before) == len(after) == 1
        compared: dict[tuple[int, int], _Local] = {}

        def compare(one: Shape, other: Shape) -> _Local:
            key = (id(one), id(other))
            if key not in compared:
                compared[key] = self.shapes(one, other, alone)
            return compared[key]

        def same(one: Shape, other: Shape) -> bool:
            result = compare(one, other)
            return not result.differences and not any(self.all.sources(pair) for _, _, pair in result.inner)

        def alike(one: Shape, other: Shape) -> bool:
            shared, most = {*one.members} & {*other.members}, max(len(one.members), len(other.members))
            return 2 * len(shared) > most and not _apart(self.all.old, one, self.all.new, other)

        tests: tuple[Callable[[Shape, Shape], bool], ...] = (
            lambda one, other: one.label == other.label and same(one, other),
            same,
            lambda one, other: bool(one.label) and one.label == other.label,
            alike,
            lambda one, other: len(before) == len(after) == 1 and not (one.label and other.label),
        )
        if alone:
            tests = (lambda one, other: True,)
        for test in tests:
            for one in list(before):
                other = next((other for other in after if test(one, other)), None)
                if other is not None:
                    before.remove(one)
                    after.remove(other)
                    result = compare(one, other)
                    local.differences += result.differences
                    local.inner += result.inner
        local.differences += [
            Difference("choice", "narrowed", (said.value, None), (said.at, new.place.at), ("choice", said.by))
            for said in (shape.choice for shape in before)
        ]
        local.differences += [
            Difference("choice", "widened", (None, said.value), (old.place.at, said.at), ("choice", said.by))
            for said in (shape.choice for shape in after)
        ]
        if not before and not after and old.exclusive != new.exclusive and self.overlap(self.all.old, old.shapes[kind]):
            words = ("oneOf" if old.exclusive else "anyOf", "oneOf" if new.exclusive else "anyOf")
            effect = "narrowed" if new.exclusive else "widened"
            local.differences.append(_difference("exclusiveness", effect, words, old.place, new.place))

    def overlap(self, document: Document, shapes: list[Shape]) -> bool:
        """Whether a value may be of two choices at once, as far as can be seen."""
        return any(
            not _apart(document, one, document, other)
            for number, one in enumerate(shapes)
            for other in shapes[number + 1 :]
        )

    # -- shapes ------------------------------------------------------------------------------------

    def shapes(self, old: Shape, new: Shape, alone: bool) -> _Local:
        """Compare two shapes of one type; that one which is alone is of integers is said of the schema already."""
        local = _Local()
        ignored = {"type"} if alone else set()
        for word in sorted({*old.words, *new.words} - ignored):
            was, now = old.words.get(word), new.words.get(word)
            effect = self.effect(word, was, now)
            if effect:
                values = (_shown(word, was.value) if was else None, _shown(word, now.value) if now else None)
                local.differences.append(_difference(word, effect, values, was or old.place, now or new.place))
        if old.kind == "object":
            self.members(local, old, new)
        elif old.kind == "array":
            self.items(local, old, new)
        return local

    def effect(self, word: str, was: Said | None, now: Said | None) -> str:
        """What became of the set of values when a word of it changed, or nothing."""
        if word == "format" and any(said and said.value in TYPED_FORMATS for said in (was, now)):
            return "" if was and now and was.value == now.value else "changed"
        if was is None or now is None:
            return "narrowed" if was is None else "widened"
        old, new = was.value, now.value
        if word == "not":
            pair = self.all.pair(((was.at, old),), ((now.at, new),), self.side)
            effects = self.all.effects(pair)
            mirrored = {"narrowed": "widened", "widened": "narrowed"}
            return "" if not effects else mirrored.get(effects.pop(), "unknown") if len(effects) == 1 else "unknown"
        if word in LOWER + UPPER:
            one, other = tightness(word, old), tightness(word, new)
            return "" if one == other else "narrowed" if other > one else "widened"
        if word == "enum":
            return _subset(set(old), set(new))
        if word == "if":
            effect = _subset(set(new), set(old))
            return "unknown" if effect == "changed" else effect
        if word == "type":
            return "" if old == new else "widened" if new == "number" else "narrowed"
        if word.startswith("dependentRequired"):
            return _subset(set(new), set(old))
        if exact(old) == exact(new):
            return ""
        if word == "multipleOf" and not isinstance(old, tuple) and not isinstance(new, tuple) and old and new:
            ratio = Fraction(str(new)) / Fraction(str(old))
            return "narrowed" if ratio.denominator == 1 else "widened" if ratio.numerator == 1 else "changed"
        if word == "format":
            wider = (old, new) in _WIDER_FORMATS
            return "widened" if wider else "narrowed" if (new, old) in _WIDER_FORMATS else "changed"
        return "changed" if word.startswith("content") else "unknown"

    def members(self, local: _Local, old: Shape, new: Shape) -> None:
        for name in dict.fromkeys((*old.members, *old.hidden, *new.members, *new.hidden)):
            was, now = (shape.members.get(name) or shape.hidden.get(name) for shape in (old, new))
            key = (name, *(_identity(parts) for parts in (was, now)))
            at = (was[0][0] if was else old.place.at, now[0][0] if now else new.place.at)
            if was and now:
                self.flags(local, name, was, now, at, key)
                if name in old.members and name in new.members:
                    local.inner.append((name, at, self.all.pair(was, now, self.side, self.xml)))
            elif was and name in old.members:
                shown = self.brief(self.all.old, was, old, name)
                local.differences.append(Difference("field", "lost", (shown, None), at, ("field", *key), name))
            elif now and name in new.members:
                shown = self.brief(self.all.new, now, new, name)
                effect = "narrowed" if name in new.required else "gained"
                local.differences.append(Difference("field", effect, (None, shown), at, ("field", *key), name))
        for name in {**old.required, **new.required}:
            if (name in old.required) == (name in new.required) or name in old.hidden or name in new.hidden:
                continue
            if (name in old.members) != (name in new.members):
                continue  # came or went as a whole
            said = old.required.get(name) or new.required[name]
            at = (_member(old, name), _member(new, name))
            effect = "narrowed" if name in new.required else "widened"
            values = (name in old.required, name in new.required)
            local.differences.append(Difference("required", effect, values, at, ("required", name, said.by), name))
        for word, maps in (("patternProperties", "patterns"), ("dependentSchemas", "dependent")):
            before, after = getattr(old, maps), getattr(new, maps)
            for name in dict.fromkeys((*before, *after)):
                to = "*" if word == "patternProperties" else ""
                self.inner(local, word, to, before.get(name), after.get(name), old, new)
        self.additional(local, old, new)
        if "propertyNames" in old.inner or "propertyNames" in new.inner:
            pair = self.all.pair(old.rest("propertyNames"), new.rest("propertyNames"), self.side, self.xml)
            local.inner.append(("", ("", ""), pair))
        order = ([n for n in old.members if n in new.members], [n for n in new.members if n in old.members])
        if self.xml and order[0] != order[1]:
            local.differences.append(_difference("xml-order", "narrowed", order, old.place, new.place))

    def flags(self, local: _Local, name: str, was: Parts, now: Parts, at: tuple[str, str], key: Any) -> None:
        """A member that is only read is none of a request, and one that is only written none of an answer."""
        before, after = self.all.old.flags(was), self.all.new.flags(now)
        for word in sorted(before ^ after):
            effect = "noted" if _FLAGS[word] != self.side else "lost" if word in after else "gained"
            values = (word in before, word in after)
            local.differences.append(Difference(word, effect, values, at, (word, *key), name))

    def additional(self, local: _Local, old: Shape, new: Shape) -> None:
        """Members without a name in the schema: forbidden, free, or of a schema of their own."""
        was, now = old.rest("additional"), new.rest("additional")
        shut = [any(node is False for _, node in parts) for parts in (was, now)]
        if shut == [False, False]:
            if "additional" in old.inner or "additional" in new.inner:
                local.inner.append(("*", ("", ""), self.all.pair(was, now, self.side, self.xml)))
        elif shut != [True, True]:
            values = (False if shut[0] else _free(was), False if shut[1] else _free(now))
            # Callers ignore members that they do not know.
            effect = "narrowed" if shut[1] else "gained"
            key = ("additional", old.place.by, new.place.by)
            local.differences.append(Difference("additional", effect, values, (was[0][0], now[0][0]), key))

    def items(self, local: _Local, old: Shape, new: Shape) -> None:
        for number in range(max(len(old.prefix), len(new.prefix))):
            one, other = (
                shape.prefix[number] if number < len(shape.prefix) else shape.rest("items") for shape in (old, new)
            )
            local.inner.append((str(number), ("", ""), self.all.pair(one, other, self.side, self.xml)))
        if "items" in old.inner or "items" in new.inner:
            pair = self.all.pair(old.rest("items"), new.rest("items"), self.side, self.xml)
            local.inner.append(("*", ("", ""), pair))
        self.inner(local, "contains", "*", old.inner.get("contains"), new.inner.get("contains"), old, new)

    def inner(
        self, local: _Local, word: str, to: str, was: Parts | None, now: Parts | None, old: Shape, new: Shape
    ) -> None:
        """A schema that is a further demand where it is there."""
        if was and now:
            local.inner.append((to, ("", ""), self.all.pair(was, now, self.side, self.xml)))
        elif was or now:
            at = (was[0][0] if was else old.place.at, now[0][0] if now else new.place.at)
            key = (word, _identity(was), _identity(now))
            values = ("a schema" if was else None, "a schema" if now else None)
            local.differences.append(Difference(word, "widened" if was else "narrowed", values, at, key))

    def brief(self, document: Document, parts: Parts, shape: Shape, name: str) -> str:
        shown = document.canonical(document.behind(parts), self.side).brief
        return f"{shown}, required" if name in shape.required else shown


def _member(shape: Shape, name: str) -> str:
    """Where a member is declared, or is said to be required."""
    return shape.members[name][0][0] if name in shape.members else shape.required.get(name, shape.place).at


def _free(parts: Parts) -> Any:
    return True if all(node is ANY for _, node in parts) else "of a schema"


def _apart(document: Document, one: Shape, its: Document, other: Shape) -> bool:
    """Whether a member that both require tells two choices apart by its value."""
    return any(
        values[0] and values[1] and not values[0] & values[1]
        for name in {*one.required} & {*other.required} & {*one.members} & {*other.members}
        for values in [[_listed(document, one.members[name]), _listed(its, other.members[name])]]
    )


def _listed(document: Document, parts: Parts) -> set[str]:
    """The values that a schema lists."""
    shapes = [shape for found in document.canonical(document.behind(parts), "").shapes.values() for shape in found]
    complete = all("enum" in shape.words for shape in shapes)
    return {text for shape in shapes for text in shape.words["enum"].value} if complete else set()


def _chosen(was: Any, now: Any, old: Canonical, new: Canonical) -> str:
    """What became of the values of a discriminator; those of choices that came or went are told with the choice."""
    both = {shape.label for shape in old.shapes.get("object", ())} & {
        shape.label for shape in new.shapes.get("object", ())
    }
    before, after = ({key: to for key, to in note["mapping"].items() if to in both} for note in (was, now))
    if was["propertyName"] != now["propertyName"] or any(before[key] != after[key] for key in {*before} & {*after}):
        return "changed"
    return _subset(set(before), set(after))


def _types(old: Canonical, new: Canonical) -> list[Difference]:
    before, after = set(old.types.value), set(new.types.value)
    if all("enum" in shape.words for side in (old, new) for shape in side.shapes.get("number", ())):
        # Lists of numbers are compared as such.
        before, after = ({"integer" if name == "number" else name for name in names} for names in (before, after))
    null = {"null"}
    found = []
    if old.open == new.open and before - null and after - null and (before ^ after) & null:
        sides = (old, new)
        said = [side.shapes["null"][0].place if "null" in side.shapes else side.types for side in sides]
        effect = "widened" if "null" in after else "narrowed"
        found.append(_difference("nullable", effect, ("null" in before, "null" in after), *said))
        before, after = before - null, after - null
    before |= {"integer"} if "number" in before else set()
    after |= {"integer"} if "number" in after else set()
    if effect := _subset(before, after):
        found.append(_difference("type", effect, (_names(old), _names(new)), old.types, new.types))
    return found


def _names(schema: Canonical) -> Any:
    names = [name for name in schema.types.value if name != "null"] or list(schema.types.value)
    return "of no stated type" if schema.open else names[0] if len(names) == 1 else names or "nothing"


def _subset(old: set[Any], new: set[Any]) -> str:
    return "" if old == new else "widened" if old < new else "narrowed" if new < old else "changed"


def _difference(word: str, effect: str, values: tuple[Any, Any], was: Said, now: Said) -> Difference:
    return Difference(word, effect, values, (was.at, now.at), (word, was.by, now.by))


def _identity(parts: Parts | None) -> Any:
    return tuple(id(node) if isinstance(node, dict) else at for at, node in parts) if parts else None


def _note(word: str, said: Said | None) -> Any:
    value = said.value if said else None
    if word == "xml" and isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name in ("name", "namespace", "attribute", "wrapped")}
    if word == "discriminator" and isinstance(value, dict):
        mapping = value.get("mapping")
        targets = {key: str(to).rpartition("/")[2] for key, to in mapping.items()} if isinstance(mapping, dict) else {}
        return {"propertyName": value.get("propertyName"), "mapping": {k: v for k, v in targets.items() if k != v}}
    return bool(value) if word in ("deprecated", *_FLAGS) else value


def _shown(word: str, value: Any) -> Any:
    if word in ("enum", "if"):
        return list(value.values())
    if word in ("minimum", "maximum"):
        number, strict = value
        return f"{'above' if word == 'minimum' else 'below'} {number}" if strict else number
    return sorted(value) if isinstance(value, set) else list(value) if isinstance(value, tuple) else value
