"""The one place where scores become decisions: bands per label, and the ladder of measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from copilot.types import LABELS, Decision, Label, Measure, Signal

NEVER_REMOVED = frozenset({Label.RUMOR, Label.OFF_TOPIC})
"""Labels that ask a person to look and never remove by themselves."""


@dataclass(frozen=True, slots=True)
class Band:
    """Probabilities from which a label asks for review, and for removal. Above 1 means never."""

    review: float
    remove: float = 1.01

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.remove:
            raise ValueError(f"a band needs 0 < review <= remove, got {self.review}, {self.remove}")


Bands = Mapping[Label, Band]

DEFAULT_BANDS: Bands = {label: Band(0.5, 1.01 if label in NEVER_REMOVED else 0.95) for label in LABELS}

_LADDER: Mapping[Label, tuple[Measure, Measure]] = {
    # label: (measure at review, measure at removal) for a first slip; strikes come with standing
    Label.ADS: (Measure.REMIND, Measure.WARN),
    Label.FRAUD: (Measure.WARN, Measure.REMOVE),
    Label.GAMBLING: (Measure.WARN, Measure.REMOVE),
    Label.PORN: (Measure.WARN, Measure.REMOVE),
    Label.ABUSE: (Measure.REMIND, Measure.WARN),
    Label.RUMOR: (Measure.REMIND, Measure.REMIND),
    Label.OFF_TOPIC: (Measure.REMIND, Measure.REMIND),
    Label.PRIVACY: (Measure.WARN, Measure.MUTE),
    Label.FLOOD: (Measure.REMIND, Measure.MUTE),
}
_SEVERITY = {measure: rank for rank, measure in enumerate(Measure)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy makes of one message's scores."""

    decision: Decision
    measure: Measure
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Bands per label with a version; labels without a band of their own use the default one."""

    bands: Bands = field(default_factory=lambda: DEFAULT_BANDS)
    version: str = "default/1"

    def reaches_review(self, label: Label, score: float) -> bool:
        """Whether this score alone asks for a look."""
        return score >= (self.bands.get(label) or DEFAULT_BANDS[label]).review

    def decide(self, scores: Mapping[Label, float], *, forced_review: bool = False) -> Verdict:
        """Return the severest decision any label asks for; `forced_review` is its lower bound."""
        decision = Decision.REVIEW if forced_review else Decision.ALLOW
        measure = Measure.NONE
        flagged: list[Label] = []
        for label in LABELS:
            score = scores.get(label, 0.0)
            band = self.bands.get(label) or DEFAULT_BANDS[label]
            if score < band.review:
                continue
            removes = score >= band.remove and label not in NEVER_REMOVED
            flagged.append(label)
            wished = _LADDER[label][1 if removes else 0]
            decision = max(decision, Decision.REMOVE if removes else Decision.REVIEW, key=lambda d: d.severity)
            measure = max(measure, wished, key=_SEVERITY.__getitem__)
        flagged.sort(key=lambda label: -scores[label])
        return Verdict(decision, measure, tuple(flagged))


def combine(model: Mapping[Label, float], signals: Sequence[Signal]) -> dict[Label, float]:
    """Join the model's probabilities with the signals': per label the larger one.

    Taking the maximum means that adding a signal can never soften a decision.
    """
    scores = {label: float(model.get(label, 0.0)) for label in LABELS}
    for signal in signals:
        if signal.label is not None:
            scores[signal.label] = max(scores[signal.label], signal.score)
    return scores
