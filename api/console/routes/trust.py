"""Can the machine be trusted here: the page, its figures as CSV, the weekly report, and random checks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api import sheets
from api.console import charts, numbers
from api.console.guard import Moderator, Viewer
from api.console.page import language_of, page
from api.console.report import sentences
from api.console.words import say
from api.pieces import pieces_of
from copilot.errors import Conflict
from copilot.policy.estimates import FEWEST_CHECKS
from copilot.service.periods import last_days, week_of
from copilot.service.trust import CHECKS
from copilot.service.trust_report import WIDEST

router = APIRouter(prefix="/c/{community}/trust")

DAYS = (7, 30, 90, 365)


@router.get("")
def show_trust(request: Request, visit: Viewer, days: int = 30, drawn: int | None = None, enough: int = 0) -> Response:
    """The figures of the last days."""
    days = days if days in DAYS else 30
    zone, now = visit.community.time_zone, datetime.now(UTC)
    report = pieces_of(request).service.trust.report(visit.community.id, last_days(days, now, zone))
    return page(
        request,
        "trust/page.html",
        report=report,
        days=days,
        choices=DAYS,
        drawn=drawn,
        enough=enough,
        fewest=FEWEST_CHECKS,
        widest=WIDEST,
        checks=CHECKS,
        now=now,
        numbers=numbers,
        charts=charts.of(report, zone, language_of(request)),
    )


@router.get("/figures.csv")
def download_figures(request: Request, visit: Viewer, days: int = 30) -> Response:
    """Everything on the page as one table."""
    days = days if days in DAYS else 30
    zone, now = visit.community.time_zone, datetime.now(UTC)
    report = pieces_of(request).service.trust.report(visit.community.id, last_days(days, now, zone))
    name = f"trust-{now.astimezone(ZoneInfo(zone)):%Y-%m-%d}-{days}d.csv"
    return sheets.download(sheets.lines(charts.rows(report, zone)), name)


@router.post("/check")
def draw_checks(request: Request, visit: Moderator) -> Response:
    """Put random messages that were let through into the queue."""
    trust = pieces_of(request).service.trust
    try:
        outcome = f"drawn={trust.check(visit.community.id, visit.actor, datetime.now(UTC))}"
    except Conflict:
        outcome = "enough=1"
    return RedirectResponse(f"/console/c/{visit.community.id}/trust?{outcome}#check", 303)


@router.get("/report")
def show_report(request: Request, visit: Viewer, week: str = "") -> Response:
    """One week on one page, to print: the last whole one unless another is asked for (`2026-W47`)."""
    zone, now = visit.community.time_zone, datetime.now(UTC)
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = _monday(week) or today - timedelta(days=today.weekday() + 7)
    report = pieces_of(request).service.trust.report(visit.community.id, week_of(monday, zone))
    language = language_of(request)
    return page(
        request,
        "trust/report.html",
        report=report,
        told=sentences(report, now, lambda key, **values: say(language, key, **values)),
        first=monday,
        last=monday + timedelta(days=6),
        earlier=_name(monday - timedelta(days=7)),
        later=_name(monday + timedelta(days=7)) if monday + timedelta(days=7) <= today else "",
        partial=report.period.until > now,
        now=now,
        numbers=numbers,
    )


def _monday(week: str) -> date | None:
    try:
        return datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _name(monday: date) -> str:
    return f"{monday:%G-W%V}"
