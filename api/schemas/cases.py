"""Bodies of /v1/cases and /v1/resolutions."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.classify import ResultOut
from api.schemas.fields import Body
from copilot.policy.measures import LONGEST_MUTE
from copilot.types import Decision, Label, Measure

Actor = Field(
    None,
    min_length=1,
    max_length=100,
    description="Who decides; the name of the key where not given.",
    examples=["moderator-3"],
)


class ResolutionIn(Body):
    """What a person makes of a case."""

    decision: Decision
    labels: list[Label] = Field(
        default_factory=list, max_length=9, description="What it really was: none where it is allowed."
    )
    measure: Measure | None = Field(None, description="What is done about the author; the suggested one by default.")
    mute_minutes: int | None = Field(
        None, ge=1, le=LONGEST_MUTE, description="How long a mute lasts; as suggested by default."
    )
    reason: str = Field(default_factory=str, max_length=2_000)
    actor: str | None = Actor
    seen: int | None = Field(
        None, ge=0, description="Id of the resolution that was seen standing, 0 for none: 409 where it changed."
    )


class UndoIn(Body):
    """Who takes a resolution back."""

    actor: str | None = Actor


class ResolutionOut(BaseModel):
    """What a person decided about a case."""

    id: int
    case_id: int
    decision: Decision
    labels: list[Label]
    measure: Measure
    mute_minutes: int
    actor: str
    reason: str
    decided_at: datetime
    undone_at: datetime | None
    undone_by: str | None


class CaseOut(BaseModel):
    """A kept message, what the machine thought of it, and what people decided."""

    id: int
    community: str | None
    text: str
    quoted: str
    author: str | None
    roles: list[str]
    sent_at: datetime | None
    reply_to: str | None
    received_at: datetime
    assessment: ResultOut
    resolutions: list[ResolutionOut] = Field(description="Oldest first, what was undone included.")


class CasesOut(BaseModel):
    """Cases that wait for a person, oldest first."""

    cases: list[CaseOut]
    next: int | None = Field(description="Give it as `after` to read on; null where these were the last.")
