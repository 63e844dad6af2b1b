"""Visit feeds that are due and keep what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from copilot.drafting.feeds import FeedState, failed, read_feed
from copilot.errors import InvalidInput
from copilot.ports import Store
from copilot.ports.content import KeptFeed
from copilot.service.content.tools import Tools


def refresh(store: Store, tools: Tools, now: datetime, community_id: str | None = None) -> list[KeptFeed]:
    """Visit the feeds that are due and keep what came; returns those visited."""
    if tools.fetch is None:
        return []
    with store.begin() as unit:
        feeds = [feed for feed in unit.content.feeds.all(community_id) if feed.state.due(now)]
    visits = tools.fetch([feed.state for feed in feeds], now) if feeds else []
    found = [
        visited(feed, visit.state, visit.body, visit.content_type, now)
        for feed, visit in zip(feeds, visits, strict=True)
    ]
    with store.begin() as unit:
        for feed in found:
            unit.content.feeds.put(feed)
    return found


def visited(feed: KeptFeed, state: FeedState, body: bytes, content_type: str, now: datetime) -> KeptFeed:
    """Return a feed after a visit; a body that is no feed counts as a failed one."""
    if not body:
        return replace(feed, state=state)
    try:
        read = read_feed(body, state.moved_to or state.url, now, content_type)
    except InvalidInput as error:
        return replace(feed, state=failed(feed.state, now, error.message))
    return replace(feed, state=state, title=read.title or feed.title, entries=read.entries)
