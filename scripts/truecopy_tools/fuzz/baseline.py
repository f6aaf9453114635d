"""Failures that are accepted for some time: one file for each spec, in the form of schemathesis, where every entry has
a day on which it expires and a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from .targets import ROOT, UsageError

FOLDER = ROOT / "tests" / "fuzz" / "accepted"
LONGEST = 90
"""Days that a failure may be accepted at a time."""


def entries(path: Path | None) -> list[dict[str, Any]]:
    """The entries of a baseline; none when there is no file.

    Raises:
        UsageError: the file is none.
    """
    if path is None or not path.exists():
        return []
    try:
        found = json.loads(path.read_text())["entries"]
        assert all(
            isinstance(entry[name], str) for entry in found for name in ("id", "operation", "check", "signature")
        )
        for entry in found:
            date.fromisoformat(entry.get("expires") or "2000-01-01")
    except (OSError, ValueError, LookupError, TypeError, AssertionError) as error:
        why = f"{type(error).__name__} {error}".strip()
        raise UsageError(
            f"FUZZ_BASELINE: {path} is not a file of accepted failures ({why}); mend it, or take it away and run accept"
        ) from None
    return list(found)


def problems(path: Path | None, today: date) -> Iterator[str]:
    """What is wrong with the entries, whatever the run found."""
    for entry in entries(path):
        name = f"the accepted failure {entry['id']} ({entry['operation']}, {entry['check']})"
        if not entry.get("reason"):
            yield f"{name} has no reason"
        if not entry.get("expires"):
            yield f"{name} never expires"
        elif date.fromisoformat(entry["expires"]) > today + timedelta(days=LONGEST):
            yield f"{name} is accepted until {entry['expires']}, more than {LONGEST} days from now"


def date_new(path: Path | None, days: int, reason: str) -> int:
    """Give new entries a day and a reason; how many there were."""
    if path is None or not path.exists():
        return 0
    document = json.loads(path.read_text())
    new = [entry for entry in document["entries"] if not entry.get("expires")]
    for entry in new:
        entry |= {"expires": (date.today() + timedelta(days=days)).isoformat(), "reason": reason}
    path.write_text(json.dumps(document, indent=2) + "\n")
    return len(new)
