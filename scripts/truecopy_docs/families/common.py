"""What the extractors share: text with line numbers, address statements that must agree, samples and schemas as
rows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from truecopy_docs.facts import Collector
from truecopy_docs.loose import Block
from truecopy_docs.page import Page
from truecopy_docs.schemas import add_sample, add_schema, compare_sample, resolved
from truecopy_docs.urls import Address, names_in

__all__ = ["Payload", "Statement", "Text", "add_operation", "add_path_parameters", "add_payloads"]

MEDIA = re.compile(r"(?:application|text|multipart)/[\w.+-]+")


class Text:
    """The lines of a page as one text; offsets in it turn into line numbers of the file."""

    def __init__(self, page: Page) -> None:
        self.text = "\n".join(line.text for line in page.lines)
        self.numbers = [line.number for line in page.lines]
        self.starts = [0]
        for line in page.lines:
            self.starts.append(self.starts[-1] + len(line.text) + 1)

    def line(self, offset: int) -> int:
        return self.numbers[min(bisect_right(self.starts, offset) - 1, len(self.numbers) - 1)]

    def liner(self, block: Block, base: int = 0) -> Callable[[str], int]:
        """Pointer into a block -> line in the file. An unknown pointer has the line of the block."""
        start = block.offsets.get("", 0)
        return lambda pointer: self.line(base + block.offsets.get(pointer, start))


@dataclass(frozen=True, slots=True)
class Statement:
    """One place of the page that names the operation: where (`text`, `curl` …), on which line, and what it says."""

    source: str
    line: int
    method: str | None = None
    address: Address | None = None


def add_operation(
    collector: Collector, statements: list[Statement], printed: str | None = None, *, deprecated: bool = False
) -> None:
    """Add operation and hosts from all statements: the first that names a thing is believed, others must agree with
    it."""
    methods = [(s.source, s.method, s.line) for s in statements if s.method]
    addressed = [(s.source, s.address, s.line) for s in statements if s.address]
    paths = [(source, address.path, line) for source, address, line in addressed]
    bases = [(source, address.base, line) for source, address, line in addressed if address.base]
    for what, entries in (("method", methods), ("path", paths), ("host", bases)):
        if len({value for _, value, _ in entries}) > 1:
            disagreeing = sorted({f"{source}: {value}" for source, value, _ in entries})
            about = ("host",) if what == "host" else ("operation",)
            collector.contradict(what, disagreeing, [line for _, _, line in entries], about)
    says: dict[str, Any] = {}
    if methods:
        says["method"] = methods[0][1]
    if paths:
        says["path"] = paths[0][1]
        repaired = sorted({repair for _, address, _ in addressed for repair in address.repaired})
        says |= {"repaired": repaired} if repaired else {}
        says |= {"printed": printed} if printed else {}
    if says:
        says |= {"deprecated": True} if deprecated else {}
        collector.add("operation", line=(paths or methods)[0][2], **says)
    for _, base, line in bases:
        collector.add("host", base, line=line)


def add_path_parameters(collector: Collector, path: str, line: int) -> None:
    """A placeholder of the path is a required parameter, whether or not the page lists it."""
    for name in names_in(path):
        collector.add("parameter", "path", name, line=line, required=True)


@dataclass(slots=True)
class Payload:
    """A JSON value printed for a location: a sample, or the schema of the samples."""

    at: str
    media_type: str
    block: Block
    line_of: Callable[[str], int]
    schema: bool


def add_payloads(
    collector: Collector, payloads: list[Payload], dictionary: Callable[[Any], bool] = lambda _: False
) -> None:
    """Add samples, schemas, the fields of both, and the places where a sample does not follow its schema."""
    for at in dict.fromkeys(payload.at for payload in payloads):
        samples = [p for p in payloads if p.at == at and not p.schema]
        schemas = [p for p in payloads if p.at == at and p.schema]
        for payload in schemas:
            collector.add("schema", at, line=payload.line_of(""), schema=_tidy(payload.block.value))
            add_schema(collector, at, resolved(payload.block.value), payload.line_of, unfinished=payload.block.open)
        known = {row.key for row in collector.rows.values() if row.kind == "field"}
        inner = Collector()
        add_sample(inner, at, [(p.block.value, p.line_of) for p in samples], dictionary)
        for row in inner.rows.values():
            if row.key not in known:
                collector.add(row.kind, *row.key, line=row.line, **row.says)
        for number, payload in enumerate(samples, 1):
            repairs, line = payload.block.repairs, payload.line_of("")
            says = (
                {"reason": list(repairs), "repaired": payload.block.value}
                if repairs
                else {"value": payload.block.value}
            )
            if payload.block.cut:
                says = {"reason": [*repairs, "the page ends inside"], "repaired": payload.block.value}
            collector.add("sample", at, payload.media_type, str(number), line=line, **says)
            for schema in schemas if not payload.block.cut else ():
                compare_sample(collector, at, schema.block.value, payload.block.value, payload.line_of)


def _tidy(schema: Any) -> Any:
    """A printed schema without the blanks that some pages print inside the address of its dialect."""
    if isinstance(schema, dict) and isinstance(schema.get("$schema"), str):
        return {**schema, "$schema": schema["$schema"].strip()}
    return schema
