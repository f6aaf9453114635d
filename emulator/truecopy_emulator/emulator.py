"""The emulator as an object: the three providers, in this process or on a port."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

from .adapters import asgi, transport
from .control import Control
from .engine import MAX_BODY, Breach, Engine
from .http import Answer, Request
from .openapi import Document
from .provider import Provider
from .providers import BEHAVIOURS
from .server import Server, check_host
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
        host: an address of this machine. Anything but a loopback address makes the emulator reachable for others.
        seed: of ids; one seed gives one run.
        max_body: bytes of a request body above which the answer is 413.
        public: allow a host that other machines can reach.

    Raises:
        ServerError: the host is not a loopback address and `public` is False.

    Example:
        >>> with Emulator() as emulator:
        ...     emulator.url("questionpro")
        'http://127.0.0.1:.../questionpro/a/api/v2'
    """

    credential = DEFAULT_KEY
    """The credential that every provider takes."""

    def __init__(
        self, port: int = 0, host: str = "127.0.0.1", *, seed: int = 0, max_body: int = MAX_BODY, public: bool = False
    ) -> None:
        self.world = World(seed=seed)
        providers = [
            Provider(name, f"/{name}", Document.load(SPECS / f"{name}.yaml"), behaviour(name, self.world))
            for name, behaviour in BEHAVIOURS.items()
        ]
        self.engine = Engine(self.world, providers, max_body=max_body)
        self.engine.mount(
            Provider(
                "emulator", "/_emulator", Document.load(SPECS / "emulator.yaml"), Control(self.engine), False, [""]
            )
        )
        check_host(host, public)
        self._server = Server(asgi(self.engine), host, port)

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when the port answers.

        Raises:
            ServerError: it cannot listen there.
        """
        self._server.start()

    def stop(self) -> None:
        """Stop listening. State stays until the object goes."""
        self._server.stop()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def origin(self) -> str:
        """As http://127.0.0.1:8080."""
        return self._server.url

    @property
    def names(self) -> list[str]:
        """The providers that are served."""
        return [name for name, provider in self.engine.providers.items() if provider.recorded]

    def url(self, provider: str) -> str:
        """The base URL of a provider, ready for a client.

        Raises:
            ValueError: there is no such provider.
        """
        if provider not in self.engine.providers:
            raise ValueError(f"no provider {provider!r}; there are {', '.join(self.engine.providers)}")
        return self.origin + self.engine.providers[provider].path

    def transport(self) -> Any:
        """A transport for httpx.Client and httpx.AsyncClient that calls the engine in this process, without a
        socket."""
        return transport(self.engine)

    def handle(self, request: Request) -> Answer:
        """Answer one request without HTTP."""
        return self.engine.handle(request)

    def reset(self) -> None:
        """Back to the seeded state: documents, ids, clock, switches, credentials; an empty journal."""
        self.engine.reset()

    @property
    def breaches(self) -> list[Breach]:
        """Answers that broke the spec and were withheld; a test asserts that there are none."""
        return self.engine.breaches
