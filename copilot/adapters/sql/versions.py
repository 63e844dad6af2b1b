"""Versions of rules, policies and calibrations as rows; none is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import communities, versions
from copilot.errors import NotFound
from copilot.ports import State, Version

T = TypeVar("T")


class SqlVersions(Generic[T]):
    """The versions of one kind within one unit of work, with how to write and read their values."""

    def __init__(
        self,
        connection: sa.Connection,
        kind: str,
        dump: Callable[[T], Mapping[str, Any]],
        load: Callable[[int, Mapping[str, Any]], T],
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._dump = dump
        self._load = load

    def live(self, community_id: str) -> Version[T] | None:
        """Return the version in force, if any."""
        return self._in_state(community_id, State.LIVE)

    def shadow(self, community_id: str) -> Version[T] | None:
        """Return the version being tried out, if any."""
        return self._in_state(community_id, State.SHADOW)

    def all(self, community_id: str) -> list[Version[T]]:
        """Return all, newest first."""
        query = self._of(community_id).order_by(versions.c.number.desc())
        return [self._version(dict(row)) for row in self._connection.execute(query).mappings()]

    def get(self, community_id: str, number: int) -> Version[T]:
        """Return one; raises NotFound."""
        query = self._of(community_id).where(versions.c.number == number)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise NotFound("there is no such version", param="version")
        return self._version(dict(row))

    def add(self, community_id: str, value: T, state: State, actor: str) -> Version[T]:
        """Keep a new version; the one that held this state before is retired. Raises NotFound without the community."""
        self._touch(community_id)
        self._retire(community_id, state)
        query = sa.select(sa.func.max(versions.c.number)).where(*self._ours(community_id))
        number = (self._connection.scalar(query) or 0) + 1
        row = {
            "community_id": community_id,
            "kind": self._kind,
            "number": number,
            "state": state.value,
            "body": self._dump(value),
            "actor": actor,
            "created_at": datetime.now(UTC),
        }
        self._connection.execute(sa.insert(versions).values(row))
        return self._version(row)

    def promote(self, community_id: str, number: int) -> Version[T]:
        """Put a version in force, again or for the first time; raises NotFound."""
        self._touch(community_id)
        self._retire(community_id, State.LIVE)
        self._set(community_id, number, State.LIVE)
        return self.get(community_id, number)

    def retire(self, community_id: str, number: int) -> None:
        """Take a version out of trial or force; raises NotFound."""
        self._touch(community_id)
        self._set(community_id, number, State.RETIRED)

    def _touch(self, community_id: str) -> None:
        """Let whoever holds this community in memory see that something changed; raises NotFound."""
        take_write_lock(self._connection)
        change = sa.update(communities).where(communities.c.id == community_id)
        if self._connection.execute(change.values(revision=communities.c.revision + 1)).rowcount != 1:
            raise NotFound("there is no such community", param="community")

    def _ours(self, community_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return versions.c.community_id == community_id, versions.c.kind == self._kind

    def _of(self, community_id: str) -> sa.Select[Any]:
        return sa.select(versions).where(*self._ours(community_id))

    def _in_state(self, community_id: str, state: State) -> Version[T] | None:
        query = self._of(community_id).where(versions.c.state == state.value)
        row = self._connection.execute(query).mappings().first()
        return self._version(dict(row)) if row is not None else None

    def _retire(self, community_id: str, state: State) -> None:
        where = (*self._ours(community_id), versions.c.state == state.value)
        self._connection.execute(sa.update(versions).where(*where).values(state=State.RETIRED.value))

    def _set(self, community_id: str, number: int, state: State) -> None:
        where = (*self._ours(community_id), versions.c.number == number)
        if self._connection.execute(sa.update(versions).where(*where).values(state=state.value)).rowcount != 1:
            raise NotFound("there is no such version", param="version")

    def _version(self, row: Mapping[str, Any]) -> Version[T]:
        value = self._load(row["number"], row["body"])
        return Version(row["number"], State(row["state"]), value, row["actor"], row["created_at"])
