"""/v1/reports: what members report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.cases import Number
from api.schemas.reports import ReportIn, ReportOut
from api.security import require
from copilot.adapters.sql import Key
from copilot.errors import InvalidInput
from copilot.ports import Report
from copilot.types import Message

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=StrictRoute)

Bot = Annotated[Key, Depends(require("classify"))]


@router.post(
    "",
    summary="Report a message",
    operation_id="fileReport",
    status_code=201,
    responses=KEYED | WITH_BODY | errors(404),
)
def file_report(body: ReportIn, request: Request, key: Bot) -> ReportOut:
    """Bring a message before a person because a member asks for it; once per reporter and message.

    Several reports of one message are one case. They decide nothing: they move it up the queue, by the record of who
    reports.
    """
    if body.message_id is None and body.text is None:
        raise InvalidInput("Give the message's id, its text, or both.", param="message_id")
    message = Message(
        body.message_id or "", body.text or "", body.community, author=body.author, sent_at=datetime.now(UTC)
    )
    filed, known = pieces_of(request).service.reports.file(
        message,
        body.category,
        body.reporter,
        note=body.note,
        filed_by=f"key:{key.name}",
        has_text=body.text is not None,
    )
    return _shown(filed, duplicate=known)


@router.get("/{report_id}", summary="Show a report", operation_id="getReport", responses=KEYED | errors(400, 404))
def get_report(report_id: Number, request: Request, _key: Bot) -> ReportOut:
    """Whether a person has looked, and what to tell the reporter."""
    return _shown(pieces_of(request).service.reports.get(report_id))


def _shown(report: Report, *, duplicate: bool = False) -> ReportOut:
    return ReportOut(
        id=report.id,
        case_id=report.case_id,
        category=report.category,
        state=report.state,
        answer=report.answer,
        filed_at=report.filed_at,
        answered_at=report.answered_at,
        duplicate=duplicate,
    )
