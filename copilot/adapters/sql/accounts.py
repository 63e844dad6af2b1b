"""Accounts, their roles and sessions. Passwords are kept as argon2 hashes, sessions as hashes of random tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pwdlib import PasswordHash

from copilot.adapters.sql.audit import SqlAuditLog
from copilot.adapters.sql.engine import take_write_lock, translated
from copilot.adapters.sql.tables import accounts, memberships, sessions
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.people import Account, Role
from copilot.ports import SYSTEM, Deed

SHORTEST_PASSWORD = 10
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
_TOUCH_EVERY = timedelta(minutes=1)

_hasher = PasswordHash.recommended()


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in, and the token that their forms must carry."""

    account: Account
    csrf: str


class Accounts:
    """Makes, finds and changes accounts. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._nobody = _hasher.hash(secrets.token_urlsafe())

    @property
    def engine(self) -> sa.Engine:
        """Where they are kept."""
        return self._engine

    def create(
        self,
        name: str,
        password: str | None,
        *,
        admin: bool = False,
        language: str = "zh",
        subject: str | None = None,
        actor: str = SYSTEM,
    ) -> Account:
        """Keep a new account; raises Conflict where the name is taken, InvalidInput for a name or password unfit."""
        with translated(), self._engine.connect() as connection:
            account = add_account(
                connection, name, password, admin=admin, language=language, subject=subject, actor=actor
            )
            connection.commit()
        return account

    def all(self) -> list[Account]:
        """All accounts by name, disabled ones too."""
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(sa.select(accounts).order_by(accounts.c.name)).mappings().all()
            roles: dict[int, dict[str, Role]] = {}
            for member in connection.execute(sa.select(memberships)).mappings():
                roles.setdefault(member["account_id"], {})[member["community_id"]] = Role(member["role"])
        return [_account(row, roles.get(row["id"], {})) for row in rows]

    def get(self, account_id: int) -> Account:
        """Return one; raises NotFound."""
        with translated(), self._engine.connect() as connection:
            return _read(connection, accounts.c.id == account_id)

    def named(self, name: str) -> Account:
        """Return the one of this name; raises NotFound."""
        with translated(), self._engine.connect() as connection:
            return _read(connection, accounts.c.name == name)

    def of_subject(self, subject: str) -> Account:
        """Return the one that an OpenID Connect provider calls so; raises NotFound."""
        with translated(), self._engine.connect() as connection:
            return _read(connection, accounts.c.subject == subject)

    def verify(self, name: str, password: str) -> Account | None:
        """Whose name and password these are, or None. Takes as long for a name that does not exist."""
        with translated(), self._engine.connect() as connection:
            row = connection.execute(sa.select(accounts).where(accounts.c.name == name)).mappings().first()
        kept = row["password"] if row is not None else None
        right = _hasher.verify(password, kept or self._nobody)
        if row is None or kept is None or not right or row["disabled_at"]:
            return None
        return self.get(row["id"])

    def set_password(self, account_id: int, password: str, actor: str = SYSTEM) -> None:
        """Change the password and end all sessions; raises InvalidInput for one too short."""
        self._change(account_id, actor, "account.password", password=_hash(password))
        self.end_all(account_id)

    def set_language(self, account_id: int, language: str) -> None:
        """Change the language of the pages."""
        self._change(account_id, SYSTEM, "", language=language)

    def disable(self, account_id: int, *, disabled: bool = True, actor: str = SYSTEM) -> None:
        """Keep somebody out, at once, or let them in again."""
        verb = "account.disable" if disabled else "account.enable"
        self._change(account_id, actor, verb, disabled_at=datetime.now(UTC) if disabled else None)
        if disabled:
            self.end_all(account_id)

    def appoint(self, account_id: int, community_id: str, role: Role | None, actor: str = SYSTEM) -> None:
        """Give somebody a role in a community, or take it with None; raises NotFound."""
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            held = _read(connection, accounts.c.id == account_id).roles.get(community_id)
            appoint(connection, community_id, account_id, held, role, actor)
            connection.commit()

    def begin(self, account_id: int) -> str:
        """Start a session and return its token."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        row = {
            "hash": _digest(token),
            "account_id": account_id,
            "csrf": secrets.token_urlsafe(32),
            "created_at": now,
            "seen_at": now,
        }
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            connection.execute(sa.delete(sessions).where(sessions.c.created_at < now - LONGEST))
            connection.execute(sa.insert(sessions).values(row))
            connection.commit()
        return token

    def session(self, token: str) -> Session | None:
        """Whose session it is, or None where there is none, it is too old, or its account is disabled."""
        now = datetime.now(UTC)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.hash == _digest(token))).mappings().first()
            if row is None or now - row["seen_at"] > IDLE or now - row["created_at"] > LONGEST:
                return None
            account = _read(connection, accounts.c.id == row["account_id"])
            if now - row["seen_at"] > _TOUCH_EVERY:
                take_write_lock(connection)
                seen = sa.update(sessions).where(sessions.c.hash == row["hash"]).values(seen_at=now)
                connection.execute(seen)
                connection.commit()
        return None if account.disabled else Session(account, row["csrf"])

    def end(self, token: str) -> None:
        """End one session."""
        self._delete_sessions(sessions.c.hash == _digest(token))

    def end_all(self, account_id: int) -> None:
        """End all sessions of an account."""
        self._delete_sessions(sessions.c.account_id == account_id)

    def _delete_sessions(self, which: sa.ColumnElement[bool]) -> None:
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            connection.execute(sa.delete(sessions).where(which))
            connection.commit()

    def _change(self, account_id: int, actor: str, action: str, **values: Any) -> None:
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            done = connection.execute(sa.update(accounts).where(accounts.c.id == account_id).values(**values))
            if done.rowcount == 0:
                raise NotFound("there is no such account", param="account")
            if action:
                note(connection, actor, action, "", account_id)
            connection.commit()


def appoint(
    connection: sa.Connection, community_id: str, account_id: int, held: Role | None, role: Role | None, actor: str
) -> None:
    """Give a role in place of the one held, within somebody's transaction."""
    whose = (memberships.c.account_id == account_id) & (memberships.c.community_id == community_id)
    connection.execute(sa.delete(memberships).where(whose))
    if role is not None:
        row = {"account_id": account_id, "community_id": community_id, "role": role.value}
        connection.execute(sa.insert(memberships).values(row))
    before, after = ({"role": r.value if r is not None else None} for r in (held, role))
    note(connection, actor, "people.appoint", community_id, account_id, before, after)


def note(
    connection: sa.Connection,
    actor: str,
    action: str,
    community_id: str,
    account_id: int,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Keep in the audit log what was done with an account."""
    deed = Deed(actor, action, community_id, f"account:{account_id}", before=before or {}, after=after or {})
    SqlAuditLog(connection).add(deed, datetime.now(UTC))


def add_account(
    connection: sa.Connection,
    name: str,
    password: str | None,
    *,
    admin: bool = False,
    language: str = "zh",
    subject: str | None = None,
    actor: str = SYSTEM,
) -> Account:
    """Add an account within somebody's transaction; raises as `Accounts.create`."""
    name = name.strip()
    if not name or len(name) > 60 or ":" in name:
        raise InvalidInput("a name has 1 to 60 characters and no colon", param="name")
    row = {
        "name": name,
        "password": None if password is None else _hash(password),
        "subject": subject,
        "admin": admin,
        "language": language,
        "created_at": datetime.now(UTC),
    }
    take_write_lock(connection)
    try:
        account_id = connection.execute(sa.insert(accounts).values(row).returning(accounts.c.id)).scalar_one()
    except sa.exc.IntegrityError as error:
        raise Conflict("this name is taken", param="name") from error
    note(connection, actor, "account.create", "", account_id, after={"admin": admin})
    return Account(account_id, name, admin, language, {})


def _read(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Account:
    row = connection.execute(sa.select(accounts).where(which)).mappings().first()
    if row is None:
        raise NotFound("there is no such account", param="account")
    found = connection.execute(sa.select(memberships).where(memberships.c.account_id == row["id"])).mappings()
    return _account(row, {member["community_id"]: Role(member["role"]) for member in found})


def _account(row: Mapping[Any, Any], roles: Mapping[str, Role]) -> Account:
    return Account(row["id"], row["name"], row["admin"], row["language"], roles, row["disabled_at"] is not None)


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= 200:
        raise InvalidInput(f"a password has {SHORTEST_PASSWORD} to 200 characters", param="password")
    return _hasher.hash(password)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
