"""What several commands need: the settings in force, and the store behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.settings import Settings
    from copilot.adapters.sql import SqlStore


def settings(**overrides: object) -> Settings:
    """Read the settings and configure the logs by them."""
    from api import logs
    from api.settings import load

    found = load(**overrides)
    logs.configure(found.log_level, found.log_format)
    return found


@contextmanager
def open_store() -> Iterator[SqlStore]:
    """Open the store of the settings in force, its tables up to date."""
    from copilot.adapters.sql import SqlStore

    with open_engine() as engine:
        yield SqlStore(engine)


@contextmanager
def open_engine() -> Iterator[Engine]:
    """Connect to the database of the settings in force, its tables up to date."""
    from copilot.adapters.sql import connect, upgrade

    url = settings().database_url
    upgrade(url)
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()
