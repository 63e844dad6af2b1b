"""Everything that is known about one case, or about one member, gathered for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from copilot.policy import CLEAN_RECORD, CommunityPolicy, Policy, Standing, strikes
from copilot.policy import standing as record_of
from copilot.policy.bands import Bands
from copilot.policy.measures import Order, OrderKind, Plan, Wish, plan
from copilot.policy.reporters import MEMORY, Record
from copilot.ports import Appeal, Entry, Note, Report, Store, UnitOfWork
from copilot.service import letters
from copilot.service.ordering import wanted_after
from copilot.service.reports import case_of, weights
from copilot.types import Case, Resolution

_NEIGHBOURS = 3
_SHOWN = 50
_YEAR = timedelta(days=365)
_TOLD_OTHERWISE = ("case.resolve", "case.undo", "measure.order", "note.add")
"""Deeds about a case whose objects tell more than their entry in the audit log."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking the standing resolution back will do, for people to read before they do it.

    `orders` are what happens on the platform, `then` the resolution that stands again, `strike` whether the member's
    record loses one, `apology` what the member will be told ("" where no measure may have reached them).
    """

    orders: Plan
    then: Resolution | None
    strike: bool
    apology: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case with everything about it. `before` and `after` are what was said around it, `replied_to` what it answers.

    `texts` are what was written in its precedents, by case id. `entries` are deeds that nothing else here tells of.
    """

    case: Case
    resolutions: tuple[Resolution, ...]
    orders: tuple[Order, ...]
    reports: tuple[Report, ...]
    appeals: tuple[Appeal, ...]
    notes: tuple[Note, ...]
    entries: tuple[Entry, ...]
    before: tuple[Case, ...]
    after: tuple[Case, ...]
    replied_to: Case | None
    texts: Mapping[int, str]
    bands: Bands
    standing: Standing
    reporters: Mapping[str, Record]
    reported_weight: float
    undoing: Undoing | None

    @property
    def ruling(self) -> Resolution | None:
        """The resolution that stands."""
        return next((r for r in reversed(self.resolutions) if r.undone_at is None), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A member's record: where they stand, what they wrote that was flagged or decided, measures, their reports."""

    name: str
    since: datetime | None
    messages: int
    standing: Standing
    decided: tuple[tuple[Case, Resolution], ...]
    recent: tuple[Case, ...]
    orders: tuple[Order, ...]
    reports: tuple[Report, ...]
    reporter: Record


class Dossiers:
    """Gathers what is kept."""

    def __init__(self, store: Store, base: Policy) -> None:
        self._store = store
        self._base = base

    def of_case(self, community_id: str, case_id: int) -> Dossier:
        """Return everything about a case; raises NotFound for one of another community."""
        with self._store.begin() as unit:
            case = case_of(unit, community_id, case_id)
            message = case.message
            given = tuple(unit.resolutions.of(case_id))
            orders = tuple(unit.orders.of([case_id]))
            around = unit.cases.around(case, _NEIGHBOURS, _NEIGHBOURS)
            moment = (message.sent_at or case.received_at, case_id)
            replied = unit.cases.named(community_id, message.reply_to) if message.reply_to else []
            policy = _policy(unit, community_id)
            entries = unit.audit.about(community_id, f"case:{case_id}")
            reports = tuple(unit.reports.of([case_id]))
            since = datetime.now(UTC) - MEMORY
            return Dossier(
                case=case,
                resolutions=given,
                orders=orders,
                reports=reports,
                appeals=tuple(unit.appeals.of(case_id)),
                notes=tuple(unit.notes.of(case_id)),
                entries=tuple(entry for entry in entries if entry.deed.action not in _TOLD_OTHERWISE),
                before=tuple(c for c in around if (c.message.sent_at or c.received_at, c.id or 0) < moment),
                after=tuple(c for c in around if (c.message.sent_at or c.received_at, c.id or 0) > moment),
                replied_to=next(reversed(replied), None),
                texts=_texts(unit, case),
                bands=policy.bands_over(self._base),
                standing=_record(unit, community_id, message.author, policy, moment[0]),
                reporters=unit.reports.records(community_id, {report.reporter for report in reports}, since),
                reported_weight=weights(unit, [case_id]).get(case_id, 0.0),
                undoing=_undoing(unit, case, given, orders),
            )

    def of_member(self, community_id: str, name: str) -> Member:
        """Return a member's record; raises NotFound for an unknown community, not for an unknown member."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            since, messages = unit.cases.first_seen(community_id, name)
            decided = unit.resolutions.of_authors(community_id, [name], now - _YEAR)
            return Member(
                name=name,
                since=since,
                messages=messages,
                standing=_record(unit, community_id, name, _policy(unit, community_id), now),
                decided=tuple(decided[::-1][:_SHOWN]),
                recent=tuple(unit.cases.of_author(community_id, name, _SHOWN)),
                orders=tuple(unit.orders.of_author(community_id, name, _SHOWN)),
                reports=tuple(unit.reports.filed_by(community_id, name, _SHOWN)),
                reporter=unit.reports.records(community_id, [name], now - MEMORY)[name],
            )


def _policy(unit: UnitOfWork, community_id: str) -> CommunityPolicy:
    live = unit.policies.live(community_id)
    return live.value if live is not None else CommunityPolicy()


def _record(unit: UnitOfWork, community_id: str, author: str | None, policy: CommunityPolicy, at: datetime) -> Standing:
    if not author:
        return CLEAN_RECORD
    past = strikes(unit.resolutions.of_authors(community_id, [author], at - _YEAR))
    return record_of(past, at, policy.half_life_days)


def _texts(unit: UnitOfWork, case: Case) -> dict[int, str]:
    ids = sorted({precedent.case_id for precedent in case.assessment.precedents})
    return {found.id or 0: found.message.text for found in unit.cases.get(ids)}


def _undoing(unit: UnitOfWork, case: Case, given: tuple[Resolution, ...], orders: tuple[Order, ...]) -> Undoing | None:
    standing = [r for r in given if r.undone_at is None]
    if not standing:
        return None
    ruling, then = standing[-1], standing[-2] if len(standing) > 1 else None
    wanted: tuple[Wish, ...] = wanted_after(case, then, orders)
    coming = plan(orders, wanted)
    community = unit.communities.get(case.message.community or "")
    lifted: list[OrderKind] = [order.kind.undone for order in coming.lift]
    about = letters.matter(community, case, then)
    return Undoing(
        orders=coming,
        then=then,
        strike=bool(strikes([(case, ruling)])) and case.message.author is not None,
        apology=letters.correction(lifted, about, mistaken=not wanted) if lifted else "",
    )
