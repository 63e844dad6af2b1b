"""What the pages about drafts share: the community's content, its clock, and going back to a page."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import Visit
from api.console.page import page
from api.console.routes.settings.forms import Form as Form
from api.pieces import pieces_of
from copilot.errors import InvalidInput, NotFound
from copilot.service.content import Content


def content_of(request: Request) -> Content:
    """Everything about drafts."""
    return pieces_of(request).service.content


def zone_of(visit: Visit) -> ZoneInfo:
    """The community's clock."""
    return ZoneInfo(visit.community.time_zone)


def root_of(visit: Visit) -> str:
    """Where the pages begin."""
    return f"/console/c/{quote(visit.community.id)}/drafts"


def show(request: Request, visit: Visit, template: str, status: int = 200, **context: object) -> Response:
    """Render one of the pages."""
    shared = {"root": root_of(visit), "zone": visit.community.time_zone, "now": datetime.now(UTC), "problem": ""}
    return page(request, f"drafts/{template}", status, **{**shared, **context})


def back(visit: Visit, path: str = "") -> Response:
    """Go to a page after a change."""
    return RedirectResponse(root_of(visit) + path, 303)


def local_time(text: str, visit: Visit) -> datetime:
    """Read what a control for date and time sends, on the community's clock; raises InvalidInput (`at`)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput("choose a date and a time", param="at") from None
    return found.replace(tzinfo=zone_of(visit)).astimezone(UTC)


def mine(visit: Visit, community_id: str) -> None:
    """Act as if what belongs to another community did not exist."""
    if community_id != visit.community.id:
        raise NotFound("there is no such draft")
