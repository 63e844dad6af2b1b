"""One member's record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.console import casework
from api.console.guard import Viewer
from api.console.page import language_of, page
from api.pieces import pieces_of
from copilot.service.letters import duration

router = APIRouter(prefix="/c/{community}/member")


@router.get("")
def show_member(request: Request, visit: Viewer, name: Annotated[str, Query(max_length=20_000)] = "") -> Response:
    """Where a member stands, what was decided about them, and what they reported.

    The name is a parameter, not part of the path: nicknames hold slashes and whatever else people type.
    """
    language = language_of(request)
    return page(
        request,
        "member/member.html",
        member=pieces_of(request).service.dossiers.of_member(visit.community.id, name),
        who=lambda actor: casework.who(actor, language),
        detail=lambda words: casework.detail(words, language),
        span=lambda minutes: duration(minutes, language),
        tone=casework.tone,
    )
