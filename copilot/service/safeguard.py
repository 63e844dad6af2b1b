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
from copilot.ports import SYSTEM, Deed, Protection, Store, UnitOfWork
from copilot.service.thresholds import Thresholds
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
        protection = unit.safeguards.turn(community_id)
        admission = admit(protection.breaker, charter.policy.quota, now.timestamp(), len(wishes))
        unit.safeguards.put(community_id, replace(protection, breaker=admission.breaker))
        if admission.notice is not None:
            _paused(unit, community_id, admission.notice.cause, now)
        for i in wishes[admission.granted :]:
            found[i] = _reviewed(found[i], admission.breaker.trip)
    return found


def _paused(unit: UnitOfWork, community_id: str, cause: Cause, now: datetime) -> None:
    log.warning("automatic removal paused in %s: %s", community_id, cause.value)
    unit.audit.add(Deed("machine", "removal.pause", community_id, "removal", after={"paused": cause.value}), now)


def _reviewed(assessment: Assessment, trip: Trip | None) -> Assessment:
    why = () if trip is None else (Signal("breaker", None, 0.0, trip.reason, kind=trip.cause.value),)
    return replace(assessment, decision=Decision.REVIEW, would_remove=True, signals=(*assessment.signals, *why))


def audit(unit: UnitOfWork, policy: CommunityPolicy, case: Case, resolution: Resolution) -> None:
    """Let the watch hear what a person says of a removal; evidence of too many wrong ones opens the breaker."""
    community_id = case.message.community
    if community_id is None or case.assessment.decision is not Decision.REMOVE:
        return
    protection = unit.safeguards.turn(community_id)
    breaker = protection.breaker
    share = audit_share(len(breaker.granted) * WINDOW.days, policy.budget, policy.confidence)
    if not audited(community_id, case.message.id, share):
        return
    watch = protection.watch.after([resolution.decision is not Decision.REMOVE], policy.budget)
    if watch.alarmed:
        breaker = open_for(breaker, Cause.DRIFT, resolution.decided_at.timestamp()).breaker
        _paused(unit, community_id, Cause.DRIFT, resolution.decided_at)
    unit.safeguards.put(community_id, replace(protection, breaker=breaker, watch=watch))


class Safeguard:
    """Closes the circuit breaker of a community on a person's word."""

    def __init__(self, store: Store, thresholds: Thresholds) -> None:
        self._store = store
        self._thresholds = thresholds

    def confirm(self, community_id: str, now: datetime, actor: str = SYSTEM) -> Breaker:
        """Let automatic removal go on, because a person has looked; the watch begins anew. Raises NotFound.

        After drift, what was decided before it is no evidence any more: the threshold must be earned again.
        """
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            protection = unit.safeguards.turn(community_id)
            trip = protection.breaker.trip
            drifted = trip is not None and trip.cause is Cause.DRIFT
            closed = confirm(protection.breaker, now.timestamp())
            watch = Watch(since=now.timestamp() if drifted else protection.watch.since)
            chosen = None if drifted else protection.chosen
            unit.safeguards.put(community_id, Protection(closed, watch, chosen))
            before = {"paused": trip.cause.value if trip is not None else None}
            unit.audit.add(Deed(actor, "removal.resume", community_id, "removal", before=before), now)
        if drifted:
            self._thresholds.forget(community_id)
        return closed
