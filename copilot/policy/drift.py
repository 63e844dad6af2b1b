"""Whether automatic removal still keeps its promise: a look at some removals, and a test that may be read at any time.

Without people's word on removals there is nothing to check, so a share of them is audited, chosen by hash. The test
bets against "at most `budget` of the removals are wrong": before each audit it stakes part of its wealth on a wrong
one (Waudby-Smith & Ramdas, 2024), and starts again from one whenever it is worth less (an e-CUSUM; Shin, Ramdas &
Rinaldo, 2024). Four such bets, on shares of 2 to 16 times the budget, are averaged.

What is promised under drift, and what is not: while the share stays within the budget, the mean number of
audits before a false alarm is at least `ALARM`, whatever the order or dependence of the errors (only each one's chance,
given the past, must be within the budget); errors that are independent take far longer, some 5,800 at exactly 1 %.
Once the share has risen, an alarm takes on average 250 audits at 3 %, 100 at 5 %, 50 at 8 % and 20 at 16 % (budget 1 %,
simulated). Until then removals may exceed the budget, and a share only slightly above it may take long to be found:
hence the reserve and the window that `copilot.policy.risk` keeps.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from copilot.policy.risk import cases_needed

ALARM = 100.0
"""Evidence at which removal pauses; also the least mean number of audits between false alarms, at the very budget."""

_MULTIPLES = (2.0, 4.0, 8.0, 16.0)
_LEAST_AUDITED = 0.1
_LARGEST_BET = 0.5
"""No bet is on a share above a half, however large the budget."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The wealth of each bet; `audited` and `wrong` count what it has seen since it began.

    `since` (seconds since the epoch) is when a person confirmed after the last drift: a watch begun then carries it,
    and evidence from before counts no more (`risk.tallies`).
    """

    wealth: tuple[float, ...] = (1.0,) * len(_MULTIPLES)
    audited: int = 0
    wrong: int = 0
    since: float = 0.0

    @property
    def alarmed(self) -> bool:
        """Whether there is evidence that the share exceeds the budget."""
        return math.fsum(self.wealth) / len(self.wealth) >= ALARM

    def after(self, wrong: Iterable[bool], budget: float) -> Watch:
        """Return the watch after more audits, in the order of their removals; an alarm stands until a new watch."""
        watch = self
        bets = [min(_LARGEST_BET, multiple * budget) for multiple in _MULTIPLES]
        for each in wrong:
            if watch.alarmed:
                break
            factors = [bet / budget if each else (1 - bet) / (1 - budget) for bet in bets]
            wealth = tuple(max(w, 1.0) * factor for w, factor in zip(watch.wealth, factors, strict=True))
            watch = Watch(wealth, watch.audited + 1, watch.wrong + each, watch.since)
        return watch

    def to_mapping(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"wealth": list(self.wealth), "audited": self.audited, "wrong": self.wrong, "since": self.since}

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any]) -> Watch:
        """Return what `to_mapping` wrote."""
        return cls(tuple(value["wealth"]), value["audited"], value["wrong"], value["since"])


def audit_share(removals: int, budget: float, confidence: float) -> float:
    """Return which share of removals to audit, where about so many happen in a window.

    At least a tenth, and enough that the next choice of a threshold finds twice the evidence it needs:
    a small community looks at all of its removals.
    """
    wanted = 2 * cases_needed(0, budget, confidence)
    return 1.0 if removals <= wanted else max(_LEAST_AUDITED, wanted / removals)


def audited(community: str, message_id: str, share: float) -> bool:
    """Whether a removed message gets a human look: a coin that falls the same way each time it is tossed."""
    digest = hashlib.sha256(f"{community}\x00{message_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
