"""Circuit breakers and watches as rows."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import communities, safeguards
from copilot.policy.breaker import Breaker
from copilot.policy.drift import Watch


class SqlSafeguards:
    """The safeguards within one unit of work. Reading them takes the community's turn, so that none is lost."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, community_id: str) -> tuple[Breaker, Watch]:
        """Return the circuit breaker and the watch over audited removals, new ones where there are none."""
        take_write_lock(self._connection)
        turn = sa.select(communities.c.id).where(communities.c.id == community_id).with_for_update()
        self._connection.execute(turn)
        query = sa.select(safeguards).where(safeguards.c.community_id == community_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return Breaker(), Watch()
        return Breaker.from_mapping(row["breaker"]), Watch.from_mapping(row["watch"])

    def put(self, community_id: str, breaker: Breaker, watch: Watch) -> None:
        """Keep both."""
        row = {"breaker": breaker.to_mapping(), "watch": watch.to_mapping(), "updated_at": datetime.now(UTC)}
        change = sa.update(safeguards).where(safeguards.c.community_id == community_id).values(row)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(safeguards).values(community_id=community_id, **row))
