"""The facts of a page: one flat list of rows, each with its kind, its identity, what it says, and the line it was
read from.

A row is `Fact(kind, key, says, line)`. The key identifies a row within its kind (`KINDS` names its columns), so that
two lists of facts can be compared, and facts looked up in a spec, without knowing the family of pages they came from.
`says` uses the words of JSON Schema (`type`, `enum`, `maxLength` …); a word that is absent was not stated by the
page.

Pointers are JSON pointers into the payload, with `*` for any item of an array and any member of a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from truecopy_docs.page import DocsError

__all__ = ["KINDS", "Collector", "Fact", "Facts", "dump", "load", "read_facts"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "operation": (),
    "host": ("url",),
    "security": ("kind", "name", "place"),
    "parameter": ("place", "name"),
    "request": (),
    "response": ("status",),
    "media": ("at", "media_type"),
    "header": ("at", "name"),
    "field": ("at", "pointer"),
    "error": ("at", "id"),
    "xml": ("at",),
    "sample": ("at", "media_type", "number"),
    "schema": ("at",),
    "contradiction": ("what",),
}
"""Kind of row -> the columns that identify one. `at` is `request` or `response <status>`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a page says."""

    kind: str
    key: tuple[str, ...]
    says: Mapping[str, Any]
    line: int

    @property
    def name(self) -> str:
        """How a message names it: ``field response 200 /data/id``."""
        return " ".join((self.kind, *self.key))


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one page. `truncated` says where the page is cut off, or is None for a whole page; `doubt` says why
    it may be cut off where it reads like a shorter page, and is not written to facts files."""

    document: str
    family: str
    sha256: str
    truncated: Mapping[str, Any] | None
    rows: tuple[Fact, ...]
    doubt: str | None = None

    def of(self, *kinds: str) -> Iterator[Fact]:
        """The rows of some kinds, in the order of the page."""
        return (row for row in self.rows if row.kind in kinds)

    def comparable(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Everything but where and how it was read: equal for two captures that say the same."""
        return {
            (row.kind, *row.key): {word: value for word, value in row.says.items() if word not in ("lines", "flat")}
            for row in self.rows
        }


@dataclass(slots=True)
class Collector:
    """Gathers rows while a page is read. A second statement about the same thing adds what the first did not say;
    where both speak and differ, the first stands and a contradiction is kept."""

    rows: dict[tuple[str, ...], Fact] = field(default_factory=dict)
    truncated: dict[str, Any] | None = None
    doubt: str | None = None

    def add(self, kind: str, *key: str, line: int, **says: Any) -> None:
        said = {word: value for word, value in says.items() if value is not None}
        identity = (kind, *key)
        known = self.rows.get(identity)
        if known is None:
            self.rows[identity] = Fact(kind, key, said, line)
            return
        for word in ("type", "format", "required", "enum"):
            if (
                kind in ("field", "parameter", "header")
                and word in said
                and known.says.get(word, said[word]) != said[word]
            ):
                self.contradict(f"{word} of {known.name}", [known.says[word], said[word]], [known.line, line], identity)
        self.rows[identity] = Fact(kind, key, {**said, **known.says}, known.line)

    def contradict(self, what: str, says: list[Any], lines: list[int], about: tuple[str, ...]) -> None:
        """Keep two statements of the page that cannot both hold. `about` is the kind and key of the row in question."""
        fact = Fact("contradiction", (what,), {"about": list(about), "says": says, "lines": lines}, lines[0])
        self.rows.setdefault(("contradiction", what), fact)

    def cut(self, line: int, where: str) -> None:
        """Note where the page is cut off; the first place counts."""
        self.truncated = self.truncated or {"line": line, "in": where}


class _Dumper(yaml.CSafeDumper):
    """Rows on one line each, and no aliases: a table that can be read and compared by eye."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Row(dict[str, Any]):
    pass


def _represent_row(dumper: _Dumper, row: _Row) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


_Dumper.add_representer(_Row, _represent_row)
_LONG = ("sample", "schema")  # kinds whose rows are trees, not table rows


def dump(facts: Facts) -> str:
    """Facts as YAML, one table per kind."""
    document: dict[str, Any] = {"document": facts.document, "family": facts.family, "sha256": facts.sha256}
    document["truncated"] = dict(facts.truncated) if facts.truncated else False
    for kind, columns in KINDS.items():
        rows = [{**dict(zip(columns, row.key, strict=True)), **row.says, "line": row.line} for row in facts.of(kind)]
        if rows:
            document[kind] = [row if kind in _LONG else _Row(row) for row in rows]
    head = "# What truecopy-docs read on the page: facts only. Written by `truecopy-docs facts`; never edited.\n"
    return head + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def load(text: str, name: str) -> Facts:
    """Facts from YAML.

    Raises:
        DocsError: the text is not facts as ``dump`` writes them.
    """
    try:
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        if not isinstance(document, dict):
            raise ValueError("it is empty" if document is None else "it is no mapping")
        rows = tuple(_rows(document))
        if not any(row.kind == "operation" and {"method", "path"} <= row.says.keys() for row in rows):
            raise ValueError("it names no operation")
        document_id, family, digest = (_of(str, document, word) for word in ("document", "family", "sha256"))
        truncated = _of((bool, dict), document, "truncated") or None
        if truncated is True or (truncated and {"line", "in"} - truncated.keys()):
            raise ValueError("truncated says no line and place")
        return Facts(document_id, family, digest, truncated, rows)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error).split("\n", 1)[0]
        raise DocsError(
            f"{name}: is not a facts file ({reason}); write it with `truecopy-docs facts PAGE -o FILE`"
        ) from None


_SHAPES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("enum", "choices", "elements", "about", "says", "lines", "reason"), list),
    **dict.fromkeys(("required", "nullable", "stated", "body"), bool),
    **dict.fromkeys(("method", "path", "model", "format", "pattern"), str),
    "type": (str, list),
}


def _of(kind: type | tuple[type, ...], row: Mapping[str, Any], word: str) -> Any:
    """A word of a row, which must be of a kind."""
    value = row[word]
    names = value if isinstance(value, list) and word in ("type", "elements", "reason") else ()
    if not isinstance(value, kind) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{word} cannot be {value!r}")
    if word == "pointer" and value and str(value)[0] != "/":
        raise ValueError(f"{value!r} is no pointer")
    return value


def _rows(document: dict[str, Any]) -> Iterable[Fact]:
    for kind, columns in KINDS.items():
        for entry in document.get(kind, ()):
            row = dict(entry)
            key = tuple(str(_of((str, int), row, column)) for column in columns)
            line = int(row.pop("line"))
            row = {word: value for word, value in row.items() if word not in columns}
            for word in _SHAPES.keys() & row.keys():
                _of(_SHAPES[word], row, word)
            yield Fact(kind, key, row, line)


def read_facts(path: Path) -> Facts:
    """Facts from a facts file (`.yaml`, `.yml`) or, for any other file, from the page that it holds.

    Raises:
        DocsError: the file cannot be read, or no family of pages is recognised.
    """
    from truecopy_docs.families import extract
    from truecopy_docs.page import read_page

    if path.suffix not in (".yaml", ".yml"):
        return extract(read_page(path))
    try:
        return load(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise DocsError(f"{path}: cannot be read ({reason}); give a facts file or a saved page") from None
