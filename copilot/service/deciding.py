"""Deciding cases of the queue: one, or one with all its copies, at once; and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.answers import Answer, decision_of
from copilot.ports import Stage, Store, UnitOfWork
from copilot.service.queue import belonging, unclaimed
from copilot.service.review import CaseFile, resolved, taken_back
from copilot.types import Case, Label, Resolution

MOST_AT_ONCE = 200
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer to one or several cases. `seen` is the id of the resolution that stood on the first, 0 for none.

    `anyway` says that the person knows that a colleague has it open, `owner` that they may decide what was escalated.
    """

    answer: Answer
    labels: tuple[Label, ...]
    actor: str
    reason: str = ""
    seen: int = 0
    anyway: bool = False
    owner: bool = False


class Deciding:
    """Decides several cases in one transaction, or none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def decide(self, community_id: str, case_ids: Sequence[int], verdict: Verdict) -> list[Resolution]:
        """Give all cases the same answer; returns the resolutions in order.

        Raises NotFound where one belongs elsewhere; InvalidInput; and Conflict where one was decided meanwhile
        (`seen`), is open before somebody else (`claim`), or was escalated and waits for an owner (`stage`).
        """
        case_ids = list(dict.fromkeys(case_ids))
        if not 1 <= len(case_ids) <= MOST_AT_ONCE:
            raise InvalidInput(f"1 to {MOST_AT_ONCE} cases at once", param="cases")
        if len(verdict.reason) > _LONGEST_REASON:
            raise InvalidInput(f"at most {_LONGEST_REASON} characters", param="reason")
        with self._store.begin() as unit:
            unit.resolutions.turn()
            self._check(unit, community_id, case_ids, verdict)
            return [
                self._decided(unit, case, verdict, verdict.seen if at == 0 else 0)
                for at, case in enumerate(unit.cases.get(case_ids))
            ]

    def _check(self, unit: UnitOfWork, community_id: str, case_ids: Sequence[int], verdict: Verdict) -> None:
        waiting = [belonging(unit, community_id, case_id, verdict.actor) for case_id in case_ids]
        if not verdict.owner and any(each.stage is Stage.ESCALATED for each in waiting):
            raise Conflict("this case was escalated and waits for an owner", param="stage")
        if not verdict.anyway and not verdict.seen:
            unclaimed(unit, case_ids, verdict.actor, datetime.now(UTC))

    def _decided(self, unit: UnitOfWork, case: Case, verdict: Verdict, seen: int) -> Resolution:
        labels = () if verdict.answer is Answer.APPROVE else verdict.labels
        if verdict.answer is not Answer.APPROVE and not labels:
            raise InvalidInput("say for what", param="labels")
        return resolved(
            unit,
            case,
            decision_of(verdict.answer, labels),
            labels,
            measure=verdict.answer.measure,
            actor=verdict.actor,
            reason=verdict.reason.strip(),
            seen=seen,
        )

    def undo(self, community_id: str, resolution_ids: Sequence[int], actor: str) -> list[int]:
        """Take resolutions back, all or none; returns the ids of their cases. Raises NotFound and Conflict."""
        if not 1 <= len(resolution_ids) <= MOST_AT_ONCE:
            raise InvalidInput(f"1 to {MOST_AT_ONCE} decisions at once", param="resolutions")
        with self._store.begin() as unit:
            undone = [taken_back(unit, resolution_id, actor) for resolution_id in dict.fromkeys(resolution_ids)]
            case_ids = [each.case_id for each in undone]
            if any(case.message.community != community_id for case in unit.cases.get(case_ids)):
                raise NotFound("there is no such resolution", param="resolution")
            return case_ids

    def standing(self, community_id: str, case_id: int) -> Resolution | None:
        """What stands about a case of a community; raises NotFound."""
        with self._store.begin() as unit:
            belonging(unit, community_id, case_id, "")
            [case] = unit.cases.get([case_id])
            return CaseFile(case, tuple(unit.resolutions.of(case_id))).standing
