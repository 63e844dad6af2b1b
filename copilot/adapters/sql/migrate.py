"""Bring a database up to the tables this code expects; the migrations travel inside the package."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from copilot.adapters.sql.engine import connect, take_write_lock, translated

_LOCK = 4_207_919_233
"""Any number; processes that migrate the same PostgreSQL database queue up behind it."""


def upgrade(url: str) -> None:
    """Create or migrate the tables; several processes may call this at once."""
    engine = connect(url)
    try:
        with translated(), engine.connect() as connection:
            take_write_lock(connection)
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


def is_current(engine: sa.Engine) -> bool:
    """Whether no migration is outstanding."""
    with translated(), engine.connect() as connection:
        applied = MigrationContext.configure(connection).get_current_revision()
    return applied == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "copilot.adapters.sql:migrations")
    config.set_main_option("path_separator", "os")
    return config
