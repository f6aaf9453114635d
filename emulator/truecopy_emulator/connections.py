"""Ending a connection the hard way. The server offers no such thing, so the socket is looked up among this process's
own."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path


def _find(client: tuple[str, int | str]) -> int | None:
    """The descriptor of the connection that comes from an address."""
    for entry in Path("/dev/fd").iterdir():
        try:
            descriptor = os.dup(int(entry.name))
        except (OSError, ValueError):
            continue
        try:
            with socket.socket(fileno=descriptor) as found:
                if found.getpeername()[:2] == (client[0], int(client[1])):
                    return found.detach()
        except OSError:
            with contextlib.suppress(OSError):
                os.close(descriptor)
    return None


def cut(client: tuple[str, int | str] | None, raw: bytes = b"", *, polite: bool = False) -> bool:
    """End the connection that comes from `client`: with `raw` as the last thing it hears, or with a reset (RST) when
    there is none.

    Returns:
        Whether the connection was found; on a system without /dev/fd it never is.
    """
    if client is None or not Path("/dev/fd").exists():
        return False
    descriptor = _find(client)
    if descriptor is None:
        return False
    with socket.socket(fileno=descriptor) as connection, contextlib.suppress(OSError):
        if raw or polite:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_RDWR)
        else:
            _reset(connection)
    return True


def _reset(connection: socket.socket) -> None:
    """Connecting a TCP socket to "no address" drops the connection with a RST, whoever else holds the descriptor."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
    if libc.connect(connection.fileno(), nowhere, len(nowhere)) != 0:
        connection.shutdown(socket.SHUT_RDWR)
