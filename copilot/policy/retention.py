"""How long a community keeps what was written, and when the daily round is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from copilot.errors import InvalidInput

LONGEST_DAYS = 3650
ROUND = time(3, 30)
"""When the daily round is due, in the community's own time: few write then."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Texts older than `days` are erased, none where it is None; `keep_decided` spares those that people decided.

    Decided texts are what later messages are compared with. Raises InvalidInput for days out of range.
    """

    days: int | None = None
    keep_decided: bool = True

    def __post_init__(self) -> None:
        if self.days is not None and not 1 <= self.days <= LONGEST_DAYS:
            raise InvalidInput(f"days must lie between 1 and {LONGEST_DAYS}", param="days")

    def before(self, now: datetime) -> datetime | None:
        """What was received before this is erased."""
        return None if self.days is None else now - timedelta(days=self.days)


def is_due(ran_at: datetime | None, now: datetime, time_zone: str) -> bool:
    """Whether the round of the day has not been made since it was due; the first one at once."""
    if ran_at is None:
        return True
    local = now.astimezone(ZoneInfo(time_zone))
    due = datetime.combine(local.date(), ROUND, local.tzinfo)
    if due > local:
        due -= timedelta(days=1)
    return ran_at < due.astimezone(UTC)
