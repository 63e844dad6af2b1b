"""/v1/communities/{id}/replay and /learn: measure a change before it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.communities import Id
from api.schemas.changes import LearnIn, LearnOut, ReplayIn, ReplayOut
from api.security import acting, require
from copilot.adapters.sql import Key
from copilot.service.replays import Proposal

router = APIRouter(prefix="/v1/communities/{community_id}", tags=["policy"], route_class=StrictRoute)

Operator = Annotated[Key, Depends(require("operate"))]


@router.post("/replay", summary="Replay a change", operation_id="replay", responses=KEYED | WITH_BODY | errors(404))
def replay(community_id: Id, body: ReplayIn, request: Request, _key: Operator) -> ReplayOut:
    """Say what a change of policy, rules or lists would have done to the last messages, with examples."""
    started, now = perf_counter(), datetime.now(UTC)
    lists = {} if body.lists is None else body.lists.model_dump(exclude_none=True)
    words = {name: tuple(words) for name, words in lists.items()} or None
    proposal = Proposal(body.policy, body.rules, words, body.reread)
    since = now - timedelta(days=body.days)
    report = pieces_of(request).service.replays.replay(community_id, proposal, now, since, body.limit)
    return shown.replayed(report, perf_counter() - started)


@router.post("/learn", summary="Learn from decisions", operation_id="learn", responses=KEYED | WITH_BODY | errors(404))
def learn(community_id: Id, body: LearnIn, request: Request, key: Operator) -> LearnOut:
    """Refit the community's calibration; it is kept only where it does better on decisions held back."""
    since = datetime.now(UTC) - timedelta(days=body.days)
    lesson = pieces_of(request).service.learning.learn(community_id, since, acting(key, body.actor), keep=body.keep)
    return LearnOut(version=lesson.version, changed=lesson.changed, report=dict(lesson.report))


@router.delete(
    "/learn",
    summary="Forget what was learnt",
    operation_id="forget",
    status_code=204,
    responses=KEYED | errors(400, 404),
)
def forget(community_id: Id, request: Request, key: Operator) -> Response:
    """Go back to the model as it is; the versions stay in the database."""
    pieces_of(request).service.learning.forget(community_id, acting(key))
    return Response(status_code=204)
