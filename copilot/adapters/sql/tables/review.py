"""What waits for people, what bots are to do, and what members say about it."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables.base import Id, metadata

queue = sa.Table(  # flagged cases with what their order rests on; `decided` follows the resolutions
    "queue",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("author", LosslessText),
    sa.Column("labels", sa.Integer, nullable=False),  # bit i for the i-th of LABELS
    sa.Column("label", sa.String(32)),  # the one that may do most
    sa.Column("severity", sa.Double, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("audience", sa.Integer, nullable=False),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("reports", sa.Double, nullable=False),
    sa.Column("arrived_at", UtcDateTime, nullable=False),
    sa.Column("rank", sa.Double, nullable=False),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("handed", sa.JSON(none_as_null=True)),
    sa.Column("decided", sa.Boolean, nullable=False),
    sa.Column("changed_by", LosslessText, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index("queue_by_rank", "community_id", "decided", "rank", "case_id"),
    sa.Index("queue_by_change", "community_id", "changed_at"),
)

queue_keys = sa.Table(  # where copies of a text meet
    "queue_keys",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Index("queue_keys_by_case", "case_id"),
)

claims = sa.Table(  # who has a case open
    "claims",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("holder", LosslessText, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Index("claims_by_end", "until"),
)

skips = sa.Table(  # what somebody put behind the rest
    "skips",
    metadata,
    sa.Column("account", LosslessText, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("skips_by_case", "case_id"),
)

measures = sa.Table(  # orders to bots; whom and which message they are about, the case knows
    "measures",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("ruling", Id, sa.ForeignKey("resolutions.id")),  # none for what the machine did by itself
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("lifts", Id, sa.ForeignKey("measures.id")),
    sa.Column("ordered_by", LosslessText, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("holder", LosslessText, nullable=False),
    sa.Column("held_until", UtcDateTime),
    sa.Column("detail", LosslessText, nullable=False),
    sa.Column("settled_by", LosslessText, nullable=False),
    sa.Column("settled_at", UtcDateTime),
    sa.Index("measures_by_state", "state", "id"),
    sa.Index("measures_by_case", "case_id"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("category", sa.String(16), nullable=False),
    sa.Column("reporter", LosslessText, nullable=False),
    sa.Column("note", LosslessText, nullable=False),
    sa.Column("filed_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("resolution_id", Id, sa.ForeignKey("resolutions.id")),
    sa.Column("answer", LosslessText, nullable=False),
    sa.Column("answered_by", LosslessText, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.UniqueConstraint("case_id", "reporter", name="one_report_each"),
    sa.Index("reports_by_state", "state", "id"),
    sa.Index("reports_by_reporter", "reporter"),
)

appeals = sa.Table(
    "appeals",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("ruling", Id, nullable=False),  # a resolution's id, 0 for the machine's: NULLs would defeat the UNIQUE
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("filed_at", UtcDateTime, nullable=False),
    sa.Column("assignee", LosslessText, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("looked_at", UtcDateTime),
    sa.Column("answer", LosslessText, nullable=False),
    sa.Column("answered_by", LosslessText, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.UniqueConstraint("case_id", "ruling", name="one_appeal_each"),
    sa.Index("appeals_by_state", "state", "id"),
)

notes = sa.Table(  # appended to only
    "notes",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("author", LosslessText, nullable=False),
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("notes_by_case", "case_id"),
)
