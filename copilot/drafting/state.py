"""The life of a draft: from written to published exactly once, and who has to do what in between.

draft ──► approved ──► scheduled ──► publishing ──► published
  │                        │             ├──► failed    nothing was posted; it may be tried again
  ▼                        ▼             └──► unknown   nobody can tell; a person looks and says
missed: its slot passed before anybody approved it          cancelled: from everywhere before publishing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from copilot.drafting.types import Draft, Kind, Tone
from copilot.errors import Conflict

if TYPE_CHECKING:
    from copilot.drafting.gate import Violation


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    MISSED = "missed"
    CANCELLED = "cancelled"


_S = DraftState
NEXT: Mapping[DraftState, frozenset[DraftState]] = {
    _S.DRAFT: frozenset({_S.APPROVED, _S.SCHEDULED, _S.MISSED, _S.CANCELLED}),
    _S.APPROVED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PUBLISHING, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.APPROVED, _S.SCHEDULED, _S.PUBLISHING, _S.MISSED, _S.CANCELLED}),
    _S.PUBLISHING: frozenset({_S.PUBLISHED, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.PUBLISHED, _S.FAILED}),
    _S.FAILED: frozenset({_S.DRAFT, _S.PUBLISHING, _S.SCHEDULED, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.DRAFT, _S.APPROVED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""What may follow a state. From `unknown` only a person, or the late answer to the very attempt, leads on."""

EDITABLE = frozenset({_S.DRAFT, _S.APPROVED, _S.SCHEDULED, _S.MISSED, _S.FAILED})
"""States in which the text may change; whatever was approved has to be approved again."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for, kept beside the draft so that it can be written anew.

    `on` is the day on the community's clock that it is for. Empty `language`, `channel` and `tone` mean the
    community's own. `cases` are ids of decided cases (notice) or the checked one (clarification), `joins` ids of
    kept joins (welcome). `turn` counts how often it was written: another turn says it in other words.
    """

    kind: Kind
    community: str
    on: date | None = None
    language: str = ""
    tone: Tone | None = None
    length: int = 0
    channel: str = ""
    cases: tuple[int, ...] = ()
    joins: tuple[int, ...] = ()
    ceremony: bool = False
    about: str = ""
    truth: str = ""
    found: str = ""
    source: str = ""
    source_url: str = ""
    appeal_url: str = ""
    mute_minutes: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as kept. `version` grows with every change and guards against two people changing it at once.

    `objections` are what the gate holds against it, `overruled` why an operator publishes it all the same.
    `publish_at` is its slot; after `expires_at` it is too late and it is missed. `details` hold what its kind needs
    later on (a topic's pattern, a briefing's coverage, why a model was not used). `destination` names where it goes,
    "" for a bot that fetches it and posts it itself.
    """

    draft: Draft
    brief: Brief
    channel: str
    created_by: str
    created_at: datetime
    state: DraftState = DraftState.DRAFT
    version: int = 1
    objections: tuple[Violation, ...] = ()
    overruled: str = ""
    destination: str = ""
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    entry: int | None = None
    approved_by: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier or the present text of a draft, who wrote it, and when."""

    number: int
    draft: Draft
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to publish. It is written before anything is sent, and its result after.

    `key` is the same for all attempts of one draft at one destination, so that a receiver can tell a repetition.
    `state` is publishing, published, failed or unknown. After `expires_at` nobody is still at it. `receipt` is what
    the other side answered, `detail` what went wrong.
    """

    draft: int
    key: str
    destination: str
    actor: str
    started_at: datetime
    expires_at: datetime
    state: DraftState = DraftState.PUBLISHING
    ended_at: datetime | None = None
    receipt: str = ""
    detail: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Performance:
    """How a published draft did: replies, and different members who replied, None where that is not known."""

    draft: int
    replies: int
    participants: int | None
    at: datetime


def moved(state: DraftState, to: DraftState) -> DraftState:
    """Return the new state; raises Conflict where it does not follow the old one."""
    if to not in NEXT[state]:
        raise Conflict(f"a draft that is {state.value} cannot become {to.value}", param="state")
    return to
