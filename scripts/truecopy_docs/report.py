"""Reports: changes as text, JSON, Markdown and HTML; findings and coverage as text."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from truecopy_docs.check import CODES, Report
from truecopy_docs.diff import Change
from truecopy_docs.rules import RANK

__all__ = ["as_html", "as_json", "as_markdown", "as_text", "check_text", "summary"]


def summary(changes: Sequence[Change]) -> str:
    """``2 breaking, 1 compatible, 0 documentation only``, or that nothing changed."""
    if not changes:
        return "Nothing in the contract changed."
    return ", ".join(f"{sum(change.klass == klass for change in changes)} {klass}" for klass in RANK)


def as_text(changes: Sequence[Change]) -> Iterable[str]:
    """Lines for a terminal: one change on three lines, worst class first."""
    yield summary(changes)
    for klass in RANK:
        chosen = [change for change in changes if change.klass == klass]
        if chosen:
            yield f"\n{klass}"
        for change in chosen:
            yield f"  {change.code}: {change.what}"
            yield f"      {_value(change.old)} -> {_value(change.new)}{_lines(change)}"
            if change.pointer or change.names:
                yield f"      spec {change.pointer or '-'}  touches {', '.join(change.names) or '-'}"


def as_json(changes: Sequence[Change]) -> str:
    """A list of objects with class, code, what, old, new, pointer, names, old_line, new_line."""
    return json.dumps([change.as_json() for change in changes], indent=2, ensure_ascii=False)


def as_markdown(changes: Sequence[Change], old: str, new: str, following: str) -> str:
    """A report for a pull request."""
    lines = [f"### {old} → {new}", "", summary(changes), ""]
    for klass in RANK:
        chosen = [change for change in changes if change.klass == klass]
        if chosen:
            lines += [
                f"#### {klass.capitalize()}",
                "",
                "| code | what | old | new | spec | touches |",
                "|---|---|---|---|---|---|",
            ]
        for change in chosen:
            names = ", ".join(f"`{name}`" for name in change.names)
            cells = (
                change.code,
                change.what,
                _value(change.old),
                _value(change.new),
                f"`{change.pointer}`" if change.pointer else "",
                names,
            )
            lines.append("| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |")
        if chosen:
            lines.append("")
    return "\n".join([*lines, f"Next: `{following}`", ""])


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;font-size:1.2rem;padding:1rem 0 .25rem}
th,td{text-align:left;vertical-align:top;padding:.5rem;border-bottom:1px solid #ccc}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
.old{background:#fdecea}.new{background:#e9f6ec}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}.old{background:#4a1f1c}.new{background:#1d3b24}}
"""


def as_html(changes: Sequence[Change], old: str, new: str, following: str) -> str:
    """A page of its own, with both sides of every change. Everything from the pages is escaped."""
    e = html.escape
    parts = [f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{e(old)} to {e(new)}</title>']
    parts.append(f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>')
    parts.append(f"<h1>{e(old)} to {e(new)}</h1><p>{e(summary(changes))}</p>")
    for klass in RANK:
        chosen = [change for change in changes if change.klass == klass]
        if not chosen:
            continue
        parts.append(
            f"<table><caption>{e(klass)}</caption><thead><tr><th>What</th><th>{e(old)}</th><th>{e(new)}</th><th>Touches</th></tr></thead><tbody>"
        )
        for change in chosen:
            sides = "".join(
                f'<td class="{side}"><code>{e(_value(value))}</code>{f"<br>line {line}" if line else ""}</td>'
                for side, value, line in (("old", change.old, change.old_line), ("new", change.new, change.new_line))
            )
            names = "<br>".join(f"<code>{e(name)}</code>" for name in change.names)
            pointer = f"<br><code>{e(change.pointer)}</code>" if change.pointer else ""
            parts.append(
                f"<tr><td>{e(change.what)}<br><code>{e(change.code)}</code>{pointer}</td>{sides}<td>{names}</td></tr>"
            )
        parts.append("</tbody></table>")
    parts.append(f"<p>Next: <code>{e(following)}</code></p></body></html>\n")
    return "".join(parts)


def check_text(report: Report) -> Iterable[str]:
    """Findings with pointer and line, then the coverage of every page."""
    for finding in sorted(report.findings, key=lambda f: (f.spec, f.code, f.document, f.line or 0, f.pointer)):
        place = f"{finding.spec}#{finding.pointer}" if finding.spec else "specs/facts"
        source = f" ({finding.document}{f' line {finding.line}' if finding.line else ''})" if finding.document else ""
        yield f"{finding.code} {place}: {CODES[finding.code][0]}: {finding.text}{source}"
    if report.findings:
        yield ""
    width = max((len(document) for document in report.coverage), default=4)
    yield f"{'page':<{width}}  held  deviating  missing"
    for document, counts in sorted(report.coverage.items()):
        yield f"{document:<{width}}  {counts['held']:4}  {counts['deviating']:9}  {counts['missing']:7}"
    found = len(report.findings)
    yield f"{found} finding{'s' if found != 1 else ''}." + (
        " Explain one with: truecopy-docs explain CODE" if found else ""
    )


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(change: Change) -> str:
    if change.old_line is None and change.new_line is None:
        return ""
    return f"  (line {change.old_line or '-'} -> {change.new_line or '-'})"
