"""Several server processes that share one state: `truecopy-emulator --workers 4 --state FILE`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from typing import Any

from .adapters import Application, asgi
from .emulator import Emulator
from .server import ServerError, address_of, check_files, check_host, check_port, free_port

OPTIONS = "TRUECOPY_EMULATOR_OPTIONS"
"""The environment variable that carries the options to the workers."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def application() -> Application:
    """What each worker serves; made in the worker, from the options in the environment."""
    emulator = Emulator(**json.loads(os.environ[OPTIONS]))
    if hasattr(signal, "pthread_sigmask"):
        asyncio.get_event_loop().call_soon(signal.pthread_sigmask, signal.SIG_UNBLOCK, _SIGNALS)
    return asgi(emulator.engine)


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
    os.environ[OPTIONS] = json.dumps(emulator | {"shared_journal": True})
    scheme = "https" if server["certificate"] else "http"
    origin = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    watcher = threading.Thread(target=_announce, args=(origin, first.paths, ready), daemon=True)
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


def _announce(origin: str, paths: list[str], ready: Callable[[str, list[str]], None]) -> None:
    """Wait until the health check answers, then say so."""
    import ssl

    context = ssl._create_unverified_context() if origin.startswith("https") else None  # noqa: S323 (our own port)
    while True:
        try:
            urllib.request.urlopen(f"{origin}/_emulator/health", timeout=5, context=context).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            ready(origin, paths)
            return
