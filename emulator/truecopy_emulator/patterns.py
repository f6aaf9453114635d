"""A text that a regular expression matches: always the same one, and the shortest that comes to mind.

The parser is the standard library's own, so that only what a parsed expression means is left to say; rstr, which does
the same, writes other texts in each process. What the parser cannot read has no text here: JSON Schema's expressions
are those of ECMA 262.
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Callable
from re import _parser
from typing import Any

_ALPHABET = string.ascii_letters + string.digits + string.punctuation + " "
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}
_LONGEST = 10_000


def matching(pattern: str, length: int = 0, number: int = 0, ahead: bool = True) -> str | None:
    """A text that a pattern matches, with `length` characters if it can have so many; None when there is none to find.

    Args:
        pattern: the regular expression.
        length: the fewest characters.
        number: another text for each number, as far as there are several.
        ahead: whether what the pattern looks ahead for is written where it looks from.
    """
    named = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(named)
        text = _Writer(number, 0, ahead).text(parsed)
        if len(text) < length:
            text = _Writer(number, length - len(text), ahead).text(parsed)
    except (re.error, OverflowError, RecursionError, LookupError):
        return None
    return text


class _Writer:
    """Writes what a parsed pattern asks for. Wherever it has a choice it takes it by the next digit of `number`."""

    def __init__(self, number: int, short: int, ahead: bool) -> None:
        self.number, self.short, self.ahead = number, short, ahead
        self.groups: dict[int, str] = {}
        self.chars: dict[int, str] = {}
        self.left = _LONGEST

    def choice(self, among: int) -> int:
        self.number, chosen = divmod(self.number, among)
        return chosen

    def text(self, parsed: Any) -> str:
        return "".join([self.piece(str(operation), argument) for operation, argument in parsed])

    def piece(self, operation: str, argument: Any) -> str:
        self.left -= 1
        if self.left < 0:
            raise OverflowError
        match operation:
            case "LITERAL":
                return chr(argument)
            case "IN" | "NOT_LITERAL" | "ANY":
                chars = self.chars.get(id(argument)) or self.chars.setdefault(id(argument), _chars(operation, argument))
                return chars[self.choice(len(chars))]
            case "BRANCH":
                return self.text(argument[1][self.choice(len(argument[1]))])
            case "SUBPATTERN":
                text = self.text(argument[3])
                if argument[0] is not None:
                    self.groups[argument[0]] = text
                return text
            case "ATOMIC_GROUP":
                return self.text(argument)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self.repeated(*argument)
            case "GROUPREF":
                return self.groups[argument]
            case "ASSERT" if self.ahead and argument[0] > 0:
                return self.text(argument[1])
            case "ASSERT" | "ASSERT_NOT" | "AT":
                return ""
        raise LookupError(operation)

    def repeated(self, fewest: int, most: int, parsed: Any) -> str:
        texts = [self.text(parsed) for _ in range(fewest + self.choice(min(most - fewest, 9) + 1))]
        while self.short > 0 and len(texts) < most:
            texts.append(self.text(parsed))
            self.short -= max(len(texts[-1]), 1)
        return "".join(texts)


def _chars(operation: str, argument: Any) -> str:
    """The characters that one place of a pattern takes, those of the alphabet before others."""
    if operation == "ANY":
        return _ALPHABET
    items = [("NEGATE", None), ("LITERAL", argument)] if operation == "NOT_LITERAL" else argument
    rules = [(str(kind), value) for kind, value in items]
    negated = rules[0][0] == "NEGATE"
    own = [chr(value if kind == "LITERAL" else value[0]) for kind, value in rules if kind in ("LITERAL", "RANGE")]
    found = dict.fromkeys(
        char for char in (*_ALPHABET, *own) if any(_holds(char, *rule) for rule in rules) is not negated
    )
    return "".join(found)


def _holds(char: str, kind: str, value: Any) -> bool:
    match kind:
        case "LITERAL":
            return char == chr(value)
        case "RANGE":
            return ord(char) in range(value[0], value[1] + 1)
        case "CATEGORY":
            name = str(value)
            return _CATEGORIES[name.replace("_NOT_", "_")](char) is not ("_NOT_" in name)
    return False
