"""QuestionPro pages: a heading with method and path, a security section, parameter lists, code samples, and per
status a JSON sample followed by its schema.

Captures of the same page come with every section label, or with none of them. Labels decide where a block belongs
when they are there; otherwise its place among the code samples and the status inside a sample decide.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from truecopy_docs.code import Call, find_calls
from truecopy_docs.facts import Collector
from truecopy_docs.families.common import (
    MEDIA,
    Payload,
    Statement,
    Text,
    add_operation,
    add_path_parameters,
    add_payloads,
)
from truecopy_docs.loose import Block, read_json, step
from truecopy_docs.page import Page, for_machines
from truecopy_docs.schemas import is_schema
from truecopy_docs.urls import METHODS, Address, credential, names_in, parse_address

__all__ = ["read"]

_ICON = re.compile(
    r"^[\s#>*▸▶▼▾•-]*(?:(?:arrow|chevron|expand|keyboard|keyboard_arrow|arrow_drop)_(?:right|down|more|less|up))?[\s*]*"
)
_STATUS_WORDS = "|".join(
    ("examples?", "samples?", "responses?", "errors?", "schema", *(re.escape(status.phrase) for status in HTTPStatus))
)
_LANGUAGES = r"curl|python ?3?|php|node(?:\.?js)?|javascript|java|c#|ruby|go|http"
_LABELS: tuple[tuple[str, str], ...] = (
    (r"example request|request url|end ?point", "url"),
    (r"authori[sz]ation|authentication", "security"),
    (r"security\b.*", "security"),
    (r"(?P<place>path|query|header|uri|url|cookie|form)(?: string)? (?:parameters?|params)", "parameters"),
    (r"request (?:parameters?|params)|parameters?", "parameters"),
    (
        r"(?:example )?(?:request )?(?:body|payload)(?: (?:parameters?|example|sample|schema))?|"
        r"request (?:example|sample|schema)",
        "request",
    ),
    (r"(?:minimal|full|minimum|maximum|sample|complete) (?:request )?(?:body|payload|request)", "request"),
    (r"(?:example|sample) code|code (?:examples?|samples?)", "code"),
    (r"responses?(?: (?:body|examples?|samples?))?", "response"),
    (rf"(?:http |error |response |status )*(?P<status>[1-5]\d\d)(?:[\s:\u2013-]+(?:{_STATUS_WORDS}))?", "response"),
    (r"example|sample|schema|(?:json )?schema", ""),
    (rf"(?:{_LANGUAGES})(?:\s*[(\u2013-].*)?", "code"),
)
_LABEL = [(re.compile(pattern, re.I), section) for pattern, section in _LABELS]
# What only an icon in front makes a label: without one it is a sentence as likely.
_MARKED = (
    (re.compile(r"(?P<status>[1-5]\d\d)\b.{0,40}"), "response"),
    (re.compile(rf"(?:{_LANGUAGES})\b.{{0,40}}", re.I), "code"),
)
_STOP = re.compile(
    r"\s*(?:arrow_right|curl\s|import\s|<\?php|(?:Responses?|Schema|Example(?: Code| Request)?)\s*$|"
    r"[1-5]\d\d example\s*$)",
    re.I,
)
_ANSWERS = re.compile(r"(?mi)^[^\w\"]*(?:arrow_right)?(?:responses?|(?:[1-5]\d\d )?example|schema)\W*$")
_BEFORE_BLOCK = re.compile(rf"(?i)(?:example|sample|schema|body|payload|responses?|{MEDIA.pattern})\W*$")
# The lines of a footer or an advertisement may stand between a brace and the first member.
_OPENS = re.compile(
    r'(?m)\{\s*(?="|\})|^[ \t]*\[\s*(?=[{"\[\]\d-])|^[ \t]*\{[ \t]*$(?=\n(?:[^\n{}"]*\n){1,8}[ \t]*"[^"\n]*"\s*:)'
)
_TYPE = (
    r"(?P<type>integer|int|long|number|float|double|decimal|string|boolean|bool|array|object|"
    r"date-time|datetime|date|uuid)"
)
_FLAGGED = r"(?:\s*[|,(-]?\s*(?P<flag>required|optional|mandatory)\b\)?)?"
_PARAMETER = re.compile(
    rf"[`*]*(?P<name>[A-Za-z_$@][\w.$@\[\]-]*?)[`*]*\s*[:|]?\s*[`*(]*{_TYPE}\b[`*)]*{_FLAGGED}(?P<rest>.*)", re.I
)
_TYPE_ALONE = re.compile(rf"\(?{_TYPE}\)?{_FLAGGED}", re.I)
_ARTICLE = re.compile("an?|the|this|that|each|every|any|some|one|no|of|as|is|or|and|with|for|to|by", re.I)
_NAME_ALONE = re.compile(r"[A-Za-z_$@][\w.$@\[\]-]*")
_FLAG = re.compile(r"\W*(required|optional|mandatory)\W*", re.I)
_WORDS = {
    "default": "default",
    "default value": "default",
    "minimum": "minimum",
    "min": "minimum",
    "maximum": "maximum",
    "max": "maximum",
    "max length": "maxLength",
    "min length": "minLength",
    "pattern": "pattern",
    "format": "format",
    "allowed values": "enum",
    "possible values": "enum",
    "valid values": "enum",
    "enum": "enum",
}
_ATTRIBUTE = re.compile(rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))})\s*(?:[:=]|is|are)\s*(.+)", re.I)
_TYPE_NAMES = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
}
_FORMATS = {"date-time": "date-time", "datetime": "date-time", "date": "date", "uuid": "uuid"}
_PLACES = {"uri": "path", "url": "path", "form": "body"}
_WHOLE = (("integer", "number"), ("number", "integer"))  # 0 and 0.0 are one value
_SECURITY = re.compile(r"(?P<word>name|location|type|in|scheme)\b\s*:?\s*(?P<value>.*)", re.I)


def read(page: Page, collector: Collector) -> None:
    """Read a page of this family into the collector."""
    _Reader(page, collector).read()


class _Reader:
    def __init__(self, page: Page, collector: Collector) -> None:
        self.page, self.collector = page, collector
        self.text = Text(page)
        self.calls = [call for call in find_calls(self.text.text) if self.belongs(call)]
        self.payloads: list[Payload] = []
        self.headings: list[tuple[str | None, str, int]] = []
        self.parameters: list[tuple[str | None, dict[str, Any], int]] = []
        self.schemes: list[dict[str, tuple[str, int]]] = []
        self.statuses: dict[str, int] = {}
        self.section = self.media = ""
        self.announced = False  # a label says that there is a request body
        self.place: str | None = None
        self.labelled: str | None = None  # the status that a label names, until the next label of a section
        self.status: str | None = None
        self.empty_label: int | None = None
        self.pending = ""
        self.prose = False  # the line above is a sentence
        self.method_line: tuple[str, int] | None = None
        self.first = next(line.number for line in page.lines if line.text.strip())
        self.answers = max((found.start() for found in _ANSWERS.finditer(self.text.text)), default=0)

    def belongs(self, call: Call) -> bool:
        """Whether a code sample is of this page: one whose host and path stand nowhere else is not."""
        if call.url is None:
            return True
        elsewhere = self.text.text[: call.start] + self.text.text[call.end :]
        host, _, path = call.url.split("?")[0].partition("://")[2].partition("/")
        return host in elsewhere or (len(path) > 1 and path in elsewhere) or "://" not in elsewhere

    # -- one pass over the text: blocks, code and lines --------------------------------------------

    def read(self) -> None:
        text, position = self.text.text, 0
        calls = {call.start: call for call in self.calls}
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            call = calls.get(position)
            if call is not None:
                self.empty_label = None
                if call.cut:
                    self.collector.cut(self.text.line(len(text)), f"{call.language} sample")
                position = max(call.end, position + 1)
                continue
            opens = _OPENS.search(text, position, end + 80)
            if opens and opens.start() <= end and not self.skipped_code(position):
                before = text[position : opens.start()]
                self.line(before, position)
                block = read_json(text, opens.end() - len(opens.group().lstrip()), _STOP)
                if not before.strip() or _BEFORE_BLOCK.search(before):  # otherwise it is part of a sentence
                    self.block(block)
                position = max(block.end, position + 1)
                continue
            self.line(text[position:end], position)
            position = end + 1
        self.finish()

    def skipped_code(self, position: int) -> bool:
        """Whether blocks are part of a code sample in a language that is not read: the answers have yet to come."""
        return self.section == "code" and bool(self.calls) and position < self.answers

    def line(self, raw: str, offset: int) -> None:
        icon = _ICON.match(raw)
        text = _ICON.sub("", raw).strip().rstrip(":").strip()
        if not text or (MEDIA.fullmatch(text) and self.media_type(text)):
            return
        marked = bool(icon and icon.group().strip())
        if (label := self.label(text, self.text.line(offset), marked)) is not None:
            self.empty_label = self.text.line(offset) if label else self.empty_label
            return
        if self.heading(text, offset):
            return
        if self.section == "security":
            self.security_line(text, offset)
        elif self.section == "parameters":
            self.parameter_line(text, offset)

    def media_type(self, text: str) -> bool:
        self.media = text
        return True

    def label(self, text: str, line: int, marked: bool) -> bool | None:
        """Enter a section. True: something must follow this label; None: not a label."""
        for pattern, section in (*_LABEL, *(_MARKED if marked else ())):
            if (found := pattern.fullmatch(text)) is None:
                continue
            groups = found.groupdict()
            status = groups.get("status")
            if status and self.section != "response" and not text.lower().endswith("example"):
                continue
            if not section and self.section == "code":
                self.section = "response"  # its own label is missing, or in another language
            if section:
                self.section = section
                self.announced = self.announced or section == "request"
                self.labelled = self.status = status if section == "response" else None
                place = (groups.get("place") or "").lower()
                self.place = _PLACES.get(place, place) or None
                if status:
                    self.note_status(status, line)
                if section == "security":
                    self.scheme(text, line)
            return not section or bool(status) or section == "code"
        return None

    def scheme(self, title: str, line: int) -> None:
        """A label of the security section: the first names the section, each *Security - kind* one scheme."""
        known = self.schemes[-1] if self.schemes else {}
        if not known or known.keys() & {"name", "location"}:
            self.schemes.append({"title": (title, line)})
        elif re.search("[-\u2013]", title):
            known["title"] = (title, line)

    def note_status(self, status: str, line: int) -> None:
        self.statuses.setdefault(status, line)

    def heading(self, text: str, offset: int) -> bool:
        methods = "|".join(METHODS)
        line = self.text.line(offset)
        if found := re.fullmatch(rf"({methods})\s*(/\S*|https?://\S+)", text, re.I):
            self.headings.append((found[1].upper(), self.unwrapped(found[2], offset), line))
        elif re.fullmatch(methods, text, re.I):
            self.method_line = (text.upper(), line)
            return True
        elif re.fullmatch(r"https?://\S+", text):
            self.headings.append((None, self.unwrapped(text, offset), line))
        elif self.method_line and re.fullmatch(r"/\S*", text):
            self.headings.append((self.method_line[0], text, line))
        else:
            return False
        self.method_line = None
        return True

    def unwrapped(self, address: str, offset: int) -> str:
        """An address with its other half on the next line, when the whole stands elsewhere on the page."""
        text = self.text.text
        after = text[text.find(address, offset) + len(address) :]
        half = re.match(r"[ \t]*\n[ \t]*([\w{}/.?=&-]+)[ \t]*(?:\n|$)", after)
        return address + half[1] if half and address + half[1] in text else address

    def security_line(self, text: str, offset: int) -> None:
        line = self.text.line(offset)
        if _FLAG.fullmatch(text):
            self.schemes[-1]["required"] = (text.lower(), line)
        elif self.pending:
            self.schemes[-1].setdefault(self.pending, (text, line))
            self.pending = ""
        elif found := _SECURITY.fullmatch(text):
            word = {"in": "location"}.get(found["word"].lower(), found["word"].lower())
            if found["value"]:
                value = re.sub(r"(?i)[\s(,|-]*\b(required|optional)\W*$", "", found["value"]).strip("`*")
                if word == "name" and not re.fullmatch(r"[\w-]+", value):
                    return
                if word == "name" and "name" in self.schemes[-1]:
                    self.schemes.append({})
                self.schemes[-1].setdefault(word, (value, line))
            else:
                self.pending = word

    def parameter_line(self, text: str, offset: int) -> None:
        line = self.text.line(offset)
        prose, self.prose = self.prose, False
        if found := _FLAG.fullmatch(text):
            if self.parameters:
                self.parameters[-1][1]["required"] = found[1].lower() != "optional"
        elif (found := _TYPE_ALONE.fullmatch(text)) and self.pending:
            self.parameter(self.pending, found, line)
        elif (found := _ATTRIBUTE.fullmatch(text)) and self.parameters:
            self.attribute(found)
        elif (found := _PARAMETER.fullmatch(text)) and self.is_parameter(found["name"], found["rest"].strip(), prose):
            self.parameter(found["name"], found, line)
            rest = found["rest"].strip(" |,:\u2013-")
            if flag := re.search(r"[(,.|-]\s*(required|optional|mandatory)\W*$", rest, re.I):
                self.parameters[-1][1].setdefault("required", flag[1].lower() != "optional")
            if found := _ATTRIBUTE.fullmatch(rest):
                self.attribute(found)
        elif _NAME_ALONE.fullmatch(text):
            self.pending = text
        else:
            self.prose = " " in text

    def is_parameter(self, name: str, rest: str, prose: bool) -> bool:
        """Whether a word beside a type is a name. *Positive integer* and *an object* describe one; so does what goes on
        from the line above."""
        if re.search(rf"[{{?&]{re.escape(name)}\b", self.text.text):
            return True
        if re.fullmatch("[A-Z]+|[A-Z][a-z]+", name):
            return self.place == "header" and not rest
        return not _ARTICLE.fullmatch(name) and not (prose and rest[:1].islower())

    def attribute(self, found: re.Match[str]) -> None:
        word = _WORDS[found[1].lower()]
        self.parameters[-1][1].setdefault(word, _attribute(word, found[2].strip()))

    def parameter(self, name: str, found: re.Match[str], line: int) -> None:
        self.pending = ""
        kind = found["type"].lower()
        says: dict[str, Any] = {"name": name, "type": _TYPE_NAMES.get(kind, "string" if kind in _FORMATS else kind)}
        if kind in _FORMATS:
            says["format"] = _FORMATS[kind]
        if found["flag"]:
            says["required"] = found["flag"].lower() != "optional"
        self.parameters.append((self.place, says, line))

    # -- JSON blocks -------------------------------------------------------------------------------

    def block(self, block: Block) -> None:
        start = block.offsets.get("", block.end)
        line_of = self.text.liner(block)
        if block.cut:
            self.collector.cut(self.text.line(len(self.text.text) - 1), "a JSON block")
        if (not block.value and not block.repairs) or for_machines(self.text.text[start : block.end]):
            return
        self.empty_label = None
        schema = is_schema(block.value)
        at = self.location(block, start, schema)
        if block.cut and not schema and not self.status and any(known.at == at for known in self.payloads):
            return  # the status that would say where it belongs stands behind the cut
        self.payloads.append(Payload(at, self.media or "application/json", block, line_of, schema))

    def location(self, block: Block, start: int, schema: bool) -> str:
        if (
            self.section == "request"
            or (self.section not in ("response", "request") and self.calls and start < self.calls[0].start)
            or (
                self.section == ""
                and not self.calls
                and not self.payloads
                and not schema
                and not _status_in(block.value)
            )
        ):
            return "request"
        if not schema:
            inside = _status_in(block.value)
            told = any(known.at == f"response {self.labelled}" and not known.schema for known in self.payloads)
            if inside and told:
                self.labelled = None  # that label had its sample; the labels after it were lost
            if self.labelled and inside and inside != self.labelled:
                says = [f"label: {self.labelled}", f"sample: {inside}"]
                self.collector.contradict(
                    f"status of the {self.labelled} sample", says, [self.text.line(start)], ("response", self.labelled)
                )
            self.status = self.labelled or inside
            if inside and not self.labelled:
                self.note_status(inside, self.text.line(start))
        elif not self.labelled:
            members = block.value.get("properties") or {}
            of = next((p.at for p in reversed(self.payloads) if not p.schema and _related(p.block.value, members)), "")
            return of or f"response {self.status or '200'}"
        return f"response {self.status or '200'}"

    # -- rows --------------------------------------------------------------------------------------

    def finish(self) -> None:
        statements, printed = self.statements()
        add_operation(self.collector, statements, printed)
        operation = self.collector.rows.get(("operation",))
        path = str(operation.says.get("path", "/")) if operation else "/"
        line = operation.line if operation else 1
        self.add_security(statements)
        self.add_parameters(path, line)
        self.add_payloads()
        if self.empty_label is not None:
            self.collector.cut(self.empty_label, "a section of which only the label is there")
        elif not any(p.at.startswith("response") for p in self.payloads):
            self.collector.cut(self.page.lines[-1].number, "the responses, which are missing")

    def statements(self) -> tuple[list[Statement], str | None]:
        """Where the page names the operation, the most trustworthy first: of several headings, the one that the code
        calls."""
        called = [(call.method, parse_address(call.url)) for call in self.calls if call.url]

        def agreement(heading: tuple[str | None, str, int]) -> tuple[int, int, bool, bool]:
            address = parse_address(heading[1])
            same = [m for m, other in called if other.path.endswith(address.path) and address.base in ("", other.base)]
            version = bool(re.search(r"/v\d+/", heading[1]))
            return len(same), same.count(heading[0]), "{" in heading[1], version

        named = [heading for heading in self.headings if heading[0] and not heading[1].lower().startswith("http")]
        urls = [heading for heading in self.headings if heading[1].lower().startswith("http")]
        paths = sorted(named, key=agreement, reverse=True)[:1]
        urls = [
            url
            for url in sorted(urls, key=agreement, reverse=True)[:1]
            if agreement(url) > (0, 0, False, False) or not called
        ]
        if (
            paths
            and paths[0][2] != self.first
            and not agreement(paths[0])[0]
            and any(agreement(url)[0] for url in urls)
        ):
            paths = []  # a link to another operation: the page's own heading stands first
        known = parse_address(paths[0][1]).path if paths else None
        statements: list[Statement] = []
        for method, printed, line in [*paths, *urls]:
            statements.append(Statement("text", line, method, parse_address(printed, known)))
        for call in self.calls:
            address = parse_address(call.url, known) if call.url else None
            statements.append(Statement(call.language, self.text.line(call.start), call.method, address))
        first = [*paths, *urls][:1]
        return statements, first[0][1] if first else None

    def add_security(self, statements: list[Statement]) -> None:
        """The security section if there is one; otherwise what the URL and the first sample carry. All must agree."""
        stated: dict[tuple[str, str, str], int] = {}
        for scheme in self.schemes:
            named = scheme.keys() & {"name", "location"} or re.search(
                r"[-\u2013] *(bearer|basic)", scheme.get("title", ("", 0))[0], re.I
            )
            if named:
                key = _scheme(scheme)
                stated.setdefault(key, scheme.get("name", scheme.get("location", scheme.get("title", ("", 1))))[1])
                said = {"type": scheme["type"][0].lower()} if "type" in scheme else {}
                self.collector.add("security", *key, line=stated[key], **said)
        used = [("text", key, line) for key, line in stated.items()]
        for statement in statements:
            query = statement.address.query if statement.source == "text" and statement.address else {}
            keys = [name for name, value in query.items() if credential(name, value)]
            used += [("text", ("apiKey", name, "query"), statement.line) for name in keys]
        for call in self.calls:
            line = self.text.line(call.start)
            address = parse_address(call.url) if call.url else Address("", "/", {})
            carried = [_header_scheme(name, value) for name, value in call.headers.items() if credential(name, value)]
            sent = {**address.query, **call.query}
            carried += [("apiKey", name, "query") for name, value in sent.items() if credential(name, value)]
            used += [(call.language, scheme, line) for scheme in carried]
        if not used:
            return
        if {scheme for _, scheme, _ in used} - (stated.keys() or {used[0][1]}):
            says = sorted({f"{source}: {place} {name}" for source, (_, name, place), _ in used})
            self.collector.contradict("credential", list(says), [line for _, _, line in used], ("security",))
        if not stated:
            shown = None if used[0][0] == "text" else "sample"
            self.collector.add("security", *used[0][1], line=used[0][2], source=shown)

    def add_parameters(self, path: str, line: int) -> None:
        in_path = names_in(path)
        for place, said, where in self.parameters:
            says = {word: value for word, value in said.items() if word != "name"}
            name = said["name"]
            place = place or ("path" if name in in_path else "query")
            says.setdefault("required", place == "path")
            self.collector.add("parameter", place, name, line=where, **says)
        add_path_parameters(self.collector, path, line)
        for call in self.calls:
            where = self.text.line(call.start)
            query = {**(parse_address(call.url).query if call.url else {}), **call.query}
            for name, value in query.items():
                if not credential(name, value):
                    self.collector.add("parameter", "query", name, line=where, **_shown_type(value))
            for name, value in call.headers.items():
                if name.lower() not in ("content-type", "accept", "user-agent", "host") and not credential(name, value):
                    self.collector.add("parameter", "header", name, line=where, **_shown_type(value))
        for heading in self.headings:
            address = parse_address(heading[1])
            if path.endswith(address.path) or address.path.endswith(path):
                for name, value in address.query.items():
                    if not credential(name, value):
                        self.collector.add("parameter", "query", name, line=heading[2], **_shown_type(value))

    def add_payloads(self) -> None:
        bodies = [call for call in self.calls if call.body]
        self.drop_foreign(bodies)
        if not any(payload.at == "request" for payload in self.payloads):
            self.payloads[:0] = [_call_payload(call, self.text) for call in bodies[:1]]
        add_payloads(self.collector, self.payloads)
        self.compare_bodies(bodies)
        for payload in self.payloads:
            media = [payload.media_type]
            if payload.at == "request":
                self.collector.add("request", line=payload.line_of(""))
                # What the code sends is what the body is; the word above a sample is the viewer's.
                media = [kind for call in bodies for kind in _sent_as(call)] or media
            for kind in media:
                self.collector.add("media", payload.at, kind, line=payload.line_of(""))
        for payload in self.payloads:
            status = payload.at.removeprefix("response ")
            if payload.at != "request":
                self.collector.add("response", status, line=payload.line_of(""), stated=status in self.statuses)
                if not payload.schema and not payload.block.cut:
                    self.add_errors(payload)
        for status, line in self.statuses.items():
            self.collector.add("response", status, line=line, stated=True)

    def drop_foreign(self, bodies: list[Call]) -> None:
        """Forget JSON that belongs to the site and not to the page: a body that no label announces and no code sends,
        and a sample that shares no member with the schema or the code of its place while another one does."""
        methods = {call.method for call in self.calls}
        if methods and methods <= {"GET", "HEAD", "DELETE", None} and not bodies and not self.announced:
            self.payloads = [payload for payload in self.payloads if payload.at != "request"]
        for at in {payload.at for payload in self.payloads}:
            schemas = [p.block.value.get("properties") for p in self.payloads if p.at == at and p.schema]
            known = [*schemas, *(call.body.value for call in bodies if call.body and at == "request")]
            samples = [p for p in self.payloads if p.at == at and not p.schema]
            foreign = {id(p) for p in samples if known and not any(_related(p.block.value, other) for other in known)}
            if len(foreign) < len(samples):
                self.payloads = [p for p in self.payloads if id(p) not in foreign]

    def compare_bodies(self, bodies: list[Call]) -> None:
        """Code samples must send fields that the request's samples know, with the same types."""
        known = {
            row.key[1]: row.says.get("type")
            for row in self.collector.rows.values()
            if row.kind == "field" and row.key[0] == "request"
        }
        for call in bodies:
            inner = Collector()
            add_payloads(inner, [_call_payload(call, self.text)])
            for row in inner.rows.values():
                if row.kind != "field":
                    continue
                pointer, kind = row.key[1], row.says.get("type")
                if pointer not in known or (kind != known[pointer] and (kind, known[pointer]) not in _WHOLE):
                    says = [f"text: {known.get(pointer, 'no such field')}", f"{call.language}: {kind}"]
                    self.collector.contradict(
                        f"field request {pointer} in the {call.language} sample",
                        says,
                        [row.line],
                        ("field", "request", pointer),
                    )

    def add_errors(self, payload: Payload) -> None:
        """Ids of errors: members named id or code, in the sample of a failure."""
        status = payload.at.removeprefix("response ")
        if not status.isdigit() or int(status) < 400:
            return
        for pointer, value in _objects(payload.block.value):
            word = next((word for word in ("id", "code", "errorCode", "error_code") if word in value), None)
            if word and len(value) > 1 and isinstance(value[word], (str, int)):
                name = value.get("name") or value.get("title")
                line = payload.line_of(step(pointer, word))
                said = {"name": name} if isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else {}
                self.collector.add("error", payload.at, str(value[word]), line=line, **said)


def _scheme(said: dict[str, tuple[str, int]]) -> tuple[str, str, str]:
    """Kind, name and place of a scheme of the security section."""
    title, name = said.get("title", ("", 0))[0], said.get("name", ("Authorization", 0))[0]
    location = said.get("location", ("header", 0))[0].lower()
    place = next((place for place in ("query", "cookie", "header") if place in location), "header")
    if re.search(r"bearer|basic", title, re.I):
        return ("http", "bearer" if "bearer" in title.lower() else "basic", "header")
    return ("oauth2" if "oauth" in title.lower() else "apiKey", name, place)


def _sent_as(call: Call) -> list[str]:
    """The media type that a code sample says it sends, if it does."""
    return [value.split(";")[0].strip() for name, value in call.headers.items() if name.lower() == "content-type"][:1]


def _call_payload(call: Call, text: Text) -> Payload:
    assert call.body is not None
    line = text.line(call.body_start)
    line_of = text.liner(call.body) if call.body_in_place else (lambda _: line)
    return Payload("request", "application/json", call.body, line_of, False)


def _related(sample: Any, members: Any) -> bool:
    """Whether a sample has one of these members at its root; what is not an object is taken on trust."""
    return not isinstance(sample, dict) or not isinstance(members, dict) or not sample.keys().isdisjoint(members)


def _objects(value: Any, pointer: str = "") -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(value, dict):
        found.append((pointer, value))
        for name, inner in value.items():
            found += _objects(inner, step(pointer, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += _objects(inner, step(pointer, number))
    return found


def _status_in(value: Any) -> str | None:
    """The HTTP status that a failure's sample carries."""
    for _, inner in _objects(value):
        for word in ("httpStatusCode", "httpStatus", "statusCode", "status_code"):
            status = inner.get(word)
            if isinstance(status, (int, str)) and re.fullmatch(r"[1-5]\d\d", str(status)):
                return str(status)
    return None


def _header_scheme(name: str, value: str) -> tuple[str, str, str]:
    scheme = value.split(" ", 1)[0].lower()
    return (
        ("http", scheme, "header")
        if name.lower() == "authorization" and scheme in ("bearer", "basic")
        else ("apiKey", name, "header")
    )


def _shown_type(value: str) -> dict[str, Any]:
    """The type that a sample value shows; a placeholder shows none."""
    if re.fullmatch(r"-?\d+", value):
        return {"type": "integer"}
    if value in ("true", "false"):
        return {"type": "boolean"}
    return {} if not value or value[0] in "{<[" else {"type": "string"}


def _attribute(word: str, said: str) -> Any:
    if word == "enum":
        return [part.strip(" \"'[]") for part in re.split(r"[,|]|\bor\b", said) if part.strip(" \"'[]")]
    said = said.rstrip(".").strip("\"'")
    return int(said) if re.fullmatch(r"-?\d+", said) else said
