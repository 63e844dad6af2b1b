"""Keep rules, policies, what people decided, and what verdicts rested on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns, then tables."""
    zone = sa.Column("time_zone", sa.String(64), nullable=False, server_default="Asia/Shanghai")
    op.add_column("communities", zone)
    for name, empty in (("roles", "[]"), ("clauses", "[]"), ("precedents", "[]"), ("model_scores", "{}")):
        op.add_column("cases", sa.Column(name, sa.JSON, nullable=False, server_default=empty))
    op.add_column("cases", sa.Column("mute_minutes", sa.Integer, nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("would_remove", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("shadow", sa.JSON))
    op.create_index("cases_by_arrival", "cases", ["community_id", "received_at"])
    op.create_index("cases_by_author", "cases", ["community_id", "author"])
    op.create_table(
        "resolutions",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("undoes", _ID, sa.ForeignKey("resolutions.id"), unique=True),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", _TIME, nullable=False),
    )
    op.create_index("resolutions_by_case", "resolutions", ["case_id"])
    op.create_table(
        "versions",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("versions_by_state", "versions", ["community_id", "kind", "state"])
    op.create_table(
        "safeguards",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("breaker", sa.JSON, nullable=False),
        sa.Column("watch", sa.JSON, nullable=False),
        sa.Column("chosen", sa.JSON),
        sa.Column("updated_at", _TIME, nullable=False),
    )
