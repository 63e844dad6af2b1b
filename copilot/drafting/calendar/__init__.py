"""What a day is: weekday, holidays and days made up for them, solar terms, festivals, a community's own events."""

from copilot.drafting.calendar.days import Occasion, Sort, occasions, weekday
from copilot.drafting.calendar.events import Event, coming_events
from copilot.drafting.calendar.facts import day_facts, solemn
from copilot.drafting.calendar.recurrence import When, read_when

__all__ = [
    "Event",
    "Occasion",
    "Sort",
    "When",
    "coming_events",
    "day_facts",
    "occasions",
    "read_when",
    "solemn",
    "weekday",
]
