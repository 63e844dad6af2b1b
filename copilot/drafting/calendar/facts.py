"""What the calendar has to say about a day, as facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.drafting.calendar.days import CHINA, Occasion, Sort, occasions, upcoming, weekday
from copilot.drafting.calendar.events import Event, coming_events
from copilot.drafting.calendar.names import MONTHS_EN, SOLEMN, Name
from copilot.drafting.types import Fact, Origin
from copilot.errors import InvalidInput

AHEAD = 7
"""Days looked ahead for holidays and festivals."""

_LONGEST = 12
"""Days that a holiday's stretch is followed at most."""


def day_facts(
    day: date, time_zone: str, events: Sequence[Event] = (), language: str = "zh", country: str = CHINA
) -> tuple[Fact, ...]:
    """Return what is to be said about a day: its weekday, what it is, what is near, the community's events.

    Ids begin with `calendar:` or `event:` and carry the date; `at` is the beginning of that day, or an event's time,
    in the time zone; `by` is an event's name. Each is trusted: it comes from published calendars or from the operator.
    Raises InvalidInput for an unknown `time_zone`, `language` or `country`.
    """
    if language not in ("zh", "en"):
        raise InvalidInput("语言是 zh 或 en / language is zh or en", param="language")
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"unknown time zone {time_zone!r}", param="time_zone") from error
    found = [_weekday_fact(day, zone, language)]
    found += [_today(occasion, zone, language, country) for occasion in occasions(day, country)]
    found += [_ahead(occasion, zone, language, country) for occasion in _news(day, country)]
    found += [_event(event, on, day, zone, language) for event, on in coming_events(day, events)]
    return tuple(found)


def _fact(key: str, day: date, text: str, zone: ZoneInfo) -> Fact:
    at = datetime.combine(day, time.min, zone)
    return Fact(f"calendar:{day.isoformat()}:{key}", Origin.CALENDAR, text, at=at, trusted=True)


def _weekday_fact(day: date, zone: ZoneInfo, language: str) -> Fact:
    text = f"{day.month}月{day.day}日 {weekday(day, language)}" if language == "zh" else date_text(day, language)
    return _fact("weekday", day, text, zone)


def date_text(day: date, language: str) -> str:
    """A date inside a sentence, such as 2月17日（周二）, or Tuesday, 17 February."""
    if language == "zh":
        return f"{day.month}月{day.day}日（{weekday(day, language)}）"
    return f"{weekday(day, language)}, {day.day} {MONTHS_EN[day.month - 1]}"


def _name(name: Name, language: str) -> str:
    return name.zh if language == "zh" else name.en


def _key(occasion: Occasion) -> str:
    return f"{occasion.sort}:{_key_name(occasion.name)}"


def _key_name(name: Name) -> str:
    return name.en.lower().replace(" ", "-")


def _today(occasion: Occasion, zone: ZoneInfo, language: str, country: str) -> Fact:
    name, zh = _name(occasion.name, language), language == "zh"
    if occasion.sort is Sort.MADE_UP:
        text = f"今天{name}调休，要上班" if zh else f"A working day in lieu of {name}"
    elif occasion.sort is Sort.HOLIDAY:
        text = _holiday(occasion, name, language, country)
    elif occasion.sort is Sort.TERM:
        text = f"今天{name}" if zh else f"Solar term: {name}"
    else:
        text = (f"今天{name}" if zh else name) + _lunar(occasion, zh)
    return _fact(_key(occasion), occasion.date, text, zone)


def _lunar(occasion: Occasion, zh: bool) -> str:
    return f"（{occasion.lunar}）" if zh and occasion.lunar else ""


def _holiday(occasion: Occasion, name: str, language: str, country: str) -> str:
    zh = language == "zh"
    days = _days_off(occasion.date, country)
    place, count = days.index(occasion.date) + 1, len(days)
    named = f"{name}{_lunar(occasion, zh)}"
    if not occasion.settled:
        return f"今天{named}，调休安排未公布" if zh else f"{name}; days in lieu not announced yet"
    if count == 1:
        return f"今天{named}，放假" if zh else f"{name}, a public holiday"
    if not zh:
        return f"{name}: day {place} of {count} off"
    return f"今天{named}，放假第{place}天，共{count}天" if occasion.proper else f"{name}假期第{place}天，共{count}天"


def _days_off(day: date, country: str) -> list[date]:
    """The public holidays around a date that follow on one another, itself included."""

    def off(other: date) -> bool:
        return any(o.sort is Sort.HOLIDAY for o in occasions(other, country))

    first = last = day
    for _ in range(_LONGEST):
        first = first - timedelta(1) if off(first - timedelta(1)) else first
        last = last + timedelta(1) if off(last + timedelta(1)) else last
    return [first + timedelta(ahead) for ahead in range((last - first).days + 1)]


def _news(day: date, country: str) -> Iterator[Occasion]:
    """Yield what is near and not yet told: days off by their first day, a festival within days off once they began.

    A day worked in lieu is always told, days of remembrance never, a solar term on its eve.
    """
    today = any(o.sort is Sort.HOLIDAY for o in occasions(day, country))
    told = set(_days_off(day, country)) if today else set()
    for occasion in upcoming(day, AHEAD, country):
        if occasion.sort is Sort.HOLIDAY:
            if occasion.date not in told or (occasion.proper and today and occasion.date in _days_off(day, country)):
                yield occasion
            told.update(_days_off(occasion.date, country))
        elif occasion.sort in (Sort.MADE_UP, Sort.FESTIVAL) or (
            occasion.sort is Sort.TERM and (occasion.date - day).days == 1
        ):
            yield occasion


def _ahead(occasion: Occasion, zone: ZoneInfo, language: str, country: str) -> Fact:
    zh, name, on = language == "zh", _name(occasion.name, language), date_text(occasion.date, language)
    days = _days_off(occasion.date, country) if occasion.sort is Sort.HOLIDAY else []
    if occasion.sort is Sort.MADE_UP:
        text = f"{on}{name}调休，要上班" if zh else f"{on} is a working day in lieu of {name}"
    elif days and not occasion.settled:
        text = f"{on}{name}，调休安排未公布" if zh else f"{name} on {on}; days in lieu not announced yet"
    elif len(days) == 1:
        text = f"{on}{name}放假" if zh else f"{name} on {on}, a public holiday"
    elif days and days[0] == occasion.date:
        text = f"{on}起{name}放假{len(days)}天" if zh else f"{name}: {len(days)} days off from {on}"
    else:
        text = f"{on}是{name}{_lunar(occasion, zh)}" if zh else f"{name} on {on}"
    return _fact(_key(occasion), occasion.date, text, zone)


def _event(event: Event, on: date, today: date, zone: ZoneInfo, language: str) -> Fact:
    zh = language == "zh"
    day = ("今天" if zh else "Today") if on == today else date_text(on, language)
    clock = f"{event.time:%H:%M}" if event.time else ""
    when = f"{day}{'' if day.endswith('）') or not clock else ' '}{clock}"
    place = (f"，{event.place}" if zh else f", {event.place}") if event.place else ""
    key = hashlib.sha256(event.name.encode()).hexdigest()[:8]
    return Fact(
        f"event:{on.isoformat()}:{key}",
        Origin.EVENT,
        f"{when} {event.name}{place}" if zh else f"{when}: {event.name}{place}",
        by=event.name,
        at=datetime.combine(on, event.time or time.min, zone),
        url=event.url,
        trusted=True,
    )


def solemn(facts: Sequence[Fact], day: date) -> bool:
    """Whether one of the calendar's facts says that a day is a solemn one."""
    names = {_key_name(name) for name in SOLEMN}
    return any(
        fact.at is not None and fact.at.date() == day and fact.id.rpartition(":")[2] in names
        for fact in facts
        if fact.origin is Origin.CALENDAR
    )
