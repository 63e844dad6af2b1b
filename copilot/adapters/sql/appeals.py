"""Members' appeals as rows, and the secret that links to them are signed with."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import appeals, cases, secrets
from copilot.errors import Conflict, NotFound
from copilot.ports.appeals import Appeal, AppealState

_SECRET = "appeal-links"  # noqa: S105 - its name
_TURN = 4_207_919_236
"""Any number that no other lock uses."""

_ANSWERED = (AppealState.UPHELD.value, AppealState.OVERTURNED.value)


class SqlAppeals:
    """The appeals within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def secret(self) -> bytes:
        """What links to appeals are signed with, made when first asked for."""
        query = sa.select(secrets.c.value).where(secrets.c.name == _SECRET)
        found = self._connection.scalar(query)
        if found is None:
            take_write_lock(self._connection)
            if self._connection.dialect.name == "postgresql":
                self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
            found = self._connection.scalar(query)  # another process may have made it meanwhile
        if found is None:
            found = random.token_bytes(32)
            row = {"name": _SECRET, "value": found, "created_at": datetime.now(UTC)}
            self._connection.execute(sa.insert(secrets).values(row))
        return bytes(found)

    def add(self, appeal: Appeal) -> int:
        """Keep a new one and return its id; raises Conflict where there is one against this ruling."""
        take_write_lock(self._connection)
        row = {
            "case_id": appeal.case_id,
            "ruling": appeal.ruling,
            "text": appeal.text,
            "filed_at": appeal.filed_at,
            **_changing(appeal),
        }
        try:
            return int(self._connection.execute(sa.insert(appeals).values(row).returning(appeals.c.id)).scalar_one())
        except sa.exc.IntegrityError as error:
            raise Conflict("there is an appeal against this decision already", param="text") from error

    def get(self, appeal_id: int) -> Appeal:
        """Return it, kept from others until the unit ends; raises NotFound."""
        take_write_lock(self._connection)
        found = self._read(sa.select(appeals).where(appeals.c.id == appeal_id).with_for_update())
        if not found:
            raise NotFound("there is no such appeal", param="appeal")
        return found[0]

    def against(self, case_id: int, ruling: int) -> Appeal | None:
        """The appeal against a ruling, if any."""
        query = sa.select(appeals).where(appeals.c.case_id == case_id, appeals.c.ruling == ruling)
        return next(iter(self._read(query)), None)

    def of(self, case_id: int) -> list[Appeal]:
        """All appeals about a case, oldest first."""
        return self._read(sa.select(appeals).where(appeals.c.case_id == case_id).order_by(appeals.c.id))

    def change(self, appeal: Appeal) -> None:
        """Overwrite its assignee, state and answer."""
        take_write_lock(self._connection)
        self._connection.execute(sa.update(appeals).where(appeals.c.id == appeal.id).values(_changing(appeal)))

    def waiting(self, community_id: str, limit: int) -> list[Appeal]:
        """Appeals that nobody has answered, oldest first."""
        query = _within(community_id).where(appeals.c.state.not_in(_ANSWERED))
        return self._read(query.order_by(appeals.c.id).limit(limit))

    def count_waiting(self, community_id: str) -> int:
        """How many appeals nobody has answered."""
        query = _within(community_id, sa.func.count()).where(appeals.c.state.not_in(_ANSWERED))
        return self._connection.scalar(query) or 0

    def answered(self, community_id: str, limit: int) -> list[Appeal]:
        """The appeals answered last, newest first."""
        query = _within(community_id).where(appeals.c.state.in_(_ANSWERED))
        return self._read(query.order_by(appeals.c.answered_at.desc(), appeals.c.id.desc()).limit(limit))

    def outcomes(self, community_id: str, since: datetime, until: datetime) -> tuple[int, int]:
        """How many appeals were answered in this time, and in how many of them the member was right."""
        query = _within(community_id, appeals.c.state, sa.func.count()).group_by(appeals.c.state)
        query = query.where(appeals.c.answered_at >= since, appeals.c.answered_at < until)
        counts: dict[str, int] = dict(map(tuple, self._connection.execute(query)))
        overturned = counts.get(AppealState.OVERTURNED.value, 0)
        return overturned + counts.get(AppealState.UPHELD.value, 0), overturned

    def loads(self, community_id: str) -> Mapping[str, int]:
        """How many appeals wait for each assignee."""
        query = (
            _within(community_id, appeals.c.assignee, sa.func.count())
            .where(appeals.c.state.not_in(_ANSWERED))
            .group_by(appeals.c.assignee)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def _read(self, query: sa.Select[Any]) -> list[Appeal]:
        return [_appeal(row) for row in map(dict, self._connection.execute(query).mappings())]


def _within(community_id: str, *columns: Any) -> sa.Select[Any]:
    chosen = sa.select(*columns) if columns else sa.select(appeals)
    return (
        chosen.select_from(appeals)
        .join(cases, cases.c.id == appeals.c.case_id)
        .where(cases.c.community_id == community_id)
    )


def _changing(appeal: Appeal) -> dict[str, Any]:
    return {
        "assignee": appeal.assignee,
        "state": appeal.state.value,
        "looked_at": appeal.looked_at,
        "answer": appeal.answer,
        "answered_by": appeal.answered_by,
        "answered_at": appeal.answered_at,
    }


def _appeal(row: Mapping[str, Any]) -> Appeal:
    return Appeal(
        case_id=row["case_id"],
        ruling=row["ruling"],
        text=row["text"],
        filed_at=row["filed_at"],
        assignee=row["assignee"],
        state=AppealState(row["state"]),
        looked_at=row["looked_at"],
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        id=row["id"],
    )
