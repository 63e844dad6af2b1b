"""Quiet hours: when a notice that is due now may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from copilot.types import Window

_DAY = timedelta(days=1)
_LONGEST = 14
"""Windows that may follow on one another before they are taken for endless: two weeks of whole days."""


def due(at: datetime, windows: Sequence[Window], time_zone: str) -> datetime:
    """Return the first moment from `at` on (aware) that lies in no window, in UTC.

    A window that goes past midnight belongs to the weekday on which it starts. Raises ValueError where the windows
    never end.
    """
    zone = ZoneInfo(time_zone)
    moment = at.astimezone(UTC)
    for _ in range(_LONGEST * max(1, len(windows))):
        ends = [end for window in windows if (end := _end(window, moment, zone)) is not None]
        if not ends:
            return moment
        moment = max(ends)
    raise ValueError("the quiet hours never end")


def _end(window: Window, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """When the window that holds at this moment ends, None where none does."""
    today = moment.astimezone(zone).date()
    for day in (today - _DAY, today):
        if window.weekdays and day.isoweekday() not in window.weekdays:
            continue
        start, end = window.start or time.min, window.end or time.min
        last = day if start < end else day + _DAY
        # compared in UTC, so that the night on which clocks change is as long as it is
        opens = datetime.combine(day, start, zone).astimezone(UTC)
        closes = datetime.combine(last, end, zone).astimezone(UTC)
        if opens <= moment < closes:
            return closes
    return None
