"""API keys: random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock, translated
from copilot.adapters.sql.tables import api_keys
from copilot.errors import NotFound, StoreUnavailable

log = logging.getLogger(__name__)

_PREFIX = "cc_"
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """Who calls, and what they may do."""

    id: int
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as listed: everything but the key."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyRing:
    """Creates, checks, lists and revokes keys. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def create(self, name: str, scopes: Iterable[str]) -> str:
        """Return a new key in plain; nobody can show it again."""
        plain = _PREFIX + secrets.token_urlsafe(32)
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            connection.execute(
                sa.insert(api_keys).values(
                    name=name,
                    hash=_hash(plain),
                    scopes=sorted(set(scopes)),
                    created_at=datetime.now(UTC),
                )
            )
            connection.commit()
        return plain

    def verify(self, plain: str) -> Key | None:
        """Return whose key this is, or None for a wrong or revoked one.

        A plain hash is enough, since nobody can guess 256 random bits, and looking it up tells by
        its timing nothing about the key.
        """
        hashed = _hash(plain)
        with translated(), self._engine.connect() as connection:
            query = sa.select(api_keys).where(api_keys.c.hash == hashed)
            row = connection.execute(query).mappings().first()
        if row is None or row["revoked_at"] or not hmac.compare_digest(bytes(row["hash"]), hashed):
            return None
        self._touch(row["id"], row["last_used_at"])
        return Key(row["id"], row["name"], frozenset(row["scopes"]))

    def _touch(self, key_id: int, last: datetime | None) -> None:
        """Note the use, at most once a minute, so that checking a key rarely writes."""
        now = datetime.now(UTC)
        if last is not None and now - last < _TOUCH_EVERY:
            return
        try:
            with translated(), self._engine.connect() as connection:
                take_write_lock(connection)
                connection.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=now))
                connection.commit()
        except StoreUnavailable:
            log.warning("the use of key %d could not be noted", key_id)

    def list(self) -> list[KeyInfo]:
        """All keys, oldest first, revoked ones too."""
        with translated(), self._engine.connect() as connection:
            found = connection.execute(sa.select(api_keys).order_by(api_keys.c.id)).mappings()
            return [
                KeyInfo(
                    id=row["id"],
                    name=row["name"],
                    scopes=tuple(row["scopes"]),
                    created_at=row["created_at"],
                    last_used_at=row["last_used_at"],
                    revoked_at=row["revoked_at"],
                )
                for row in found
            ]

    def revoke(self, key_id: int) -> None:
        """Make a key worthless at once; raises NotFound."""
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            done = connection.execute(
                sa.update(api_keys)
                .where(api_keys.c.id == key_id)
                .values(revoked_at=sa.func.coalesce(api_keys.c.revoked_at, datetime.now(UTC)))
            )
            connection.commit()
        if done.rowcount == 0:
            raise NotFound("there is no such key", param="id")


def _hash(plain: str) -> bytes:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()
