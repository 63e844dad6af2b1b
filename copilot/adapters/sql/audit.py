"""The audit log as rows chained by hashes."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import audit, audit_marks
from copilot.ports.audit import Chain, Deed, Entry, Head

_TURN = 4_207_919_235
"""Any number that no other lock uses."""

_START = bytes(32)
_MARK = 1
_MARK_EVERY = 500
"""Entries that are checked again rather than that every look at the page writes."""


class SqlAuditLog:
    """The audit log within one unit of work.

    Each row holds the digest of its details and a hash over the row before, the digest and everything else in it. So
    no row can be changed, added between or taken out unnoticed, while details can be erased and their digest stays;
    a random salt among the details keeps the digest from telling what they were.
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
        details = {
            "reason": deed.reason,
            "before": dict(deed.before),
            "after": dict(deed.after),
            "salt": secrets.token_hex(8),
        }
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
        until: datetime | None = None,
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
        if until is not None:
            query = query.where(audit.c.at < until)
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
        return self._follow(0, _START).broken_at

    def check(self, at: datetime, *, whole: bool) -> Chain:
        """Check the chain: from where the last check ended, or `whole` from the first entry on; remembers how far."""
        mark = self._connection.execute(sa.select(audit_marks).where(audit_marks.c.id == _MARK)).first()
        if mark is not None and self.hash_of(mark.number) != bytes(mark.hash).hex():
            return Chain(mark.entries, mark.number, mark.whole_at)
        if mark is None or whole:
            found, before, whole_at = self._follow(0, _START), 0, at
        else:
            found, before, whole_at = self._follow(mark.number, bytes(mark.hash)), mark.entries, mark.whole_at
        entries = before + found.entries
        if found.broken_at is None and found.last is not None and (whole or found.entries >= _MARK_EVERY):
            self._remember(found.last, entries, at, whole_at)
        known = whole_at if mark is not None or whole else None
        return Chain(entries, found.broken_at, known, found.erased if whole else None)

    def _follow(self, after: int, previous: bytes) -> _Followed:
        """Read the chain behind an entry with this hash, to its end or to where it breaks."""
        entries = erased = 0
        last: Head | None = None
        query = sa.select(audit).where(audit.c.id > after).order_by(audit.c.id)
        with self._connection.execute(query.execution_options(yield_per=1000)) as result:
            for row in map(dict, result.mappings()):
                fits = row["details"] is None or _digest(row["details"]) == bytes(row["digest"])
                if not fits or _chained(previous, row) != bytes(row["hash"]):
                    return _Followed(entries, erased, last, int(row["id"]))
                previous = bytes(row["hash"])
                last = Head(row["id"], previous.hex())
                entries, erased = entries + 1, erased + (row["details"] is None)
        return _Followed(entries, erased, last, None)

    def _remember(self, last: Head, entries: int, at: datetime, whole_at: datetime) -> None:
        take_write_lock(self._connection)
        values = {
            "number": last.number,
            "hash": bytes.fromhex(last.hash),
            "entries": entries,
            "checked_at": at,
            "whole_at": whole_at,
        }
        change = sa.update(audit_marks).where(audit_marks.c.id == _MARK).values(values)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(audit_marks).values(id=_MARK, **values))

    def head(self) -> Head | None:
        """The newest entry, None where there is none."""
        row = self._connection.execute(sa.select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
        return None if row is None else Head(row.id, bytes(row.hash).hex())

    def hash_of(self, number: int) -> str | None:
        """The hash of an entry, None where there is no such entry."""
        found = self._connection.scalar(sa.select(audit.c.hash).where(audit.c.id == number))
        return None if found is None else bytes(found).hex()

    def actors(self, community_id: str) -> list[str]:
        """Everybody who did something, by name."""
        return self._distinct(audit.c.actor, community_id)

    def actions(self, community_id: str) -> list[str]:
        """Every kind of thing that was done, by name."""
        return self._distinct(audit.c.action, community_id)

    def _distinct(self, column: sa.Column[str], community_id: str) -> list[str]:
        query = sa.select(column).where(audit.c.community_id == community_id).distinct().order_by(column)
        return list(self._connection.scalars(query))


@dataclass(frozen=True, slots=True)
class _Followed:
    """How far the chain was read."""

    entries: int
    erased: int
    last: Head | None
    broken_at: int | None


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
