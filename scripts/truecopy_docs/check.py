"""Facts against specs, both ways: every fact is in the spec or a recorded deviation, every part of a spec has a fact
or evidence.

A deviation answers a difference when its `at` is a pointer of the row that differs. With `covers` it says exactly
what it answers:

    covers:
      words: {type: "null", nullable: null}   what the page says, by word; null: the page is silent
      below: true                             it answers for everything below `at` too

A deviation whose `covers` answers nothing any more is stale: the page, or the spec, has moved on.

Where no fact holds the spec, an entry is all there is: what it stands for must be what was confirmed (confirmed.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from truecopy_docs.confirmed import digests, read_lock
from truecopy_docs.facts import KINDS, Fact, Facts, read_facts
from truecopy_docs.page import DocsError
from truecopy_docs.rules import same_words
from truecopy_docs.spec import Entry, Operation, Spec, load_specs

__all__ = ["CODES", "Finding", "Report", "check", "examine"]

CODES: Mapping[str, tuple[str, str]] = {
    "TD101": (
        "a fact is not in the spec",
        "Add what the page says to the spec, or record in x-deviations why it is left out.",
    ),
    "TD102": (
        "a fact and the spec differ",
        "Correct the spec, or record the difference in x-deviations (at: the pointer shown).",
    ),
    "TD103": (
        "a deviation is stale",
        "Page and spec no longer differ there, or the page says something else; remove or rewrite the entry.",
    ),
    "TD104": (
        "a deviation points nowhere",
        "Its `at` names no place of the spec; correct the pointer or remove the entry.",
    ),
    "TD105": (
        "a deviation is incomplete",
        "It needs at, page, spec, because, with no TODO, and evidence: documented, sample, observed or inferred.",
    ),
    "TD106": (
        "evidence points nowhere",
        "Its `at` names no place of the spec; correct the pointer or remove the entry.",
    ),
    "TD107": (
        "evidence is not needed",
        "Captured pages state everything there; remove the entry.",
    ),
    "TD108": (
        "evidence is incomplete",
        "It needs at, source, and evidence: documented, sample, observed or inferred.",
    ),
    "TD109": (
        "what an entry stands for has changed",
        "No fact can tell whether it still holds: look at its source again, then run `truecopy-docs confirm`.",
    ),
    "TD201": (
        "a part of the spec has no source",
        "No captured page states it: add an x-evidence entry at its pointer, or remove it.",
    ),
    "TD301": (
        "a sample does not follow the spec",
        "Widen the schema, or record in x-deviations why the page's sample is wrong.",
    ),
    "TD302": (
        "a damaged sample is not recorded",
        "Record in x-deviations, at the spec's example, what is damaged and how it was read.",
    ),
    "TD303": (
        "a contradiction of the page is not settled",
        "Take a side in the spec and record it in x-deviations at the pointer shown.",
    ),
    "TD401": (
        "a source has no facts",
        "Run `truecopy-docs facts PAGE -o specs/facts/DOCUMENT.yaml` for the document that x-sources names.",
    ),
    "TD402": (
        "facts have no source",
        "Name the document in the x-sources of the spec that describes it.",
    ),
    "TD403": (
        "source and facts are of different texts",
        "The sha256 in x-sources is not that of the facts; run `make docs-update`.",
    ),
    "TD404": (
        "a source names an operation that the spec lacks",
        "Correct the operationId in x-sources.",
    ),
    "TD405": (
        "facts of a page that is cut off",
        "Capture the whole page again and write its facts anew.",
    ),
}  # fmt: skip
"""Finding code -> (what it means, what to do). Codes are stable: they are never renumbered."""

_EVIDENCE = ("documented", "sample", "observed", "inferred")
_COMPARED = (
    "operation",
    "host",
    "security",
    "parameter",
    "request",
    "response",
    "media",
    "header",
    "field",
    "error",
    "xml",
)
_SOURCED = ("operation", "host", "security", "parameter", "request", "response", "media", "header", "field")
_SILENT = ("example", "source", "printed", "model", "values", "flat", "per", "id", "tag")
_MEDIA_ALIASES = {"text/json": "application/json"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to put right: its code, what is wrong, where in the spec, where on the page."""

    code: str
    text: str
    spec: str
    pointer: str
    document: str = ""
    line: int | None = None


@dataclass(slots=True)
class Report:
    """Findings, and per page how many facts are held, deviate as recorded, or are missing."""

    findings: list[Finding] = field(default_factory=list)
    coverage: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Note:
    """An entry of x-deviations or x-evidence, and whether anything used it."""

    entry: Mapping[str, Any]
    used: bool = False
    touched: bool = False
    at: str = field(init=False)
    covers: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.at, self.covers = str(self.entry.get("at", "")), self.entry.get("covers") or {}

    def applies_to(self, document: str) -> bool:
        return str(self.entry.get("document", document)) == document

    def answers(self, own: Iterable[str], chain: Iterable[str], words: Mapping[str, Any]) -> bool:
        covered = self.covers.get("words") or {}
        below = bool(self.covers.get("below"))
        reached = any(self.below(pointer) for pointer in (*own, *chain)) if below else self.at in own
        said = all(w in covered and same_words(w, covered[w], value) for w, value in words.items())
        return reached and said

    def below(self, pointer: str) -> bool:
        return pointer == self.at or pointer.startswith(self.at + "/")


def check(specs: Path, facts: Path | None = None) -> Report:
    """Check the specs of a folder against the facts in its `facts` folder.

    Raises:
        DocsError: a file cannot be read, or there are no specs.
    """
    folder = facts or specs / "facts"
    pages = [read_facts(path) for path in sorted(folder.glob("*.yaml"))]
    if not pages:
        raise DocsError(f"{folder}: holds no facts (*.yaml); write them with `truecopy-docs facts PAGE -o FILE`")
    report = Report()
    known = set[str]()
    lock = read_lock(specs)
    for spec in load_specs(specs):
        if "x-sources" not in spec.document:
            continue  # a spec of our own, which transcribes no page
        known |= {str(source.get("document")) for source in spec.document["x-sources"] or ()}
        examine(spec, {page.document: page for page in pages}, lock.get(spec.name, {}) if lock else None, report)
    for page in pages:
        if page.document not in known:
            report.findings.append(Finding("TD402", f"facts of {page.document}", "", "", page.document))
    return report


def examine(
    spec: Spec, pages: Mapping[str, Facts], confirmed: Mapping[str, str] | None = None, report: Report | None = None
) -> Report:
    """Check one spec against the pages by document; `confirmed` are the digests of its entries, None for no lock."""
    report = report or Report()
    _Check(spec, pages, report).run()
    if confirmed is None:
        return report
    for at, digest in digests(spec).items():
        if confirmed.get(at) != digest and spec.at(at) is not None:
            text = f"{at}: {'is no longer what was confirmed' if at in confirmed else 'was never confirmed'}"
            report.findings.append(Finding("TD109", text, spec.path.name, at))
    return report


class _Check:
    def __init__(self, spec: Spec, pages: Mapping[str, Facts], report: Report) -> None:
        self.spec, self.pages, self.report = spec, pages, report
        self.deviations = [_Note(entry) for entry in spec.document.get("x-deviations") or ()]
        self.evidence = [_Note(entry) for entry in spec.document.get("x-evidence") or ()]
        self.touched: set[str] = set()  # pointers that a fact states
        self.recorded: set[str] = set()  # pointers where a deviation stands for a fact
        self.document = ""
        self.counts: dict[str, int] = {}

    def find(self, code: str, text: str, pointer: str, line: int | None = None) -> None:
        self.report.findings.append(Finding(code, text, self.spec.path.name, pointer, self.document, line))

    def run(self) -> None:
        self.entries()
        for number, source in enumerate(self.spec.document.get("x-sources") or ()):
            self.document = str(source.get("document"))
            at = f"/x-sources/{number}"
            page = self.pages.get(self.document)
            named = {operation.id: operation for operation in self.spec.operations()}
            for name in source.get("operations") or ():
                if name not in named:
                    self.find("TD404", f"{name} of {self.document}", at)
            if page is None:
                self.find("TD401", self.document, at)
                continue
            if page.sha256 != source.get("sha256"):
                self.find("TD403", self.document, at)
            if page.truncated:
                self.find("TD405", f"{self.document} ends in {page.truncated['in']}", at, int(page.truncated["line"]))
            operation = self.spec.operation_of(page)
            if operation:
                self.page(page, operation)
        self.document = ""
        self.backwards()
        self.stale()

    # -- forwards: every fact ----------------------------------------------------------------------

    def page(self, page: Facts, operation: Operation) -> None:
        self.counts = self.report.coverage.setdefault(page.document, {"held": 0, "deviating": 0, "missing": 0})
        rows = self.spec.rows(operation)
        for fact in page.rows:
            if fact.kind in _COMPARED:
                outcome = self.fact(fact, rows, operation)
                self.counts[outcome] += 1
            elif fact.kind == "sample":
                self.counts[self.sample(fact, operation)] += 1
            elif fact.kind == "contradiction":
                self.counts[self.contradiction(fact, rows, operation)] += 1

    def fact(self, fact: Fact, rows: Mapping[tuple[str, ...], Entry], operation: Operation) -> str:
        key = (fact.kind, *fact.key)
        if fact.kind == "error":
            return self.error(fact, operation)
        entry = rows.get(key)
        if entry is None:
            pointer = self.spec.pointer(operation, key)
            own = [
                pointer,
                *(
                    other.pointer
                    for other in rows.values()
                    if other.fact.kind == fact.kind and fact.kind in ("host", "security")
                ),
            ]
            own += [
                place for other in rows.values() if other.fact.kind == fact.kind == "security" for place in other.own
            ]
            if self.excused(own, (), dict(zip(KINDS[fact.kind], fact.key, strict=True))):
                self.recorded.update(own)
                return "deviating"
            self.find("TD101", f"{fact.name} is not in the spec", pointer, fact.line)
            return "missing"
        self.touched.update(entry.own)
        for note in self.deviations:
            note.touched = note.touched or (note.at in entry.own and note.applies_to(self.document))
        differences = {
            word: (fact.says.get(word), entry.fact.says.get(word))
            for word in {*fact.says, *entry.fact.says} - set(_SILENT)
            if self.differs(fact, word, fact.says.get(word), entry.fact.says.get(word))
        }
        outcome = "held"
        for word, (said, spec) in sorted(differences.items()):
            if self.excused(entry.own, entry.chain, {word: said}):
                outcome = "deviating" if outcome == "held" else outcome
                continue
            self.find(
                "TD102",
                f"{word} of {fact.name}: the page says {_show(said)}, the spec {_show(spec)}",
                entry.pointer,
                fact.line,
            )
            outcome = "missing"
        return outcome

    def differs(self, fact: Fact, word: str, said: Any, spec: Any) -> bool:
        """Whether page and spec differ in a word. What a family of pages never states is not a difference."""
        if fact.kind == "response":
            return (word == "stated" and said is False) or (word == "body" and said is not None and said != spec)
        if fact.kind == "operation":
            return word == "repaired" or said != spec
        if fact.kind == "request":
            return not spec  # a body that the page prints is one to send
        if fact.kind == "security":
            return False
        return not same_words(word, said, spec)

    def error(self, fact: Fact, operation: Operation) -> str:
        at, number = fact.key
        for way, value in self.spec.examples(at, operation):
            leaves = {str(found) for found in _leaves(value)}
            if number in leaves and fact.says.get("name", number) in leaves:
                self.touched.update(way)
                return "held"
        pointer = self.spec.pointer(operation, ("response", at.removeprefix("response ")))
        self.find("TD101", f"{fact.name} is in no example of the spec", pointer, fact.line)
        return "missing"

    def sample(self, fact: Fact, operation: Operation) -> str:
        """A sample must follow the schema of the spec, and a damaged one must be recorded."""
        at, media_type, _ = fact.key
        outcome = "held"
        response = self.spec.pointer(
            operation, ("response", at.removeprefix("response ")) if at != "request" else ("request",)
        )
        ways = [pointer for way, _ in self.spec.examples(at, operation) for pointer in way]
        for note in self.deviations:
            note.touched = note.touched or (note.at in ways and note.applies_to(self.document))
        if "reason" in fact.says:
            if not self.excused(ways or [response], (), {"sample": "damaged"}):
                self.find("TD302", f"{fact.name}: {'; '.join(fact.says['reason'])}", response, fact.line)
                return "missing"
            outcome = "deviating"
        if media_type.endswith("xml"):
            return outcome
        entry = self.spec.rows(operation).get(("media", at, _MEDIA_ALIASES.get(media_type, media_type)))
        content = self.spec.at(entry.chain[-1]) if entry else None
        if not isinstance(content, dict) or "schema" not in content:
            return outcome
        value = fact.says.get("value", fact.says.get("repaired"))
        schema = {**content["schema"], "components": self.spec.document.get("components", {})}
        try:
            errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(value))
        except ValueError as invalid:
            reason = str(invalid).split("\n", 1)[0][:100]
            self.find("TD301", f"{fact.name}: its schema is no schema: {reason}", response, fact.line)
            return "missing"
        for error in errors:
            where = "/" + "/".join(str(part) for part in error.instance_path)
            self.find("TD301", f"{fact.name} {where}: {error.message}", entry.pointer if entry else response, fact.line)
            outcome = "missing"
        return outcome

    def contradiction(self, fact: Fact, rows: Mapping[tuple[str, ...], Entry], operation: Operation) -> str:
        about = tuple(str(part) for part in fact.says.get("about", ()))
        related = [entry for key, entry in rows.items() if key[: len(about)] == about]
        own = [pointer for entry in related for pointer in entry.own] or [self.spec.pointer(operation, about)]
        if self.excused(own, (), {"contradiction": fact.key[0]}):
            return "deviating"
        self.find("TD303", f"{fact.key[0]}: {'; '.join(map(str, fact.says.get('says', ())))}", own[0], fact.line)
        return "missing"

    def excused(self, own: Iterable[str], chain: Iterable[str], words: Mapping[str, Any]) -> bool:
        """Whether a deviation answers for these words of a row, by the row's own pointers or by those that led to
        it."""
        answered = False
        for note in self.deviations:
            if note.applies_to(self.document) and note.answers(own, chain, words):
                note.used = answered = True
        return answered

    # -- backwards: every part of the spec ---------------------------------------------------------

    def backwards(self) -> None:
        """Every operation, parameter, field, status, header and media type needs a fact, a deviation or evidence."""
        seen: set[str] = set()
        for operation in self.spec.operations():
            for key, entry in self.spec.rows(operation).items():
                place = "".join(entry.own) if key[0] == "security" else entry.pointer
                if key[0] not in _SOURCED or place in seen:
                    continue
                seen.add(place)
                own = (operation.pointer,) if key[0] == "operation" else entry.own
                evidence = [note for note in self.evidence if any(note.below(pointer) for pointer in own)]
                if entry.pointer in self.touched:
                    for note in evidence:
                        note.touched = True
                    continue
                silent = {KINDS[key[0]][0]: None} if key[0] in ("host", "security") else {}
                recorded = [
                    note
                    for note in self.deviations
                    if (silent or note.covers.get("below") or not note.covers)
                    and note.answers(own, entry.chain, silent)
                ]
                for note in (*evidence, *recorded):
                    note.used = True
                if not evidence and not recorded and entry.pointer not in self.recorded:
                    self.find("TD201", f"{entry.fact.name} of {operation.id}", entry.pointer)

    def stale(self) -> None:
        for number, note in enumerate(self.deviations):
            at = f"/x-deviations/{number}"
            if self.spec.at(note.at) is not None and not note.used and (note.covers or not note.touched):
                self.find("TD103", f"{note.at}: {note.entry.get('page')}", at)
        for number, note in enumerate(self.evidence):
            if note.touched and not note.used:
                self.find("TD107", note.at, f"/x-evidence/{number}")

    def entries(self) -> None:
        """Entries themselves: complete, and pointing somewhere."""
        for notes, name, words, nowhere, incomplete in (
            (self.deviations, "x-deviations", ("at", "page", "spec", "because"), "TD104", "TD105"),
            (self.evidence, "x-evidence", ("at", "source"), "TD106", "TD108"),
        ):
            for number, note in enumerate(notes):
                pointer = f"/{name}/{number}"
                missing = [word for word in words if "TODO" in str(note.entry.get(word) or "TODO")]
                if missing or note.entry.get("evidence") not in _EVIDENCE:
                    lacks = ", ".join(missing) or "a known kind of evidence"
                    self.find(incomplete, f"{note.at or 'entry'} lacks {lacks}", pointer)
                resolved = self.spec.at(note.at) if re.match("/", note.at) else None
                if note.at and resolved is None and note.at not in self.implied():
                    self.find(nowhere, note.at, pointer)

    def implied(self) -> set[str]:
        """Pointers that only a row has, such as the security that an operation inherits."""
        if not hasattr(self, "_implied"):
            self._implied = {
                p for o in self.spec.operations() for entry in self.spec.rows(o).values() for p in entry.own
            }
        return self._implied


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _show(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)
