"""What was said around a message, read from the cases by the indexes of time and author."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.tables import cases
from copilot.ports import Membership
from copilot.types import Case, Message


class SqlSurroundings:
    """What surrounds cases, within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def neighbours(self, case: Case, count: int) -> tuple[list[Message], list[Message]]:
        """The community's messages before and after a case, at most `count` each, oldest first."""
        at, community_id = case.message.sent_at or case.received_at, case.message.community or ""
        here = sa.select(cases).where(cases.c.community_id == community_id, cases.c.id != case.id).limit(count)
        same = cases.c.sent_at == at
        earlier = sa.or_(cases.c.sent_at < at, sa.and_(same, cases.c.id < case.id))
        later = sa.or_(cases.c.sent_at > at, sa.and_(same, cases.c.id > case.id))
        before = here.where(cases.c.sent_at <= at, earlier).order_by(cases.c.sent_at.desc(), cases.c.id.desc())
        after = here.where(cases.c.sent_at >= at, later).order_by(cases.c.sent_at, cases.c.id)
        return self._messages(before)[::-1], self._messages(after)

    def membership(self, community_id: str, author: str) -> Membership:
        """Since when this member has been heard."""
        theirs = sa.and_(cases.c.community_id == community_id, cases.c.author == author)
        first = sa.func.min(sa.func.coalesce(cases.c.sent_at, cases.c.received_at), type_=cases.c.received_at.type)
        first_at, count = self._connection.execute(sa.select(first, sa.func.count()).where(theirs)).one()
        return Membership(first_at, count)

    def voices(self, community_id: str, since: datetime, until: datetime, limit: int) -> int:
        """How many different members sent the last `limit` messages of a time."""
        last = (
            sa.select(cases.c.author)
            .where(cases.c.community_id == community_id, cases.c.sent_at > since, cases.c.sent_at <= until)
            .order_by(cases.c.sent_at.desc())
            .limit(limit)
            .subquery()
        )
        return self._connection.scalar(sa.select(sa.func.count(sa.distinct(last.c.author)))) or 0

    def _messages(self, query: sa.Select[tuple[object, ...]]) -> list[Message]:
        return [rows.to_message(dict(row)) for row in self._connection.execute(query).mappings()]
