"""How long communities keep texts, as rows with a lease."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import retention
from copilot.policy.retention import Retention


class SqlRetentions:
    """The settings within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, community_id: str) -> Retention:
        """Return it; everything is kept where nothing was set."""
        row = self._connection.execute(sa.select(retention).where(retention.c.community_id == community_id)).first()
        return Retention() if row is None else Retention(row.days, row.keep_decided)

    def put(self, community_id: str, chosen: Retention) -> None:
        """Keep it."""
        take_write_lock(self._connection)
        values = {"days": chosen.days, "keep_decided": chosen.keep_decided}
        change = sa.update(retention).where(retention.c.community_id == community_id).values(values)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(retention).values(community_id=community_id, **values))

    def ran_at(self, community_id: str) -> datetime | None:
        """When it was last carried out."""
        return self._connection.scalar(sa.select(retention.c.ran_at).where(retention.c.community_id == community_id))

    def limited(self) -> list[str]:
        """The communities that do not keep everything."""
        query = sa.select(retention.c.community_id).where(retention.c.days.is_not(None))
        return list(self._connection.scalars(query.order_by(retention.c.community_id)))

    def take_turn(self, community_id: str, now: datetime, until: datetime) -> bool:
        """Take the lease unless somebody holds it."""
        take_write_lock(self._connection)
        free = sa.or_(retention.c.leased_until.is_(None), retention.c.leased_until < now)
        change = sa.update(retention).where(retention.c.community_id == community_id, free)
        return self._connection.execute(change.values(leased_until=until)).rowcount == 1

    def renew(self, community_id: str, until: datetime) -> None:
        """Hold the lease longer; for whoever holds it."""
        take_write_lock(self._connection)
        mine = retention.c.community_id == community_id
        self._connection.execute(sa.update(retention).where(mine).values(leased_until=until))

    def finish(self, community_id: str, at: datetime) -> None:
        """Give the lease back and keep when it was done."""
        take_write_lock(self._connection)
        mine = retention.c.community_id == community_id
        self._connection.execute(sa.update(retention).where(mine).values(ran_at=at, leased_until=None))
