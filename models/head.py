"""A community's own calibration over the frozen model: its form, its fit, and how it is kept.

Above the review band every message is looked at, so the decided ones show how often such scores are right in this
community. Below it only what somebody reported is decided, which says nothing of the rest (selection on the outcome):
nothing is learnt there, and the correction returns to the identity without a jump. `models.learn` says when a fit is
good enough to be used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.errors import InvalidInput
from copilot.types import Label

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

SHIFTS = (-4.0, 4.0)
TILTS = (-0.8, 2.0)
"""Above -1, so that a larger score stays larger."""
_FADES = 1.0
"""Logits below the review band within which an upward shift fades: that far it is extrapolated."""
_PRIOR = np.array([8.0, 16.0])
"""Precision of shift and tilt around zero: as strong as some sixty decisions on scores of 0.85."""
_AUTHOR_SHARE, _AUTHOR_FLOOR = 0.05, 3.0
"""No author weighs more than this share of all, or than three decisions where there are few authors."""
_ACTOR_SHARE = 0.5
"""Nobody who decides weighs more than all others together."""
_MOST_STEPS, _CONVERGED = 100, 1e-9
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Correction:
    """Moves a label's logit x by `shift + tilt * (x - edge)` from the edge of what is reviewed on.

    `edge` is the review band's probability, `until` the time of the last decision it was fitted on. Below the
    edge scores that came down make room (the map is flat, then the identity); a lift fades within one logit.
    Raises ValueError for numbers that would not give an increasing map.
    """

    shift: float
    tilt: float
    edge: float
    until: datetime

    def __post_init__(self) -> None:
        # written so that a NaN fails too
        fits = SHIFTS[0] <= self.shift <= SHIFTS[1] and TILTS[0] <= self.tilt <= TILTS[1] and 0 < self.edge <= 1
        if not fits:
            raise ValueError(f"shift {self.shift}, tilt {self.tilt}, edge {self.edge} are out of range")

    def apply(self, probability: Floats) -> Floats:
        """Return corrected probabilities of the same shape, never falling where the score rises.

        What is no number becomes the review band's own probability: a person should look.
        """
        known = np.clip(np.where(np.isnan(probability), self.edge, probability), 0, 1)
        x, edge = logit(known), logit(np.array(self.edge))
        above = x + self.shift + self.tilt * (x - edge)
        if self.shift > 0:
            below = x + self.shift * np.clip((x - edge) / _FADES + 1, 0, 1)
        else:
            below = np.minimum(x, edge + self.shift)
        moved = np.where(known >= self.edge, above, below)
        corrected = np.where(moved == x, known, sigmoid(moved))
        return np.where(np.isnan(probability), self.edge, corrected)


@dataclass(frozen=True, slots=True)
class CommunityHead:
    """Corrections per label of one model's probabilities; other labels pass unchanged. A `Calibration` port."""

    model: str
    corrections: Mapping[Label, Correction] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Name by content: equal corrections have equal versions."""
        text = json.dumps(self.to_mapping(), sort_keys=True)
        return f"head/{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def adjust(self, scores: Sequence[Mapping[Label, float]]) -> list[Mapping[Label, float]]:
        """Return the corrected probabilities, one mapping per text, in order."""
        adjusted = [dict(row) for row in scores]
        for label, correction in self.corrections.items():
            rows = [row for row in adjusted if label in row]
            moved = correction.apply(np.array([row[label] for row in rows], dtype=np.float64))
            for row, probability in zip(rows, moved, strict=True):
                row[label] = float(probability)
        return list(adjusted)

    def to_mapping(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        corrections = {
            label.value: {"shift": c.shift, "tilt": c.tilt, "edge": c.edge, "until": c.until.isoformat()}
            for label, c in sorted(self.corrections.items())
        }
        return {"model": self.model, "corrections": corrections}

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any]) -> CommunityHead:
        """Read what `to_mapping` wrote; raises InvalidInput where it is something else."""
        try:
            corrections = {
                Label(name): Correction(
                    float(entry["shift"]),
                    float(entry["tilt"]),
                    float(entry["edge"]),
                    datetime.fromisoformat(entry["until"]),
                )
                for name, entry in value["corrections"].items()
            }
            return cls(str(value["model"]), corrections)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(f"This is no calibration of a community: {error}", param="head") from error


def fit_correction(
    score: Floats, carried: Floats, author: Codes, actor: Codes, *, edge: float, until: datetime, pinned: bool = False
) -> Correction:
    """Return the correction of highest posterior given decisions, by Newton's method (penalised logistic regression).

    `score` are the model's probabilities, all at or above `edge`; `carried` is 1 where people found the label and 0
    where not; `author` and `actor` number who wrote and who decided. All have shape (decisions,). `pinned` leaves
    the shift at zero, so that what goes to review stays as it is.
    """
    x = logit(score)
    design = np.stack([np.full(len(x), float(not pinned)), x - logit(np.array(edge))], axis=1)
    weight = _capped(actor, _capped(author, np.ones(len(x)), _AUTHOR_SHARE, _AUTHOR_FLOOR), _ACTOR_SHARE)
    beta = np.zeros(2)
    for _ in range(_MOST_STEPS):
        p = sigmoid(x + design @ beta)
        slope = design.T @ (weight * (carried - p)) - _PRIOR * beta
        curvature = (design.T * (weight * p * (1 - p))) @ design + np.diag(_PRIOR)
        step = np.linalg.solve(curvature, slope)
        # a logit moves by at most one a step, within which the curvature changes too little to overshoot
        step /= max(1.0, float(np.abs(design @ step).max()))
        beta += step
        if np.abs(step).max() < _CONVERGED:
            break
    return Correction(float(np.clip(beta[0], *SHIFTS)), float(np.clip(beta[1], *TILTS)), edge, until)


def _capped(keys: Codes, weight: Floats, share: float, floor: float = 0.0) -> Floats:
    """Scale weights down so that no key holds more than a share of their sum, or than `floor`; a sole key stays."""
    totals = np.bincount(keys, weight)
    present = totals[totals > 0]
    if len(present) == 1 and not floor:
        return weight
    cut = max(floor, _limit(sorted(present.tolist(), reverse=True), share))
    return weight * np.minimum(1, cut / np.maximum(totals, 1e-9))[keys]


def _limit(totals: Sequence[float], share: float) -> float:
    """The largest c such that c is at most that share of the sum of all totals cut at c; zero where there is none."""
    rest = sum(totals)
    for heavy, total in enumerate(totals):  # the `heavy` largest are cut
        if share * heavy >= 1:
            break
        limit = share * rest / (1 - share * heavy)
        if total <= limit:
            return limit
        rest -= total
    return 0.0


def logit(probability: Floats) -> Floats:
    """Return log odds, those of 0 and 1 cut to about 14."""
    p = np.clip(probability, _EPSILON, 1 - _EPSILON)
    return np.log(p / (1 - p))


def sigmoid(x: Floats) -> Floats:
    """Return probabilities of log odds."""
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))
