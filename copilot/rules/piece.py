"""What a text of rules is cut into, and the normal form that every pattern of the package is written for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.rules.matching import named_topics
from copilot.rules.verdict import measure_of, sets_default
from copilot.text import text_views
from copilot.types import ClauseKind, Measure

_NO_CONTENT = re.compile(r"[\W_]+")
_BRIEF, _BRIEF_ENGLISH = 9, 20
"""Content characters up to which a phrase with a measure is about nothing else."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One rule as written. `under` is the kind its section announces, `question` what it answers."""

    text: str
    under: ClauseKind | None = None
    question: str = ""


def normal(text: str) -> str:
    """Return the normal form of a text."""
    return text_views(text).normal.text


def content(text: str) -> str:
    """Return the letters, digits and characters of a text, without signs and spaces."""
    return _NO_CONTENT.sub("", text)


def only_measure(form: str) -> bool:
    """Whether a phrase in normal form is about what happens next and nothing else (禁言一天, 发了就踢)."""
    said = content(form)
    return (
        measure_of(form) is not Measure.NONE
        and len(said) <= (_BRIEF_ENGLISH if said.isascii() else _BRIEF)
        and not sets_default(form)
        and not named_topics(form)
    )
