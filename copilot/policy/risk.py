"""From which score a message may be removed without a person: thresholds that keep wrong removals within a budget.

Learn then test (Angelopoulos, Bates, Candès, Jordan & Lei, 2021) on cases that people decided. The risk is the share of
wrong removals among removals. Above a fixed threshold the errors of exchangeable cases are Bernoulli, so the exact
binomial p-value (Clopper & Pearson, 1934) of "the share exceeds the budget" is valid, and testing thresholds in a
fixed order from strict to lax until the first one that fails errs with probability at most 1 - confidence in all.

Where to begin in that order depends on how many cases lie above each threshold, never on how they were decided.
The start is the strictest threshold with enough cases; this keeps the guarantee as long as lower scores are not
decided right more often than higher ones: with few cases above the stricter thresholds, those that remain are then
stochastically more often wrong than the threshold's own share, which can only make a test fail.

What is promised: with probability `confidence` over the cases, the share among removals of messages like those cases is
within the budget, as people would have decided them. "Like those cases" is what drift breaks: see `WINDOW` and
`copilot.policy.drift`. Cases that people chose to look at (appeals, reports) may be among them: they are wrong more
often than the rest, which makes the choice stricter.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from copilot.policy.bands import NEVER_REMOVED, Band, Bands
from copilot.types import Label

SHIFTS: tuple[float, ...] = tuple(step / 4 for step in range(24, -17, -1))
"""Thresholds from strict to lax, in logits away from each label's candidate, the `remove` of its band."""

WINDOW = timedelta(days=30)
"""Cases decided longer ago are no evidence of what is written today."""

RESERVE = 0.5
"""The share observed may be at most this part of the budget: the other part is for what changes until the next choice.

Below a thousand cases the test alone is stricter. Without it, large communities run at the very edge of the budget,
and any drift takes them over it (`python -m eval.risk` measures that).
"""

_ASCENDING = [-shift for shift in SHIFTS]
CANDIDATE = SHIFTS.index(0.0)
"""Where the candidates themselves stand among the shifts."""

_EXTREME = 1e-6
"""Probabilities closer to 0 and 1 are taken for this, so that logits stay finite."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A message that a person decided, as evidence on removal.

    `margin` is how far it scored above its candidate (see `margin`), `wrong` whether its removal would have been.
    `copies` is the same for copies of one text, such as the digest of its normal form: a wave of one
    advertisement is one piece of evidence, not three hundred.
    """

    margin: float
    wrong: bool
    at: datetime
    copies: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checked cases lie above a threshold, and how many of them would have been removed wrongly."""

    cases: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The threshold chosen, as a shift of all candidates; None means that nothing is removed automatically.

    `tally` is the evidence above it. Where there is none to choose, `tally` is what stands above the first threshold
    tested, and `missing` how many more cases decided right are needed there at least.
    """

    shift: float | None
    tally: Tally
    missing: int = 0

    def removal(self, bands: Bands) -> dict[Label, float]:
        """Return the probability from which each label removes; labels that never do are absent."""
        if self.shift is None:
            return {}
        shifted = {label: _sigmoid(_logit(band.remove) + self.shift) for label, band in _removable(bands).items()}
        return {label: max(bands[label].review, threshold) for label, threshold in shifted.items()}


def margin(scores: Mapping[Label, float], bands: Bands) -> float:
    """Return how many logits the surest label lies above its candidate; minus infinity where none asks for review."""
    above = (
        _logit(scores[label]) - _logit(band.remove)
        for label, band in _removable(bands).items()
        if scores.get(label, 0.0) >= band.review
    )
    return max(above, default=-math.inf)


def choose(evidence: Sequence[Tally], budget: float, confidence: float) -> Choice:
    """Choose the laxest of `SHIFTS` that the evidence supports; one tally per shift, in order, as `tallies` counts."""
    least = cases_needed(0, budget, confidence)
    enough = max(least, evidence[CANDIDATE].cases / 2)  # beginning far above most of the evidence would waste it
    if evidence[CANDIDATE].cases < least:
        return _refused(evidence[CANDIDATE], budget, confidence)
    start = next(index for index, tally in enumerate(evidence) if tally.cases >= enough)
    passed: int | None = None
    for index in range(start, len(evidence)):
        if evidence[index].wrong > _allowed(evidence[index].cases, budget, confidence):
            break
        if passed is None or evidence[index].cases > evidence[passed].cases:
            passed = index  # no laxer than the last case: where nothing was decided, nothing is known
    if passed is None:
        return _refused(evidence[start], budget, confidence)
    return Choice(SHIFTS[passed], evidence[passed])


def tallies(checked: Iterable[Checked], now: datetime, since: datetime | None = None) -> list[Tally]:
    """Count the cases of the window above each of `SHIFTS`; copies count once, wrong if any of them was.

    `since` forgets what lies before it: the last time that drift was found, or that the model changed.
    """
    oldest = max(now - WINDOW, since) if since is not None else now - WINDOW
    distinct: dict[str, Checked] = {}
    for case in checked:
        known = distinct.get(case.copies)
        if oldest <= case.at <= now and (known is None or (case.wrong, case.margin) > (known.wrong, known.margin)):
            distinct[case.copies] = case
    cases, wrong = [0] * (len(SHIFTS) + 1), [0] * (len(SHIFTS) + 1)
    for case in distinct.values():
        strictest = bisect_left(_ASCENDING, -case.margin)
        cases[strictest] += 1
        wrong[strictest] += case.wrong
    above = zip(accumulate(cases[:-1]), accumulate(wrong[:-1]), strict=True)
    return [Tally(*each) for each in above]


def _refused(tally: Tally, budget: float, confidence: float) -> Choice:
    return Choice(None, tally, cases_needed(tally.wrong, budget, confidence) - tally.cases)


def binomial_tail(successes: int, trials: int, probability: float) -> float:
    """Return P(X <= successes) for X binomial, with 0 < probability < 1."""
    if successes >= trials:
        return 1.0
    log_p, log_q = math.log(probability), math.log1p(-probability)
    whole = math.lgamma(trials + 1)
    return min(
        1.0,
        math.fsum(
            math.exp(whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_p + (trials - k) * log_q)
            for k in range(successes + 1)
        ),
    )


@lru_cache(maxsize=65536)
def _allowed(cases: int, budget: float, confidence: float) -> int:
    """How many of the cases may be wrong while the share is still within the budget; -1 where not even none."""
    allowed = -1
    while allowed < RESERVE * budget * cases and binomial_tail(allowed + 1, cases, budget) <= 1 - confidence:
        allowed += 1
    return min(allowed, int(RESERVE * budget * cases))


@lru_cache(maxsize=4096)
def cases_needed(wrong: int, budget: float, confidence: float) -> int:
    """Return the fewest cases among which so many wrong ones prove the budget kept: 299 for none at 1 % and 95 %."""
    low, high = wrong, wrong + 1
    while _allowed(high, budget, confidence) < wrong:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _allowed(middle, budget, confidence) >= wrong else (middle, high)
    return high


def _removable(bands: Bands) -> dict[Label, Band]:
    return {label: band for label, band in bands.items() if label not in NEVER_REMOVED and band.remove <= 1}


def _logit(probability: float) -> float:
    bounded = min(max(probability, _EXTREME), 1 - _EXTREME)
    return math.log(bounded / (1 - bounded))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
