"""Recurring hours as people write them in a form, one window a line: `周五 20:00-22:00`, `23:00-07:00`, `周末`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from copilot.rules.piece import normal
from copilot.rules.windows import windows_of
from copilot.types import Window

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)\s*[-~—–到至]+\s*(\d{1,2}):([0-5]\d)")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*")
_ALWAYS = re.compile(r"每天|每日|天天|daily|every ?day")
_LAST_HOUR = 24
_ZH, _EN = "一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read_hours(text: str) -> tuple[tuple[Window, ...], tuple[int, ...]]:
    """Return the windows, and the numbers of the lines that name no time that can be read.

    Two times on a clock of 24 hours are taken as they stand; everything else is read as in a clause.
    """
    windows: list[Window] = []
    unread: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _read(normal(line.replace("–", "-").replace("—", "-")))
        windows.extend(found)
        if not found:
            unread.append(number)
    return tuple(windows), tuple(unread)


def write_hours(windows: Sequence[Window], language: str = "zh") -> str:
    """Return a text that `read_hours` reads as these windows."""
    return "\n".join(write_window(window, language) for window in windows)


def write_window(window: Window, language: str = "zh") -> str:
    """Return one window as a line."""
    if window.start is None and window.end is None:
        return _named(window.weekdays, language)
    start, end = window.start or time(), window.end or time()
    until = "24:00" if end == time() else f"{end:%H:%M}"
    return f"{_named(window.weekdays, language)} {start:%H:%M}-{until}".strip()


def _named(weekdays: Sequence[int], language: str) -> str:
    if language == "en":
        return ", ".join(_EN[day - 1] for day in weekdays)
    return "周" + "".join(_ZH[day - 1] for day in weekdays) if weekdays else ""


def _read(form: str) -> tuple[Window, ...]:
    clock = _CLOCK.search(form)
    if clock is None:
        return windows_of(_full_days(form))
    rest = _full_days(form[: clock.start()] + form[clock.end() :])
    days = windows_of(rest)
    first, last = _time(*clock.group(1, 2)), _time(*clock.group(3, 4))
    if first is None or last is None or (rest.strip() and not days):
        return ()
    return (Window(days[0].weekdays if days else (), first, last),)


def _full_days(form: str) -> str:
    """Short English days as the reader of clauses knows them; every day is none in particular."""
    return _SHORT_DAY.sub(lambda day: next(n for n in _DAYS if n.startswith(day[1])), _ALWAYS.sub("", form))


def _time(hour: str, minute: str) -> time | None:
    hours, minutes = int(hour), int(minute)
    if hours == _LAST_HOUR and minutes == 0:
        return time()
    return time(hours, minutes) if hours < _LAST_HOUR else None
