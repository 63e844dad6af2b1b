"""The tables as this version of the code reads and writes them; migrations lead up to them."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime

metadata = sa.MetaData()

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER counts up on SQLite

communities = sa.Table(
    "communities",
    metadata,
    sa.Column("id", LosslessText, primary_key=True),
    sa.Column("name", LosslessText, nullable=False),
    sa.Column("theme", LosslessText, nullable=False),
    sa.Column("rules", LosslessText, nullable=False),
    sa.Column("commerce", sa.Boolean, nullable=False),
    sa.Column("lists", sa.JSON, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.UniqueConstraint("community_id", "message_id", "text_digest", name="one_case_per_text"),
    sa.Index("cases_by_time", "community_id", "sent_at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Index("outbox_by_state", "state", "id"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("name", LosslessText, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_used_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
)
