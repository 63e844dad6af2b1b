"""Who joined, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import cases, joins
from copilot.errors import Conflict, NotFound
from copilot.ports.joins import Join

_COLUMNS = ("member", "nickname", "joined_at", "received_at", "withheld")
_PART = 500


class SqlJoins:
    """The joins within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, new: Sequence[Join]) -> list[Join]:
        """Keep new ones and return them with their ids; who is waiting to be welcomed already is not kept again."""
        take_write_lock(self._connection)
        kept: list[Join] = []
        for join in new:
            waits = {waiting.member for waiting in self.waiting(join.community)}
            if join.member in waits:
                continue
            row = {name: getattr(join, name) for name in _COLUMNS} | {
                "community_id": join.community,
                "came_back": join.returning,
            }
            found = self._connection.execute(sa.insert(joins).values(row).returning(joins)).mappings().one()
            kept.append(_join(dict(found)))
        return kept

    def waiting(self, community_id: str | None = None) -> list[Join]:
        """Those that no welcome greets yet, oldest first."""
        query = sa.select(joins).where(joins.c.draft_id.is_(None)).order_by(joins.c.id)
        if community_id is not None:
            query = query.where(joins.c.community_id == community_id)
        return [_join(dict(row)) for row in self._connection.execute(query).mappings()]

    def get(self, join_ids: Sequence[int]) -> list[Join]:
        """Return them in order; raises NotFound."""
        query = sa.select(joins).where(joins.c.id.in_(list(join_ids)))
        found = {row["id"]: _join(dict(row)) for row in self._connection.execute(query).mappings()}
        try:
            return [found[join_id] for join_id in join_ids]
        except KeyError:
            raise NotFound("there is no such join", param="joins") from None

    def greet(self, join_ids: Sequence[int], draft_id: int) -> None:
        """Note which welcome greets them; raises Conflict where another one does."""
        take_write_lock(self._connection)
        free = sa.and_(joins.c.id.in_(list(join_ids)), joins.c.draft_id.is_(None))
        if self._connection.execute(sa.update(joins).where(free).values(draft_id=draft_id)).rowcount != len(join_ids):
            raise Conflict("somebody else has welcomed them already", param="joins")

    def known(self, community_id: str, names: Collection[str], before: datetime) -> set[str]:
        """Which of these members or nicknames had joined, or written something, before."""
        wanted, found = sorted(set(names)), set[str]()
        for start in range(0, len(wanted), _PART):
            part = wanted[start : start + _PART]
            joined = sa.select(joins.c.member).where(
                joins.c.community_id == community_id, joins.c.member.in_(part), joins.c.joined_at < before
            )
            wrote = sa.select(cases.c.author).where(
                cases.c.community_id == community_id, cases.c.author.in_(part), cases.c.sent_at < before
            )
            found.update(self._connection.scalars(joined), self._connection.scalars(wrote.distinct()))
        return found


def _join(row: Mapping[str, Any]) -> Join:
    plain = {name: row[name] for name in _COLUMNS}
    return Join(community=row["community_id"], returning=row["came_back"], draft=row["draft_id"], id=row["id"], **plain)
