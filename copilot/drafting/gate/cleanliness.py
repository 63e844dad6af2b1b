"""The community's own rules hold for what is published in its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Draft, Fact, Kind, Line
from copilot.reasons import ZH_LABEL
from copilot.types import Assessment, Decision, Label, Reason

Judge = Callable[[Sequence[str]], list[Assessment]]
_NOT_OURS = {Label.OFF_TOPIC, Label.FLOOD}
"""A greeting is off topic and a list is a burst; that says nothing about a draft."""
_ABOUT_HARM = {Kind.NOTICE, Kind.CLARIFICATION, Kind.WELCOME}
"""Drafts that name harm without doing it: rules, decisions, rumours."""


def check_cleanliness(draft: Draft, facts: Mapping[str, Fact], judge: Judge) -> Iterator[Violation]:
    """Judge every line without the words of trusted facts; what is flagged is named with its clause."""
    composed = draft.written_by.startswith("composer/")
    lines = [
        (number, text) for number, line in enumerate(draft.lines) if (text := _untrusted(line, facts, composed)).strip()
    ]
    for (number, _), assessment in zip(lines, judge([text for _, text in lines]), strict=True):
        labels = [label for label in assessment.labels if label not in _NOT_OURS]
        if draft.kind in _ABOUT_HARM:
            labels = [label for label in labels if label is not Label.RUMOR]
        if assessment.decision is not Decision.ALLOW and labels:
            yield Violation(
                ViolationKind.UNCLEAN, _reason(assessment, labels), number, (0, len(draft.lines[number].text))
            )


def _untrusted(line: Line, facts: Mapping[str, Fact], composed: bool) -> str:
    text = ""
    for sentence in line.sentences:
        words = sentence.text
        told = [facts[i] for i in sentence.facts if i in facts]
        if composed and told and all(fact.trusted for fact in told):
            continue  # our own phrase over what the community's operators wrote
        for fact in (facts[i] for i in sentence.facts if i in facts):
            if fact.trusted and len(fact.text) >= 4:
                words = words.replace(fact.text, "")
        text += words
    return text


def _reason(assessment: Assessment, labels: Sequence[Label]) -> Reason:
    zh, en = "、".join(ZH_LABEL[label] for label in labels), ", ".join(labels)
    clause = next((cited.clause.number for cited in assessment.clauses if set(cited.clause.labels) & set(labels)), None)
    if clause is None:
        return Reason(f"这一行像{zh}", f"This line reads like {en}.")
    return Reason(f"这一行像{zh}，违反群规第{clause}条", f"This line reads like {en}, against rule {clause}.")
