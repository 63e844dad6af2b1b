"""Keep orders to bots in place of the outbox, reports, appeals and notes.

Nobody ever carried an outbox row out: of the removals among them it is unknown whether a bot acted on the answer it
got, so they become orders whose outcome is unknown and that no bot is given. Rows of kind `review` ordered nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns, tables and an index, move the outbox, and drop it."""
    op.add_column("resolutions", sa.Column("mute_minutes", sa.Integer, nullable=False, server_default="0"))
    op.create_index("audit_by_subject", "audit", ["community_id", "subject", "id"])
    op.create_table(
        "measures",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("ruling", _ID, sa.ForeignKey("resolutions.id")),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("lifts", _ID, sa.ForeignKey("measures.id")),
        sa.Column("ordered_by", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("held_until", _TIME),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("settled_by", sa.Text, nullable=False),
        sa.Column("settled_at", _TIME),
    )
    op.create_index("measures_by_state", "measures", ["state", "id"])
    op.create_index("measures_by_case", "measures", ["case_id"])
    op.execute(
        "INSERT INTO measures (case_id, kind, minutes, text, ordered_by, created_at, not_before, state, attempts,"
        " holder, detail, settled_by)"
        " SELECT outbox.case_id, 'delete_message', 0, '', 'machine', outbox.created_at, outbox.created_at, 'unknown',"
        " 0, '', 'from before outcomes were recorded', ''"
        " FROM outbox JOIN cases ON cases.id = outbox.case_id"
        " WHERE outbox.kind = 'remove' AND cases.community_id <> '' ORDER BY outbox.id"
    )
    op.drop_index("outbox_by_state", "outbox")
    op.drop_table("outbox")
    op.create_table(
        "reports",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("reporter", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("filed_at", _TIME, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("resolution_id", _ID, sa.ForeignKey("resolutions.id")),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answered_at", _TIME),
        sa.UniqueConstraint("case_id", "reporter", name="one_report_each"),
    )
    op.create_index("reports_by_state", "reports", ["state", "id"])
    op.create_index("reports_by_reporter", "reports", ["reporter"])
    op.create_table(
        "appeals",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("ruling", _ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("filed_at", _TIME, nullable=False),
        sa.Column("assignee", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("looked_at", _TIME),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("answered_at", _TIME),
        sa.UniqueConstraint("case_id", "ruling", name="one_appeal_each"),
    )
    op.create_index("appeals_by_state", "appeals", ["state", "id"])
    op.create_table(
        "notes",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_index("notes_by_case", "notes", ["case_id"])
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
