"""State in SQLite or PostgreSQL, shared by the processes that open it.

SQLite runs in WAL mode: an acknowledged write survives the end of the process by whatever means. A document has a
position within its collection, counted without gaps, so that a page of a list is found by its index wherever it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    delete,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from .storage import EXCHANGES, JOURNAL, Json, StateError, dumps, loads

_METADATA = MetaData()
_DOCUMENTS = Table(
    "truecopy_state",
    _METADATA,
    Column("collection", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("name", LargeBinary),  # the key itself where `_key` makes another one
    Column("position", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("truecopy_state_positions", _DOCUMENTS.c.collection, _DOCUMENTS.c.position, unique=True)
_COUNTERS = Table(
    "truecopy_counters",
    _METADATA,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
_SIZE = "size of "
_CONTROLS = "emulator controls"
_CHANGES = "emulator changes"

_GET = select(_DOCUMENTS.c.body).where(
    _DOCUMENTS.c.collection == bindparam("collection"), _DOCUMENTS.c.key == bindparam("key")
)
_PAGE = (
    select(_DOCUMENTS.c.position, _DOCUMENTS.c.key, _DOCUMENTS.c.name, _DOCUMENTS.c.body)
    .where(_DOCUMENTS.c.collection == bindparam("collection"))
    .where(_DOCUMENTS.c.position > bindparam("after"))
    .order_by(_DOCUMENTS.c.position)
    .limit(bindparam("size"))
)
_UPDATE = (
    _DOCUMENTS.update()
    .where(_DOCUMENTS.c.collection == bindparam("c"), _DOCUMENTS.c.key == bindparam("k"))
    .values(body=bindparam("b"))
)
_COUNTER = select(_COUNTERS.c.value).where(_COUNTERS.c.name == bindparam("name"))


_LONGEST = 200
"""Characters of a key that an index of every database takes."""


def _key(name: str) -> tuple[str, bytes | None]:
    """The key that stands for a name, and the name if that is another: databases bound keys, and one takes no NUL."""
    if len(name) <= _LONGEST and "\0" not in name:
        return name, None
    encoded = name.encode()
    return "sha256:" + hashlib.sha256(encoded).hexdigest(), encoded


def _url(target: str) -> URL:
    """Raises ArgumentError, ValueError, StateError."""
    file = str(Path(target).expanduser()) if target else ""
    url = make_url(target) if "://" in target else URL.create("sqlite", database=file)
    shown = _shown(target)
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StateError(f"the state {shown} cannot be opened: it is neither a file nor of PostgreSQL")
    if url.get_backend_name() == "sqlite" and ":memory:" in (url.database or ":memory:"):
        raise StateError(f"the state {shown or 'without a name'} is no file; leave the state out to have it in memory")
    return url


class SqlStore:
    """A store in a database.

    Args:
        target: a URL as postgresql://user@host/name, or the path of a file for SQLite, made when it is missing.

    Raises:
        StateError: the database cannot be opened.
    """

    shared = True

    def __init__(self, target: str) -> None:
        self._target = _shown(target)
        try:
            url = _url(target)
            self._sqlite = url.get_backend_name() == "sqlite"
            insert: Any = sqlite.insert if self._sqlite else postgresql.insert
            self._next = insert(_COUNTERS).values(name=bindparam("name"), value=1)
            self._next = self._next.on_conflict_do_update(
                index_elements=["name"], set_={"value": _COUNTERS.c.value + 1}
            ).returning(_COUNTERS.c.value)
            self._set = insert(_COUNTERS).values(name=bindparam("name"), value=bindparam("value"))
            self._set = self._set.on_conflict_do_update(
                index_elements=["name"], set_={"value": self._set.excluded.value}
            )
            self._engine: Engine = create_engine(url, pool_pre_ping=not self._sqlite)
            if self._sqlite:
                event.listen(self._engine, "connect", _tune)
            event.listen(self._engine, "begin", _begin)
            with self._engine.begin() as connection:
                _METADATA.create_all(connection)
                for table in _METADATA.sorted_tables:  # fails for tables of these names that are not ours
                    connection.execute(table.select().limit(1))
        except (SQLAlchemyError, ArgumentError, ImportError, OSError, ValueError) as error:
            if "_engine" in self.__dict__:
                self._engine.dispose()
            if isinstance(error, StateError):
                raise
            # Another ValueError quotes a part of the URL, which may be of the password.
            reason = "it is not the URL of a database" if isinstance(error, ValueError) else _reason(error)
            raise StateError(f"the state {self._target} cannot be opened: {reason}") from None
        self._connection: Connection | None = None
        self._changing = False
        self._lock = RLock()
        self._seen = -1

    # Transactions: the engine works in one at a time

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; a transaction within a transaction is part of it. One thread at a time: a test may change
        settings while the server answers.

        Raises:
            StateError: the database does not answer, or not as it should.
        """
        with self._lock:
            if self._connection is not None:
                yield self._connection
                return
            try:
                with self._engine.begin() as connection:
                    self._connection = connection
                    yield connection
            except BaseException as error:
                if self._changing:
                    self._seen = -1  # what is stored counts, not what would have been
                if isinstance(error, SQLAlchemyError):
                    raise StateError(f"the state {self._target} is not available: {_reason(error)}") from None
                raise
            finally:
                self._connection, self._changing = None, False

    @contextmanager
    def change(self) -> Iterator[Connection]:
        with self.transaction() as connection:
            self._changing = True
            yield connection

    def publish(self, controls: Json) -> None:
        with self.transaction():
            self.put(_CONTROLS, "controls", controls)
            self._seen = self.next(_CHANGES)

    def published(self) -> Json | None:
        with self.transaction() as connection:
            changes = connection.execute(_COUNTER, {"name": _CHANGES}).scalar() or 0
            if changes == self._seen:
                return None
            controls = self.get(_CONTROLS, "controls")
            self._seen = changes
            return controls

    def get(self, collection: str, key: str) -> Json | None:
        with self.transaction() as connection:
            body = connection.execute(_GET, {"collection": collection, "key": _key(key)[0]}).scalar()
        return self._document(collection, key, body) if body is not None else None

    def _document(self, collection: str, key: str, body: bytes) -> Json:
        try:
            return dict(loads(body))
        except (TypeError, ValueError):
            raise StateError(f"the state {self._target} is damaged: {collection}/{key} cannot be read") from None

    def put(self, collection: str, key: str, document: Json) -> None:
        body, (short, name) = dumps(document), _key(key)
        with self.transaction() as connection:
            if connection.execute(_UPDATE, {"c": collection, "k": short, "b": body}).rowcount:
                return
            position = self.next(_SIZE + collection)
            row = {"collection": collection, "key": short, "name": name, "position": position, "body": body}
            connection.execute(_DOCUMENTS.insert(), row)

    def count(self, collection: str) -> int:
        with self.transaction() as connection:
            return connection.execute(_COUNTER, {"name": _SIZE + collection}).scalar() or 0

    def page(self, collection: str, offset: int, limit: int) -> list[Json]:
        return [document for _, _, document in self._range(collection, offset, limit)]

    def _range(self, collection: str, after: int, limit: int) -> list[tuple[int, str, Json]]:
        """Position, key and document of the first documents behind a position."""
        with self.transaction() as connection:
            rows = connection.execute(_PAGE, {"collection": collection, "after": after, "size": limit}).all()
        found = ((position, name.decode() if name else key, body) for position, key, name, body in rows)
        return [(position, key, self._document(collection, key, body)) for position, key, body in found]

    def next(self, counter: str) -> int:
        with self.transaction() as connection:
            return int(connection.execute(self._next, {"name": counter}).scalar_one())

    def collections(self) -> list[str]:
        names = select(_COUNTERS.c.name).where(_COUNTERS.c.name.like(_SIZE + "%")).order_by(_COUNTERS.c.name)
        with self.transaction() as connection:
            found = [str(name).removeprefix(_SIZE) for name in connection.execute(names).scalars()]
        return [name for name in found if name not in (_CONTROLS, JOURNAL)]

    def items(self, collection: str) -> Iterator[tuple[str, Json]]:
        after = 0
        while rows := self._range(collection, after, 1000):
            yield from ((key, document) for _, key, document in rows)
            after = rows[-1][0]

    def counters(self) -> dict[str, int]:
        with self.transaction() as connection:
            rows = connection.execute(select(_COUNTERS.c.name, _COUNTERS.c.value)).all()
        return {name: value for name, value in rows if not name.startswith(_SIZE) and name not in (_CHANGES, EXCHANGES)}

    def counter(self, counter: str) -> int:
        with self.transaction() as connection:
            return connection.execute(_COUNTER, {"name": counter}).scalar() or 0

    def set_counter(self, counter: str, value: int) -> None:
        if counter.startswith(_SIZE):
            raise StateError(f"{counter!r} is not a counter of an emulator")
        with self.transaction() as connection:
            connection.execute(self._set, {"name": counter, "value": value})

    def trim(self, collection: str, keep: int) -> None:
        """Positions go on from where they were; `count` and `page` are for collections that are never trimmed."""
        last = self.count(collection)
        with self.transaction() as connection:
            old = (_DOCUMENTS.c.collection == collection) & (_DOCUMENTS.c.position <= last - keep)
            connection.execute(delete(_DOCUMENTS).where(old))

    def clear(self) -> None:
        with self.transaction() as connection:
            connection.execute(delete(_DOCUMENTS))
            connection.execute(delete(_COUNTERS).where(_COUNTERS.c.name != _CHANGES))

    def close(self) -> None:
        self._engine.dispose()


def _tune(connection: Any, record: object) -> None:
    """A writer waits for the other; what is committed is in the log; transactions are begun by `_begin`."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """One transaction at a time, in whatever process: none fails halfway because another wrote meanwhile."""
    sqlite_lock, postgresql_lock = "BEGIN IMMEDIATE", "SELECT pg_advisory_xact_lock(7265636)"
    connection.exec_driver_sql(sqlite_lock if connection.dialect.name == "sqlite" else postgresql_lock)


def _reason(error: Exception) -> str:
    """What a driver says, in one line."""
    if isinstance(error, ImportError):
        return f"it needs its extra: pip install 'truecopy[postgresql]' ({error})"
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]


def _shown(target: str) -> str:
    try:
        return make_url(target).set(query={}).render_as_string(hide_password=True) if "://" in target else target
    except (ArgumentError, ValueError):  # such a text may hold a password anywhere
        return "URL"
