"""Times in rules: 周五, 每周日, 工作日, 早8点到晚10点, 22:00后, weekends. On the normal form."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from copilot.types import Window

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_DAYS = (
    {char: day for day, char in enumerate("一二三四五六", 1)}
    | {"日": 7, "天": 7}
    | dict(zip("123456", range(1, 7), strict=True))
)
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = r"(?:周|星期|礼拜)"
_DAY = r"[一二三四五六日天末]"
_RANGE_OF_DAYS = re.compile(rf"{_WEEK}([一二三四五六])\s*(?:到|至|-|~)\s*{_WEEK}?([一二三四五六日天])")
_LISTED_DAYS = re.compile(rf"{_WEEK}({_DAY}(?:[、,和及/ ]*(?:{_WEEK})?{_DAY})*)(?![个次条篇回张帖])")
_ENGLISH_DAY = re.compile(r"\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b")
_WORKDAYS = re.compile(r"工作日|平日|上班日|weekdays?\b|working days?")
_WEEKEND = re.compile(r"周末|双休日|weekends?\b")
_PART = r"(早上|早晨|清早|清晨|凌晨|上午|中午|下午|午后|傍晚|晚上|夜里|夜间|半夜|深夜|早|晚|夜)?"
_HOUR = rf"{_PART}\s*(?:(\d{{1,2}}):(\d\d)|(\d{{1,2}}|[零〇一二两三四五六七八九十]{{1,3}})\s*(?:点钟|点|时|h)(半|[一三]刻|\d{{1,2}}分?)?)\s*(am|pm)?"
_BARE = rf"{_PART}\s*(\d{{1,2}})(?=\s*(?:-|~|到|至))"
_JOIN = r"\s*(?:到|至|-|~|–|—|to|until|till)+\s*(?:次日|第二天|隔天)?\s*"
_SPAN = re.compile(rf"(?:{_HOUR}|{_BARE}){_JOIN}{_HOUR}")
_AFTER = re.compile(
    rf"(?:过了\s*)?{_HOUR}\s*(?:钟)?\s*(?:以后|之后|过后|后|起|(?<=点)都歇)|过了\s*{_HOUR}|\bafter {_HOUR}"
)
_BEFORE = re.compile(rf"{_HOUR}\s*(?:以前|之前|前)|\bbefore {_HOUR}")
_UNREAD = re.compile(
    r"每月|每个月|月初|月底|月末|每季|每年|\d+号(?![楼栋院线])|一号发|最后一个|第[一二三四]个|节假日|节日|假期|收盘|开盘|下班|上班|工作时间|课间|考前|monthly|first monday|holidays?"
)
_LATE = dict.fromkeys(("中午", "下午", "午后", "傍晚", "晚上", "晚"), 12) | dict.fromkeys(
    ("夜里", "夜间", "深夜", "半夜", "夜"), 18
)
"""Parts of a day whose hours are counted from noon, with the earliest hour that each can mean."""
_NIGHT = 20
"""An hour from which "after" means until the morning and not until midnight."""
_MORNING = time(6)


def windows_of(form: str) -> tuple[Window, ...]:
    """Return when a clause in normal form applies; nothing where it names no recurring time that can be read."""
    days = _days(form)
    hours = _hours(form)
    if not days and not hours:
        return ()
    return tuple(Window(days, start, end) for start, end in hours) or (Window(days),)


def names_unread_time(form: str) -> bool:
    """Whether a clause depends on a time that a window cannot hold, such as 每月一号 or 收盘后."""
    return bool(_UNREAD.search(form))


def outside(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return the time that a few windows leave (周末除外); nothing where windows cannot hold it."""
    if len(windows) != 1:
        return ()
    [window] = windows
    if window.start is None and window.end is None:
        return (Window(tuple(day for day in range(1, 8) if day not in window.weekdays)),)
    return () if window.weekdays else (Window((), window.end, window.start),)


def in_force(windows: tuple[Window, ...], local: datetime) -> bool:
    """Whether a local time lies in one of the windows; always, where there are none.

    A window past midnight belongs to the weekday on which it starts.
    """
    return not windows or any(_within(window, local) for window in windows)


def _within(window: Window, local: datetime) -> bool:
    now, start, end = local.time().replace(tzinfo=None), window.start, window.end
    day = local.isoweekday()
    if start is None and end is None:
        return not window.weekdays or day in window.weekdays
    start, end = start or time(0), end or time(0)
    if start < end:
        return start <= now < end and (not window.weekdays or day in window.weekdays)
    if now >= start:
        return not window.weekdays or day in window.weekdays
    yesterday = (local - timedelta(days=1)).isoweekday()
    return now < end and (not window.weekdays or yesterday in window.weekdays)


def _days(form: str) -> tuple[int, ...]:
    found: set[int] = set()
    for match in _RANGE_OF_DAYS.finditer(form):
        first, last = _DAYS[match.group(1)], _DAYS[match.group(2)]
        found.update(range(first, last + 1) if first <= last else (*range(first, 8), *range(1, last + 1)))
    listed = "".join(match.group(1) for match in _LISTED_DAYS.finditer(form))
    found.update(_DAYS[char] for char in listed if char in _DAYS)
    english = {match.group(1) for match in _ENGLISH_DAY.finditer(form)}
    found.update(day for day, name in enumerate(_ENGLISH_DAYS, 1) if name.startswith(tuple(english)))
    if _WORKDAYS.search(form):
        found.update(range(1, 6))
    if _WEEKEND.search(form):
        found.update((6, 7))
    return tuple(sorted(found))


def _hours(form: str) -> list[tuple[time | None, time | None]]:
    found: list[tuple[time | None, time | None]] = []
    for match in _SPAN.finditer(form):
        groups = match.groups()
        last = _time(*groups[8:14])
        first = (
            _time(*groups[:6]) if groups[6] is None and groups[7] is None else _time(groups[6], None, None, groups[7])
        )
        if first and last:
            found.append((first, _same_day(first, last, groups[8])))
    if found:
        return found
    for match in _AFTER.finditer(form):
        start = next((t for i in range(0, 18, 6) if (t := _time(*match.groups()[i : i + 6]))), None)
        if start:
            start = _evening(start, form)
            found.append((start, _MORNING if start.hour >= _NIGHT or start < _MORNING else time(0)))
    for match in _BEFORE.finditer(form):
        end = next((t for i in range(0, 12, 6) if (t := _time(*match.groups()[i : i + 6]))), None)
        if end:
            found.append((time(0), end))
    return found


def _evening(start: time, form: str) -> time:
    """过了十一点都歇了: an hour without its half of the day, in a clause about rest, is one of the evening."""
    if not re.search(r"歇|睡|休息|安静|免打扰|闲谈|吵|quiet", form) or re.search(r"[早上]", form):
        return start
    return start.replace(hour=(start.hour + 12) % 24) if 7 <= start.hour <= 12 else start


def _same_day(first: time, last: time, named: str | None) -> time:
    """Read the end of 晚8点到10点 and 九点半到三点 as an afternoon hour, where that makes the span end on its day."""
    if named or last > first or last.hour >= 12 or last.hour + 12 <= first.hour:
        return last
    return last.replace(hour=last.hour + 12)


def _time(
    part: str | None,
    hour: str | None = None,
    minute: str | None = None,
    spoken: str | None = None,
    rest: str | None = None,
    half: str | None = None,
) -> time | None:
    """Return one time of day; None where there is none or it is no time."""
    if hour is None and spoken is None:
        return None
    value = int(hour) if hour is not None else _number(spoken or "")
    minutes = int(minute) if minute else _minutes(rest)
    earliest = 12 if half == "pm" else _LATE.get(part or "", 0)
    if earliest and value < 12 and value + 12 >= earliest:
        value += 12
    value %= 24 if value == 24 else 100
    return time(value, minutes) if 0 <= value < 24 and 0 <= minutes < 60 else None


def _minutes(rest: str | None) -> int:
    if not rest:
        return 0
    return {"半": 30, "一刻": 15, "三刻": 45}.get(rest) or int(rest.rstrip("分"))


def _number(spoken: str) -> int:
    if spoken.isdigit():
        return int(spoken)
    tens, ten, ones = spoken.partition("十")
    if not ten:
        return _DIGITS.get(spoken, 99) if len(spoken) == 1 else 99
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
