"""How urgent an undecided case is, as named parts: what it may do, how surely, whom it reaches, since when it waits.

The parts are multiplied, and waiting doubles the product every day. So the order of two cases does not depend on when
one looks (as in ranking by exponential time decay, with the sign turned round): it is kept as one indexed number,
`rank`, that is never computed anew, and nothing waits for ever.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from copilot.types import Assessment, Label

SEVERITY: Mapping[Label, float] = {
    # What a message does to its readers until somebody takes it down. A judgement, not a measurement.
    Label.FRAUD: 1.0,
    Label.PRIVACY: 1.0,
    Label.PORN: 0.8,
    Label.GAMBLING: 0.7,
    Label.ABUSE: 0.7,
    Label.RUMOR: 0.6,
    Label.ADS: 0.4,
    Label.FLOOD: 0.3,
    Label.OFF_TOPIC: 0.1,
}
UNLABELLED = 0.3
"""Severity of what must be looked at without a label, as when the model is away or a member reported it."""
UNSURE = 0.5
"""Confidence where nobody said how sure."""
DOUBLING = timedelta(days=1)
"""Waiting this long makes a case twice as urgent."""

_LEAST = 0.05
_HIGH, _MEDIUM = 1.0, 0.5


class Level(StrEnum):
    """Urgency in a word."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Reach:
    """Who may have read it: members of the group or, where unknown, people who spoke around it; copies of the text."""

    audience: int = 0
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Urgency:
    """Why a case stands where it does. `confidence` is a probability, `reports` a sum of reporters' weights."""

    label: Label | None
    severity: float
    confidence: float
    reach: Reach
    reports: float
    arrived_at: datetime

    @property
    def rank(self) -> float:
        """Sorts cases, the most urgent first by falling rank, whenever one looks. In doublings."""
        return self._weight - self.arrived_at.timestamp() / DOUBLING.total_seconds()

    def now(self, at: datetime) -> float:
        """The product of all parts at a moment; about 1 for a fresh fraud beyond doubt in a quiet group."""
        return float(2.0 ** (self._weight + max(timedelta(0), at - self.arrived_at) / DOUBLING))

    def level(self, at: datetime) -> Level:
        """Urgency in a word."""
        value = self.now(at)
        return Level.HIGH if value >= _HIGH else Level.MEDIUM if value >= _MEDIUM else Level.LOW

    @property
    def _weight(self) -> float:
        audience = 1 + math.log10(1 + max(0, self.reach.audience)) / 2
        copies = 1 + math.log2(max(1, self.reach.copies)) / 2
        product = max(self.severity, _LEAST) * max(self.confidence, _LEAST) * audience * copies
        return math.log2(product * (1 + max(0.0, self.reports)))


def urgency(assessment: Assessment, arrived_at: datetime, reach: Reach | None = None, reports: float = 0.0) -> Urgency:
    """Return the urgency of a case from the label that may do most: severity times its calibrated probability.

    `arrived_at` is aware. `reports` is the sum of the weights that its reporters earned, 0 where nobody reported it.
    """
    worst = max(
        assessment.labels, key=lambda label: SEVERITY[label] * assessment.scores.get(label, UNSURE), default=None
    )
    severity = UNLABELLED if worst is None else SEVERITY[worst]
    confidence = UNSURE if worst is None else assessment.scores.get(worst, UNSURE)
    return Urgency(worst, severity, confidence, reach or Reach(), reports, arrived_at)
