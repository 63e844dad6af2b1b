"""Communities as rows."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql import rows
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import communities
from copilot.errors import Conflict, NotFound
from copilot.types import Community


class SqlCommunities:
    """The communities within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._revisions: dict[str, int] = {}

    def get(self, community_id: str) -> Community:
        """Return it; raises NotFound."""
        found = self._connection.execute(sa.select(communities).where(communities.c.id == community_id)).mappings()
        row = found.first()
        if row is None:
            raise NotFound("there is no such community", param="community")
        self._revisions[community_id] = row["revision"]
        return rows.to_community(dict(row))

    def all(self) -> list[Community]:
        """Return all by id."""
        found = self._connection.execute(sa.select(communities).order_by(communities.c.id))
        return [rows.to_community(dict(row)) for row in found.mappings()]

    def revision(self, community_id: str) -> int:
        """A number that grows whenever the community, its rules, policy or calibration change; raises NotFound."""
        found = self._connection.scalar(sa.select(communities.c.revision).where(communities.c.id == community_id))
        if found is None:
            raise NotFound("there is no such community", param="community")
        return int(found)

    def add(self, community: Community) -> None:
        """Keep a new one; raises Conflict where the id is taken."""
        take_write_lock(self._connection)
        try:
            self._connection.execute(sa.insert(communities).values(**rows.community_row(community), revision=1))
        except sa.exc.IntegrityError as error:
            raise Conflict("a community with this id exists already", param="id") from error

    def replace(self, community: Community) -> None:
        """Overwrite an existing one; raises NotFound.

        Where this unit read it before, it must not have been changed since: raises Conflict.
        """
        take_write_lock(self._connection)
        change = sa.update(communities).where(communities.c.id == community.id)
        read = self._revisions.get(community.id)
        if read is not None:
            change = change.where(communities.c.revision == read)
        changed = self._connection.execute(
            change.values(**rows.community_row(community), revision=communities.c.revision + 1)
        )
        if changed.rowcount == 1:
            return
        if read is None:
            raise NotFound("there is no such community", param="community")
        raise Conflict("the community was changed by somebody else meanwhile")
