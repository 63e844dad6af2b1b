"""Make what was deleted unreadable in the database's files, as far as a database can."""

from __future__ import annotations

import time

import sqlalchemy as sa
from sqlalchemy import exc

from copilot.adapters.sql.tables import metadata
from copilot.ports.erasure import Scrubbed

_PATIENCE = 5.0
"""Seconds to wait for readers who still look at an older state."""


def scrub(engine: sa.Engine, *, rebuild: bool) -> Scrubbed:
    """Empty the write-ahead log, and with `rebuild` write the whole file anew; never raises for a busy database."""
    return _sqlite(engine, rebuild) if engine.dialect.name == "sqlite" else _postgresql(engine)


def _sqlite(engine: sa.Engine, rebuild: bool) -> Scrubbed:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with engine.connect() as connection:
                if rebuild:
                    connection.exec_driver_sql("VACUUM")
                    rebuild = False
                if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0:
                    return Scrubbed(True)
        except exc.OperationalError:  # busy, or no room for a second copy: the rows are gone all the same
            pass
        if time.monotonic() > deadline:
            return Scrubbed(False, "busy")
        time.sleep(0.1)


def _postgresql(engine: sa.Engine) -> Scrubbed:
    """Free the dead rows; their bytes stay in the files until they are written over or a VACUUM FULL is run."""
    names = [table.name for table in metadata.sorted_tables]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM {', '.join(names)}")
    return Scrubbed(True, "vacuum_full")
