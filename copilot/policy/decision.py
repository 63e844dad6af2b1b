"""The one place where scores become decisions."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from copilot.policy.bands import DEFAULT_BANDS, NEVER_REMOVED, Band, Bands
from copilot.policy.ladder import DEFAULT_LADDER, Ladder, Suggestion, suggest
from copilot.policy.standing import CLEAN_RECORD, Standing
from copilot.types import LABELS, Clause, Decision, Label, Measure, Reason, Signal

LIFTED_BY_ROLE = frozenset({Label.ADS, Label.RUMOR, Label.OFF_TOPIC, Label.FLOOD})
"""What an exempt role may do. The rest is asked of everybody: an admin's account can be stolen."""


class Automatic(StrEnum):
    """Whether the machine removes: never, only in the record, or in earnest."""

    OFF = "off"
    SHADOW = "shadow"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy makes of one message's scores.

    `would_remove` marks a review that would be a removal if automatic removal were live. `minutes` is how long a
    suggested mute lasts; `reason` says why this measure.
    """

    decision: Decision
    measure: Measure
    labels: tuple[Label, ...]
    would_remove: bool = False
    minutes: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Bands per label with a version; labels without a band of their own use the default one.

    As it stands it is the policy of a bot author without a community: `remove` is advice at the model's own thresholds,
    and the bot acts on it or doesn't. `CommunityPolicy.over` makes a community's of it. Where `removal` is given,
    these probabilities (risk-controlled) decide over automatic removal instead of the bands; labels that it does not
    name are never removed. The measure looks at the bands alone, so that it does not change with the week's evidence.
    """

    bands: Bands = field(default_factory=lambda: DEFAULT_BANDS)
    version: str = "default/1"
    automatic: Automatic = Automatic.LIVE
    removal: Mapping[Label, float] | None = None
    exempt_roles: frozenset[str] = frozenset()
    ladder: Ladder = field(default_factory=lambda: DEFAULT_LADDER)

    def reaches_review(self, label: Label, score: float) -> bool:
        """Whether this score alone asks for a look."""
        return score >= self._band(label).review

    def thresholds(self, label: Label) -> tuple[float, float]:
        """Return the probabilities from which this label asks for a look, and from which it would go."""
        return self._band(label).review, self._limit(label)

    def decide(
        self,
        scores: Mapping[Label, float],
        *,
        forced_review: bool = False,
        roles: Collection[str] = (),
        permitted: Collection[Label] = (),
        standing: Standing = CLEAN_RECORD,
        clause: Clause | None = None,
    ) -> Verdict:
        """Return the severest decision any label asks for; `forced_review` is its lower bound.

        `permitted` are labels that an allowing clause lifts; they are not flagged at all. An author with an exempt
        role is not flagged for what is `LIFTED_BY_ROLE`, and for the rest goes to review without a measure.
        """
        exempt = not self.exempt_roles.isdisjoint(roles)
        lifted = {*permitted, *LIFTED_BY_ROLE} if exempt else set(permitted)
        flagged = [
            label for label in LABELS if label not in lifted and self.reaches_review(label, scores.get(label, 0.0))
        ]
        flagged.sort(key=lambda label: -scores[label])
        if not flagged:
            return Verdict(Decision.REVIEW if forced_review else Decision.ALLOW, Measure.NONE, ())
        if exempt:
            return Verdict(Decision.REVIEW, Measure.NONE, tuple(flagged))
        wishes = [label for label in flagged if scores[label] >= self._limit(label)]
        goes = self.automatic is Automatic.LIVE and any(
            self.removal is None or label in self.removal for label in wishes
        )
        severest = max(
            (self._suggest(label, scores[label], standing, clause) for label in flagged),
            key=lambda suggestion: suggestion.rung.severity,
        )
        return Verdict(
            decision=Decision.REMOVE if goes else Decision.REVIEW,
            measure=severest.rung.measure,
            labels=tuple(flagged),
            would_remove=bool(wishes) and not goes and self.automatic is not Automatic.OFF,
            minutes=severest.rung.minutes,
            reason=severest.reason,
        )

    def _suggest(self, label: Label, score: float, standing: Standing, clause: Clause | None) -> Suggestion:
        sure = label not in NEVER_REMOVED and score >= self._band(label).remove
        return suggest(label, sure=sure, standing=standing, clause=clause, ladder=self.ladder)

    def _limit(self, label: Label) -> float:
        """Probability from which it would go: the risk-controlled one, and the band's where there is none."""
        if label in NEVER_REMOVED:
            return math.inf
        return (self.removal or {}).get(label, self._band(label).remove)

    def _band(self, label: Label) -> Band:
        return self.bands.get(label) or DEFAULT_BANDS[label]


def combine(model: Mapping[Label, float], signals: Sequence[Signal]) -> dict[Label, float]:
    """Join the model's probabilities with the signals': per label the larger one.

    Taking the maximum means that adding a signal can never soften a decision.
    """
    scores = {label: float(model.get(label, 0.0)) for label in LABELS}
    for signal in signals:
        if signal.label is not None:
            scores[signal.label] = max(scores[signal.label], signal.score)
    return scores
