"""When a clause that allows something really does: narrowly, and never where a harm is suspected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.rules.evidence import Row
from copilot.rules.matching import kin_labels
from copilot.rules.read import UNSURE
from copilot.types import Clause, ClauseKind, Label

HARMS = frozenset({Label.FRAUD, Label.GAMBLING, Label.PORN, Label.ABUSE, Label.PRIVACY})
"""Labels that a permission lifts only where an admin confirmed the clause and it carries the label itself."""

_WORDS_OF_HARM = frozenset({Label.FRAUD, Label.GAMBLING, Label.PORN})
"""Harms whose words are plain enough to withhold a permission by themselves (先交押金, 押注)."""
_SUSPECTED = 0.25
"""Probability of a harm from which no permission helps: a job ad may be posted on Fridays, a suspected fraud never."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clause that a message may fall under; `applies` says whether its hours and roles fit."""

    clause: Clause
    score: float
    row: Row
    applies: bool


def permission(
    candidates: Sequence[Candidate], scores: Mapping[Label, float]
) -> tuple[Candidate | None, frozenset[Label]]:
    """Return the best permission in force with the labels that it lifts; None where there is none.

    It has to be sure, to name the message's matter, and to speak louder than every ban that names it as well. Whether
    the message falls under any clause at all is not asked: what no label flags needs no permission.
    """
    bans = (c for c in candidates if c.clause.kind is ClauseKind.FORBID and c.row.specific)
    loudest = max((ban.score for ban in bans), default=-math.inf)
    for candidate in candidates:
        lifted = _liftable(candidate.clause)
        if (
            candidate.clause.kind is ClauseKind.ALLOW
            and candidate.applies
            and candidate.clause.confidence >= UNSURE
            and candidate.row.specific
            and candidate.score > loudest
            and lifted
            and not _harmful(candidate, lifted, scores)
        ):
            return candidate, lifted
    return None, frozenset()


def _liftable(clause: Clause) -> frozenset[Label]:
    return frozenset(clause.labels) if clause.confidence >= 1 else frozenset(clause.labels) - HARMS


def _harmful(candidate: Candidate, lifted: frozenset[Label], scores: Mapping[Label, float]) -> bool:
    """Whether a harm is suspected that this clause does not lift, by the model or by words that the clause has not."""
    if any(scores.get(label, 0.0) >= _SUSPECTED for label in HARMS - lifted):
        return True
    return bool(kin_labels(candidate.row.foreign) & (_WORDS_OF_HARM - lifted))
