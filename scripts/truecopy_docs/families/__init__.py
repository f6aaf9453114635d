"""The families of pages: what each is recognised by, and the extractor that reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from truecopy_docs.code import find_calls
from truecopy_docs.facts import Collector, Facts
from truecopy_docs.families import aspnet, document360, questionpro
from truecopy_docs.page import DocsError, Page
from truecopy_docs.urls import METHODS, anonymous, parse_address

__all__ = ["FAMILIES", "Family", "extract"]


@dataclass(frozen=True, slots=True)
class Family:
    """A family of pages. `signs` are searched in the text; the family with the most signs reads the page, with two at
    least."""

    name: str
    signs: Mapping[str, re.Pattern[str]]
    read: Callable[[Page, Collector], None]


def _signs(**patterns: str) -> dict[str, re.Pattern[str]]:
    return {name.replace("_", " "): re.compile(pattern, re.M | re.I) for name, pattern in patterns.items()}


FAMILIES = (
    Family(
        "questionpro",
        _signs(
            section_markers=r"^\s*arrow_right",
            url_with_double_braces=r"https?://\S*\{\{\w",
            cURL_sample=r"^[ \t]*curl\s",
            Python_or_PHP_sample=r"^[ \t]*(import requests|<\?php)",
            printed_schemas=r'"\$schema"\s*:',
            status_examples=r"\b[1-5]\d\d example\s*$",
            example_request=r"^\s*(arrow_right)?(Example Request|Example Code)\s*$",
        ),
        questionpro.read,
    ),
    Family(
        "aspnet",
        _signs(
            request_information=r"^\W*Request Information\W*$",
            response_information=r"^\W*Response Information\W*$",
            URI_parameters=r"^\W*URI Parameters\W*$",
            body_parameters=r"^\W*Body Parameters\W*$",
            resource_description=r"^\W*Resource Description\W*$",
            response_formats=r"^\W*(Response|Request) Formats\W*$",
            table_heads=r"^\W*Name\W*Description\W*Type\W*Additional information\W*$",
        ),
        aspnet.read,
    ),
    Family(
        "document360",
        _signs(
            method_above_path=r"^\s*(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s*\n?\s*(https?://[^\s/]+)?/[\w./{}-]*\s*$",
            security_section=r"^\s*Security\s*$",
            parameter_sections=r"^\s*(Path|Query|Header|Body|Cookie) parameters\s*$",
            responses_section=r"^\s*Responses\s*$",
            typed_objects=r"(?:^|[a-z_\s])(Array of )?(object|string|integer) \([\w.-]+\)",
            valid_values=r"^\s*Valid values",
            bearer_type=r"^\s*Type\s*(bearer|basic)\s*$",
        ),
        document360.read,
    ),
)


def extract(page: Page) -> Facts:
    """The facts of a page, by the extractor of its family.

    Raises:
        DocsError: no family is recognised, or the page of a known family names no operation.
    """
    text = "\n".join(line.text for line in page.lines)
    if len(operations := _operations(text)) > 1:
        raise DocsError(
            f"{page.document}: holds the pages of several operations ({', '.join(operations)}); "
            "save each in a file of its own"
        )
    scores = [sum(bool(sign.search(text)) for sign in family.signs.values()) for family in FAMILIES]
    best = max(range(len(FAMILIES)), key=lambda index: scores[index])
    if scores[best] < 2:
        looked_for = "; ".join(f"{family.name}: {', '.join(family.signs)}" for family in FAMILIES)
        raise DocsError(
            f"{page.document}: no known family of pages; looked for two signs of one of: {looked_for}. "
            "Check that the file is an operation's page, or add a family in truecopy_docs/families"
        )
    family = FAMILIES[best]
    collector = Collector()
    try:
        family.read(page, collector)
    except RecursionError:
        raise DocsError(f"{page.document}: holds JSON that is nested too deeply for a page; check the file") from None
    operation = collector.rows.get(("operation",))
    if operation is None or "path" not in operation.says or "method" not in operation.says:
        found = "nothing" if operation is None else ", ".join(f"{k} {v}" for k, v in operation.says.items())
        raise DocsError(
            f"{page.document}: looks like a {family.name} page but names no operation (found {found}); "
            "capture the whole page again"
        )
    rows = tuple(collector.rows.values())
    return Facts(page.document, family.name, page.sha256, collector.truncated, rows, collector.doubt)


_ANSWERS = re.compile(
    r"(?mi)^[ \t#*]*(?:arrow_right)?(?:Response Information|Responses)[ \t*:]*$"
    r"(?=[\s\S]{0,200}?(?:^\W*[1-5]\d\d\b|^\W*Resource Description|^[ \t]*(?:arrow_right|application/|\{)))"
)
_HEADING = re.compile(rf"(?mi)^[ \t#*]*({'|'.join(METHODS)})\s+((?:https?://)?\S*/\S*)[ \t*]*$")
_ADDRESS = re.compile(r"(?m)^[ \t]*(https?://\S+)[ \t]*$")


def _operations(text: str) -> list[str]:
    """The operations that the page documents: the last heading before each section of answers, and what the code calls
    by an address that stands on a line of its own. Samples in other languages may disagree; those in one do not."""
    found: dict[tuple[str, str], str] = {}
    start = 0
    for answers in _ANSWERS.finditer(text):
        if headings := _HEADING.findall(text, start, answers.start()):
            method, path = headings[-1][0].upper(), parse_address(headings[-1][1]).path
            found.setdefault((method, anonymous(path)), f"{method} {path}")
        start = answers.end()
    headed = {path for _, path in found}
    alone = {anonymous(parse_address(printed).path) for printed in _ADDRESS.findall(text)}
    called: dict[str, dict[tuple[str, str], str]] = {}
    for call in find_calls(text):
        path = parse_address(call.url).path if call.url else ""
        if call.method and anonymous(path) in alone:
            known = next((known for known in headed if anonymous(path).endswith(known)), anonymous(path))
            called.setdefault(call.language, {})[call.method, known] = f"{call.method} {path}"
    calls = max(called.values(), key=len, default={})
    if len(calls) > 1 or not {path for _, path in calls} <= headed:
        found |= calls
    return list(found.values())
