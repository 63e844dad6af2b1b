"""The queue of cases that wait for a person, who is looking at which, and what surrounds a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from copilot.types import Case, Label, Message

if TYPE_CHECKING:
    from copilot.policy.urgency import Urgency


class Stage(StrEnum):
    """Where an undecided case waits: for anybody, for somebody to check what it claims, or for an owner."""

    OPEN = "open"
    CHECKING = "checking"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Handed:
    """Who moved a case to its stage, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the queue. `decided` says that a resolution stands; `skipped` that whoever asks put it behind."""

    case_id: int
    community: str
    author: str | None
    labels: tuple[Label, ...]
    urgency: Urgency
    stage: Stage = Stage.OPEN
    handed: Handed | None = None
    decided: bool = False
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a page begins: keys of the last row of the page before."""

    skipped: bool
    rank: float
    case_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which undecided cases to list, for whom. Of `skipped` None lists what they skipped last, behind the rest."""

    communities: tuple[str, ...]
    account: str
    stages: tuple[Stage, ...] = (Stage.OPEN,)
    label: Label | None = None
    author: str | None = None
    skipped: bool | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many undecided cases wait at each stage; `skipped` are those of them that whoever asks put behind."""

    stages: Mapping[Stage, int]
    skipped: int


@dataclass(frozen=True, slots=True)
class Change:
    """What last happened to a case in the queue, and who did it; the machine's arrival has no `by`."""

    case_id: int
    community: str
    labels: tuple[Label, ...]
    stage: Stage
    decided: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a case open, and until when that holds unless renewed."""

    case_id: int
    community: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """Since when a member has been heard, and how often."""

    first_at: datetime
    messages: int


class WaitingCases(Protocol):
    """The queue. A case leaves it with a resolution and comes back when that is undone."""

    def add(self, waiting: Sequence[Waiting], keys: Sequence[Collection[int]]) -> None:
        """Put cases in, each with the keys under which copies of its text meet; those already in are left alone."""
        ...

    def get(self, case_id: int, account: str) -> Waiting:
        """Return one, decided or not, as this account sees it; raises NotFound where it never waited."""
        ...

    def page(self, wanted: Wanted, after: Cursor | None, limit: int) -> list[Waiting]:
        """At most `limit` cases, the most urgent first, after a place in that order."""
        ...

    def counts(self, wanted: Wanted) -> Counts:
        """How many wait in the communities, whatever stage, label and author are wanted."""
        ...

    def waiting(self, communities: Collection[str]) -> dict[str, int]:
        """How many cases of each community wait for anybody."""
        ...

    def move(self, case_id: int, stage: Stage, handed: Handed) -> None:
        """Move a case to a stage."""
        ...

    def put_behind(self, case_id: int, account: str, at: datetime) -> None:
        """Let it come last for this account."""
        ...

    def put_back(self, case_id: int, account: str) -> None:
        """Let it stand where it stood."""
        ...

    def reweigh(self, reports: Mapping[int, float]) -> None:
        """Set the weight of the reports of cases; what does not wait is ignored."""
        ...

    def meeting(self, community_id: str, keys: Collection[int], limit: int) -> list[int]:
        """Undecided cases of a community that share a key, those that share most first."""
        ...

    def changed(self, communities: Collection[str], since: datetime, limit: int) -> list[Change]:
        """What changed after `since`, oldest first; of more than `limit` changes the latest."""
        ...


class Claims(Protocol):
    """Who has which case open."""

    def take(self, case_id: int, holder: str, at: datetime, until: datetime) -> Claim:
        """Claim or renew, unless another's claim still holds; returns the claim that stands."""
        ...

    def release(self, case_id: int, holder: str) -> None:
        """Give one's own claim up."""
        ...

    def live(self, communities: Collection[str], at: datetime) -> list[Claim]:
        """The claims that hold, on undecided cases."""
        ...

    def of(self, case_ids: Collection[int], at: datetime) -> list[Claim]:
        """The claims that hold on these cases."""
        ...


class Surroundings(Protocol):
    """What was said around a message, and by whom."""

    def neighbours(self, case: Case, count: int) -> tuple[list[Message], list[Message]]:
        """The community's messages before and after a case, at most `count` each, oldest first."""
        ...

    def membership(self, community_id: str, author: str) -> Membership:
        """Since when this member has been heard."""
        ...

    def voices(self, community_id: str, since: datetime, until: datetime, limit: int) -> int:
        """How many different members sent the last `limit` messages of a time."""
        ...
