"""Dates and times of day, resolved: 明天 by the day it was said, 下午4点 as 16:00, 周五 as the Fridays near by."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from copilot.drafting.gate.numerals import numeral

_N = r"(?:3[01]|[12]\d|0?\d|三十一?|[二两]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_PARTS: dict[str, tuple[int, int]] = {
    "凌晨": (0, 6), "清晨": (4, 9), "早晨": (5, 10), "早上": (5, 11), "一早": (5, 10), "大早": (5, 10), "上午": (5, 12), "中午": (11, 14),
    "午后": (12, 17), "下午": (12, 19), "傍晚": (16, 20), "晚上": (17, 24), "夜里": (18, 30), "夜间": (18, 30), "半夜": (22, 30), "深夜": (21, 30),
    "今晚": (17, 24), "明晚": (17, 24), "昨晚": (17, 24), "当晚": (17, 24), "今早": (4, 11), "明早": (4, 11), "早": (4, 11), "晚": (17, 24),
    "morning": (4, 12), "afternoon": (12, 19), "evening": (16, 24), "tonight": (17, 24), "noon": (11, 13), "night": (18, 30),
}  # fmt: skip
_PART = "|".join(sorted((p for p in _PARTS if not p.isascii()), key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?P<part>{_PART})?\s?(?P<hour>{_N})(?:\s?[:：]\s?(?P<minute>[0-5]\d)(?!\d)|[点时](?!间|候|尚)(?:整|(?P<half>半)|(?P<quarter>[一三]刻)|(?P<later>{_N}|0\d|[1-5]\d)分?(?!钟))?)\s?(?P<half_day>[ap]\.?m\.?)?"
    rf"|(?P<range_part>{_PART})?(?P<from>{_N})\s?[-~～–—到至]\s?(?={_N}[点:：])"
    r"|(?P<en_hour>1[0-2]|[1-9])\s?(?P<en_half>[ap]\.?m\b\.?)|(?P<noon>正午|\bnoon\b|\bmidnight\b)",
    re.I,
)
_DATE = re.compile(
    rf"(?P<year>20\d\d)[-/.年](?P<ym>{_N})[-/.月](?P<yd>{_N})[日号]?"
    rf"|(?P<month>{_N})月(?P<day>{_N})[日号]?"
    r"|(?<![\d.])(?P<dm>1[0-2]|0?[1-9])[./](?P<dd>3[01]|[12]\d|0?[1-9])(?=\s?[日号（(周前后起\-–—~～至到])(?![\d.])"
    rf"|(?<![\d.])(?P<alone>{_N})(?:号(?!楼|线|院|门|口|机|馆|店|厅|桌|桥|位|车|仓|码|房|柜|教|球|铺|家|别|召|桩|库|\d)|日(?=[前后起上下晚早周，。\s（）]|$))"
    r"|(?P<month_alone>[1-9]|1[0-2]|十[一二]?|[一二三四五六七八九])月(?!亮|嫂|子|饼|份?卡|薪|租|\d)(?P<end>底|初|中旬|上旬|下旬)?"
    r"|(?P<en_day>\d{1,2})(?:st|nd|rd|th)?\s(?P<en_month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
    r"|(?<=in |or |by |il |of )(?P<en_month_alone>January|February|March|April|May|June|July|August|September|October|November|December)\b(?! \d)"
    r"|(?P<en_month2>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s(?P<en_day2>\d{1,2})(?!\d|:)"
)
_MONTHS = {m: i + 1 for i, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
_DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨": -1,
    "今": 0,
    "明": 1,
    "后天": 2,
    "大后天": 3,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
}
_RELATIVE = re.compile(
    r"大前天|前天|大后天|(?<![之最往先])后天|昨(?=[天日晚早晨夜])[天日]?|今(?=[天日晚早晨夜])[天日]?(?!头条)|明(?=[天日晚早晨夜])[天日]?(?!星)|\byesterday\b|\btoday\b|\btonight\b|\btomorrow\b",
    re.I,
)
_WEEKDAY = re.compile(
    r"(?P<which>下下|下|上|这|本|每)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])|(?P<en>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b",
    re.I,
)
_WEEK_EN = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")


@dataclass(frozen=True, slots=True)
class Moment:
    """A mention of a time at a range of the text: the days or the minutes of a day that it can mean.

    `month` is set for a month alone, `part` for a part of the day without an hour (hours, half open).
    """

    span: tuple[int, int]
    days: frozenset[date] = frozenset()
    minutes: frozenset[int] = frozenset()
    month: int = 0
    part: tuple[int, int] = (0, 0)
    key: tuple[object, ...] = field(default=(), compare=False)
    """What it says without an anchor, for facts and sentences that have no day."""


@lru_cache(maxsize=4096)
def moments(text: str, anchor: date | None) -> tuple[Moment, ...]:
    """Return the dates, times and parts of a day that a text names, as said on `anchor`."""
    found: list[Moment] = []
    for finder in (_dates, _clocks, _weekdays, _relatives, _parts):
        for moment in finder(text, anchor):
            if not any(moment.span[0] < m.span[1] and m.span[0] < moment.span[1] for m in found):
                found.append(moment)
    return tuple(_agreed(text, sorted(found, key=lambda moment: moment.span)))


def _agreed(text: str, found: Sequence[Moment]) -> Iterator[Moment]:
    """Yield the moments; a date and the weekday beside it mean the days that both can mean."""
    for i, moment in enumerate(found):
        for other in (*found[max(0, i - 1) : i], *found[i + 1 : i + 2]):
            between = text[min(moment.span[1], other.span[1]) : max(moment.span[0], other.span[0])]
            both = agreed(moment, other) if BESIDE.fullmatch(between) else frozenset()
            moment = replace(moment, days=both) if both else moment
        yield moment


def agreed(one: Moment, other: Moment) -> frozenset[date]:
    """Return the days that a date and a weekday both mean, in whichever year the date falls on it."""
    for dated, weekday in ((one, other), (other, one)):
        if weekday.key[:1] == ("weekday",) and dated.days and dated.key[:1] != ("weekday",):
            return frozenset(day for day in dated.days if day.weekday() in weekday.key[1:])
    return one.days & other.days


def _number(text: str) -> int:
    return int(text) if text.isdigit() else numeral(text)


def _near(month: int, day: int, anchor: date | None, year: int | None = None) -> frozenset[date]:
    """Return the days of that name in the years around an anchor."""
    years = (year,) if year else tuple(anchor.year + i for i in (-1, 0, 1)) if anchor else (2000,)
    return frozenset(found for y in years if (found := _day(y, month, day)) is not None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_months(day: int, anchor: date | None) -> frozenset[date]:
    """Return the days with that number in the months around an anchor."""
    if anchor is None:
        return frozenset()
    months = [divmod(anchor.year * 12 + anchor.month - 1 + i, 12) for i in (-1, 0, 1)]
    return frozenset(found for y, m in months if (found := _day(y, m + 1, day)) is not None)


def _dates(text: str, anchor: date | None) -> Iterator[Moment]:
    for m in _DATE.finditer(text):
        if m["month_alone"] or m["en_month_alone"]:
            month = _number(m["month_alone"]) if m["month_alone"] else _MONTHS[m["en_month_alone"][:3]]
            yield Moment(m.span(), month=month)
            continue
        if m["alone"]:
            day = _number(m["alone"])
            yield Moment(m.span(), _of_months(day, anchor), key=("day", day))
            continue
        if m["year"]:
            month, day, year = _number(m["ym"]), _number(m["yd"]), int(m["year"])
        elif m["en_day"] or m["en_day2"]:
            month, day, year = _MONTHS[m["en_month"] or m["en_month2"]], int(m["en_day"] or m["en_day2"]), None
        else:
            month, day, year = _number(m["month"] or m["dm"]), _number(m["day"] or m["dd"]), None
        days = _near(month, day, anchor, year)
        if days:
            yield Moment(m.span(), days, key=("date", month, day))


def _clocks(text: str, anchor: date | None) -> Iterator[Moment]:
    part: str | None = None
    for m in _CLOCK.finditer(text):
        if m["noon"]:
            yield Moment(m.span(), minutes=frozenset((0 if m["noon"] == "midnight" else 720,)))
            continue
        hour = _number(m["hour"] or m["from"] or m["en_hour"])
        minute = _minute(m)
        named = m["part"] or m["range_part"]
        part = named or part
        half_day = (m["half_day"] or m["en_half"] or "").lower().replace(".", "")
        if hour <= 24:
            yield Moment(m.span(), minutes=_clock_minutes(hour, minute, named, half_day))


def _minute(m: re.Match[str]) -> int:
    if m["minute"]:
        return int(m["minute"])
    if m["half"]:
        return 30
    if m["quarter"]:
        return 15 if m["quarter"][0] == "一" else 45
    return _number(m["later"]) if m["later"] else 0


def _clock_minutes(hour: int, minute: int, part: str | None, half_day: str) -> frozenset[int]:
    """Return the minutes of a day that a time can mean: both halves of the day where nothing says which."""
    if half_day:
        return frozenset(((hour % 12 + (12 if half_day == "pm" else 0)) * 60 + minute,))
    both = (
        {hour * 60 + minute}
        | ({(hour + 12) * 60 + minute} if 0 < hour < 12 else set())
        | ({minute} if hour == 12 else set())
    )
    if part is None:
        return frozenset(both)
    low, high = _PARTS[part]
    fitting = {m for m in both if low * 60 <= m < high * 60 or low * 60 <= m + 1440 < high * 60}
    return frozenset(fitting or {max(both) if low >= 11 else min(both)})


def _weekdays(text: str, anchor: date | None) -> Iterator[Moment]:
    for m in _WEEKDAY.finditer(text):
        if m["day"] == "末":
            wanted: tuple[int, ...] = (5, 6)
        else:
            wanted = (_WEEK_EN.index(m["en"].lower()),) if m["en"] else ("一二三四五六日天".index(m["day"]) % 7,)
        if m["day"] == "天":
            wanted = (6,)
        yield Moment(m.span(), _weekday_days(wanted, m["which"] or "", anchor), key=("weekday", *wanted))


def _weekday_days(wanted: tuple[int, ...], which: str, anchor: date | None) -> frozenset[date]:
    if anchor is None:
        return frozenset()
    monday = anchor - timedelta(days=anchor.weekday())
    weeks = {"下下": (2,), "下": (1,), "上": (-1,), "这": (0,), "本": (0,)}.get(which)
    if weeks is not None:
        return frozenset(monday + timedelta(days=7 * week + day) for week in weeks for day in wanted)
    near = (anchor + timedelta(days=i) for i in range(-7, 9))
    return frozenset(day for day in near if day.weekday() in wanted)


def _relatives(text: str, anchor: date | None) -> Iterator[Moment]:
    for m in _RELATIVE.finditer(text):
        word = m.group().lower()
        distance = _DAYS.get(word, _DAYS.get(word[0], 0))
        days = frozenset((anchor + timedelta(days=distance),)) if anchor else frozenset()
        yield Moment(m.span(), days, key=("relative", distance))


BESIDE = re.compile(r"[\s（(,，·]{0,2}")
"""What may stand between a date and its weekday."""
_PART_ALONE = re.compile(
    rf"{'|'.join(sorted((p for p in _PARTS if len(p) > 1 and not p.isascii() and p[0] not in '今明昨'), key=len, reverse=True))}"
    r"|(?<=[昨今明天日号一二三四五六])[晚早](?!报|安|点|餐|饭)|\b(?:morning|afternoon|evening|tonight|night)\b",
    re.I,
)
_GREETINGS = re.compile(r"早上好|上午好|下午好|晚上好|good (?:morning|afternoon|evening|night)", re.I)


def _parts(text: str, anchor: date | None) -> Iterator[Moment]:
    greetings = [m.span() for m in _GREETINGS.finditer(text)]
    for m in _PART_ALONE.finditer(text):
        if not any(start <= m.start() < end for start, end in greetings):
            yield Moment(m.span(), part=_PARTS[m.group().lower()])
