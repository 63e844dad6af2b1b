"""POST /v1/classify: judge messages, and keep them where asked."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.schemas import ClassifyIn, ClassifyOut, MessageIn, ResultOut, SignalOut, VersionsOut
from api.security import require
from copilot.adapters.sql import Key
from copilot.types import Assessment, Message, Signal

router = APIRouter(prefix="/v1", tags=["moderation"], route_class=StrictRoute)


@router.post(
    "/classify",
    summary="Judge messages",
    operation_id="classify",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def classify(body: ClassifyIn, request: Request, _key: Annotated[Key, Depends(require("classify"))]) -> ClassifyOut:
    """Judge up to 256 messages and return verdicts in their order.

    Kept messages are recognised by community, id and text: a repeated delivery gets the verdict
    of the first one, marked `duplicate`. The same id with another text is an edit, judged afresh.
    """
    pieces = pieces_of(request)
    messages = [_message(message, body) for message in body.messages]
    if body.keeps:
        cases = pieces.service.ingest(messages, explain=body.explain)
        judged = [(case.assessment, case.duplicate) for case in cases]
    else:
        judged = [(assessment, False) for assessment in pieces.service.assess(messages, explain=body.explain)]
    pieces.metrics.observe_assessments(verdict for verdict, duplicate in judged if not duplicate)
    return ClassifyOut(
        id=f"cls-{uuid.uuid4().hex}",
        model=pieces.service.moderator.versions.model,
        results=[_result(verdict, duplicate, body.lang) for verdict, duplicate in judged],
    )


def _message(given: MessageIn, body: ClassifyIn) -> Message:
    return Message(
        id=given.id or f"msg-{uuid.uuid4().hex}",
        text=given.text,
        community=body.community,
        author=given.author,
        quoted=given.quoted,
        sent_at=given.sent_at,
        reply_to=given.reply_to,
        theme=body.theme,
    )


def _result(verdict: Assessment, duplicate: bool, lang: str) -> ResultOut:
    return ResultOut(
        id=verdict.message_id,
        decision=verdict.decision,
        measure=verdict.measure,
        labels=list(verdict.labels),
        scores=dict(verdict.scores),
        signals=[_signal(signal, lang) for signal in verdict.signals],
        versions=VersionsOut(
            model=verdict.versions.model,
            policy=verdict.versions.policy,
            rules=verdict.versions.rules,
        ),
        duplicate=duplicate,
    )


def _signal(signal: Signal, lang: str) -> SignalOut:
    return SignalOut(
        source=signal.source,
        kind=signal.kind,
        label=signal.label,
        score=signal.score,
        spans=list(signal.spans),
        reason=signal.reason.en if lang == "en" else signal.reason.zh,
        reason_en=signal.reason.en,
    )
