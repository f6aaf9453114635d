"""Typed clients for APIs that publish documentation pages only.

    from truecopy import QuestionPro, errors

    with QuestionPro(api_key="…", datacenter="us") as qp:
        batch = qp.micropanel.get_batch(4445556)

A client is imported when it is first named, so that one provider does not pay for the others.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from truecopy import errors
from truecopy._version import __version__

if TYPE_CHECKING:
    from truecopy.asavie import Asavie, AsyncAsavie
    from truecopy.exchange import Timeouts
    from truecopy.life import ApiResponse
    from truecopy.questionpro import AsyncQuestionPro, QuestionPro
    from truecopy.retry import Retries, without_sleeping
    from truecopy.supermetrics import AsyncSupermetrics, Supermetrics

_MODULES = {
    "ApiResponse": "life",
    "Asavie": "asavie",
    "AsyncAsavie": "asavie",
    "AsyncQuestionPro": "questionpro",
    "AsyncSupermetrics": "supermetrics",
    "QuestionPro": "questionpro",
    "Retries": "retry",
    "Supermetrics": "supermetrics",
    "Timeouts": "exchange",
    "without_sleeping": "retry",
}

__all__ = [
    "ApiResponse",
    "Asavie",
    "AsyncAsavie",
    "AsyncQuestionPro",
    "AsyncSupermetrics",
    "QuestionPro",
    "Retries",
    "Supermetrics",
    "Timeouts",
    "__version__",
    "errors",
    "without_sleeping",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"truecopy.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
