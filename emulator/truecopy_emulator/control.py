"""The control API under /_emulator/, described by specs/emulator.yaml and served like any provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .provider import Behaviour, Call, Reply

if TYPE_CHECKING:
    from .engine import Engine


class Control(Behaviour):
    """What tests and the page do to the emulator, over HTTP."""

    def __init__(self, engine: Engine) -> None:
        super().__init__("emulator", engine.world)
        self.engine = engine
        self.handlers = {
            "getHealth": self.health,
            "reset": self.reset,
        }

    def health(self, call: Call) -> Reply:
        return Reply({"status": "ready", "providers": [n for n in self.engine.providers if n != self.name]})

    def reset(self, call: Call) -> Reply:
        self.engine.reset()
        return Reply(None)
