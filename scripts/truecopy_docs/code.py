"""Calls in code samples: method, URL, headers, query and body out of cURL, Python and PHP, without running any of
it. Of other languages, method, URL and credentials only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from truecopy_docs.loose import Block, read_json
from truecopy_docs.urls import METHODS, credential

__all__ = ["Call", "find_calls"]


@dataclass(slots=True)
class Call:
    """One code sample. `start` and `end` are offsets in the text; `body_at` the offset that the body's own offsets
    count from (None: the body was a quoted string, so every member has the line of the sample's start)."""

    language: str
    start: int
    end: int
    method: str | None = None
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Block | None = None
    body_start: int = 0
    body_in_place: bool = False
    cut: bool = False


def find_calls(text: str) -> list[Call]:
    """Every code sample of the text, in order."""
    calls = [*_curl(text), *_python(text), *_php(text)]
    calls += [call for call in _others(text) if not any(known.start <= call.start < known.end for known in calls)]
    return sorted(calls, key=lambda call: call.start)


_OTHERS = {
    "javascript": r"(?:const|let|var)\s+[\w{}, ]+=\s*(?:await\s+)?(?:require\(|new\s|fetch\(|axios|\{)|"
    r"import\s.+\sfrom\s|(?:await\s+)?(?:fetch|axios)(?:\.\w+)?\(",
    "java": r"(?:import\s+(?:java|okhttp|kong)\S*;|OkHttpClient\b|HttpRequest\b|HttpClient\b|HttpResponse<|Unirest\b)",
    "c#": r"(?:using\s+[\w.]+;|var\s+(?:client|options|request)\s*=\s*new\b)",
    "go": r"package\s+main\b",
    "ruby": r"require\s+['\"]",
}
_ENDS = re.compile(
    r"\s*(?:arrow_right|curl\s|import requests|<\?php|Responses?\s*$|(?:[1-5]\d\d )?example\s*$|Schema\s*$)|[{\[]", re.I
)
_BRACKETS = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`|(?P<open>[({\[])|(?P<close>[)}\]])""")
_SENT = re.compile(r"""["']([\w-]+)["']\]?\s*[:,=]\s*["'`]([^"'`\n]*)["'`]""")


def _others(text: str) -> Iterator[Call]:
    """Samples in languages of which only the outline is read: each goes on to the next sample, label or JSON value."""
    openers = re.compile("(?m)^[ \\t]*(?:" + "|".join(f"(?P<x{i}>{p})" for i, p in enumerate(_OTHERS.values())) + ")")
    verbs = "|".join(METHODS)
    position = 0
    while found := openers.search(text, position):
        language = list(_OTHERS)[int(str(found.lastgroup)[1:])]
        depth, position = 0, found.start()
        while position < len(text):
            end = (text.find("\n", position) + 1) or len(text)
            if (
                position > found.start()
                and _ENDS.match(text, position, end)
                and (depth <= 0 or text[position] not in "{[")
            ):
                break
            for bracket in _BRACKETS.finditer(text, position, end):
                depth += bool(bracket["open"]) - bool(bracket["close"])
            position = end
        script = text[found.start() : position]
        call = Call(language, found.start(), position)
        if method := re.search(
            rf"""(?i)method\W{{1,4}}({verbs})\b|["']({verbs})["']|(?:\.|::)({verbs})\b(?=\W)""", script
        ):
            call.method = next(group for group in method.groups() if group).upper()
        if url := re.search(r"""["'`](https?://[^"'`\n]+)["'`]""", script):
            call.url = url[1]
        call.headers = {name: value for name, value in _SENT.findall(script) if credential(name, value)}
        yield call


_SHELL = re.compile(
    r"""(?P<blank>(?:[ \t]|\\[ \t]*\n)+)|(?P<end>\n)|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|"""
    r"""(?P<bare>[^\s'"\\]+|\\.?)""",
    re.S,
)
_GOES_ON = re.compile(r"""\s*(?:\\\s*\n\s*)?(?:-{1,2}[A-Za-z]|['"]|https?://)""")
_DATA = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json")
_URL_WORDS = ("--url", "--location", "-L")


def _curl(text: str) -> Iterator[Call]:
    for found in re.finditer(r"(?m)^[ \t]*(?:\$ )?(?:\w+\s+)??curl\b(?=\s)", text):
        call = Call("curl", found.start(), found.end())
        words = list(_shell_words(text, call))
        option = ""
        for word, offset in words:
            if option in ("-X", "--request"):
                call.method = word.upper()
            elif option in ("-H", "--header") and ":" in word:
                name, _, value = word.partition(":")
                call.headers[name.strip()] = value.strip()
            elif option in _DATA:
                _body(call, word, offset, text)
            elif "://" in word and call.url is None:
                call.url = word
            option = word if word.startswith("-") and not option.startswith("--data") else ""
        call.method = call.method or ("POST" if call.body else "GET" if call.url else None)
        yield call


def _shell_words(text: str, call: Call) -> Iterator[tuple[str, int]]:
    """Words of a command with their offsets; the command goes on over lines that start with an option."""
    position, previous = call.end, ""
    while position < len(text):
        body = re.compile(r"""['"]?(?=\{\s*"|\[\s*[{"\d])""").match(text, position)
        if previous in _DATA and body:
            # A body in quotes may be damaged, or hold apostrophes: it ends where its JSON ends.
            block = read_json(text, body.end())
            call.cut = call.cut or block.cut
            call.end = position = block.end + (1 if text[block.end : block.end + 1] == body.group() != "" else 0)
            call.body, call.body_start, call.body_in_place, previous = block, body.end(), True, ""
            continue
        found = _SHELL.match(text, position)
        if not found:
            call.cut = True  # an open quote up to the end of the text
            call.end = (text.find("\n", position) + 1) or len(text)
            return
        position = found.end()
        if found["end"]:
            if not _GOES_ON.match(text, position):
                call.end = position
                return
            position = len(text) - len(text[position:].lstrip())
        elif not found["blank"]:
            previous = next(word for word in (found["single"], found["double"], found["bare"]) if word is not None)
            call.end = position
            yield previous, found.start()


def _body(call: Call, printed: str, offset: int, text: str) -> None:
    printed = printed.strip()
    if printed[:1] not in ("{", "["):
        return
    if '\\"' in printed and '"' not in printed.replace('\\"', ""):
        printed = printed.replace('\\"', '"')
    call.body, call.body_start = read_json(printed, 0), offset


_PAIR = re.compile(r"""["']([^"'\n]+)["']\s*:\s*(?:["']([^"'\n]*)["']|([\w.]+))""")
_QUOTED = r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""


def _span(text: str, start: int, last: str) -> tuple[str, int, bool]:
    """A script from `start` to the end of the line that matches `last`, or to the next sample; whether its end is
    missing."""
    end = re.compile(last, re.M).search(text, start)
    other = re.compile(r"(?m)^[ \t]*(?:curl\s|<\?php|import requests|arrow_right|Responses?\s*$)").search(
        text, start + 8
    )
    limit = other.start() if other else len(text)
    if end and end.end() <= limit:
        return text[start : end.end()], end.end(), False
    return text[start:limit], limit, not other


def _python(text: str) -> Iterator[Call]:
    position = 0
    opener = re.compile(r"(?m)^[ \t]*(?:import (?:requests|http\.client|httpx|json)|from \w+ import requests)\b.*$")
    while found := opener.search(text, position):
        script, position, cut = _span(text, found.start(), r"^[ \t]*print\(.*$")
        call = Call("python", found.start(), position, cut=cut)
        if method := re.search(
            r"""\.request\(\s*["'](\w+)["']|(?:requests|httpx)\.(get|post|put|patch|delete|head|options)\(""", script
        ):
            call.method = (method[1] or method[2]).upper()
        if url := re.search(
            r"""\burl\s*=\s*f?["']([^"'\n]+)["']|\.\w+\(\s*(?:["']\w+["'],\s*)?["'](https?://[^"'\n]+)["']""", script
        ):
            call.url = url[1] or url[2]
        call.headers = _pairs(script, r"headers")
        call.query = _pairs(script, r"(?:querystring|params)")
        if payload := re.search(
            rf"(?s)\b(?:payload|data|json)\s*=\s*(?:json\.dumps\(\s*)?(?:{_QUOTED}|(?P<tree>[{{\[]))", script
        ):
            if payload["text"]:
                _quoted_body(call, payload["text"], found.start() + payload.start())
            elif script[payload.start("tree") :][:2] not in ("{}", "[]"):
                call.body_start, call.body_in_place = found.start() + payload.start("tree"), True
                call.body = read_json(text, call.body_start)
        yield call


def _pairs(script: str, name: str) -> dict[str, str]:
    found = re.search(rf"(?s)\b{name}\s*=\s*\{{(.*?)\}}\s*(?:\n|$)", script)
    return {key: value or word for key, value, word in _PAIR.findall(found[1])} if found else {}


def _php(text: str) -> Iterator[Call]:
    for found in re.finditer(r"(?m)^[ \t]*<\?php", text):
        script, end, cut = _span(text, found.start(), r"^[ \t]*(?:echo \$response;|\}?\s*echo .*;|\?>)\s*$")
        call = Call("php", found.start(), end, cut=cut)
        if method := re.search(r"""CURLOPT_CUSTOMREQUEST\s*=>\s*["'](\w+)["']""", script):
            call.method = method[1].upper()
        if url := re.search(r"""CURLOPT_URL\s*=>\s*["']([^"'\n]+)["']""", script):
            call.url = url[1]
        if headers := re.search(
            r"""(?s)CURLOPT_HTTPHEADER\s*=>\s*(?:array\(|\[)(.*?)(?:\)|\])\s*,?\s*(?:\)|\]|CURLOPT|$)""", script
        ):
            pairs = re.findall(r"""["']([\w-]+)\s*:\s*([^"'\n]*)["']""", headers[1])
            call.headers = dict(pairs)
        if fields := re.search(rf"(?s)CURLOPT_POSTFIELDS\s*=>\s*{_QUOTED}", script):
            _quoted_body(call, fields["text"], found.start() + fields.start())
        yield call


def _quoted_body(call: Call, literal: str, offset: int) -> None:
    try:
        printed = str(ast.literal_eval(literal if "\n" not in literal else literal[0] * 2 + literal + literal[0] * 2))
    except (ValueError, SyntaxError):
        printed = literal[1:-1]
    if printed.strip()[:1] in ("{", "["):
        call.body, call.body_start = read_json(printed.strip(), 0), offset
