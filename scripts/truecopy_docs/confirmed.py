"""What evidence and deviations stand for, as it was when somebody last looked: a digest per entry in `confirmed.lock`.

Where no fact holds a part of a spec, an entry of `x-evidence` or `x-deviations` is all there is, and its source is a
text that no machine reads. So a change there is a finding until it is confirmed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

from truecopy_docs.page import DocsError
from truecopy_docs.spec import Spec, load_specs

__all__ = ["LOCK", "confirm", "digests", "read_lock"]

LOCK = "confirmed.lock"
_HEAD = "# What x-evidence and x-deviations stood for when last confirmed. Written by `truecopy-docs confirm`.\n"
_PROSE = ("description", "summary", "title", "operationId", "tags", "example", "examples", "links", "externalDocs")


def digests(spec: Spec) -> dict[str, str]:
    """Pointer of each entry -> digest of what it stands for: all below it for evidence; for a deviation the words of
    the node itself, unless the deviation covers what is below too."""
    found: dict[str, str] = {}
    for name in ("x-evidence", "x-deviations"):
        for entry in spec.document.get(name) or ():
            at, below = str(entry.get("at", "")), bool((entry.get("covers") or {}).get("below"))
            says = _contract(spec, spec.at(at), whole=below or name == "x-evidence", follow=below)
            text = json.dumps(says, sort_keys=True, default=str)
            found.setdefault(at, hashlib.sha256(text.encode()).hexdigest()[:12])
    return found


def _contract(spec: Spec, node: Any, *, whole: bool, follow: bool, depth: int = 0) -> Any:
    """A node without its prose. `follow` puts references in place: what is covered may stand there."""
    if isinstance(node, list):
        return [_contract(spec, inner, whole=True, follow=follow, depth=depth) for inner in node]
    if not isinstance(node, dict):
        return node
    target = node.get("$ref")
    if follow and isinstance(target, str) and depth < 10:
        return _contract(spec, spec.at(target.removeprefix("#")), whole=whole, follow=follow, depth=depth + 1)
    kept = {}
    for word, inner in node.items():
        if word in _PROSE or (isinstance(inner, dict) and not whole):
            continue
        if word == "properties" and isinstance(inner, dict):  # its keys are names, not words
            kept[word] = {
                str(name): _contract(spec, schema, whole=True, follow=follow, depth=depth)
                for name, schema in inner.items()
            }
        else:
            kept[str(word)] = _contract(spec, inner, whole=True, follow=follow, depth=depth)
    return kept


def read_lock(specs: Path) -> dict[str, dict[str, str]]:
    """The digests by name of spec; nothing where nothing was ever confirmed.

    Raises:
        DocsError: the file is there and cannot be read.
    """
    path = specs / LOCK
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(entries, dict) for entries in read.values()):
        raise DocsError(f"{path}: is not a list of digests; remove it and run `truecopy-docs confirm`")
    return read


def confirm(specs: Path) -> tuple[Path, list[str]]:
    """Write the lock. Returns its path, and the places that were not confirmed as they are now."""
    before, path = read_lock(specs), specs / LOCK
    after = {spec.name: digests(spec) for spec in load_specs(specs) if "x-sources" in spec.document}
    news = [
        f"{name}.yaml#{at}"
        for name, found in after.items()
        for at, digest in found.items()
        if before.get(name, {}).get(at) != digest
    ]
    try:
        path.write_text(_HEAD + yaml.dump(after, Dumper=yaml.CSafeDumper), encoding="utf-8")
    except OSError as error:
        raise DocsError(f"{path}: cannot be written ({error.strerror}); give the folder with --specs") from None
    return path, news
