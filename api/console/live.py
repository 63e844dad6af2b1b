"""What changes in queues, told to open pages as server-sent events; one look at the store a second for all of them."""

from __future__ import annotations

import itertools
import json
import logging
import random
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
from fastapi.concurrency import run_in_threadpool
from sse_starlette import ServerSentEvent

from copilot.errors import StoreUnavailable
from copilot.ports import Change
from copilot.service.queue import MOST_CHANGES, News, Queue

log = logging.getLogger(__name__)

PER_ACCOUNT = 4
"""Streams that one account keeps; the oldest ends. A browser keeps six connections to a server, pages need some too."""
_EVERY = 1.0
_OVERLAP = timedelta(seconds=15)
"""How far each look reaches back, for what other processes wrote a little late; each stream tells a change once."""
_LASTS = 300.0
"""Seconds after which a stream ends and its page comes back, so that who lost their role hears no more."""


class Feed:
    """The news of the queues that somebody watches. Safe to use from several event loops and threads."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._watched: Counter[str] = Counter()
        self._streams: dict[str, OrderedDict[int, threading.Event]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._latest: News | None = None
        self._looked = float("-inf")

    async def follow(
        self, account: str, communities: Collection[str], since: datetime, stopping: anyio.Event
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield what changes in these communities after a moment, until the stream's time is up or the server stops."""
        number, crowded_out = self._enter(account, communities)
        ends = time.monotonic() + _LASTS * random.uniform(0.8, 1.2)  # noqa: S311  # not all pages at once
        told: OrderedDict[tuple[int, datetime], None] = OrderedDict()
        held: dict[str, str] | None = None
        try:
            news = await run_in_threadpool(self._news, communities, since)
            while time.monotonic() < ends:
                if len(news.changes) >= MOST_CHANGES:
                    yield ServerSentEvent(event="stale", data="{}", id=_mark(news.at))
                fresh = [c for c in news.changes if c.community in communities and (c.case_id, c.at) not in told]
                for change in fresh:
                    told[change.case_id, change.at] = None
                while len(told) > 4 * MOST_CHANGES:
                    told.popitem(last=False)
                claims = {str(claim.case_id): claim.holder for claim in news.claims if claim.community in communities}
                if fresh or claims != held:
                    held = claims
                    yield ServerSentEvent(event="news", data=_body(fresh, claims, news, communities), id=_mark(news.at))
                with anyio.move_on_after(_EVERY):
                    await stopping.wait()
                    return
                if crowded_out.is_set():
                    yield ServerSentEvent(event="crowded", data="{}")
                    return
                known = self._known()
                news = known if known is not None else await run_in_threadpool(self._look)
        finally:
            self._leave(account, number, communities)

    def _enter(self, account: str, communities: Collection[str]) -> tuple[int, threading.Event]:
        crowded_out = threading.Event()
        with self._lock:
            self._watched.update(communities)
            self._looked = float("-inf")  # what is known says nothing of a community that nobody watched
            number = next(self._numbers)
            mine = self._streams.setdefault(account, OrderedDict())
            mine[number] = crowded_out
            for oldest in list(mine)[:-PER_ACCOUNT]:
                mine[oldest].set()
        return number, crowded_out

    def _leave(self, account: str, number: int, communities: Collection[str]) -> None:
        with self._lock:
            self._watched.subtract(communities)
            self._watched = +self._watched
            mine = self._streams[account]
            del mine[number]
            if not mine:
                del self._streams[account]

    def _known(self) -> News | None:
        return self._latest if time.monotonic() - self._looked < _EVERY * 0.9 else None

    def _look(self) -> News:
        """Look into the store, unless another stream has just done so."""
        with self._looking:
            known = self._known()
            if known is not None:
                return known
            with self._lock:
                watched = list(self._watched)
            self._latest = self._news(watched, datetime.now(UTC) - _OVERLAP)
            self._looked = time.monotonic()
            return self._latest

    def _news(self, communities: Collection[str], since: datetime) -> News:
        try:
            return self._queue.news(communities, since)
        except StoreUnavailable:
            log.warning("the queue's news must wait: the database does not answer")
            return News((), (), {}, since + _OVERLAP)


def since_mark(mark: str) -> datetime:
    """The moment that an event's id or a page names, not longer ago than a day."""
    least = datetime.now(UTC) - timedelta(days=1)
    try:
        return max(least, datetime.fromtimestamp(int(mark) / 1_000_000, UTC))
    except (ValueError, OverflowError, OSError):
        return least


def _mark(at: datetime) -> str:
    return str(int((at - _OVERLAP).timestamp() * 1_000_000))


def _body(changes: list[Change], claims: dict[str, str], news: News, communities: Collection[str]) -> str:
    body: dict[str, Any] = {
        "changes": [
            {
                "case": change.case_id,
                "community": change.community,
                "labels": [label.value for label in change.labels],
                "stage": change.stage.value,
                "decided": change.decided,
                "by": change.by,
            }
            for change in changes
        ],
        "claims": claims,
        "waiting": {name: count for name, count in news.waiting.items() if name in communities},
    }
    return json.dumps(body, ensure_ascii=True)  # lone surrogates in names stay escaped
