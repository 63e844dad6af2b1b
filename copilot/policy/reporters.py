"""How much a member's report weighs, by what became of their earlier ones.

The share of a reporter's reports that people uphold is estimated as a Beta-Bernoulli model with the uniform prior
Beta(1, 1): after `u` upheld and `d` dismissed reports its mean is (1 + u) / (2 + u + d) (Laplace, 1774). A newcomer's
report therefore weighs one half.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

PRIOR = (1, 1)
"""Pseudo-counts of upheld and dismissed reports, before anything is known."""

MEMORY = timedelta(days=180)
"""Answers older than this say nothing about a reporter any more, so that nobody stays muted for good."""

MUTED_BELOW = 0.25
MUTED_WHEN_SURE = 0.95


@dataclass(frozen=True, slots=True)
class Record:
    """What people made of somebody's reports within `MEMORY`."""

    upheld: int = 0
    dismissed: int = 0

    @property
    def trust(self) -> float:
        """Posterior mean of the share that is upheld, in (0, 1)."""
        upheld, dismissed = self._posterior
        return upheld / (upheld + dismissed)

    @property
    def muted(self) -> bool:
        """Whether fewer than a quarter of their reports are upheld, with a posterior probability of 95 %.

        With nothing upheld that takes ten reports.
        """
        return beta_below(MUTED_BELOW, *self._posterior) >= MUTED_WHEN_SURE

    @property
    def weight(self) -> float:
        """What a report of theirs counts, in [0, 1). A muted reporter's counts nothing; it is kept and answered."""
        return 0.0 if self.muted else self.trust

    @property
    def _posterior(self) -> tuple[int, int]:
        return PRIOR[0] + self.upheld, PRIOR[1] + self.dismissed


def joint_weight(records: Iterable[Record]) -> float:
    """Weight of a case that these reported, one record a reporter: the chance that at least one of them is right.

    Reporters are taken as independent. A group that acts in concert can push a case up the queue that way, but never
    decide it.
    """
    return 1.0 - math.prod(1.0 - record.weight for record in records)


def beta_below(x: float, a: int, b: int) -> float:
    """P(X < x) for X ~ Beta(a, b) with whole a, b: the binomial tail P(Bin(a + b - 1, x) >= a)."""
    n = a + b - 1
    if a <= b:  # sum the shorter tail
        return 1.0 - math.fsum(_binomial(n, k, x) for k in range(a))
    return math.fsum(_binomial(n, k, x) for k in range(a, n + 1))


def _binomial(n: int, k: int, p: float) -> float:
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
    return math.exp(log)
