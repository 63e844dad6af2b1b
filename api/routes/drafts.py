"""/v1/drafts: texts written over facts, from the first line to published exactly once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.communities import Id
from api.schemas.drafts import (
    BriefingIn,
    ClarificationIn,
    DraftFields,
    DraftOut,
    DraftsOut,
    EditIn,
    JoinIn,
    JoinOut,
    JoinsIn,
    JoinsOut,
    NoticeIn,
    OutcomeIn,
    PerformanceIn,
    RewriteIn,
    ScheduleIn,
    StepIn,
    TopicsIn,
    WelcomeIn,
)
from api.schemas.fields import CommunityId
from api.security import acting, require
from api.shown import Lang
from api.shown_drafts import shown_draft
from copilot.adapters.sql import Key
from copilot.drafting.state import Brief, DraftState, KeptDraft
from copilot.drafting.types import Kind
from copilot.ports.content import DraftFilter
from copilot.service.content import Content
from copilot.service.content.joins import Batch, Newcomer

router = APIRouter(prefix="/v1", tags=["drafts"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Operator = Annotated[Key, Depends(require("operate"))]
Bot = Annotated[Key, Depends(require("classify"))]
_WRITTEN = KEYED | WITH_BODY | errors(404, 409)


def _content(request: Request) -> Content:
    return pieces_of(request).service.content


def _shown(request: Request, kept: KeptDraft, lang: Lang = "zh") -> DraftOut:
    return shown_draft(kept, _content(request).drafts.attempts(kept.id), lang)


def _brief(kind: Kind, body: DraftFields, **further: Any) -> Brief:
    return Brief(
        kind,
        body.community,
        language=body.language or "",
        tone=body.tone,
        channel=body.channel or "",
        **further,
    )


def _write(request: Request, key: Key, body: DraftFields, brief: Brief) -> DraftOut:
    return _shown(request, _content(request).drafts.write(brief, acting(key, body.actor)))


@router.post(
    "/drafts/briefing",
    summary="Write a briefing",
    operation_id="writeBriefing",
    status_code=201,
    responses=_WRITTEN,
)
def write_briefing(body: BriefingIn, request: Request, key: Operator) -> DraftOut:
    """Tell of the day before: threads, what was settled, open questions, thanks, events, news from feeds."""
    return _write(request, key, body, _brief(Kind.BRIEFING, body, on=body.on))


@router.post("/drafts/topics", summary="Write a topic", operation_id="writeTopic", status_code=201, responses=_WRITTEN)
def write_topic(body: TopicsIn, request: Request, key: Operator) -> DraftOut:
    """Ask something that fits the community, was not asked lately, and is like what was answered before."""
    return _write(request, key, body, _brief(Kind.TOPICS, body, on=body.on))


@router.post(
    "/drafts/notice", summary="Write a notice", operation_id="writeNotice", status_code=201, responses=_WRITTEN
)
def write_notice(body: NoticeIn, request: Request, key: Operator) -> DraftOut:
    """Tell a member what was decided, by which clause, and how to appeal; never what they wrote."""
    brief = _brief(
        Kind.NOTICE, body, cases=tuple(body.cases), appeal_url=body.appeal_url, mute_minutes=body.mute_minutes
    )
    return _write(request, key, body, brief)


@router.post(
    "/drafts/clarification",
    summary="Write a clarification",
    operation_id="writeClarification",
    status_code=201,
    responses=_WRITTEN,
)
def write_clarification(body: ClarificationIn, request: Request, key: Operator) -> DraftOut:
    """Say what came of checking a rumour, with its source, without repeating it."""
    brief = _brief(
        Kind.CLARIFICATION,
        body,
        cases=() if body.case is None else (body.case,),
        about=body.about,
        truth=body.truth.value,
        found=body.found,
        source=body.source,
        source_url=body.source_url,
    )
    return _write(request, key, body, brief)


@router.post(
    "/drafts/welcome", summary="Write a welcome", operation_id="writeWelcome", status_code=201, responses=_WRITTEN
)
def write_welcome(body: WelcomeIn, request: Request, key: Operator) -> JoinsOut:
    """Welcome these, and whoever waits, at once instead of when the window closes."""
    content = _content(request)
    batch = content.welcomes.join(body.community, _newcomers(body.joins))
    closed = content.welcomes.close(community_id=body.community, at_once=True)
    return _joins_out(request, Batch(batch.joins, None, (*batch.drafts, *closed)))


@router.post(
    "/communities/{community_id}/joins",
    summary="Report who joined",
    operation_id="reportJoins",
    status_code=201,
    responses=_WRITTEN,
)
def report_joins(community_id: Id, body: JoinsIn, request: Request, _key: Bot) -> JoinsOut:
    """Keep who joined; they are welcomed together. Flagged nicknames are withheld and wait in the queue."""
    return _joins_out(request, _content(request).welcomes.join(community_id, _newcomers(body.joins)))


def _newcomers(joins: list[JoinIn]) -> list[Newcomer]:
    return [Newcomer(each.member, each.nickname, each.joined_at) for each in joins]


def _joins_out(request: Request, batch: Batch) -> JoinsOut:
    return JoinsOut(
        joins=[
            JoinOut(member=j.member, nickname=j.nickname, returning=j.returning, withheld=j.withheld)
            for j in batch.joins
        ],
        closes_at=batch.closes_at,
        drafts=[_shown(request, kept) for kept in batch.drafts],
    )


@router.get("/drafts", summary="List drafts", operation_id="listDrafts", responses=KEYED | errors(400, 404))
def list_drafts(
    request: Request,
    _key: Operator,
    community: Annotated[CommunityId, Query(description="Whose drafts.")],
    state: Annotated[DraftState | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Read on before this draft.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    lang: Lang = "zh",
) -> DraftsOut:
    """Drafts of a community, newest first."""
    which = DraftFilter(
        frozenset({state} if state else ()), frozenset({kind} if kind else ()), before=before, limit=limit
    )
    found = _content(request).drafts.listed(community, which)
    return DraftsOut(
        drafts=[_shown(request, kept, lang) for kept in found],
        next=found[-1].id if len(found) == limit else None,
    )


@router.get(
    "/drafts/{draft_id:int}", summary="Show a draft", operation_id="getDraft", responses=KEYED | errors(400, 404)
)
def get_draft(draft_id: Number, request: Request, _key: Operator, lang: Lang = "zh") -> DraftOut:
    """One draft with everything it rests on."""
    return _shown(request, _content(request).drafts.get(draft_id), lang)


@router.patch("/drafts/{draft_id:int}", summary="Edit a draft", operation_id="editDraft", responses=_WRITTEN)
def edit_draft(draft_id: Number, body: EditIn, request: Request, key: Operator) -> DraftOut:
    """Change text, channel or destination. The gate looks again, and what was approved has to be approved again."""
    kept = _content(request).drafts.edit(
        draft_id,
        body.version,
        acting(key, body.actor),
        text=body.text,
        channel=body.channel or "",
        destination=body.destination,
    )
    return _shown(request, kept)


@router.post(
    "/drafts/{draft_id:int}/rewrite", summary="Write a draft anew", operation_id="rewriteDraft", responses=_WRITTEN
)
def rewrite_draft(draft_id: Number, body: RewriteIn, request: Request, key: Operator) -> DraftOut:
    """Write it again over fresh facts, in other words, another tone, language or length."""
    kept = _content(request).drafts.rewrite(
        draft_id,
        body.version,
        acting(key, body.actor),
        tone=body.tone,
        language=body.language or "",
        length=body.length,
    )
    return _shown(request, kept)


@router.post(
    "/drafts/{draft_id:int}/approve", summary="Approve a draft", operation_id="approveDraft", responses=_WRITTEN
)
def approve_draft(draft_id: Number, body: StepIn, request: Request, key: Operator) -> DraftOut:
    """Approve it; over objections only with a reason, over hard ones never. One with a slot is scheduled for it."""
    drafts = _content(request).drafts
    return _shown(request, drafts.approve(draft_id, body.version, acting(key, body.actor), body.reason))


@router.post(
    "/drafts/{draft_id:int}/schedule", summary="Schedule a draft", operation_id="scheduleDraft", responses=_WRITTEN
)
def schedule_draft(draft_id: Number, body: ScheduleIn, request: Request, key: Operator) -> DraftOut:
    """Have an approved draft published at a time."""
    drafts = _content(request).drafts
    return _shown(request, drafts.schedule(draft_id, body.version, acting(key, body.actor), body.at))


@router.post(
    "/drafts/{draft_id:int}/publish", summary="Publish a draft", operation_id="publishDraft", responses=_WRITTEN
)
def publish_draft(draft_id: Number, body: StepIn, request: Request, key: Operator) -> DraftOut:
    """Publish it now. Without a destination it is handed to the caller, who posts it and reports with its `key`."""
    publishing = _content(request).publishing
    return _shown(request, publishing.publish(draft_id, body.version, acting(key, body.actor)))


@router.post("/drafts/{draft_id:int}/cancel", summary="Cancel a draft", operation_id="cancelDraft", responses=_WRITTEN)
def cancel_draft(draft_id: Number, body: StepIn, request: Request, key: Operator) -> DraftOut:
    """Throw it away; nothing that is on its way can be."""
    drafts = _content(request).drafts
    return _shown(request, drafts.cancel(draft_id, body.version, acting(key, body.actor), body.reason))


@router.post(
    "/drafts/{draft_id:int}/outcome", summary="Report an outcome", operation_id="reportDelivery", responses=_WRITTEN
)
def report_outcome(draft_id: Number, body: OutcomeIn, request: Request, key: Operator) -> DraftOut:
    """Say what became of an attempt to post it. The same report again changes nothing."""
    kept = _content(request).publishing.outcome(
        draft_id, body.key, DraftState(body.outcome), acting(key, body.actor), body.detail
    )
    return _shown(request, kept)


@router.post(
    "/drafts/{draft_id:int}/performance", summary="Report answers", operation_id="reportPerformance", responses=_WRITTEN
)
def report_performance(draft_id: Number, body: PerformanceIn, request: Request, key: Operator) -> DraftOut:
    """Say how many replied to a published draft; topics learn from it."""
    drafts = _content(request).drafts
    return _shown(request, drafts.perform(draft_id, body.replies, body.participants, acting(key, body.actor)))
