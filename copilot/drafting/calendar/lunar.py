"""The Chinese calendar of one date: lunar month and day, solar term, New Year's Eve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DIGITS = "零一二三四五六七八九十"
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")


@dataclass(frozen=True, slots=True)
class LunarDay:
    """`month` from 1 to 12, `day` from 1 to 30; `term` is the solar term that begins on this date, "" for none."""

    month: int
    day: int
    leap: bool
    term: str
    eve: bool
    last: bool

    @property
    def zh(self) -> str:
        """Such as 八月十五, 闰六月初一."""
        return f"{'闰' if self.leap else ''}{_MONTHS[self.month - 1]}月{_day(self.day)}"


@lru_cache(maxsize=4096)
def lunar_day(day: date) -> LunarDay:
    """Return a date's place in the Chinese calendar, by the tables of `lunar_python`."""
    from lunar_python import Solar  # ten milliseconds that most processes never need

    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    after = day + timedelta(1)
    following = Solar.fromYmd(after.year, after.month, after.day).getLunar()
    month, number = int(found.getMonth()), int(found.getDay())
    next_day = int(following.getDay())
    return LunarDay(
        abs(month),
        number,
        month < 0,
        str(found.getJieQi()),
        int(following.getMonth()) == 1 and next_day == 1,
        next_day == 1,
    )


def _day(number: int) -> str:
    if number <= 10:
        return "初" + _DIGITS[number]
    if number < 20:
        return "十" + _DIGITS[number - 10]
    if number == 20:
        return "二十"
    return "三十" if number == 30 else "廿" + _DIGITS[number - 20]
