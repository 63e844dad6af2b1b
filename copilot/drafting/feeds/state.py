"""What is remembered about a feed between two visits, and when to come again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
GONE_WAIT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed. `etag` and `modified` are the server's own words, given back to it.

    `checked_at` is the last visit, `changed_at` the last one that brought something new. `failures` counts visits in
    a row that failed and `error` says how the last one did. Before `not_before` the feed is left alone. `moved_to` is
    where the server says it lives for good; a failure there sends the next visit back to `url`.
    """

    url: str
    etag: str = ""
    modified: str = ""
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    failures: int = 0
    error: str = ""
    not_before: datetime | None = None
    moved_to: str = ""

    def due(self, now: datetime) -> bool:
        """Whether it may be visited."""
        return self.not_before is None or now >= self.not_before


def succeeded(
    state: FeedState, now: datetime, *, changed: bool, etag: str = "", modified: str = "", moved_to: str = ""
) -> FeedState:
    """Return the state after a visit that was answered; `changed` is false for 304 Not Modified."""
    if not changed:
        etag, modified = etag or state.etag, modified or state.modified
    return replace(
        state,
        etag=etag,
        modified=modified,
        checked_at=now,
        changed_at=now if changed else state.changed_at,
        failures=0,
        error="",
        not_before=None,
        moved_to=moved_to,
    )


def failed(
    state: FeedState, now: datetime, error: str, *, wait: timedelta | None = None, gone: bool = False
) -> FeedState:
    """Return the state after a visit that failed: the wait doubles with each failure in a row, from a quarter of an
    hour to a day, and is at least what the server asked for (`wait`). A feed that is `gone` is asked again in a week.
    """
    pause = min(FIRST_WAIT * 2 ** min(state.failures, 10), LONGEST_WAIT)
    if wait is not None:
        pause = min(max(pause, wait), GONE_WAIT)
    if gone:
        pause = GONE_WAIT
    return replace(
        state, checked_at=now, failures=state.failures + 1, error=error[:300], not_before=now + pause, moved_to=""
    )
