"""The people of a community: appointed, changed and removed by its owners, each time with an entry in the audit log."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.accounts import Accounts, add_account, appoint
from copilot.adapters.sql.engine import take_write_lock, translated
from copilot.adapters.sql.tables import accounts, memberships
from copilot.errors import Conflict, NotFound
from copilot.people import Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a community."""

    account: int
    name: str
    role: Role
    disabled: bool = False


class People:
    """Who has which role in which community. A community that has an owner keeps one: raises Conflict otherwise."""

    def __init__(self, accounts: Accounts) -> None:
        self._engine = accounts.engine

    def of(self, community_id: str) -> list[Member]:
        """Everybody with a role there, the highest first."""
        with translated(), self._engine.connect() as connection:
            found = [_member(*row) for row in connection.execute(_members(community_id))]
        return sorted(found, key=lambda member: (-member.role.rank, member.name))

    def add(self, community_id: str, name: str, role: Role, actor: str) -> Member:
        """Give an account its role; raises NotFound for an unknown name, Conflict for somebody who has one already."""
        with self._turn(community_id) as connection:
            query = sa.select(accounts.c.id, accounts.c.disabled_at).where(accounts.c.name == name.strip())
            account = connection.execute(query).first()
            if account is None:
                raise NotFound("there is no account of this name", param="name")
            if _find(connection, community_id, account.id) is not None:
                raise Conflict("they have a role here already", param="name")
            member = Member(account.id, name.strip(), role, account.disabled_at is not None)
            appoint(connection, community_id, account.id, None, role, actor)
        return member

    def create(self, community_id: str, name: str, role: Role, actor: str, language: str = "zh") -> tuple[Member, str]:
        """Make an account with a role and return it with a password, which nobody can show again.

        Raises Conflict where the name is taken, InvalidInput where it is unfit.
        """
        password = secrets.token_urlsafe(12)
        with self._turn(community_id) as connection:
            account = add_account(connection, name, password, language=language, actor=actor)
            member = Member(account.id, account.name, role)
            appoint(connection, community_id, account.id, None, role, actor)
        return member, password

    def change(self, community_id: str, account_id: int, role: Role | None, actor: str, *, seen: Role) -> Member:
        """Change a role, or take it with None; returns who they were.

        `seen` is the role that the person saw: raises Conflict where it is another one by now, and NotFound where they
        have none.
        """
        with self._turn(community_id) as connection:
            before = _find(connection, community_id, account_id)
            if before is None:
                raise NotFound("they have no role here", param="account")
            if before.role is not seen:
                raise Conflict("somebody else has changed this role meanwhile", param="seen")
            leaves = before.role is Role.OWNER and role is not Role.OWNER
            if leaves and not _others_own(connection, community_id, account_id):
                raise Conflict("a community keeps an owner: appoint another one first", param="role")
            appoint(connection, community_id, account_id, before.role, role, actor)
        return before

    @contextmanager
    def _turn(self, community_id: str) -> Iterator[sa.Connection]:
        """One transaction, and nobody else changes the people of this community within it."""
        with translated(), self._engine.connect() as connection:
            take_write_lock(connection)
            rows = sa.select(memberships.c.account_id).where(memberships.c.community_id == community_id)
            connection.execute(rows.with_for_update()).all()
            yield connection
            connection.commit()


def _members(community_id: str) -> sa.Select[Any]:
    columns = sa.select(accounts.c.id, accounts.c.name, memberships.c.role, accounts.c.disabled_at)
    joined = columns.join(memberships, memberships.c.account_id == accounts.c.id)
    return joined.where(memberships.c.community_id == community_id)


def _find(connection: sa.Connection, community_id: str, account_id: int) -> Member | None:
    found = connection.execute(_members(community_id).where(accounts.c.id == account_id)).first()
    return _member(*found) if found is not None else None


def _others_own(connection: sa.Connection, community_id: str, account_id: int) -> bool:
    """Whether somebody else is an owner and can sign in."""
    people = (_member(*row) for row in connection.execute(_members(community_id)))
    return any(m.role is Role.OWNER and not m.disabled and m.account != account_id for m in people)


def _member(account: int, name: str, role: str, disabled_at: datetime | None) -> Member:
    return Member(account, name, Role(role), disabled_at is not None)
