"""Keep random checks, what was erased, how long texts are kept, and how far the audit log was verified."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_BATCH = 5_000


def upgrade() -> None:
    """Add columns, then tables."""
    op.add_column("cases", sa.Column("suspicion", sa.Float, nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("erased_at", _TIME))
    _fill_suspicion()
    op.drop_index("cases_by_arrival", "cases")
    op.create_index("cases_by_arrival", "cases", ["community_id", "received_at", "decision", "suspicion"])
    op.create_table(
        "audit_marks",
        sa.Column("id", _ID, primary_key=True, autoincrement=False),
        sa.Column("number", _ID, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("checked_at", _TIME, nullable=False),
        sa.Column("whole_at", _TIME, nullable=False),
    )
    _create_spot_checks()
    _create_erasures()


def _fill_suspicion() -> None:
    """As `policy.spot_checks.suspicion` had it when this was written; written out, since that may change."""
    connection = op.get_bind()
    cases = sa.table(
        "cases", sa.column("id", sa.Integer), sa.column("scores", sa.JSON), sa.column("suspicion", sa.Float)
    )
    after = 0
    while True:
        query = sa.select(cases.c.id, cases.c.scores).where(cases.c.id > after).order_by(cases.c.id).limit(_BATCH)
        rows = connection.execute(query).all()
        if not rows:
            return
        after = rows[-1].id
        change = sa.update(cases).where(cases.c.id == sa.bindparam("case")).values(suspicion=sa.bindparam("value"))
        connection.execute(change, [{"case": row.id, "value": _largest(row.scores)} for row in rows])


def _largest(scores: Mapping[str, float]) -> float:
    return max((score for label, score in scores.items() if label not in ("rumor", "off_topic")), default=0.0)


def _create_spot_checks() -> None:
    op.create_table(
        "spot_checks",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("pools", sa.JSON, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
    )
    op.create_index("spot_checks_by_community", "spot_checks", ["community_id", "until"])
    op.create_table(
        "spot_checked",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
        sa.Column("spot_check_id", _ID, sa.ForeignKey("spot_checks.id"), nullable=False),
    )
    op.create_index("spot_checked_by_draw", "spot_checked", ["spot_check_id"])


def _create_erasures() -> None:
    op.create_table(
        "retention",
        sa.Column("community_id", sa.Text, primary_key=True),
        sa.Column("days", sa.Integer),
        sa.Column("keep_decided", sa.Boolean, nullable=False),
        sa.Column("ran_at", _TIME),
        sa.Column("leased_until", _TIME),
    )
    op.create_table(
        "erasures",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("community_id", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("places", sa.JSON, nullable=False),
    )
    op.create_index("erasures_by_community", "erasures", ["community_id", "id"])
    op.create_table(
        "rewritten",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
    )
