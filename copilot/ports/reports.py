"""What members report, and what people made of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from copilot.policy.reporters import Record


class Category(StrEnum):
    """What a member can report a message for: the labels, and what no classifier judges."""

    ADS = "ads"
    FRAUD = "fraud"
    GAMBLING = "gambling"
    PORN = "porn"
    ABUSE = "abuse"
    RUMOR = "rumor"
    OFF_TOPIC = "off_topic"
    PRIVACY = "privacy"
    FLOOD = "flood"
    COPYRIGHT = "copyright"
    IMPERSONATION = "impersonation"
    OTHER = "other"


class ReportState(StrEnum):
    """Whether a report waits for a person, and what they made of it."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Report:
    """One member's report of one message. `note` is theirs, `answer` is what to tell them.

    `resolution` is the id of the decision that it was answered by.
    """

    case_id: int
    category: Category
    reporter: str
    note: str
    filed_at: datetime
    state: ReportState = ReportState.OPEN
    resolution: int | None = None
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    id: int = field(default=0, compare=False)


class Reports(Protocol):
    """Reports; one per reporter and case."""

    def add(self, report: Report) -> int:
        """Keep a new one and return its id; raises Conflict where this reporter has reported this case before."""
        ...

    def get(self, report_id: int) -> Report:
        """Return it; raises NotFound."""
        ...

    def by(self, case_id: int, reporter: str) -> Report | None:
        """This reporter's report of this case, if any."""
        ...

    def of(self, case_ids: Collection[int]) -> list[Report]:
        """All reports of these cases, oldest first."""
        ...

    def change(self, report: Report) -> None:
        """Overwrite its state and answer."""
        ...

    def waiting(self, community_id: str, limit: int) -> list[Report]:
        """Reports that nobody has answered, oldest first."""
        ...

    def count_waiting(self, community_id: str) -> int:
        """How many reports nobody has answered."""
        ...

    def answered(self, community_id: str, limit: int) -> list[Report]:
        """The reports answered last, newest first."""
        ...

    def filed_by(self, community_id: str, reporter: str, limit: int) -> list[Report]:
        """A member's last reports, newest first."""
        ...

    def records(self, community_id: str, reporters: Collection[str], since: datetime) -> Mapping[str, Record]:
        """What became of these members' reports that were answered since then; each of them is in the result."""
        ...
