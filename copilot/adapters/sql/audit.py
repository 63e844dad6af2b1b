"""The audit log as rows chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import audit
from copilot.ports.audit import Deed, Entry

_TURN = 4_207_919_235
"""Any number that no other lock uses."""

_START = bytes(32)


class SqlAuditLog:
    """The audit log within one unit of work.

    Each row holds the digest of its details and a hash over the row before, the digest and everything else in it. So
    no row can be changed, added between or taken out unnoticed, while details can be erased and their digest stays.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, deed: Deed, at: datetime) -> int:
        """Keep it and return its number."""
        take_write_lock(self._connection)
        if self._connection.dialect.name == "postgresql":  # two rows must not follow the same one
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
        last = self._connection.scalar(sa.select(audit.c.hash).order_by(audit.c.id.desc()).limit(1))
        previous = bytes(last) if last is not None else _START
        details = {"reason": deed.reason, "before": dict(deed.before), "after": dict(deed.after)}
        row = {
            "at": at.astimezone(UTC),
            "actor": deed.actor,
            "action": deed.action,
            "community_id": deed.community,
            "subject": deed.subject,
            "details": details,
            "digest": _digest(details),
        }
        row["hash"] = _chained(previous, row)
        return int(self._connection.execute(sa.insert(audit).values(row).returning(audit.c.id)).scalar_one())

    def search(
        self,
        community_id: str,
        *,
        words: str = "",
        actor: str = "",
        action: str = "",
        since: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """The newest entries first; `before` pages on, `action` may be the start of one (`rules.`)."""
        query = sa.select(audit).where(audit.c.community_id == community_id).order_by(audit.c.id.desc()).limit(limit)
        if words:
            query = query.where(_mentions(words))
        if actor:
            query = query.where(audit.c.actor == actor)
        if action:
            query = query.where(audit.c.action.startswith(action, autoescape=True))
        if since is not None:
            query = query.where(audit.c.at >= since)
        if before is not None:
            query = query.where(audit.c.id < before)
        return [_entry(dict(row)) for row in self._connection.execute(query).mappings()]

    def about(self, community_id: str, subject: str, limit: int = 200) -> list[Entry]:
        """What was done about one thing, newest first."""
        where = (audit.c.community_id == community_id, audit.c.subject == subject)
        query = sa.select(audit).where(*where).order_by(audit.c.id.desc()).limit(limit)
        return [_entry(dict(row)) for row in self._connection.execute(query).mappings()]

    def erase(self, numbers: list[int]) -> None:
        """Take the details out of entries; that they happened stays."""
        take_write_lock(self._connection)
        self._connection.execute(sa.update(audit).where(audit.c.id.in_(numbers)).values(details=sa.null()))

    def broken_at(self) -> int | None:
        """The number of the first entry that does not fit the chain, None where it holds."""
        previous = _START
        for row in map(dict, self._connection.execute(sa.select(audit).order_by(audit.c.id)).mappings()):
            fits = row["details"] is None or _digest(row["details"]) == bytes(row["digest"])
            if not fits or _chained(previous, row) != bytes(row["hash"]):
                return int(row["id"])
            previous = bytes(row["hash"])
        return None


def _mentions(words: str) -> sa.ColumnElement[bool]:
    """Whether details, subject or actor hold the words; JSON is stored with escapes."""
    details = sa.func.lower(sa.cast(audit.c.details, sa.Text))
    names = sa.func.lower(audit.c.subject + " " + audit.c.actor)
    return sa.or_(
        details.contains(json.dumps(words.lower())[1:-1], autoescape=True),
        names.contains(words.lower(), autoescape=True),
    )


def _entry(row: Mapping[str, Any]) -> Entry:
    details = row["details"] or {}
    deed = Deed(
        row["actor"],
        row["action"],
        row["community_id"],
        row["subject"],
        details.get("reason", ""),
        details.get("before", {}),
        details.get("after", {}),
    )
    return Entry(row["id"], row["at"], deed, row["details"] is None, bytes(row["hash"]).hex())


def _digest(details: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(_canonical(details)).digest()


def _chained(previous: bytes, row: Mapping[str, Any]) -> bytes:
    body = [row["at"].isoformat(), row["actor"], row["action"], row["community_id"], row["subject"]]
    return hashlib.sha256(previous + bytes(row["digest"]) + _canonical(body)).digest()


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
