"""/v1/cases/{id}/appeal-link: where a member can appeal, for the bot to pass on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, errors
from api.routes.cases import Number
from api.schemas.appeals import AppealLinkOut
from api.security import require
from copilot.adapters.sql import Key
from copilot.service.appeals import OPEN_FOR

router = APIRouter(prefix="/v1", tags=["review"], route_class=StrictRoute)


@router.post(
    "/cases/{case_id}/appeal-link",
    summary="Make a link for an appeal",
    operation_id="makeAppealLink",
    responses=KEYED | errors(400, 404, 409),
)
def make_appeal_link(
    case_id: Number, request: Request, _key: Annotated[Key, Depends(require("moderate"))]
) -> AppealLinkOut:
    """Sign a link at which the member can appeal against what stands; 409 where nothing stands against anybody."""
    token = pieces_of(request).service.appeals.link(case_id)
    return AppealLinkOut(url=appeal_url(request, token), token=token, days=OPEN_FOR.days)


def appeal_url(request: Request, token: str) -> str:
    """The address of the page that a token opens: below `public_url`, or where this request came in."""
    base = pieces_of(request).settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/appeal/{token}"
