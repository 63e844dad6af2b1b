"""What language models used, per community and day, so that several processes share one budget."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock, translated
from copilot.adapters.sql.tables import generator_usage
from copilot.ports import Limits, Usage

_TURN = 4_207_919_240
"""Any number that no other lock uses."""


class SqlLedger:
    """A ledger in the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def take(self, community: str, day: date, most: Usage, limits: Limits) -> bool:
        """Book the most that a call can use, in one atomic step; book nothing and return False where it is too much."""
        with translated(), self._engine.connect() as connection:
            _take_turn(connection)
            wanted = _spent(connection, community, day) + most
            if not limits.allow(wanted):
                return False
            _put(connection, community, day, wanted)
            connection.commit()
            return True

    def settle(self, community: str, day: date, most: Usage, used: Usage) -> None:
        """Replace what was booked for a call by what it used."""
        with translated(), self._engine.connect() as connection:
            _take_turn(connection)
            _put(connection, community, day, _spent(connection, community, day) - most + used)
            connection.commit()

    def spent(self, community: str, day: date) -> Usage:
        """What was used on a day, with what is booked for calls under way."""
        with translated(), self._engine.connect() as connection:
            return _spent(connection, community, day)


def _take_turn(connection: sa.Connection) -> None:
    take_write_lock(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))


def _spent(connection: sa.Connection, community: str, day: date) -> Usage:
    of = sa.and_(generator_usage.c.community_id == community, generator_usage.c.day == day)
    row = connection.execute(sa.select(generator_usage).where(of)).mappings().first()
    if row is None:
        return Usage()
    return Usage(row["calls"], row["failures"], row["tokens"], row["cost"], row["seconds"])


def _put(connection: sa.Connection, community: str, day: date, usage: Usage) -> None:
    of = sa.and_(generator_usage.c.community_id == community, generator_usage.c.day == day)
    if connection.execute(sa.update(generator_usage).where(of).values(asdict(usage))).rowcount == 0:
        connection.execute(sa.insert(generator_usage).values(community_id=community, day=day, **asdict(usage)))
