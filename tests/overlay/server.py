"""A server that misbehaves as a script says: raw sockets, one thread a connection, no HTTP library in between."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self


class _Mark:
    """A step that is not bytes to send or seconds to wait."""


RESET: Final = _Mark()
"""Break the connection off with a reset."""
CLOSE: Final = _Mark()
"""Close the connection in good order."""
UNREAD: Final = _Mark()
"""As the only step: reset the connection before its first request is read."""

Step = bytes | float | _Mark


@dataclass
class Request:
    """A request as the server read it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """Number of the connection, from 0."""


Script = bytes | Iterable[Step] | Callable[[Request], "bytes | Iterable[Step]"]


def answer(body: Any = b"", status: int = 200, length: int | None = None, **headers: Any) -> bytes:
    """A whole answer; a body that is not bytes becomes JSON, underscores in header names become hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json"} if content else {}
    if status not in (204, 304):
        fields["content-length"] = str(len(content) if length is None else length)
    fields.update({name.replace("_", "-").lower(): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"HTTP/1.1 {status} Because\r\n{head}\r\n".encode("latin-1") + content


class Server:
    """Answers its n-th request with the n-th script; the last script is used again and again.

    A script is the bytes of an answer, steps, or a function of the request that returns one of these.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = list(scripts)
        self._tls = tls
        self.requests: list[Request] = []
        self.connections = 0
        #: Connections that are open now.
        self.open = 0
        self._turn = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _script(self) -> Script:
        return self.scripts[min(len(self.scripts) - 1, self._turn)]

    def _listen(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                number, self.connections, self.open = self.connections, self.connections + 1, self.open + 1
                self._sockets.add(accepted)
            threading.Thread(target=self._serve, args=(accepted, number), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            if self._script() == [UNREAD]:
                self._turn += 1
                _reset(connection)
                return
            with connection.makefile("rb") as reader:
                while (request := _read(reader, number)) is not None:
                    with self._lock:
                        script = self._script()
                        self._turn += 1
                        self.requests.append(request)
                    if not self._play(connection, script(request) if callable(script) else script):
                        return
        except OSError:
            pass
        finally:
            with self._lock:
                self.open -= 1
                self._sockets.discard(connection)
            connection.close()

    def _play(self, connection: socket.socket, script: bytes | Iterable[Step]) -> bool:
        """Whether the connection stays open."""
        for step in [script] if isinstance(script, bytes) else script:
            if self._stopped.is_set():
                return False
            if step is RESET:
                _reset(connection)
                return False
            if step is CLOSE:
                return False
            if isinstance(step, bytes):
                connection.sendall(step)
            elif isinstance(step, int | float):
                self._stopped.wait(step)
        return True


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read(reader: Any, number: int) -> Request | None:
    first = reader.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while line := reader.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return Request(first[0], first[1], headers, body, number)


def drip(content: bytes, pause: float) -> Iterator[Step]:
    """The bytes one by one."""
    for index in range(len(content)):
        yield content[index : index + 1]
        yield pause


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
