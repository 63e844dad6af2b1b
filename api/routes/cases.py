"""/v1/cases and /v1/resolutions: what waits for a person, deciding it, and taking that back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.schemas.cases import CaseOut, CasesOut, ResolutionIn, ResolutionOut, UndoIn
from api.schemas.fields import CommunityId
from api.security import acting, require
from copilot.adapters.sql import Key
from copilot.service.review import CaseFile

router = APIRouter(prefix="/v1", tags=["review"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Moderator = Annotated[Key, Depends(require("moderate"))]


@router.get("/cases", summary="What waits for a person", operation_id="listCases", responses=KEYED | errors(400, 404))
def list_cases(
    request: Request,
    _key: Moderator,
    community: Annotated[CommunityId, Query(description="Whose cases.")],
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Read on after this case.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    lang: shown.Lang = "zh",
) -> CasesOut:
    """Flagged cases of a community that nobody has decided, oldest first."""
    found = pieces_of(request).service.review.queue(community, after, limit)
    return CasesOut(
        cases=[shown.case(CaseFile(case, ()), lang) for case in found],
        next=found[-1].id if len(found) == limit else None,
    )


@router.get("/cases/{case_id}", summary="Show a case", operation_id="getCase", responses=KEYED | errors(400, 404))
def get_case(case_id: Number, request: Request, _key: Moderator, lang: shown.Lang = "zh") -> CaseOut:
    """One message, what the machine thought of it, and everything that people decided."""
    return shown.case(pieces_of(request).service.review.file(case_id), lang)


@router.post(
    "/cases/{case_id}/resolution",
    summary="Decide a case",
    operation_id="resolveCase",
    status_code=201,
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def resolve_case(case_id: Number, body: ResolutionIn, request: Request, key: Moderator) -> ResolutionOut:
    """Decide a case, or decide it anew. The next message that is like it is judged with this precedent."""
    given = pieces_of(request).service.review.resolve(
        case_id,
        body.decision,
        body.labels,
        measure=body.measure,
        actor=acting(key, body.actor),
        reason=body.reason,
        seen=body.seen,
        mute_minutes=body.mute_minutes,
    )
    return shown.resolution(given)


@router.post(
    "/resolutions/{resolution_id}/undo",
    summary="Take a decision back",
    operation_id="undoResolution",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def undo_resolution(resolution_id: Number, body: UndoIn, request: Request, key: Moderator) -> ResolutionOut:
    """Take a decision back; the one before it stands again, and the precedent is forgotten."""
    undone = pieces_of(request).service.review.undo(resolution_id, acting(key, body.actor))
    return shown.resolution(undone)
