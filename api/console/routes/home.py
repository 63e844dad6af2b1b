"""The start: straight to the only community, or a choice of them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import SignedIn
from api.console.page import page
from api.pieces import pieces_of

router = APIRouter()


@router.get("/")
def home(request: Request, session: SignedIn) -> Response:
    """Where to begin."""
    everything = pieces_of(request).service.communities()
    mine = [community for community in everything if session.account.role_in(community.id)]
    if len(mine) == 1:
        return RedirectResponse(f"/console/c/{mine[0].id}/queue", 303)
    return page(request, "home.html", communities=mine)
