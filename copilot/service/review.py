"""What people do with cases: look at them, decide them, take a decision back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy import CommunityPolicy
from copilot.policy.measures import DEFAULT_MUTE, LONGEST_MUTE
from copilot.ports import Deed, Store, UnitOfWork
from copilot.service.ordering import arrange, standing
from copilot.service.reports import answer_reports
from copilot.service.safeguard import audit
from copilot.types import Case, Decision, Label, Measure, Resolution


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with everything decided about it, oldest first, what was undone included."""

    case: Case
    resolutions: tuple[Resolution, ...]

    @property
    def standing(self) -> Resolution | None:
        """The last resolution that was not undone."""
        return next((r for r in reversed(self.resolutions) if r.undone_at is None), None)


class Review:
    """The queue of flagged cases and their resolutions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def queue(self, community_id: str, after: int = 0, limit: int = 50) -> list[Case]:
        """Flagged cases of a community that nobody has decided, oldest first; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.cases.undecided(community_id, after, limit)

    def file(self, case_id: int) -> CaseFile:
        """Return a case with its resolutions; raises NotFound."""
        with self._store.begin() as unit:
            [case] = unit.cases.get([case_id])
            return CaseFile(case, tuple(unit.resolutions.of(case_id)))

    def reveal(self, community_id: str, case_id: int, actor: str) -> Case:
        """Return a case of a community for somebody who asked to see personal data in it, and keep that they did.

        Raises NotFound, for a case of another community too.
        """
        with self._store.begin() as unit:
            [case] = unit.cases.get([case_id])
            if (case.message.community or "") != community_id:
                raise NotFound("there is no such case", param="case")
            unit.audit.add(Deed(actor, "case.reveal", community_id, f"case:{case_id}"), datetime.now(UTC))
            return case

    def texts(self, case_ids: Sequence[int]) -> dict[int, str]:
        """What was written in these cases, by id; raises NotFound."""
        with self._store.begin() as unit:
            return {
                case_id: case.message.text for case_id, case in zip(case_ids, unit.cases.get(case_ids), strict=True)
            }

    def resolve(
        self,
        case_id: int,
        decision: Decision,
        labels: Sequence[Label],
        *,
        measure: Measure | None,
        actor: str,
        reason: str = "",
        seen: int | None = None,
        mute_minutes: int | None = None,
    ) -> Resolution:
        """Decide a case; the next message is judged with this precedent, bots get their orders, reporters an answer.

        `labels` are what it really was: none where it is allowed. Without a measure the suggested one is taken, without
        `mute_minutes` the suggested length of a mute. `seen` is the id of the resolution the person saw standing, 0 for
        none: raises Conflict where somebody decided meanwhile. Raises NotFound, and InvalidInput where labels, measure
        and decision contradict each other.
        """
        with self._store.begin() as unit:
            unit.resolutions.turn()
            [case] = unit.cases.get([case_id])
            return resolved(
                unit,
                case,
                decision,
                labels,
                measure=measure,
                actor=actor,
                reason=reason,
                seen=seen,
                mute_minutes=mute_minutes,
            )

    def undo(self, resolution_id: int, actor: str) -> Resolution:
        """Take a resolution back; the one before it stands again, and what bots did because of it is lifted.

        Raises NotFound and Conflict.
        """
        with self._store.begin() as unit:
            return taken_back(unit, resolution_id, actor)


def resolved(
    unit: UnitOfWork,
    case: Case,
    decision: Decision,
    labels: Sequence[Label],
    *,
    measure: Measure | None,
    actor: str,
    reason: str = "",
    seen: int | None = None,
    mute_minutes: int | None = None,
) -> Resolution:
    """Decide a case within a unit that has its turn; see `Review.resolve`."""
    _check(decision, labels, measure, mute_minutes)
    case_id = case.id or 0
    before = standing(unit, case_id)
    if seen is not None and seen != (before.id if before else 0):
        raise Conflict("somebody else has decided this case meanwhile", param="seen")
    suggested = case.assessment.measure if decision is not Decision.ALLOW else Measure.NONE
    taken = suggested if measure is None else measure
    resolution = Resolution(
        case_id=case_id,
        decision=decision,
        labels=tuple(dict.fromkeys(labels)),
        measure=taken,
        actor=actor,
        reason=reason,
        decided_at=datetime.now(UTC),
        mute_minutes=_minutes(case, taken, mute_minutes),
    )
    policy = unit.policies.live(case.message.community) if case.message.community else None
    audit(unit, policy.value if policy else CommunityPolicy(), case, resolution)
    kept = replace(resolution, id=unit.resolutions.add(resolution))
    unit.audit.add(_deed("case.resolve", case, actor, before, kept), resolution.decided_at)
    follow_up(unit, case, actor, resolution.decided_at, fresh=True)
    return kept


def taken_back(unit: UnitOfWork, resolution_id: int, actor: str, *, follow: bool = True) -> Resolution:
    """Take a resolution back within a unit; see `Review.undo`.

    Without `follow` the caller sees to it that bots and reporters hear of what stands then.
    """
    now = datetime.now(UTC)
    undone = unit.resolutions.undo(resolution_id, actor, now)
    [case] = unit.cases.get([undone.case_id])
    unit.audit.add(_deed("case.undo", case, actor, undone, standing(unit, undone.case_id)), now)
    if follow:
        follow_up(unit, case, actor, now)
    return undone


def follow_up(unit: UnitOfWork, case: Case, actor: str, now: datetime, *, fresh: bool = False) -> None:
    """Let bots and reporters hear of what stands now; `fresh` where it was decided this moment."""
    answer_reports(unit, case, standing(unit, case.id or 0), now, fresh=fresh)
    arrange(unit, case, actor, now)


def _check(decision: Decision, labels: Sequence[Label], measure: Measure | None, mute_minutes: int | None) -> None:
    if decision is Decision.ALLOW and labels:
        raise InvalidInput("what is allowed carries no label", param="labels")
    if decision is Decision.ALLOW and measure not in (None, Measure.NONE):
        raise InvalidInput("what is allowed has no measure", param="measure")
    if decision is Decision.REMOVE and not labels:
        raise InvalidInput("say for what it is removed", param="labels")
    if mute_minutes is not None and not 1 <= mute_minutes <= LONGEST_MUTE:
        raise InvalidInput(f"a mute lasts 1 to {LONGEST_MUTE} minutes", param="mute_minutes")


def _minutes(case: Case, measure: Measure, chosen: int | None) -> int:
    """How long a mute lasts: as chosen, else as suggested."""
    if measure is not Measure.MUTE:
        return 0
    return chosen or case.assessment.mute_minutes or DEFAULT_MUTE


def _deed(action: str, case: Case, actor: str, before: Resolution | None, after: Resolution | None) -> Deed:
    """What was done about a case, as the audit log keeps it."""
    reason = after.reason if after is not None and action == "case.resolve" else ""
    subject = f"case:{case.id}"
    return Deed(actor, action, case.message.community or "", subject, reason, _brief(before), _brief(after))


def _brief(resolution: Resolution | None) -> Mapping[str, Any]:
    if resolution is None:
        return {}
    return {
        "resolution": resolution.id,
        "decision": resolution.decision.value,
        "labels": [label.value for label in resolution.labels],
        "measure": resolution.measure.value,
    }
