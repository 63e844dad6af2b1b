"""Outlines of cases: the few columns that a policy looks at, read without building whole cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.resolutions import standing
from copilot.adapters.sql.tables import cases, resolutions
from copilot.ports import Outline
from copilot.reasons import UNAVAILABLE
from copilot.types import Decision, Label

_DECIDE = frozenset({UNAVAILABLE.source, "quoted"})
"""Sources of signals that bear on a decision beside the scores."""


def outlines(connection: sa.Connection, chosen: sa.Subquery) -> Iterator[Outline]:
    """Yield an outline of each case whose id is among the chosen, oldest first."""
    c, r = cases.c, resolutions.c
    query = (
        sa.select(c.id, c.text_digest, c.author, c.roles, c.scores, c.signals, c.clauses, r.decision, r.labels)
        .join(chosen, chosen.c.id == c.id)
        .outerjoin(resolutions, sa.and_(r.case_id == c.id, standing(resolutions)))
        .order_by(c.id)
    )
    with connection.execute(query.execution_options(yield_per=1000)) as result:
        for row in result:
            yield _outline(*row)


def _outline(
    case_id: int,
    digest: bytes,
    author: str | None,
    roles: Sequence[str],
    scores: Mapping[str, float],
    signals: Sequence[Mapping[str, Any]],
    clauses: Sequence[Mapping[str, Any]],
    decision: str | None,
    labels: Sequence[str] | None,
) -> Outline:
    decided = None if decision is None else (Decision(decision), tuple(Label(label) for label in labels or ()))
    return Outline(
        id=case_id,
        text=bytes(digest),
        author=author,
        roles=tuple(roles),
        scores={_LABELS[label]: score for label, score in scores.items()},
        signals=tuple(rows.to_signal(signal) for signal in signals if signal["source"] in _DECIDE),
        permitted=_permitted(clauses) if clauses else (),
        resolution=decided,
    )


_LABELS = {label.value: label for label in Label}


def _permitted(clauses: Sequence[Mapping[str, Any]]) -> tuple[Label, ...]:
    return tuple(dict.fromkeys(Label(label) for cited in clauses for label in cited.get("lifts", ())))
