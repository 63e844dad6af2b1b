"""The queue as rows, ordered by an indexed rank."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import claims, queue, queue_keys, skips
from copilot.errors import NotFound
from copilot.policy.urgency import Reach, Urgency
from copilot.ports import Change, Counts, Cursor, Handed, Stage, Waiting, Wanted
from copilot.types import LABELS, Label

Row = Mapping[str, Any]

_MOST_KEYS = 200
"""Cases that are looked up under one key: under more, a text is so common that its other keys tell more."""


class SqlQueue:
    """The queue within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, waiting: Sequence[Waiting], keys: Sequence[Collection[int]]) -> None:
        """Put cases in, each with the keys under which copies of its text meet; those already in are left alone."""
        take_write_lock(self._connection)
        known = set(self._connection.scalars(sa.select(queue.c.case_id).where(queue.c.case_id.in_(_ids(waiting)))))
        new = [(each, under) for each, under in zip(waiting, keys, strict=True) if each.case_id not in known]
        if not new:
            return
        self._connection.execute(sa.insert(queue), [queue_row(each, each.urgency.arrived_at) for each, _ in new])
        met = [
            {"community_id": each.community, "key": key, "case_id": each.case_id}
            for each, under in new
            for key in set(under)
        ]
        if met:
            self._connection.execute(sa.insert(queue_keys), met)

    def get(self, case_id: int, account: str) -> Waiting:
        """Return one, decided or not, as this account sees it; raises NotFound where it never waited."""
        query = sa.select(queue, _skipped(account)).where(queue.c.case_id == case_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise NotFound("this case is not in the queue", param="case")
        return _waiting(dict(row))

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> list[Waiting]:
        """At most `limit` cases, the most urgent first, after a place in that order.

        Each community's index is read in its order, and the communities are merged.
        """
        found: list[Waiting] = []
        for skipped in (False, True):
            if wanted.skipped not in (None, skipped) or (after is not None and after.skipped and not skipped):
                continue
            start = after if after is not None and after.skipped == skipped else None
            parts = [
                self._part(community, wanted, skipped, start, limit - len(found)) for community in wanted.communities
            ]
            found += islice(merge(*parts, key=_order), limit - len(found))
            if len(found) >= limit:
                break
        return found

    def _part(
        self, community_id: str, wanted: Wanted, skipped: bool, after: Cursor | None, limit: int
    ) -> Iterator[Waiting]:
        behind = _skipped(wanted.account)
        query = sa.select(queue, behind).where(
            queue.c.community_id == community_id,
            queue.c.decided.is_(False),
            queue.c.stage.in_([stage.value for stage in wanted.stages]),
            behind if skipped else ~behind,
        )
        if wanted.label is not None:
            query = query.where(queue.c.labels.bitwise_and(_bits([wanted.label])) != 0)
        if wanted.author is not None:
            query = query.where(queue.c.author == wanted.author)
        if after is not None:
            query = query.where(
                queue.c.rank <= after.rank,
                sa.or_(queue.c.rank < after.rank, queue.c.case_id < after.case_id),
            )
        query = query.order_by(queue.c.rank.desc(), queue.c.case_id.desc()).limit(limit)
        return iter([_waiting(dict(row)) for row in self._connection.execute(query).mappings()])

    def counts(self, wanted: Wanted) -> Counts:
        """How many wait in the communities, whatever stage, label and author are wanted."""
        here = sa.and_(queue.c.community_id.in_(wanted.communities), queue.c.decided.is_(False))
        by_stage = sa.select(queue.c.stage, sa.func.count()).where(here).group_by(queue.c.stage)
        found = {Stage(row[0]): int(row[1]) for row in self._connection.execute(by_stage)}
        mine = (
            sa.select(sa.func.count())
            .select_from(skips.join(queue, queue.c.case_id == skips.c.case_id))
            .where(here, skips.c.account == wanted.account, queue.c.stage.in_([s.value for s in wanted.stages]))
        )
        stages = {stage: found.get(stage, 0) for stage in Stage}
        return Counts(stages, self._connection.scalar(mine) or 0)

    def waiting(self, communities: Collection[str]) -> dict[str, int]:
        """How many cases of each community wait for anybody."""
        query = (
            sa.select(queue.c.community_id, sa.func.count())
            .where(queue.c.community_id.in_(communities), queue.c.decided.is_(False), queue.c.stage == Stage.OPEN.value)
            .group_by(queue.c.community_id)
        )
        found = {str(row[0]): int(row[1]) for row in self._connection.execute(query)} if communities else {}
        return {community_id: found.get(community_id, 0) for community_id in communities}

    def move(self, case_id: int, stage: Stage, handed: Handed) -> None:
        """Move a case to a stage."""
        take_write_lock(self._connection)
        kept = {"by": handed.by, "at": handed.at.isoformat(), "reason": handed.reason}
        change = {
            "stage": stage.value,
            "handed": None if stage is Stage.OPEN else kept,
            "changed_by": handed.by,
            "changed_at": handed.at,
        }
        self._connection.execute(sa.update(queue).where(queue.c.case_id == case_id).values(change))

    def put_behind(self, case_id: int, account: str, at: datetime) -> None:
        """Let it come last for this account."""
        self.put_back(case_id, account)
        self._connection.execute(sa.insert(skips).values(account=account, case_id=case_id, at=at))

    def put_back(self, case_id: int, account: str) -> None:
        """Let it stand where it stood."""
        take_write_lock(self._connection)
        self._connection.execute(sa.delete(skips).where(skips.c.account == account, skips.c.case_id == case_id))

    def reweigh(self, reports: Mapping[int, float]) -> None:
        """Set the weight of the reports of cases; what does not wait is ignored."""
        take_write_lock(self._connection)
        query = sa.select(queue).where(queue.c.case_id.in_(list(reports)))
        for row in self._connection.execute(query).mappings().all():
            heard = {**row, "reports": reports[row["case_id"]]}
            change = {"reports": heard["reports"], "rank": _urgency(heard).rank}
            self._connection.execute(sa.update(queue).where(queue.c.case_id == row["case_id"]).values(change))

    def meeting(self, community_id: str, keys: Collection[int], limit: int) -> list[int]:
        """Undecided cases of a community that share a key, those that share most first."""
        shared: dict[int, int] = {}
        for key in keys:
            under = (
                sa.select(queue_keys.c.case_id)
                .join(queue, queue.c.case_id == queue_keys.c.case_id)
                .where(queue_keys.c.community_id == community_id, queue_keys.c.key == key, queue.c.decided.is_(False))
                .order_by(queue_keys.c.case_id.desc())
                .limit(_MOST_KEYS)
            )
            for case_id in self._connection.scalars(under):
                shared[case_id] = shared.get(case_id, 0) + 1
        return sorted(shared, key=lambda case_id: (-shared[case_id], -case_id))[:limit]

    def changed(self, communities: Collection[str], since: datetime, limit: int) -> list[Change]:
        """What changed after `since`, oldest first; of more than `limit` changes the latest."""
        query = (
            sa.select(queue)
            .where(queue.c.community_id.in_(communities), queue.c.changed_at > since)
            .order_by(queue.c.changed_at.desc(), queue.c.case_id.desc())
            .limit(limit)
        )
        found = [
            Change(
                row["case_id"],
                row["community_id"],
                _labels(row["labels"]),
                Stage(row["stage"]),
                row["decided"],
                row["changed_by"],
                row["changed_at"],
            )
            for row in self._connection.execute(query).mappings()
        ]
        return found[::-1]


def settle(connection: sa.Connection, case_id: int, decided: bool, by: str, at: datetime) -> None:
    """Let the queue follow what stands about a case; a claim on it ends. Where it never waited nothing happens."""
    change = {"decided": decided, "changed_by": by, "changed_at": at}
    connection.execute(sa.update(queue).where(queue.c.case_id == case_id).values(change))
    connection.execute(sa.delete(claims).where(claims.c.case_id == case_id))


def queue_row(waiting: Waiting, changed_at: datetime) -> dict[str, Any]:
    """Columns of a case that begins to wait."""
    urgency = waiting.urgency
    return {
        "case_id": waiting.case_id,
        "community_id": waiting.community,
        "author": waiting.author,
        "labels": _bits(waiting.labels),
        "label": urgency.label.value if urgency.label else None,
        "severity": urgency.severity,
        "confidence": urgency.confidence,
        "audience": urgency.reach.audience,
        "copies": urgency.reach.copies,
        "reports": urgency.reports,
        "arrived_at": urgency.arrived_at,
        "rank": urgency.rank,
        "stage": waiting.stage.value,
        "handed": None,
        "decided": waiting.decided,
        "changed_by": "",
        "changed_at": changed_at,
    }


def _waiting(row: Row) -> Waiting:
    kept = row["handed"]
    handed = None if kept is None else Handed(kept["by"], datetime.fromisoformat(kept["at"]), kept["reason"])
    return Waiting(
        case_id=row["case_id"],
        community=row["community_id"],
        author=row["author"],
        labels=_labels(row["labels"]),
        urgency=_urgency(row),
        stage=Stage(row["stage"]),
        handed=handed,
        decided=row["decided"],
        skipped=bool(row["skipped"]),
    )


def _urgency(row: Row) -> Urgency:
    return Urgency(
        label=Label(row["label"]) if row["label"] else None,
        severity=row["severity"],
        confidence=row["confidence"],
        reach=Reach(row["audience"], row["copies"]),
        reports=row["reports"],
        arrived_at=row["arrived_at"],
    )


def _order(waiting: Waiting) -> tuple[float, int]:
    return -waiting.urgency.rank, -waiting.case_id


def _skipped(account: str) -> sa.ColumnElement[bool]:
    mine = sa.exists().where(skips.c.account == account, skips.c.case_id == queue.c.case_id)
    return mine.label("skipped")


def _ids(waiting: Sequence[Waiting]) -> list[int]:
    return [each.case_id for each in waiting]


def _bits(labels: Collection[Label]) -> int:
    return sum(1 << LABELS.index(label) for label in labels)


def _labels(bits: int) -> tuple[Label, ...]:
    return tuple(label for i, label in enumerate(LABELS) if bits >> i & 1)
