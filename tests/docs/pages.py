"""Made-up pages of the three families, rendered from one small contract in every layout that captures come in.

A contract is data; a renderer turns it into a page. The same contract in two layouts must give the same facts, and a
changed contract must give that change and nothing else.
"""

from __future__ import annotations

import copy
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["LAYOUTS", "Contract", "contract", "render"]

Schema = dict[str, Any]


@dataclass
class Contract:
    """What a page documents."""

    method: str = "POST"
    path: str = "/shelves/{shelf-id}/books"
    base: str = "https://{env}.library.example/api/v2"
    security: tuple[str, str] = ("x-library-key", "header")
    parameters: list[dict[str, Any]] = field(default_factory=list)
    request: Schema | None = None
    answer: Schema = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error: Schema = field(default_factory=dict)
    headers: list[dict[str, Any]] = field(default_factory=list)

    def copy(self) -> Contract:
        return copy.deepcopy(self)


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}


def contract() -> Contract:
    """The contract that the tests start from."""
    book = _object(
        ["bookID", "title", "state", "shelf"],
        bookID={"type": "integer"},
        title={"type": "string", "maxLength": 80},
        state={"type": "string", "enum": ["LENT", "IN", "LOST"]},
        addedAt={"type": "string", "format": "date-time"},
        weight={"type": "number", "minimum": 0, "maximum": 50},
        note={"type": ["string", "null"]},
        shelf=_object(["room"], room={"type": "string"}, floor={"type": "integer"}),
    )
    meta = _object(["trace_id"], trace_id={"type": "string"})
    failure = _object(
        ["code", "message", "httpStatusCode"],
        code={"type": "string", "pattern": "^[0-9]+$"},
        message={"type": "string"},
        httpStatusCode={"type": "integer", "minimum": 100, "maximum": 599},
    )
    return Contract(
        parameters=[
            {"place": "path", "name": "shelf-id", "type": "integer", "required": True},
            {"place": "query", "name": "perPage", "type": "integer", "required": False},
        ],
        request=_object(["title"], title={"type": "string"}, copies={"type": "integer"}, rare={"type": "boolean"}),
        answer=_object(["meta", "data"], meta=meta, data=book),
        errors={"400": "2001", "404": "2004"},
        error=_object(["error"], error=failure),
        headers=[{"name": "X-Rate-Left", "type": "integer", "minimum": 0, "maximum": 900}],
    )


# -- samples ------------------------------------------------------------------------------------------


def sample(schema: Schema | None, names: dict[str, Any] | None = None) -> Any:
    """A value of a schema; `names` gives values for members by name."""
    if schema is None:
        return None
    kinds = schema.get("type")
    kind = kinds if isinstance(kinds, str) else next(kind for kind in kinds or ["object"] if kind != "null")
    if kind == "object":
        given = names or {}
        return {name: given.get(name, sample(inner, names)) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], names)]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2031-02-03T04:05:06Z"
    return {"integer": 7, "number": 1.5, "boolean": True, "string": "some words"}[str(kind)]


def _failure(page: Contract, status: str) -> Any:
    return sample(page.error, {"httpStatusCode": int(status), "code": page.errors[status], "message": "It failed"})


def _braced(text: str) -> str:
    return re.sub(r"\{([^{}]+)\}", r"{{\1}}", text)


# -- QuestionPro --------------------------------------------------------------------------------------


def _code(page: Contract, url: str) -> list[str]:
    name, place = page.security
    query = f"?{name}={{{{key}}}}" if place == "query" else ""
    headers = {name: "{{key}}"} if place == "header" else {}
    headers |= {"Content-Type": "application/json"} if page.request else {}
    body = json.dumps(sample(page.request), indent=1) if page.request else ""
    curl = [f"curl --request {page.method} --location '{url}{query}' \\"]
    curl += [f"--header '{key}: {value}' \\" for key, value in headers.items()]
    curl += [f"--data '{body}'"] if body else ["--compressed"]
    python = [
        "import requests",
        f'url = "{url}{query}"',
        f"payload = {json.dumps(json.dumps(sample(page.request)) if body else '')}",
    ]
    python += [
        f"headers = {headers!r}",
        f'response = requests.request("{page.method}", url, headers=headers, data=payload)',
    ]
    python += ["print(response.text)"]
    return ["arrow_rightcURL", "\n".join(curl), "", "arrow_rightPython", *python, ""]


def _questionpro(page: Contract) -> str:
    url = _braced(page.base + page.path)
    lines = [
        f"{page.method.capitalize()} {_braced(page.path)}",
        "",
        "Example Request",
        "",
        url,
        "",
        "Pick your region.",
        "",
    ]
    lines += ["Authorization", "", "arrow_rightSecurity - API Key", f"Name : {page.security[0]}", "required"]
    lines += [f"Location : Request {page.security[1].capitalize()}", "Type : string", "", "Request Parameters", ""]
    for place in ("path", "query"):
        rows = [row for row in page.parameters if row["place"] == place]
        lines += [f"arrow_right{place.capitalize()} Parameters"] if rows else []
        for row in rows:
            lines += [f"{row['name']} {row['type']}", *(["required"] if row["required"] else []), ""]
    if page.request:
        lines += ["Request Body", "arrow_rightExample", "application/json", json.dumps(sample(page.request), indent=4)]
        lines += ["arrow_rightSchema", "application/json", json.dumps(page.request, indent=2), ""]
    lines += ["Example Code", "", *_code(page, url), "Responses", ""]
    lines += ["arrow_rightExample", "application/json", "", json.dumps(sample(page.answer), indent=4), ""]
    lines += [
        "arrow_rightSchema",
        "application/json",
        json.dumps({"$schema": "http://json-schema.org/draft-06/schema# "} | page.answer, indent=2),
    ]
    for status in page.errors:
        lines += [
            f"arrow_right{status} example",
            "application/json",
            "",
            json.dumps(_failure(page, status), indent=4),
            "",
        ]
        lines += ["arrow_rightSchema", "application/json", json.dumps(page.error, indent=2), ""]
    return "\n".join(lines)


def _stripped(page: Contract) -> str:
    """Without a single label: only the URL, the payloads and the code."""
    name, place = page.security
    url = _braced(page.base + page.path)
    lines = [url + (f"?{name}={{{{key}}}}" if place == "query" else ""), "Pick your region."]
    lines += [json.dumps(sample(page.request), indent=0), json.dumps(page.request, indent=0)] if page.request else []
    lines += [line for line in _code(page, url) if line and not line.startswith("arrow_right")]
    lines += [json.dumps(sample(page.answer), indent=0), json.dumps(page.answer, indent=0)]
    for status in page.errors:
        lines += [json.dumps(_failure(page, status), indent=0), json.dumps(page.error, indent=0)]
    return "\n".join(lines)


def _plain_code(code: str) -> str:
    return f"<pre><code>{html.escape(code)}</code></pre>"


def _coloured_code(code: str) -> str:
    """As syntax highlighters print it: a line per block, a span per token."""
    tokens = [re.findall(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|\w+|\s+|[^\w\s]', line) for line in code.split("\n")]
    lines = ["".join(f"<span class='hljs-x'>{html.escape(token)}</span>" for token in line) for line in tokens]
    return "<div class='code'>" + "\n".join(f"<div>{line}</div>" for line in lines) + "</div>"


def _questionpro_html(page: Contract, code: Callable[[str], str] = _plain_code) -> str:
    text = _questionpro(page)
    blocks = re.split(r"\n\s*\n", text)
    body = "".join(
        code(block) if re.search(r"(?m)^\s*[{}]|curl|import", block)
        else "".join(f"<div class='row'><span>{html.escape(line)}</span></div>" for line in block.split("\n"))
        for block in blocks
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html><head><title>Docs</title></head><body><nav><a>GET /other</a></nav>{body}</body></html>"
    )


# -- ASP.NET help pages -------------------------------------------------------------------------------

_DOTNET = {"integer": "integer", "string": "string", "boolean": "boolean", "number": "decimal number"}


def _notes(schema: Schema, required: bool) -> list[str]:
    notes = ["Required"] if required else []
    if "minimum" in schema and "maximum" in schema:
        notes.append(f"Range: inclusive between {schema['minimum']} and {schema['maximum']}")
    if "maxLength" in schema:
        notes.append(f"Max length: {schema['maxLength']}")
    if "pattern" in schema:
        notes.append(f"Matching regular expression pattern: {schema['pattern']}")
    return notes or ["None."]


def _dotnet(name: str, schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return "date"
    kinds = schema["type"]
    kind = kinds if isinstance(kinds, str) else next(kind for kind in kinds if kind != "null")
    return name.capitalize() + "Model" if kind == "object" else _DOTNET[kind]


def _aspnet_rows(schema: Schema) -> list[list[str]]:
    return [
        [name, f"Gets the {name} of it.", _dotnet(name, inner), *_notes(inner, name in schema["required"])]
        for name, inner in schema["properties"].items()
    ]


def _aspnet(table: Callable[[list[list[str]]], list[str]]) -> Callable[[Contract], str]:
    def render(page: Contract) -> str:
        answer = page.answer["properties"]["data"]
        query = [row["name"] for row in page.parameters if row["place"] == "query"]
        path = page.path.lstrip("/") + ("?" + "&".join(f"{name}={{{name}}}" for name in query) if query else "")
        lines = [
            f"{page.method} v2/{path}",
            "",
            "Puts a book on a shelf.",
            "",
            "Request Information",
            "",
            "URI Parameters",
            "",
        ]
        rows = [
            [row["name"], "Which one it is.", row["type"], "Required" if row["required"] else "None."]
            for row in page.parameters
        ]
        lines += [*table(rows), "", "Body Parameters", ""]
        if page.request:
            lines += [
                "NewBook",
                *table(_aspnet_rows(page.request)),
                "",
                "Request Formats",
                "",
                "application/json, text/json",
                "",
            ]
            lines += ["Sample:", json.dumps(sample(page.request), indent=2), ""]
        else:
            lines += ["None.", ""]
        lines += ["Response Information", "", "Resource Description", "", "The book, or a failure.", "", "Book"]
        lines += [
            *table(_aspnet_rows(answer)),
            "",
            "Response Formats",
            "",
            "application/json, text/json",
            "",
            "Sample:",
        ]
        lines += [json.dumps(sample(answer), indent=2)]
        return "\n".join(lines)

    return render


def _cells_on_lines(rows: list[list[str]]) -> list[str]:
    return ["NameDescriptionTypeAdditional information", *(cell + "\n" for row in rows for cell in row)]


def _cells_with_tabs(rows: list[list[str]]) -> list[str]:
    return ["\t".join(["Name", "Description", "Type", "Additional information"]), *("\t".join(row) for row in rows)]


def _cells_in_bars(rows: list[list[str]]) -> list[str]:
    head = "| Name | Description | Type | Additional information |"
    return [head, "|---|---|---|---|", *("| " + " | ".join([*row[:3], "<br>".join(row[3:])]) + " |" for row in rows)]


def _cells_glued(rows: list[list[str]]) -> list[str]:
    return [
        "NameDescriptionTypeAdditional information",
        *("".join(row[:4]) + "".join("\n" + note for note in row[4:]) for row in rows),
    ]


def _cells_with_blanks(rows: list[list[str]]) -> list[str]:
    return [
        "Name Description Type Additional information",
        *(" ".join(row[:4]) + "".join("\n" + note for note in row[4:]) for row in rows),
    ]


def _aspnet_html(page: Contract) -> str:
    def table(rows: list[list[str]]) -> list[str]:
        cells = "".join(
            "<tr>" + "".join(f"<td><p>{html.escape(cell)}</p></td>" for cell in row[:3])
            + "<td>" + "".join(f"<p>{html.escape(note)}</p>" for note in row[3:]) + "</td></tr>"
            for row in rows
        )  # fmt: skip
        heads = "".join(f"<th>{head}</th>" for head in ("Name", "Description", "Type", "Additional information"))
        return [f"\0<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>"]

    text = _aspnet(table)(page)
    out = []
    for block in re.split(r"(?m)(?=^\0)|\n(?=Sample:)", text):
        if block.startswith("\0"):
            head, _, rest = block[1:].partition("\n")
            out.append(head)
            block = rest
        if block.startswith("Sample:"):
            sample_text, _, rest = block.removeprefix("Sample:\n").partition("\n\n")
            out.append(f"<span><b>Sample:</b></span><pre class='wrapped'>{html.escape(sample_text)}</pre>")
            block = rest
        out += [f"<h3>{html.escape(line)}</h3>" for line in block.split("\n") if line.strip()]
    return "<html><body><div class='content'>" + "\n".join(out) + "</div></body></html>"


# -- Document360 --------------------------------------------------------------------------------------

_WORDS = {"minimum": "Minimum", "maximum": "Maximum", "maxLength": "Max length", "pattern": "Pattern"}


@dataclass(frozen=True)
class _Style:
    """How a capture glues or separates: after a label, and between a type and `Required`."""

    gap: str = ""
    inline: bool = False


def _kind(schema: Schema) -> str:
    kinds = schema["type"]
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    printed = names[0] + (f" ({schema['format']})" if "format" in schema else "")
    return printed + (" | null" if not isinstance(kinds, str) else "")


Row = tuple[int, str, str, bool, Schema]


def _tree(schema: Schema, depth: int = 1) -> list[Row]:
    rows: list[Row] = []
    for name, inner in schema["properties"].items():
        rows.append((depth, name, _kind(inner), name in schema["required"], inner))
        if inner["type"] == "object":
            rows += _tree(inner, depth + 1)
    return rows


def _field_lines(name: str, kind: str, required: bool, schema: Schema, style: _Style) -> list[str]:
    flag = (" " if style.gap else "") + "Required" if required else ""
    lines = [f"{name} {kind}{' Required' if required else ''}"] if style.inline else [name, f"{kind}{flag}"]
    if "enum" in schema:
        lines.append(
            "Valid values"
            + style.gap.replace("\n", "")
            + "[ "
            + ", ".join(f'"{value}"' for value in schema["enum"])
            + " ]"
        )
    lines += [f"{label}{style.gap}{schema[word]}" for word, label in _WORDS.items() if word in schema]
    return lines


def _document360_rows(page: Contract, style: _Style) -> list[tuple[int, str]]:
    """(depth, line) for every line of the page."""
    rows: list[tuple[int, str]] = []

    def add(*lines: str, depth: int = 0) -> None:
        rows.extend((depth, line) for line in lines)

    add(
        "Put a book on a shelf",
        "",
        "Prev Next",
        page.method.capitalize(),
        page.path,
        "",
        "Adds one book.",
        "",
        "Security",
    )
    add(
        "API Key",
        f"{page.security[1].capitalize()} parameter name{style.gap}{page.security[0]}",
        "",
        "Ask for a key first.",
        "",
    )
    for place in ("path", "query"):
        chosen = [row for row in page.parameters if row["place"] == place]
        add(*([f"{place.capitalize()} parameters"] if chosen else []))
        for row in chosen:
            add(*_field_lines(row["name"], row["type"], row["required"], row, style), "", "Which one it is", "")
    if page.request:
        add("Body parameters", "Expand All", "object")
        for depth, name, kind, required, schema in _tree(page.request):
            add(*_field_lines(name, kind, required, schema, style), depth=depth)
    add("Responses", "200", "", "It worked", "", "Expand All", "object")
    for depth, name, kind, required, schema in _tree(page.answer):
        add(*_field_lines(name, kind, required, schema, style), depth=depth)
    for status in page.errors:
        add(status, "", "It failed", "", "Headers")
        for row in page.headers:
            add(*_field_lines(row["name"], row["type"], False, row, style), "How many are left")
        add("object", "", "What went wrong", "")
        for depth, name, kind, required, schema in _tree(page.error):
            add(*_field_lines(name, kind, required, schema, style), depth=depth)
    return rows


def _document360(style: _Style) -> Callable[[Contract], str]:
    return lambda page: "\n".join(line for _, line in _document360_rows(page, style))


def _document360_html(page: Contract) -> str:
    out, level = ["<html><body><main>"], 0
    for depth, line in _document360_rows(page, _Style(" ")):
        while level < depth:
            out.append("<div class='children'>")
            level += 1
        while level > depth:
            out.append("</div>")
            level -= 1
        if line:
            out.append(f"<div><span>{html.escape(line)}</span></div>")
    return "\n".join([*out, "</div>" * level, "</main></body></html>"])


LAYOUTS: dict[str, dict[str, Callable[[Contract], str]]] = {
    "questionpro": {
        "labels": _questionpro,
        "html": _questionpro_html,
        "coloured": lambda page: _questionpro_html(page, _coloured_code),
    },
    "questionpro stripped": {"bare": _stripped},
    "aspnet": {
        "lines": _aspnet(_cells_on_lines),
        "tabs": _aspnet(_cells_with_tabs),
        "glued": _aspnet(_cells_glued),
        "blanks": _aspnet(_cells_with_blanks),
        "html": _aspnet_html,
    },
    "document360": {
        "glued": _document360(_Style()),
        "blanks": _document360(_Style(" ")),
        "colons": _document360(_Style(": ")),
        "inline": _document360(_Style(" ", inline=True)),
        "html": _document360_html,
    },
}
"""Family -> layout -> renderer. All layouts of a family must give the same facts."""


def render(family: str, layout: str, page: Contract) -> str:
    """A page of a family in one of its layouts."""
    return LAYOUTS[family][layout](page)
