"""Who may come in, and what everybody did."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables.base import Id, metadata

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("name", LosslessText, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_used_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("name", LosslessText, nullable=False, unique=True),
    sa.Column("password", sa.Text),  # an argon2 hash; none for who signs in elsewhere only
    sa.Column("subject", LosslessText, unique=True),  # of an OpenID Connect provider
    sa.Column("admin", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("disabled_at", UtcDateTime),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Index("sessions_by_account", "account_id"),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.LargeBinary(32), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

audit = sa.Table(  # appended to only; `details` can be erased, their digest stays in the chain
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("subject", LosslessText, nullable=False),
    sa.Column("details", sa.JSON(none_as_null=True)),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Index("audit_by_community", "community_id", "id"),
    sa.Index("audit_by_subject", "community_id", "subject", "id"),
)

audit_marks = sa.Table(  # how far the chain was found whole, so that the next look begins there
    "audit_marks",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("number", Id, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("checked_at", UtcDateTime, nullable=False),
    sa.Column("whole_at", UtcDateTime, nullable=False),  # when it was last checked from the first entry on
)
