"""ASP.NET help pages: a heading with method and path, tables of parameters and members, samples per media type.

A table is read as a run of cells. A row ends with its *Additional information* (`None.`, `Required` or an
annotation), the cell before that is the type, the first cell is the name. Captures print one cell a line, a whole row
on one line with blanks or tabs, or the cells glued together; then the names known from the path and from the JSON
sample tell where a cell ends.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Container, Iterator, Mapping
from http import HTTPStatus
from itertools import pairwise, takewhile
from typing import Any

from truecopy_docs.facts import Collector, Fact
from truecopy_docs.families.common import (
    MEDIA,
    Payload,
    Statement,
    Text,
    add_operation,
    add_path_parameters,
    add_payloads,
)
from truecopy_docs.loose import read_json, step
from truecopy_docs.page import Page
from truecopy_docs.urls import METHODS, names_in, parse_address

__all__ = ["read"]

_SECTIONS = {
    "request information": "request",
    "uri parameters": "uri",
    "body parameters": "body",
    "request formats": "request formats",
    "response information": "response",
    "resource description": "resource",
    "response formats": "response formats",
}
_HEAD = re.compile(r"Name[\s|]*Description[\s|]*Type[\s|]*Additional information", re.I)
_HEAD_CELLS = ("name", "description", "type", "additional information")

_SIMPLE = {
    "string": ("string", None),
    "character": ("string", None),
    "integer": ("integer", None),
    "unsigned integer": ("integer", None),
    "byte": ("integer", None),
    "signed byte": ("integer", None),
    "decimal number": ("number", None),
    "boolean": ("boolean", None),
    "date": ("string", "date-time"),
    "time interval": ("string", None),
    "globally unique identifier": ("string", "uuid"),
    "uri": ("string", "uri"),
    "object": ("object", None),
}
"""The words that the help page generator writes for the types of .NET, as type and format."""

_WORD = "|".join(sorted(map(re.escape, _SIMPLE), key=len, reverse=True))
_MODEL = r"[A-Z][\w.]*(?:`\d+)?"
_ELEMENT = rf"(?:{_WORD}|{_MODEL})"
_DICTIONARY = rf"Dictionary of {_ELEMENT} \[key\] and (?:Collection of )?{_ELEMENT} \[value\]"
_TYPE_WORDS = rf"{_WORD}|Collection of {_ELEMENT}|{_DICTIONARY}"
_TYPE = rf"(?:Collection of {_ELEMENT}|{_DICTIONARY}|Pair of .+? \[value\]|{_ELEMENT})"
_TYPE_CELL = re.compile(_TYPE)
_NOTES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"None\.?", ()),
    (r"Required\.?", ("required",)),
    (r"Optional\.?", ("optional",)),
    (r"Default value is (.+?)\.?", ("default",)),
    (r"Range: inclusive between (\S+) and (\S+?)\.?", ("minimum", "maximum")),
    (r"Max(?:imum)? length: ?(\d+)\.?", ("maxLength",)),
    (r"Min(?:imum)? length: ?(\d+)\.?", ("minLength",)),
    (r"String length: inclusive between (\d+) and (\d+)\.?", ("minLength", "maxLength")),
    (r"Matching regular expression pattern: ?(.+)", ("pattern",)),
    (r"Data type: ?(\w+)\.?", ("dataType",)),
)
_NOTE = re.compile("|".join(f"(?:{re.sub(r'[(](?![?])', '(?:', pattern)})" for pattern, _ in _NOTES))
_ENDS_IN_NOTE = re.compile(rf"(?:{_NOTE.pattern})$")
_JSON = re.compile(r'\{\s*(?:"|\}|$)|\[\s*(?:[{\["\]\d-]|$)')
_NAME = re.compile(r"[@A-Za-z_$][\w.$@-]*")
_FORMATS = {"EmailAddress": "email", "Url": "uri", "DateTime": "date-time", "Date": "date", "Time": "time"}


# A number is a status where a word beside it says so.
_FAILURES = re.compile(r"\b[45]\d\d(?:\s*(?:,|/|or|and|&)\s*[45]\d\d)*\b")
_SAID_BEFORE = re.compile(
    r"\b(?:https?|status(?:es)?|codes?|errors?|failures?)(?: code| of| is| with|:| \()?\s*$", re.I
)
_SAID_AFTER = re.compile(
    r"\s*[(\u2013-]?\s*(?:https?|status|code|error|response|failure|result"
    rf"|{'|'.join(re.escape(status.phrase) for status in HTTPStatus if status >= 400)})",
    re.I,
)


def read(page: Page, collector: Collector) -> None:
    """Read a page of this family into the collector."""
    _Reader(page, collector).read()


class _Reader:
    def __init__(self, page: Page, collector: Collector) -> None:
        self.page, self.collector, self.text = page, collector, Text(page)
        self.sections: dict[str, list[tuple[str, int]]] = {"": []}
        self.payloads: list[Payload] = []
        self.shapes: dict[str, dict[str, Any]] = {}

    def read(self) -> None:
        self.split()
        statement, place, query = self.operation()
        address = parse_address(statement) if statement else None
        path = address.path if address else "/"
        names = {*names_in(path), *(query if address else ())}
        for name, says, line in (row for _, table in self.tables("uri")[:1] for row in self.rows("uri", names, table)):
            says["required"] = says["required"] or name in names_in(path)
            self.collector.add("parameter", "path" if name in names_in(path) else "query", name, line=line, **says)
        add_path_parameters(self.collector, path, place)
        for name in query:
            if ("parameter", "query", name) not in self.collector.rows:
                self.collector.add("parameter", "query", name, line=place, required=False)
        for at, section, formats in (
            ("request", "body", "request formats"),
            ("response 200", "resource", "response formats"),
        ):
            self.payload(at, section, formats)
        self.statuses(place)
        self.check_complete()

    # -- sections ----------------------------------------------------------------------------------

    def split(self) -> None:
        """Lines by section; a table row on one line is left as it is."""
        current = above = ""
        for line, start in zip(self.page.lines, self.text.starts, strict=False):
            text = line.text.strip().lstrip("#").strip()
            if _HEAD.fullmatch(f"{above} {text}"):  # the head of a table, wrapped
                self.sections[current][-1] = (f"{above} {text}", start)
                continue
            above = text or above
            name = _SECTIONS.get(text.rstrip(":").lower())
            if name:
                current = name
                self.sections.setdefault(current, [])
            elif text:
                self.sections[current].append((line.text.strip(), start))

    def operation(self) -> tuple[str | None, int, list[str]]:
        """The heading: method and a path without a leading slash, and maybe a query."""
        methods = "|".join(METHODS)
        head = [(text, self.text.line(start)) for text, start in self.sections[""]]
        found = [
            (match[1].upper(), match[2], line)
            for index, (text, line) in enumerate(head)
            for joined in (
                text,
                f"{text} {head[index + 1][0]}" if text.upper() in METHODS and index + 1 < len(head) else "",
            )
            if (match := re.fullmatch(rf"\W*({methods})\s+((?:https?://)?[\w.~{{}}()-]*/?[^\s]*)", joined, re.I))
            and ("/" in match[2] or "{" in match[2] or match[1].isupper())
        ]
        if not found:
            return None, 1, []
        described = {text for text, _ in self.sections.get("uri", [])}
        listed = {line for one, other in pairwise(found) if other[2] - one[2] <= 2 for line in (one[2], other[2])}

        def likely(entry: tuple[str, str, int]) -> tuple[bool, bool, int]:
            names = names_in(parse_address(entry[1]).path)
            return set(names) <= described, entry[2] not in listed, entry[2]

        # Navigation lists other operations; the page's own heading stands alone, last before the first section.
        method, printed, line = max(found, key=likely)
        address = parse_address(printed)
        add_operation(self.collector, [Statement("text", line, method, address)], printed.partition("?")[0])
        return printed, line, list(address.query)

    # -- tables ------------------------------------------------------------------------------------

    def tables(self, section: str) -> list[tuple[str | None, list[tuple[str, int]]]]:
        """The tables of a section: the model named above each, and the lines below its head."""
        lines = self.sections.get(section, [])
        heads: list[tuple[int, int]] = []  # first line of a head, first line below it
        for i, (text, _) in enumerate(lines):
            if _HEAD.fullmatch(text.strip("| ")):
                heads.append((i, i + 1))
            elif tuple(cell.strip("| ").lower() for cell, _ in lines[i : i + 4]) == _HEAD_CELLS:
                heads.append((i, i + 4))
        named = [self.model([text for text, _ in lines[max(0, i - 6) : i]]) for i, _ in heads]
        ends = [*(i - bool(model) for (i, _), model in zip(heads, named, strict=True)), len(lines)][1:]
        return [(model, lines[start:end]) for (_, start), model, end in zip(heads, named, ends, strict=True)]

    def model(self, above: list[str]) -> str | None:
        """The model that a table is of: in the line above it, or in camel case above whatever came between."""
        between = list(takewhile(lambda text: not _NOTE.fullmatch(text), reversed(above)))
        names = [found[1] for text in between if (found := re.fullmatch(rf"(?:Collection of )?({_MODEL})", text))]
        camel = [name for name in names if re.fullmatch(r"(?:[A-Z]+[a-z\d]+){2,}\w*|[A-Z]{3,}\w*", name)]
        return (camel or names or [None])[0]

    def rows(
        self, section: str, known: Container[str], lines: list[tuple[str, int]]
    ) -> Iterator[tuple[str, dict[str, Any], int]]:
        """(name, what is said, line) for each row of a table."""
        row: list[tuple[str, int]] = []
        notes: list[str] = []
        cells: list[tuple[str, int]] = []  # since the last note
        for text, start in lines:
            if re.fullmatch(r"[|\s:-]+", text):
                continue
            for cell in self.cells(text, known):
                if not _NOTE.fullmatch(cell):
                    cells.append((cell, self.text.line(start)))
                elif len(cells) > 1 and self.named(cells, known):
                    yield from self.row(row, notes, known)
                    row, notes, cells = cells, [cell], []
                elif notes and not notes[0].startswith("None"):  # what stood before this note belongs to no row
                    notes.append(cell)
                    cells = []
        yield from self.row(row, notes, known)
        if self.named(cells, known) and section not in self.closed_sections():
            self.collector.cut(cells[0][1], f"the table of {section}")

    def named(self, cells: list[tuple[str, int]], known: Container[str]) -> tuple[str, int] | None:
        """The cell with the name of a row: a name that is known, or the first that looks like one."""
        names = [cell for cell in cells if cell[0] in known] or [cell for cell in cells if _NAME.fullmatch(cell[0])]
        return names[0] if names else None

    def closed_sections(self) -> list[str]:
        """Sections that another section follows: what is left over in them is noise, not a cut."""
        return list(self.sections)[:-1]

    def cells(self, text: str, known: Container[str]) -> list[str]:
        """The cells of one line: one cell, a row with tabs, bars or wide blanks between cells, or a row without any."""
        parts = [part.strip() for part in re.split(r"\t+|\s*\|\s*|\s{2,}", text.strip("| ")) if part.strip()]
        if len(parts) != 1:
            return parts
        if not _ENDS_IN_NOTE.search(text):
            name, _, rest = text.partition(" ")
            return [name, rest.strip()] if rest and name in known else parts
        glued = "|".join(re.escape(text[:end]) for end in range(len(text), 0, -1) if text[:end] in known)
        starts = [rf"(?:{glued})"] if glued else []
        starts += [rf"{_NAME.pattern}(?=\s)", r"[A-Za-z]\w*?(?=(?:Gets?|Sets?|The|An?|Whether|Indicates)\b)"]
        for start in starts:
            for kind in (rf"(?:{_TYPE_WORDS})", _MODEL):
                if found := re.fullmatch(rf"({start})\s*(.*?)\s*({kind})\s*({_NOTE.pattern})", text):
                    return [part for part in found.groups() if part]
        # Half a row: its name and description, or its type and note.
        if found := re.fullmatch(rf"({_TYPE})\s+({_NOTE.pattern})", text):
            return [found[1], found[2]]
        name, _, rest = text.partition(" ")
        return [name, rest.strip()] if rest and name in known else parts

    def row(
        self, cells: list[tuple[str, int]], notes: list[str], known: Container[str]
    ) -> Iterator[tuple[str, dict[str, Any], int]]:
        found = self.named(cells, known)
        if found is None:
            return
        name, line = found
        rest = [cell for cell, _ in cells[[cell for cell, _ in cells].index(name) + 1 :]]
        says = self.type(rest)
        for note in notes:
            says |= _note(note)
        # The generator lists every annotation, so a row without "Required" is not required.
        says.setdefault("required", False)
        yield name, says, line

    def type(self, cells: list[str]) -> dict[str, Any]:
        """The type is the last cell; it may have been wrapped over several lines."""
        matches: list[str] = []
        for end in range(len(cells), 0, -1):
            found = [" ".join(cells[start:end]) for start in range(max(0, end - 4), end)]
            matches += [cell for cell in found if _TYPE_CELL.fullmatch(cell)][:1]
        # A word of a menu reads like a model's name, but not like one of the types that every page has, nor does it
        # stand elsewhere.
        surely = [cell for cell in matches if re.fullmatch(_TYPE_WORDS, cell)]
        surely = surely or [cell for cell in matches if self.stands_elsewhere(cell)] or matches
        return _typed(surely[0]) if surely else {}

    def stands_elsewhere(self, word: str) -> bool:
        return len(re.findall(rf"{re.escape(word)}(?![a-z])", self.text.text)) > 1

    # -- payloads ----------------------------------------------------------------------------------

    def payload(self, at: str, section: str, formats: str) -> None:
        lines = self.sections.get(section, [])
        samples, media = self.samples(at, formats)
        members = [name for sample in samples if isinstance(sample.block.value, dict) for name in sample.block.value]
        tables = self.tables(section)
        rows = [row for _, table in tables[:1] for row in self.rows(section, set(members), table)]
        if not rows and not samples and not media:
            if self.no_body(at):
                self.collector.add("response", "200", line=self.text.line(lines[0][1]), stated=False, body=False)
            return
        line = rows[0][2] if rows else self.text.line(lines[0][1] if lines else 0)
        if at == "request":
            self.collector.add("request", line=line)
        else:
            self.collector.add("response", "200", line=line, stated=False)
        for media_type, where in media:
            self.collector.add("media", at, media_type, line=where)
        inner = Collector()
        add_payloads(inner, samples, _dictionary)
        shown = {row.key[1]: row for row in inner.rows.values() if row.kind == "field"}
        many = next((t for t, _ in self.prose(section) if re.fullmatch(r"Collection of \S+", t)), None)
        root = "/*" if many or (samples and isinstance(samples[0].block.value, list)) else ""
        model = tables[0][0] if tables else None
        self.collector.add("field", at, "", line=line, type="array" if root else "object", model=model)
        if root:
            self.collector.add("field", at, root, line=line, type="object")
        for name, says, where in rows:
            pointer = step(root, name)
            seen = shown.get(pointer)
            says.setdefault("type", seen.says.get("type") if seen else None)
            self.collector.add("field", at, pointer, line=where, **says)
            if says.get("values"):
                self.collector.add("field", at, step(pointer, "*"), line=where, type=says["values"])
            if seen and says["type"] and seen.says.get("type") not in (says["type"], "null", None):
                pair = [f"table: {says['type']}", f"sample: {seen.says.get('type')}"]
                if set(pair) != {"table: number", "sample: integer"}:
                    self.collector.contradict(
                        f"type of field {at} {pointer}", pair, [where, seen.line], ("field", at, pointer)
                    )
            if samples and not seen and not samples[0].block.cut:
                self.collector.contradict(
                    f"field {at} {pointer}",
                    ["table: listed", "sample: absent"],
                    [where, samples[0].line_of("")],
                    ("field", at, pointer),
                )
        self.add_models(at, tables[1:], section, shown)
        listed = {step(root, name) for name, _, _ in rows}
        top = root.count("/") + 1
        for row in inner.rows.values():
            pointer = row.key[1] if row.kind == "field" else ""
            if rows and row.kind == "field" and pointer.count("/") == top and pointer not in listed and pointer != "/*":
                self.collector.contradict(
                    f"field {at} {pointer}",
                    ["table: absent", "sample: shown"],
                    [rows[0][2], row.line],
                    ("field", at, pointer),
                )
            if (row.kind, *row.key) not in self.collector.rows:
                self.collector.add(row.kind, *row.key, line=row.line, **row.says)
        self.compare_xml(at, members)

    def add_models(
        self, at: str, tables: list[tuple[str | None, list[tuple[str, int]]]], section: str, shown: Mapping[str, Fact]
    ) -> None:
        """Members of other models, from tables of their own: they belong wherever a field is of that model."""
        for model, table in tables:
            rows = list(self.rows(section, [], table))
            fields = [row for row in self.collector.rows.values() if row.kind == "field" and row.key[0] == at]
            for owner in [row for row in fields if model and row.key[1] and row.says.get("model") == model]:
                above = owner.key[1] + ("/*" if owner.says.get("type") == "array" else "")
                for name, said, line in rows:
                    pointer = step(above, name)
                    seen = shown.get(pointer)
                    says = {"type": seen.says.get("type") if seen else None, **said}
                    self.collector.add("field", at, pointer, line=line, **says)

    def samples(self, at: str, section: str) -> tuple[list[Payload], list[tuple[str, int]]]:
        """The samples of a formats section, and every media type it names. XML goes to the collector at once."""
        lines = self.sections.get(section, [])
        media: list[tuple[str, int]] = []
        current: list[str] = []
        found: list[Payload] = []
        skip = -1
        listing = False  # the line above named media types too
        for text, start in lines:
            if start < skip:
                continue
            above, listing = listing, False
            start += self.text.text[start:].find(text[:1]) if text[:1] in "{[<" else 0
            if (types := MEDIA.findall(text)) and re.fullmatch(
                rf"{MEDIA.pattern}(?:[\s,]+{MEDIA.pattern})*[,:]?", text
            ):
                current, listing = [*current, *types] if above else types, True
                media += [(kind, self.text.line(start)) for kind in types]
            elif _JSON.match(text) and not any("xml" in kind for kind in current):
                block = read_json(self.text.text, start, re.compile(r"\s*(?:Sample:|application/|text/)"))
                skip = block.end
                if block.cut:
                    self.collector.cut(self.text.line(len(self.text.text) - 1), "a JSON sample")
                if not found:
                    found.append(
                        Payload(at, current[0] if current else "application/json", block, self.text.liner(block), False)
                    )
            elif text[0] == "<" and not text.startswith("<!--"):
                skip = self.xml(at, start)
        return found, media

    def xml(self, at: str, start: int) -> int:
        """Root, namespace and element order of an XML sample."""
        line = self.text.line(start)
        root = re.compile(r"(?:<\?xml[^>]*\?>\s*)?<([\w:.-]+)").match(self.text.text, start)
        end = re.compile(rf"</{re.escape(root[1])}\s*>").search(self.text.text, start) if root else None
        if not root or not end:
            self.collector.cut(self.text.line(len(self.text.text) - 1), "an XML sample")
            return len(self.text.text)
        printed = self.text.text[start : end.end()]
        try:
            tree = ET.fromstring(printed)  # noqa: S314 - a page on disk; expat bounds entity expansion
        except ET.ParseError:
            self.collector.add("sample", at, "application/xml", "1", line=line, reason=["not well-formed XML"])
            return end.end()
        namespace, _, name = tree.tag.rpartition("}")
        self.collector.add("sample", at, "application/xml", "1", line=line, value=_xml_value(tree))
        elements = list(dict.fromkeys(_paths(tree)))
        self.collector.add("xml", at, line=line, root=name, namespace=namespace.lstrip("{") or None, elements=elements)
        return end.end()

    def compare_xml(self, at: str, members: list[str]) -> None:
        row = self.collector.rows.get(("xml", at))
        if row is None or not members:
            return
        elements = {path for path in row.says["elements"] if "/" not in path}
        for name in sorted(elements ^ set(members)):
            says = [
                f"{kind}: {'shown' if name in found else 'absent'}"
                for kind, found in (("JSON", members), ("XML", elements))
            ]
            self.collector.contradict(f"field {at} /{name} in samples", says, [row.line], ("field", at, f"/{name}"))

    def no_body(self, at: str) -> bool:
        """Whether the page says that the answer has no body."""
        said = [text for text, _ in self.sections.get("resource", ())]
        return at != "request" and bool(said) and bool(re.fullmatch(r"None\.?", said[-1]))

    def statuses(self, line: int) -> None:
        """Statuses that the resource's description names in prose: a failure with a number is a fact, its wording is
        not."""
        prose = list(self.prose("resource"))
        whole = " ".join(text for text, _ in prose)  # a sentence may be wrapped
        for found in _FAILURES.finditer(whole):
            before, after = whole[: found.start()], whole[found.end() :]
            if _SAID_BEFORE.search(before) or _SAID_AFTER.match(after) or (before[-1:] == "(" and after[:1] == ")"):
                where = next((at for text, at in prose if found.group()[:3] in text), prose[0][1])
                for status in re.findall(r"\d{3}", found.group()):
                    self.collector.add("response", status, line=self.text.line(where), stated=False)

    def prose(self, section: str) -> Iterator[tuple[str, int]]:
        for text, start in self.sections.get(section, []):
            if _HEAD.fullmatch(text.strip("| ")) or text.lower() == "name":
                return
            yield text, start

    def check_complete(self) -> None:
        last = self.page.lines[-1].number
        for section in ("response", "response formats"):
            if section not in self.sections and not (section == "response formats" and self.no_body("response")):
                self.collector.cut(last, "the response section, which is missing")
        formats = self.sections.get("response formats", [])
        if formats and re.fullmatch(rf"Sample:?|{MEDIA.pattern}(?:[\s,]+{MEDIA.pattern})*[,:]?", formats[-1][0]):
            self.collector.cut(last, "a sample of which only the label is there")


def _typed(printed: str) -> dict[str, Any]:
    """A type cell as type, format, and what it is made of."""
    lower = printed.lower()
    if lower in _SIMPLE:
        kind, form = _SIMPLE[lower]
        return {"type": kind, **({"format": form} if form else {})}
    if lower.startswith("collection of "):
        items = printed[len("collection of ") :]
        return {"type": "array"} | ({} if items.lower() in _SIMPLE else {"model": items})
    if found := re.fullmatch(r"dictionary of (.+?) \[key\] and (.+?) \[value\]", printed, re.I):
        value = _SIMPLE.get(found[2].lower(), ("object", None))[0]
        return {"type": "object", "values": value}
    return {"model": printed}


def _note(note: str) -> dict[str, Any]:
    for pattern, words in _NOTES:
        if found := re.fullmatch(pattern, note):
            if words == ("required",):
                return {"required": True}
            if words == ("optional",):
                return {"required": False}
            if words == ("dataType",):
                return {"format": _FORMATS[found[1]]} if found[1] in _FORMATS else {}
            return {
                word: _number(value) if word != "pattern" else value
                for word, value in zip(words, found.groups(), strict=True)
            }
    return {}


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _dictionary(value: Any) -> bool:
    """Whether an object of a generated sample is a map: its member names are made up too."""
    return (
        isinstance(value, dict) and bool(value) and all(re.fullmatch(r"sample string \d+|\d+", name) for name in value)
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _paths(tree: ET.Element, above: str = "") -> Iterator[str]:
    for child in tree:
        path = f"{above}/{_local(child.tag)}".lstrip("/")
        yield path
        yield from _paths(child, path)


def _xml_value(tree: ET.Element) -> Any:
    """An XML sample as nested pairs, for the record."""
    if not len(tree):
        return " ".join((tree.text or "").split())
    return [{_local(child.tag): _xml_value(child)} for child in tree]
