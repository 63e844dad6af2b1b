"""What stands between a community's wish to remove and the deed, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from copilot.policy.breaker import Breaker
    from copilot.policy.drift import Watch
    from copilot.policy.risk import Choice


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of thresholds for automatic removal, under which policy and model, and when it was made."""

    choice: Choice
    policy: int
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Protection:
    """What stands between a community's wish to remove and the deed."""

    breaker: Breaker
    watch: Watch
    chosen: Chosen | None = None


class Safeguards(Protocol):
    """The protection of each community."""

    def get(self, community_id: str) -> Protection:
        """Return it, a new one where there is none."""
        ...

    def turn(self, community_id: str) -> Protection:
        """Return it and keep everybody else from changing it until the unit ends."""
        ...

    def put(self, community_id: str, protection: Protection) -> None:
        """Keep it."""
        ...
