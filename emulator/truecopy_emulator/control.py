"""The control API under /_emulator/, described by specs/emulator.yaml and served like any provider.

Each operation is one line of Python that a test in the same process can call as well; `Emulator` has the same by name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import clock
from .diagnostics import DIAGNOSTICS
from .faults import EFFECTS, PROFILES, Fault, FaultError
from .http import Request
from .openapi import Operation
from .provider import Behaviour, Call, Problem, Provider, Reply
from .storage import StateError
from .world import KINDS

if TYPE_CHECKING:
    from .engine import Engine

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def masked(secret: str) -> str:
    """A credential as it may be shown: its first letters."""
    return secret[: min(4, len(secret) // 3)] + "***"


class Control(Behaviour):
    """What tests and the page do to the emulator, over HTTP.

    Args:
        engine: what is controlled.
        token: needed as a bearer token for everything but the health check and the page; None for an open control API.
    """

    def __init__(self, engine: Engine, token: str | None = None) -> None:
        super().__init__("emulator", engine.world)
        self.engine, self._token = engine, token
        self.strict = token is not None
        self.handlers = {
            "getPage": lambda call: _page("index.html"),
            "getAsset": lambda call: _page(call.params["name"]),
            "getHealth": self.health,
            "reset": self.reset,
            "putSeed": self.reset,
            "getState": lambda call: Reply(self.engine.dump()),
            "putState": self.put_state,
            "listCredentials": self.credentials,
            "putCredential": self.put_credential,
            "listFaults": self.faults,
            "addFault": self.add_fault,
            "clearFaults": self.clear_faults,
            "removeFault": self.remove_fault,
            "setProfile": self.set_profile,
            "listEffects": lambda call: Reply({"effects": _effects(), "profiles": list(PROFILES)}),
            "listJournal": self.journal,
            "clearJournal": self.clear_journal,
            "getClock": lambda call: Reply(self._clock()),
            "putClock": self.put_clock,
            "listOperations": self.operations,
            "listProviders": self.providers,
            "putProvider": self.put_provider,
            "getSpec": self.spec,
            "getDiagnostic": self.diagnostic,
            "listBreaches": self.breaches,
        }

    def credential_kind(self, secret: str) -> str | None:
        return "valid" if self._token is None or secret == self._token else None

    # The emulator as a whole

    def health(self, call: Call) -> Reply:
        return Reply(self.ready())

    def ready(self) -> dict[str, Any]:
        return {"status": "ready", "providers": [provider.name for provider in self._providers()]}

    def reset(self, call: Call) -> Reply:
        self.engine.reset(call.body["seed"] if call.body else None)
        return Reply(None)

    def put_state(self, call: Call) -> Reply:
        try:
            self.engine.load(call.body)
        except StateError as error:
            raise Problem(422, "E304", str(error)) from None
        return Reply(None)

    def breaches(self, call: Call) -> Reply:
        rows = [
            {"provider": b.provider, "operation": b.operation, "status": b.status, "problem": b.problem}
            for b in self.engine.breaches
        ]
        return Reply({"breaches": rows})

    def diagnostic(self, call: Call) -> Reply:
        found = DIAGNOSTICS.get(call.params["code"].upper())
        if found is None:
            raise Problem(404, "E401", f"no diagnostic; there are {', '.join(DIAGNOSTICS)}")
        value = {"code": found.code, "title": found.title, "meaning": found.meaning, "remedy": found.remedy}
        return Reply(value)

    # Credentials

    def credentials(self, call: Call) -> Reply:
        return Reply({"credentials": self.known_credentials(), "kinds": KINDS})

    def known_credentials(self) -> list[dict[str, str]]:
        known = self.world.settings.credentials
        return [{"credential": masked(secret), "kind": kind} for secret, kind in known.items()]

    def put_credential(self, call: Call) -> Reply:
        self.engine.set_credential(**call.body)
        return Reply(None)

    # Faults

    def faults(self, call: Call) -> Reply:
        return Reply({"faults": [self._fault(fault) for fault in self.engine.faults.all]})

    def add_fault(self, call: Call) -> Reply:
        try:
            fault = self.engine.faults.add(**call.body)
        except FaultError as error:
            raise Problem(422, "E602", str(error)) from None
        return Reply(self._fault(fault), 201)

    def remove_fault(self, call: Call) -> Reply:
        if not self.engine.faults.remove(call.params["id"]):
            raise Problem(404, "E401", "no such fault")
        return Reply(None)

    def clear_faults(self, call: Call) -> Reply:
        self.engine.faults.clear()
        return Reply(None)

    def set_profile(self, call: Call) -> Reply:
        faults = self.engine.faults.profile(call.body["profile"])
        return Reply({"faults": [self._fault(fault) for fault in faults]}, 201)

    def _fault(self, fault: Fault) -> dict[str, Any]:
        return {
            "id": fault.id,
            "text": str(fault),
            "effects": fault.effects,
            "provider": fault.provider,
            "operation": fault.operation,
            "times": fault.times,
            "probability": fault.probability,
            "used": self.engine.faults.used(fault),
        }

    # Journal

    def journal(self, call: Call) -> Reply:
        names = ("after", "limit", "newest_first", "provider", "operation", "status")
        wanted = {name: call.params[name] for name in names}
        journal = self.engine.journal
        return Reply({"total": journal.total, "exchanges": journal.views(**wanted)})

    def clear_journal(self, call: Call) -> Reply:
        self.engine.journal.clear()
        return Reply(None)

    # Clock

    def _clock(self) -> dict[str, Any]:
        now = self.world.clock
        return {"now": clock.utc(now.now()).isoformat(timespec="milliseconds"), "frozen": now.frozen is not None}

    def put_clock(self, call: Call) -> Reply:
        now, wanted = self.world.clock, call.body
        try:
            with self.world.whole():
                if "frozen" in wanted:
                    now.freeze(wanted["frozen"])
                if "now" in wanted:
                    now.set(clock.parse(wanted["now"]))
                if "advance" in wanted:
                    now.advance(wanted["advance"])
        except (ValueError, OverflowError) as error:
            raise Problem(422, "E304", str(error)) from None
        return Reply(self._clock())

    # Providers

    def _providers(self) -> list[Provider]:
        return [provider for provider in self.engine.providers.values() if provider.recorded]

    def _provider(self, call: Call) -> Provider:
        found = self.engine.providers.get(call.params["provider"])
        if found is None:
            raise Problem(404, "E401", f"no such provider; there are {', '.join(p.name for p in self._providers())}")
        return found

    def _shown(self, provider: Provider) -> dict[str, Any]:
        transition = self.world.transition(provider.name)
        return {
            "provider": provider.name,
            "title": str((provider.document.root.get("info") or {}).get("title", provider.name)),
            "path": provider.path,
            "spec": provider.document.name,
            "transition": {"mode": transition.mode, "every": transition.every},
            "states": list(provider.behaviour.states),
            "oddities": [
                {"name": name, "meaning": meaning, "active": self.world.switch(provider.name, name)}
                for name, meaning in provider.behaviour.oddities.items()
            ],
            "state": {
                name: self.world.store.count(name)
                for name in self.world.store.collections()
                if name.startswith(provider.name + "/")
            },
        }

    def providers(self, call: Call) -> Reply:
        return Reply({"providers": [self._shown(provider) for provider in self._providers()]})

    def put_provider(self, call: Call) -> Reply:
        """Transition and oddities of one provider."""
        provider = self._provider(call)
        try:
            with self.world.whole():
                if "transition" in call.body:
                    self.engine.transition(provider.name, **call.body["transition"])
                for name, on in call.body.get("oddities", {}).items():
                    self.engine.oddity(provider.name, name, on)
        except StateError as error:
            raise Problem(422, "E304", str(error)) from None
        return Reply(self._shown(provider))

    def operations(self, call: Call) -> Reply:
        return Reply({"operations": self.served()})

    def served(self) -> list[dict[str, Any]]:
        return [self._operation(provider, operation) for provider, operation in self.engine.operations()]

    def _operation(self, provider: Provider, operation: Operation) -> dict[str, Any]:
        return {
            "provider": provider.name,
            "operation": operation.id,
            "method": operation.method,
            "path": provider.path + operation.template,
            "summary": str(operation.node.get("summary", "")),
            "stateful": operation.id in provider.behaviour.handlers,
        }

    def spec(self, call: Call) -> Reply:
        """The document, with this emulator in the place of its servers."""
        provider = self._provider(call)
        servers = [{"url": provider.mount + prefix or "/"} for prefix in provider.prefixes]
        return Reply({**provider.document.root, "servers": servers})

    def error(self, problem: Problem, request: Request, operation: Operation | None = None) -> Reply:
        reply = super().error(problem, request)
        if problem.status == 401:
            reply.headers["www-authenticate"] = "Bearer"
        return reply


def _effects() -> list[dict[str, str]]:
    return [{"name": name, "stage": effect.stage, "meaning": effect.meaning} for name, effect in EFFECTS.items()]


@lru_cache(maxsize=64)
def _asset(name: str) -> bytes | None:
    from .pages import find

    path = find(name)
    return path.read_bytes() if path is not None else None


def _page(name: str) -> Reply:
    content = _asset(name)
    media = _TYPES.get(Path(name).suffix)
    if content is None or media is None:
        raise Problem(404, "E401", "no such page")
    policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    return Reply(content, 200, {"content-security-policy": policy, "cache-control": "no-cache"}, media)
