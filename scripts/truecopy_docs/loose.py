"""JSON as documentation pages print it: reads past the damage and says what it repaired, in words free of layout.

The standard parser says only where it stopped. Fields can still be derived from a sample with a missing comma, so
this reader goes on, keeps the offset of every member (facts need the line), and finds where the block ends although
braces do not balance.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Block", "read_json", "step"]

_BLANK = re.compile(r"(?:\s+|//(?!/)[^\n]*|/\*.*?\*/)*", re.S)
# A string may be wrapped over lines, but not where the next line is visibly JSON again.
_STRING = re.compile(r'"(?:[^"\\\n]|\\.|\n(?!\s*(?:[{}\]]|$|"(?!\s*[,}\]]))))*"', re.S)
_KEY = re.compile(r"""'[^'\n]*'|[A-Za-z_$@][\w$.@-]*(?=\s*:\s*(?:["'{\[\d-]|true\b|false\b|null\b))""")
_TEMPLATE = re.compile(r"\{\{[^{}\n]*\}\}?|<[^<>\n]+>")
_WORD = re.compile(r'[^,{}\[\]"\n]+')
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_LITERALS = {"true": True, "false": False, "null": None}
_CODE = re.compile(r"\s*(?:curl\s|import\s|<\?php|<\w)")


@dataclass(slots=True)
class Block:
    """A JSON value found in a text: where it ends, what was repaired, whether the text ended first, offsets by
    pointer."""

    value: Any
    end: int
    repairs: list[str]
    cut: bool
    offsets: dict[str, int] = field(repr=False)
    open: set[str] = field(default_factory=set, repr=False)
    """Pointers of the containers that the end of the text left open: more may have followed in them."""


def step(pointer: str, key: str | int) -> str:
    """A JSON pointer one step further."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def read_json(text: str, start: int, stop: re.Pattern[str] = _CODE) -> Block:
    """Read the value that starts at ``start``. Lines that match ``stop`` end a block that was never closed."""
    reader = _Reader(text, start, stop)
    value = reader.value("")
    return Block(value, reader.position, reader.repairs, reader.cut, reader.offsets, reader.open)


class _Reader:
    def __init__(self, text: str, position: int, stop: re.Pattern[str]) -> None:
        self.text, self.position, self.stop = text, position, stop
        self.repairs: list[str] = []
        self.cut = False
        self.open: set[str] = set()
        self.offsets: dict[str, int] = {}

    def peek(self) -> str:
        """The next character that counts, or nothing at the end of the text."""
        self.position = _BLANK.match(self.text, self.position).end()  # type: ignore[union-attr]
        return self.text[self.position : self.position + 1]

    def repair(self, what: str, pointer: str) -> None:
        entry = f"{what} at {pointer or '/'}"
        if entry not in self.repairs:
            self.repairs.append(entry)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.position)
        if not found or not found.group():
            return None
        self.position = found.end()
        return found.group()

    def value(self, pointer: str) -> Any:
        first = self.peek()
        self.offsets.setdefault(pointer, self.position)
        if template := self.take(_TEMPLATE) if first in "{<" else None:
            self.repair("placeholder instead of a value", pointer)
            return template
        if first == "{":
            return self.members(pointer)
        if first == "[":
            return self.items(pointer)
        if first == '"':
            return self.string(pointer)
        word = (self.take(_WORD) or "").strip()
        if word in _LITERALS:
            return _LITERALS[word]
        if _NUMBER.fullmatch(word):
            return json.loads(word)
        if not first or not word:
            self.cut = self.cut or not first
            self.repair("missing value", pointer)
            return None
        if word.lower() in _LITERALS or word == "None":
            self.repair("literal of another language", pointer)
            return _LITERALS.get(word.lower())
        self.repair("unquoted value", pointer)
        return word.strip("'")

    def string(self, pointer: str) -> str:
        token = self.take(_STRING)
        if token is None:
            line = re.compile(r'"[^\n]*').match(self.text, self.position)
            self.position = line.end()  # type: ignore[union-attr]
            self.cut = self.cut or not self.text[self.position :].strip()
            self.repair("unclosed string", pointer)
            return line.group().strip('", ')  # type: ignore[union-attr]
        try:
            return str(json.loads(re.sub(r"\s*\n\s*", " ", token)))
        except ValueError:
            self.repair("bad escape", pointer)
            return token[1:-1]

    def foreign(self) -> bool:
        """Whether the block ends here for want of its closers; a line that is merely foreign to JSON is skipped
        instead."""
        if self.stop.match(self.text, self.text.rfind("\n", 0, self.position) + 1):
            return True
        self.position = (self.text.find("\n", self.position) + 1) or len(self.text)
        return False

    def container(self, pointer: str, own: str, other: str) -> tuple[bool, bool]:
        """Handle closers, commas and the end of the text: (block is over, nothing left to do in this round)."""
        first = self.peek()
        if not first:
            self.cut = True
            self.open.add(pointer)
            return True, True
        if first == own:
            self.position += 1
            return True, True
        if first == other:
            after = _BLANK.match(self.text, self.position + 1).end()  # type: ignore[union-attr]
            if self.text[after : after + 1] == own:
                self.position += 1
                self.repair(f"one {other} too many", pointer)
                return False, True
            self.repair(f"missing {own}", pointer)
            return True, True
        if first == ",":
            self.position += 1
            if self.peek() == own:
                self.repair("trailing comma", pointer)
            return False, True
        return False, False

    def members(self, pointer: str) -> dict[str, Any]:
        self.position += 1
        result: dict[str, Any] = {}
        last, comma = "", True
        while True:
            before = self.position
            over, handled = self.container(pointer, "}", "]")
            if over:
                return result
            if handled:
                comma = comma or self.text[before : self.position].strip().endswith(",")
                continue
            first = self.text[self.position]
            key: str | None = None
            at = self.position
            if first == '"':
                key = self.string(pointer)
            elif token := self.take(_KEY):
                key = token.strip("'")
                self.repair("unquoted name", step(pointer, key))
            elif first == "{":
                self.repair("missing }", pointer)
                return result
            if key is None:
                if self.foreign():
                    self.repair("missing }", pointer)
                    return result
                continue
            if self.peek() != ":":
                if not self.text[self.position : self.position + 1]:
                    self.cut = True
                    self.open.add(pointer)
                    return result
                self.repair("missing colon", step(pointer, key))
            else:
                self.position += 1
            if not comma:
                self.repair("missing comma", step(pointer, last))
            inner = step(pointer, key)
            self.offsets[inner] = at
            if not self.peek():
                self.cut = True
                self.open.add(pointer)
                return result
            result[key] = self.value(inner)
            last, comma = key, False

    def items(self, pointer: str) -> list[Any]:
        self.position += 1
        result: list[Any] = []
        comma = True
        while True:
            before = self.position
            over, handled = self.container(pointer, "]", "}")
            if over:
                return result
            if handled:
                comma = comma or self.text[before : self.position].strip().endswith(",")
                continue
            first = self.text[self.position]
            word = _WORD.match(self.text, self.position)
            if first not in '{["' and not (
                word and (word.group().strip() in _LITERALS or _NUMBER.fullmatch(word.group().strip()))
            ):
                if self.foreign():
                    self.repair("missing ]", pointer)
                    return result
                continue
            if not comma:
                self.repair("missing comma", step(pointer, len(result) - 1))
            result.append(self.value(step(pointer, len(result))))
            comma = False
