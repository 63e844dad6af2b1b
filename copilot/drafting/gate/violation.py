"""What the gate objects to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from copilot.types import Reason


class ViolationKind(StrEnum):
    """Which promise a draft breaks."""

    FACT = "fact"
    NUMBER = "number"
    TIME = "time"
    NAME = "name"
    LINK = "link"
    QUOTATION = "quotation"
    MENTION = "mention"
    CONTACT = "contact"
    UNSOURCED = "unsourced"
    UNSUPPORTED = "unsupported"
    NEGATION = "negation"
    POLARITY = "polarity"
    CERTAINTY = "certainty"
    INJECTION = "injection"
    LAYOUT = "layout"
    LENGTH = "length"
    UNCLEAN = "unclean"


WHOLE = -1
"""The line of a violation that concerns the draft as a whole."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One objection. `line` counts from 0, `span` are characters of that line; both are empty for the whole draft."""

    kind: ViolationKind
    message: Reason
    line: int = WHOLE
    span: tuple[int, int] = (0, 0)
