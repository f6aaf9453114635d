"""What is fuzzed: one spec at one base URL, with the credential that it needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[3]
SPECS = ROOT / "specs"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE_METHODS = frozenset(("get", "head"))


class UsageError(Exception):
    """What was asked for cannot be done; the message says what to do instead."""


@dataclass(frozen=True)
class Operation:
    """One operation of a spec, as the spec has it: what a run is measured against."""

    label: str
    id: str
    node: Mapping[str, Any]
    safe: bool
    """Its method promises to change nothing, so that it may be sent to a service in use."""


@cache
def _load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    return loaded


@dataclass(frozen=True)
class Target:
    """One spec. `mount` is the path of its base URL in the emulator, `secret` the variable of its credential."""

    name: str
    mount: str
    secret: str = ""

    @property
    def spec(self) -> Path:
        return SPECS / f"{self.name}.yaml"

    @property
    def document(self) -> dict[str, Any]:
        return _load(self.spec)

    def operations(self) -> list[Operation]:
        """Every operation of the spec, in its order."""
        document, found = self.document, []
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    node = {"security": document.get("security", []), **item[method]}
                    found.append(
                        Operation(f"{method.upper()} {path}", node["operationId"], node, method in SAFE_METHODS)
                    )
        return found


TARGETS = {
    target.name: target
    for target in (
        Target("questionpro", "/questionpro/a/api/v2", "QUESTIONPRO_API_KEY"),
        Target("supermetrics", "/supermetrics/enterprise/v2", "SUPERMETRICS_TOKEN"),
        Target("asavie", "/asavie", "ASAVIE_TOKEN"),
        Target("emulator", "/_emulator", "TRUECOPY_EMULATOR_CONTROL_TOKEN"),
    )
}


CONTROL = "emulator"
"""The target that resets, refuses and forgets what the others fuzz."""


def choose(names: str, shared: bool = False) -> list[Target]:
    """The targets of a comma-separated list, each once; all of them when it is empty. On a shared server the control
    API is fuzzed when it alone is named, since it changes what the others are answered.

    Raises:
        UsageError: there is no such target, or they cannot be fuzzed together.
    """
    given = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    wanted = list(given) or [name for name in TARGETS if not (shared and name == CONTROL)]
    unknown = [name for name in wanted if name not in TARGETS]
    if unknown:
        raise UsageError(f"FUZZ_SPECS: no spec {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    if shared and CONTROL in wanted and len(wanted) > 1:
        raise UsageError(f"FUZZ_SPECS: {CONTROL} resets what the others fuzz on one server; name it alone")
    return [TARGETS[name] for name in wanted]


def base_url(target: Target, url: str, alone: bool) -> str:
    """Where a target is on a server that runs already. `url` is the origin of a server laid out as the emulator is, or,
    for one target alone, its base URL.

    Raises:
        UsageError: the URL cannot be either.
    """
    try:
        parts = urlsplit(url)
        base = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets of no address, a port that is none
        base = False
    if not base or parts.username is not None or parts.query or parts.fragment:
        shown = re.sub(r"[?#].*", "?…", re.sub(r"//[^/]*@", "//…@", url))  # without what may be a secret
        raise UsageError(
            f"FUZZ_URL is {shown!r}, which is not an HTTP URL of just a host and a path; an emulator's is "
            "http://127.0.0.1:8080"
        )
    if parts.path.strip("/"):
        if not alone:
            raise UsageError(
                f"FUZZ_URL {url} has a path, so it is the base URL of one provider: say which with FUZZ_SPECS"
            )
        return url.rstrip("/")
    return url.rstrip("/") + target.mount
