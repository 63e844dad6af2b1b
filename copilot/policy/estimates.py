"""What counts of decided messages say about the rest: shares with intervals, and how much slips through.

An interval is Wilson's (1927), which behaves where counts are small and shares near 0 or 1. Copies of one text
are decided alike, so they count as a cluster that is of one mind: the interval is that of Kish's effective number,
(sum of sizes)² / sum of squared sizes (Kish, 1965).

Recall cannot be read off a queue: what was let through is what nobody looked at. It is estimated from random checks of
allowed messages, drawn by stratum (`copilot.policy.spot_checks`), each weighted by one over its chance of being drawn
(Horvitz & Thompson, 1952), as a share of its stratum (Hájek, 1971). The strata's intervals are exact (Clopper &
Pearson, 1934), for Wilson's are too short where nothing or almost nothing was found; they are joined by the method of
variance estimates recovery (Zou & Donner, 2008), and those of what was caught and what was missed by Bonferroni. In
simulated communities of 1,000 to 95,000 messages the interval held the truth in at least 95 % of trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

from copilot.policy.reference import at_least, at_most

CONFIDENCE = 0.95
FEWEST_CHECKS = 20
"""Checked messages below which no recall is told, however clear it looks."""
_TIMES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""How many times as many checks `checks_for` considers."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a number, with the bounds between which it lies with `CONFIDENCE`."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart the bounds are."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and what that says of the share among messages like these."""

    part: int
    whole: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Stratum:
    """Allowed messages of one kind: how many there are, and for each checked one its chance and whether it was harmful.

    A chance is the probability in (0, 1] with which the message was drawn. `size` counts the checked ones too.
    """

    size: int
    checked: tuple[tuple[float, bool], ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """Verdicts with about the same score: how many, the mean score, and how many of them were right."""

    low: float
    high: float
    count: int
    score: float
    right: int


@cache
def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(part: float, whole: float, confidence: float = CONFIDENCE) -> Estimate:
    """Return the share `part / whole` with Wilson's interval; `whole` > 0 need not be an integer."""
    share, z = part / whole, _quantile(confidence)
    scale = 1 + z * z / whole
    centre = (share + z * z / (2 * whole)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return Estimate(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))


def share_of(clusters: Iterable[tuple[int, int]], confidence: float = CONFIDENCE) -> Share | None:
    """Return the share over clusters of copies, each (how many right, how many); None where there are none."""
    held = [(right, size) for right, size in clusters if size]
    part, whole = sum(right for right, _ in held), sum(size for _, size in held)
    if not whole:
        return None
    effective = whole**2 / sum(size**2 for _, size in held)
    return Share(part, whole, wilson(part / whole * effective, effective, confidence))


def recall(
    caught: int,
    undecided: int,
    precision: Estimate | None,
    missed: int,
    strata: Sequence[Stratum],
    confidence: float = CONFIDENCE,
    factor: float = 1.0,
) -> Estimate | None:
    """Return which share of harmful messages was caught, None where nothing can be said.

    `caught` are flagged messages that people found harmful, `undecided` flagged ones that wait, of which `precision`
    is taken to be harmful; `missed` are allowed ones that people found harmful otherwise than by a check, and
    `strata` all other allowed ones. With too few checks, or a stratum without any, nothing can be said. `factor`
    pretends that so many times as many checks had come out alike.
    """
    checks = sum(len(stratum.checked) for stratum in strata)
    if checks < FEWEST_CHECKS or any(stratum.size and not stratum.checked for stratum in strata):
        return None
    if undecided and precision is None:
        return None
    sure = undecided == 0 or precision is None
    each = confidence if sure else (1 + confidence) / 2
    slipped = _missed(strata, each, factor)
    right = Estimate(0.0, 0.0, 0.0) if sure or precision is None else precision
    value = _part(caught + undecided * right.value, missed + slipped.value)
    low = _part(caught + undecided * right.low, missed + slipped.high)
    high = _part(caught + undecided * right.high, missed + slipped.low)
    return None if value is None or low is None or high is None else Estimate(value, low, high)


def recall_at_most(caught: int, undecided: int, missed: int) -> float | None:
    """Return the recall if nothing slipped through but what people came across, None where nothing was harmful."""
    return _part(caught + undecided, missed) if missed else None


def checks_for(
    width: float, caught: int, undecided: int, precision: Estimate | None, missed: int, strata: Sequence[Stratum]
) -> int | None:
    """Return about how many more checks would bring the interval down to this width; None where far too many."""
    done = sum(len(stratum.checked) for stratum in strata)
    for times in _TIMES:
        found = recall(caught, undecided, precision, missed, strata, factor=times)
        if found is not None and found.width <= width:
            return (times - 1) * done
    return None


def _missed(strata: Sequence[Stratum], confidence: float, factor: float) -> Estimate:
    """Return how many of the allowed messages of these strata are harmful."""
    parts = [_in_stratum(stratum, confidence, factor) for stratum in strata if stratum.size]
    value = math.fsum(part.value for part in parts)
    below = math.sqrt(math.fsum((part.value - part.low) ** 2 for part in parts))
    above = math.sqrt(math.fsum((part.high - part.value) ** 2 for part in parts))
    # what was checked is known, whatever the intervals make of it
    known = sum(harmful for stratum in strata for _, harmful in stratum.checked)
    most = sum(stratum.size - sum(not harmful for _, harmful in stratum.checked) for stratum in strata)
    return Estimate(*(min(max(bound, known), most) for bound in (value, value - below, value + above)))


def _in_stratum(stratum: Stratum, confidence: float, factor: float) -> Estimate:
    if all(chance >= 1 for chance, _ in stratum.checked) and len(stratum.checked) == stratum.size:
        return Estimate(*[float(sum(harmful for _, harmful in stratum.checked))] * 3)
    weights = [1 / chance for chance, _ in stratum.checked]
    whole = math.fsum(weights)
    harmful = math.fsum(w for w, (_, harm) in zip(weights, stratum.checked, strict=True) if harm) / whole
    effective = max(1, int(factor * whole**2 / math.fsum(w * w for w in weights) + _ROUNDING))
    part, risk = harmful * effective, (1 - confidence) / 2
    low = at_least(math.floor(part + _ROUNDING), effective, risk)
    high = at_most(math.ceil(part - _ROUNDING), effective, risk)
    return Estimate(*(stratum.size * share for share in (harmful, low, high)))


def _part(part: float, rest: float) -> float | None:
    return part / (part + rest) if part + rest > 0 else None


def reliability(verdicts: Iterable[tuple[float, bool]], bins: int = 10) -> tuple[Bin, ...]:
    """Sort (score in [0, 1], right) into bins of equal width; empty ones are left out."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, right in verdicts:
        held[min(int(score * bins), bins - 1)].append((score, right))
    return tuple(
        Bin(i / bins, (i + 1) / bins, len(each), math.fsum(s for s, _ in each) / len(each), sum(r for _, r in each))
        for i, each in enumerate(held)
        if each
    )


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return the expected calibration error (Naeini, Cooper & Hauskrecht, 2015): mean gap of score and share right."""
    count = sum(each.count for each in bins)
    if not count:
        return None
    return math.fsum(each.count * abs(each.score - each.right / each.count) for each in bins) / count


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value below which this share lies, interpolated between neighbours; None of none."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    lower = math.floor(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower])
