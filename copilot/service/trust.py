"""Can the machine be trusted here? Figures on a community's own decisions, and checks of what was let through."""

from __future__ import annotations

from datetime import datetime, timedelta

from copilot.errors import Conflict
from copilot.ports import Deed, Store, UnitOfWork
from copilot.service.periods import Period
from copilot.service.queue import enqueue
from copilot.service.trust_report import Appeals, Counts, TrustReport, report

CHECKS = 20
"""Messages in one draw: ten minutes' work."""
_MOST_OPEN = 100
"""Open checks at which no more are drawn: a queue of them that nobody looks at helps nobody."""
_REACH = timedelta(days=30)
"""From how far back messages are drawn."""


class Trust:
    """Reports and draws."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def report(self, community_id: str, period: Period) -> TrustReport:
        """Return the figures of a period; raises NotFound."""
        since, until = period.since, period.until
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            draws = unit.spot_checks.draws(community_id, since, until)
            reached = _reached(since, until, [(draw.since, draw.until) for draw in draws])
            protection = unit.safeguards.get(community_id)
            counts = Counts(
                tallies=unit.figures.tallies(community_id, period.weeks),
                flags=unit.figures.flags(community_id, period.weeks),
                rulings=unit.figures.rulings(community_id, since, until),
                draws=draws,
                drawn_from=reached,
                let_through=unit.figures.tallies(community_id, reached) if reached else (),
                work=unit.figures.work(community_id, period.days),
                waiting=unit.figures.waiting(community_id),
                open_checks=unit.spot_checks.open(community_id),
                watch=protection.watch,
                trip=protection.breaker.trip,
                appeals=_appeals(unit, community_id, since, until),
            )
        return report(period, counts)

    def check(self, community_id: str, actor: str, now: datetime, wanted: int = CHECKS) -> int:
        """Draw allowed messages of the last month into the queue; return how many.

        Raises NotFound, and Conflict where too many wait already.
        """
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            if unit.spot_checks.open(community_id) + wanted > _MOST_OPEN:
                raise Conflict("there are enough checks in the queue already")
            drawn = unit.spot_checks.draw(community_id, now - _REACH, now, wanted, actor)
            if drawn:
                enqueue(unit, unit.cases.get(drawn), dict.fromkeys(drawn, 0.0))  # asked for, though nobody reported it
                deed = Deed(actor, "check.draw", community_id, "queue", after={"messages": len(drawn)})
                unit.audit.add(deed, now)
            return len(drawn)


def _appeals(unit: UnitOfWork, community_id: str, since: datetime, until: datetime) -> Appeals | None:
    """The appeals answered in this time, None where there were none."""
    decided, overturned = unit.appeals.outcomes(community_id, since, until)
    return Appeals(decided, overturned) if decided else None


def _reached(
    since: datetime, until: datetime, windows: list[tuple[datetime, datetime]]
) -> tuple[datetime, datetime] | None:
    """The part of a period that draws reach into, from the first to the last."""
    if not windows:
        return None
    return max(since, min(begin for begin, _ in windows)), min(until, max(end for _, end in windows))
