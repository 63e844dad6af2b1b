"""Drafts and what they are made of."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables.base import Id, metadata

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("brief", sa.JSON, nullable=False),
    sa.Column("objections", sa.JSON, nullable=False),
    sa.Column("overruled", LosslessText, nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("destination", LosslessText, nullable=False),
    sa.Column("publish_at", UtcDateTime),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("entry_id", Id),
    sa.Column("created_by", LosslessText, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("approved_by", LosslessText, nullable=False),
    sa.Column("published_at", UtcDateTime),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Index("drafts_by_community", "community_id", "id"),
    sa.Index("drafts_by_slot", "state", "publish_at"),
)

draft_revisions = sa.Table(
    "draft_revisions",
    metadata,
    sa.Column("draft_id", Id, sa.ForeignKey("drafts.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

deliveries = sa.Table(  # written before anything is sent
    "deliveries",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("draft_id", Id, sa.ForeignKey("drafts.id"), nullable=False),
    sa.Column("key", sa.String(128), nullable=False),
    sa.Column("destination", LosslessText, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("receipt", LosslessText, nullable=False),
    sa.Column("detail", LosslessText, nullable=False),
    sa.Index("deliveries_by_draft", "draft_id", "id"),
    sa.Index("deliveries_by_state", "state", "expires_at"),
)

performances = sa.Table(
    "performances",
    metadata,
    sa.Column("draft_id", Id, sa.ForeignKey("drafts.id"), primary_key=True),
    sa.Column("replies", sa.Integer, nullable=False),
    sa.Column("participants", sa.Integer),
    sa.Column("at", UtcDateTime, nullable=False),
)

joins = sa.Table(
    "joins",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("member", LosslessText, nullable=False),
    sa.Column("nickname", LosslessText, nullable=False),
    sa.Column("joined_at", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("came_back", sa.Boolean, nullable=False),
    sa.Column("withheld", sa.Boolean, nullable=False),
    sa.Column("draft_id", Id),
    sa.Index("joins_by_member", "community_id", "member"),
    sa.Index("joins_waiting", "draft_id", "community_id"),
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("url", LosslessText, nullable=False),
    sa.Column("title", LosslessText, nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("entries", sa.JSON, nullable=False),
    sa.UniqueConstraint("community_id", "url", name="one_feed_per_url"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)

entries = sa.Table(  # the content calendar
    "entries",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)

runs = sa.Table(  # what came of each slot, once
    "runs",
    metadata,
    sa.Column("entry_id", Id, primary_key=True, autoincrement=False),
    sa.Column("slot", UtcDateTime, primary_key=True),
    sa.Column("outcome", sa.String(32), nullable=False),
    sa.Column("draft_id", Id),
    sa.Column("detail", LosslessText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

content_settings = sa.Table(
    "content_settings",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)

generator_usage = sa.Table(
    "generator_usage",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("cost", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)
