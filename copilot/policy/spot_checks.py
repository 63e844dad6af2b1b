"""Random checks of messages that were let through: which are drawn, and with what chance each was.

Messages are drawn by how close they came to being flagged, more of the close ones than their share (power allocation
with exponent ½; Bankier, 1988), since what is missed lies mostly there. A draw takes from what no earlier draw took, so
a message's chance over several draws is one minus the product of its chances to be passed over.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.policy.bands import NEVER_REMOVED
from copilot.types import Label

BOUNDS = (0.03, 0.15)
"""Where the strata of allowed messages part, by `suspicion`. On ordinary chat of the corpus (dev part, 384 messages)
about half lies below the first, and a tenth above the second."""

STRATA = len(BOUNDS) + 1


@dataclass(frozen=True, slots=True)
class Pool:
    """Messages of a stratum that could be drawn, and how many were."""

    size: int
    taken: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw from allowed messages received in [since, until); `pools` has one entry a stratum."""

    since: datetime
    until: datetime
    pools: tuple[Pool, ...]


def suspicion(scores: Mapping[Label, float]) -> float:
    """Return how close a message came to being flagged: the largest score of a label that may lead to removal.

    The other labels say little: a remark beside the theme scores high in any chat.
    """
    return max((score for label, score in scores.items() if label not in NEVER_REMOVED), default=0.0)


def stratum_of(value: float) -> int:
    """Return the stratum of a suspicion, 0 for the least."""
    return bisect_right(BOUNDS, value)


def allotted(sizes: Sequence[int], wanted: int) -> list[int]:
    """Share `wanted` draws out between strata of these sizes: by the root of the size, one each at least.

    Fewer where there are not so many messages.
    """
    taken = [0] * len(sizes)
    while sum(taken) < min(wanted, sum(sizes)):
        open_strata = [i for i, size in enumerate(sizes) if taken[i] < size]
        taken[max(open_strata, key=lambda i: (math.sqrt(sizes[i]) / (taken[i] + 0.5), i))] += 1
    for i, size in enumerate(sizes):
        if size and not taken[i] and wanted >= len(sizes):
            taken[max(range(len(sizes)), key=lambda j: taken[j])] -= 1
            taken[i] = 1
    return taken


def chance(received_at: datetime, stratum: int, draws: Sequence[Draw]) -> float:
    """Return the probability that an allowed message was drawn by any of these draws."""
    passed = 1.0
    for draw in draws:
        pool = draw.pools[stratum]
        if draw.since <= received_at < draw.until and pool.size:
            passed *= 1 - pool.taken / pool.size
    return 1 - passed
