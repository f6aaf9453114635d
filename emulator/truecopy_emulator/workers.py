"""Several server processes that share one state: `truecopy-emulator --workers 4 --state FILE`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from .adapters import Application, asgi
from .emulator import Emulator
from .server import GRACE, ServerError, address_of, check_files, check_host, check_port, free_port, origin

OPTIONS = "TRUECOPY_EMULATOR_OPTIONS"
"""The environment variable that carries the options to the workers."""
PARENT = "TRUECOPY_EMULATOR_PARENT"
"""The one that tells them their parent's process, which may have gone before they can ask."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def application() -> Application:
    """What each worker serves; made in the worker, from the options in the environment."""
    emulator = Emulator(**json.loads(os.environ[OPTIONS]))
    _end_with(int(os.environ[PARENT]))
    if hasattr(signal, "pthread_sigmask"):
        asyncio.get_event_loop().call_soon(signal.pthread_sigmask, signal.SIG_UNBLOCK, _SIGNALS)
    return asgi(emulator.engine)


def _end_with(parent: int) -> None:
    """Stop soon after the parent has gone: one that was killed cannot say so, and its workers would keep the port."""
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
    asyncio.get_event_loop().call_later(0.5, _end_with, parent)


def serve(
    workers: int, ready: Callable[[str, list[str]], None], *, server: dict[str, Any], emulator: dict[str, Any]
) -> None:
    """Run until SIGINT or SIGTERM, which let the workers finish what they are answering.

    Args:
        workers: how many processes.
        ready: called with the origin, as http://127.0.0.1:8080, and the paths of the base URLs when the port answers.
        server: host, port, public, certificate, key and http, as `Emulator` takes them.
        emulator: the other options of `Emulator`; among them a state, for that is what the workers share.

    Raises:
        ServerError: there is no state to share, or the port is taken.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops

    if not emulator.get("state"):
        raise ServerError("--workers needs --state: a file or a database that the processes share")
    host, port = server["host"], server["port"]
    check_host(host, server["public"])
    check_files(server["certificate"], server["key"])
    address = address_of(host)
    port = port or free_port(address)
    check_port(address, port)
    first = Emulator(**emulator)  # says what is wrong before any worker is started, and seeds the state once
    first.world.store.close()
    # The state has seed and profile by now, and may get others.
    os.environ[OPTIONS] = json.dumps(emulator | {"shared_journal": True, "seed": None, "profile": None})
    os.environ[PARENT] = str(os.getpid())
    url = origin("https" if server["certificate"] else "http", host, port)
    watcher = threading.Thread(
        target=_announce,
        args=(address, port, bool(server["certificate"]), partial(ready, url, first.paths)),
        daemon=True,
    )
    watcher.start()
    _hold_signals()
    Granian(
        "truecopy_emulator.workers:application",
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        respawn_failed_workers=True,
        http=HTTPModes(server["http"]),
        loop=Loops.auto,
        websockets=False,
        workers_kill_timeout=GRACE,
        log_enabled=False,
        ssl_cert=server["certificate"],
        ssl_key=server["key"],
    ).serve()


def _hold_signals() -> None:
    """Let signals wait until a new worker's loop runs: before that they would be lost, and the parent wait for ever."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, _SIGNALS),
            after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, _SIGNALS),
        )


def _announce(address: str, port: int, tls: bool, ready: Callable[[], None]) -> None:
    """Wait until a worker answers, then say so. The port alone takes connections sooner."""
    while not _answers(address, port, tls):
        time.sleep(0.02)
    ready()


def _answers(address: str, port: int, tls: bool) -> bool:
    try:
        with socket.create_connection((address, port), 5) as connection:
            if tls:
                context = ssl._create_unverified_context()  # noqa: S323 (our own port)
                context.wrap_socket(connection).close()
            else:  # whatever it makes of this: HTTP/2 alone would say goodbye
                connection.sendall(b"GET /_emulator/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
                connection.recv(1)
    except OSError:
        return False
    return True
