"""Security of operations: requirements as sets that can be compared, and the schemes that they name.

A requirement is a choice of alternatives, each of them schemes, with scopes, that are needed together. What a caller
could send before still does when some alternative needs no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truecopy_docs.canonical import Document, Node, exact
from truecopy_docs.loose import step

__all__ = ["Requirements", "Schemes"]

_WORDS = {"apiKey": ("name", "in"), "http": ("scheme",), "openIdConnect": ("openIdConnectUrl",)}
"""What each type of scheme is told apart by."""
_URLS = ("tokenUrl", "authorizationUrl", "refreshUrl")
_FREE: frozenset[tuple[str, str]] = frozenset()

Noted = tuple[str, str, str, tuple[Any, Any], tuple[str, str]]
"""Code, what, effect, values, pointers."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """The alternatives, each a set of (scheme, scope); every scheme also has the scope ``""``."""

    needs: frozenset[frozenset[tuple[str, str]]]

    @classmethod
    def read(cls, document: Document, pointer: str, listed: list[Any] | None, known: Mapping[str, str]) -> Requirements:
        """Read a `security` list; none at all is the one empty alternative.

        Args:
            known: the names under which the schemes are compared.
        """
        needs = set()
        for number, printed in enumerate(listed or [{}]):
            at = step(pointer, number)
            need = document.mapping(at, printed)
            needs.add(
                frozenset(
                    (known.get(name, name), scope)
                    for name, scopes in need.items()
                    for scope in ("", *map(str, document.sequence(step(at, name), scopes)))
                )
            )
        return cls(frozenset(needs))

    @property
    def schemes(self) -> set[str]:
        """The names of the schemes that occur."""
        return {name for need in self.needs for name, _ in need}

    @property
    def combinations(self) -> set[frozenset[str]]:
        """The alternatives without their scopes."""
        return {frozenset(name for name, _ in need) for need in self.needs}

    @property
    def text(self) -> list[str]:
        """One text for each alternative: ``key and oauth (read, write)``."""
        found = []
        for need in self.needs:
            scopes: dict[str, list[str]] = {}
            for name, scope in sorted(need):
                scopes.setdefault(name, []).extend([scope] if scope else [])
            parts = [f"{name} ({', '.join(said)})" if said else name for name, said in scopes.items()]
            found.append(" and ".join(parts) or "none")
        return sorted(found)

    def suffices(self, later: Requirements) -> bool:
        """Whether all that a caller could send for these still does for later ones."""
        return all(any(need <= have for need in later.needs) for have in self.needs)

    def code(self, later: Requirements) -> str:
        """What to call the change to later ones."""
        gone, come = self.schemes - later.schemes, later.schemes - self.schemes
        if gone or come:
            return "security-changed" if gone and come else "security-removed" if gone else "security-added"
        if (_FREE in self.needs) != (_FREE in later.needs):
            return "security-optional-changed"
        return "security-scopes-changed" if self.combinations == later.combinations else "security-changed"


class Schemes:
    """The security schemes of two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = (_schemes(document) for document in (old, new))
        self.known = self._paired()
        """The name in the new document -> the name that the old one has for the same scheme."""

    def _paired(self) -> dict[str, str]:
        """Those that say the same are the same, whatever their names; then those of the same name."""
        said = [{name: exact(_said(node)) for name, node in schemes.items()} for schemes in (self.old, self.new)]
        tests: tuple[Callable[[str, str], bool], ...] = (
            lambda was, now: was == now and said[0][was] == said[1][now],
            lambda was, now: said[0][was] == said[1][now],
            lambda was, now: was == now,
        )
        found: dict[str, str] = {}
        for test in tests:
            for name in self.new:
                other = next((was for was in self.old if was not in found.values() and test(was, name)), None)
                if name not in found and other is not None:
                    found[name] = other
        return found

    def changes(self, name: str) -> Iterator[Noted]:
        """What changed in a scheme that both documents have, by its old name."""
        other = next((new for new, old in self.known.items() if old == name), None)
        if name not in self.old or other is None:
            return
        old, new = self.old[name], self.new[other]
        before, after = _said(old), _said(new)
        at = (old.at, new.at)
        words = ("type",) if before["type"] != after["type"] else ("type", *_WORDS.get(before["type"], ()))
        if "in" in words and before["in"] != after["in"] and _lower(before["name"]) == _lower(after["name"]):
            words = ("in",)  # a header's name is written in small letters
        for word in words:
            yield f"security-{word}-changed", word, "changed", (before[word], after[word]), at
        for word in ("bearerFormat", "deprecated"):
            yield f"security-{word}-changed", word, "noted", (before.get(word), after.get(word)), at
        values = (before.get("x-token-operation"), after.get("x-token-operation"))
        effect = "lost" if values[1] is None else "gained" if values[0] is None else "changed"
        yield "security-token-operation-changed", "x-token-operation", effect, values, at
        if before["type"] == after["type"]:
            yield from _flows(old, new)


def _flows(old: Node, new: Node) -> Iterator[Noted]:
    before, after = (side.child("flows") for side in (old, new))
    flows = [side.each("flows") for side in (old, new)] if before and after else [{}, {}]
    for name in dict.fromkeys((*flows[0], *flows[1])):
        was, now = flows[0].get(name), flows[1].get(name)
        if not was or not now:
            event, effect = ("removed", "lost") if was else ("added", "gained")
            at = (was.at if was else "", now.at if now else "")
            yield f"security-flow-{event}", f"flow {name}", effect, (name if was else None, name if now else None), at
            continue
        for word in _URLS:
            values = (was.get(word), now.get(word))
            yield f"security-{word}-changed", f"{word} of flow {name}", "changed", values, (was.at, now.at)
        scopes = [document.mapping(side.to("scopes"), side.get("scopes"))
                  for document, side in ((old.document, was), (new.document, now))]  # fmt: skip
        for scope in dict.fromkeys((*scopes[0], *scopes[1])):
            if (scope in scopes[0]) != (scope in scopes[1]):
                event, effect = ("removed", "lost") if scope in scopes[0] else ("added", "gained")
                values = (scope if event == "removed" else None, scope if event == "added" else None)
                at = (step(was.to("scopes"), scope), step(now.to("scopes"), scope))
                yield f"security-scope-{event}", f"scope {scope} of flow {name}", effect, values, at


def _schemes(document: Document) -> dict[str, Node]:
    components = document.top.child("components")
    return components.each("securitySchemes") if components else {}


def _said(scheme: Node) -> dict[str, Any]:
    """A scheme with only what its type gives a meaning to, in one spelling."""
    kind = str(scheme.get("type"))
    words = {word: scheme.get(word) for word in _WORDS.get(kind, ())}
    for word, value in words.items():
        if word == "scheme" or (word == "name" and words.get("in") == "header"):
            words[word] = _lower(value)
    more = ("bearerFormat", "deprecated", "x-token-operation", "flows")
    return {"type": kind, **words, **{word: scheme.get(word) for word in more if scheme.get(word) is not None}}


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
