"""What a moderator answers with one key, as a decision about the message and a measure about its author."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from copilot.policy.bands import NEVER_REMOVED
from copilot.types import Decision, Label, Measure


class Answer(StrEnum):
    """The answers that settle a case, from mildest to severest."""

    APPROVE = "approve"
    REMIND = "remind"
    WARN = "warn"
    MUTE = "mute"
    REMOVE = "remove"
    EXPEL = "expel"

    @property
    def measure(self) -> Measure:
        """What happens to the author."""
        return _MEASURE[self]


_MEASURE = {
    Answer.APPROVE: Measure.NONE,
    Answer.REMIND: Measure.REMIND,
    Answer.WARN: Measure.WARN,
    Answer.MUTE: Measure.MUTE,
    Answer.REMOVE: Measure.NONE,
    Answer.EXPEL: Measure.REMOVE,
}
_MILD = frozenset({Answer.REMIND, Answer.WARN, Answer.MUTE})


def decision_of(answer: Answer, labels: Collection[Label]) -> Decision:
    """Return what happens to the message.

    A reminder, a warning and a mute take the message down too, unless it is only off topic or in need of checking: what
    the machine may never remove stays unless a person says so in as many words (`REMOVE`, `EXPEL`).
    """
    if answer is Answer.APPROVE:
        return Decision.ALLOW
    if answer in _MILD and NEVER_REMOVED.issuperset(labels):
        return Decision.REVIEW
    return Decision.REMOVE


def answer_for(measure: Measure, decision: Decision) -> Answer | None:
    """Return the answer that carries a suggested measure out; None where nothing is suggested."""
    for answer in (Answer.REMIND, Answer.WARN, Answer.MUTE, Answer.EXPEL):
        if answer.measure is measure:
            return answer
    return Answer.REMOVE if decision is Decision.REMOVE else None
