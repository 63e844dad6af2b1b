"""The store port over SQL: one unit of work is one connection and at most one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.engine import take_write_lock, translated
from copilot.adapters.sql.tables import cases, communities, outbox
from copilot.errors import Conflict, NotFound
from copilot.types import Case, Community, Decision, Message

_IDS_PER_QUERY = 500  # SQLite allows some 32,000 parameters in a statement


class SqlStore:
    """Opens units of work on a database. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        """Start a unit; it commits when the block ends without error."""
        with translated(), self._engine.connect() as connection:
            yield SqlUnitOfWork(connection)
            connection.commit()

    def ping(self) -> None:
        """Ask the database for a sign of life; raises StoreUnavailable."""
        with translated(), self._engine.connect() as connection:
            connection.execute(sa.select(communities.c.id).limit(1))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


class SqlUnitOfWork:
    """Reads and writes of one unit."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._revisions: dict[str, int] = {}

    def community(self, community_id: str) -> Community:
        """Return it; raises NotFound."""
        found = self._connection.execute(sa.select(communities).where(communities.c.id == community_id)).mappings()
        row = found.first()
        if row is None:
            raise NotFound("there is no such community", param="community")
        self._revisions[community_id] = row["revision"]
        return rows.to_community(dict(row))

    def communities(self) -> list[Community]:
        """All communities by id."""
        found = self._connection.execute(sa.select(communities).order_by(communities.c.id))
        return [rows.to_community(dict(row)) for row in found.mappings()]

    def add_community(self, community: Community) -> None:
        """Keep a new one; raises Conflict where the id is taken."""
        take_write_lock(self._connection)
        try:
            self._connection.execute(sa.insert(communities).values(**rows.community_row(community), revision=1))
        except sa.exc.IntegrityError as error:
            raise Conflict("a community with this id exists already", param="id") from error

    def replace_community(self, community: Community) -> None:
        """Overwrite an existing one; raises NotFound.

        Where this unit read it before, it must not have been changed since: raises Conflict.
        """
        take_write_lock(self._connection)
        change = sa.update(communities).where(communities.c.id == community.id)
        read = self._revisions.get(community.id)
        if read is not None:
            change = change.where(communities.c.revision == read)
        changed = self._connection.execute(
            change.values(**rows.community_row(community), revision=communities.c.revision + 1)
        )
        if changed.rowcount == 1:
            return
        if read is None:
            raise NotFound("there is no such community", param="community")
        raise Conflict("the community was changed by somebody else meanwhile")

    def kept_cases(self, messages: Sequence[Message]) -> list[Case | None]:
        """For each message the case kept for the same community, id and text, if any."""
        ids: dict[str, set[str]] = defaultdict(set)
        for message in messages:
            ids[message.community or ""].add(message.id)
        kept: dict[tuple[str, str, bytes], Case] = {}
        for community_id, wanted in ids.items():
            for part in _parts(sorted(wanted)):
                self._collect(kept, community_id, part)
        return [kept.get((message.community or "", message.id, rows.digest(message.text))) for message in messages]

    def _collect(self, kept: dict[tuple[str, str, bytes], Case], community_id: str, ids: Sequence[str]) -> None:
        query = sa.select(cases).where(cases.c.community_id == community_id, cases.c.message_id.in_(ids))
        for row in self._connection.execute(query).mappings():
            kept[community_id, row["message_id"], bytes(row["text_digest"])] = rows.to_case(dict(row))

    def add_cases(self, new: Sequence[Case]) -> None:
        """Keep new cases, and an outbox row for each that is not `allow`."""
        if not new:
            return
        take_write_lock(self._connection)
        ids = self._connection.scalars(
            sa.insert(cases).returning(cases.c.id, sort_by_parameter_order=True),
            [rows.case_row(case) for case in new],
        ).all()
        due = [
            {
                "case_id": case_id,
                "kind": case.assessment.decision.value,
                "created_at": datetime.now(UTC),
                "state": "pending",
            }
            for case_id, case in zip(ids, new, strict=True)
            if case.assessment.decision is not Decision.ALLOW
        ]
        if due:
            self._connection.execute(sa.insert(outbox), due)

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


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _IDS_PER_QUERY):
        yield ids[start : start + _IDS_PER_QUERY]
