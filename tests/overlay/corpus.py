"""The corpus: answers that were once read wrongly, each with what must come of it. See docs/fuzzing.md."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import yaml

from .wire import Case, Outcome

FOLDER = Path(__file__).parents[1] / "corpus"
_DEFAULT = Case("")


def entries() -> list[tuple[str, dict[str, Any]]]:
    """Every entry with its name."""
    found = [(path.stem, entry) for path in sorted(FOLDER.glob("*.yaml")) for entry in yaml.safe_load(path.read_text())]
    return [(f"{stem}: {entry.pop('name')}", entry) for stem, entry in found]


def read(entry: dict[str, Any]) -> tuple[Case, dict[str, Any]]:
    """The case of an entry, and what must come of it."""
    fields = {**entry}
    expected = fields.pop("expect")
    if "json" in fields:
        fields["body"] = json.dumps(fields.pop("json"))
    if "headers" in fields:
        fields["headers"] = tuple((name, value) for name, value in fields["headers"])
    for name in ("body", "raw"):
        if name in fields:
            fields[name] = _bytes(fields[name])
    return Case(**fields), expected


def _bytes(value: str | dict[str, str]) -> bytes:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()


def entry(case: Case, outcomes: list[Outcome]) -> str:
    """The entry for a case, as YAML; what must come of it is for a person to say."""
    fields: dict[str, Any] = {"name": "(what was wrong, in a few words)"}
    for each in dataclasses.fields(case):
        value = getattr(case, each.name)
        if value != getattr(_DEFAULT, each.name):
            fields[each.name] = _plain(value)
    seen = {
        o.driver: "an answer" if o.error is None else f"{type(o.error).__name__}: {o.error}"[:200] for o in outcomes
    }
    fields["expect"] = {"(one of)": seen}
    return yaml.safe_dump([fields], sort_keys=False, allow_unicode=True, width=110)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [list(pair) for pair in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except ValueError:
            return {"base64": base64.b64encode(value).decode()}
    return value


def meets(outcome: Outcome, expected: dict[str, Any]) -> None:
    """Hold an outcome against what an entry expects. Raises AssertionError."""
    wanted = {**expected}
    kind = wanted.pop("error", None)
    if kind is not None:
        assert type(outcome.error).__name__ == kind, repr(outcome.error)
        found = {name: getattr(outcome.error, name) for name in wanted}
    else:
        if outcome.error is not None:
            raise outcome.error
        data = outcome.response.data
        data = data if isinstance(data, dict | None) else data.to_dict()
        found = {"data": data, "warned": bool(outcome.warned)}
        found = {name: found[name] for name in wanted}
    assert found == wanted
