"""Bodies of replay and learn: what a change would have done, and what decisions taught."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.fields import Body, Words
from copilot.replay import Change
from copilot.types import Decision, Label


class ListsIn(Body):
    """Keyword and domain lists; those not given stay as they are."""

    allow_keywords: Words | None = None
    deny_keywords: Words | None = None
    allow_domains: Words | None = None
    deny_domains: Words | None = None


class ReplayIn(Body):
    """A change to try on what was said already. Nothing is changed by trying."""

    policy: dict[str, Any] | None = Field(None, description="As PUT …/policy takes it.")
    rules: str | None = Field(None, max_length=20_000, description="A text of rules.")
    lists: ListsIn | None = None
    reread: bool = Field(
        False,
        strict=True,
        description="Have the model that runs read again what another version had judged; with a policy or by itself.",
    )
    days: int = Field(30, ge=1, le=365)
    limit: int = Field(100_000, ge=1, le=200_000, description="At most so many messages, the last ones.")


class TransitionOut(BaseModel):
    """How many messages would go from one decision to another."""

    before: Decision
    after: Decision
    messages: int


class LabelChangeOut(BaseModel):
    """In how many messages a label would be named that was not, or no longer."""

    label: Label
    gained: int
    lost: int


class ReplayOut(BaseModel):
    """What would have changed."""

    messages: int
    decided: int = Field(description="Of these people had decided so many.")
    first_at: datetime | None
    last_at: datetime | None
    transitions: list[TransitionOut]
    changes: dict[Change, int] = Field(
        description="clean_hit: found clean by a person and hit by the change; clean_spared, harm_caught, harm_missed "
        "likewise; harder and softer: all others."
    )
    labels: list[LabelChangeOut]
    members: int = Field(description="Authors of messages whose decision changes.")
    examples: dict[Change, list[int]] = Field(description="Ids of some cases of each kind.")
    read_again: int = Field(description="Messages that a model had to read again; the others came from stored scores.")
    seconds: float


class LearnIn(Body):
    """What to learn from."""

    days: int = Field(365, ge=1, le=3650)
    keep: bool = Field(False, description="Put it in force where it proves better; otherwise report only.", strict=True)
    actor: str | None = Field(None, min_length=1, max_length=100)


class LearnOut(BaseModel):
    """What the decisions taught, measured on decisions held back."""

    version: int | None = Field(description="The calibration in force now; null: the model as it is.")
    changed: bool
    report: dict[str, Any]
