"""Why a request was refused, as stable codes. `truecopy-emulator explain CODE` prints an entry.

A code never changes its meaning and is never used again. 1xx: before an operation was found; 2xx: credentials; 3xx: what was
sent; 4xx: state; 5xx: the emulator, the spec, or a fault that was asked for.
"""

# ruff: noqa: E501 (a table has long rows)
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One kind of refusal. `remedy` says what to change, and on which side."""

    code: str
    title: str
    meaning: str
    remedy: str


_TABLE = (
    ("E101", "unknown path", "No operation has this path.", "Compare the path with the near misses in the journal; mind the mount and the prefix of the server's URL."),
    ("E102", "method not allowed", "The path exists, but not with this method.", "Use one of the methods in the Allow header."),
    ("E103", "not acceptable", "The operation answers in none of the media types that the Accept header admits.", "Add one that the spec lists under the operation's responses, or leave Accept out."),
    ("E201", "no credential", "The operation needs a credential and the request carries none where the spec expects it.", "Send it where the operation's security says. The emulator's default is emulator-key."),
    ("E202", "unknown credential", "The credential stands in the right place and is not one that the emulator knows.", "Use emulator-key, or add yours through /_emulator/credentials."),
    ("E203", "credential in the wrong place", "A credential came under a name or in a place that the operation's security does not list.", "Move it to the place that the diagnostic names."),
    ("E204", "expired credential", "The credential was valid once.", "Get a new one; in a test, change it through /_emulator/credentials or turn the clock back."),
    ("E205", "forbidden", "The credential is known and its owner may not use the resource.", "Use another credential, or change this one's kind through /_emulator/credentials."),
    ("E206", "quota used up", "The credential's budget is spent, so that repeating the call is useless.", "Use another credential, or change this one's kind through /_emulator/credentials."),
    ("E301", "parameter", "A parameter of the path, the query, a header or a cookie breaks its schema, is missing, or came more than once.", "Send what the rule asks for; if the real service takes yours, the spec is wrong."),
    ("E302", "body missing", "The operation needs a body and none came.", "Send one of a media type that the spec lists."),
    ("E303", "body unreadable", "The body is not what its Content-Type says.", "Send well-formed JSON, XML or a form in UTF-8."),
    ("E304", "body refused", "The body is readable and breaks its schema.", "Send what the rule asks for; if the real service takes yours, the spec is wrong."),
    ("E305", "media type", "The body's Content-Type is missing or not one that the operation takes.", "Set Content-Type to one that the spec lists, in UTF-8 and without Content-Encoding."),
    ("E306", "too large", "The body is larger than the emulator takes.", "Send less, or start the emulator with a larger --max-body."),
    ("E401", "no such resource", "The path and its parameters are right and nothing is stored under them.", "Create it first, or load it through /_emulator/state."),
    ("E402", "conflict", "Something is stored under this name already.", "Use another name, or reset the emulator."),
    ("E501", "answer breaks the spec", "The emulator's own answer does not satisfy the spec, so it was withheld.", "A defect of the emulator, or of an example in the spec: the rule says which."),
    ("E502", "handler failed", "The emulator's code for this operation raised an exception.", "A defect of the emulator: please report it with the request."),
    ("E503", "no example", "The spec gives neither an example nor a schema from which an answer can be made.", "Add an example to the operation's response in the spec."),
    ("E504", "state unavailable", "The file or the database that keeps the state could not be read or written.", "See to it that it is there, has room, and is not locked by another program."),
    ("E505", "spec at fault", "The document does not describe the operation as OpenAPI has it, so it cannot be served.", "Mend the document at the place that the diagnostic names; the other operations are served."),
    ("E601", "fault", "A fault that a test or a profile asked for was put in place of, or into, the answer.", "List and remove faults through /_emulator/faults."),
    ("E602", "unknown fault", "The request header X-Emulator-Fault could not be read.", "Write name=value pairs separated by semicolons, as in status=503;retry-after=2."),
)  # fmt: skip

DIAGNOSTICS = {row[0]: Diagnostic(*row) for row in _TABLE}


def suggestion(name: str, known: Iterable[str]) -> str:
    """What a name that does not exist may have meant, to be put behind the message that says so."""
    from difflib import get_close_matches  # few runs need it

    names = list(dict.fromkeys(known))
    meant = get_close_matches(name, names) or (names if len(names) <= 20 else [])
    return f"; did you mean {', '.join(meant)}" if meant else ""


def header(code: str, detail: str = "") -> bytes:
    """The value of X-Emulator-Diagnostic: one bounded line of ASCII."""
    text = f"{code} {DIAGNOSTICS[code].title}" + (f": {detail}" if detail else "")
    plain = "".join(char if " " <= char <= "~" else ascii(char)[1:-1] for char in text[:400])
    return plain.encode("ascii")[:600]
