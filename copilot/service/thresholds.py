"""From which scores a community may remove by itself, as far as its decided cases support it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from copilot.charter import Charter
from copilot.policy import Bands, Policy
from copilot.policy.drift import Watch
from copilot.policy.reference import Reference, choose_with
from copilot.policy.risk import WINDOW, Checked, Choice, margin, tallies
from copilot.ports import Chosen, UnitOfWork
from copilot.text import text_views
from copilot.types import Case, Decision, Resolution

_HOLDS = timedelta(days=7)
"""How long a choice holds that lets something go: to choose daily is to try one's luck (`python -m eval.risk`)."""
_REFUSAL_HOLDS = timedelta(hours=1)


class Thresholds:
    """Chooses risk-controlled thresholds (`copilot.policy.risk`), kept in the store so that a restart changes none."""

    def __init__(self, base: Policy, model: str, reference: Reference | None = None) -> None:
        self._base = base
        self._model = model
        self._reference = reference
        self._known: dict[str, Chosen] = {}

    def fitted(self, unit: UnitOfWork, charter: Charter, now: datetime) -> Charter:
        """Return the charter with the choice that holds now."""
        community_id = charter.community.id
        chosen = self._known.get(community_id)
        if chosen is None or not self._holds(chosen, charter, now):
            protection = unit.safeguards.get(community_id)
            chosen = protection.chosen
            if chosen is None or not self._holds(chosen, charter, now):
                choice = self._choose(unit, charter, protection.watch, now)
                chosen = Chosen(choice, charter.policy.version, self._model, now)
                if choice.shift is not None or protection.chosen is not None:
                    unit.safeguards.put(community_id, replace(unit.safeguards.turn(community_id), chosen=chosen))
            self._known[community_id] = chosen
        return replace(charter, choice=chosen.choice)

    def forget(self, community_id: str) -> None:
        """Look into the store at the next message."""
        self._known.pop(community_id, None)

    def _holds(self, chosen: Chosen, charter: Charter, now: datetime) -> bool:
        if (chosen.policy, chosen.model) != (charter.policy.version, self._model):
            return False
        return now - chosen.at < (_REFUSAL_HOLDS if chosen.choice.shift is None else _HOLDS)

    def _choose(self, unit: UnitOfWork, charter: Charter, watch: Watch, now: datetime) -> Choice:
        community_id, policy, since = charter.community.id, charter.policy, now - WINDOW
        bands, confirmed = policy.bands_over(self._base), datetime.fromtimestamp(watch.since, UTC)
        decided = unit.resolutions.decided(community_id, since)
        ours = [(case, r) for case, r in decided if case.assessment.versions.model == self._model]
        return choose_with(
            tallies((_checked(case, resolution, bands) for case, resolution in ours), now, confirmed),
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
