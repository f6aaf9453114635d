"""A local stand-in for QuestionPro, Supermetrics and Asavie, built from their OpenAPI documents: stateful, checked
on the way in and on the way out.

    from truecopy_emulator import Emulator

    with Emulator() as emulator:
        base_url = emulator.url("questionpro")
"""

from .emulator import Emulator
from .engine import Breach, Engine
from .http import Answer, Effects, Request
from .openapi import Document, SpecError
from .server import ServerError

__all__ = ["Answer", "Breach", "Document", "Effects", "Emulator", "Engine", "Request", "ServerError", "SpecError"]
