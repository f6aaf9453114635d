"""Document360 reference pages: method above path, security, parameters, and per status headers and a tree of fields.

A field is a name, below it its type, and then attributes such as ``Max length255``, glued to their values or not.
Captures lose the indentation of the tree, so nesting is rebuilt: from the depth of the markup in saved HTML, from a
JSON sample where the page prints one, and otherwise from the rules in `_Tree`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import groupby
from typing import Any

from truecopy_docs.facts import Collector
from truecopy_docs.families.common import Payload, Statement, Text, add_operation, add_path_parameters, add_payloads
from truecopy_docs.loose import Block, read_json, step
from truecopy_docs.page import Page
from truecopy_docs.urls import METHODS, parse_address

__all__ = ["read"]

_BASE = r"(?:string|integer|number|boolean|object|array|null|any|file|binary)"
_SCALAR = r"(?:string|integer|number|boolean|Array of (?:string|integer|number|boolean))s?\b"
_ONE = rf"(?:[Aa]rray of )*{_BASE}s?(?:\s*\((?!(?i:required|optional)\))[^()]*\))?"
_FLAGS = r"(?i:\s*\(?(?:Required|Optional|Nullable|Deprecated|Read[- ]?only|Write[- ]?only)\)?)*"
_TYPE = re.compile(rf"(?P<types>{_ONE}(?:\s*\|\s*{_ONE})*)(?P<flags>{_FLAGS})")
# Other ways to say a type, and this family's own.
_SPELLED = (
    (re.compile(r"\b(?:String|Integer|Number|Boolean|Object)\b"), lambda found: found.group().lower()),
    (re.compile(r"\b(?:int|long)\b"), "integer"),
    (re.compile(r"\b(?:float|double|decimal)\b"), "number"),
    (re.compile(r"\bbool\b"), "boolean"),
    (re.compile(r"\b[Aa]rray\s*[<\[]\s*([\w ()-]+?)\s*[>\]]"), r"Array of \1"),
    (re.compile(r"^(\w+)\[\]"), r"Array of \1"),
    (re.compile(r"\s+or\s+null\b"), " | null"),
)
_NAME = r"[@$A-Za-z_][\w.@$:\[\]-]*"
_NAMED_TYPE = re.compile(rf"(?P<name>{_NAME})\s+{_TYPE.pattern}")
_GLUED_TYPE = re.compile(rf"(?P<name>[@$A-Za-z_][\w.@$-]*?[\w]){_TYPE.pattern}")
_FLAG = re.compile(r"Required|Optional|Nullable|Deprecated|Read[- ]?only|Write[- ]?only")
_SECTION = re.compile(
    r"(?P<security>Security|Authori[sz]ation|Authentication)|(?P<place>Path|Query|Header|Cookie|Form) param(?:eter)?s|"
    r"(?P<body>(?:Request )?Body(?: param(?:eter)?s)?)|(?P<responses>Responses?)|(?P<headers>(?:Response )?Headers)",
    re.I,
)
_WORDS = {
    "valid values": "enum",
    "allowed values": "enum",
    "enum": "enum",
    "min length": "minLength",
    "max length": "maxLength",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusive minimum": "exclusiveMinimum",
    "exclusive maximum": "exclusiveMaximum",
    "multiple of": "multipleOf",
    "min items": "minItems",
    "max items": "maxItems",
    "min properties": "minProperties",
    "max properties": "maxProperties",
    "pattern": "pattern",
    "format": "format",
    "default": "default",
    "example": "example",
}
_ATTRIBUTE = re.compile(
    rf"(?P<word>{'|'.join(sorted((w.capitalize() for w in _WORDS), key=len, reverse=True))})\s*:?\s*(?P<value>.*)", re.S
)
_AFTER_SAMPLE = re.compile(r"\s*(?:[1-5]\d\d|Responses|Headers)\s*$")
_NUMBERS = {"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_NUMBERS |= {"minItems", "maxItems", "minProperties", "maxProperties"}
_MEDIA = re.compile(r"(?:application|text|multipart)/[\w.+-]+")
_PHRASES = {status.phrase.lower() for status in HTTPStatus}
_CHOICE = re.compile(r"(?:one|any|all) ?of", re.I)
_PER = re.compile(r"\b(?:per|each|every|an?) (second|minute|hour|day|week|month|year)\b|\b(hour|dai|month)ly\b", re.I)
_ARTICLES = {
    "a",
    "an",
    "the",
    "this",
    "that",
    "each",
    "every",
    "any",
    "some",
    "one",
    "no",
    "of",
    "as",
    "is",
    "or",
    "and",
}
_ENVELOPE = ("meta", "data", "error", "errors")
_LINKS = ("href",)


def read(page: Page, collector: Collector) -> None:
    """Read a page of this family into the collector."""
    _Reader(page, collector).read()


@dataclass(slots=True)
class _Token:
    text: str
    line: int
    depth: int
    adjacent: bool  # nothing stood between this line and the one above
    start: int
    block: Block | None = None  # a JSON sample, which stands for all its lines


@dataclass(slots=True)
class _Field:
    name: str
    line: int
    depth: int
    says: dict[str, Any]
    array: bool
    opens: bool


@dataclass(slots=True)
class _Body:
    """The fields of one location, in the page's order; `root` is what the payload itself is."""

    at: str
    root: _Field | None = None
    fields: list[_Field] = field(default_factory=list)


class _Reader:
    def __init__(self, page: Page, collector: Collector) -> None:
        self.page, self.collector, self.text = page, collector, Text(page)
        self.payloads: list[Payload] = []
        self.bodies: dict[str, _Body] = {}
        self.section = "head"
        self.place = ""
        self.status: str | None = None
        self.headers = False
        self.texts: list[_Token] = []
        self.fresh = False  # nothing but text since the status
        self.stacked = True  # names stand above their types; otherwise beside them
        self.target: dict[str, Any] | None = None
        self.pending: tuple[str, _Token] | None = None
        self.head: list[_Token] = []
        self.scheme: dict[str, Any] = {}
        self.rows: list[tuple[str, tuple[str, ...], dict[str, Any], int]] = []
        self.statuses: list[tuple[str, int]] = []

    # -- tokens ------------------------------------------------------------------------------------

    def tokens(self) -> Iterator[_Token]:
        """Lines, or cells of a line, with wrapped types and value lists put together; a JSON sample is one token."""
        previous: _Token | None = None
        blank, skip = True, -1
        for line, start in zip(self.page.lines, self.text.starts, strict=False):
            text = line.text.strip()
            if start < skip:
                continue
            if not text:
                blank = True
                continue
            if re.match(r'\{\s*(?:"|\}|$)|\[\s*(?:\{|$)', text) and self.text.text[start : start + 400].count('"') > 1:
                if previous is not None:
                    yield previous
                    previous = None
                block = read_json(self.text.text, self.text.text.index(text[0], start), _AFTER_SAMPLE)
                skip = block.end
                yield _Token("", line.number, line.depth, False, start, block)
                continue
            for cell in map(_spelled, self.cells(text)):
                joined = self.join(previous, cell)
                if joined is not None and previous is not None:
                    previous.text = joined
                    continue
                if previous is not None:
                    yield previous
                previous = _Token(cell, line.number, line.depth, not blank, start)
                blank = False
        if previous is not None:
            yield previous

    def cells(self, text: str) -> list[str]:
        if text.startswith("|") and text.endswith("|"):
            return [cell.strip() for cell in text.strip("|").split("|") if cell.strip(" -:")]
        plain = re.sub(r"^(?:#+|[*-])\s+|^\*\*(?=\w.*\*\*$)|(?<=\w)\*\*$", "", text)
        return [cell for cell in re.split(r"\t+|\s{2,}", plain) if cell]

    def join(self, previous: _Token | None, cell: str) -> str | None:
        """The previous cell with this one, when a type or a list of values was wrapped between them."""
        if previous is None:
            return None
        above = previous.text
        if above.lower().startswith(("valid values", "allowed values", "enum")) and "[" in above and "]" not in above:
            return f"{above} {cell}"
        if _TYPE.fullmatch(above) or re.fullmatch(rf"(?:{_ONE}\s*\|\s*)+|[Aa]rray of", above):
            joined = f"{above} {cell}"
            if cell[0] in "(|" or above.endswith("|") or above.lower().endswith(" of") or above.lower() == "array of":
                return joined if _TYPE.fullmatch(joined) or cell.startswith("|") or cell.startswith("(") else None
        if above == "Array" and cell.startswith("of "):
            return f"{above} {cell}"
        return None

    # -- reading -----------------------------------------------------------------------------------

    def read(self) -> None:
        tokens = self.without_contents(list(self.tokens()))
        alone = [token for token in tokens if _TYPE.fullmatch(token.text) and not token.text.startswith("object")]
        self.stacked = len(alone) > sum(bool(_NAMED_TYPE.fullmatch(token.text)) for token in tokens)
        for index, token in enumerate(tokens):
            following = tokens[index + 1].text if index + 1 < len(tokens) else ""
            self.token(token, following)
        self.finish(tokens)

    def without_contents(self, tokens: list[_Token]) -> list[_Token]:
        """The tokens without tables of contents: runs of labels with nothing between them.

        A label of such a run that stands nowhere else is a section's own, which the table was put beside: one is kept.
        """
        labels = [token.text.rstrip(":").lower() for token in tokens]
        sections = [_SECTION.fullmatch(label) for label in labels]
        contents: dict[int, str] = {}
        own: dict[str, int] = {}
        for listed, run in groupby(
            range(len(tokens)), lambda i: bool(sections[i] or re.fullmatch(r"[1-5]\d\d", labels[i]))
        ):
            indexes = [i for i in run if labels[i] != "headers"]  # which each status has, and no table
            if listed and len({labels[i] for i in indexes if sections[i]}) > 1:
                contents |= {i: labels[i] for i in indexes}
                own |= {labels[i]: i for i in reversed(indexes)}
        elsewhere = {label for i, label in enumerate(labels) if i not in contents}
        kept = {i for label, i in own.items() if label not in elsewhere}
        return [token for i, token in enumerate(tokens) if i not in contents or i in kept]

    def sample(self, block: Block) -> None:
        """A sample belongs to the status or body that it stands under. An attribute's label above it names it."""
        if block.cut:
            self.collector.cut(self.page.lines[-1].number, "a JSON sample")
        if self.status or self.section == "body":
            self.payloads.append(Payload(self.at, "application/json", block, self.text.liner(block), False))
        self.pending, self.texts = None, []

    def token(self, token: _Token, following: str) -> None:
        text = token.text
        if token.block is not None:
            self.sample(token.block)
            return
        if self.pending and self.value(text, token):
            return
        if (found := _SECTION.fullmatch(text.rstrip(":"))) and not self.is_name(text, following):
            if text.lower() != "body" or not self.status:  # the label of an answer's body says nothing new
                self.enter(found, token)
        elif self.section == "responses" and (
            found := re.fullmatch(r"([1-5]\d\d)(?:[\s:\u2013-]+[A-Z][\w ']*)?", text)
        ):
            self.status, self.headers, self.fresh = found[1], False, True
            self.statuses.append((found[1], token.line))
            self.texts, self.target = [token] if text != found[1] else [], None
        elif self.section == "head":
            self.head.append(token)
        elif self.section == "security":
            self.security(text, token)
        elif self.section == "responses" and self.status is None:
            return
        elif _MEDIA.fullmatch(text) and self.section in ("responses", "body"):
            self.rows.append(("media", (self.at, text), {}, token.line))
        elif (found := _TYPE.fullmatch(text)) and not (
            self.is_type(following) and token.text.isidentifier() and not self.names()
        ):
            self.typed(found, token, None)
        elif (found := _NAMED_TYPE.fullmatch(text)) and self.beside(found["name"]) and not self.is_type(following):
            self.typed(found, token, found["name"])
        elif _FLAG.fullmatch(text):
            self.flag(text)
        elif (
            (found := _ATTRIBUTE.fullmatch(text))
            and not (text.isalpha() and re.match(_SCALAR, following))
            and self.attribute(found, token)
        ):
            self.texts = []
        elif (found := _GLUED_TYPE.fullmatch(text)) and self.glued(found, text, following):
            self.typed(found, token, found["name"])
        else:
            if self.target is not None and (found := _PER.search(text)):
                self.target.setdefault("per", (found[1] or found[2]).lower().replace("dai", "day"))
            self.texts.append(token)

    @property
    def at(self) -> str:
        return "request" if self.section == "body" else f"response {self.status}"

    def is_type(self, text: str) -> bool:
        return bool(_TYPE.fullmatch(text))

    def is_name(self, text: str, following: str) -> bool:
        """Whether a word that could be a section's label is a field's name: a type stands below it."""
        return text.isidentifier() and bool(
            self.is_type(following) and (text.islower() or re.match(_SCALAR, following))
        )

    def beside(self, name: str) -> bool:
        """Whether a word beside a type is a name. On pages with names above types it is prose as likely: *A string*."""
        return not self.stacked or (not name[0].isupper() and name not in _ARTICLES)

    def glued(self, found: re.Match[str], text: str, following: str) -> bool:
        """Whether ``batch_idstring`` is a name glued to its type. A name with its type below is not."""
        return not self.is_type(following) and not text.endswith(("_" + found["types"], "-" + found["types"]))

    def enter(self, found: re.Match[str], token: _Token) -> None:
        self.texts, self.target = [], None
        if found["headers"]:
            self.headers = self.section == "responses"
            return
        self.section = next(name for name, value in found.groupdict().items() if value)
        self.place = (found["place"] or "").lower()
        if self.section == "body":
            self.bodies.setdefault("request", _Body("request"))
            self.rows.append(("request", (), {}, token.line))
        self.status = None

    def names(self) -> list[_Token]:
        """The words above a type that could be its name, the likeliest last: the status's own phrase is none, and
        words of a menu have a capital or are versions."""
        words = self.texts
        if self.fresh and words and words[0].text.lower() in _PHRASES:
            words = words[1:]
        names = [word for word in words if re.fullmatch(_NAME, word.text) and not _CHOICE.fullmatch(word.text)]
        return sorted(names, key=lambda word: not re.fullmatch(r"[A-Z][a-z]+\W*|v\d[\d.]*", word.text))

    def typed(self, found: re.Match[str], token: _Token, name: str | None) -> None:
        """A type line: a parameter, a header, the root of a body, or a field of it."""
        says, array, opens = _typed(found["types"])
        flags = (found["flags"] or "").lower()
        if "required" in flags or "optional" in flags:
            says["required"] = "required" in flags
        says |= {word: True for word in ("nullable", "deprecated") if word in flags}
        above = self.names()
        named = above[-1] if above else None
        if name:
            named = _Token(name, token.line, token.depth, False, token.start)
        if self.section == "place":
            if named:
                self.rows.append(("parameter", (self.place, named.text), says, named.line))
        elif self.headers and named and not opens:
            self.rows.append(("header", (self.at, named.text), says, named.line))
        else:
            body = self.bodies.setdefault(self.at, _Body(self.at))
            entry = _Field(
                named.text if named else "", (named or token).line, (named or token).depth, says, array, opens
            )
            if body.root is None and not body.fields and opens and not (named and self.surely_a_name(named)):
                body.root = entry
            elif named:
                body.fields.append(entry)
            else:
                return  # an alternative of a choice, or a word of prose
            self.headers = False
        self.texts, self.target, self.fresh = [], says, False

    def surely_a_name(self, named: _Token) -> bool:
        """Whether the word above the first object of a body is its name, and not the end of the answer's
        description."""
        first = self.fresh and self.texts[:1] == [named]
        return bool(re.fullmatch(r"[@a-z][\w@-]*", named.text)) and not named.adjacent and not first

    def flag(self, text: str) -> None:
        if self.target is not None and text in ("Required", "Optional"):
            self.target["required"] = text == "Required"
        elif self.target is not None and text in ("Nullable", "Deprecated"):
            self.target[text.lower()] = True

    def attribute(self, found: re.Match[str], token: _Token) -> bool:
        if self.target is None:
            return False
        word, value = _WORDS[found["word"].lower()], found["value"].strip()
        if not value:
            self.pending = (word, token)
            return True
        return self.say(word, value)

    def value(self, text: str, token: _Token) -> bool:
        """The value of an attribute whose label stood alone on the line above."""
        assert self.pending is not None
        (word, _), self.pending = self.pending, None
        return self.say(word, text)

    def say(self, word: str, value: str) -> bool:
        assert self.target is not None
        if word in _NUMBERS:
            if not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
                return False
            self.target.setdefault(word, float(value) if "." in value else int(value))
        elif word == "enum" and "[" in value and "]" not in value:
            self.collector.cut(self.page.lines[-1].number, "a list of values")
        elif word == "enum":
            self.target.setdefault(word, _values(value))
        elif word in ("pattern", "format"):
            if " " in value and not value.startswith("^"):
                return False
            self.target.setdefault(word, value)
        else:
            self.target.setdefault(word, _scalar(value, self.target.get("type")))
        return True

    # -- security ----------------------------------------------------------------------------------

    def security(self, text: str, token: _Token) -> None:
        """Kind, name and place of the credential, from whole lines; prose around them is not read."""
        scheme = self.scheme
        if found := re.fullmatch(
            r"(HTTP|API[ -]?Key|OAuth ?2?(?:\.0)?|OpenID(?: Connect)?)(?:\s*[:(\u2013-]\s*(?P<more>[\w-]+)\)?)?",
            text,
            re.I,
        ):
            kind = found[1].lower().replace(" ", "").replace("-", "")
            if scheme.get("kind"):
                self.flush_security()
                scheme = self.scheme
            scheme["kind"] = (
                "http"
                if kind == "http"
                else "apiKey"
                if kind == "apikey"
                else "oauth2"
                if "oauth" in kind
                else "openIdConnect"
            )
            scheme["line"] = token.line
            if found["more"]:
                scheme["name"] = found["more"].lower() if scheme["kind"] == "http" else found["more"]
        elif found := re.fullmatch(
            r"(?:Type\s*:?\s*)?(bearer|basic|digest)(?: (?:token|auth\w*|\(?http\)?))*", text, re.I
        ):
            scheme |= {"kind": "http", "name": found[1].lower(), "line": scheme.get("line", token.line)}
        elif found := re.fullmatch(
            r"(Header|Query|Cookie)(?: string)?(?:(?: parameter)?(?: name)|(?: parameter)|\s*:)\s*:?\s*([\w-]+)",
            text,
            re.I,
        ):
            scheme |= {"place": found[1].lower(), "name": found[2], "line": scheme.get("line", token.line)}
        elif found := re.fullmatch(r"(?:Parameter |Key )?Name\s*:?\s*([\w-]+)", text, re.I):
            scheme |= {"name": found[1], "line": scheme.get("line", token.line)}
        elif found := re.fullmatch(r"(?:In|Location)\s*:?\s*(header|query|cookie)(?: parameter)?", text, re.I):
            scheme |= {"place": found[1].lower(), "line": scheme.get("line", token.line)}
        elif found := re.fullmatch(r"(Header|Query|Cookie) parameter name|Type", text, re.I):
            self.scheme["await"] = (found[1] or "type").lower()
        elif (awaited := scheme.pop("await", None)) and re.fullmatch(r"[\w-]+", text):
            scheme |= {"name": text} if awaited == "type" else {"place": awaited, "name": text}

    def flush_security(self) -> None:
        scheme, self.scheme = self.scheme, {}
        kind = scheme.get("kind") or ("apiKey" if scheme.get("name") else None)
        if kind and (kind != "http" or scheme.get("name")):
            key = (kind, str(scheme.get("name", "")), str(scheme.get("place", "header")))
            self.rows.append(("security", key, {}, scheme.get("line", 1)))

    # -- rows --------------------------------------------------------------------------------------

    def finish(self, tokens: list[_Token]) -> None:
        self.operation()
        self.flush_security()
        for kind, key, says, line in self.rows:
            if kind == "parameter":
                says.setdefault("required", key[0] == "path")
            self.collector.add(kind, *key, line=line, **says)
        operation = self.collector.rows.get(("operation",))
        if operation:
            add_path_parameters(self.collector, str(operation.says.get("path", "/")), operation.line)
        for status, line in self.statuses:
            at = f"response {status}"
            has_body = at in self.bodies or any(payload.at == at for payload in self.payloads)
            self.collector.add("response", status, line=line, stated=True, body=has_body)
        for body in self.bodies.values():
            samples = [payload.block.value for payload in self.payloads if payload.at == body.at]
            for pointer, entry in _Tree(body, samples).pointers():
                says = dict(entry.says)
                if body.at == "request" and pointer:
                    says.setdefault("required", False)
                items = says.pop("items", None)
                self.collector.add("field", body.at, pointer, line=entry.line, **says)
                if items:
                    self.collector.add("field", body.at, step(pointer, "*"), line=entry.line, **items)
        add_payloads(self.collector, self.payloads)
        self.check_complete(tokens)

    def operation(self) -> None:
        methods = "|".join(METHODS)
        found: list[tuple[str, str, int]] = []
        method: tuple[str, int] | None = None
        for token in self.head:
            if match := re.fullmatch(rf"({methods})\s*((?:https?://|/)\S*)", token.text, re.I):
                found.append((match[1].upper(), match[2], token.line))
            elif re.fullmatch(methods, token.text, re.I):
                method = (token.text.upper(), token.line)
            elif method and re.fullmatch(r"(?:https?://|/)\S*", token.text):
                found.append((method[0], token.text, token.line))
                method = None
        if found:
            # The page's own operation stands last in the head; what stands above it is navigation.
            name, printed, line = found[-1]
            address = parse_address(printed)
            deprecated = any(re.fullmatch("deprecated", token.text, re.I) and token.line > line for token in self.head)
            add_operation(self.collector, [Statement("text", line, name, address)], deprecated=deprecated)
            self.rows += [("parameter", ("query", parameter), {}, line) for parameter in address.query]

    def check_complete(self, tokens: list[_Token]) -> None:
        last = self.page.lines[-1].number
        if not self.statuses:
            self.collector.cut(last, "the responses, which are missing")
        elif self.fresh and not self.texts:
            self.collector.cut(last, f"response {self.statuses[-1][0]}")
        elif self.pending or (
            tokens and tokens[-1].text.lower().startswith("valid values") and "]" not in tokens[-1].text
        ):
            self.collector.cut(last, "an attribute without its value")
        elif self.texts and not self.fresh and re.fullmatch(r"[@a-z][\w@-]*", self.texts[-1].text):
            self.collector.cut(last, f"the field {self.texts[-1].text}, which has no type")
        elif self.target is not None and self.target.get("type") == "object" and tokens[-1].text.startswith("object"):
            self.collector.cut(last, "an object of which no member is there")
        elif self.headers:
            self.collector.doubt = f"it ends in the headers of response {self.statuses[-1][0]}"
        elif all(status < "400" for status, _ in self.statuses):
            self.collector.doubt = "it names no failure, and pages of this family end with them"


class _Tree:
    """The nesting of a body's fields.

    Plain text prints a tree as a list. Every object opens a scope that takes the fields after it, and a scope ends
    where

    - saved HTML is less deep again, when the depths of the fields differ at all;
    - a JSON sample of the same payload has the name further up;
    - the name is already taken in the scope;
    - the name belongs to an envelope (`meta`, `data`, `error`, `errors`) that has such members only, or the other
      of `meta` and `data`;
    - the scope is a link (it has an `href`): links hold nothing else, and what holds links holds only links.
    """

    def __init__(self, body: _Body, samples: list[Any]) -> None:
        self.body, self.samples = body, samples
        self.by_depth = len({entry.depth for entry in body.fields}) > 1

    def pointers(self) -> Iterator[tuple[str, _Field]]:
        root = self.body.root or _Field(
            "", self.body.fields[0].line if self.body.fields else 1, -1, {"type": "object"}, False, True
        )
        if self.guessed():
            root.says["flat"] = True
        yield "", root
        scopes = [("/*" if root.array else "", root, set[str]())]
        following = [*self.body.fields[1:], None]
        for entry, child in zip(self.body.fields, following, strict=False):
            link = entry.opens and not entry.array and child is not None and child.name in _LINKS
            while len(scopes) > 1 and self.over(scopes, entry, link):
                scopes.pop()
            pointer = step(scopes[-1][0], entry.name)
            scopes[-1][2].add(entry.name)
            yield pointer, entry
            if entry.opens:
                scopes.append((pointer + ("/*" if entry.array else ""), entry, set()))

    def guessed(self) -> bool:
        """Whether nothing but the order of the fields tells how they nest."""
        return not self.by_depth and not self.samples and any(entry.opens for entry in self.body.fields)

    def over(self, scopes: list[tuple[str, _Field, set[str]]], entry: _Field, link: bool) -> bool:
        pointer, owner, names = scopes[-1]
        if self.by_depth:
            return entry.depth <= owner.depth
        if self.samples:
            shown = [
                scope[0]
                for scope in reversed(scopes)
                if any(_has(sample, step(scope[0], entry.name)) for sample in self.samples)
            ]
            if shown:
                return shown[0] != pointer
        if entry.name in names:
            return True
        if (
            entry.name in _ENVELOPE
            and scopes[0][2]
            and (scopes[0][2] <= set(_ENVELOPE) or {"meta", "data"} <= scopes[0][2] | {entry.name})
            and entry.name not in scopes[0][2]
        ):
            return True
        if names & set(_LINKS):
            return True
        return owner.name in ("links", "_links") and bool(names) and not link


def _has(sample: Any, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if part == "*" and isinstance(sample, list):
            sample = sample[0] if sample else None
        elif isinstance(sample, dict) and part in sample:
            sample = sample[part]
        else:
            return False
    return True


def _typed(printed: str) -> tuple[dict[str, Any], bool, bool]:
    """A type line as (what it says, whether it is an array of objects, whether it opens a scope)."""
    printed = re.sub(r"\|\s*null\s*(\([^()]*\))", r"\1 | null", printed)  # a format may stand behind the null
    alternatives = [part.strip() for part in printed.split("|")]
    nullable = "null" in alternatives
    kinds: list[str] = []
    says: dict[str, Any] = {}
    array = opens = False
    for alternative in alternatives:
        if alternative == "null":
            continue
        depth = len(re.findall(r"[Aa]rray of ", alternative))
        found = re.fullmatch(rf"(?:[Aa]rray of )*({_BASE})s?(?:\s*\(([^()]*)\))?", alternative)
        if found is None:
            continue
        kind, more = found[1], found[2]
        inner: dict[str, Any] = {"type": {"any": None, "file": "string", "binary": "string"}.get(kind, kind)}
        if more:
            inner |= {"model": more} if kind in ("object", "array") else {"format": more}
        opens = opens or kind == "object" or (kind == "array" and more is not None)
        if depth or kind == "array":
            array = True
            kinds.append("array")
            says |= {"items": {word: value for word, value in inner.items() if value}} if depth else {}
            says |= {"model": more} if kind in ("object", "array") and more else {}
        else:
            kinds.append(str(inner.pop("type") or ""))
            says |= inner
    kinds = sorted({kind for kind in kinds if kind})
    result = {"type": kinds[0] if len(kinds) == 1 else kinds or ("null" if nullable else None), **says}
    return result | ({"nullable": True} if nullable and kinds else {}), array, opens


def _spelled(cell: str) -> str:
    """A cell as this family would say it, if it is a type in other words."""
    said = cell
    for other, own in _SPELLED:
        said = other.sub(own, said)
    return said if said != cell and _TYPE.fullmatch(said) else cell


def _values(printed: str) -> list[Any]:
    inner = printed.strip().removeprefix("[").removesuffix("]").strip()
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"|([^,"\s][^,"]*)', inner)
    return [text or _scalar(word.strip(), None) for text, word in quoted if text or word.strip()]


def _scalar(value: str, kind: Any) -> Any:
    if kind in ("integer", "number", None) and re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        return float(value) if "." in value else int(value)
    if kind in ("boolean", None) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value.strip('"')
