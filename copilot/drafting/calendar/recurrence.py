"""When something takes place: once, or again and again, by the solar or the lunar calendar.

>>> read_when("每月最后一个周六").on(date(2026, 1, 31))
True
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from copilot.drafting.calendar.days import days_in_month, is_nth
from copilot.drafting.calendar.lunar import lunar_day
from copilot.errors import InvalidInput


class Every(StrEnum):
    """How often."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    LUNAR_YEAR = "lunar_year"


@dataclass(frozen=True, slots=True)
class When:
    """A rule for dates. `weekdays` are ISO (1 Monday); with `nth` they are counted within the month (-1: the last).

    `day` of a month beyond its end means its last day, and a lunar 30th in a short month its 29th. A leap
    month repeats nothing. `interval` counts weeks from `since`. `until` is the last date on which it may fall.
    """

    every: Every
    since: date | None = None
    until: date | None = None
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0
    month: int = 0
    day: int = 0

    def on(self, day: date) -> bool:
        """Whether it falls on a date."""
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        return _FALLS[self.every](self, day)

    def _in_month(self, day: date) -> bool:
        if self.nth:
            return any(is_nth(day, self.nth, weekday) for weekday in self.weekdays)
        last = days_in_month(day)
        return day.day == (last + 1 + self.day if self.day < 0 else min(self.day, last))

    def _in_week(self, day: date) -> bool:
        if day.isoweekday() not in self.weekdays:
            return False
        if self.interval == 1 or self.since is None:
            return True
        weeks = (day.toordinal() - day.isoweekday()) // 7 - (self.since.toordinal() - self.since.isoweekday()) // 7
        return weeks % self.interval == 0

    def _in_lunar_year(self, day: date) -> bool:
        lunar = lunar_day(day)
        if lunar.leap or lunar.month != self.month:
            return False
        return lunar.day == self.day or (lunar.last and lunar.day < self.day)


_FALLS: Mapping[Every, Callable[[When, date], bool]] = {
    Every.ONCE: lambda when, day: day == when.since,
    Every.DAY: lambda when, day: True,
    Every.WEEK: When._in_week,
    Every.MONTH: When._in_month,
    Every.QUARTER: lambda when, day: day.month % 3 == 1 and when._in_month(day),
    Every.YEAR: lambda when, day: day.month == when.month and when._in_month(day),
    Every.LUNAR_YEAR: When._in_lunar_year,
}

_WEEKDAY = {sign: number for number, sign in enumerate("一二三四五六日", 1)} | {"天": 7}
_COUNT = {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"末": -1}
_MONTHS = {"正": 1, "元": 1, "冬": 11, "腊": 12, "十一": 11, "十二": 12} | dict(
    zip("一二三四五六七八九十", range(1, 11), strict=True)
)
_BYDAY = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), 1)}
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DAYS = r"([一二三四五六日天1-7](?:[、,，和周星期礼拜]*[一二三四五六日天1-7])*)"
_WEEKLY = re.compile(rf"(每|隔)(?:个)?(?:周|星期|礼拜){_DAYS}")
_NTH = re.compile(
    r"每(个?月|季度?|年(\d{1,2})月)(?:的)?(?:第([一二三四五1-5])个?|(最后一)个?)(?:周|星期|礼拜)([一二三四五六日天])"
)
_MONTHLY = re.compile(r"每(个?月|季度?)(?:的)?(?:(\d{1,2})[号日]?|([末底])|(最后一)天)")
_YEARLY = re.compile(r"每年(?:的)?(\d{1,2})(?:月|-)(\d{1,2})[日号]?")
_LUNAR = re.compile(
    r"(?:每年)?(?:农历|阴历)?(正|元|冬|腊|十一|十二|[一二三四五六七八九十])月(初|十|二十|廿|三十)?([一二三四五六七八九十])?"
)


def read_when(text: str) -> When:
    """Read a rule: a date (`2026-02-14`), words, or an RRULE of RFC 5545 with the parts below.

    Words: `每天`, `每周二、四`, `隔周六`, `每月15号`, `每月末`, `每月最后一个周六`, `每季度第一个周五`, `每年9月10日`,
    `农历正月初四`. Parts: FREQ, INTERVAL (weeks only), BYDAY, BYMONTH, BYMONTHDAY, UNTIL. Raises InvalidInput (`when`)
    for anything else, an impossible date included.
    """
    said = _SPACE.sub("", text)
    if "FREQ=" in said.upper():
        return _rrule(said.upper().removeprefix("RRULE:"))
    if said in ("每天", "每日", "天天"):
        return When(Every.DAY)
    for pattern, reader in _READERS:
        found = pattern.fullmatch(said)
        if found:
            return reader(found)
    raise _unreadable(text)


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        f"看不懂时间 {text!r}。可以写：2026-02-14、每周二、四、每月15号、每月最后一个周六、每年9月10日、农历正月初四。"
        " / Write a date, an RRULE, or one of these.",
        param="when",
    )


def _once(found: re.Match[str]) -> When:
    try:
        return When(Every.ONCE, since=date(*map(int, found.groups())))
    except ValueError:
        raise _unreadable(found[0]) from None


def _weekly(found: re.Match[str]) -> When:
    days = tuple(sorted({_WEEKDAY.get(sign) or int(sign) for sign in found[2] if sign in _WEEKDAY or sign.isdigit()}))
    if found[1] == "隔":
        raise InvalidInput(
            "隔周要说从哪天算起：FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;DTSTART=20260103"
            " / Every other week needs a DTSTART to count from.",
            param="when",
        )
    return When(Every.WEEK, weekdays=days)


def _nth(found: re.Match[str]) -> When:
    nth = -1 if found[4] else _COUNT.get(found[3]) or int(found[3])
    weekdays = (_WEEKDAY[found[5]],)
    if found[2]:
        return When(Every.YEAR, month=_month(int(found[2]), found[0]), nth=nth, weekdays=weekdays)
    if found[1].startswith("季"):
        return When(Every.QUARTER, nth=nth, weekdays=weekdays)
    return When(Every.MONTH, nth=nth, weekdays=weekdays)


def _monthly(found: re.Match[str]) -> When:
    day = int(found[2]) if found[2] else -1
    if not 1 <= abs(day) <= 31 or day == 0:
        raise _unreadable(found[0])
    return When(Every.QUARTER if found[1].startswith("季") else Every.MONTH, day=day)


def _yearly(found: re.Match[str]) -> When:
    month, day = int(found[1]), int(found[2])
    try:
        date(2024, month, day)  # a leap year: 29 February is a day to come back to
    except ValueError:
        raise _unreadable(found[0]) from None
    return When(Every.YEAR, month=month, day=day)


def _lunar(found: re.Match[str]) -> When:
    tens = {"初": 0, "十": 10, "二十": 20, "廿": 20, "三十": 30, None: 0}[found[2]]
    day = tens + (_COUNT[found[3]] if found[3] else 0)
    if not 1 <= day <= 30:
        raise _unreadable(found[0])
    return When(Every.LUNAR_YEAR, month=_MONTHS[found[1]], day=day)


_READERS = (
    (_DATE, _once),
    (_WEEKLY, _weekly),
    (_NTH, _nth),
    (_MONTHLY, _monthly),
    (_YEARLY, _yearly),
    (_LUNAR, _lunar),
)


def _month(month: int, said: str) -> int:
    if not 1 <= month <= 12:
        raise _unreadable(said)
    return month


def _rrule(said: str) -> When:
    parts = dict(part.split("=", 1) for part in said.split(";") if "=" in part)
    unknown = set(parts) - {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "UNTIL", "DTSTART"}
    frequency = {"DAILY": Every.DAY, "WEEKLY": Every.WEEK, "MONTHLY": Every.MONTH, "YEARLY": Every.YEAR}
    try:
        if unknown:
            raise ValueError(", ".join(sorted(unknown)))
        every = frequency[parts["FREQ"]]
        nth, weekdays = _by_day(parts.get("BYDAY", ""))
        rule = When(
            every,
            since=_compact_date(parts.get("DTSTART")),
            until=_compact_date(parts.get("UNTIL")),
            interval=int(parts.get("INTERVAL", "1")),
            weekdays=weekdays,
            nth=nth,
            month=_month(int(parts["BYMONTH"]), said) if "BYMONTH" in parts else 0,
            day=int(parts.get("BYMONTHDAY", "0")),
        )
    except (KeyError, ValueError):
        raise _unreadable(said) from None
    if not _complete(rule):
        raise _unreadable(said)
    return rule


def _by_day(said: str) -> tuple[int, tuple[int, ...]]:
    found = [re.fullmatch(r"([+-]?[1-5])?([A-Z]{2})", part) for part in said.split(",") if part]
    if not all(found):
        raise ValueError(said)
    known = [match for match in found if match]
    counts = {int(match[1]) for match in known if match[1]}
    if len(counts) > 1:
        raise ValueError(said)
    return counts.pop() if counts else 0, tuple(sorted(_BYDAY[match[2]] for match in known))


def _compact_date(said: str | None) -> date | None:
    return date.fromisoformat(f"{said[:4]}-{said[4:6]}-{said[6:8]}") if said else None


def _complete(rule: When) -> bool:
    """Whether an RRULE says all that its frequency needs, and nothing that would be ignored."""
    by_month_day = rule.day != 0 and -31 <= rule.day <= 31 and not rule.weekdays
    by_weekday = bool(rule.nth) and bool(rule.weekdays) and rule.day == 0
    if rule.every is Every.WEEK:
        return bool(rule.weekdays) and not rule.nth and rule.interval >= 1 and (rule.interval == 1 or bool(rule.since))
    if rule.interval != 1:
        return False
    if rule.every is Every.MONTH:
        return by_month_day or by_weekday
    return rule.every is Every.DAY or (rule.month > 0 and (by_month_day or by_weekday))
