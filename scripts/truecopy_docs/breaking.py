"""Spec against spec: the changes that callers of the generated clients will see, and the version step they ask for."""

from __future__ import annotations

from dataclasses import replace

from truecopy_docs.diff import Change, Rows, compare_rows
from truecopy_docs.rules import BREAKING, COMPATIBLE, RANK
from truecopy_docs.spec import Operation, Spec
from truecopy_docs.urls import same_path

__all__ = ["compare_specs", "version_step"]


def compare_specs(old: Spec, new: Spec) -> list[Change]:
    """The changes from one spec to another, worst first. A change of a shared component is listed once, with all
    names."""
    changes: list[Change] = []
    later = list(new.operations())
    for operation in old.operations():
        match = next((o for o in later if o.method == operation.method and same_path(o.path, operation.path)), None)
        match = match or next((o for o in later if o.id and o.id == operation.id), None)
        name = f"{operation.method} {operation.path}"
        if match is None:
            names = (old.method_name(operation),)
            changes.append(
                Change(
                    BREAKING,
                    "operation-removed",
                    name,
                    name,
                    None,
                    ("operation",),
                    None,
                    None,
                    operation.pointer,
                    names,
                )
            )
            continue
        later.remove(match)
        changes += _operation(old, operation, new, match)
    for operation in later:
        name = f"{operation.method} {operation.path}"
        names = (new.method_name(operation),)
        changes.append(
            Change(
                COMPATIBLE, "operation-added", name, None, name, ("operation",), None, None, operation.pointer, names
            )
        )
    changes += _servers(old, new)
    return sorted(_merged(changes), key=lambda change: (RANK[change.klass], change.pointer, change.what))


def version_step(changes: list[Change]) -> str:
    """The step of a semantic version: `major`, `minor`, `patch`. Before 1.0 each step is one place lower."""
    worst = min((RANK[change.klass] for change in changes), default=None)
    return "patch" if worst is None else ("major", "minor", "patch")[worst]


def _operation(old: Spec, before: Operation, new: Spec, after: Operation) -> list[Change]:
    found = []
    for change in compare_rows(_rows(old, before), _rows(new, after)):
        gone = change.new is None
        spec, operation = (old, before) if gone else (new, after)
        names = dict.fromkeys([*old.names(before, change.key), *(new.names(after, change.key) if not gone else [])])
        what = change.what if change.key != ("operation",) else f"{change.what} {before.id}"
        found.append(replace(change, what=what, pointer=spec.pointer(operation, change.key), names=tuple(names)))
    return found


def _rows(spec: Spec, operation: Operation) -> Rows:
    """The rows of an operation without its hosts, which belong to the whole spec."""
    return {key: entry.fact for key, entry in spec.rows(operation).items() if key[0] != "host"}


def _servers(old: Spec, new: Spec) -> list[Change]:
    before, after = ([str(server.get("url")) for server in spec.document.get("servers") or ()] for spec in (old, new))
    names = (old.title, f"Async{old.title}")

    def change(klass: str, code: str, was: object, now: object) -> Change:
        return Change(klass, code, "servers", was, now, ("host",), None, None, "/servers", names)

    found = [change(BREAKING, "host-removed", url, None) for url in before if url not in after]
    found += [change(COMPATIBLE, "host-added", None, url) for url in after if url not in before]
    if before and after and before[0] != after[0] and before[0] in after:
        found.append(change(BREAKING, "host-changed", before[0], after[0]))
    return found


def _merged(changes: list[Change]) -> list[Change]:
    merged: dict[tuple[str, ...], Change] = {}
    for change in changes:
        shared = change.pointer.startswith("/components/")
        identity = (change.code, change.pointer, repr(change.old), repr(change.new), "" if shared else change.what)
        known = merged.get(identity)
        # One component can serve requests and answers: the worse of the two classes counts.
        if known is None or RANK[change.klass] < RANK[known.klass]:
            merged[identity] = change
        names = (*(known.names if known else ()), *change.names)
        merged[identity] = replace(merged[identity], names=tuple(dict.fromkeys(names)))
    return list(merged.values())
