"""A local stand-in for QuestionPro, Supermetrics and Asavie, built from their OpenAPI documents: stateful, checked
on the way in and on the way out.

    from truecopy_emulator import Emulator

    with Emulator() as emulator:
        base_url = emulator.url("questionpro")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .emulator import Emulator
    from .engine import Breach, Engine
    from .faults import FaultError
    from .http import Answer, Effects, Request
    from .openapi import Document
    from .schemas import SpecError
    from .server import ServerError
    from .storage import StateError

_MODULES = {
    "Answer": "http",
    "Breach": "engine",
    "Document": "openapi",
    "Effects": "http",
    "Emulator": "emulator",
    "Engine": "engine",
    "FaultError": "faults",
    "Request": "http",
    "ServerError": "server",
    "SpecError": "schemas",
    "StateError": "storage",
}

__all__ = [
    "Answer",
    "Breach",
    "Document",
    "Effects",
    "Emulator",
    "Engine",
    "FaultError",
    "Request",
    "ServerError",
    "SpecError",
    "StateError",
]


def __getattr__(name: str) -> Any:
    # pytest loads the plugin of this package wherever truecopy is installed, with or without the extra `emulator`.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        raise ImportError(f"the emulator needs its extra: pip install 'truecopy[emulator]' ({error})") from error
