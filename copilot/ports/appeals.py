"""What members appeal against, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

BY_MACHINE = 0
"""Stands for the ruling where the machine removed by itself; resolutions count from 1."""


class AppealState(StrEnum):
    """Where an appeal stands: filed, opened by somebody, or answered one way or the other."""

    RECEIVED = "received"
    LOOKING = "looking"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Appeal:
    """A member's word against one ruling about one case. `upheld` means that the ruling stands.

    `ruling` is the resolution's id or `BY_MACHINE`. `assignee` was asked to look, `answered_by` answered. `answer` is
    what the member reads.
    """

    case_id: int
    ruling: int
    text: str
    filed_at: datetime
    assignee: str = ""
    state: AppealState = AppealState.RECEIVED
    looked_at: datetime | None = None
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    id: int = field(default=0, compare=False)

    @property
    def answered(self) -> bool:
        """Whether it is over."""
        return self.state in (AppealState.UPHELD, AppealState.OVERTURNED)


class Appeals(Protocol):
    """Appeals; one per ruling."""

    def secret(self) -> bytes:
        """What links to appeals are signed with, made when first asked for."""
        ...

    def add(self, appeal: Appeal) -> int:
        """Keep a new one and return its id; raises Conflict where there is one against this ruling."""
        ...

    def get(self, appeal_id: int) -> Appeal:
        """Return it; raises NotFound."""
        ...

    def against(self, case_id: int, ruling: int) -> Appeal | None:
        """The appeal against a ruling, if any."""
        ...

    def of(self, case_id: int) -> list[Appeal]:
        """All appeals about a case, oldest first."""
        ...

    def change(self, appeal: Appeal) -> None:
        """Overwrite its assignee, state and answer."""
        ...

    def waiting(self, community_id: str, limit: int) -> list[Appeal]:
        """Appeals that nobody has answered, oldest first."""
        ...

    def count_waiting(self, community_id: str) -> int:
        """How many appeals nobody has answered."""
        ...

    def answered(self, community_id: str, limit: int) -> list[Appeal]:
        """The appeals answered last, newest first."""
        ...

    def outcomes(self, community_id: str, since: datetime, until: datetime) -> tuple[int, int]:
        """How many appeals were answered in this time, and in how many of them the member was right."""
        ...

    def loads(self, community_id: str) -> Mapping[str, int]:
        """How many appeals wait for each assignee."""
        ...
