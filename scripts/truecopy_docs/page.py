"""A captured page as numbered lines: decoding, newline rule, HTML and Markdown, and the noise of any page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
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
    """Read a capture: plain text, Markdown, HTML, or HTML in a web archive (MHTML).

    Raises:
        DocsError: the file is missing, too large, is not text, or holds no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise DocsError(f"{path}: cannot be read ({error.strerror or error}); give the path of a saved page") from None
    if len(content) > _LARGEST:
        raise DocsError(f"{path}: is larger than {_LARGEST:,} bytes, so it is no page; save one operation's page")
    try:
        text = _decoded(content)
    except (UnicodeError, LookupError):
        raise DocsError(f"{path}: is not text; save the page as plain text or HTML in UTF-8") from None
    if "\0" in text:
        raise DocsError(f"{path}: holds NUL bytes; save the page as plain text or HTML")
    if not text.strip():
        raise DocsError(f"{path}: is empty; capture the page again")
    clean = _CONTROL.sub("", normalise(text))
    try:
        lines = _html_lines(clean) if _HTML.match(clean) else _plain_lines(clean)
    except RecursionError:
        raise DocsError(f"{path}: holds elements that are nested too deeply; save the page as plain text") from None
    if sum(len(line.text) for line in lines) > _LONGEST:
        raise DocsError(f"{path}: holds more than {_LONGEST:,} characters of text; save one operation's page")
    lines = _without_noise(_straight(_unnumbered(_unmarked(lines))))
    if not any(line.text.strip() for line in lines):
        raise DocsError(f"{path}: holds markup but no text; save the page after it has been rendered")
    return Page(path.stem, sha256(text), tuple(lines))


_LARGEST = 10_000_000  # bytes, with the pictures that a saved page may hold
_LONGEST = 1_000_000  # characters of text


def _decoded(content: bytes) -> str:
    """A file's text: in UTF-8, in UTF-16 with its mark, or as old Windows programs write; of an archive, its page."""
    if re.match(rb"(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*)*?Content-Type:\s*multipart/related", content[:4000], re.I):
        from email import message_from_bytes
        from email.policy import default

        part = message_from_bytes(content, policy=default).get_body(("html", "plain"))
        return str(part.get_content()) if part else ""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


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


_MARKS = re.compile(r"\s*(?:#{1,6} \S|```|~~~|\*\*[^*]+\*\*|`[^`]+`$|[-*] [*`\w].*$|\*[^*\s][^*]*\*$)|.*\w\\_\w")
_UNMARKED = (
    (re.compile(r"^\s*(?:#{1,6}|>|[-*])\s+(?=\S)"), ""),
    (re.compile(r"\*\*(?=\S)(.+?)\*\*"), r"\1"),
    (re.compile(r"^\*([^*\s][^*]*)\*$"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(\S*?\)"), r"\1"),
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")


def _unmarked(lines: list[Line]) -> list[Line]:
    """A page saved as Markdown without the marks around its names; code between fences stays as it is."""
    if sum(bool(_MARKS.match(line.text)) for line in lines) < _MARKED:
        return lines
    result: list[Line] = []
    fenced = False
    for line in lines:
        text = line.text
        if re.match(r"\s*(```|~~~)", text):
            fenced, text = not fenced, ""
        elif not fenced:
            escaped = bool(re.search(r"\\[_*\[\]]", text))
            for mark, instead in _UNMARKED:
                text = mark.sub(instead, text)
            text = _ESCAPE.sub(r"\1", text) if escaped else text
        result.append(Line(line.number, text, line.depth))
    return result


_MARKED = 3  # marks; fewer are found in pages that are no Markdown
_NUMBERED = re.compile(r"\s*(\d{1,4})(?=[^\d,.]|\s*$)(?:[ \t]*[|:][ \t]|[ \t]?)(.*)")


def _unnumbered(lines: list[Line]) -> list[Line]:
    """The lines without the numbers that a code viewer puts before them, or in a column of their own: 1, 2, 3 …"""
    result = list(lines)
    index = 0
    while index < len(lines):
        run: list[tuple[int, str]] = []
        for place in range(index, len(lines)):
            found = _NUMBERED.fullmatch(lines[place].text)
            if found is None or int(found[1]) != len(run) + 1:
                break
            run.append((place, found[2]))
        if len(run) >= _MARKED:
            for place, rest in run:
                result[place] = Line(lines[place].number, rest, lines[place].depth)
        index += max(len(run), 1)
    return result


def _straight(lines: list[Line]) -> list[Line]:
    """Typographic quotes as plain ones, on lines that have no others: a word processor turned them."""
    result = []
    for line in lines:
        text = line.text
        if '"' not in text:
            text = text.translate(dict.fromkeys(map(ord, "\u201c\u201d\u201e"), '"'))
        if "'" not in text and "\u2018" in text:
            text = text.translate(dict.fromkeys(map(ord, "\u2018\u2019"), "'"))
        result.append(Line(line.number, text, line.depth))
    return result


# Whole lines that belong to the viewer or the printer, not to the page.
_VIEWER = re.compile(
    r"(snippet copied( successfully)?|copy( code| link| to clipboard)?|copied|prev(ious)?( next)?|next|expand( all)?|"
    r"collapse( all)?|edit( this page)?|share|print|advertisement|ad|sponsored( content)?|loading|"
    r"skip to (main )?content|table of contents|(on|in) this (page|article)|was this (page|article) helpful|"
    r"(subscribe|sign up|sign in|log ?in|learn more|read more|get started|start (your )?free trial|"
    r"contact (us|sales)|book a demo|try (it )?(now|free)))[.!?…:]*|"
    r"page \d+( of \d+)?|\f\s*\d+|https?://\S+\s+\d+ ?/ ?\d+|\d+/\d+/\d+,? \d+:\d\d\b.*",
    re.I,
)
# Text that speaks to programs reading the page. It is not documentation, whatever it claims.
_TO_MACHINES = re.compile(
    r"\b(AI|artificial intelligence|machine|automated|LLM)[- ](agents?|assistants?|models?|readers?|systems?|tools?|"
    r"crawlers?)\b|\b(language models?|LLMs?|chat ?bots?|web crawlers?|scrapers?|coding agents?)\b|"
    r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instructions?|prompts?|rules|directions|documentation|content)\b|"
    r"\bsystem (prompt|message|note|instruction)s?\b|\b(are|as|for|to|dear) (an? |any |every )?AIs?\b|^\W*AIs?\s*[:,]|"
    r"^\W*(dear )?(assistant|agent|system)s?\s*[:,](\s+\S+){3}",
    re.I,
)


def for_machines(text: str) -> bool:
    """Whether a text speaks to programs that read the page."""
    return bool(_TO_MACHINES.search(text))


_END = r"(?!(?-i:[a-z]))"
_SCALAR = r"(?:array of )?(?:string|integer|number|boolean|date|decimal number|globally unique identifier)s?"
_TYPED = re.compile(rf"(?:{_SCALAR}|(?:array of )?(?:object|array)|collection of|dictionary of){_END}.{{0,60}}", re.I)
# What a page is made of besides sentences: labels, types, attributes, addresses, code.
_STRUCTURE = re.compile(
    rf"\W*arrow_right.*|[{{}}\"<|#].*|\[\s*(?:[\[\"{{\d\]].*)?|\].*|(?:curl|import|url|payload|headers|response)\b.*|\W+|"
    rf"(?:[@$\w.-]+ )?{_TYPED.pattern}|(?:range|matching [\w ]+):.*|[1-5]\d\d\b.{{0,40}}|"
    rf".*\S(?-i:None\.|Required)|(?:required|optional|none)\.?|(?:https?://[^\s{{]*\{{|/).*|"
    r"(?:get|post|put|patch|delete|head|options)|(?:path|query|header|cookie|body|uri|request|form) param(?:eter)?s|"
    r"security|authori[sz]ation|authentication|headers|(?:request )?body|"
    r"(?:request|response|resource) (?:information|formats|description)|(?:application|text|multipart)/.*|"
    r"responses?|(?:example|sample)(?: code| request)?:?|schema|name(?:\b|description).*|location\b.*|type\b.*|"
    rf"(?:valid values|max(?:imum)?|min(?:imum)?|pattern|default|example|string length|data type){_END}.*",
    re.I,
)
_STOPS = (".", "!", "?", ":")
_METHOD = re.compile("get|post|put|patch|delete|head|options", re.I)
_CALLED = re.compile(rf"(?:{_METHOD.pattern})\s+\S*/\S*", re.I)
_QUOTED_NAME = re.compile(r'[{,\s]"([\w@$.-]+)"\s*:')


def _without_noise(lines: list[Line]) -> list[Line]:
    """Blank out viewer controls and text addressed to machines, and keep one of several blank lines; numbers stay.

    A word above a type, or one that names a member of a sample, is a name, whatever the viewer's buttons say.
    """
    texts = [line.text.strip() for line in lines]
    below = [""] * len(texts)  # the next line that says something
    for index in range(len(texts) - 2, -1, -1):
        below[index] = texts[index + 1] or below[index + 1]
    quoted = {name for line in lines for name in _QUOTED_NAME.findall(f" {line.text}")}

    def name(index: int) -> bool:
        text, following = texts[index], below[index]
        lower = bool(re.fullmatch(r"[@$a-z_][\w.@$-]*", text))
        typed = _TYPED.match(following) if lower else re.match(_SCALAR + _END, following, re.I)
        return text in quoted or (bool(typed) and bool(re.fullmatch(r"[@$\w.-]+", text)))

    drop = {
        index
        for index, text in enumerate(texts)
        if _VIEWER.fullmatch(text) or (lines[index].text[:1] == "\f" and text.isdigit())
        if not name(index)
    }
    drop |= _said_to_machines(texts, below, name)
    clean = [Line(line.number, "" if index in drop else line.text, line.depth) for index, line in enumerate(lines)]
    # One blank line says as much as thousands, over which patterns would take time by the square.
    return [
        line for above, line in zip([None, *clean], clean, strict=False) if line.text or above is None or above.text
    ]


def _said_to_machines(texts: list[str], below: list[str], name: Callable[[int], bool]) -> set[int]:
    """The lines that speak to programs, with those that go on from there up to a blank line or to the page's own."""
    whole = "\n".join(texts)
    said: set[int] = set()
    above = ""  # the page's last line
    for index, text in enumerate(texts):
        if index in said or not text:
            continue
        label, above = above, text
        if _JSON_LINE.match(text) or not for_machines(text):
            continue
        block = [index]
        for place in range(index + 1, len(texts)):
            words = texts[place].split()
            sentence = len(words) > 2 or texts[place].endswith(_STOPS)
            goes_on = sentence or _CALLED.fullmatch(texts[place]) or not texts[place - 1].endswith(_STOPS)
            named = name(place) or (len(words) == 1 and whole.count(texts[place]) > 1)
            if not words or not goes_on or named or _STRUCTURE.fullmatch(texts[place]):
                break
            block.append(place)
        last = block[-1]
        # All that a label has below it cannot be for machines: the last sentence is the page's.
        if _STRUCTURE.fullmatch(label) and len(texts[last].split()) > 2 >= len(below[last].split()):
            block = [place for place in block if place != last or for_machines(texts[place])]
        said.update(block)
    called = {index for index, text in enumerate(texts) if _CALLED.fullmatch(text)}
    called |= {index for index, text in enumerate(texts) if _METHOD.fullmatch(text) and below[index].startswith("/")}
    called |= {index for index, text in enumerate(texts) if re.fullmatch(r"https?://\S+", text)}
    outside = "\n".join(text for index, text in enumerate(texts) if index not in said) if said & called else ""
    # One of them is the page's own: the only one, or one whose path stands elsewhere too.
    return said - {index for index in said & called if called <= said or texts[index].split()[-1] in outside}


_JSON_LINE = re.compile(r'[{}"<]|\[\s*(?:[\["{\d\]]|$)|\]')
