"""What a community may change, try out and take back: one set of moves for rules and policies alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from copilot.errors import Conflict
from copilot.ports import SYSTEM, Deed, Store, UnitOfWork, Version, Versioned
from copilot.types import Case, Decision, Resolution, ShadowVerdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """How a version on trial has fared: what it would have flagged among decided messages, and what was harmful.

    `right` of the `flagged` were harmful as people decided, out of `harmful` in all. `differs` counts
    those on which it disagrees with what was in force, `better` where people sided with the trial.
    """

    decided: int
    flagged: int
    right: int
    harmful: int
    differs: int
    better: int

    @property
    def precision(self) -> float | None:
        """Share of what it flagged that was harmful; None where it flagged nothing."""
        return self.right / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Share of what was harmful that it flagged; None where nothing was."""
        return self.right / self.harmful if self.harmful else None


class Changes(Generic[T]):
    """The versions of rules or of policies.

    `noun` names them in the audit log, `choose` picks them from a unit of work, `tried` the number of the one that a
    shadow verdict is by.
    """

    def __init__(
        self,
        noun: str,
        store: Store,
        choose: Callable[[UnitOfWork], Versioned[T]],
        tried: Callable[[ShadowVerdict], int | None],
    ) -> None:
        self._noun = noun
        self._store = store
        self._choose = choose
        self._tried = tried

    def all(self, community_id: str) -> list[Version[T]]:
        """Return all versions, newest first; raises NotFound without the community."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return self._choose(unit).all(community_id)

    def promote(self, community_id: str, number: int, actor: str = SYSTEM, *, seen: int | None = None) -> Version[T]:
        """Put a version in force: one on trial, or an earlier one again. Raises NotFound.

        `seen` is the number of the version that the person saw in force, 0 for none: raises Conflict where it is
        another one by now.
        """
        with self._store.begin() as unit:
            self._still(unit, community_id, seen)
            return self._put_in_force(unit, community_id, number, "promote", actor)

    def roll_back(self, community_id: str, actor: str = SYSTEM, *, seen: int | None = None) -> Version[T]:
        """Put the version before the one in force in force again; raises Conflict where there is none.

        `seen` as in `promote`.
        """
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            self._still(unit, community_id, seen)
            versions = self._choose(unit)
            live = versions.live(community_id)
            earlier = [v for v in versions.all(community_id) if live is not None and v.number < live.number]
            if not earlier:
                raise Conflict("there is no earlier version to go back to")
            return self._put_in_force(unit, community_id, earlier[0].number, "roll_back", actor)

    def _put_in_force(self, unit: UnitOfWork, community_id: str, number: int, verb: str, actor: str) -> Version[T]:
        live = self._choose(unit).live(community_id)
        version = self._choose(unit).promote(community_id, number)
        self._note(unit, community_id, verb, actor, number, before={"live": live.number if live else None})
        return version

    def retire(self, community_id: str, number: int, actor: str = SYSTEM) -> None:
        """End a trial, or take a version out of force. Raises NotFound."""
        with self._store.begin() as unit:
            self._choose(unit).retire(community_id, number)
            self._note(unit, community_id, "retire", actor, number)

    def _still(self, unit: UnitOfWork, community_id: str, seen: int | None) -> None:
        live = self._choose(unit).live(community_id)
        if seen is not None and seen != (live.number if live is not None else 0):
            raise Conflict("somebody else has put another version in force meanwhile", param="seen")

    def _note(
        self,
        unit: UnitOfWork,
        community_id: str,
        verb: str,
        actor: str,
        number: int,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep in the audit log what was done with a version."""
        deed = Deed(
            actor,
            f"{self._noun}.{verb}",
            community_id,
            f"{self._noun}:{number}",
            before=before or {},
            after=after or {},
        )
        unit.audit.add(deed, datetime.now(UTC))

    def record(self, community_id: str, number: int, since: datetime) -> TrialRecord:
        """Return how a version has fared on trial since then, by what people decided. Raises NotFound."""
        with self._store.begin() as unit:
            self._choose(unit).get(community_id, number)
            decided = unit.resolutions.decided(community_id, since)
        tried = [(c, r, s) for c, r in decided if (s := c.assessment.shadow) and self._tried(s) == number]
        return _record(tried)


def next_after(seen: int | None, version: Version[Any]) -> None:
    """Raise Conflict where a version just added does not follow the newest one that its author saw, 0 for none."""
    if seen is not None and version.number != seen + 1:
        raise Conflict("somebody else has saved a version meanwhile", param="seen")


def _record(tried: list[tuple[Case, Resolution, ShadowVerdict]]) -> TrialRecord:
    harmful = [r.decision is not Decision.ALLOW for _, r, _ in tried]
    flagged = [s.decision is not Decision.ALLOW for _, _, s in tried]
    before = [c.assessment.decision is not Decision.ALLOW for c, _, _ in tried]
    return TrialRecord(
        decided=len(tried),
        flagged=sum(flagged),
        right=sum(f and h for f, h in zip(flagged, harmful, strict=True)),
        harmful=sum(harmful),
        differs=sum(f != b for f, b in zip(flagged, before, strict=True)),
        better=sum(f != b and f == h for f, b, h in zip(flagged, before, harmful, strict=True)),
    )
