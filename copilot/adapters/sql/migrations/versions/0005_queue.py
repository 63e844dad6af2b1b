"""Keep the queue, who looks at what, and what somebody put behind; what waits already goes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from copilot.adapters.sql import rows
from copilot.adapters.sql.queue import queue_row
from copilot.adapters.sql.tables import cases, queue, queue_keys
from copilot.policy.urgency import urgency
from copilot.ports import Waiting
from copilot.text import text_views
from copilot.text.copies import fingerprint

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_BATCH = 500


def upgrade() -> None:
    """Add tables, then put every flagged case of a community in."""
    op.create_table(
        "queue",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("labels", sa.Integer, nullable=False),
        sa.Column("label", sa.String(32)),
        sa.Column("severity", sa.Double, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("audience", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("reports", sa.Double, nullable=False),
        sa.Column("arrived_at", _TIME, nullable=False),
        sa.Column("rank", sa.Double, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("handed", sa.JSON),
        sa.Column("decided", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
    )
    op.create_index("queue_by_rank", "queue", ["community_id", "decided", "rank", "case_id"])
    op.create_index("queue_by_change", "queue", ["community_id", "changed_at"])
    op.create_table(
        "queue_keys",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    )
    op.create_index("queue_keys_by_case", "queue_keys", ["case_id"])
    op.create_table(
        "claims",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", _TIME, nullable=False),
    )
    op.create_index("claims_by_end", "claims", ["until"])
    op.create_table(
        "skips",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("skips_by_case", "skips", ["case_id"])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    last = 0
    while found := _flagged(connection, last):
        standing = _decided(connection, [row["id"] for row in found])
        connection.execute(sa.insert(queue), [{**_row(row), "decided": row["id"] in standing} for row in found])
        keys = [
            {"community_id": row["community_id"], "key": key, "case_id": row["id"]}
            for row in found
            for key in set(fingerprint(text_views(row["text"])).keys)
        ]
        if keys:
            connection.execute(sa.insert(queue_keys), keys)
        last = found[-1]["id"]


def _flagged(connection: sa.Connection, after: int) -> Sequence[Mapping[str, Any]]:
    columns = [cases.c[name] for name in _COLUMNS]
    query = sa.select(*columns).where(
        cases.c.id > after,
        cases.c.decision != "allow",
        cases.c.community_id != "",
        ~cases.c.community_id.startswith("library:"),
    )
    return [dict(row) for row in connection.execute(query.order_by(cases.c.id).limit(_BATCH)).mappings()]


def _decided(connection: sa.Connection, case_ids: Sequence[int]) -> set[int]:
    """Those of the cases about which a resolution stands that was not undone."""
    kept = sa.table("resolutions", sa.column("id"), sa.column("case_id"), sa.column("undoes"))
    undo = kept.alias()
    query = sa.select(kept.c.case_id).where(
        kept.c.case_id.in_(case_ids), kept.c.undoes.is_(None), ~sa.exists().where(undo.c.undoes == kept.c.id)
    )
    return set(connection.scalars(query))


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    case = rows.to_case({**_EMPTY, **row})
    ranked = urgency(case.assessment, case.received_at)
    waiting = Waiting(row["id"], row["community_id"], row["author"], case.assessment.labels, ranked)
    return queue_row(waiting, case.received_at)


_COLUMNS = ("id", "community_id", "author", "text", "received_at", "decision", "labels", "scores")
_EMPTY: Mapping[str, Any] = {
    "message_id": "",
    "quoted": "",
    "sent_at": None,
    "reply_to": None,
    "roles": [],
    "measure": "none",
    "signals": [],
    "versions": {"model": "", "policy": ""},
    "clauses": [],
    "precedents": [],
    "model_scores": {},
    "mute_minutes": 0,
    "would_remove": False,
    "shadow": None,
    "erased_at": None,
}
