"""Ending a connection the hard way. The server offers no such thing, so the socket is looked up among this process's
own."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """Every socket of this process: its descriptor, and a copy that is closed afterwards; on a system without /dev/fd
    none."""
    try:
        entries = list(Path("/dev/fd").iterdir())
    except OSError:
        return
    for entry in entries:
        try:
            descriptor = os.dup(int(entry.name))
        except (OSError, ValueError):
            continue
        try:
            found = socket.socket(fileno=descriptor)
        except OSError:
            os.close(descriptor)
            continue
        with found:
            yield int(entry.name), found


def _at(port: int, found: socket.socket) -> bool:
    return found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == port


def close_all(port: int) -> None:
    """End the connections to a port of this process."""
    for _, found in _sockets():
        with contextlib.suppress(OSError):
            if _at(port, found):
                found.getpeername()  # raises for what only listens
                found.shutdown(socket.SHUT_RDWR)


def release(port: int) -> None:
    """Close what is bound to a port and neither listens nor is connected: granian tries its port with a socket that it
    forgets, so that nobody else could have the port."""
    for descriptor, found in _sockets():
        with contextlib.suppress(OSError):
            if _at(port, found) and not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                try:
                    found.getpeername()
                except OSError:
                    os.close(descriptor)


def cut(client: tuple[str, int | str] | None, raw: bytes = b"", *, polite: bool = False) -> bool:
    """End the connection that comes from `client`: with `raw` as the last thing it hears, or with a reset (RST) when
    there is none.

    Returns:
        Whether the connection was found; on a system without /dev/fd it never is.
    """
    for _, connection in _sockets() if client is not None else ():
        with contextlib.suppress(OSError):
            if client is None or connection.getpeername()[:2] != (client[0], int(client[1])):
                continue
            if raw or polite:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_RDWR)
            else:
                _reset(connection)
            return True
    return False


def _reset(connection: socket.socket) -> None:
    """Connecting a TCP socket to "no address" drops the connection with a RST, whoever else holds the descriptor."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
    if libc.connect(connection.fileno(), nowhere, len(nowhere)) != 0:
        connection.shutdown(socket.SHUT_RDWR)
