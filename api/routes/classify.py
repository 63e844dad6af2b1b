"""POST /v1/classify: judge messages, and keep them where asked."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.schemas.classify import ClassifyIn, ClassifyOut, MessageIn
from api.security import require
from copilot.adapters.sql import Key
from copilot.types import Message

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
        results = [
            shown.result(case.assessment, body.lang, case_id=case.id, duplicate=case.duplicate) for case in cases
        ]
        fresh = [case.assessment for case in cases if not case.duplicate]
    else:
        fresh = pieces.service.assess(messages, explain=body.explain)
        results = [shown.result(assessment, body.lang) for assessment in fresh]
    pieces.metrics.observe_assessments(fresh)
    return ClassifyOut(
        id=f"cls-{uuid.uuid4().hex}",
        model=pieces.service.moderator.versions.model,
        results=results,
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
        roles=tuple(given.roles),
    )
