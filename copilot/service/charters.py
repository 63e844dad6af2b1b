"""Charters as the store has them, kept in memory until something about their community changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from copilot.charter import Charter, Trial
from copilot.policy import CommunityPolicy
from copilot.ports import Calibration, UnitOfWork
from copilot.rules import read_rules
from copilot.types import Community, RuleSet

LoadCalibration = Callable[[Mapping[str, Any]], Calibration | None]
"""Reads what was kept of a calibration; None where it is of another model than the one that runs."""
_MOST = 10_000


def no_calibration(value: Mapping[str, Any]) -> None:
    """Where no calibration can be read there must be none to read."""
    raise LookupError("this service was not told how to read calibrations")


class Charters:
    """Finds the charters of communities; one look at the database tells whether the one in memory still holds."""

    def __init__(self, load_calibration: LoadCalibration) -> None:
        self._load_calibration = load_calibration
        self._known: dict[str, tuple[int, Charter]] = {}
        self._lock = threading.Lock()

    def of(self, unit: UnitOfWork, community_ids: Iterable[str]) -> dict[str, Charter]:
        """Return the charters by community; raises NotFound."""
        return {community_id: self._of(unit, community_id) for community_id in sorted(set(community_ids))}

    def _of(self, unit: UnitOfWork, community_id: str) -> Charter:
        revision = unit.communities.revision(community_id)
        known = self._known.get(community_id)
        if known is not None and known[0] == revision:
            return known[1]
        charter = self._read(unit, community_id)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[community_id] = revision, charter
        return charter

    def _read(self, unit: UnitOfWork, community_id: str) -> Charter:
        rules, policy = unit.rules.live(community_id), unit.policies.live(community_id)
        tried_rules, tried_policy = unit.rules.shadow(community_id), unit.policies.shadow(community_id)
        head = unit.heads.live(community_id)
        trial = None
        if tried_rules or tried_policy:
            trial = Trial(
                rules=tried_rules.value if tried_rules else None, policy=tried_policy.value if tried_policy else None
            )
        community = unit.communities.get(community_id)
        return Charter(
            community=community,
            rules=rules.value if rules else _unversioned(unit, community),
            policy=policy.value if policy else CommunityPolicy(),
            calibration=self._load_calibration(head.value) if head else None,
            trial=trial,
        )


def _unversioned(unit: UnitOfWork, community: Community) -> RuleSet | None:
    """The rules of a community that was set up before rules had versions, as version 0."""
    if not community.rules.strip() or unit.rules.all(community.id):
        return None
    return read_rules(community.rules, version=0)
