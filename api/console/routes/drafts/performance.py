"""How topics did: what was asked, and how many answered."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.guard import Operator
from api.console.routes.drafts.desk import content_of, show
from copilot.drafting.state import DraftState
from copilot.drafting.types import Kind
from copilot.ports.content import DraftFilter

router = APIRouter(prefix="/c/{community}/drafts/performance")


@router.get("")
def show_performance(request: Request, visit: Operator) -> Response:
    """The topics that were published, newest first."""
    drafts = content_of(request).drafts
    which = DraftFilter(frozenset({DraftState.PUBLISHED}), frozenset({Kind.TOPICS}), limit=100)
    kept = drafts.listed(visit.community.id, which)
    did = drafts.performances([each.id for each in kept])
    most = max((each.replies for each in did.values()), default=0)
    return show(request, visit, "performance.html", topics=kept, did=did, most=max(most, 1))
