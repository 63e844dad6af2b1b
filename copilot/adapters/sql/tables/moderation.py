"""What is judged, how, and what people decided."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables.base import Id, metadata

communities = sa.Table(
    "communities",
    metadata,
    sa.Column("id", LosslessText, primary_key=True),
    sa.Column("name", LosslessText, nullable=False),
    sa.Column("theme", LosslessText, nullable=False),
    sa.Column("rules", LosslessText, nullable=False),
    sa.Column("commerce", sa.Boolean, nullable=False),
    sa.Column("lists", sa.JSON, nullable=False),
    sa.Column("time_zone", sa.String(64), nullable=False, server_default="Asia/Shanghai"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    # '' for messages without a community: NULLs are all different and would defeat the UNIQUE
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("message_id", LosslessText, nullable=False),
    sa.Column("text_digest", sa.LargeBinary(32), nullable=False),
    sa.Column("author", LosslessText),
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("quoted", LosslessText, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("reply_to", LosslessText),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("measure", sa.String(16), nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("scores", sa.JSON, nullable=False),
    sa.Column("signals", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("clauses", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("precedents", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("model_scores", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("mute_minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("would_remove", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("shadow", sa.JSON(none_as_null=True)),
    sa.Column("suspicion", sa.Float, nullable=False, server_default="0"),  # policy.spot_checks
    sa.Column("erased_at", UtcDateTime),
    sa.UniqueConstraint("community_id", "message_id", "text_digest", name="one_case_per_text"),
    sa.Index("cases_by_time", "community_id", "sent_at"),
    sa.Index("cases_by_arrival", "community_id", "received_at", "decision", "suspicion"),
    sa.Index("cases_by_author", "community_id", "author"),
)

resolutions = sa.Table(  # appended to only: taking one back is a row of its own
    "resolutions",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("undoes", Id, sa.ForeignKey("resolutions.id"), unique=True),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("measure", sa.String(16), nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("reason", LosslessText, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("mute_minutes", sa.Integer, nullable=False, server_default="0"),
    sa.Index("resolutions_by_case", "case_id"),
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # rules, policy, head
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index("versions_by_state", "community_id", "kind", "state"),
)

safeguards = sa.Table(  # the state of what stands between a wish to remove and the deed
    "safeguards",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("breaker", sa.JSON, nullable=False),
    sa.Column("watch", sa.JSON, nullable=False),
    sa.Column("chosen", sa.JSON(none_as_null=True)),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)
