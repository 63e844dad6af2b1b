"""Stretches of time as a community lives them: its own days, and weeks that begin on Monday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """Some time, cut into days and into weeks; edges are aware moments, ascending, the outer ones the same in both."""

    days: tuple[datetime, ...]
    weeks: tuple[datetime, ...]

    @property
    def since(self) -> datetime:
        """Where it begins."""
        return self.days[0]

    @property
    def until(self) -> datetime:
        """Where it ends; what happens at this moment does not count."""
        return self.days[-1]


def last_days(count: int, now: datetime, time_zone: str) -> Period:
    """The last so many days, today included up to now."""
    today = now.astimezone(ZoneInfo(time_zone)).date()
    return _period(today - timedelta(days=count - 1), today, time_zone, now)


def week_of(day: date, time_zone: str) -> Period:
    """The whole week in which a day lies."""
    monday = day - timedelta(days=day.weekday())
    return _period(monday, monday + timedelta(days=6), time_zone, None)


def _period(first: date, last: date, time_zone: str, end: datetime | None) -> Period:
    """From the beginning of the first day to the end of the last, or to `end` within it."""
    zone = ZoneInfo(time_zone)
    length = (last - first).days + 1
    edges = [_midnight(first + timedelta(days=i), zone) for i in range(length + 1)]
    if end is not None:
        edges[-1] = max(end.astimezone(UTC), edges[-2] + timedelta(microseconds=1))
    weeks = [i for i in range(length + 1) if i in (0, length) or (first + timedelta(days=i)).weekday() == 0]
    return Period(tuple(edges), tuple(edges[i] for i in weeks))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
