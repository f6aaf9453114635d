"""Where state is kept: documents by collection and key, each collection in the order of insertion, and counters.

A document is stored as JSON text, so that nobody holds a reference into the state and a dump is cheap.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import RLock
from typing import IO, Any, Protocol

import orjson

Json = dict[str, Any]
JOURNAL, EXCHANGES = "emulator/journal", "emulator.exchange"
"""The collection and the counter of a journal that processes share; no dump has them."""


class StateError(ValueError):
    """A state that cannot be opened or loaded, or a setting that cannot be; the message says what is wrong."""


def dumps(value: Any) -> bytes:
    """A value as JSON, also when it holds integers beyond 64 bits, which JSON allows and the fast writer refuses."""
    try:
        # The fast writer's bytes hold on to a buffer of many times their size; a copy does not.
        return bytes(memoryview(orjson.dumps(value)))
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 20
_LONG_NEGATIVE = b"-" + b"0" * 19


def loads(text: bytes) -> Any:
    """The value of a JSON text, integers of any size kept exactly: the fast reader makes floats of the longest.

    Raises:
        ValueError: it is not JSON, or one of its integers has more than 4,300 digits.
    """
    value = orjson.loads(text)
    digits = text.translate(_AS_ZEROS)
    if _LONG in digits or _LONG_NEGATIVE in digits:
        try:
            value = json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply for its long numbers") from None
    return value


class Store(Protocol):
    """What the engine needs of a place for its state. Within `transaction()` all or nothing is kept."""

    shared: bool
    """Whether other processes see the same state."""

    def transaction(self) -> AbstractContextManager[object]: ...

    def change(self) -> AbstractContextManager[object]:
        """A transaction in which settings change; when it fails, those that were published last are given again."""

    def publish(self, controls: Json) -> None:
        """Make settings known to the processes that share the store."""

    def published(self) -> Json | None:
        """The settings that were published since this was last called, or None."""

    def get(self, collection: str, key: str) -> Json | None:
        """The document under a key, or None."""

    def put(self, collection: str, key: str, document: Json) -> None:
        """Store a document: the last of its collection when the key is new, in its old place when it is not."""

    def count(self, collection: str) -> int: ...

    def page(self, collection: str, offset: int, limit: int) -> list[Json]:
        """Up to `limit` documents in the order of insertion, after the first `offset`."""

    def next(self, counter: str) -> int:
        """The next number of a counter: 1, 2, 3 and so on."""

    def collections(self) -> list[str]: ...

    def items(self, collection: str) -> Iterator[tuple[str, Json]]:
        """All keys and documents in the order of insertion."""

    def counters(self) -> dict[str, int]: ...

    def counter(self, counter: str) -> int:
        """A counter's last number; 0 when it was never used."""

    def set_counter(self, counter: str, value: int) -> None: ...

    def trim(self, collection: str, keep: int) -> None:
        """Forget all but the last `keep` documents of a collection."""

    def clear(self) -> None:
        """Forget everything."""

    def close(self) -> None: ...


class MemoryStore:
    """State in this process, gone with it. What passes `bound` lies in a temporary file, so that a million documents
    take little memory. A transaction is for one thread at a time, and takes nothing back.

    Args:
        bound: bytes of documents to hold in memory.
    """

    shared = False

    def __init__(self, bound: int = 16 << 20) -> None:
        self._bound = bound
        self._documents: dict[str, dict[str, bytes | int]] = {}
        self._order: dict[str, list[str]] = {}
        self._counters: dict[str, int] = {}
        self._held = 0
        self._file: IO[bytes] | None = None
        self._lock = RLock()

    def _keep(self, body: bytes) -> bytes | int:
        """What stands for a document: itself, or its place in the file and its size in one number."""
        if self._held + len(body) <= self._bound:
            self._held += len(body)
            return body
        try:
            if self._file is None:
                import tempfile  # imports much, and few runs need it

                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (lives as long as the store)
            place = self._file.seek(0, 2)
            if self._file.write(body) != len(body):
                raise OSError("no room")
        except OSError as error:
            raise StateError(f"the state does not fit into the temporary folder: {error.strerror or error}") from None
        return place << 32 | len(body)

    def _document(self, kept: bytes | int) -> Json:
        if isinstance(kept, int):
            assert self._file is not None
            self._file.seek(kept >> 32)
            kept = self._file.read(kept & 0xFFFFFFFF)
        return dict(loads(kept))

    def _drop(self, kept: bytes | int) -> None:
        if isinstance(kept, bytes):
            self._held -= len(kept)

    def transaction(self) -> AbstractContextManager[object]:
        return self._lock

    change = transaction

    def publish(self, controls: Json) -> None:
        pass

    def published(self) -> Json | None:
        return None

    def get(self, collection: str, key: str) -> Json | None:
        kept = self._documents.get(collection, {}).get(key)
        return self._document(kept) if kept is not None else None

    def put(self, collection: str, key: str, document: Json) -> None:
        found = self._documents.setdefault(collection, {})
        kept = self._keep(dumps(document))
        if key in found:
            self._drop(found[key])
        else:
            self._order.setdefault(collection, []).append(key)
        found[key] = kept

    def count(self, collection: str) -> int:
        return len(self._order.get(collection, ()))

    def page(self, collection: str, offset: int, limit: int) -> list[Json]:
        keys = self._order.get(collection, [])[offset : offset + limit]
        return [self._document(self._documents[collection][key]) for key in keys]

    def next(self, counter: str) -> int:
        value = self._counters[counter] = self._counters.get(counter, 0) + 1
        return value

    def collections(self) -> list[str]:
        return list(self._documents)

    def items(self, collection: str) -> Iterator[tuple[str, Json]]:
        for key in self._order.get(collection, []):
            yield key, self._document(self._documents[collection][key])

    def counters(self) -> dict[str, int]:
        return dict(self._counters)

    def counter(self, counter: str) -> int:
        return self._counters.get(counter, 0)

    def set_counter(self, counter: str, value: int) -> None:
        self._counters[counter] = value

    def trim(self, collection: str, keep: int) -> None:
        order = self._order.get(collection, [])
        old = max(len(order) - keep, 0)
        for key in order[:old]:
            self._drop(self._documents[collection].pop(key))
        del order[:old]

    def clear(self) -> None:
        self._documents.clear()
        self._order.clear()
        self._counters.clear()
        self._held = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> None:
        """State stays until nobody holds the store."""

    __del__ = clear


def open_store(state: str | Path | None) -> Store:
    """The store for `--state`: None for memory, a URL for PostgreSQL, anything else a file of SQLite.

    Raises:
        StateError: it cannot be opened.
    """
    if state is None:
        return MemoryStore()
    from .storage_sql import SqlStore  # imports SQLAlchemy, which takes a while

    return SqlStore(str(state))
