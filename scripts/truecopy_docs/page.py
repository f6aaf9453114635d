"""A captured page as numbered lines: decoding, newline rule, saved HTML, and the noise that any page may carry."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DocsError", "Line", "Page", "for_machines", "normalise", "read_page", "sha256"]


class DocsError(Exception):
    """Input that cannot be used. The message names the thing and the way out; the command line exits with 2."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: its number in the file, its text, and how deep it stood in saved HTML (0 in plain text)."""

    number: int
    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A capture: its document id (the file's stem), the hash of its normalised text, and its lines."""

    document: str
    sha256: str
    lines: tuple[Line, ...]


def normalise(text: str) -> str:
    """Text as it is hashed: LF only, no blanks at line ends, no blank lines at the end, exactly one final LF."""
    lines = [line.rstrip(" \t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def sha256(text: str) -> str:
    """Hash of the normalised text, as ``x-sources`` carries it."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def read_page(path: Path) -> Page:
    """Read a capture.

    Raises:
        DocsError: the file is missing, is not UTF-8 text, or holds no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise DocsError(f"{path}: is larger than {_LARGEST:,} bytes, so it is no page; save one operation's page")
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise DocsError(f"{path}: cannot be read ({error.strerror or error}); give the path of a saved page") from None
    except UnicodeDecodeError:
        raise DocsError(f"{path}: is not UTF-8 text; save the page as plain text or HTML in UTF-8") from None
    if "\0" in text:
        raise DocsError(f"{path}: holds NUL bytes; save the page as plain text or HTML")
    if not text.strip():
        raise DocsError(f"{path}: is empty; capture the page again")
    clean = _CONTROL.sub("", normalise(text))
    lines = _html_lines(clean) if _HTML.match(clean) else _plain_lines(clean)
    lines = _without_noise(lines)
    if not any(line.text.strip() for line in lines):
        raise DocsError(f"{path}: holds markup but no text; save the page after it has been rendered")
    return Page(path.stem, sha256(text), tuple(lines))


_LARGEST = 1_000_000

# Zero-width characters and soft hyphens: invisible to a reader, fatal to a comparison.
_CONTROL = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|main|article|section|div)\b", re.I | re.S
)
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def _plain_lines(text: str) -> list[Line]:
    text = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)
    return [Line(number, _blanks(line)) for number, line in enumerate(text.split("\n"), 1)]


_WIDE = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")


def _blanks(text: str) -> str:
    """No-break and other wide blanks as plain blanks."""
    return text.translate(_WIDE).rstrip()


_DROPPED = ("script", "style", "noscript", "template", "svg", "nav", "footer", "aside", "iframe", "head", "select")
_INLINE = {"a", "abbr", "b", "br", "cite", "em", "font", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub"}
_INLINE |= {"code", "sup", "u", "var", "wbr", "label", "time"}


# What syntax highlighters call the pieces of a line of code.
_TOKEN = re.compile(r"token$|hljs|mtk|tok-|cm-|ace_|pl-|sy-|shiki")


def _html_lines(text: str) -> list[Line]:
    """Saved HTML as lines: one per block or cell, preformatted text as it stands, depth as in the document."""
    from bs4 import BeautifulSoup
    from bs4.element import Comment, NavigableString, Tag

    soup = BeautifulSoup(text, "html.parser")
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    lines: list[Line] = []

    def prose(tag: Tag) -> bool:
        """Whether the inline children of a tag belong together: it has text of its own, or is coloured code."""
        inner = tag.find_all(True)
        own = any(type(child) is NavigableString and child.strip() for child in tag.children)
        coloured = any(_TOKEN.match(name) for child in inner for name in child.get_attribute_list("class") if name)
        return (own or coloured) and all(child.name in _INLINE for child in inner)

    def visit(tag: Tag, depth: int) -> None:
        line = tag.sourceline or 1
        if tag.name in ("pre", "textarea"):
            for offset, part in enumerate(tag.get_text().strip("\r\n").split("\n")):
                lines.append(Line(line + offset, _blanks(part), depth))
            lines.append(Line(line, "", depth))
        elif prose(tag):
            for br in tag.find_all("br"):
                br.replace_with("\0")
            parts = [" ".join(part.split()) for part in tag.get_text().split("\0")]
            lines.extend(Line(line, _blanks(part), depth) for part in parts if part)
        else:
            for child in tag.children:
                if isinstance(child, Tag):
                    visit(child, depth + 1)
                elif isinstance(child, NavigableString) and not isinstance(child, Comment) and child.strip():
                    lines.extend(
                        Line(line, _blanks(part.strip()), depth) for part in child.splitlines() if part.strip()
                    )

    visit(soup, 0)
    return lines


# Whole lines that belong to the viewer, not to the page.
_VIEWER = re.compile(
    r"(snippet copied( successfully)?|copy( code| link| to clipboard)?|copied|prev(ious)?( next)?|next|expand all|"
    r"collapse all|edit( this page)?|share|print|advertisement|ad|sponsored( content)?|loading|skip to (main )?content|"
    r"table of contents|on this page|was this (page|article) helpful|(subscribe|sign up|sign in|log ?in|learn more|"
    r"read more|get started|start (your )?free trial|contact (us|sales)|book a demo|try (it )?(now|free)))[.!?…:]*",
    re.I,
)
# Text that speaks to programs reading the page. It is not documentation, whatever it claims.
_TO_MACHINES = re.compile(
    r"\b(AI|artificial intelligence|machine|automated|LLM)[- ](agents?|assistants?|models?|readers?|systems?|tools?|"
    r"crawlers?)\b|\b(language models?|LLMs?|chat ?bots?|web crawlers?|scrapers?|coding agents?)\b|"
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instructions?|prompts?|rules|directions|documentation|content)\b|"
    r"\bsystem (prompt|message|note|instruction)s?\b|^\W*(dear )?(assistant|agent|system)s?\s*[:,]",
    re.I,
)


def for_machines(text: str) -> bool:
    """Whether a text speaks to programs that read the page."""
    return bool(_TO_MACHINES.search(text))


_PARAGRAPH = 12  # lines; a longer run without a blank line is a page without blank lines, not a paragraph


def _without_noise(lines: list[Line]) -> list[Line]:
    """Blank out viewer controls and text addressed to machines, and keep one of several blank lines; numbers stay."""
    texts = [line.text.strip() for line in lines]
    drop = {index for index, text in enumerate(texts) if _VIEWER.fullmatch(text)}
    for index, text in enumerate(texts):
        if not text or text[0] in '{}[]"<' or not for_machines(text):
            continue
        drop.add(index)
        if index and texts[index - 1]:
            continue
        end = next((i for i in range(index, len(texts)) if not texts[i]), len(texts))
        if end - index <= _PARAGRAPH:
            drop.update(range(index, end))
    clean = [Line(line.number, "" if index in drop else line.text, line.depth) for index, line in enumerate(lines)]
    # One blank line says as much as thousands, over which patterns would take time by the square.
    return [
        line for above, line in zip([None, *clean], clean, strict=False) if line.text or above is None or above.text
    ]
