"""What members wrote, read for drafts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.resolutions import joined, standing
from copilot.adapters.sql.tables import cases, resolutions
from copilot.ports.content import Said
from copilot.types import Decision


class SqlConversation:
    """The conversation within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def between(self, community_id: str, since: datetime, until: datetime, limit: int) -> list[Said]:
        """The last `limit` messages sent in [since, until), oldest first; of an edited message the last text.

        A message counts as flagged where a person did not let it pass, or nobody has decided and the machine did not.
        What was flagged in one of its texts stays flagged unless a person let that very text pass.
        """
        query = (
            sa.select(cases, *joined())
            .select_from(cases)
            .outerjoin(resolutions, sa.and_(resolutions.c.case_id == cases.c.id, standing(resolutions)))
            .where(cases.c.community_id == community_id, cases.c.sent_at >= since, cases.c.sent_at < until)
            .order_by(cases.c.sent_at.desc(), cases.c.id.desc())
            .limit(limit)
        )
        last: dict[str, Said] = {}
        for row in map(dict, self._connection.execute(query).mappings()):
            message, resolution = rows.to_message(row), rows.joined_resolution(row)
            decision = Decision(row["decision"]) if resolution is None else resolution.decision
            flagged = decision is not Decision.ALLOW
            known = last.get(message.id)
            last[message.id] = (
                Said(message, flagged) if known is None else Said(known.message, known.flagged or flagged)
            )
        return list(last.values())[::-1]

    def authors_before(self, community_id: str, before: datetime) -> set[str]:
        """Who had written something before."""
        query = sa.select(cases.c.author).where(
            cases.c.community_id == community_id, cases.c.sent_at < before, cases.c.author.is_not(None)
        )
        return set(self._connection.scalars(query.distinct()))
