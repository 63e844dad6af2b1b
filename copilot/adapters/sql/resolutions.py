"""What people decided, as rows that are only ever appended."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.queue import settle
from copilot.adapters.sql.tables import cases, resolutions
from copilot.errors import Conflict, NotFound
from copilot.types import Case, Resolution

Decided = tuple[Case, Resolution]

_TURN = 4_207_919_234
"""Any number that no other lock uses."""


def standing(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row of `table` is what stands about its case: the last decision that was not undone."""
    other, undo = resolutions.alias(), resolutions.alias()
    undone = sa.exists().where(undo.c.undoes == other.c.id)
    last = sa.select(sa.func.max(other.c.id)).where(other.c.case_id == table.c.case_id, _is_made(other), ~undone)
    return table.c.id == last.scalar_subquery()


def is_decided() -> sa.ColumnElement[bool]:
    """Whether something stands about a case; asks less of the database than what it is."""
    made, undo = resolutions.alias(), resolutions.alias()
    undone = sa.exists().where(undo.c.undoes == made.c.id)
    return sa.exists().where(made.c.case_id == cases.c.id, _is_made(made), ~undone)


def _is_made(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row is a decision and not an undoing, said so that SQLite looks for it by the case."""
    return sa.func.coalesce(table.c.undoes, 0) == 0


def joined() -> list[sa.Label[Any]]:
    """The columns of a resolution beside those of its case, as `rows.joined_resolution` reads them."""
    return [column.label(f"{rows.JOINED}{column.name}") for column in resolutions.c]


def cases_after(connection: sa.Connection, log: sa.Table, mark: int) -> Iterator[tuple[int, Case, Resolution | None]]:
    """For each case that a log (`id`, `case_id`) names after `mark`: the id of its last row, the case, what stands."""
    new = (
        sa.select(log.c.case_id, sa.func.max(log.c.id).label("mark"))
        .where(log.c.id > mark)
        .group_by(log.c.case_id)
        .subquery()
    )
    query = (
        sa.select(cases, new.c.mark, *joined())
        .join(new, new.c.case_id == cases.c.id)
        .outerjoin(resolutions, sa.and_(resolutions.c.case_id == cases.c.id, standing(resolutions)))
        .order_by(new.c.mark)
    )
    with connection.execute(query.execution_options(yield_per=1000)) as result:
        for found in map(dict, result.mappings()):
            yield found["mark"], rows.to_case(found), rows.joined_resolution(found)


class SqlResolutions:
    """The resolutions within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def turn(self) -> None:
        """Keep everybody else from deciding anything until the unit ends.

        Whoever follows the ids never sees a later one before an earlier one.
        """
        take_write_lock(self._connection)
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))

    def add(self, resolution: Resolution) -> int:
        """Keep it and return its id; raises NotFound where there is no such case."""
        self.turn()
        if self._connection.scalar(sa.select(cases.c.id).where(cases.c.id == resolution.case_id)) is None:
            raise NotFound("there is no such case", param="case")
        insert = sa.insert(resolutions).values(**rows.resolution_row(resolution)).returning(resolutions.c.id)
        number = int(self._connection.execute(insert).scalar_one())
        settle(self._connection, resolution.case_id, True, resolution.actor, resolution.decided_at)
        return number

    def undo(self, resolution_id: int, actor: str, at: datetime) -> Resolution:
        """Take it back and return it; raises NotFound, and Conflict where it is undone already."""
        self.turn()
        query = sa.select(resolutions).where(resolutions.c.id == resolution_id, resolutions.c.undoes.is_(None))
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise NotFound("there is no such resolution", param="resolution")
        undo = {**row, "undoes": resolution_id, "actor": actor, "reason": "", "decided_at": at}
        del undo["id"]
        try:
            self._connection.execute(sa.insert(resolutions).values(undo))
        except sa.exc.IntegrityError as error:
            raise Conflict("this resolution is undone already", param="resolution") from error
        stands = sa.select(resolutions.c.id).where(resolutions.c.case_id == row["case_id"], standing(resolutions))
        settle(self._connection, row["case_id"], self._connection.scalar(stands) is not None, actor, at)
        return rows.to_resolution(dict(row), at, actor)

    def of(self, case_id: int) -> list[Resolution]:
        """Everything decided about a case, oldest first, what was undone included."""
        query = sa.select(resolutions).where(resolutions.c.case_id == case_id).order_by(resolutions.c.id)
        found = [dict(row) for row in self._connection.execute(query).mappings()]
        undone = {row["undoes"]: (row["decided_at"], row["actor"]) for row in found if row["undoes"] is not None}
        return [rows.to_resolution(row, *undone.get(row["id"], ())) for row in found if row["undoes"] is None]

    def last(self) -> int:
        """The mark of the latest change, 0 where there was none."""
        return self._connection.scalar(sa.select(sa.func.max(resolutions.c.id))) or 0

    def changed_since(self, mark: int) -> Iterator[tuple[int, Case, Resolution | None]]:
        """For each case decided or undone after `mark`: the new mark, the case, and what stands."""
        return cases_after(self._connection, resolutions, mark)

    def of_authors(self, community_id: str, authors: Collection[str], since: datetime) -> list[Decided]:
        """What stands about what these members wrote, of messages received after `since`, oldest first."""
        return self._decided(
            cases.c.community_id == community_id, cases.c.author.in_(authors), cases.c.received_at > since
        )

    def decided(self, community_id: str, since: datetime) -> list[Decided]:
        """What stands about messages of a community, as decided after `since`, oldest first.

        What was erased is left out: without its text nobody can say what it is a copy of.
        """
        return self._decided(
            cases.c.community_id == community_id, resolutions.c.decided_at > since, cases.c.erased_at.is_(None)
        )

    def _decided(self, *where: sa.ColumnElement[bool]) -> list[Decided]:
        query = (
            sa.select(cases, *joined())
            .join(resolutions, resolutions.c.case_id == cases.c.id)
            .where(*where, standing(resolutions))
            .order_by(resolutions.c.id)
        )
        found = [
            (rows.to_case(row), rows.joined_resolution(row))
            for row in map(dict, self._connection.execute(query).mappings())
        ]
        return [(case, resolution) for case, resolution in found if resolution is not None]
