"""Erase what a member wrote, and what is older than a community keeps, everywhere it lies."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from copilot.errors import Conflict, InvalidInput
from copilot.policy.retention import Retention, is_due
from copilot.ports import Deed, Store
from copilot.ports.erasure import NOBODY, Erasure, Kind, Scrubbed, Veil

log = logging.getLogger(__name__)

MACHINE = "machine"
_BATCH = 200
"""Cases erased in one transaction: others wait for it a fraction of a second."""
_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were changed in which place, and whether the files hold nothing any more."""

    places: Mapping[str, int]
    scrubbed: Scrubbed

    @property
    def messages(self) -> int:
        """How many messages were erased."""
        return self.places.get("messages", 0)


class Eraser:
    """Erases. `refresh` brings the index of precedents and its snapshot up to date with the store."""

    def __init__(self, store: Store, refresh: Callable[[], None]) -> None:
        self._store = store
        self._refresh = refresh

    def count(self, community_id: str, names: Sequence[str]) -> int:
        """How many messages `member` would erase; raises NotFound, and InvalidInput without a name."""
        names = _checked(names)
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.erasures.count(community_id, names)

    def member(self, community_id: str, names: Sequence[str], actor: str) -> Erased:
        """Erase everything of a member, by the name their messages carry and others they are called by.

        Verdicts and decisions stay, so that counts stay true. May be called again, after a crash too. Raises NotFound,
        and InvalidInput without a name.
        """
        names = _checked(names)
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            number = unit.erasures.begin(community_id, Kind.MEMBER, actor, datetime.now(UTC))
        veil, places = Veil(), Counter[str]()
        while True:
            with self._store.begin() as unit:
                case_ids = unit.erasures.of_member(community_id, names, _BATCH)
                places.update(unit.erasures.erase(community_id, case_ids, names, veil, datetime.now(UTC)))
            if not case_ids:  # the last step, without cases, was for what else is kept under the names
                break
        return self._finish(number, community_id, actor, "member.erase", places, rebuild=True)

    def records(self, community_id: str) -> list[Erasure]:
        """What was erased lately, newest first; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.erasures.all(community_id)

    def retention(self, community_id: str) -> Retention:
        """How long a community keeps texts; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.retentions.get(community_id)

    def keep_for(self, community_id: str, chosen: Retention, actor: str, seen: Retention | None = None) -> None:
        """Set how long texts are kept. Raises NotFound, and Conflict where it is not any more what was `seen`."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            before = unit.retentions.get(community_id)
            if seen is not None and seen != before:
                raise Conflict("somebody else has changed this meanwhile", param="seen")
            if chosen == before:
                return
            unit.retentions.put(community_id, chosen)
            deed = Deed(actor, "retention.change", community_id, "retention", "", _brief(before), _brief(chosen))
            unit.audit.add(deed, datetime.now(UTC))

    def due(self, community_id: str, chosen: Retention, now: datetime) -> int:
        """How many texts a retention would erase now."""
        before = chosen.before(now)
        if before is None:
            return 0
        with self._store.begin() as unit:
            return unit.erasures.count_older(community_id, before, keep_decided=chosen.keep_decided)

    def old(self, community_id: str, now: datetime, actor: str = MACHINE) -> Erased | None:
        """Erase what is older than the community keeps; None where it keeps all, or somebody is at it already.

        Raises NotFound.
        """
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            chosen = unit.retentions.get(community_id)
            before = chosen.before(now)
            if before is None or not unit.retentions.take_turn(community_id, now, now + _LEASE):
                return None
        veil, places, number = Veil(), Counter[str](), 0
        while True:
            with self._store.begin() as unit:
                ids = unit.erasures.older(community_id, before, _BATCH, keep_decided=chosen.keep_decided)
                if not ids:
                    unit.retentions.finish(community_id, now)
                    break
                number = number or unit.erasures.begin(community_id, Kind.RETENTION, actor, datetime.now(UTC))
                places.update(unit.erasures.erase(community_id, ids, (), veil, datetime.now(UTC)))
                unit.retentions.renew(community_id, datetime.now(UTC) + _LEASE)
        if not number:
            return Erased({}, Scrubbed(True))
        return self._finish(number, community_id, actor, "retention.erase", places, rebuild=False)

    def daily(self, now: datetime) -> None:
        """Carry out every retention that is due; what goes wrong in one community is logged and stops no other."""
        with self._store.begin() as unit:
            waiting = [
                community_id
                for community_id in unit.retentions.limited()
                if is_due(unit.retentions.ran_at(community_id), now, unit.communities.get(community_id).time_zone)
            ]
        for community_id in waiting:
            try:
                erased = self.old(community_id, now)
            except Exception:
                log.exception("retention of %s failed; it is tried again", community_id)
                continue
            if erased is not None and erased.messages:
                log.info("retention of %s erased %d messages", community_id, erased.messages)

    def _finish(
        self, number: int, community_id: str, actor: str, action: str, places: Counter[str], *, rebuild: bool
    ) -> Erased:
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            unit.erasures.end(number, places, now)
            deed = Deed(
                actor, action, community_id, f"erasure:{number}", after={name: n for name, n in places.items() if n}
            )
            unit.audit.add(deed, now)
        self._refresh()
        return Erased(places, self._store.scrub(rebuild=rebuild))


def _checked(names: Sequence[str]) -> list[str]:
    kept = list(dict.fromkeys(name for name in names if name.strip()))
    if not kept:
        raise InvalidInput("say whose messages", param="member")
    if any(name.startswith(NOBODY) for name in kept):
        raise InvalidInput("this name stands for somebody erased already", param="member")
    return kept


def _brief(retention: Retention) -> dict[str, object]:
    return {"days": retention.days, "keep_decided": retention.keep_decided}
