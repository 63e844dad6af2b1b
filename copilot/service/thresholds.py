"""From which scores a community may remove by itself, as far as its decided cases support it."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from copilot.charter import Charter
from copilot.policy import Bands, Policy
from copilot.policy.reference import Reference, choose_with
from copilot.policy.risk import WINDOW, Checked, Choice, margin, tallies
from copilot.ports import UnitOfWork
from copilot.text import text_views
from copilot.types import Case, Decision, Resolution

_REST = timedelta(minutes=10)
"""How long a choice holds at least: counting thousands of cases for every message would be waste."""


class Thresholds:
    """Chooses risk-controlled thresholds (see `copilot.policy.risk`) and keeps them for some minutes."""

    def __init__(self, base: Policy, model: str, reference: Reference | None = None) -> None:
        self._base = base
        self._model = model
        self._reference = reference
        self._known: dict[str, tuple[object, datetime, Choice]] = {}
        self._lock = threading.Lock()

    def fitted(self, unit: UnitOfWork, charter: Charter, now: datetime) -> Charter:
        """Return the charter with the choice that holds now."""
        community_id, policy = charter.community.id, charter.policy
        known = self._known.get(community_id)
        if known is None or known[0] != policy or now - known[1] >= _REST:
            choice = self._choose(unit, charter, now)
            with self._lock:
                self._known[community_id] = known = policy, now, choice
        return replace(charter, choice=known[2])

    def forget(self, community_id: str) -> None:
        """Choose anew at the next look."""
        with self._lock:
            self._known.pop(community_id, None)

    def _choose(self, unit: UnitOfWork, charter: Charter, now: datetime) -> Choice:
        community_id, policy, since = charter.community.id, charter.policy, now - WINDOW
        bands = policy.bands_over(self._base)
        decided = unit.resolutions.decided(community_id, since)
        ours = [(case, r) for case, r in decided if case.assessment.versions.model == self._model]
        return choose_with(
            tallies((_checked(case, resolution, bands) for case, resolution in ours), now),
            self._reference,
            seen=unit.cases.count(community_id, since),
            harmful=sum(resolution.decision is not Decision.ALLOW for _, resolution in ours),
            budget=policy.budget,
            confidence=policy.confidence,
        )


def _checked(case: Case, resolution: Resolution, bands: Bands) -> Checked:
    """A decided case as evidence: its removal would have been wrong unless a person removed it."""
    normal = text_views(case.message.text).normal.text
    return Checked(
        margin=margin(case.assessment.scores, bands),
        wrong=resolution.decision is not Decision.REMOVE,
        at=resolution.decided_at,
        copies=hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest(),
    )
