"""The behaviours of the three providers, by name."""

from __future__ import annotations

from ..provider import Behaviour
from .asavie import Asavie
from .questionpro import QuestionPro
from .supermetrics import Supermetrics

BEHAVIOURS: dict[str, type[Behaviour]] = {
    "questionpro": QuestionPro,
    "supermetrics": Supermetrics,
    "asavie": Asavie,
}
