"""A threshold before a community has decided enough cases of its own: from the model's shipped calibration set.

How often a removal is wrong depends on how much of what is written is harmful, and that differs between the calibration
set and a community. What may carry over are the scores of clean and of harmful messages, each by themselves ("label
shift"; Lipton, Wang & Smola, 2018). So three bounds are joined, each at a third of the risk of error: the share of
clean messages above a threshold at most (Clopper & Pearson, 1934), of harmful ones above it at least, all thresholds
at once (Dvoretzky, Kiefer & Wolfowitz, 1956; Massart, 1990), and of harmful messages in the community at least. The
promise holds as far as the community's clean talk scores like the set's, which nothing proves: the community's own
cases take over as soon as they suffice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.policy.risk import CANDIDATE, SHIFTS, Choice, Tally, binomial_tail, choose


@dataclass(frozen=True, slots=True)
class Reference:
    """How many clean and harmful texts of a calibration set lie above each of `SHIFTS`, and how many there are."""

    clean_above: tuple[int, ...]
    harmful_above: tuple[int, ...]
    clean: int
    harmful: int

    def __post_init__(self) -> None:
        if not len(self.clean_above) == len(self.harmful_above) == len(SHIFTS):
            raise ValueError(f"a reference has {len(SHIFTS)} counts of each kind")

    @classmethod
    def of(cls, clean: Sequence[float], harmful: Sequence[float]) -> Reference:
        """Count the margins of clean and of harmful texts."""
        return cls(_above(clean), _above(harmful), len(clean), len(harmful))

    def to_mapping(self) -> dict[str, Any]:
        """Return it as plain values, as an artefact's manifest keeps it."""
        return {
            "clean_above": list(self.clean_above),
            "harmful_above": list(self.harmful_above),
            "clean": self.clean,
            "harmful": self.harmful,
        }

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any]) -> Reference:
        """Return what `to_mapping` wrote."""
        return cls(tuple(value["clean_above"]), tuple(value["harmful_above"]), value["clean"], value["harmful"])

    def choose(self, seen: int, harmful: int, budget: float, confidence: float) -> Choice:
        """Choose the laxest of `SHIFTS` for a community that saw so many messages, so many of them found harmful.

        What nobody decided counts as clean, so that the share of harmful messages is never taken for too large.
        """
        risk = (1 - confidence) / 3
        rate = at_least(harmful, seen, risk)
        slack = math.sqrt(math.log(1 / risk) / (2 * max(1, self.harmful)))
        chosen: int | None = None
        half = self.harmful_above[CANDIDATE] / 2
        start = next(index for index, above in enumerate(self.harmful_above) if above >= half)
        for index in range(start, len(SHIFTS)):
            caught = rate * max(0.0, self.harmful_above[index] / max(1, self.harmful) - slack)
            hit = (1 - rate) * at_most(self.clean_above[index], self.clean, risk)
            if hit > budget * (hit + caught):
                break
            chosen = index
        return Choice(None if chosen is None else SHIFTS[chosen], Tally(0, 0))


def choose_with(
    evidence: Sequence[Tally], reference: Reference | None, seen: int, harmful: int, budget: float, confidence: float
) -> Choice:
    """Choose by a community's own cases, and by the reference as long as they are too few to say anything.

    Own cases that speak against removal are heard: the reference never overrules them.
    """
    own = choose(evidence, budget, confidence)
    if own.shift is not None or reference is None or own.tally.wrong:
        return own
    lent = reference.choose(seen, harmful, budget, confidence)
    return Choice(lent.shift, own.tally, own.missing)


def at_most(successes: int, trials: int, risk: float) -> float:
    """Return the upper confidence bound of a proportion, wrong with probability `risk` (Clopper & Pearson, 1934)."""
    if successes >= trials:
        return 1.0
    return _bisect(lambda p: binomial_tail(successes, trials, p) > risk)


def at_least(successes: int, trials: int, risk: float) -> float:
    """Return the lower confidence bound of a proportion, wrong with probability `risk`."""
    return _bisect(lambda p: binomial_tail(successes - 1, trials, p) >= 1 - risk) if successes else 0.0


def _bisect(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return high


def _above(margins: Sequence[float]) -> tuple[int, ...]:
    return tuple(sum(margin >= shift for margin in margins) for shift in SHIFTS)
