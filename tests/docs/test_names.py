"""Every public name that a report proposes exists: methods, arguments, models, their fields, exceptions, clients."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
import truecopy
import truecopy.errors
from truecopy_docs.spec import load_specs

SPECS = [spec for spec in load_specs(Path(__file__).resolve().parents[2] / "specs") if "x-sources" in spec.document]


def _exists(name: str, package: str, title: str) -> bool:
    owner, _, rest = name.partition(".")
    if not rest and hasattr(truecopy.errors, owner):
        return True
    if owner in (title, f"Async{title}"):
        tag, _, call = rest.partition(".")
        method, _, argument = call.partition("(")
        found: Any = getattr(truecopy, owner, None)
        if tag:
            resource = inspect.getattr_static(found, tag).func(SimpleNamespace(_calls=None))
            found = getattr(resource, method, None)
        return found is not None and (not argument or argument.rstrip("=)") in inspect.signature(found).parameters)
    model = getattr(importlib.import_module(f"{package}.models"), owner, None)
    return model is not None and (not rest or rest in {field.name for field in attrs.fields(model)})


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_proposed_name_exists(spec: Any) -> None:
    names = {name for op in spec.operations() for row in spec.rows(op) for name in spec.names(op, row)}
    assert len(names) > 20
    assert {name for name in names if not _exists(name, f"{spec.name}_api", spec.title)} == set()
