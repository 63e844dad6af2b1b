"""Feeds of communities, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.content_json import fact_json, feed_state_json, to_fact, to_feed_state
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import feeds
from copilot.errors import Conflict, NotFound
from copilot.ports.content import KeptFeed


class SqlFeeds:
    """The feeds within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self, community_id: str | None = None) -> list[KeptFeed]:
        """Those of one community, or of all."""
        query = sa.select(feeds).order_by(feeds.c.id)
        if community_id is not None:
            query = query.where(feeds.c.community_id == community_id)
        return [_feed(dict(row)) for row in self._connection.execute(query).mappings()]

    def get(self, feed_id: int) -> KeptFeed:
        """Return it; raises NotFound."""
        row = self._connection.execute(sa.select(feeds).where(feeds.c.id == feed_id)).mappings().first()
        if row is None:
            raise NotFound("there is no such feed", param="feed")
        return _feed(dict(row))

    def add(self, feed: KeptFeed) -> KeptFeed:
        """Keep a new one; raises Conflict where the community has it already."""
        take_write_lock(self._connection)
        try:
            row = self._connection.execute(sa.insert(feeds).values(_row(feed)).returning(feeds)).mappings().one()
        except sa.exc.IntegrityError as error:
            raise Conflict("the community has this feed already", param="url") from error
        return _feed(dict(row))

    def put(self, feed: KeptFeed) -> None:
        """Overwrite what is remembered about it; nothing happens where it is gone meanwhile."""
        take_write_lock(self._connection)
        self._connection.execute(sa.update(feeds).where(feeds.c.id == feed.id).values(_row(feed)))

    def remove(self, feed_id: int) -> None:
        """Forget it; raises NotFound."""
        take_write_lock(self._connection)
        if self._connection.execute(sa.delete(feeds).where(feeds.c.id == feed_id)).rowcount == 0:
            raise NotFound("there is no such feed", param="feed")


def _row(feed: KeptFeed) -> dict[str, Any]:
    return {
        "community_id": feed.community,
        "url": feed.state.url,
        "title": feed.title,
        "state": feed_state_json(feed.state),
        "entries": [fact_json(fact) for fact in feed.entries],
    }


def _feed(row: Mapping[str, Any]) -> KeptFeed:
    entries = tuple(to_fact(value) for value in row["entries"])
    return KeptFeed(row["community_id"], to_feed_state(row["state"]), row["title"], entries, row["id"])
