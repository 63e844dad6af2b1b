"""What was counted about a community's messages and decisions; no text is read for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from copilot.policy.spot_checks import Draw
from copilot.types import Decision, Label


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a stretch of time the machine decided so; `stratum` is that of their suspicion."""

    stretch: int
    decision: Decision
    stratum: int
    messages: int


@dataclass(frozen=True, slots=True)
class Flags:
    """How many messages of a stretch of time were flagged for just these labels."""

    stretch: int
    labels: tuple[Label, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """A message that people decided: what the machine had said, and what stands.

    `scores` are those of the labels it was flagged for. `copies` is the same for copies of one text. `first_at` is when
    somebody first decided it, `changed` that what stands is not the first decision. `checked` says that it was looked
    at because it had been drawn at random.
    """

    case_id: int
    received_at: datetime
    machine: Decision
    flagged: tuple[Label, ...]
    scores: Mapping[Label, float]
    suspicion: float
    copies: bytes
    decision: Decision
    labels: tuple[Label, ...]
    actor: str
    first_at: datetime
    changed: bool
    checked: bool


@dataclass(frozen=True, slots=True)
class Work:
    """How many decisions somebody made in a stretch of time."""

    stretch: int
    actor: str
    decisions: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Flagged messages that nobody has decided, and since when the oldest waits."""

    messages: int
    oldest: datetime | None


class Figures(Protocol):
    """Counts over messages received, or decisions made, between the first and the last edge.

    `edges` are moments in ascending order; stretch i reaches from edge i to before edge i + 1.
    """

    def tallies(self, community_id: str, edges: Sequence[datetime]) -> list[Tally]:
        """Count messages by stretch, decision and stratum."""
        ...

    def flags(self, community_id: str, edges: Sequence[datetime]) -> list[Flags]:
        """Count flagged messages by stretch and labels."""
        ...

    def rulings(self, community_id: str, since: datetime, until: datetime) -> list[Ruling]:
        """Everything that people decided about messages received in this time, in the order of arrival."""
        ...

    def work(self, community_id: str, edges: Sequence[datetime]) -> list[Work]:
        """Count decisions by stretch and person; those taken back count too, for they were work."""
        ...

    def waiting(self, community_id: str) -> Waiting:
        """What waits now."""
        ...


class SpotChecks(Protocol):
    """Random draws of allowed messages that people look at."""

    def draw(self, community_id: str, since: datetime, until: datetime, wanted: int, actor: str) -> list[int]:
        """Draw allowed messages received in this time that nobody has decided or drawn; return their cases."""
        ...

    def draws(self, community_id: str, since: datetime, until: datetime) -> list[Draw]:
        """The draws that reach into this time."""
        ...

    def open(self, community_id: str) -> int:
        """How many drawn messages nobody has decided."""
        ...
