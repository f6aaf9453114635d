"""A value for a body or a header: the document's own example, else one made from the schema.

A value is made level by level: what is required at once, what is optional as long as the value is small, and nothing
optional within itself. Wherever the schema leaves a choice there are alternatives, the richest first. The made value is
then checked, and where it breaks a rule the next alternative is taken, so that not every rule has to be known here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

import jsonschema_rs

from .openapi import MEDIA_JSON, Media, Response
from .parameters import Parameter, to_text
from .patterns import matching
from .schemas import CHOICES, Schema, escape, members
from .storage import dumps

# By format, for the n-th of several values: x is nothing, 1, 2, …
_FORMATS = {
    "date-time": "{year}-01-01T00:00:00Z",
    "date": "{year}-01-01",
    "time": "00:00:{n:02}Z",
    "duration": "P{one}D",
    "email": "someone{x}@example.com",
    "idn-email": "someone{x}@example.com",
    "hostname": "example{x}.com",
    "idn-hostname": "example{x}.com",
    "ipv4": "192.0.2.{one}",
    "ipv6": "2001:db8::{one}",
    "uri": "https://example.com/{x}",
    "uri-reference": "/{x}",
    "uri-template": "/{x}",
    "iri": "https://example.com/{x}",
    "iri-reference": "/{x}",
    "uuid": "00000000-0000-4000-8000-{n:012}",
    "byte": "",
    "regex": ".*",
    "json-pointer": "/{n}",
    "relative-json-pointer": "{n}",
}
_KINDS = ("string", "integer", "number", "boolean", "object", "array", "null")
_HINTS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "contains"),
}
_ENOUGH = 500
"""Values in an example, beyond which nothing optional is added."""
_TOO_MANY = 5_000
"""Steps, beyond which there is no example."""
_LONGEST = 100_000
_ALTERNATIVES = 64
_ROUNDS = 30

Path = tuple[str | int, ...]
Make = Callable[[], Any]
Part = dict[str, Any]


class _Place(NamedTuple):
    """Where in a value: its path, the schemas that it stands in, and a number that tells it from others of a kind."""

    path: Path = ()
    above: frozenset[int] = frozenset()
    number: int = 0

    def within(self, key: str | int, number: int | None = None) -> _Place:
        return _Place((*self.path, key), self.above, self.number if number is None else number)


class NoExampleError(ValueError):
    """There is nothing to answer with; the message says which rule stands in the way."""


class _DeadEndError(Exception):
    """No value can be made here."""


def example(source: Media | Parameter) -> Any:
    """A value for a media type, or for a header.

    Raises:
        NoExampleError: the document has no example, and none can be made from the schema.
    """
    value, problem = _found(source)
    if problem:
        raise NoExampleError(f"no example, and none can be made from the schema: {problem}")
    return value


def example_headers(response: Response) -> dict[str, str]:
    """A value for each header that a response must have."""
    values = ((header, example(header)) for header in response.headers.values() if header.required)
    return {header.name.lower(): dumps(value).decode() if header.json else to_text(value) for header, value in values}


@lru_cache(maxsize=4096)
def _found(source: Media | Parameter) -> tuple[Any, str]:
    """The example, or why there is none."""
    node = source.node
    if "example" in node:
        return node["example"], ""
    if isinstance(node.get("examples"), dict) and source.document:
        for name in node["examples"]:
            found, _ = source.document.resolve(f"{source.pointer}/examples/{escape(name)}")
            if "value" in found:
                return found["value"], ""
    if source.schema is not None:
        return _made(source.schema)
    return ({} if isinstance(source, Media) and MEDIA_JSON.match(source.essence) else "string"), ""


def _made(schema: Schema) -> tuple[Any, str]:
    chosen: dict[Path, int] = {}
    asked: dict[Path, dict[str, None]] = {}
    problem = f"it allows none with fewer than {_TOO_MANY} parts"
    for _ in range(_ROUNDS):
        draft = _Draft(schema, chosen, asked)
        try:
            value = draft.value()
        except _DeadEndError:
            break
        broken = schema.check(value)
        if broken is None:
            return value, ""
        problem = f"{broken}; rule {broken.rule}"
        if draft.steps > _TOO_MANY:
            break
        errors = list(islice(schema.errors(value), 100))
        missed = [(tuple(e.instance_path), e.kind.value) for e in errors if e.kind.name == "required"]
        new = [(path, name) for path, name in missed if name not in asked.get(path, {})]
        for path, name in new:  # by if and then, or by dependentRequired
            asked.setdefault(path, {})[name] = None
        if not new:
            for path in dict.fromkeys(path for error in errors for path in _blamed(error)):
                draft.turn(path)
    return None, problem


def _blamed(error: jsonschema_rs.ValidationError) -> Iterator[Path]:
    """Where a broken rule can be mended: deep within the branch that nearly held, if there is one."""
    here = tuple(error.instance_path)
    branches = [branch for branch in getattr(error.kind, "context", ()) if branch]
    depths = [min(len(inner.instance_path) for inner in branch) for branch in branches]
    if depths and max(depths) > len(here):
        for inner in branches[depths.index(max(depths))]:
            yield from _blamed(inner)
    else:
        yield here


class _Draft:
    """One attempt at a value. From attempt to attempt are kept: `chosen`, with which alternative to begin at which
    place, and `asked`, which members must be there beside those that are called required."""

    def __init__(self, schema: Schema, chosen: dict[Path, int], asked: dict[Path, dict[str, None]]) -> None:
        self.schema, self.chosen, self.asked = schema, chosen, asked
        self.steps = 0
        self._taken: dict[Path, int] = {}
        self._later: list[tuple[Any, Any, list[Part], list[Any], _Place]] = []

    def value(self) -> Any:
        """The value.

        Raises:
            _DeadEndError: there is no alternative left.
        """
        value = self._value([self.schema.node], _Place())
        done = 0
        while done < len(self._later) and self.steps < _ENOUGH:
            container, key, parts, more, place = self._later[done]
            done += 1
            try:
                container[key] = self._value(self._members(parts, key) + more, place)
            except _DeadEndError:
                del container[key]
        for container, key, *_ in self._later[done:]:
            del container[key]
        return value

    def turn(self, path: Path) -> None:
        """Take the next alternative at a place of the value, or at the nearest place above that has alternatives."""
        place = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in self._taken)
        self._begin(place, self._taken[place] + 1)

    def _begin(self, path: Path, index: int) -> None:
        for known in [known for known in self.chosen if known[: len(path)] == path]:
            del self.chosen[known]
        self.chosen[path] = index

    def _value(self, nodes: list[Any], place: _Place) -> Any:
        """A value for which all of `nodes` hold."""
        self.steps += 1
        entered = self._entered(nodes)
        if self.steps > _TOO_MANY or entered & place.above or any(node is False for node in nodes):
            raise _DeadEndError
        makes = self._alternatives(nodes, nodes, place._replace(above=place.above | entered), frozenset())
        start = self.chosen.get(place.path, 0)
        for index, make in enumerate(islice(makes, _ALTERNATIVES)):
            if index < start:
                continue
            mark = len(self._later)
            try:
                value = make()
            except _DeadEndError:
                del self._later[mark:]
                self._begin(place.path, index + 1)
                continue
            self._taken[place.path] = index
            return value
        raise _DeadEndError

    def _entered(self, nodes: Iterable[Any]) -> frozenset[int]:
        """Nodes and what they refer to, to be known when they come again."""
        found: set[int] = set()
        for node in nodes:
            while isinstance(node, dict) and id(node) not in found:
                found.add(id(node))
                node = self.schema.follow(node["$ref"]) if isinstance(node.get("$ref"), str) else None
        return frozenset(found)

    def _alternatives(
        self, nodes: list[Any], new: list[Any], place: _Place, settled: frozenset[tuple[int, str]]
    ) -> Iterator[Make]:
        """Ways to make a value, the likeliest to be right first. `new` are the nodes whose examples were not tried
        yet, `settled` the choices among branches that have been made."""
        parts = self.schema.parts(nodes)
        whole = self._entered(new)
        partial_samples: dict[int, Any] = {}
        for part in reversed(self.schema.parts(new)):
            for sample in _samples(part, place.number):
                if isinstance(sample, dict) and id(part) not in whole:
                    partial_samples.setdefault(id(part), sample)  # of a part of allOf
                else:
                    yield partial(_same, sample)
        for part in parts:
            if "const" in part or "enum" in part:
                values = [part["const"]] if "const" in part else part["enum"]
                yield from (partial(_same, values[(place.number + i) % len(values)]) for i in range(len(values)))
                return
        for part in parts:
            for keyword in CHOICES:
                if part.get(keyword) and (id(part), keyword) not in settled:
                    yield from self._branches(part[keyword], nodes, place, settled | {(id(part), keyword)})
                    return
        yield from self._by_type(nodes, parts, partial_samples, place)

    def _branches(
        self, branches: list[Any], nodes: list[Any], place: _Place, settled: frozenset[tuple[int, str]]
    ) -> Iterator[Make]:
        """The ways of all branches by turns; at last objects that belong to one branch because the others forbid
        them."""
        open_ones = [branch for branch in branches if not self._entered([branch]) & place.above and branch is not False]
        ways = [
            self._alternatives(
                [*nodes, branch], [branch], place._replace(above=place.above | self._entered([branch])), settled
            )
            for branch in open_ones
        ]
        while ways:
            going = []
            for way in ways:
                make = next(way, None)
                if make is not None:
                    going.append(way)
                    yield make
            ways = going
        for branch in open_ones:
            others = [other for other in branches if other is not branch]
            yield partial(self._told_apart, [*nodes, branch], others, place)

    def _by_type(self, nodes: list[Any], parts: list[Part], samples: dict[int, Any], place: _Place) -> Iterator[Make]:
        """The ways for each type that the nodes let through, those first that they say more about."""
        types = self.schema.types(nodes)
        types -= {"integer"} if "number" in types else set()
        hinted = {kind for kind, hints in _HINTS.items() if any(hint in part for part in parts for hint in hints)}
        for kind in sorted(types, key=lambda kind: (kind not in hinted, _KINDS.index(kind))):
            match kind:
                case "object":
                    if samples:
                        yield partial(self._object, nodes, parts, place, samples)
                    yield partial(self._object, nodes, parts, place)
                    yield partial(self._object, nodes, parts, place, bare=True)
                case "array":
                    yield partial(self._array, parts, place)
                    yield partial(self._array, parts, place, bare=True)
                case "string":
                    yield from (partial(_same, text) for text in _strings(parts, place.number))
                case "integer" | "number":
                    yield from (partial(_same, value) for value in _numbers(parts, kind == "integer", place.number))
                case "boolean":
                    yield from (partial(_same, (place.number + i) % 2 == 0) for i in range(2))
                case "null":
                    yield partial(_same, None)

    def _members(self, parts: list[Part], name: str | int) -> list[Any]:
        return members(parts, name)

    def _object(
        self,
        nodes: list[Any],
        parts: list[Part],
        place: _Place,
        samples: dict[int, Any] | None = None,
        bare: bool = False,
    ) -> dict[str, Any]:
        """An object with what is required and, unless it is bare, with what is optional. `samples` are examples of
        parts."""
        samples = samples or {}
        required = dict.fromkeys(name for part in parts for name in part.get("required") or ())
        required |= self.asked.get(place.path, {})
        described = (samples.get(id(part)) or part.get("properties") or () for part in parts)
        names = dict.fromkeys(name for members in described for name in members) | required
        fixed = {name: value for sample in samples.values() for name, value in sample.items()}
        if not bare:
            fixed = self._tags(nodes, parts) | fixed
        least, most = _limit(parts, "minProperties", max, 0), _limit(parts, "maxProperties", min, _TOO_MANY)
        needed = {name for name in names if name in required or name in fixed}
        optional = [name for name in names if name not in needed and not self._hidden(parts, name)]
        short = max(least - len(needed), 0)
        later = set() if bare else set(optional[short : max(most - len(needed), 0)])
        needed.update(optional[:short])
        more = [self._name(parts, place, i) for i in range(least - len(needed))]
        made: dict[str, Any] = {}
        for name in [*names, *more]:
            if name in later:
                made[name] = None
                self._later.append((made, name, parts, [], place.within(name)))
            elif name in fixed:
                made[name] = fixed[name]
            elif name in needed or name in more:
                made[name] = self._value(self._members(parts, name), place.within(name))
        return made

    def _hidden(self, parts: list[Part], name: str) -> bool:
        hidden = self.schema.hidden
        return bool(hidden) and any(part.get(hidden) is True for part in self.schema.parts(self._members(parts, name)))

    def _tags(self, nodes: list[Any], parts: list[Part]) -> dict[str, Any]:
        """The members that discriminators name, with the name of the schema that was chosen last."""
        references = [node["$ref"] for node in nodes if isinstance(node, dict) and "$ref" in node]
        reference = references[-1] if references else ""
        name = reference.rpartition("/")[2]
        found = {}
        for part in parts:
            discriminator = part.get("discriminator")
            if name and isinstance(discriminator, dict):
                tag, mapping = str(discriminator.get("propertyName")), discriminator.get("mapping") or {}
                known = self.schema.parts(self._members(parts, tag))
                if not any(keyword in inner for inner in known for keyword in ("const", "enum", "example", "default")):
                    found[tag] = next((key for key, value in mapping.items() if value in (reference, name)), name)
        return found

    def _name(self, parts: list[Part], place: _Place, number: int) -> str:
        """The name of a member that no part describes."""
        rules = [part["propertyNames"] for part in parts if "propertyNames" in part]
        rules += [{"pattern": pattern} for part in parts for pattern in part.get("patternProperties") or ()][:1]
        return str(self._value(rules, place.within("", number))) if rules else f"member{number + 1}"

    def _array(self, parts: list[Part], place: _Place, bare: bool = False) -> list[Any]:
        """An array with what is required and, unless it is bare, with an item at each place that is described."""
        least, most = _limit(parts, "minItems", max, 0), _limit(parts, "maxItems", min, _TOO_MANY)
        contained = [part["contains"] for part in parts if "contains" in part]
        if contained:
            least = max(least, _limit([part for part in parts if "contains" in part], "minContains", max, 1))
        described = max((len(part.get("prefixItems") or ()) for part in parts), default=0)
        count = least if bare else min(max(least, described, 1), most)
        unique = any(part.get("uniqueItems") for part in parts)
        made: list[Any] = []
        for i in range(count):
            nodes = self._members(parts, i) + contained
            inner = place.within(i, place.number * count + i if unique else None)
            if any(node is False for node in nodes):
                break
            if least or described:
                made.append(self._value(nodes, inner))
            else:
                made.append(None)
                self._later.append((made, i, parts, contained, inner))
        return made

    def _told_apart(self, nodes: list[Any], others: list[Any], place: _Place) -> dict[str, Any]:
        """An object with members that would not do for the other branches: null where they do not take it."""
        parts = self.schema.parts(nodes)
        if "object" not in self.schema.types(nodes):
            raise _DeadEndError
        made = self._object(nodes, parts, place, bare=True)
        made |= {name: tag for name, tag in self._tags(nodes, parts).items() if name in made}
        own = {name for part in parts for name in part.get("properties") or ()}
        for other in others:
            for name in self.schema.names([other]):
                types = self.schema.types(self.schema.below([other], name))
                if name not in own and "null" not in types:
                    made[name] = None
        return made


def _same(value: Any) -> Any:
    return value


def _samples(part: Part, number: int) -> list[Any]:
    """The examples that a schema gives. A second value of a kind is none of them."""
    listed = part["examples"] if isinstance(part.get("examples"), list) else []
    if number:
        return listed[number : number + 1]
    return [part[keyword] for keyword in ("example", "default") if keyword in part] + listed[:1]


def _limit(parts: list[Part], keyword: str, strictest: Callable[..., Any], default: int) -> int:
    return int(strictest((part[keyword] for part in parts if keyword in part), default=default))


def _strings(parts: list[Part], number: int) -> Iterator[str]:
    """Texts that may do: as a pattern, as a format, any, and a long one."""
    low, high = _limit(parts, "minLength", max, 0), _limit(parts, "maxLength", min, _LONGEST)
    if low > _LONGEST:
        return
    for pattern in [part["pattern"] for part in parts if "pattern" in part]:
        for ahead in (True, False):
            found = matching(pattern, low, number, ahead)
            if found is not None:
                yield found
    x = str(number or "")
    for form in (*(part["format"] for part in parts if "format" in part), ""):
        template = _FORMATS.get(form, "string{x}")
        text = template.format(x=x, n=number, one=number + 1, year=2024 + number).ljust(low, "x")
        yield text if len(text) <= high else text[: max(high - len(x), 0)] + x
    yield text[:high].swapcase()
    if low < high < _LONGEST:
        yield "x" * high


def _numbers(parts: list[Part], whole: bool, number: int) -> Iterator[int | float]:
    """Numbers that may do. They are reckoned as fractions, since 0.3 is no multiple of 0.1 otherwise."""
    from fractions import Fraction  # few runs need it

    def bounds(keyword: str, mark: bool) -> list[tuple[Any, bool]]:
        return [(Fraction(str(part[keyword])), mark) for part in parts if keyword in part]

    low, low_open = max(bounds("minimum", False) + bounds("exclusiveMinimum", True), default=(None, False))
    high, high_closed = min(bounds("maximum", True) + bounds("exclusiveMaximum", False), default=(None, True))
    steps = [step for step, _ in bounds("multipleOf", True)]
    units = steps if steps and not whole else [*steps, Fraction(1)]
    step = Fraction(math.lcm(*(x.numerator for x in units)), math.gcd(*(x.denominator for x in units)))
    if low is not None:
        first = math.ceil(low / step)
        first += number + (low_open and first * step == low)
    elif high is not None:
        first = math.floor(min(high, Fraction(0)) / step)
        first -= number + (not high_closed and first * step == high)
    else:
        first = number
    found = [first * step]
    if not whole and not steps:
        if low is not None and high is not None:
            found.append(low + (high - low) * (number + 1) / (number + 2))
        found.append(found[0] + Fraction(1, 2))
    yield from (int(value) if value.denominator == 1 else float(value) for value in found)
