"""What a sentence of rules does: forbid, permit, or tell; and with which measure. On the normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.rules.words import (
    FORBIDS,
    LADDER,
    MEASURES,
    MEMBERSHIP,
    OUTRIGHT,
    PERMITS,
    REMINDED,
    SETS_DEFAULT,
    TELLS,
    UNLESS_SAID,
)
from copilot.types import ClauseKind, Measure

_CONCESSION = 8
"""Characters up to which a permission before a ban only concedes something (吹牛可以，骂人不行)."""
_APART = 6
"""Characters after a ban from which a permission is what the sentence comes to."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sentence says, and whether it says so outright."""

    kind: ClauseKind
    plain: bool


def forbids(text: str) -> bool:
    """Whether a text in normal form holds a word of prohibition or a measure."""
    return bool(FORBIDS.search(text)) or measure_of(text) is not Measure.NONE


def permits(text: str) -> bool:
    """Whether a text in normal form holds a word of permission."""
    return bool(PERMITS.search(text))


def sets_default(text: str) -> bool:
    """Whether a text says what happens where no clause says so itself."""
    return bool(SETS_DEFAULT.search(text))


def informs(text: str) -> bool:
    """Whether a text reads as a notice: what the group is, whom to call, how names are set."""
    return bool(TELLS.search(text))


def measure_of(text: str) -> Measure:
    """Return the measure for a first breach, `none` where a text in normal form names none.

    Of a ladder (第一次提醒，第二次禁言) the first step counts; otherwise the severest that is named.
    """
    text = UNLESS_SAID.sub("", text)
    found = [(match.start(), measure) for measure, pattern in MEASURES if (match := pattern.search(text))]
    if not found:
        return Measure.NONE
    return min(found, key=lambda place: place[0])[1] if LADDER.search(text) else found[0][1]


def verdict_of(text: str) -> Verdict:
    """Return what one clause in normal form does. A concession before a ban (可以丧，不可以骂人) is part of the ban."""
    forbidden, permitted, measure = FORBIDS.search(text), PERMITS.search(text), measure_of(text)
    if _only_tells(text, permitted is not None, measure):
        return Verdict(ClauseKind.INFORM, plain=sets_default(text) or not (forbidden or permitted))
    threatened = measure in (Measure.MUTE, Measure.REMOVE, Measure.WARN)
    reminded = measure is Measure.REMIND and (REMINDED.search(text) or LADDER.search(text))
    if threatened or (reminded and not permitted):
        return Verdict(ClauseKind.FORBID, plain=not permitted or forbidden is not None)
    if forbidden and permitted:
        return _of_both(text, forbidden.start(), permitted.start())
    if forbidden:
        return Verdict(ClauseKind.FORBID, plain=True)
    if permitted:
        return Verdict(ClauseKind.ALLOW, plain=not informs(text))
    return Verdict(ClauseKind.INFORM, plain=informs(text))


def _only_tells(text: str, permitted: bool, measure: Measure) -> bool:
    if sets_default(text):
        return True
    if MEMBERSHIP.search(text) and measure is Measure.NONE and not OUTRIGHT.search(text):
        return True
    return informs(text) and not permitted and measure in (Measure.NONE, Measure.REMIND)


def _of_both(text: str, forbidden: int, permitted: int) -> Verdict:
    """What a sentence with words of both sorts means: the later one is what it comes to, unless it only qualifies."""
    if text.startswith(("不能", "不可", "不行")):
        return Verdict(ClauseKind.FORBID, plain=True)
    if text.startswith(("能,", "可以,")) or "不算违规" in text:
        return Verdict(ClauseKind.ALLOW, plain=True)
    if "除外" in text:
        return Verdict(ClauseKind.FORBID if forbidden < permitted else ClauseKind.ALLOW, plain=True)
    if forbidden < permitted:
        return Verdict(ClauseKind.ALLOW if permitted - forbidden > _APART else ClauseKind.FORBID, plain=False)
    conceded = re.split(r"[,;。]", text)[0]
    if permitted < len(conceded) and len(conceded) > _CONCESSION:
        return Verdict(ClauseKind.ALLOW, plain=False)
    return Verdict(ClauseKind.FORBID, plain=permitted < _CONCESSION)
