"""The community's own rules hold for what is published in its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from copilot.drafting.gate.claim import Claim, Scope, claims_of
from copilot.drafting.gate.composed import is_proven
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Kind
from copilot.reasons import ZH_LABEL
from copilot.types import Assessment, Decision, Label, Reason

Judge = Callable[[Sequence[str]], list[Assessment]]
SURE = 0.8
"""Score from which a line counts as harmful although it would only be reviewed as a message.

A line of a draft lacks the talk around it, and short lines are judged shakily: of 705 lines of good drafts 31 reach the
band of review and 4 of them this score, all of those rumours told with their debunk.
"""
_NOT_OURS = {Label.OFF_TOPIC, Label.FLOOD}
"""A greeting is off topic and a list is a burst; that says nothing about a draft."""
_ABOUT_HARM = {Kind.NOTICE, Kind.CLARIFICATION, Kind.WELCOME}
"""Drafts that name harm without doing it: rules, decisions, rumours."""


def check_cleanliness(scope: Scope, judge: Judge) -> Iterator[Violation]:
    """Judge what members or a model wrote of each line; what is flagged is named with its clause.

    Where a line is nothing but phrases and facts, the facts are judged as they came; else the line itself.
    """
    texts = {number: _to_judge(list(claims)) for number, claims in groupby(_known(scope), key=lambda c: c[0].line)}
    every = list(dict.fromkeys(text for some, _ in texts.values() for text in some))
    judged = dict(zip(every, judge(every), strict=True)) if every else {}
    for number, (some, verbatim) in texts.items():
        for assessment in (judged[text] for text in some):
            labels = _harms(assessment, scope.draft.kind, verbatim=verbatim)
            if labels:
                span = (0, len(scope.draft.lines[number].text))
                yield Violation(ViolationKind.UNCLEAN, _reason(assessment, labels), number, span)


def _known(scope: Scope) -> Iterator[tuple[Claim, bool]]:
    for claim in claims_of(scope):
        yield claim, is_proven(claim, scope)


def _to_judge(claims: Sequence[tuple[Claim, bool]]) -> tuple[list[str], bool]:
    """Return the texts of a line to be judged, and whether they are facts as they came."""
    if all(proven for _, proven in claims):
        facts = [fact for claim, _ in claims for fact in claim.facts if not fact.trusted and fact.text.strip()]
        return list(dict.fromkeys(fact.text for fact in facts if not fact.id.startswith("thread:"))), True
    text = "".join(_untrusted(claim) for claim, _ in claims)
    return ([text] if text.strip() else []), False


def _untrusted(claim: Claim) -> str:
    text = claim.text
    for fact in claim.facts:
        for words in (fact.text if fact.trusted and len(fact.text) >= 4 else "", fact.url):
            text = text.replace(words, "") if words else text
    return text


def _harms(assessment: Assessment, kind: Kind, *, verbatim: bool) -> list[Label]:
    """Return what a text is surely flagged for. A rumour that members debunk is told as what they said."""
    if assessment.decision is Decision.ALLOW:
        return []
    excused = _NOT_OURS | ({Label.RUMOR} if verbatim or kind in _ABOUT_HARM else set())
    sure = assessment.decision is Decision.REMOVE
    return [
        label
        for label in assessment.labels
        if label not in excused and (sure or assessment.scores.get(label, 1.0) >= SURE)
    ]


def _reason(assessment: Assessment, labels: Sequence[Label]) -> Reason:
    zh, en = "、".join(ZH_LABEL[label] for label in labels), ", ".join(labels)
    clause = next((cited.clause.number for cited in assessment.clauses if set(cited.clause.labels) & set(labels)), None)
    if clause is None:
        return Reason(f"这一行像{zh}", f"This line reads like {en}.")
    return Reason(f"这一行像{zh}，违反群规第{clause}条", f"This line reads like {en}, against rule {clause}.")
