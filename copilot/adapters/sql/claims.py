"""Who has which case open, as rows that run out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import claims, queue
from copilot.ports import Claim


class SqlClaims:
    """The claims within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def take(self, case_id: int, holder: str, at: datetime, until: datetime) -> Claim:
        """Claim or renew, unless another's claim still holds; returns the claim that stands."""
        take_write_lock(self._connection)
        row = sa.select(queue.c.case_id).where(queue.c.case_id == case_id)
        self._connection.execute(row.with_for_update())  # one at a time, also where there is no claim yet
        held = self.of([case_id], at)
        if held and held[0].holder != holder:
            return held[0]
        self._connection.execute(sa.delete(claims).where(claims.c.case_id == case_id))
        self._connection.execute(sa.insert(claims).values(case_id=case_id, holder=holder, until=until))
        return Claim(case_id, holder, until)

    def release(self, case_id: int, holder: str) -> None:
        """Give one's own claim up."""
        take_write_lock(self._connection)
        self._connection.execute(sa.delete(claims).where(claims.c.case_id == case_id, claims.c.holder == holder))

    def live(self, communities: Collection[str], at: datetime) -> list[Claim]:
        """The claims that hold, on undecided cases."""
        query = (
            sa.select(claims)
            .join(queue, queue.c.case_id == claims.c.case_id)
            .where(claims.c.until > at, queue.c.community_id.in_(communities), queue.c.decided.is_(False))
            .order_by(claims.c.case_id)
        )
        return [Claim(**row) for row in self._connection.execute(query).mappings()]

    def of(self, case_ids: Collection[int], at: datetime) -> list[Claim]:
        """The claims that hold on these cases."""
        query = sa.select(claims).where(claims.c.case_id.in_(case_ids), claims.c.until > at).order_by(claims.c.case_id)
        return [Claim(**row) for row in self._connection.execute(query).mappings()]
