"""Counts in SQL, and decided cases without their texts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.resolutions import is_decided
from copilot.adapters.sql.tables import cases, resolutions, spot_checked
from copilot.policy.spot_checks import BOUNDS
from copilot.ports.figures import Flags, Ruling, Tally, Waiting, Work
from copilot.types import LABELS, Decision, Label

_LABELS = {label.value: label for label in LABELS}
_FLAGGED = (Decision.REVIEW.value, Decision.REMOVE.value)


class SqlFigures:
    """Counts within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def tallies(self, community_id: str, edges: Sequence[datetime]) -> list[Tally]:
        """Count messages by stretch, decision and stratum; the index by arrival has all that is read."""
        stretch, stratum = _stretch(cases.c.received_at, edges), _stratum(cases.c.suspicion)
        query = (
            sa.select(stretch, cases.c.decision, stratum, sa.func.count())
            .where(cases.c.community_id == community_id, *_within(cases.c.received_at, edges[0], edges[-1]))
            .group_by(stretch, cases.c.decision, stratum)
            .order_by(stretch, cases.c.decision, stratum)
        )
        return [Tally(row[0], Decision(row[1]), row[2], row[3]) for row in self._connection.execute(query)]

    def flags(self, community_id: str, edges: Sequence[datetime]) -> list[Flags]:
        """Count flagged messages by stretch and labels."""
        stretch, labels = _stretch(cases.c.received_at, edges), sa.cast(cases.c.labels, sa.Text)
        query = (
            sa.select(stretch, labels, sa.func.count())
            .where(cases.c.community_id == community_id, *_within(cases.c.received_at, edges[0], edges[-1]))
            .where(cases.c.decision.in_(_FLAGGED))
            .group_by(stretch, labels)
            .order_by(stretch, labels)
        )
        return [Flags(row[0], tuple(map(Label, json.loads(row[1]))), row[2]) for row in self._connection.execute(query)]

    def rulings(self, community_id: str, since: datetime, until: datetime) -> list[Ruling]:
        """Everything that people decided about messages received in this time, in the order of arrival."""
        made = (resolutions.c[name] for name in ("id", "undoes", "decision", "labels", "actor", "decided_at"))
        query = (
            sa.select(
                *(cases.c[name] for name in ("received_at", "labels", "scores", "suspicion", "text_digest")),
                cases.c.id.label("case_id"),
                cases.c.decision.label("machine"),
                spot_checked.c.case_id.label("drawn"),
                *(column.label(f"made_{column.name}") for column in made),
            )
            .join_from(cases, resolutions, resolutions.c.case_id == cases.c.id)
            .outerjoin(spot_checked, spot_checked.c.case_id == cases.c.id)
            .where(cases.c.community_id == community_id, *_within(cases.c.received_at, since, until))
            .order_by(cases.c.id, resolutions.c.id)
        )
        rows: dict[int, list[Any]] = defaultdict(list)
        for row in self._connection.execute(query).mappings():
            rows[row["case_id"]].append(row)
        return [ruling for found in rows.values() if (ruling := _ruling(found)) is not None]

    def work(self, community_id: str, edges: Sequence[datetime]) -> list[Work]:
        """Count decisions by stretch and person; those taken back count too, for they were work."""
        stretch = _stretch(resolutions.c.decided_at, edges)
        query = (
            sa.select(stretch, resolutions.c.actor, sa.func.count())
            .join_from(resolutions, cases, resolutions.c.case_id == cases.c.id)
            .where(cases.c.community_id == community_id, resolutions.c.undoes.is_(None))
            .where(*_within(resolutions.c.decided_at, edges[0], edges[-1]))
            .group_by(stretch, resolutions.c.actor)
            .order_by(stretch, resolutions.c.actor)
        )
        return [Work(*row) for row in self._connection.execute(query)]

    def waiting(self, community_id: str) -> Waiting:
        """What waits now."""
        query = sa.select(sa.func.count(), sa.type_coerce(sa.func.min(cases.c.received_at), cases.c.received_at.type))
        mine = (
            cases.c.community_id == community_id,
            cases.c.decision.in_(_FLAGGED),
            cases.c.erased_at.is_(None),
            ~is_decided(),
        )
        count, oldest = self._connection.execute(query.where(*mine)).one()
        return Waiting(count, oldest)


def _ruling(rows: Sequence[Any]) -> Ruling | None:
    """What stands about one case, None where everything was taken back."""
    undone = {row["made_undoes"] for row in rows}
    made = [row for row in rows if row["made_undoes"] is None]
    stand = [row for row in made if row["made_id"] not in undone]
    if not stand:
        return None
    first, last = made[0], stand[-1]
    return Ruling(
        case_id=last["case_id"],
        received_at=last["received_at"],
        machine=Decision(last["machine"]),
        flagged=tuple(_LABELS[label] for label in last["labels"]),
        scores={_LABELS[label]: last["scores"].get(label, 0.0) for label in last["labels"]},
        suspicion=last["suspicion"],
        copies=bytes(last["text_digest"]),
        decision=Decision(last["made_decision"]),
        labels=tuple(_LABELS[label] for label in last["made_labels"]),
        actor=last["made_actor"],
        first_at=first["made_decided_at"],
        changed=first["made_decision"] != last["made_decision"],
        checked=last["drawn"] is not None,
    )


def _within(column: sa.ColumnElement[Any], since: datetime, until: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return column >= since, column < until


def _stretch(column: sa.ColumnElement[Any], edges: Sequence[datetime]) -> sa.ColumnElement[int]:
    """The place of a time between the edges, as a number."""
    before: list[Any] = [(column < edge, sa.literal_column(str(i))) for i, edge in enumerate(edges[1:])]
    return sa.type_coerce(sa.case(*before, else_=sa.literal_column("-1")), sa.Integer)


def _stratum(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    below: list[Any] = [
        (column < sa.literal_column(str(bound)), sa.literal_column(str(i))) for i, bound in enumerate(BOUNDS)
    ]
    return sa.type_coerce(sa.case(*below, else_=sa.literal_column(str(len(BOUNDS)))), sa.Integer)
