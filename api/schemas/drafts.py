"""Bodies of /v1/drafts and of joins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.schemas.fields import Body, CommunityId, SentAt
from copilot.drafting.clarification import Truth
from copilot.drafting.fitting import CHANNELS
from copilot.drafting.state import DraftState
from copilot.drafting.types import Kind, Origin, Tone

Name = Annotated[str, Field(max_length=500)]
Link = Annotated[str, Field(max_length=2_000)]
Short = Annotated[str, Field(max_length=500)]
CaseId = Annotated[int, Field(ge=1, le=2**63 - 1)]
ChannelName = Annotated[str, Field(json_schema_extra={"enum": sorted(CHANNELS)}, max_length=32)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that was seen: 409 where it changed.")]
Actor = Annotated[
    str | None, Field(min_length=1, max_length=100, description="Who does so; the name of the key where not given.")
]


class DraftFields(Body):
    """What all kinds have in common; what is not given is the community's own."""

    community: CommunityId
    language: Literal["zh", "en"] | None = None
    tone: Tone | None = None
    channel: ChannelName | None = Field(None, description="Whose limits the draft has to fit.")
    actor: Actor = None


class BriefingIn(DraftFields):
    """A morning briefing."""

    on: date | None = Field(None, description="The day it is for; it tells of the day before. Today where not given.")


class TopicsIn(BriefingIn):
    """A topic prompt."""


class JoinIn(Body):
    """Somebody who joined."""

    member: Name = Field(default_factory=str, description="The platform's id.", examples=["u-1001"])
    nickname: Name = Field(default_factory=str, examples=["小满"])
    joined_at: SentAt | None = None


class JoinsIn(Body):
    """Who joined; they are welcomed together when the window closes."""

    joins: list[JoinIn] = Field(min_length=1, max_length=200)


class WelcomeIn(DraftFields):
    """A welcome for these, and whoever waits, at once."""

    joins: list[JoinIn] = Field(min_length=1, max_length=200)


class NoticeIn(DraftFields):
    """A notice about what was decided about one member's messages."""

    cases: list[CaseId] = Field(min_length=1, max_length=50)
    appeal_url: Link = Field(default_factory=str, description="Where to appeal.")
    mute_minutes: int = Field(0, ge=0, le=525_600, description="How long a mute lasts; as suggested where not given.")


class ClarificationIn(DraftFields):
    """What came of checking a rumour."""

    about: Short = Field(description="The matter in a few neutral words.", examples=["周末停水"])
    truth: Truth
    found: Short = Field(description="What is known.", examples=["物业没有停水计划"])
    source: Short = Field(description="Who says so.", examples=["物业值班室"])
    source_url: Link = Field(default_factory=str)
    case: CaseId | None = Field(None, description="The case with the rumour, whose words are not repeated.")


class EditIn(Body):
    """A change of a draft; what is not given stays."""

    version: Version
    text: Annotated[str, Field(max_length=20_000)] | None = None
    channel: ChannelName | None = None
    destination: Annotated[str, Field(max_length=50)] | None = Field(
        None, description="Where it goes; empty: a bot fetches it and posts it itself."
    )
    actor: Actor = None


class RewriteIn(Body):
    """How to write it anew."""

    version: Version
    tone: Tone | None = None
    language: Literal["zh", "en"] | None = None
    length: int | None = Field(None, ge=0, le=5_000, description="Characters; 0 for the channel's own measure.")
    actor: Actor = None


class StepIn(Body):
    """A step in a draft's life."""

    version: Version
    reason: str = Field(default_factory=str, max_length=500)
    actor: Actor = None


class ScheduleIn(Body):
    """When to publish."""

    version: Version
    at: SentAt
    actor: Actor = None


class OutcomeIn(Body):
    """What became of an attempt to publish."""

    key: str = Field(min_length=1, max_length=128, description="As the attempt was given.")
    outcome: Literal["published", "failed", "unknown"]
    detail: str = Field(default_factory=str, max_length=300)
    actor: Actor = None


class PerformanceIn(Body):
    """How a published draft did."""

    replies: int = Field(ge=0, le=1_000_000)
    participants: int | None = Field(None, ge=0, le=1_000_000)
    actor: Actor = None


class FactOut(BaseModel):
    """Something that the draft rests on."""

    id: str
    origin: Origin
    text: str
    by: str
    at: datetime | None
    url: str


class SentenceOut(BaseModel):
    """A sentence and the facts it rests on; without any it is a greeting, a heading or a closing."""

    text: str
    facts: list[str]


class LineOut(BaseModel):
    """A line of the text."""

    sentences: list[SentenceOut]


class PollOut(BaseModel):
    """A question put to the vote."""

    question: str
    options: list[str]


class ObjectionOut(BaseModel):
    """What the gate holds against the draft. `line` is -1 for the whole, `span` are characters of the line."""

    kind: str
    message: str
    line: int
    span: tuple[int, int]
    hard: bool = Field(description="No reason overrules it.")


class DraftOut(BaseModel):
    """A draft."""

    id: int
    community: str
    kind: Kind
    state: DraftState
    version: int
    language: str
    tone: Tone
    text: str
    lines: list[LineOut]
    facts: list[FactOut]
    poll: PollOut | None
    objections: list[ObjectionOut]
    overruled: str
    channel: str
    destination: str
    size: int = Field(description="Of the text, as the channel counts.")
    limit: int = Field(description="Of the channel.")
    written_by: str
    created_by: str
    created_at: datetime
    approved_by: str
    publish_at: datetime | None
    expires_at: datetime | None
    published_at: datetime | None
    key: str | None = Field(description="Of the last attempt to publish: the same for all attempts at one destination.")
    details: dict[str, Any]


class DraftsOut(BaseModel):
    """Drafts, newest first."""

    drafts: list[DraftOut]
    next: int | None = Field(description="Give it as `before` to read on; null where these were the last.")


class JoinOut(BaseModel):
    """Who was kept."""

    member: str
    nickname: str
    returning: bool
    withheld: bool = Field(description="The nickname was flagged and will not be shown.")


class JoinsOut(BaseModel):
    """What became of the report."""

    joins: list[JoinOut]
    closes_at: datetime | None = Field(description="When those who wait are welcomed; null where nobody waits.")
    drafts: list[DraftOut] = Field(description="Welcomes of batches that are complete.")
