"""Bodies of /v1/reports."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.fields import Body, CommunityId, MessageId, MessageText, Nickname
from copilot.ports import Category, ReportState


class ReportIn(Body):
    """A member's report of a message: by its id, by its text, or by both where it may not have been kept."""

    community: CommunityId
    message_id: MessageId | None = Field(None, description="Of the message that is reported.")
    text: MessageText | None = Field(None, description="Its text; needed where the message was not judged before.")
    author: Nickname | None = Field(None, description="Who wrote it, for a message that was not judged before.")
    category: Category
    reporter: str = Field(min_length=1, max_length=200, description="Who reports it.", examples=["小李"])
    note: str = Field("", max_length=1_000, description="What the reporter says about it.")


class ReportOut(BaseModel):
    """A report and what came of it. What was written, and who reported, is left out."""

    id: int
    case_id: int
    category: Category
    state: ReportState
    answer: str = Field(description="What to tell the reporter; empty while the report is open.")
    filed_at: datetime
    answered_at: datetime | None
    duplicate: bool = Field(False, description="This member had reported this message before.")
