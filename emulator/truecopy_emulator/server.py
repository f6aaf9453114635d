"""The HTTP server: granian inside this process, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

from .connections import close_all, release

GRACE = 8
"""Seconds that a stop leaves to what is being answered; containers are given ten to stop."""


class ServerError(RuntimeError):
    """The server could not start; the message says why and what to do."""


def check_host(host: str, public: bool) -> None:
    """Refuse to be reachable from other machines unless that is wanted.

    Raises:
        ServerError: the host is not a loopback address and `public` is False.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and not public:
        raise ServerError(
            f"{host} may be reachable from other machines, and the emulator's credential is public knowledge; "
            "say so with --public (in Python: public=True), or listen on 127.0.0.1"
        )


def check_token(token: str | None) -> None:
    """Make sure that a control token can be sent in a header.

    Raises:
        ServerError: it cannot.
    """
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise ServerError("the control token must be of printable ASCII characters without blanks")


def origin(scheme: str, host: str, port: int) -> str:
    """Where clients of this machine reach a server that listens at a host."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def check_files(certificate: str | Path | None, key: str | Path | None) -> None:
    """Make sure that certificate and key can be served with.

    Raises:
        ServerError: one is missing, they are not PEM files that belong together, or the key is encrypted.
    """
    if bool(certificate) != bool(key):
        raise ServerError("TLS needs both --certificate and --key")
    if certificate and key:
        try:
            # An empty password instead of a question on the terminal.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (OSError, ssl.SSLError) as error:
            raise ServerError(f"TLS with {certificate} and {key} is not possible: {error.strerror or error}") from None


def free_port(host: str) -> int:
    """A port that is free now.

    Raises:
        ServerError: the host is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((host, 0))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise ServerError(f"cannot listen on {host}: {error.strerror or error}") from None


def address_of(host: str) -> str:
    """The address that a host's name stands for; granian takes nothing else.

    Raises:
        ServerError: there is no such host.
    """
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise ServerError(f"cannot listen on {host}: {error.strerror or error}") from None


def check_port(host: str, port: int) -> None:
    """Make sure that a port can be listened on.

    Raises:
        ServerError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        raise ServerError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "choose another --port, or 0 for a free one"
        ) from None


class Server:
    """Serves one ASGI application until it is stopped.

    Args:
        application: an ASGI 3 application.
        host: an address of this machine.
        port: 0 for a free one.
        certificate, key: PEM files; with both, the server speaks TLS.
        http: "auto", "1" or "2".
    """

    def __init__(
        self,
        application: Any,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        http: str = "auto",
    ) -> None:
        self.host, self._wanted = host, port
        self.port = port
        self.scheme = "https" if certificate else "http"
        self._application = application
        check_files(certificate, key)
        self._certificate = Path(certificate) if certificate else None
        self._key = Path(key) if key else None
        self._http = http
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: Any = None
        self._failure: BaseException | None = None
        self._busy = 0

    @property
    def url(self) -> str:
        """As http://127.0.0.1:8080; a free port is 0 before the start."""
        return origin(self.scheme, self.host, self.port)

    def start(self) -> None:
        """Return when the port answers.

        Raises:
            ServerError: the port is taken, or the server did not come up within ten seconds.
        """
        if self._thread is not None:
            raise ServerError("the server runs already")
        address = address_of(self.host)
        for attempt in range(5):
            self.port = self._wanted or free_port(address)
            try:
                check_port(address, self.port)
                self._run(address)
                return
            except ServerError:
                if self._wanted or attempt == 4:
                    raise

    def _run(self, address: str) -> None:
        started = threading.Event()
        self._failure = None
        atexit.register(self.stop)
        self._thread = threading.Thread(
            target=self._serve, args=(address, started), name="truecopy-emulator", daemon=True
        )
        self._thread.start()
        if not started.wait(10) or self._failure is not None:
            self._thread = None
            raise ServerError(f"the server did not start: {self._failure or 'no answer in ten seconds'}")

    async def _counted(self, scope: Any, receive: Any, send: Any) -> None:
        """The application, counted while it answers: not while it waits for a client, which may wait for ever."""

        async def received() -> Any:
            self._busy -= 1
            try:
                return await receive()
            finally:
                self._busy += 1

        self._busy += 1
        try:
            await self._application(scope, received, send)
        finally:
            self._busy -= 1

    def _serve(self, address: str, started: threading.Event) -> None:
        from granian.constants import HTTPModes, Interfaces
        from granian.server.embed import Server as Granian

        async def main() -> None:
            self._server = Granian(
                self._counted,
                address=address,
                port=self.port,
                interface=Interfaces.ASGINL,
                http=HTTPModes(self._http),
                websockets=False,
                log_enabled=False,
                backlog=1024,
                ssl_cert=self._certificate,
                ssl_key=self._key,
            )
            spawn = self._server._spawn_workers

            def spawned(*args: Any) -> None:
                spawn(*args)
                # The socket listens from here on; the worker takes connections at the loop's next turn.
                asyncio.get_running_loop().call_soon(started.set)

            self._server._spawn_workers = spawned
            await self._server.serve()

        # The threads that this one starts inherit its name.
        with contextlib.suppress(OSError):
            Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(self._mark)
        self._loop = _new_loop()
        try:
            self._loop.run_until_complete(main())
        except BaseException as error:
            self._failure = error
        finally:
            started.set()
            self._loop.close()

    def stop(self) -> None:
        """Finish what is being answered, then stop. Nothing happens when the server is not running."""
        if self._thread is None or self._loop is None:
            return
        if self._server is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._server.stop)
        give_up = time.monotonic() + GRACE
        while self._busy and self._thread.is_alive() and time.monotonic() < give_up:
            self._thread.join(0.05)
        self._thread.join(0.5)  # what was answered leaves, and connections end that have nothing else
        if self._thread.is_alive():  # connections on which nothing is asked, or not to its end
            close_all(self.port)
            self._thread.join(2)
        self._thread = None
        # granian's own threads end a moment later; one that wakes while Python shuts down aborts the process.
        give_up = time.monotonic() + 0.5
        while self._native_threads() and time.monotonic() < give_up:
            time.sleep(0.001)
        release(self.port)
        atexit.unregister(self.stop)

    @property
    def _mark(self) -> str:
        """The name of this server's threads, for the system; it takes 15 characters."""
        return f"emulator:{self.port}"

    def _native_threads(self) -> set[int]:
        """The threads of this server that Python did not start, where the system tells (Linux)."""
        found = set()
        with contextlib.suppress(OSError):
            for task in Path("/proc/self/task").iterdir():
                with contextlib.suppress(OSError):  # it has just ended
                    if (task / "comm").read_text().strip() == self._mark:
                        found.add(int(task.name))
        return found - {thread.native_id for thread in threading.enumerate()}


def _new_loop() -> asyncio.AbstractEventLoop:
    """The quicker loop where it is installed: it takes about ten microseconds off a request."""
    # It aborts the process when it is given the descriptor of a standard stream that is closed.
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
