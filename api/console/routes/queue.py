"""The queue: what waits for a person, and deciding it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import anyio
from fastapi import APIRouter, Form, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field
from sse_starlette import EventSourceResponse

from api import demo
from api.console.cards import card_context, clash
from api.console.demo_day import messages
from api.console.guard import Moderator, Owner, Viewer, Visit
from api.console.live import Feed, since_mark
from api.console.page import language_of, page
from api.console.rows import Filter, communities_of, mark_now, page_context, rows_context
from api.errors import ApiError
from api.pieces import pieces_of
from copilot.errors import Conflict
from copilot.people import Role
from copilot.policy.answers import Answer
from copilot.ports import Stage
from copilot.service.deciding import Verdict
from copilot.types import Label

router = APIRouter(prefix="/c/{community}/queue")

_Id = Annotated[int, Field(ge=1, lt=2**63)]
_CaseId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("")
def show_queue(request: Request, visit: Viewer, wanted: Annotated[Filter, Query()]) -> Response:
    """The list, the first card beside it, and everything the page's scripts need to know."""
    mark = mark_now()
    context = page_context(pieces_of(request).service, visit, wanted, language_of(request))
    return page(request, "queue/page.html", mark=mark, base_url=str(request.base_url).rstrip("/"), **context)


@router.get("/rows")
def show_rows(
    request: Request,
    visit: Viewer,
    wanted: Annotated[Filter, Query()],
) -> Response:
    """A further page of the list, or chosen rows of it."""
    return page(request, "queue/rows.html", **rows_context(pieces_of(request).service, visit, wanted))


@router.get("/card/{case_id}")
def show_card(request: Request, visit: Viewer, case_id: _CaseId) -> Response:
    """One case with everything that helps to decide it."""
    found = pieces_of(request).service.cards.card(visit.community.id, case_id, visit.actor)
    return page(request, "queue/card.html", **card_context(found, visit, language_of(request)))


@router.get("/events")
async def follow(
    request: Request,
    visit: Viewer,
    since: str,
    scope: Literal["", "all"] = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """What changes, as server-sent events; `since` is where the page stands."""
    feed: Feed = request.app.state.feed
    communities = await run_in_threadpool(communities_of, pieces_of(request).service, visit, scope)
    stopping = anyio.Event()
    return EventSourceResponse(
        feed.follow(visit.actor, frozenset(communities), since_mark(last_event_id or since), stopping),
        ping=15,
        shutdown_event=stopping,
        shutdown_grace_period=2,
    )


@router.post("/claim/{case_id}")
def claim(request: Request, visit: Moderator, case_id: _CaseId) -> Response:
    """Say that one looks at a case; answers who does."""
    stands = pieces_of(request).service.queue.claim(visit.community.id, case_id, visit.actor)
    return JSONResponse({"holder": stands.holder, "mine": stands.holder == visit.actor})


@router.post("/release/{case_id}")
def release(request: Request, visit: Moderator, case_id: _CaseId) -> Response:
    """Say that one doesn't any more."""
    pieces_of(request).service.queue.release(visit.community.id, case_id, visit.actor)
    return Response(status_code=204)


@router.post("/decide")
def decide(
    request: Request,
    visit: Moderator,
    case: Annotated[_Id, Form()],
    answer: Annotated[Answer, Form()],
    labels: Annotated[list[Label] | None, Form()] = None,
    also: Annotated[list[_Id] | None, Form()] = None,
    reason: Annotated[str, Form()] = "",
    seen: Annotated[int, Form(ge=0, lt=2**63)] = 0,
    anyway: Annotated[bool, Form()] = False,
) -> Response:
    """Decide a case, and with `also` its copies. 409 says who was there first."""
    owner = visit.role.includes(Role.OWNER)
    verdict = Verdict(answer, tuple(labels or ()), visit.actor, reason, seen, anyway, owner)
    deciding = pieces_of(request).service.deciding
    try:
        kept = deciding.decide(visit.community.id, [case, *(also or ())], verdict)
    except Conflict as error:
        return _clash(request, visit, case, error, also or [])
    return JSONResponse({"resolutions": [each.id for each in kept]})


@router.post("/skip/{case_id}")
def skip(request: Request, visit: Moderator, case_id: _CaseId) -> Response:
    """Let a case come last for oneself."""
    pieces_of(request).service.queue.skip(visit.community.id, case_id, visit.actor)
    return Response(status_code=204)


@router.post("/unskip/{case_id}")
def unskip(request: Request, visit: Moderator, case_id: _CaseId) -> Response:
    """Let it stand where it stood."""
    pieces_of(request).service.queue.unskip(visit.community.id, case_id, visit.actor)
    return Response(status_code=204)


@router.post("/move/{case_id}")
def move(
    request: Request,
    visit: Moderator,
    case_id: _CaseId,
    stage: Annotated[Stage, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Hand a case to owners or to whoever checks it, or back to everybody."""
    try:
        before = pieces_of(request).service.queue.move(visit.community.id, case_id, stage, visit.actor, reason)
    except Conflict as error:
        return _clash(request, visit, case_id, error, [])
    return JSONResponse({"before": before.stage.value})


@router.post("/undo")
def undo(request: Request, visit: Moderator, resolutions: Annotated[list[_Id], Form(min_length=1)]) -> Response:
    """Take decisions back, all or none."""
    case_ids = pieces_of(request).service.deciding.undo(visit.community.id, resolutions, visit.actor)
    return JSONResponse({"cases": case_ids})


@router.post("/demo")
def load_demo(request: Request, visit: Owner) -> Response:
    """Send a made-up day of the demo community through the pipeline."""
    if visit.community.id != demo.COMMUNITY.id:
        raise ApiError(404, "only the demo community has a demo")
    pieces_of(request).service.ingest(messages(visit.community, datetime.now(UTC)))
    return RedirectResponse(f"/console/c/{visit.community.id}/queue", 303)


def _clash(request: Request, visit: Visit, case_id: int, error: Conflict, also: list[int]) -> Response:
    stands = pieces_of(request).service.deciding.standing(visit.community.id, case_id)
    told = clash(error, stands, bool(also), visit, language_of(request))
    return JSONResponse(told, 409)
