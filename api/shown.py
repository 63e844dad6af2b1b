"""Domain objects as the bodies of answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Query

from api.schemas.cases import CaseOut, ResolutionOut
from api.schemas.changes import LabelChangeOut, ReplayOut, TransitionOut
from api.schemas.classify import CitedClauseOut, PrecedentOut, ResultOut, ShadowOut, SignalOut, VersionsOut
from api.schemas.policy import AutomaticOut, PolicyVersionOut
from api.schemas.rules import ClauseOut, FindingOut, ReadRulesOut, RulesVersionOut, WindowBody
from api.schemas.versions import TrialOut
from copilot.policy import CommunityPolicy
from copilot.ports import Version
from copilot.replay import ReplayReport
from copilot.rules import Finding, check_rules
from copilot.service import AutomaticState
from copilot.service.review import CaseFile
from copilot.service.versions import TrialRecord
from copilot.types import Assessment, CitedClause, Clause, Precedent, Reason, Resolution, RuleSet, ShadowVerdict, Signal

Lang = Annotated[Literal["zh", "en"], Query(description="Language of reasons.")]


def result(verdict: Assessment, lang: str, *, case_id: int | None = None, duplicate: bool = False) -> ResultOut:
    """A verdict in the language asked for."""
    return ResultOut(
        id=verdict.message_id,
        decision=verdict.decision,
        would_remove=verdict.would_remove,
        measure=verdict.measure,
        mute_minutes=verdict.mute_minutes,
        labels=list(verdict.labels),
        scores=dict(verdict.scores),
        signals=[_signal(signal, lang) for signal in verdict.signals],
        clauses=[cited_clause(cited, lang) for cited in verdict.clauses],
        precedents=[precedent(found) for found in verdict.precedents],
        versions=VersionsOut(
            model=verdict.versions.model,
            policy=verdict.versions.policy,
            rules=verdict.versions.rules,
        ),
        shadow=_shadow(verdict.shadow) if verdict.shadow is not None else None,
        case_id=case_id,
        duplicate=duplicate,
    )


def case(file: CaseFile, lang: str) -> CaseOut:
    """A case with everything decided about it."""
    message = file.case.message
    return CaseOut(
        id=file.case.id or 0,
        community=message.community,
        text=message.text,
        quoted=message.quoted,
        author=message.author,
        roles=list(message.roles),
        sent_at=message.sent_at,
        reply_to=message.reply_to,
        received_at=file.case.received_at,
        assessment=result(file.case.assessment, lang, case_id=file.case.id),
        resolutions=[resolution(given) for given in file.resolutions],
    )


def resolution(given: Resolution) -> ResolutionOut:
    """What a person decided."""
    return ResolutionOut(
        id=given.id or 0,
        case_id=given.case_id,
        decision=given.decision,
        labels=list(given.labels),
        measure=given.measure,
        mute_minutes=given.mute_minutes,
        actor=given.actor,
        reason=given.reason,
        decided_at=given.decided_at,
        undone_at=given.undone_at,
        undone_by=given.undone_by,
    )


def cited_clause(cited: CitedClause, lang: str) -> CitedClauseOut:
    """A clause that a message falls under."""
    return CitedClauseOut(
        version=cited.version,
        number=cited.clause.number,
        text=cited.clause.text,
        kind=cited.clause.kind,
        confidence=cited.confidence,
        reason=sentence(cited.reason, lang),
    )


def precedent(found: Precedent) -> PrecedentOut:
    """A decided case that a message is like."""
    return PrecedentOut(
        case_id=found.case_id,
        community=found.community,
        decision=found.decision,
        labels=list(found.labels),
        similarity=found.similarity,
        likeness=found.likeness,
    )


def read_rules(rules: RuleSet, findings: Sequence[Finding], lang: str) -> ReadRulesOut:
    """Rules as they were read."""
    return ReadRulesOut(
        clauses=[_clause(clause) for clause in rules.clauses],
        findings=[
            FindingOut(kind=f.kind, clauses=list(f.clauses), label=f.label, reason=sentence(f.reason, lang))
            for f in findings
        ],
    )


def rules_version(version: Version[RuleSet], lang: str) -> RulesVersionOut:
    """One version of a community's rules."""
    read = read_rules(version.value, check_rules(version.value), lang)
    return RulesVersionOut(
        clauses=read.clauses,
        findings=read.findings,
        version=version.number,
        state=version.state,
        text=version.value.text,
        actor=version.actor,
        created_at=version.created_at,
    )


def policy_version(version: Version[CommunityPolicy]) -> PolicyVersionOut:
    """One version of a community's policy."""
    return PolicyVersionOut(
        version=version.number,
        state=version.state,
        policy=version.value.to_mapping(),
        actor=version.actor,
        created_at=version.created_at,
    )


def automatic(state: AutomaticState) -> AutomaticOut:
    """What automatic removal rests on."""
    trip = state.breaker.trip
    until = trip.until if trip is not None else None
    return AutomaticOut(
        removal=dict(state.removal),
        cases=state.choice.tally.cases,
        wrong=state.choice.tally.wrong,
        missing=state.choice.missing,
        paused=trip.cause if trip else None,
        paused_until=datetime.fromtimestamp(until, UTC) if until is not None else None,
        audited=state.watch.audited,
        audited_wrong=state.watch.wrong,
    )


def trial(record: TrialRecord) -> TrialOut:
    """How a version has fared on trial."""
    return TrialOut(
        decided=record.decided,
        flagged=record.flagged,
        right=record.right,
        harmful=record.harmful,
        precision=record.precision,
        recall=record.recall,
        differs=record.differs,
        better=record.better,
    )


def replayed(report: ReplayReport, seconds: float) -> ReplayOut:
    """What would have changed."""
    return ReplayOut(
        messages=report.messages,
        decided=report.decided,
        first_at=report.first_at,
        last_at=report.last_at,
        transitions=[
            TransitionOut(before=before, after=after, messages=count)
            for (before, after), count in sorted(report.transitions.items())
        ],
        changes=dict(report.changes),
        labels=[
            LabelChangeOut(label=label, gained=change.gained, lost=change.lost)
            for label, change in report.labels.items()
        ],
        members=report.members,
        examples={change: list(ids) for change, ids in report.examples.items()},
        read_again=report.read_again,
        seconds=round(seconds, 3),
    )


def sentence(reason: Reason, lang: str) -> str:
    """A reason in the language asked for."""
    return reason.en if lang == "en" else reason.zh


def _shadow(shadow: ShadowVerdict) -> ShadowOut:
    return ShadowOut(rules=shadow.rules, policy=shadow.policy, decision=shadow.decision, labels=list(shadow.labels))


def _signal(signal: Signal, lang: str) -> SignalOut:
    return SignalOut(
        source=signal.source,
        kind=signal.kind,
        label=signal.label,
        score=signal.score,
        spans=list(signal.spans),
        reason=sentence(signal.reason, lang),
        reason_en=signal.reason.en,
    )


def _clause(clause: Clause) -> ClauseOut:
    return ClauseOut(
        number=clause.number,
        text=clause.text,
        kind=clause.kind,
        labels=list(clause.labels),
        measure=clause.measure,
        keywords=list(clause.keywords),
        windows=[WindowBody(weekdays=list(w.weekdays), start=w.start, end=w.end) for w in clause.windows],
        roles=list(clause.roles),
        confidence=clause.confidence,
    )
