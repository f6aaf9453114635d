"""State in SQLite or PostgreSQL, shared by the processes that open it.

SQLite runs in WAL mode: an acknowledged write survives the end of the process by whatever means. A document has a
position within its collection, counted without gaps, so that a page of a list is found by its index wherever it stands.
"""

from __future__ import annotations

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
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from .storage import Json, StateError, dumps, loads

_METADATA = MetaData()
_DOCUMENTS = Table(
    "truecopy_documents",
    _METADATA,
    Column("collection", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("truecopy_positions", _DOCUMENTS.c.collection, _DOCUMENTS.c.position, unique=True)
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
    select(_DOCUMENTS.c.position, _DOCUMENTS.c.key, _DOCUMENTS.c.body)
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


def _sqlite_url(path: str) -> str:
    return f"sqlite:///{Path(path).expanduser()}"


class SqlStore:
    """A store in a database.

    Args:
        target: a URL as postgresql://user@host/name, or the path of a file for SQLite, made when it is missing.

    Raises:
        StateError: the database cannot be opened.
    """

    shared = True

    def __init__(self, target: str) -> None:
        url = target if "://" in target else _sqlite_url(target)
        try:
            parsed = make_url(url)
            if parsed.drivername in ("postgresql", "postgres"):
                parsed = parsed.set(drivername="postgresql+psycopg")
            self._sqlite = parsed.get_backend_name() == "sqlite"
            insert: Any = sqlite.insert if self._sqlite else postgresql.insert
            self._next = insert(_COUNTERS).values(name=bindparam("name"), value=1)
            self._next = self._next.on_conflict_do_update(
                index_elements=["name"], set_={"value": _COUNTERS.c.value + 1}
            ).returning(_COUNTERS.c.value)
            self._set = insert(_COUNTERS).values(name=bindparam("name"), value=bindparam("value"))
            self._set = self._set.on_conflict_do_update(
                index_elements=["name"], set_={"value": self._set.excluded.value}
            )
            self._engine: Engine = create_engine(parsed, pool_pre_ping=not self._sqlite)
            if self._sqlite:
                event.listen(self._engine, "connect", _tune)
            event.listen(self._engine, "begin", _begin)
            with self._engine.begin() as connection:
                _METADATA.create_all(connection)
        except (SQLAlchemyError, ArgumentError, ImportError, OSError, ValueError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            if isinstance(error, ValueError):  # it quotes a part of the URL, which may be of the password
                reason = "it is not the URL of a database"
            raise StateError(f"the state {_shown(target)} cannot be opened: {reason}") from None
        self._connection: Connection | None = None
        self._lock = RLock()
        self._seen = -1

    # Transactions: the engine works in one at a time

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; a transaction within a transaction is part of it. One thread at a time: a test may change
        settings while the server answers."""
        with self._lock:
            if self._connection is not None:
                yield self._connection
                return
            with self._engine.begin() as connection:
                self._connection = connection
                try:
                    yield connection
                finally:
                    self._connection = None

    def publish(self, controls: Json) -> None:
        with self.transaction():
            self.put(_CONTROLS, "controls", controls)
            self._seen = self.next(_CHANGES)

    def published(self) -> Json | None:
        with self.transaction() as connection:
            changes = connection.execute(_COUNTER, {"name": _CHANGES}).scalar() or 0
            if changes == self._seen:
                return None
            self._seen = changes
            return self.get(_CONTROLS, "controls")

    def get(self, collection: str, key: str) -> Json | None:
        with self.transaction() as connection:
            body = connection.execute(_GET, {"collection": collection, "key": key}).scalar()
        return loads(body) if body is not None else None

    def put(self, collection: str, key: str, document: Json) -> None:
        body = dumps(document)
        with self.transaction() as connection:
            if connection.execute(_UPDATE, {"c": collection, "k": key, "b": body}).rowcount:
                return
            position = self.next(_SIZE + collection)
            row = {"collection": collection, "key": key, "position": position, "body": body}
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
        return [(position, key, loads(body)) for position, key, body in rows]

    def next(self, counter: str) -> int:
        with self.transaction() as connection:
            return int(connection.execute(self._next, {"name": counter}).scalar_one())

    def collections(self) -> list[str]:
        names = select(_COUNTERS.c.name).where(_COUNTERS.c.name.like(_SIZE + "%")).order_by(_COUNTERS.c.name)
        with self.transaction() as connection:
            found = [str(name).removeprefix(_SIZE) for name in connection.execute(names).scalars()]
        return [name for name in found if name not in (_CONTROLS, "emulator/journal")]

    def items(self, collection: str) -> Iterator[tuple[str, Json]]:
        after = 0
        while rows := self._range(collection, after, 1000):
            yield from ((key, document) for _, key, document in rows)
            after = rows[-1][0]

    def counters(self) -> dict[str, int]:
        with self.transaction() as connection:
            rows = connection.execute(select(_COUNTERS.c.name, _COUNTERS.c.value)).all()
        return {name: value for name, value in rows if not name.startswith(_SIZE) and name != _CHANGES}

    def counter(self, counter: str) -> int:
        with self.transaction() as connection:
            return connection.execute(_COUNTER, {"name": counter}).scalar() or 0

    def set_counter(self, counter: str, value: int) -> None:
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


def _shown(target: str) -> str:
    try:
        return make_url(target).render_as_string(hide_password=True) if "://" in target else target
    except (ArgumentError, ValueError):  # such a text may hold a password anywhere
        return "URL"
