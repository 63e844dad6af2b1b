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
    sa.Column("time_zone", sa.String(64), nullable=False, server_default="Asia/Shanghai"),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("undoes", _Id, sa.ForeignKey("resolutions.id"), unique=True),
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

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.Column("account_id", _Id, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("community_id", LosslessText, primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("account_id", _Id, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Index("sessions_by_account", "account_id"),
)

audit = sa.Table(  # appended to only; `details` can be erased, their digest stays in the chain
    "audit",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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

measures = sa.Table(  # orders to bots; whom and which message they are about, the case knows
    "measures",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("ruling", _Id, sa.ForeignKey("resolutions.id")),  # none for what the machine did by itself
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("lifts", _Id, sa.ForeignKey("measures.id")),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("category", sa.String(16), nullable=False),
    sa.Column("reporter", LosslessText, nullable=False),
    sa.Column("note", LosslessText, nullable=False),
    sa.Column("filed_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("resolution_id", _Id, sa.ForeignKey("resolutions.id")),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("ruling", _Id, nullable=False),  # a resolution's id, 0 for the machine's: NULLs would defeat the UNIQUE
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("author", LosslessText, nullable=False),
    sa.Column("text", LosslessText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("notes_by_case", "case_id"),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.LargeBinary(32), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

queue = sa.Table(  # flagged cases with what their order rests on; `decided` follows the resolutions
    "queue",
    metadata,
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
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
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Index("queue_keys_by_case", "case_id"),
)

claims = sa.Table(  # who has a case open
    "claims",
    metadata,
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("holder", LosslessText, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Index("claims_by_end", "until"),
)

skips = sa.Table(  # what somebody put behind the rest
    "skips",
    metadata,
    sa.Column("account", LosslessText, primary_key=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("skips_by_case", "case_id"),
)

audit_marks = sa.Table(  # how far the chain was found whole, so that the next look begins there
    "audit_marks",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=False),
    sa.Column("number", _Id, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("checked_at", UtcDateTime, nullable=False),
    sa.Column("whole_at", UtcDateTime, nullable=False),  # when it was last checked from the first entry on
)

spot_checks = sa.Table(  # draws of allowed messages for people to look at
    "spot_checks",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sa.Column("spot_check_id", _Id, sa.ForeignKey("spot_checks.id"), nullable=False),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("case_id", _Id, sa.ForeignKey("cases.id"), nullable=False),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.Column("entry_id", _Id),
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
    sa.Column("draft_id", _Id, sa.ForeignKey("drafts.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("actor", LosslessText, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

deliveries = sa.Table(  # written before anything is sent
    "deliveries",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("draft_id", _Id, sa.ForeignKey("drafts.id"), nullable=False),
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
    sa.Column("draft_id", _Id, sa.ForeignKey("drafts.id"), primary_key=True),
    sa.Column("replies", sa.Integer, nullable=False),
    sa.Column("participants", sa.Integer),
    sa.Column("at", UtcDateTime, nullable=False),
)

joins = sa.Table(
    "joins",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False),
    sa.Column("member", LosslessText, nullable=False),
    sa.Column("nickname", LosslessText, nullable=False),
    sa.Column("joined_at", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("came_back", sa.Boolean, nullable=False),
    sa.Column("withheld", sa.Boolean, nullable=False),
    sa.Column("draft_id", _Id),
    sa.Index("joins_by_member", "community_id", "member"),
    sa.Index("joins_waiting", "draft_id", "community_id"),
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
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
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)

entries = sa.Table(  # the content calendar
    "entries",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=True),
    sa.Column("community_id", LosslessText, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)

runs = sa.Table(  # what came of each slot, once
    "runs",
    metadata,
    sa.Column("entry_id", _Id, primary_key=True, autoincrement=False),
    sa.Column("slot", UtcDateTime, primary_key=True),
    sa.Column("outcome", sa.String(32), nullable=False),
    sa.Column("draft_id", _Id),
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
