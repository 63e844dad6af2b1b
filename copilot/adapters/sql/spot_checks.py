"""Random draws of allowed messages, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.resolutions import is_decided
from copilot.adapters.sql.tables import cases, spot_checked, spot_checks
from copilot.policy.spot_checks import BOUNDS, STRATA, Draw, Pool, allotted
from copilot.types import Decision


def asks_for_a_look() -> sa.ColumnElement[bool]:
    """Whether a case is for people to decide: it was flagged or drawn for a check, and still has its text."""
    drawn = sa.exists().where(spot_checked.c.case_id == cases.c.id)
    return sa.and_(sa.or_(cases.c.decision != Decision.ALLOW.value, drawn), cases.c.erased_at.is_(None))


class SqlSpotChecks:
    """The draws within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def draw(self, community_id: str, since: datetime, until: datetime, wanted: int, actor: str) -> list[int]:
        """Draw allowed messages received in this time that nobody has decided or drawn; return their cases."""
        take_write_lock(self._connection)
        pools = [_pool(community_id, since, until, stratum) for stratum in range(STRATA)]
        sizes = [self._connection.scalar(sa.select(sa.func.count()).where(*pool)) or 0 for pool in pools]
        taken = allotted(sizes, wanted)
        chosen: list[int] = []
        for pool, count in zip(pools, taken, strict=True):
            query = sa.select(cases.c.id).where(*pool).order_by(sa.func.random()).limit(count)
            chosen.extend(self._connection.scalars(query) if count else ())
        if not chosen:
            return []
        row = {
            "community_id": community_id,
            "since": since,
            "until": until,
            "pools": [[size, count] for size, count in zip(sizes, taken, strict=True)],
            "actor": actor,
        }
        draw_id = self._connection.execute(sa.insert(spot_checks).values(row).returning(spot_checks.c.id)).scalar_one()
        drawn = [{"case_id": case_id, "spot_check_id": draw_id} for case_id in chosen]
        self._connection.execute(sa.insert(spot_checked), drawn)
        return sorted(chosen)

    def draws(self, community_id: str, since: datetime, until: datetime) -> list[Draw]:
        """The draws that reach into this time."""
        query = (
            sa.select(spot_checks)
            .where(spot_checks.c.community_id == community_id, spot_checks.c.until > since, spot_checks.c.since < until)
            .order_by(spot_checks.c.id)
        )
        return [
            Draw(row["since"], row["until"], tuple(Pool(*pool) for pool in row["pools"]))
            for row in self._connection.execute(query).mappings()
        ]

    def open(self, community_id: str) -> int:
        """How many drawn messages nobody has decided."""
        drawn = cases.c.id.in_(sa.select(spot_checked.c.case_id))
        mine = cases.c.community_id == community_id
        query = sa.select(sa.func.count()).where(drawn, mine, cases.c.erased_at.is_(None), ~is_decided())
        return self._connection.scalar(query) or 0


def _pool(community_id: str, since: datetime, until: datetime, stratum: int) -> tuple[Any, ...]:
    """Which cases of a stratum can be drawn."""
    low = BOUNDS[stratum - 1] if stratum else None
    high = BOUNDS[stratum] if stratum < len(BOUNDS) else None
    return (
        cases.c.community_id == community_id,
        cases.c.received_at >= since,
        cases.c.received_at < until,
        cases.c.decision == Decision.ALLOW.value,
        cases.c.erased_at.is_(None),
        *((cases.c.suspicion >= low,) if low is not None else ()),
        *((cases.c.suspicion < high,) if high is not None else ()),
        ~sa.exists().where(spot_checked.c.case_id == cases.c.id),
        ~is_decided(),
    )
