"""Learning from decisions: asked for by a person, measured, and kept only where it is better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.guard import Operator
from api.console.routes.settings.forms import Form, back, fragment, show
from api.pieces import pieces_of
from copilot.errors import ModelUnavailable

router = APIRouter(prefix="/c/{community}/settings/learning")

_DAYS = (90, 365, 3650)


@router.get("")
def show_learning(request: Request, visit: Operator) -> Response:
    """What is in force, and the button."""
    live = pieces_of(request).service.learning.live(visit.community.id)
    return show(request, visit, "learning", "learning", live=live, days=_DAYS)


@router.post("/measure")
def measure(request: Request, visit: Operator, form: Form) -> Response:
    """Refit and measure; nothing is kept."""
    days = form.whole("days", 1, 3650, 365)
    since = datetime.now(UTC) - timedelta(days=days)
    try:
        lesson = pieces_of(request).service.learning.learn(visit.community.id, since, visit.actor, keep=False)
    except ModelUnavailable:
        return fragment(request, visit, "learning_report", report=None, better=False, chosen=days)
    better = any(label["outcome"] == "adopted" for label in lesson.report["labels"])
    return fragment(request, visit, "learning_report", report=lesson.report, better=better, chosen=days)


@router.post("/adopt")
def adopt(request: Request, visit: Operator, form: Form) -> Response:
    """Measure again and keep it where it is better."""
    since = datetime.now(UTC) - timedelta(days=form.whole("days", 1, 3650, 365))
    lesson = pieces_of(request).service.learning.learn(visit.community.id, since, visit.actor, keep=True)
    return back(visit, "learning", "adopted" if lesson.changed else "")


@router.post("/forget")
def forget(request: Request, visit: Operator) -> Response:
    """Go back to the model as it is."""
    pieces_of(request).service.learning.forget(visit.community.id, visit.actor)
    return back(visit, "learning", "forgotten")
