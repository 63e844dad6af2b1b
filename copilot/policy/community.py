"""What a community sets about decisions: one frozen, versioned object, read from and written to plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from copilot.errors import InvalidInput
from copilot.policy import quiet, settings
from copilot.policy.bands import DEFAULT_BANDS, NEVER_REMOVED, Band, Bands
from copilot.policy.breaker import Quota
from copilot.policy.decision import Automatic, Policy
from copilot.policy.ladder import DEFAULT_LADDER, Ladder
from copilot.policy.risk import Choice
from copilot.policy.standing import HALF_LIFE_DAYS
from copilot.types import Label, Window

_LONGEST_MUTE = 30 * 24 * 60
_MOST_RUNGS = 12
_MOST_WINDOWS = 21


@dataclass(frozen=True, slots=True)
class CommunityPolicy:
    """One version of a community's policy. Raises InvalidInput, naming the field, where a value makes no sense.

    `bands` and `ladder` replace the model's bands and the default ladder for the labels they name; a band's `remove`
    is then the least at which that label goes by itself. `automatic` starts in shadow: to let the
    machine remove is a person's decision. `budget` bounds the share of wrong removals, held with `confidence`. Authors
    with one of `exempt_roles` are not flagged for what `decision.LIFTED_BY_ROLE` names. Notices due in
    `quiet_hours`, local to `time_zone`, wait for their end. Strikes halve every `half_life_days`.
    """

    version: int = 0
    bands: Mapping[Label, Band] = field(default_factory=dict)
    automatic: Automatic = Automatic.SHADOW
    budget: float = 0.01
    confidence: float = 0.95
    exempt_roles: tuple[str, ...] = ()
    quiet_hours: tuple[Window, ...] = ()
    time_zone: str = "Asia/Shanghai"
    ladder: Ladder = field(default_factory=dict)
    half_life_days: float = HALF_LIFE_DAYS
    removals_per_hour: int = 30
    removals_per_day: int = 200

    def __post_init__(self) -> None:
        _between(self.budget, 0.001, 0.25, "budget")
        _between(self.confidence, 0.5, 0.999, "confidence")
        _between(self.half_life_days, 1, 3650, "half_life_days")
        _between(self.removals_per_hour, 0, 100_000, "removals_per_hour")
        _between(self.removals_per_day, 0, 100_000, "removals_per_day")
        if not all(role.strip() for role in self.exempt_roles):
            raise InvalidInput("a role needs a name", param="exempt_roles")
        _check_bands(self.bands)
        _check_ladder(self.ladder)
        _check_quiet_hours(self.quiet_hours, self.time_zone)

    @property
    def quota(self) -> Quota:
        """What the circuit breaker lets through."""
        return Quota(self.removals_per_hour, self.removals_per_day)

    def bands_over(self, base: Policy) -> Bands:
        """Return the band of every label: the community's own, else the model's, else the default."""
        return {**DEFAULT_BANDS, **base.bands, **self.bands}

    def over(self, base: Policy, choice: Choice | None = None) -> Policy:
        """Return what decides this community's messages, on top of the model's policy.

        Without a `choice` of risk-controlled thresholds nothing is removed, `automatic` or not: no
        evidence, no promise.
        """
        bands = self.bands_over(base)
        chosen = choice.removal(bands) if choice is not None else {}
        return Policy(
            bands=bands,
            version=f"{base.version}+{self.version}",
            automatic=self.automatic,
            removal={
                label: max(at, self.bands[label].remove if label in self.bands else at) for label, at in chosen.items()
            },
            exempt_roles=frozenset(self.exempt_roles),
            ladder={**DEFAULT_LADDER, **self.ladder},
        )

    def notice_due(self, at: datetime) -> datetime:
        """Return when a notice that is due at this moment (aware) may be sent, in UTC."""
        return quiet.due(at, self.quiet_hours, self.time_zone)

    def to_mapping(self) -> dict[str, Any]:
        """Return it as plain values, as JSON has them, without its version."""
        return {
            "bands": {
                label.value: {"review": band.review, "remove": band.remove if band.remove <= 1 else None}
                for label, band in self.bands.items()
            },
            "automatic": self.automatic.value,
            "budget": self.budget,
            "confidence": self.confidence,
            "exempt_roles": list(self.exempt_roles),
            "quiet_hours": [_window_mapping(window) for window in self.quiet_hours],
            "time_zone": self.time_zone,
            "ladder": {
                label.value: [{"measure": rung.measure.value, "minutes": rung.minutes} for rung in rungs]
                for label, rungs in self.ladder.items()
            },
            "half_life_days": self.half_life_days,
            "removals_per_hour": self.removals_per_hour,
            "removals_per_day": self.removals_per_day,
        }

    @classmethod
    def from_mapping(cls, body: Mapping[str, Any], version: int = 0) -> CommunityPolicy:
        """Read plain values; what is missing keeps its default. Raises InvalidInput, naming the field."""
        return cls(version=version, **dict(settings.read_fields(body, _READERS)))


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "bands": settings.by_label(settings.band),
    "automatic": settings.one_of(Automatic),
    "budget": settings.number,
    "confidence": settings.number,
    "exempt_roles": settings.each(settings.words),
    "quiet_hours": settings.each(settings.window),
    "time_zone": settings.words,
    "ladder": settings.by_label(settings.each(settings.rung)),
    "half_life_days": settings.number,
    "removals_per_hour": settings.whole,
    "removals_per_day": settings.whole,
}


def _between(value: float, low: float, high: float, param: str) -> None:
    if not low <= value <= high:
        raise InvalidInput(f"{param} must lie between {low:g} and {high:g}", param=param)


def _check_bands(bands: Bands) -> None:
    for label, band in bands.items():
        if band.review > 1:
            raise InvalidInput("no score reaches a review above 1", param=f"bands.{label.value}.review")
        if label in NEVER_REMOVED and band.remove <= 1:
            raise InvalidInput(f"{label.value} is never removed automatically", param=f"bands.{label.value}.remove")


def _check_ladder(ladder: Ladder) -> None:
    for label, rungs in ladder.items():
        param = f"ladder.{label.value}"
        if not 1 <= len(rungs) <= _MOST_RUNGS:
            raise InvalidInput(f"a ladder has 1 to {_MOST_RUNGS} rungs", param=param)
        if any(rung.minutes > _LONGEST_MUTE for rung in rungs):
            raise InvalidInput(f"a mute lasts {_LONGEST_MUTE} minutes at most", param=param)
        if list(rungs) != sorted(rungs, key=lambda rung: rung.severity):
            raise InvalidInput("a ladder climbs: no rung may be milder than the one before", param=param)


def _check_quiet_hours(windows: tuple[Window, ...], time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (LookupError, ValueError, OSError):
        raise InvalidInput(f"there is no time zone {time_zone!r}", param="time_zone") from None
    if len(windows) > _MOST_WINDOWS:
        raise InvalidInput(f"at most {_MOST_WINDOWS} windows", param="quiet_hours")
    try:
        quiet.due(datetime(2024, 1, 1, tzinfo=UTC), windows, time_zone)
    except ValueError:
        raise InvalidInput("the quiet hours never end", param="quiet_hours") from None


def _window_mapping(window: Window) -> dict[str, Any]:
    return {
        "weekdays": list(window.weekdays),
        "start": window.start and window.start.isoformat("minutes"),
        "end": window.end and window.end.isoformat("minutes"),
    }
