"""Drafts, their texts, and the attempts to publish them, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.content_json import (
    brief_json,
    draft_json,
    to_brief,
    to_draft,
    to_violation,
    violation_json,
)
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import deliveries, draft_revisions, drafts, performances
from copilot.drafting.state import Delivery, DraftState, KeptDraft, Performance, Revision
from copilot.errors import Conflict, NotFound
from copilot.ports.content import DraftFilter

_PLAIN = ("overruled", "channel", "destination", "publish_at", "expires_at", "created_by", "created_at", "approved_by",
          "published_at")  # fmt: skip
_OF_DELIVERY = ("key", "destination", "actor", "started_at", "expires_at", "ended_at", "receipt", "detail")


class SqlDrafts:
    """The drafts within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, kept: KeptDraft) -> KeptDraft:
        """Keep a new one and return it with its id."""
        take_write_lock(self._connection)
        row = _row(kept) | {"version": 1}
        new = self._connection.execute(sa.insert(drafts).values(row).returning(drafts)).mappings().one()
        self._note(new["id"], 1, row["body"], kept.created_by, kept.created_at)
        return _kept(dict(new))

    def get(self, draft_id: int) -> KeptDraft:
        """Return it; raises NotFound."""
        row = self._connection.execute(sa.select(drafts).where(drafts.c.id == draft_id)).mappings().first()
        if row is None:
            raise NotFound("there is no such draft", param="draft")
        return _kept(dict(row))

    def change(self, kept: KeptDraft, actor: str) -> KeptDraft:
        """Overwrite the one with this id and version and return it with the next; raises Conflict where it changed.

        A new text becomes a revision of its own.
        """
        take_write_lock(self._connection)
        before = self.get(kept.id)
        row = _row(kept)
        changed = self._connection.execute(
            sa.update(drafts)
            .where(drafts.c.id == kept.id, drafts.c.version == kept.version)
            .values(row | {"version": kept.version + 1})
        )
        if changed.rowcount != 1:
            raise Conflict("somebody else has changed this draft meanwhile", param="version")
        after = self.get(kept.id)
        if after.draft != before.draft:
            number = self._connection.scalar(
                sa.select(sa.func.max(draft_revisions.c.number)).where(draft_revisions.c.draft_id == kept.id)
            )
            self._note(kept.id, (number or 0) + 1, row["body"], actor, row["updated_at"])
        return after

    def _note(self, draft_id: int, number: int, body: Mapping[str, Any], actor: str, at: datetime) -> None:
        new = {"draft_id": draft_id, "number": number, "body": body, "actor": actor, "at": at}
        self._connection.execute(sa.insert(draft_revisions).values(new))

    def listed(self, community_id: str, which: DraftFilter) -> list[KeptDraft]:
        """Newest first."""
        moment = sa.func.coalesce(drafts.c.publish_at, drafts.c.created_at)
        query = sa.select(drafts).where(drafts.c.community_id == community_id)
        if which.states:
            query = query.where(drafts.c.state.in_([state.value for state in which.states]))
        if which.kinds:
            query = query.where(drafts.c.kind.in_([kind.value for kind in which.kinds]))
        if which.since is not None:
            query = query.where(moment >= which.since)
        if which.until is not None:
            query = query.where(moment < which.until)
        if which.before is not None:
            query = query.where(drafts.c.id < which.before)
        query = query.order_by(drafts.c.id.desc()).limit(which.limit)
        return [_kept(dict(row)) for row in self._connection.execute(query).mappings()]

    def due(self, now: datetime, limit: int = 50) -> list[KeptDraft]:
        """Scheduled ones whose slot has come, and unapproved ones whose time is over; of all communities."""
        scheduled = sa.and_(drafts.c.state == DraftState.SCHEDULED.value, drafts.c.publish_at <= now)
        over = sa.and_(drafts.c.state == DraftState.DRAFT.value, drafts.c.expires_at <= now)
        query = sa.select(drafts).where(sa.or_(scheduled, over)).order_by(drafts.c.publish_at, drafts.c.id)
        return [_kept(dict(row)) for row in self._connection.execute(query.limit(limit)).mappings()]

    def revisions(self, draft_id: int) -> list[Revision]:
        """All texts it had, oldest first."""
        query = sa.select(draft_revisions).where(draft_revisions.c.draft_id == draft_id)
        found = self._connection.execute(query.order_by(draft_revisions.c.number)).mappings()
        return [Revision(row["number"], to_draft(row["body"]), row["actor"], row["at"]) for row in found]

    def attempt(self, delivery: Delivery) -> Delivery:
        """Keep an attempt before anything is sent and return it with its id."""
        take_write_lock(self._connection)
        row = _delivery_row(delivery) | {"draft_id": delivery.draft}
        new = self._connection.execute(sa.insert(deliveries).values(row).returning(deliveries)).mappings().one()
        return _delivery(dict(new))

    def settle(self, delivery: Delivery, before: Collection[DraftState]) -> None:
        """Overwrite an attempt that is in one of these states; raises Conflict where it is not."""
        take_write_lock(self._connection)
        standing = deliveries.c.state.in_([state.value for state in before])
        change = sa.update(deliveries).where(deliveries.c.id == delivery.id, standing)
        if self._connection.execute(change.values(_delivery_row(delivery))).rowcount != 1:
            raise Conflict("what became of this attempt is known already", param="outcome")

    def attempts(self, draft_id: int) -> list[Delivery]:
        """All attempts, oldest first."""
        query = sa.select(deliveries).where(deliveries.c.draft_id == draft_id).order_by(deliveries.c.id)
        return [_delivery(dict(row)) for row in self._connection.execute(query).mappings()]

    def abandoned(self, now: datetime, limit: int = 50) -> list[Delivery]:
        """Attempts that nobody is at any more and that have no result."""
        left = sa.and_(deliveries.c.state == DraftState.PUBLISHING.value, deliveries.c.expires_at <= now)
        query = sa.select(deliveries).where(left).order_by(deliveries.c.id).limit(limit)
        return [_delivery(dict(row)) for row in self._connection.execute(query).mappings()]

    def perform(self, performance: Performance) -> None:
        """Keep how a draft did, instead of what was known before."""
        take_write_lock(self._connection)
        row = {"replies": performance.replies, "participants": performance.participants, "at": performance.at}
        change = sa.update(performances).where(performances.c.draft_id == performance.draft).values(row)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(performances).values(draft_id=performance.draft, **row))

    def performances(self, draft_ids: Collection[int]) -> Mapping[int, Performance]:
        """How these drafts did, where that is known."""
        query = sa.select(performances).where(performances.c.draft_id.in_(list(draft_ids)))
        found = self._connection.execute(query).mappings()
        return {
            row["draft_id"]: Performance(row["draft_id"], row["replies"], row["participants"], row["at"])
            for row in found
        }


def _row(kept: KeptDraft) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in _PLAIN} | {
        "community_id": kept.draft.community,
        "kind": kept.draft.kind.value,
        "state": kept.state.value,
        "body": draft_json(kept.draft),
        "brief": brief_json(kept.brief),
        "objections": [violation_json(violation) for violation in kept.objections],
        "entry_id": kept.entry,
        "updated_at": datetime.now(UTC),
        "details": dict(kept.details),
    }


def _kept(row: Mapping[str, Any]) -> KeptDraft:
    return KeptDraft(
        draft=to_draft(row["body"]),
        brief=to_brief(row["brief"]),
        state=DraftState(row["state"]),
        version=row["version"],
        objections=tuple(to_violation(value) for value in row["objections"]),
        entry=row["entry_id"],
        updated_at=row["updated_at"],
        details=row["details"],
        id=row["id"],
        **{name: row[name] for name in _PLAIN},
    )


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in _OF_DELIVERY} | {"state": delivery.state.value}


def _delivery(row: Mapping[str, Any]) -> Delivery:
    plain = {name: row[name] for name in _OF_DELIVERY}
    return Delivery(draft=row["draft_id"], state=DraftState(row["state"]), id=row["id"], **plain)
