"""The queue as people work through it: what comes next, who is looking at it, and handing it on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.urgency import Reach, urgency
from copilot.ports import (
    Change,
    Claim,
    Counts,
    Cursor,
    Deed,
    Handed,
    Stage,
    Store,
    UnitOfWork,
    Waiting,
    Wanted,
)
from copilot.text import text_views
from copilot.text.copies import fingerprint
from copilot.types import LIBRARY, Case, Decision

CLAIM = timedelta(minutes=2)
"""How long a claim holds that nobody renews."""
_AROUND = timedelta(hours=1)
_MOST_VOICES, _MOST_COPIES = 500, 50
MOST_CHANGES = 500
_LONGEST_REASON = 1000


def enqueue(unit: UnitOfWork, cases: Sequence[Case], reports: Mapping[int, float] | None = None) -> None:
    """Let kept cases wait for a person: those of communities that are flagged, or that `reports` names.

    `reports` are the sums of their reporters' weights by case id.
    """
    heard = reports or {}
    waiting, keys = [], []
    for case in cases:
        flagged = case.assessment.decision is not Decision.ALLOW
        community_id = case.message.community
        if case.id is None or not community_id or community_id.startswith(LIBRARY) or not (flagged or case.id in heard):
            continue
        print_ = fingerprint(text_views(case.message.text))
        at = case.message.sent_at or case.received_at
        reach = Reach(
            audience=unit.surroundings.voices(community_id, at - _AROUND, at, _MOST_VOICES),
            copies=1 + len(unit.queue.meeting(community_id, print_.keys[:1], _MOST_COPIES)),
        )
        ranked = urgency(case.assessment, case.received_at, reach, heard.get(case.id, 0.0))
        waiting.append(Waiting(case.id, community_id, case.message.author, case.assessment.labels, ranked))
        keys.append(print_.keys)
    if waiting:
        unit.queue.add(waiting, keys)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Cases in the order of the queue, each with its place in it, the claims on them, and how many wait in all."""

    rows: tuple[tuple[Waiting, Case], ...]
    claims: Mapping[int, Claim]
    counts: Counts
    more: Cursor | None


@dataclass(frozen=True, slots=True)
class News:
    """What changed in the queue of some communities, who looks at what, how many wait openly, and as of when."""

    changes: tuple[Change, ...]
    claims: tuple[Claim, ...]
    waiting: Mapping[str, int]
    at: datetime


class Queue:
    """What waits for a person."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, wanted: Wanted, after: Cursor | None = None, limit: int = 50) -> QueuePage:
        """The most urgent undecided cases of the communities, at most `limit`, after a place in the order."""
        with self._store.begin() as unit:
            found = unit.queue.page(wanted, after, limit + 1)
            more, shown = len(found) > limit, found[:limit]
            ids = [each.case_id for each in shown]
            held = unit.claims.of(ids, datetime.now(UTC))
            last = shown[-1] if more else None
            return QueuePage(
                tuple(zip(shown, unit.cases.get(ids), strict=True)),
                {claim.case_id: claim for claim in held},
                unit.queue.counts(wanted),
                Cursor(last.skipped, last.urgency.rank, last.case_id) if last else None,
            )

    def rows(self, community_id: str, case_ids: Sequence[int], account: str) -> QueuePage:
        """The same for chosen cases of a community that are undecided; the others are left out."""
        with self._store.begin() as unit:
            waiting = [unit.queue.get(case_id, account) for case_id in case_ids]
            shown = [each for each in waiting if each.community == community_id and not each.decided]
            ids = [each.case_id for each in shown]
            held = unit.claims.of(ids, datetime.now(UTC))
            return QueuePage(
                tuple(zip(shown, unit.cases.get(ids), strict=True)),
                {claim.case_id: claim for claim in held},
                unit.queue.counts(Wanted((community_id,), account)),
                None,
            )

    def claim(self, community_id: str, case_id: int, actor: str) -> Claim:
        """Say that somebody looks at a case, or still does; returns the claim that stands, theirs or another's."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            belonging(unit, community_id, case_id, actor)
            return unit.claims.take(case_id, actor, now, now + CLAIM)

    def release(self, community_id: str, case_id: int, actor: str) -> None:
        """Say that they don't any more."""
        with self._store.begin() as unit:
            belonging(unit, community_id, case_id, actor)
            unit.claims.release(case_id, actor)

    def skip(self, community_id: str, case_id: int, actor: str) -> None:
        """Let a case come last for this person."""
        self._put(community_id, case_id, actor, behind=True)

    def unskip(self, community_id: str, case_id: int, actor: str) -> None:
        """Let it stand where it stood."""
        self._put(community_id, case_id, actor, behind=False)

    def _put(self, community_id: str, case_id: int, actor: str, *, behind: bool) -> None:
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            belonging(unit, community_id, case_id, actor)
            if behind:
                unit.queue.put_behind(case_id, actor, now)
                unit.claims.release(case_id, actor)
            else:
                unit.queue.put_back(case_id, actor)
            action = "case.skip" if behind else "case.unskip"
            unit.audit.add(Deed(actor, action, community_id, f"case:{case_id}"), now)

    def move(self, community_id: str, case_id: int, stage: Stage, actor: str, reason: str = "") -> Waiting:
        """Hand a case on: to owners with a reason, to whoever checks what it claims, or back to everybody.

        Returns it as it was before. Raises InvalidInput, and Conflict where it is decided, stands there already, or
        somebody else has it open.
        """
        if stage is Stage.ESCALATED and not reason.strip():
            raise InvalidInput("say why", param="reason")
        if len(reason) > _LONGEST_REASON:
            raise InvalidInput(f"at most {_LONGEST_REASON} characters", param="reason")
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            unit.resolutions.turn()
            before = belonging(unit, community_id, case_id, actor)
            if before.decided or before.stage is stage:
                raise Conflict("somebody else has dealt with this case meanwhile", param="seen")
            unclaimed(unit, [case_id], actor, now)
            unit.queue.move(case_id, stage, Handed(actor, now, reason.strip()))
            unit.claims.release(case_id, actor)
            deed = Deed(
                actor,
                f"case.{_VERB[stage]}",
                community_id,
                f"case:{case_id}",
                reason.strip(),
                {"stage": before.stage.value},
                {"stage": stage.value},
            )
            unit.audit.add(deed, now)
            return before

    def news(self, communities: Collection[str], since: datetime) -> News:
        """What changed after a moment, the latest `MOST_CHANGES` of it, and who looks at what now.

        How many wait is told of communities where something changed.
        """
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            changes = unit.queue.changed(communities, since, MOST_CHANGES)
            waiting = unit.queue.waiting({change.community for change in changes})
            return News(tuple(changes), tuple(unit.claims.live(communities, now)), waiting, now)

    def reweigh(self, reports: Mapping[int, float]) -> None:
        """Let reports count: the sum of their reporters' weights by case id."""
        with self._store.begin() as unit:
            unit.queue.reweigh(reports)


_VERB = {Stage.OPEN: "return", Stage.CHECKING: "check", Stage.ESCALATED: "escalate"}


def belonging(unit: UnitOfWork, community_id: str, case_id: int, account: str) -> Waiting:
    """Return a case in the queue of a community; raises NotFound where it is another's."""
    waiting = unit.queue.get(case_id, account)
    if waiting.community != community_id:
        raise NotFound("this case is not in the queue", param="case")
    return waiting


def unclaimed(unit: UnitOfWork, case_ids: Collection[int], actor: str, at: datetime) -> None:
    """Raise Conflict where somebody else has one of the cases open."""
    others = [claim.holder for claim in unit.claims.of(case_ids, at) if claim.holder != actor]
    if others:
        raise Conflict(f"{others[0]} has this case open", param="claim")
