"""The calendar: drafts by their slot, what is coming, and what waits for somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.routes.drafts.desk import content_of, show, zone_of
from copilot.drafting.state import DraftState, KeptDraft
from copilot.errors import InvalidInput
from copilot.ports.content import CalendarEntry, DraftFilter
from copilot.service.content.collecting import midnight

router = APIRouter(prefix="/c/{community}/drafts")

_WAITING = frozenset({DraftState.DRAFT, DraftState.UNKNOWN, DraftState.FAILED, DraftState.APPROVED, DraftState.MISSED})
_URGENCY = (DraftState.UNKNOWN, DraftState.FAILED, DraftState.DRAFT, DraftState.MISSED, DraftState.APPROVED)
_RECENT = timedelta(days=7)
_MOST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a day: a draft, or a slot of the calendar that nothing was written for yet."""

    at: datetime
    draft: KeptDraft | None = None
    entry: CalendarEntry | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One square of the calendar."""

    on: date
    today: bool
    inside: bool
    items: list[Item] = field(default_factory=list)


@router.get("")
def show_calendar(
    request: Request,
    visit: Operator,
    view: Annotated[Literal["month", "week"], Query()] = "month",
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A month or a week of drafts, and above it what waits for somebody."""
    content, now = content_of(request), datetime.now(UTC)
    today = now.astimezone(zone_of(visit)).date()
    chosen = _day(on, today)
    first, last = _bounds(view, chosen)
    kept = content.drafts.listed(visit.community.id, _between(visit, first, last))
    coming = [
        Item(slot, entry=entry)
        for entry, slot in content.calendar.upcoming(visit.community, max(first, today), last)
        if slot > now and not any(each.entry == entry.id and each.publish_at == slot for each in kept)
    ]
    return show(
        request,
        visit,
        "calendar.html",
        view=view,
        days=_days(visit, first, last, chosen if view == "month" else None, today, kept, coming),
        chosen=chosen,
        before=first - timedelta(days=1),
        after=last,
        waiting=_waiting(content.drafts.listed(visit.community.id, DraftFilter(_WAITING, limit=100)), now),
        joining=content.welcomes.waiting(visit.community.id),
        anything=bool(kept) or bool(content.calendar.entries(visit.community.id)),
    )


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("this is no date", param="on") from None
    if not date(2000, 1, 1) <= found <= date(2199, 12, 31):
        raise InvalidInput("this is no date", param="on")
    return found


def _bounds(view: str, chosen: date) -> tuple[date, date]:
    """Whole weeks from Monday, half open."""
    first = chosen if view == "week" else chosen.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    if view == "week":
        return monday, monday + timedelta(days=7)
    following = (chosen.replace(day=28) + timedelta(days=4)).replace(day=1)
    end = following - timedelta(days=1)
    return monday, end + timedelta(days=7 - end.weekday())


def _between(visit: Visit, first: date, last: date) -> DraftFilter:
    zone = zone_of(visit)
    states = frozenset(DraftState) - {DraftState.CANCELLED}
    return DraftFilter(states, since=midnight(first, zone), until=midnight(last, zone), limit=_MOST_SHOWN)


def _days(
    visit: Visit,
    first: date,
    last: date,
    month: date | None,
    today: date,
    kept: Iterable[KeptDraft],
    coming: Iterable[Item],
) -> list[Day]:
    zone = zone_of(visit)
    by_day: dict[date, list[Item]] = defaultdict(list)
    items = [Item(each.published_at or each.publish_at or each.created_at, draft=each) for each in kept]
    for item in sorted((*items, *coming), key=lambda item: item.at):
        by_day[item.at.astimezone(zone).date()].append(item)
    days = (first + timedelta(days=offset) for offset in range((last - first).days))
    return [Day(on, on == today, month is None or on.month == month.month, by_day[on]) for on in days]


def _waiting(kept: Iterable[KeptDraft], now: datetime) -> list[KeptDraft]:
    """What somebody has to do, the most pressing first; what was missed long ago is left in the calendar."""
    recent = [each for each in kept if each.state is DraftState.UNKNOWN or (each.updated_at or now) > now - _RECENT]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(recent, key=lambda each: (_URGENCY.index(each.state), each.publish_at or late, -each.id))
