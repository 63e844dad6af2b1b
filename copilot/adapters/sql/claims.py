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
        row = sa.select(queue.c.community_id).where(queue.c.case_id == case_id)
        # one at a time, also where there is no claim yet
        community_id = str(self._connection.scalar(row.with_for_update()))
        held = self.of([case_id], at)
        if held and held[0].holder != holder:
            return held[0]
        self._connection.execute(sa.delete(claims).where(claims.c.case_id == case_id))
        self._connection.execute(sa.insert(claims).values(case_id=case_id, holder=holder, until=until))
        return Claim(case_id, community_id, holder, until)

    def release(self, case_id: int, holder: str) -> None:
        """Give one's own claim up."""
        take_write_lock(self._connection)
        self._connection.execute(sa.delete(claims).where(claims.c.case_id == case_id, claims.c.holder == holder))

    def live(self, communities: Collection[str], at: datetime) -> list[Claim]:
        """The claims that hold, on undecided cases."""
        return self._claims(claims.c.until > at, queue.c.community_id.in_(communities), queue.c.decided.is_(False))

    def of(self, case_ids: Collection[int], at: datetime) -> list[Claim]:
        """The claims that hold on these cases."""
        return self._claims(claims.c.until > at, claims.c.case_id.in_(case_ids))

    def _claims(self, *where: sa.ColumnElement[bool]) -> list[Claim]:
        query = (
            sa.select(claims.c.case_id, queue.c.community_id.label("community"), claims.c.holder, claims.c.until)
            .join(queue, queue.c.case_id == claims.c.case_id)
            .where(*where)
            .order_by(claims.c.case_id)
        )
        return [Claim(**row) for row in self._connection.execute(query).mappings()]
