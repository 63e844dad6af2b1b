"""Bodies of /v1/communities/{id}/policy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.fields import Body
from api.schemas.rules import Entry
from copilot.policy.breaker import Cause
from copilot.ports import State
from copilot.types import Label


class PolicyIn(Body):
    """A policy, and whether it comes into force or on trial."""

    policy: dict[str, Any] = Field(
        description="bands, automatic (off, shadow, live), budget, confidence, exempt_roles, quiet_hours, time_zone, "
        "ladder, half_life_days, removals_per_hour, removals_per_day. What is missing keeps its default.",
        examples=[{"automatic": "live", "budget": 0.01, "exempt_roles": ["群主"]}],
    )
    state: Entry = Field(State.LIVE, description="`live`, or `shadow`: judged beside what is in force, not acted upon.")
    actor: str | None = Field(None, min_length=1, max_length=100)


class PolicyVersionOut(BaseModel):
    """One version of a community's policy, every field written out."""

    version: int
    state: State
    policy: dict[str, Any]
    actor: str
    created_at: datetime


class AutomaticOut(BaseModel):
    """From which scores the machine may remove by itself (where the policy says `live`), and what that rests on."""

    removal: dict[Label, float] = Field(
        description="Probability from which each label goes; empty: no evidence, so nothing goes."
    )
    cases: int = Field(description="Decided cases that the choice rests on.")
    wrong: int = Field(description="Of these so many would have been removed wrongly.")
    missing: int = Field(description="Cases that are missing at least before anything is removed.")
    paused: Cause | None = Field(description="Why automatic removal is paused, if it is.")
    paused_until: datetime | None = Field(description="Null where a person must confirm.")
    audited: int = Field(description="Removals that were audited since the watch began.")
    audited_wrong: int


class PolicyOut(BaseModel):
    """The policy in force, what automatic removal rests on, and all versions, newest first."""

    automatic: AutomaticOut
    versions: list[PolicyVersionOut]
