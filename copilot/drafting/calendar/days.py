"""What is special about dates, from published calendars and astronomical rules."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from copilot.drafting.calendar.lunar import lunar_day
from copilot.drafting.calendar.names import (
    EVE,
    FIXED,
    LUNAR,
    PUBLIC,
    QINGMING,
    SPRING,
    STATUTORY,
    STATUTORY_LUNAR,
    TERMS,
    WEEKDAYS,
    WEEKDAYS_EN,
    FixedDay,
    Name,
)
from copilot.errors import InvalidInput

CHINA = "CN"
_LUNAR_COUNTRIES = frozenset({"CN", "HK", "MO", "TW", "SG", "MY"})


class Sort(StrEnum):
    """What kind of day it is: off by law, worked to make up for one, a festival, a solar term, a day of remembrance."""

    HOLIDAY = "holiday"
    MADE_UP = "made_up"
    FESTIVAL = "festival"
    TERM = "term"
    OBSERVANCE = "observance"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something about a date. `settled` is false where the year's days off have not been published yet.

    `areas` are the kinds of community it concerns; none means everybody. `lunar` is the lunar date of a festival.
    `proper` says that it is the festival itself and not one of the days off around it.
    """

    date: date
    sort: Sort
    name: Name
    areas: tuple[str, ...] = ()
    settled: bool = True
    lunar: str = ""
    proper: bool = True


def weekday(day: date, language: str) -> str:
    """Such as 周六 or Saturday."""
    return (WEEKDAYS if language == "zh" else WEEKDAYS_EN)[day.weekday()]


def occasions(day: date, country: str = CHINA) -> tuple[Occasion, ...]:
    """Return what is special about a date in a country (ISO 3166-1 alpha-2), the weightiest first.

    For China days off are those of the State Council's yearly notice as `chinese_calendar` has it; where a year's
    notice is not known yet, the statutory days alone, marked as not settled. Elsewhere those of the `holidays`
    package. Raises InvalidInput for a country it does not know.
    """
    found = list(_china(day) if country == CHINA else _elsewhere(day, country))
    if country in _LUNAR_COUNTRIES:
        found += _traditional(day, {o.name.zh for o in found})
    known = {o.name for o in found}
    found += [
        Occasion(day, Sort.OBSERVANCE, fixed.name, fixed.areas)
        for fixed in FIXED
        if _falls_on(fixed, day) and fixed.name not in known and (country == CHINA or not fixed.china)
    ]
    return tuple(found)


def _china(day: date) -> Iterator[Occasion]:
    import chinese_calendar

    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        statutory = _statutory(day)
        if statutory:
            lunar = _lunar_date(day, statutory)
            yield Occasion(
                day, Sort.HOLIDAY, statutory, settled=False, lunar=lunar, proper=_proper(day, statutory, lunar)
            )
        return
    if name is None:
        return
    known = PUBLIC.get(name, Name(name, name))
    known = EVE if known == SPRING and lunar_day(day).eve else known
    if not off:
        yield Occasion(day, Sort.MADE_UP, known, proper=False)
        return
    lunar = _lunar_date(day, known)
    yield Occasion(day, Sort.HOLIDAY, known, lunar=lunar, proper=_proper(day, known, lunar))


def _proper(day: date, name: Name, lunar: str) -> bool:
    if name == QINGMING:
        return lunar_day(day).term == "清明"
    return bool(lunar) or (day.day == 1 and STATUTORY.get((day.month, day.day)) == name)


def _statutory(day: date) -> Name | None:
    lunar = lunar_day(day)
    if lunar.eve:
        return EVE
    if lunar.term == "清明":
        return QINGMING
    by_moon = None if lunar.leap else STATUTORY_LUNAR.get((lunar.month, lunar.day))
    return by_moon or STATUTORY.get((day.month, day.day))


def _elsewhere(day: date, country: str) -> Iterator[Occasion]:
    import holidays

    try:
        name = holidays.country_holidays(country, years=day.year).get(day)
    except NotImplementedError as error:
        raise InvalidInput(f"no calendar of holidays is known for {country!r}", param="country") from error
    for part in (name or "").split("; "):
        if part:
            yield Occasion(day, Sort.HOLIDAY, Name(part, part))


def _traditional(day: date, known: set[str]) -> Iterator[Occasion]:
    """Yield the festivals and the solar term that `known` does not hold yet."""
    lunar = lunar_day(day)
    name = EVE if lunar.eve else None if lunar.leap else LUNAR.get((lunar.month, lunar.day))
    if name and name.zh not in known:
        yield Occasion(day, Sort.FESTIVAL, name, lunar=lunar.zh)
    if lunar.term and not (lunar.term == "清明" and QINGMING.zh in known):
        yield Occasion(day, Sort.TERM, Name(lunar.term, TERMS[lunar.term], solemn=lunar.term == "清明"))


def _lunar_date(day: date, name: Name) -> str:
    lunar = lunar_day(day)
    festival = EVE if lunar.eve else None if lunar.leap else LUNAR.get((lunar.month, lunar.day))
    return lunar.zh if festival == name else ""


def _falls_on(fixed: FixedDay, day: date) -> bool:
    if fixed.month != day.month:
        return False
    return day.day == fixed.day if fixed.weekday is None else is_nth(day, fixed.day, fixed.weekday)


def is_nth(day: date, nth: int, iso_weekday: int) -> bool:
    """Whether a date is the nth such weekday of its month, counted from the end where nth is negative."""
    if day.isoweekday() != iso_weekday:
        return False
    if nth > 0:
        return (day.day - 1) // 7 + 1 == nth
    return (days_in_month(day) - day.day) // 7 + 1 == -nth


def days_in_month(day: date) -> int:
    """Such as 28 for a date in February 2026."""
    return calendar.monthrange(day.year, day.month)[1]


def upcoming(day: date, days: int, country: str = CHINA) -> Iterator[Occasion]:
    """Yield the occasions of the `days` dates after a date, in order."""
    for ahead in range(1, days + 1):
        yield from occasions(day + timedelta(ahead), country)
