"""A community's own events, and which of them are near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from copilot.drafting.calendar.recurrence import When
from copilot.errors import InvalidInput

MOST_NOTICE = 60
"""Days ahead that an event can be announced at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a community does. `notice_days` before it, and on the day, it is worth a line.

    Raises InvalidInput where the name is empty or the notice is not within 0 and 60 days.
    """

    name: str
    when: When
    time: time | None = None
    place: str = ""
    url: str = ""
    notice_days: int = 3

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput("活动要有名字 / an event needs a name", param="name")
        if not 0 <= self.notice_days <= MOST_NOTICE:
            raise InvalidInput(
                f"提前天数在 0 到 {MOST_NOTICE} 之间 / notice_days lies within 0 and {MOST_NOTICE}", param="notice_days"
            )


def coming_events(day: date, events: Sequence[Event]) -> Iterator[tuple[Event, date]]:
    """Yield each event whose next date lies within its notice, with that date, the nearest first."""
    found = [(event, on) for event in events if (on := _next(event, day)) is not None]
    yield from sorted(found, key=lambda pair: (pair[1], pair[0].time or time.min, pair[0].name))


def _next(event: Event, day: date) -> date | None:
    dates = (day + timedelta(ahead) for ahead in range(event.notice_days + 1))
    return next((on for on in dates if event.when.on(on)), None)
