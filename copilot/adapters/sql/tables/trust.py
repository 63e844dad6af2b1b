"""Checks of what was let through, and what was erased."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables.base import Id, metadata

spot_checks = sa.Table(  # draws of allowed messages for people to look at
    "spot_checks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("pools", sa.JSON, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Index("spot_checks_by_community", "community_id", "until"),
)

spot_checked = sa.Table(
    "spot_checked",
    metadata,
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("spot_check_id", Id, sa.ForeignKey("spot_checks.id"), nullable=False),
    sa.Index("spot_checked_by_draw", "spot_check_id"),
)

retention = sa.Table(  # how long a community keeps what was written; the lease is held by whoever erases just now
    "retention",
    metadata,
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("days", sa.Integer),
    sa.Column("keep_decided", sa.Boolean, nullable=False),
    sa.Column("ran_at", UtcDateTime),
    sa.Column("leased_until", UtcDateTime),
)

erasures = sa.Table(  # that something was erased, when and by whom; never whose
    "erasures",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # member, retention
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("places", sa.JSON, nullable=False),
    sa.Index("erasures_by_community", "community_id", "id"),
)

rewritten = sa.Table(  # cases whose text is not what it was: the index of precedents reads them again
    "rewritten",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", Id, sa.ForeignKey("cases.id"), nullable=False),
)
