"""The tables as this version of the code reads and writes them; migrations lead up to them."""

from copilot.adapters.sql.tables.base import metadata
from copilot.adapters.sql.tables.content import (
    content_settings,
    deliveries,
    draft_revisions,
    drafts,
    entries,
    events,
    feeds,
    generator_usage,
    joins,
    performances,
    runs,
)
from copilot.adapters.sql.tables.moderation import cases, communities, resolutions, safeguards, versions
from copilot.adapters.sql.tables.people import accounts, api_keys, audit, audit_marks, memberships, secrets, sessions
from copilot.adapters.sql.tables.review import appeals, claims, measures, notes, queue, queue_keys, reports, skips
from copilot.adapters.sql.tables.trust import erasures, retention, rewritten, spot_checked, spot_checks

__all__ = [
    "accounts",
    "api_keys",
    "appeals",
    "audit",
    "audit_marks",
    "cases",
    "claims",
    "communities",
    "content_settings",
    "deliveries",
    "draft_revisions",
    "drafts",
    "entries",
    "erasures",
    "events",
    "feeds",
    "generator_usage",
    "joins",
    "measures",
    "memberships",
    "metadata",
    "notes",
    "performances",
    "queue",
    "queue_keys",
    "reports",
    "resolutions",
    "retention",
    "rewritten",
    "runs",
    "safeguards",
    "secrets",
    "sessions",
    "skips",
    "spot_checked",
    "spot_checks",
    "versions",
]
