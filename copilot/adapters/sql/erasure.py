"""Erasing, and the record of it. What is left of a case is its verdict, its times, and a name that is nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.personal import HOLDERS
from copilot.adapters.sql.reach import Reach
from copilot.adapters.sql.resolutions import cases_after, is_decided
from copilot.adapters.sql.tables import cases, erasures, resolutions, rewritten
from copilot.ports.erasure import Erasure, Kind, Veil
from copilot.types import Case, Resolution

_TURN = 4_207_919_236
"""Any number that no other lock uses."""
_GONE = {"zh": "已删除", "en": "Erased."}


class SqlErasures:
    """Erasures within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_member(self, community_id: str, names: Sequence[str], limit: int) -> list[int]:
        """Cases under these names that are not erased, oldest first."""
        query = sa.select(cases.c.id).where(*_theirs(community_id, names)).order_by(cases.c.id).limit(limit)
        return list(self._connection.scalars(query))

    def count(self, community_id: str, names: Sequence[str]) -> int:
        """How many there are of them."""
        return self._connection.scalar(sa.select(sa.func.count()).where(*_theirs(community_id, names))) or 0

    def older(self, community_id: str, before: datetime, limit: int, *, keep_decided: bool) -> list[int]:
        """Cases received before this that are not erased, oldest first; without the decided ones if they are kept."""
        query = sa.select(cases.c.id).where(*_old(community_id, before, keep_decided))
        return list(self._connection.scalars(query.order_by(cases.c.id).limit(limit)))

    def count_older(self, community_id: str, before: datetime, *, keep_decided: bool) -> int:
        """How many there are of them."""
        query = sa.select(sa.func.count()).where(*_old(community_id, before, keep_decided))
        return self._connection.scalar(query) or 0

    def erase(
        self, community_id: str, case_ids: Sequence[int], names: Sequence[str], veil: Veil, at: datetime
    ) -> Mapping[str, int]:
        """Erase cases, what was said of them, and what quotes them or names their author; count by place."""
        take_write_lock(self._connection)
        query = sa.select(cases).where(cases.c.id.in_(case_ids), cases.c.community_id == community_id)
        found = [dict(row) for row in self._connection.execute(query.with_for_update()).mappings()]
        reach = Reach(
            community=community_id,
            case_ids=[row["id"] for row in found],
            message_ids=frozenset(row["message_id"] for row in found),
            first_at=min((row["received_at"] for row in found), default=None),
            texts=tuple(row["text"] for row in found if row["text"]),
            names=tuple(names),
            veil=veil,
        )
        places = {name: holder(self._connection, reach) for name, holder in HOLDERS}
        self._bury(found, veil, at)
        self._mark([*reach.case_ids, *reach.rewritten])
        return {"messages": len(found), **places}

    def _bury(self, found: Sequence[Mapping[str, Any]], veil: Veil, at: datetime) -> None:
        if not found:
            return
        graves = [{"old_id": row["id"], **_buried(row, veil), "erased_at": at} for row in found]
        values = {name: sa.bindparam(name, type_=cases.c[name].type) for name in graves[0] if name != "old_id"}
        self._connection.execute(sa.update(cases).where(cases.c.id == sa.bindparam("old_id")).values(values), graves)
        answers = sa.update(cases).where(
            cases.c.community_id == found[0]["community_id"], cases.c.reply_to == sa.bindparam("before")
        )
        ids = [{"before": row["message_id"], "after": veil.name(row["message_id"])} for row in found]
        self._connection.execute(answers.values(reply_to=sa.bindparam("after", type_=cases.c.reply_to.type)), ids)

    def _mark(self, changed: Sequence[int]) -> None:
        """Tell whoever keeps an index which decided cases to read again, one erasure after another."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
        query = sa.select(resolutions.c.case_id).where(resolutions.c.case_id.in_(changed)).distinct()
        decided = [{"case_id": case_id} for case_id in self._connection.scalars(query)]
        if decided:
            self._connection.execute(sa.insert(rewritten), decided)

    def begin(self, community_id: str, kind: Kind, actor: str, at: datetime) -> int:
        """Keep that an erasure has begun and return its number."""
        take_write_lock(self._connection)
        row: dict[str, Any] = {
            "community_id": community_id,
            "kind": kind.value,
            "actor": actor,
            "started_at": at,
            "places": {},
        }
        return int(self._connection.execute(sa.insert(erasures).values(row).returning(erasures.c.id)).scalar_one())

    def end(self, erasure_id: int, places: Mapping[str, int], at: datetime) -> None:
        """Keep that it is done."""
        take_write_lock(self._connection)
        change = sa.update(erasures).where(erasures.c.id == erasure_id).values(places=dict(places), ended_at=at)
        self._connection.execute(change)

    def all(self, community_id: str, limit: int = 50) -> list[Erasure]:
        """The last ones, newest first."""
        query = sa.select(erasures).where(erasures.c.community_id == community_id)
        return [
            Erasure(row.id, row.community_id, Kind(row.kind), row.actor, row.started_at, row.ended_at, row.places)
            for row in self._connection.execute(query.order_by(erasures.c.id.desc()).limit(limit))
        ]

    def last(self) -> int:
        """The mark of the latest case rewritten, 0 where there was none."""
        return self._connection.scalar(sa.select(sa.func.max(rewritten.c.id))) or 0

    def rewritten_since(self, mark: int) -> Iterator[tuple[int, Case, Resolution | None]]:
        """For each decided case whose text was erased or changed after `mark`: the new mark, the case, what stands."""
        return cases_after(self._connection, rewritten, mark)


def _theirs(community_id: str, names: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return cases.c.community_id == community_id, cases.c.author.in_(names), cases.c.erased_at.is_(None)


def _old(community_id: str, before: datetime, keep_decided: bool) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        cases.c.community_id == community_id,
        cases.c.received_at < before,
        cases.c.erased_at.is_(None),
        *((~is_decided(),) if keep_decided else ()),
    )


def _buried(row: Mapping[str, Any], veil: Veil) -> dict[str, Any]:
    """What a case's row holds after it was erased: which signal said what, but neither where nor in which words."""
    return {
        "message_id": veil.name(row["message_id"]),
        "author": veil.name(row["author"]) if row["author"] else None,
        "text": "",
        "text_digest": veil.digest(bytes(row["text_digest"])),
        "quoted": "",
        "reply_to": None,
        "roles": [],
        "signals": [{**signal, **_GONE, "spans": [], "kind": ""} for signal in row["signals"]],
    }
