"""Cases as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.outlines import outlines
from copilot.adapters.sql.resolutions import joined, standing
from copilot.adapters.sql.spot_checks import asks_for_a_look
from copilot.adapters.sql.tables import cases, reports, resolutions
from copilot.errors import NotFound
from copilot.ports import Outline
from copilot.types import LIBRARY, Case, Message, Resolution

K = TypeVar("K", str, int)
IDS_PER_QUERY = 500  # SQLite allows some 32,000 parameters in a statement


class SqlCases:
    """The cases within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def kept(self, messages: Sequence[Message]) -> list[Case | None]:
        """For each message the case kept for the same community, id and text, if any."""
        ids: dict[str, set[str]] = defaultdict(set)
        for message in messages:
            ids[message.community or ""].add(message.id)
        kept: dict[tuple[str, str, bytes], Case] = {}
        for community_id, wanted in ids.items():
            for part in _parts(sorted(wanted)):
                query = sa.select(cases).where(cases.c.community_id == community_id, cases.c.message_id.in_(part))
                for row in self._connection.execute(query).mappings():
                    kept[community_id, row["message_id"], bytes(row["text_digest"])] = rows.to_case(dict(row))
        return [kept.get((message.community or "", message.id, rows.digest(message.text))) for message in messages]

    def add(self, new: Sequence[Case]) -> list[int]:
        """Keep new cases and return their ids."""
        if not new:
            return []
        take_write_lock(self._connection)
        ids = self._connection.scalars(
            sa.insert(cases).returning(cases.c.id, sort_by_parameter_order=True),
            [rows.case_row(case) for case in new],
        ).all()
        return list(ids)

    def get(self, case_ids: Sequence[int]) -> list[Case]:
        """Return cases in the order asked for; raises NotFound where one is missing."""
        found: dict[int, Case] = {}
        for part in _parts(sorted(set(case_ids))):
            for row in self._connection.execute(sa.select(cases).where(cases.c.id.in_(part))).mappings():
                found[row["id"]] = rows.to_case(dict(row))
        try:
            return [found[case_id] for case_id in case_ids]
        except KeyError:
            raise NotFound("there is no such case", param="case") from None

    def count(self, community_id: str, since: datetime) -> int:
        """How many messages of a community were received after `since`."""
        query = sa.select(sa.func.count()).where(cases.c.community_id == community_id, cases.c.received_at > since)
        return self._connection.scalar(query) or 0

    def recent(self, community_id: str, since: datetime, limit: int) -> list[Message]:
        """The community's last messages sent after `since`, oldest first, at most `limit`."""
        query = (
            sa.select(cases)
            .where(cases.c.community_id == community_id, cases.c.sent_at > since)
            .order_by(cases.c.sent_at.desc(), cases.c.id.desc())
            .limit(limit)
        )
        found = [rows.to_message(dict(row)) for row in self._connection.execute(query).mappings()]
        return found[::-1]

    def undecided(self, community_id: str, after: int, limit: int) -> list[Case]:
        """At most `limit` cases with a larger id that ask for a look and that nobody decided, oldest first."""
        reported = sa.exists().where(reports.c.case_id == cases.c.id)
        query = (
            sa.select(cases)
            .where(cases.c.community_id == community_id, cases.c.id > after, asks_for_a_look() | reported)
            .where(~sa.exists().where(resolutions.c.case_id == cases.c.id, standing(resolutions)))
            .order_by(cases.c.id)
            .limit(limit)
        )
        return [rows.to_case(dict(row)) for row in self._connection.execute(query).mappings()]

    def stream(self, community_id: str, since: datetime, limit: int) -> Iterator[tuple[Case, Resolution | None]]:
        """The last `limit` cases received after `since`, oldest first, each with the resolution that stands.

        What was erased is left out: there is nothing to read again.
        """
        last = _last(community_id, since, limit)
        query = (
            sa.select(cases, *joined())
            .join(last, last.c.id == cases.c.id)
            .outerjoin(resolutions, sa.and_(resolutions.c.case_id == cases.c.id, standing(resolutions)))
            .order_by(cases.c.id)
        )
        with self._connection.execute(query.execution_options(yield_per=1000)) as result:
            for found in map(dict, result.mappings()):
                yield rows.to_case(found), rows.joined_resolution(found)

    def outlines(self, community_id: str, since: datetime, limit: int) -> Iterator[Outline]:
        """What a policy looks at in the same cases, in a quarter of the time."""
        return outlines(self._connection, _last(community_id, since, limit))

    def libraries(self) -> dict[str, int]:
        """The shared libraries that hold something, with how many texts each."""
        after = LIBRARY[:-1] + chr(ord(LIBRARY[-1]) + 1)  # a range, which an index serves, where LIKE may not
        named = sa.select(cases.c.community_id, sa.func.count())
        named = named.where(cases.c.community_id >= LIBRARY, cases.c.community_id < after)
        found = self._connection.execute(named.group_by(cases.c.community_id))
        return {name.removeprefix(LIBRARY): count for name, count in found}

    def named(self, community_id: str, message_id: str) -> list[Case]:
        """The cases about a message of this id, oldest first; an edited message has several."""
        where = (cases.c.community_id == community_id, cases.c.message_id == message_id)
        return self._ordered(where, cases.c.id.asc(), 100)

    def around(self, case: Case, before: int, after: int) -> list[Case]:
        """What was said in the community just before and after, oldest first, the case itself left out."""
        here = (cases.c.community_id == (case.message.community or ""), cases.c.sent_at.is_not(None))
        moment = sa.tuple_(cases.c.sent_at, cases.c.id)
        this = sa.tuple_(
            sa.literal(case.message.sent_at or case.received_at, cases.c.sent_at.type), sa.literal(case.id or 0)
        )
        earlier = self._ordered((*here, moment < this), cases.c.sent_at.desc(), before, cases.c.id.desc())
        later = self._ordered((*here, moment > this), cases.c.sent_at.asc(), after, cases.c.id.asc())
        return [*earlier[::-1], *later]

    def of_author(self, community_id: str, author: str, limit: int) -> list[Case]:
        """A member's last messages, newest first."""
        return self._ordered((cases.c.community_id == community_id, cases.c.author == author), cases.c.id.desc(), limit)

    def first_seen(self, community_id: str, author: str) -> tuple[datetime | None, int]:
        """When a member's first message was received, and how many were kept."""
        query = sa.select(sa.func.min(cases.c.received_at), sa.func.count()).where(
            cases.c.community_id == community_id, cases.c.author == author
        )
        first, count = self._connection.execute(query).one()
        return first, count

    def _ordered(
        self, where: Sequence[sa.ColumnElement[bool]], by: sa.UnaryExpression[Any], limit: int, *then: Any
    ) -> list[Case]:
        query = sa.select(cases).where(*where).order_by(by, *then).limit(limit)
        return [rows.to_case(dict(row)) for row in self._connection.execute(query).mappings()]


def _last(community_id: str, since: datetime, limit: int) -> sa.Subquery:
    """The ids of the last cases of a community that were not erased."""
    received = sa.select(cases.c.id).where(
        cases.c.community_id == community_id, cases.c.received_at > since, cases.c.erased_at.is_(None)
    )
    return received.order_by(cases.c.id.desc()).limit(limit).subquery()


def _parts(ids: Sequence[K]) -> Iterator[Sequence[K]]:
    for start in range(0, len(ids), IDS_PER_QUERY):
        yield ids[start : start + IDS_PER_QUERY]
