"""Bodies of /v1/measures."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.fields import Body, CommunityId
from copilot.policy.measures import OrderKind, OrderState

Worker = Field(
    None,
    min_length=1,
    max_length=100,
    description="Which bot this is, where several use one key; the key's name by default.",
    examples=["bot-2"],
)
Lease = Field(60, ge=5, le=600, description="For how long no other bot gets these measures.")


class ClaimIn(Body):
    """Which measures a bot takes upon itself."""

    community: CommunityId | None = Field(None, description="Of which community; of all where not given.")
    limit: int = Field(20, ge=1, le=100)
    lease_seconds: int = Lease
    worker: str | None = Worker


class OutcomeIn(Body):
    """What became of a measure, as the platform said."""

    state: Literal["sent", "done", "failed", "unknown"] = Field(
        description="`sent` keeps it a while longer; `unknown` where the platform did not say, and a person will look."
    )
    detail: str = Field("", max_length=500, description="What the platform said, for people to read.")
    lease_seconds: int = Lease
    worker: str | None = Worker


class MeasureOut(BaseModel):
    """Something to be done on a platform. Do what the kinds say, in the order of the ids."""

    id: int
    community: str
    case_id: int
    kind: OrderKind = Field(description="`lift_…` takes back what the measure `lifts` did.")
    message_id: str
    author: str | None
    minutes: int = Field(description="How long a mute lasts.")
    text: str = Field(description="What to tell the member, how to appeal included; empty where nothing is to be said.")
    appeal_url: str | None = Field(description="Where the member can appeal; null for what takes something back.")
    lifts: int | None
    state: OrderState
    attempts: int
    worker: str
    held_until: datetime | None
    not_before: datetime = Field(description="Notices wait for the end of the community's quiet hours.")
    detail: str
    ordered_by: str
    created_at: datetime
    settled_by: str
    settled_at: datetime | None


class MeasuresOut(BaseModel):
    """Measures, oldest first."""

    measures: list[MeasureOut]
    next: int | None = Field(default=None, description="Give it as `after` to read on; null where these were the last.")
