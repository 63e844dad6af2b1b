"""Open a database, and turn what its driver raises into the domain's errors."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from copilot.errors import Conflict, InvalidInput, StoreUnavailable

BUSY_MS = 5_000
"""How long a writer waits for another one before the caller is told to come back."""

_PRAGMAS = (
    f"busy_timeout = {BUSY_MS}",
    "synchronous = FULL",  # what was acknowledged outlives a power cut, not only a crash
    "foreign_keys = ON",
    "secure_delete = ON",  # what is erased is overwritten in the file, not only unlinked
)


def connect(url: str) -> sa.Engine:
    """Return an engine for the URL without opening a connection yet; raises InvalidInput."""
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        # hide_parameters: statements' values are members' messages and must not reach a log
        return sa.create_engine(parsed, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=30)
    except (exc.ArgumentError, ImportError, ValueError) as error:
        raise InvalidInput(f"the database URL cannot be used: {_first_line(error)}") from error


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise InvalidInput("the database must be a file: one in memory is lost between connections")
    _make_private(Path(url.database))
    engine = sa.create_engine(url, hide_parameters=True, pool_size=10, max_overflow=30)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """Create the file before SQLite does, so that nobody else on the machine may read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable(f"the database file cannot be created: {error.strerror}") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction control is switched off; `take_write_lock` begins them.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    _use_write_ahead_log(connection)


def _use_write_ahead_log(connection: Any) -> None:
    """Let readers go on while one writes.

    The busy timeout does not hold for this switch: where several processes open a new file at once,
    all but one are told at once that it is locked, and find it switched a moment later.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def take_write_lock(connection: sa.Connection) -> None:
    """Begin a writing transaction.

    On SQLite a transaction that reads first and writes later fails at once when somebody else
    wrote in between, and the busy timeout does not help. So reads run by themselves, as under
    PostgreSQL's READ COMMITTED, and the first write waits for the lock with BEGIN IMMEDIATE.
    """
    if connection.dialect.name == "sqlite" and not _in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _in_transaction(connection: sa.Connection) -> bool:
    raw = connection.connection.dbapi_connection
    return bool(raw is not None and getattr(raw, "in_transaction", False))


@contextmanager
def translated() -> Iterator[None]:
    """Raise Conflict and StoreUnavailable in place of the driver's errors."""
    try:
        yield
    except exc.IntegrityError as error:
        raise Conflict("it was kept already, or changed meanwhile") from error
    except (exc.DBAPIError, exc.TimeoutError) as error:
        if isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError):
            raise  # a mistake of ours, not an outage
        raise StoreUnavailable("the database did not answer") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
