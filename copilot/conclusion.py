"""From scores to a verdict under a charter: which clauses apply, what they permit, and what the policy makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.charter import Charter
from copilot.policy import CLEAN_RECORD, Policy, Standing, Verdict
from copilot.rules import Circumstances, cite
from copilot.text import TextViews
from copilot.types import CitedClause, Clause, ClauseKind, Decision, Label, Measure, Message, RuleSet

CLAUSE_ALONE = 0.7
"""Confidence from which a broken clause asks for review where no label does: what only this group bans (剧透)."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict with the clauses that it rests on."""

    verdict: Verdict
    clauses: tuple[CitedClause, ...]


def conclude(
    policy: Policy,
    charter: Charter,
    rules: RuleSet | None,
    message: Message,
    view: TextViews,
    scores: Mapping[Label, float],
    *,
    similarity: Sequence[float] | None = None,
    forced_review: bool = False,
    standing: Standing = CLEAN_RECORD,
) -> Conclusion:
    """Return the verdict on one message; `similarity` is the cosine of its vector with that of each clause."""
    cited: tuple[CitedClause, ...] = ()
    permitted: frozenset[Label] = frozenset()
    if rules is not None and rules.clauses:
        circumstances = Circumstances(message.sent_at, charter.community.time_zone, message.roles)
        flagged = policy.decide(scores, roles=message.roles).labels
        citation = cite(rules, view, scores, circumstances, similarity, flagged)
        cited, permitted = citation.clauses, citation.permitted
    broken = next((c for c in cited if c.clause.kind is ClauseKind.FORBID), None)
    verdict = policy.decide(
        scores,
        forced_review=forced_review,
        roles=message.roles,
        permitted=permitted,
        standing=standing,
        clause=broken.clause if broken else None,
    )
    if verdict.decision is Decision.ALLOW and broken is not None and _speaks_alone(broken, cited[0]):
        verdict = Verdict(Decision.REVIEW, _named_measure(broken.clause), ())
    return Conclusion(verdict, cited)


def _speaks_alone(broken: CitedClause, first: CitedClause) -> bool:
    """Whether a clause that no label stands for is broken beyond much doubt, and nothing permits it."""
    return broken is first and not broken.clause.labels and broken.confidence >= CLAUSE_ALONE


def _named_measure(clause: Clause) -> Measure:
    """What the clause says; a reminder where it says nothing, and never more than a warning on its word alone."""
    return Measure.WARN if clause.measure in (Measure.WARN, Measure.MUTE, Measure.REMOVE) else Measure.REMIND
