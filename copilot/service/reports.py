"""What members report: kept as a case for people, weighted by the reporter's record, answered when it is decided."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.reporters import MEMORY, Record, joint_weight
from copilot.ports import Category, Deed, Report, ReportState, Store, UnitOfWork
from copilot.service.letters import report_answer, spoken_in
from copilot.service.ordering import standing
from copilot.service.queue import enqueue
from copilot.types import Case, Decision, Measure, Message, Resolution

LONGEST_NOTE = 1_000
_MOST = 500

Ingest = Callable[[Sequence[Message]], list[Case]]


@dataclass(frozen=True, slots=True)
class Reported:
    """A case with the reports of it that wait, how much they weigh together, and what stands about it."""

    case: Case
    reports: tuple[Report, ...]
    records: Mapping[str, Record]
    weight: float
    standing: Resolution | None


class Reports:
    """Takes reports in and looks after them."""

    def __init__(self, store: Store, ingest: Ingest) -> None:
        self._store = store
        self._ingest = ingest

    def file(
        self,
        message: Message,
        category: Category,
        reporter: str,
        *,
        note: str = "",
        filed_by: str = "",
        has_text: bool = True,
    ) -> tuple[Report, bool]:
        """Keep a report of a message, and say whether this member had reported it before.

        A message that was not kept yet is judged and kept first; without a text (`has_text`) only a kept one can be
        reported. Raises NotFound for an unknown community or message, and InvalidInput.
        """
        if not reporter.strip():
            raise InvalidInput("a report needs somebody who reports", param="reporter")
        if len(note) > LONGEST_NOTE:
            raise InvalidInput(f"a note has at most {LONGEST_NOTE} characters", param="note")
        case = self._case(message, has_text)
        report = Report(case.id or 0, category, reporter, note.strip(), datetime.now(UTC))
        try:
            with self._store.begin() as unit:
                before = unit.reports.by(report.case_id, reporter)
                if before is not None:
                    return before, True
                return _keep(unit, case, report, filed_by), False
        except Conflict:  # the same report at the same moment
            with self._store.begin() as unit:
                first = unit.reports.by(report.case_id, reporter)
            if first is None:
                raise
            return first, True

    def _case(self, message: Message, has_text: bool) -> Case:
        with self._store.begin() as unit:
            unit.communities.revision(message.community or "")
            known = unit.cases.named(message.community or "", message.id) if message.id else []
            if known and (not has_text or any(case.message.text == message.text for case in known)):
                return next((c for c in reversed(known) if c.message.text == message.text), known[-1])
        if not has_text:
            raise NotFound("this message was not kept; send its text along", param="message_id")
        digest = hashlib.sha256(message.text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._ingest([message if message.id else replace(message, id=f"reported:{digest}")])[0]

    def get(self, report_id: int) -> Report:
        """Return a report; raises NotFound."""
        with self._store.begin() as unit:
            return unit.reports.get(report_id)

    def waiting(self, community_id: str) -> list[Reported]:
        """Cases with reports that wait for a person, the weightiest first, the oldest where that is equal."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            waiting = unit.reports.waiting(community_id, _MOST)
            records = unit.reports.records(community_id, {report.reporter for report in waiting}, now - MEMORY)
            by_case: dict[int, list[Report]] = defaultdict(list)
            for report in waiting:
                by_case[report.case_id].append(report)
            cases = {case.id: case for case in unit.cases.get(list(by_case))}
            found = [
                Reported(
                    cases[case_id],
                    tuple(reports),
                    {report.reporter: records[report.reporter] for report in reports},
                    joint_weight(records[report.reporter] for report in reports),
                    standing(unit, case_id),
                )
                for case_id, reports in by_case.items()
            ]
        return sorted(found, key=lambda reported: (-reported.weight, reported.reports[0].filed_at))

    def answered(self, community_id: str, limit: int = 50) -> list[Report]:
        """The reports answered last, newest first."""
        with self._store.begin() as unit:
            return unit.reports.answered(community_id, limit)

    def confirm(self, community_id: str, case_id: int, actor: str) -> int:
        """Answer what waits about a case by the decision that stands; returns how many. Raises NotFound, Conflict."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            case = case_of(unit, community_id, case_id)
            stands = standing(unit, case_id)
            if stands is None:
                raise Conflict("nothing is decided about this case yet", param="case")
            waiting = [r for r in unit.reports.of([case_id]) if r.state is ReportState.OPEN]
            for report in waiting:
                _answer(unit, case, report, stands, actor, now)
            return len(waiting)


def weights(unit: UnitOfWork, case_ids: Collection[int]) -> Mapping[int, float]:
    """How much the reports that wait weigh for each of these cases, in [0, 1); cases without any are left out."""
    by_case: dict[int, set[str]] = defaultdict(set)
    for report in unit.reports.of(case_ids):
        if report.state is ReportState.OPEN:
            by_case[report.case_id].add(report.reporter)
    reporters: dict[str, set[str]] = defaultdict(set)
    community = {case.id: case.message.community or "" for case in unit.cases.get(list(by_case))}
    for case_id, names in by_case.items():
        reporters[community[case_id]] |= names
    since = datetime.now(UTC) - MEMORY
    records = {name: unit.reports.records(name, everybody, since) for name, everybody in reporters.items()}
    return {
        case_id: joint_weight(records[community[case_id]][name] for name in names) for case_id, names in by_case.items()
    }


def answer_reports(
    unit: UnitOfWork, case: Case, stands: Resolution | None, now: datetime, *, fresh: bool = False
) -> None:
    """Bring the answers to reports in line with what stands about a case.

    A fresh decision answers all of them. Where a decision was taken back, those that it had answered wait again,
    unless an earlier decision stands that came after them.
    """
    for report in unit.reports.of([case.id or 0]):
        if fresh and stands is not None:
            _answer(unit, case, report, stands, stands.actor, now)
        elif report.state is not ReportState.OPEN and (stands is None or report.resolution != stands.id):
            if stands is not None and report.filed_at <= stands.decided_at:
                _answer(unit, case, report, stands, stands.actor, now)
            else:
                unit.reports.change(
                    replace(
                        report, state=ReportState.OPEN, resolution=None, answer="", answered_by="", answered_at=None
                    )
                )


def case_of(unit: UnitOfWork, community_id: str, case_id: int) -> Case:
    """Return a case of this community; to any other one it does not exist. Raises NotFound."""
    [case] = unit.cases.get([case_id])
    if case.message.community != community_id:
        raise NotFound("there is no such case", param="case")
    return case


def upheld_by(resolution: Resolution) -> bool:
    """Whether a decision agrees with those who reported: it found a label, or led to a measure."""
    found = bool(resolution.labels) or resolution.measure is not Measure.NONE
    return resolution.decision is Decision.REMOVE or (resolution.decision is Decision.REVIEW and found)


def _keep(unit: UnitOfWork, case: Case, report: Report, filed_by: str) -> Report:
    kept = replace(report, id=unit.reports.add(report))
    community_id = case.message.community or ""
    after = {"case": report.case_id, "category": report.category.value}
    deed = Deed(filed_by, "report.file", community_id, f"report:{kept.id}", after=after)
    unit.audit.add(deed, report.filed_at)
    stands = standing(unit, report.case_id)
    if stands is not None and stands.decision is Decision.REMOVE:  # it is gone already: nothing is left to decide
        return _answer(unit, case, kept, stands, stands.actor, report.filed_at)
    heard = weights(unit, [report.case_id])
    enqueue(unit, [case], heard)
    unit.queue.reweigh(heard)
    return kept


def _answer(unit: UnitOfWork, case: Case, report: Report, stands: Resolution, actor: str, now: datetime) -> Report:
    community = unit.communities.get(case.message.community or "")
    upheld = upheld_by(stands)
    answered = replace(
        report,
        state=ReportState.UPHELD if upheld else ReportState.DISMISSED,
        resolution=stands.id,
        answer=report_answer(spoken_in(community), upheld=upheld),
        answered_by=actor,
        answered_at=now,
    )
    unit.reports.change(answered)
    before, after = {"state": report.state.value}, {"state": answered.state.value, "resolution": stands.id}
    unit.audit.add(Deed(actor, "report.answer", community.id, f"report:{report.id}", before=before, after=after), now)
    return answered
