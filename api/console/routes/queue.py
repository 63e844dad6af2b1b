"""The queue: what waits for a person."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.guard import Viewer
from api.console.page import page
from api.pieces import pieces_of

router = APIRouter(prefix="/c/{community}/queue")


@router.get("")
def show_queue(request: Request, visit: Viewer) -> Response:
    """Flagged cases that nobody has decided."""
    cases = pieces_of(request).service.review.queue(visit.community.id)
    return page(request, "queue.html", cases=cases)
