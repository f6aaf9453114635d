"""The emulator as an object: the providers, in this process or on a port, with everything that a test may want of
them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .adapters import asgi, transport
from .clock import Clock
from .control import Control
from .engine import MAX_BODY, Breach, Engine
from .faults import Faults
from .http import Answer, Request
from .journal import Journal, StoredJournal, log_line
from .openapi import Document
from .provider import Behaviour, Provider
from .providers import BEHAVIOURS
from .schemas import SpecError
from .server import Server, check_host, check_token
from .storage import StateError, open_store
from .world import DEFAULT_KEY, World

_PACKAGE = Path(__file__).parent
SPECS = next(
    (path for path in (_PACKAGE / "specs", _PACKAGE.parents[1] / "specs") if path.is_dir()), _PACKAGE / "specs"
)
"""Where the providers' documents are: in the installed package, else in the repository."""


class Emulator:
    """The emulated providers. As a context manager it serves them on a real port; `transport()` needs no port at all.

    Args:
        port: where to listen; 0 for a free port.
        host: an address of this machine. Anything but a loopback address needs `public`.
        seed: of ids; one seed gives one run. 0 unless said; a state that exists has its own.
        state: a file for SQLite or a URL of PostgreSQL that keeps the state; None for memory.
        specs: further documents to serve: mount (`/mine`) and file.
        profile: faults from the start, see `faults.PROFILES`; None leaves a state that exists those that it has.
        defect: a defect for as long as it lives, see `defects.DEFECTS`.
        control_token: needed as a bearer token under /_emulator/; None for an open control API.
        max_body: bytes of a request body above which the answer is 413.
        journal_size: exchanges that the journal keeps, large ones in smaller number.
        public: allow a host that other machines can reach.
        certificate, key: PEM files; with both, the server speaks TLS.
        http: "auto", "1" or "2".
        access_log: write a line of JSON to standard error for each exchange.
        shared_journal: keep the journal in the state, for processes that share it.

    Raises:
        ServerError: the host is not a loopback address and `public` is False, or the control token cannot be sent.
        SpecError: a document cannot be served.
        StateError: the state cannot be opened, or has another seed.
        FaultError: there is no such profile.
        DefectError: there is no such defect.

    Example:
        >>> with Emulator() as emulator:
        ...     emulator.url("questionpro")
        'http://127.0.0.1:.../questionpro/a/api/v2'
    """

    credential = DEFAULT_KEY
    """The credential that every provider takes."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        seed: int | None = None,
        state: str | Path | None = None,
        specs: Mapping[str, str | Path] | None = None,
        profile: str | None = None,
        defect: str | None = None,
        control_token: str | None = None,
        max_body: int = MAX_BODY,
        journal_size: int = 10_000,
        public: bool = False,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        http: str = "auto",
        access_log: bool = False,
        shared_journal: bool = False,
    ) -> None:
        check_host(host, public)
        check_token(control_token)
        self.world = World(open_store(state), seed or 0)
        providers = [
            Provider(name, f"/{name}", Document.load(SPECS / f"{name}.yaml"), behaviour(name, self.world))
            for name, behaviour in BEHAVIOURS.items()
        ]
        providers += [self._dropped_in(mount, Path(path)) for mount, path in (specs or {}).items()]
        self.engine = Engine(self.world, providers, max_body=max_body, journal_size=journal_size, profile=profile)
        if seed not in (None, self.world.seed):
            raise StateError(
                f"the state was made with the seed {self.world.seed}; leave the seed out, or choose another state"
            )
        if shared_journal:
            self.engine.journal = StoredJournal(self.world.store, journal_size, self.engine.served)
        if access_log:
            self.engine.log = log_line
        self._control = Control(self.engine, control_token)
        document = Document.load(SPECS / "emulator.yaml")
        self.engine.mount(Provider(self._control.name, "/_emulator", document, self._control, False, [""]))
        if defect:
            from .defects import plant

            plant(self.engine, defect)
        self._server = Server(asgi(self.engine), host, port, certificate=certificate, key=key, http=http)

    def _dropped_in(self, mount: str, path: Path) -> Provider:
        mount = "/" + mount.strip("/")
        if not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)+", mount) or mount.split("/")[1] in (*BEHAVIOURS, "_emulator"):
            raise SpecError(f"cannot mount {path} at {mount!r}: a path of its own, as /mine, is expected")
        name = mount.strip("/").replace("/", "-")
        return Provider(name, mount, Document.load(path), Behaviour(name, self.world))

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        self.world.store.close()

    def start(self) -> None:
        """Listen; returns when the port answers.

        Raises:
            ServerError: it cannot listen there.
        """
        self._server.start()

    def stop(self) -> None:
        """Stop listening. State stays."""
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def origin(self) -> str:
        """As http://127.0.0.1:8080; a free port is 0 before the start."""
        return self._server.url

    @property
    def names(self) -> list[str]:
        """The providers that are served."""
        return [name for name, provider in self.engine.providers.items() if provider.recorded]

    @property
    def paths(self) -> list[str]:
        """The paths of their base URLs."""
        return [self.engine.providers[name].path for name in self.names]

    def url(self, provider: str) -> str:
        """The base URL of a provider, ready for a client.

        Raises:
            ValueError: there is no such provider.
        """
        if provider not in self.engine.providers:
            raise ValueError(f"no provider {provider!r}; there are {', '.join(self.names)}")
        return self.origin + self.engine.providers[provider].path

    def transport(self) -> Any:
        """A transport for httpx.Client and httpx.AsyncClient that calls the engine in this process, without a
        socket."""
        return transport(self.engine)

    def handle(self, request: Request) -> Answer:
        """Answer one request without HTTP."""
        return self.engine.handle(request)

    # What the control API does, as methods

    def health(self) -> dict[str, Any]:
        """That it is ready, and the providers that it serves."""
        return self._control.ready()

    def operations(self) -> list[dict[str, Any]]:
        """What can be called: provider, operation, method, path, summary, and whether it has state."""
        return self._control.served()

    def reset(self) -> None:
        """Back to the seeded state: documents, ids, clock, settings; an empty journal; the faults of the profile."""
        self.engine.reset()

    def seed(self, seed: int) -> None:
        """Reset, with ids from another seed."""
        self.engine.reset(seed)

    def dump(self) -> dict[str, Any]:
        """Everything that is stored, as JSON; `load` takes it back."""
        return self.engine.dump()

    def load(self, dump: Mapping[str, Any]) -> None:
        """Put a dump in the place of everything.

        Raises:
            StateError: it is not a dump; the state stays as it was.
        """
        self.engine.load(dump)

    def set_credential(self, credential: str, kind: str = "valid") -> None:
        """Make a credential `valid`, `expired`, `forbidden`, of a used up `quota`, or `unknown`.

        Raises:
            StateError: there is no such kind.
        """
        self.engine.set_credential(credential, kind)

    def credentials(self) -> list[dict[str, str]]:
        """The known credentials with their kinds, masked."""
        return self._control.known_credentials()

    def transition(self, provider: str, mode: str, every: float = 1) -> None:
        """How a provider's batches get from state to state: `immediate`, or after `every` `reads` or `seconds`.

        Raises:
            StateError: the mode, the number or the provider is wrong.
        """
        self.engine.transition(provider, mode, every)

    def oddity(self, provider: str, name: str, on: bool = True) -> None:
        """Switch an oddity of a provider that was seen in the wild.

        Raises:
            StateError: there is no such provider or oddity.
        """
        self.engine.oddity(provider, name, on)

    @property
    def faults(self) -> Faults:
        """The faults: `faults.add("status=503", operation="getBatch", times=2)`, `faults.clear()`."""
        return self.engine.faults

    @property
    def journal(self) -> Journal:
        """What was called: `journal.assert_called("createResponse", times=1)`."""
        return self.engine.journal

    @property
    def clock(self) -> Clock:
        """The virtual clock: `clock.advance(60)`, `clock.freeze()`."""
        return self.world.clock

    @property
    def breaches(self) -> list[Breach]:
        """Answers that broke the spec and were withheld; a test asserts that there are none."""
        return self.engine.breaches
