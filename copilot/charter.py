"""Everything that is in force in one community, as an assessment needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from copilot.policy import CommunityPolicy
from copilot.policy.risk import Choice
from copilot.ports import Calibration
from copilot.types import Community, RuleSet


@dataclass(frozen=True, slots=True)
class Trial:
    """Rules or a policy that are tried out: judged beside what is in force, recorded, not acted upon."""

    rules: RuleSet | None = None
    policy: CommunityPolicy | None = None


@dataclass(frozen=True, slots=True)
class Charter:
    """A community with its rules, its policy, its calibration, and what it is trying out.

    `choice` are the thresholds of automatic removal that its decided cases support; without one nothing is removed.
    """

    community: Community
    rules: RuleSet | None = None
    policy: CommunityPolicy = field(default_factory=CommunityPolicy)
    choice: Choice | None = None
    calibration: Calibration | None = None
    trial: Trial | None = None


UNCHARTERED = Charter(Community(id="", name=""))
"""What a message without a community is judged by."""
