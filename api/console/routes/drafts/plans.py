"""What is written when, and from what: the calendar's entries, the community's events, and feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.routes.drafts.desk import Form, back, content_of, mine, show, zone_of
from copilot.drafting.types import Kind
from copilot.errors import Conflict, InvalidInput
from copilot.ports.content import CalendarEntry, KeptEvent, KeptFeed
from copilot.service.content.calendar import RECURRING

router = APIRouter(prefix="/c/{community}/drafts/plans")

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
_RUNS = timedelta(days=7)
_AHEAD = 15


@router.get("")
def show_plans(request: Request, visit: Operator) -> Response:
    """The lists, and forms to add to them."""
    return _page(request, visit)


def _page(
    request: Request,
    visit: Visit,
    status: int = 200,
    problem: str = "",
    detail: str = "",
    tried: KeptFeed | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    content, now = content_of(request), datetime.now(UTC)
    today = now.astimezone(zone_of(visit)).date()
    following: dict[int, list[datetime]] = {}
    for entry, slot in content.calendar.upcoming(visit.community, today, today + timedelta(days=_AHEAD)):
        if slot > now:
            following.setdefault(entry.id, []).append(slot)
    return show(
        request,
        visit,
        "plans.html",
        status,
        entries=content.calendar.entries(visit.community.id),
        following=following,
        runs=content.calendar.runs(visit.community.id, now - _RUNS),
        events=content.setup.events(visit.community.id),
        feeds=content.setup.feeds(visit.community.id),
        reads_feeds=content.setup.reads_feeds,
        destinations=content.setup.settings(visit.community.id).destinations,
        kinds=RECURRING,
        tried=tried,
        typed=typed or {},
        problem=problem,
        detail=detail,
    )


@router.post("/entries")
def put_entry(request: Request, visit: Operator, form: Form) -> Response:
    """Put something on the calendar."""
    try:
        entry = CalendarEntry(
            visit.community.id,
            Kind(form.text("kind")),
            tuple(int(day) for day in form.many("weekdays") if day in "1234567" and day),
            time.fromisoformat(form.text("at")),
            lead_minutes=form.whole("lead_minutes", 0, 720, 60),
            late_minutes=form.whole("late_minutes", 0, 720, 60),
            catch_up=form.ticked("catch_up"),
            destination=form.text("destination"),
        )
        content_of(request).calendar.put(entry, visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, error.param or "kind")
    except ValueError:
        return _page(request, visit, 400, "at")
    return back(visit, "/plans#entries")


@router.post("/entries/{number}/{verb}")
def change_entry(
    request: Request,
    visit: Operator,
    number: Number,
    verb: Annotated[str, Path(pattern="^(pause|resume|remove)$")],
) -> Response:
    """Pause an entry, let it go on, or take it off."""
    calendar = content_of(request).calendar
    entry = next((each for each in calendar.entries(visit.community.id) if each.id == number), None)
    mine(visit, entry.community if entry else "")
    assert entry is not None  # noqa: S101 - `mine` has seen to it
    if verb == "remove":
        calendar.remove(visit.community.id, number, visit.actor)
    else:
        calendar.put(replace(entry, paused=verb == "pause"), visit.actor)
    return back(visit, "/plans#entries")


@router.post("/events")
def put_event(request: Request, visit: Operator, form: Form) -> Response:
    """Note an event."""
    typed = {name: form.text(name).strip() for name in ("name", "when", "place", "url", "time")}
    try:
        event = KeptEvent(
            visit.community.id,
            typed["name"],
            typed["when"],
            time.fromisoformat(typed["time"]) if typed["time"] else None,
            typed["place"],
            typed["url"],
            form.whole("notice_days", 0, 60, 3),
        )
        content_of(request).setup.put_event(event, visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, f"event_{error.param or 'when'}", typed=typed)
    except ValueError:
        return _page(request, visit, 400, "event_time", typed=typed)
    return back(visit, "/plans#events")


@router.post("/events/{number}/remove")
def remove_event(request: Request, visit: Operator, number: Number) -> Response:
    """Forget an event."""
    content_of(request).setup.remove_event(visit.community.id, number, visit.actor)
    return back(visit, "/plans#events")


@router.post("/feeds/try")
def try_feed(request: Request, visit: Operator, form: Form) -> Response:
    """Look into a feed before it is kept."""
    url = form.text("url").strip()
    try:
        found = content_of(request).setup.try_feed(visit.community.id, url)
    except InvalidInput as error:
        return _page(request, visit, 400, "feed", error.message, typed={"feed": url})
    return _page(request, visit, tried=found, typed={"feed": url})


@router.post("/feeds")
def add_feed(request: Request, visit: Operator, form: Form) -> Response:
    """Keep a feed."""
    url = form.text("url").strip()
    try:
        content_of(request).setup.add_feed(visit.community.id, url, visit.actor)
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, 400, "feed", error.message, typed={"feed": url})
    return back(visit, "/plans#feeds")


@router.post("/feeds/{number}/remove")
def remove_feed(request: Request, visit: Operator, number: Number) -> Response:
    """Forget a feed."""
    content_of(request).setup.remove_feed(visit.community.id, number, visit.actor)
    return back(visit, "/plans#feeds")
