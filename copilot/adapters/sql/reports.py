"""Members' reports as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import cases, reports
from copilot.errors import Conflict, NotFound
from copilot.policy.reporters import Record
from copilot.ports.reports import Category, Report, ReportState

_OPEN = ReportState.OPEN.value


class SqlReports:
    """The reports within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, report: Report) -> int:
        """Keep a new one and return its id; raises Conflict where this reporter has reported this case before."""
        take_write_lock(self._connection)
        row = {
            "case_id": report.case_id,
            "category": report.category.value,
            "reporter": report.reporter,
            "note": report.note,
            "filed_at": report.filed_at,
            **_changing(report),
        }
        try:
            return int(self._connection.execute(sa.insert(reports).values(row).returning(reports.c.id)).scalar_one())
        except sa.exc.IntegrityError as error:
            raise Conflict("this member has reported this message before", param="reporter") from error

    def get(self, report_id: int) -> Report:
        """Return it; raises NotFound."""
        found = self._read(sa.select(reports).where(reports.c.id == report_id))
        if not found:
            raise NotFound("there is no such report", param="report")
        return found[0]

    def by(self, case_id: int, reporter: str) -> Report | None:
        """This reporter's report of this case, if any."""
        query = sa.select(reports).where(reports.c.case_id == case_id, reports.c.reporter == reporter)
        return next(iter(self._read(query)), None)

    def of(self, case_ids: Collection[int]) -> list[Report]:
        """All reports of these cases, oldest first."""
        return self._read(sa.select(reports).where(reports.c.case_id.in_(case_ids)).order_by(reports.c.id))

    def change(self, report: Report) -> None:
        """Overwrite its state and answer."""
        take_write_lock(self._connection)
        self._connection.execute(sa.update(reports).where(reports.c.id == report.id).values(_changing(report)))

    def waiting(self, community_id: str, limit: int) -> list[Report]:
        """Reports that nobody has answered, oldest first."""
        query = _within(community_id).where(reports.c.state == _OPEN)
        return self._read(query.order_by(reports.c.id).limit(limit))

    def count_waiting(self, community_id: str) -> int:
        """How many reports nobody has answered."""
        query = _within(community_id, sa.func.count()).where(reports.c.state == _OPEN)
        return self._connection.scalar(query) or 0

    def answered(self, community_id: str, limit: int) -> list[Report]:
        """The reports answered last, newest first."""
        query = _within(community_id).where(reports.c.state != _OPEN)
        return self._read(query.order_by(reports.c.answered_at.desc(), reports.c.id.desc()).limit(limit))

    def filed_by(self, community_id: str, reporter: str, limit: int) -> list[Report]:
        """A member's last reports, newest first."""
        query = _within(community_id).where(reports.c.reporter == reporter)
        return self._read(query.order_by(reports.c.id.desc()).limit(limit))

    def records(self, community_id: str, reporters: Collection[str], since: datetime) -> Mapping[str, Record]:
        """What became of these members' reports that were answered since then; each of them is in the result."""
        upheld = sa.func.sum(sa.case((reports.c.state == ReportState.UPHELD.value, 1), else_=0))
        query = (
            _within(community_id, reports.c.reporter, upheld, sa.func.count())
            .where(reports.c.reporter.in_(reporters), reports.c.state != _OPEN, reports.c.answered_at > since)
            .group_by(reports.c.reporter)
        )
        found = {name: Record(right, count - right) for name, right, count in self._connection.execute(query)}
        return {name: found.get(name, Record()) for name in reporters}

    def _read(self, query: sa.Select[Any]) -> list[Report]:
        return [_report(row) for row in map(dict, self._connection.execute(query).mappings())]


def _within(community_id: str, *columns: Any) -> sa.Select[Any]:
    chosen = sa.select(*columns) if columns else sa.select(reports)
    return (
        chosen.select_from(reports)
        .join(cases, cases.c.id == reports.c.case_id)
        .where(cases.c.community_id == community_id)
    )


def _changing(report: Report) -> dict[str, Any]:
    return {
        "state": report.state.value,
        "resolution_id": report.resolution,
        "answer": report.answer,
        "answered_by": report.answered_by,
        "answered_at": report.answered_at,
    }


def _report(row: Mapping[str, Any]) -> Report:
    return Report(
        case_id=row["case_id"],
        category=Category(row["category"]),
        reporter=row["reporter"],
        note=row["note"],
        filed_at=row["filed_at"],
        state=ReportState(row["state"]),
        resolution=row["resolution_id"],
        answer=row["answer"],
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
        id=row["id"],
    )
