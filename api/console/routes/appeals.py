"""Reports and appeals that wait, and answering an appeal."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.console import casework
from api.console.guard import Moderator, Viewer, Visit
from api.console.page import language_of, page
from api.console.words import say
from api.errors import status_of
from api.people import bench_of
from api.pieces import pieces_of
from copilot.errors import Conflict, InvalidInput
from copilot.policy.assignment import may_answer
from copilot.ports import AppealState
from copilot.service.appeals import LONGEST_ANSWER, Brief
from copilot.service.letters import duration

router = APIRouter(prefix="/c/{community}/appeals")

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("")
def show_waiting(request: Request, visit: Viewer, show: Annotated[str, Query(max_length=10)] = "waiting") -> Response:
    """What waits for a person, or what was answered last."""
    service, language = pieces_of(request).service, language_of(request)
    community_id = visit.community.id
    answered = show == "answered"
    appeals = [] if answered else service.appeals.waiting(community_id)
    bench = bench_of(pieces_of(request).accounts, community_id)
    return page(
        request,
        "appeals/list.html",
        answered=answered,
        counts=service.appeals.counts(community_id),
        appeals=sorted(appeals, key=lambda brief: brief.appeal.assignee != visit.actor),
        reported=[] if answered else service.reports.waiting(community_id),
        asking=[] if answered else service.measures.asking(community_id),
        past_appeals=service.appeals.answered(community_id) if answered else [],
        past_reports=service.reports.answered(community_id) if answered else [],
        barred=lambda brief: not may_answer(visit.actor, brief.decided_by, bench),
        waited=lambda since: casework.waited(since, language),
        who=lambda actor: casework.who(actor, language),
        detail=lambda words: casework.detail(words, language),
        tone=casework.tone,
    )


@router.get("/{appeal_id}")
def show_appeal(appeal_id: Number, request: Request, visit: Viewer) -> Response:
    """One appeal: what was decided, what the member says, and the drafts of both answers."""
    return _page(request, visit, pieces_of(request).service.appeals.brief(visit.community.id, appeal_id))


@router.post("/{appeal_id}/look")
def look(appeal_id: Number, request: Request, visit: Moderator) -> Response:
    """Take it on; the member sees that somebody looks."""
    pieces = pieces_of(request)
    bench = bench_of(pieces.accounts, visit.community.id)
    try:
        pieces.service.appeals.look(visit.community.id, appeal_id, visit.actor, bench)
    except Conflict:
        return _refused(request, visit, appeal_id)
    return RedirectResponse(_address(visit, appeal_id), 303)


@router.post("/{appeal_id}/answer")
def answer(
    appeal_id: Number,
    request: Request,
    visit: Moderator,
    outcome: Annotated[str, Form(max_length=20)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Let the decision stand or take it back, and tell the member."""
    pieces = pieces_of(request)
    bench = bench_of(pieces.accounts, visit.community.id)
    try:
        if outcome not in (AppealState.UPHELD, AppealState.OVERTURNED):
            raise InvalidInput("choose one", param="outcome")
        pieces.service.appeals.answer(visit.community.id, appeal_id, AppealState(outcome), text, visit.actor, bench)
    except InvalidInput as error:
        brief = pieces.service.appeals.brief(visit.community.id, appeal_id)
        problem = say(language_of(request), "appeals.problem.text", most=LONGEST_ANSWER)
        return _page(request, visit, brief, status=status_of(error), problem=problem, outcome=outcome, text=text)
    except Conflict:
        return _refused(request, visit, appeal_id, outcome, text)
    return RedirectResponse(_address(visit, appeal_id), 303)


def _refused(request: Request, visit: Visit, appeal_id: int, outcome: str = "", text: str = "") -> Response:
    brief = pieces_of(request).service.appeals.brief(visit.community.id, appeal_id)
    key = "appeals.problem.answered" if brief.appeal.answered else "appeals.problem.own"
    problem = say(language_of(request), key)
    return _page(request, visit, brief, status=409, problem=problem, outcome=outcome, text=text)


def _page(
    request: Request,
    visit: Visit,
    brief: Brief,
    *,
    status: int = 200,
    problem: str = "",
    outcome: str = "",
    text: str = "",
) -> Response:
    language = language_of(request)
    bench = bench_of(pieces_of(request).accounts, visit.community.id)
    drafts = {AppealState.OVERTURNED.value: brief.overturned, AppealState.UPHELD.value: brief.upheld}
    if outcome in drafts:
        drafts[outcome] = text
    return page(
        request,
        "appeals/appeal.html",
        status,
        brief=brief,
        case=brief.case,
        appeal=brief.appeal,
        drafts=drafts,
        outcome=outcome,
        problem=problem,
        barred=not may_answer(visit.actor, brief.decided_by, bench),
        longest=LONGEST_ANSWER,
        who=lambda actor: casework.who(actor, language),
        span=lambda minutes: duration(minutes, language),
    )


def _address(visit: Visit, appeal_id: int) -> str:
    return f"/console/c/{quote(visit.community.id, safe='')}/appeals/{appeal_id}"
