"""The circuit breaker between wish and deed: quotas on automatic removals, and a stop where they suddenly soar.

A pure state machine per community: the clock is an argument, the state a value to keep. While it is open, removals
become reviews. A quota used up closes again by itself, as soon as half of it is free: load is nothing to
investigate, and a queue that nobody confirms at night should not last until noon. A spike or drift stays until a
person confirms: either a raid is on, which somebody should see anyway, or the model has lost its way, and
no passing of time mends that. A queue is the lesser harm in both.

"Far above usual" is the tail of a Poisson count whose rate is a gamma variable learnt from the community's own past,
which halves in weight every week (the predictive negative binomial; Gelman et al., Bayesian Data Analysis,
chapter 2). So little history makes for a wide tail, and hundreds of quiet hours for a narrow one.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from copilot.types import Reason

HOUR = 3600.0
DAY = 24 * HOUR

_HALF_LIFE = 7 * DAY
_PRIOR_COUNT = 2.0
"""What is usual before anything is known: two removals in one hour seen."""
_PRIOR_HOURS = 1.0
_RARE = 1e-6
"""Chance of as many removals in an hour, were everything as usual, below which that is a spike."""
_FEWEST = 8
_TIMES = 5.0
"""A spike is also this many times the usual rate: evenings are three times as busy as the mean hour."""


class Cause(StrEnum):
    """Why the breaker opened."""

    HOURLY_QUOTA = "hourly_quota"
    DAILY_QUOTA = "daily_quota"
    SPIKE = "spike"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many automatic removals may happen in any hour, and in any day."""

    per_hour: int = 30
    per_day: int = 200


@dataclass(frozen=True, slots=True)
class Trip:
    """That the breaker opened: since when and until when (seconds since the epoch), None until a person confirms."""

    cause: Cause
    since: float
    until: float | None

    @property
    def reason(self) -> Reason:
        """What to tell the moderators, once."""
        return _REASONS[self.cause]


@dataclass(frozen=True, slots=True)
class Breaker:
    """A breaker's state. Times are seconds since the epoch.

    `granted` are the removals of the last day, oldest first. `count` and `hours` are the faded number of removals
    and of the hours in which it was closed, as of `clock`, the latest time it has been told: one that goes
    backwards stands still here, which can only withhold. `spike_from` is where the last confirmed spike ended.
    """

    granted: tuple[float, ...] = ()
    count: float = 0.0
    hours: float = 0.0
    clock: float | None = None
    spike_from: float = 0.0
    trip: Trip | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Return it as plain values."""
        trip = self.trip and {"cause": self.trip.cause.value, "since": self.trip.since, "until": self.trip.until}
        return {
            "granted": list(self.granted),
            "count": self.count,
            "hours": self.hours,
            "clock": self.clock,
            "spike_from": self.spike_from,
            "trip": trip,
        }

    @classmethod
    def from_mapping(cls, value: Mapping[str, Any]) -> Breaker:
        """Return what `to_mapping` wrote."""
        trip = value["trip"]
        return cls(
            granted=tuple(value["granted"]),
            count=value["count"],
            hours=value["hours"],
            clock=value["clock"],
            spike_from=value["spike_from"],
            trip=Trip(Cause(trip["cause"]), trip["since"], trip["until"]) if trip else None,
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """What came of wished removals: the first `granted` of them may happen. `notice` is there once, on opening."""

    breaker: Breaker
    granted: int
    notice: Trip | None = None


def admit(breaker: Breaker, quota: Quota, now: float, wishes: int = 1) -> Admission:
    """Ask for removals at a time; returns how many may happen, and the state to keep."""
    breaker = _advanced(breaker, now)
    granted = 0
    while granted < wishes and breaker.trip is None:
        trip = _trip(breaker, quota)
        if trip is not None:
            return Admission(replace(breaker, trip=trip), granted, trip)
        breaker = replace(breaker, granted=(*breaker.granted, _clock(breaker)), count=breaker.count + 1)
        granted += 1
    return Admission(breaker, granted)


def open_for(breaker: Breaker, cause: Cause, now: float) -> Admission:
    """Open it from outside until a person confirms; the notice is there unless one such stands already."""
    breaker = _advanced(breaker, now)
    if breaker.trip is not None and breaker.trip.until is None:
        return Admission(breaker, 0)
    trip = Trip(cause, _clock(breaker), None)
    return Admission(replace(breaker, trip=trip), 0, trip)


def confirm(breaker: Breaker, now: float) -> Breaker:
    """Close it, because a person has looked. The quotas stay as used as they are, also by the clock set right."""
    granted = tuple(min(time, now) for time in breaker.granted)
    return replace(breaker, granted=granted, clock=now, spike_from=now, trip=None)


def _clock(breaker: Breaker) -> float:
    return breaker.clock if breaker.clock is not None else 0.0


def _advanced(breaker: Breaker, now: float) -> Breaker:
    """The state at a later moment; a breaker whose time has come closes."""
    last = breaker.clock if breaker.clock is not None else now
    clock = max(last, now)
    kept = 0.5 ** ((clock - last) / _HALF_LIFE)
    closed_for = 0.0 if breaker.trip is not None else (1 - kept) * _HALF_LIFE / math.log(2) / HOUR
    ended = breaker.trip is not None and breaker.trip.until is not None and breaker.trip.until <= clock
    return replace(
        breaker,
        granted=breaker.granted[bisect_right(breaker.granted, clock - DAY) :],
        count=breaker.count * kept,
        hours=breaker.hours * kept + closed_for,
        clock=clock,
        trip=None if ended else breaker.trip,
    )


def _trip(breaker: Breaker, quota: Quota) -> Trip | None:
    """Why the next removal may not happen; None where it may."""
    now = _clock(breaker)
    day = breaker.granted
    hour = day[bisect_right(day, now - HOUR) :]
    if len(day) >= quota.per_day:
        return Trip(Cause.DAILY_QUOTA, now, _half_free(day, quota.per_day, DAY, now))
    if len(hour) >= quota.per_hour:
        return Trip(Cause.HOURLY_QUOTA, now, _half_free(hour, quota.per_hour, HOUR, now))
    recent = len(hour) - bisect_right(hour, breaker.spike_from)
    if _is_spike(recent + 1, breaker.count - len(hour), breaker.hours - 1):
        return Trip(Cause.SPIKE, now, None)
    return None


def _half_free(used: tuple[float, ...], quota: int, span: float, now: float) -> float:
    """When at least half of the quota is free again, so that it does not open and close with each removal."""
    surplus = len(used) - quota // 2
    return used[surplus - 1] + span if used else now + span


def _is_spike(recent: int, count: float, hours: float) -> bool:
    """Whether so many in the last hour are far above what the hours before it (faded) let expect."""
    shape, exposure = _PRIOR_COUNT + max(0.0, count), _PRIOR_HOURS + max(0.0, hours)
    if recent < _FEWEST or recent < _TIMES * shape / exposure:
        return False
    return _at_least(recent, shape, exposure) < _RARE


def _at_least(count: int, shape: float, exposure: float) -> float:
    """P(X >= count) for a Poisson count in one hour, its rate gamma distributed with this shape and exposure."""
    log_stay, log_go = math.log(exposure / (exposure + 1)), -math.log1p(exposure)
    below = math.fsum(
        math.exp(math.lgamma(shape + k) - math.lgamma(shape) - math.lgamma(k + 1) + shape * log_stay + k * log_go)
        for k in range(count)
    )
    return max(0.0, 1 - below)


_REASONS: Mapping[Cause, Reason] = {
    Cause.HOURLY_QUOTA: Reason(
        "自动移除已达本小时上限，其余转人工复核，稍后自动恢复",
        "Automatic removals have reached the hour's quota; the rest waits for review, and it resumes by itself.",
    ),
    Cause.DAILY_QUOTA: Reason(
        "自动移除已达一天上限，其余转人工复核，稍后自动恢复",
        "Automatic removals have reached the day's quota; the rest waits for review, and it resumes by itself.",
    ),
    Cause.SPIKE: Reason(
        "自动移除突然远多于平常，已暂停并转人工复核，请查看后确认恢复",
        "Automatic removals soared far above what is usual here; paused until a person has looked and confirms.",
    ),
    Cause.DRIFT: Reason(
        "抽查显示误删比例可能已超出预算，自动移除已暂停，请查看后确认恢复",
        "Audits suggest that more removals are wrong than the budget allows; paused until a person confirms.",
    ),
}
