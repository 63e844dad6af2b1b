"""Where a member stands: strikes that fade, computed from their past measures and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copilot.types import Case, Decision, Label, Measure, Resolution

HALF_LIFE_DAYS = 30.0
RECENT_DAYS = 30
"""What the reason beside a measure counts: breaches within this many days."""

_BURST = timedelta(hours=1)
"""Breaches this close together are one: nobody was told of the first before the last."""

_LABEL_WEIGHT: Mapping[Label, float] = {
    Label.ADS: 1.0,
    Label.FRAUD: 2.0,
    Label.GAMBLING: 2.0,
    Label.PORN: 2.0,
    Label.ABUSE: 1.0,
    Label.RUMOR: 0.5,
    Label.OFF_TOPIC: 0.5,
    Label.PRIVACY: 1.0,
    Label.FLOOD: 0.75,
}
_MEASURE_WEIGHT: Mapping[Measure, float] = {
    # A strike alone counts until it has faded below a half: a reminder for 17 days, a warning for 30, a mute for 40.
    Measure.NONE: 0.0,
    Measure.REMIND: 0.75,
    Measure.WARN: 1.0,
    Measure.MUTE: 1.25,
    Measure.REMOVE: 1.5,
}


@dataclass(frozen=True, slots=True)
class Strike:
    """A breach that was answered with a measure. `at` is when the message was sent, not when it was decided."""

    labels: tuple[Label, ...]
    measure: Measure
    at: datetime

    @property
    def weight(self) -> float:
        """How heavy it is on the day: the gravest label's weight times the measure's; 1 for a warning over an ad."""
        return max(map(_LABEL_WEIGHT.__getitem__, self.labels), default=0.0) * _MEASURE_WEIGHT[self.measure]


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's record at a moment: the faded sum of strikes, and the number of breaches within `RECENT_DAYS`."""

    weight: float = 0.0
    recent: int = 0

    @property
    def count(self) -> int:
        """Strikes as the ladder counts them: the weight, rounded."""
        return int(self.weight + 0.5)


CLEAN_RECORD = Standing()


def strikes(decided: Iterable[tuple[Case, Resolution]]) -> list[Strike]:
    """Return a member's strikes from what stands about their messages; what was undone or allowed is none."""
    return [
        Strike(resolution.labels, resolution.measure, case.message.sent_at or case.received_at)
        for case, resolution in decided
        if resolution.undone_at is None
        and resolution.decision is not Decision.ALLOW
        and resolution.measure is not Measure.NONE
    ]


def standing(past: Sequence[Strike], at: datetime, half_life_days: float = HALF_LIFE_DAYS) -> Standing:
    """Return the standing at a moment, from strikes in any order; those after the moment don't count.

    Every strike weighs half after each half-life. Of breaches within an hour only the heaviest counts. To undo
    a strike is to leave it out: nothing else is remembered.
    """
    weight, recent = 0.0, 0
    for burst in _bursts(sorted((s for s in past if s.at < at and s.weight > 0), key=lambda s: s.at)):
        age = (at - burst[0].at) / timedelta(days=1)
        weight += max(s.weight for s in burst) * 0.5 ** (age / half_life_days)
        recent += age <= RECENT_DAYS
    return Standing(weight, recent)


def _bursts(ordered: Sequence[Strike]) -> list[list[Strike]]:
    bursts: list[list[Strike]] = []
    for strike in ordered:
        if bursts and strike.at - bursts[-1][0].at <= _BURST:
            bursts[-1].append(strike)
        else:
            bursts.append([strike])
    return bursts
