"""What stands between the wish to remove and the deed: quotas, spikes, and audits of what was removed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from copilot.charter import Charter
from copilot.policy import CommunityPolicy
from copilot.policy.breaker import Breaker, Cause, Trip, admit, confirm, open_for
from copilot.policy.drift import Watch, audit_share, audited
from copilot.policy.risk import WINDOW
from copilot.ports import Store, UnitOfWork
from copilot.types import Assessment, Case, Decision, Message, Resolution, Signal

log = logging.getLogger(__name__)


def held_back(
    unit: UnitOfWork,
    charters: Mapping[str, Charter],
    messages: Sequence[Message],
    assessments: Sequence[Assessment],
    now: datetime,
) -> list[Assessment]:
    """Return the assessments with the removals that a circuit breaker does not let through turned into reviews."""
    found = list(assessments)
    for community_id, charter in charters.items():
        wishes = [
            i
            for i, (message, assessment) in enumerate(zip(messages, found, strict=True))
            if message.community == community_id and assessment.decision is Decision.REMOVE
        ]
        if not wishes:
            continue
        breaker, watch = unit.safeguards.get(community_id)
        admission = admit(breaker, charter.policy.quota, now.timestamp(), len(wishes))
        unit.safeguards.put(community_id, admission.breaker, watch)
        if admission.notice is not None:
            log.warning("automatic removal paused in %s: %s", community_id, admission.notice.cause.value)
        for i in wishes[admission.granted :]:
            found[i] = _reviewed(found[i], admission.breaker.trip)
    return found


def _reviewed(assessment: Assessment, trip: Trip | None) -> Assessment:
    why = () if trip is None else (Signal("breaker", None, 0.0, trip.reason, kind=trip.cause.value),)
    return replace(assessment, decision=Decision.REVIEW, would_remove=True, signals=(*assessment.signals, *why))


def audit(unit: UnitOfWork, policy: CommunityPolicy, case: Case, resolution: Resolution) -> None:
    """Let the watch hear what a person says of a removal; evidence of too many wrong ones opens the breaker."""
    community_id = case.message.community
    if community_id is None or case.assessment.decision is not Decision.REMOVE:
        return
    breaker, watch = unit.safeguards.get(community_id)
    share = audit_share(len(breaker.granted) * WINDOW.days, policy.budget, policy.confidence)
    if not audited(community_id, case.message.id, share):
        return
    watch = watch.after([resolution.decision is not Decision.REMOVE], policy.budget)
    if watch.alarmed:
        breaker = open_for(breaker, Cause.DRIFT, resolution.decided_at.timestamp()).breaker
        log.warning("automatic removal paused in %s: %s", community_id, Cause.DRIFT.value)
    unit.safeguards.put(community_id, breaker, watch)


class Safeguard:
    """Shows the circuit breaker of a community, and closes it on a person's word."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self, community_id: str) -> tuple[Breaker, Watch]:
        """Return breaker and watch; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.safeguards.get(community_id)

    def confirm(self, community_id: str, now: datetime) -> Breaker:
        """Let automatic removal go on, because a person has looked; the watch begins anew. Raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            breaker, _ = unit.safeguards.get(community_id)
            closed = confirm(breaker, now.timestamp())
            unit.safeguards.put(community_id, closed, Watch())
            return closed
