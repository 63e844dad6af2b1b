"""Keep drafts, what they are made of, their calendar, and every attempt to publish one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add tables."""
    op.create_table(
        "drafts",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("brief", sa.JSON, nullable=False),
        sa.Column("objections", sa.JSON, nullable=False),
        sa.Column("overruled", sa.Text, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("publish_at", _TIME),
        sa.Column("expires_at", _TIME),
        sa.Column("entry_id", _ID),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("published_at", _TIME),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_index("drafts_by_community", "drafts", ["community_id", "id"])
    op.create_index("drafts_by_slot", "drafts", ["state", "publish_at"])
    op.create_table(
        "draft_revisions",
        sa.Column("draft_id", _ID, sa.ForeignKey("drafts.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("draft_id", _ID, sa.ForeignKey("drafts.id"), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("deliveries_by_draft", "deliveries", ["draft_id", "id"])
    op.create_index("deliveries_by_state", "deliveries", ["state", "expires_at"])
    op.create_table(
        "performances",
        sa.Column("draft_id", _ID, sa.ForeignKey("drafts.id"), primary_key=True),
        sa.Column("replies", sa.Integer, nullable=False),
        sa.Column("participants", sa.Integer),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "joins",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("nickname", sa.Text, nullable=False),
        sa.Column("joined_at", _TIME, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("came_back", sa.Boolean, nullable=False),
        sa.Column("withheld", sa.Boolean, nullable=False),
        sa.Column("draft_id", _ID),
    )
    op.create_index("joins_by_member", "joins", ["community_id", "member"])
    op.create_index("joins_waiting", "joins", ["draft_id", "community_id"])
    op.create_table(
        "feeds",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
        sa.UniqueConstraint("community_id", "url", name="one_feed_per_url"),
    )
    op.create_table(
        "events",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_events_community_id", "events", ["community_id"])
    op.create_table(
        "entries",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_entries_community_id", "entries", ["community_id"])
    op.create_table(
        "runs",
        sa.Column("entry_id", _ID, primary_key=True, autoincrement=False),
        sa.Column("slot", _TIME, primary_key=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("draft_id", _ID),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "content_settings",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "generator_usage",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
