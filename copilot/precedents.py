"""How decided cases move a verdict: by how much, how far at most, and what is said about it.

Precedents shift scores on the logit scale, where evidence adds up. A case counts by how much likelier than not it is
the same again, up to a limit that depends on how it was found. Of several that agree each next one counts half, so
that together they move at most twice as far as the strongest; those that disagree cancel each other.

They explain and adjust, and never remove: a score passes the threshold of removal only where it would have without
them. The one exception is that people removed the very same words twice and nobody allowed them: that is no likeness
any more but the decision itself, and even so never for what a person must look at (`NEVER_REMOVED`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from copilot.policy import DEFAULT_BANDS, NEVER_REMOVED, Bands
from copilot.reasons import ZH_LABEL
from copilot.types import LABELS, LIBRARY, Decision, Label, Likeness, Precedent, Reason, Signal

RAISES: Mapping[Likeness, float] = {Likeness.SAME: 7.0, Likeness.NEAR_COPY: 6.0, Likeness.SIMILAR: 1.0}
"""Logits by which one confirmed case raises its labels at most."""
LOWERS: Mapping[Likeness, float] = {Likeness.SAME: 7.0, Likeness.NEAR_COPY: 1.5, Likeness.SIMILAR: 0.5}
"""Logits by which one false alarm lowers every label at most: less, since a known harmless text is what a clever
advertiser begins with. Against confirmed cases it counts as much as they do."""
TIMES_REMOVED = 2
"""How often people must have removed the very same words before a score may pass the threshold of removal by that."""
NOT_BY_TEXT = frozenset({Label.FLOOD})
"""Labels that come from how often something is said; what was said before is no precedent for them."""

_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Scores after precedents, and a signal for each precedent that counted, the weightiest first."""

    scores: dict[Label, float]
    signals: tuple[Signal, ...]


def adjust(
    scores: Mapping[Label, float],
    precedents: Sequence[Precedent],
    bands: Bands,
    removal: Mapping[Label, float] | None = None,
) -> Adjustment:
    """Return what decided cases make of label scores.

    A case decided as something raises its labels; an allowed one lowers all. `bands` are those in force, `removal`
    the risk-controlled probabilities where there are any: no score is raised past either threshold of removal, and
    none lowered from there to below `review` but by the same words.
    """
    counted = [p for p in precedents if strength(p) > 0 and (p.decision is Decision.ALLOW or p.labels)]
    if not counted:
        return Adjustment(dict(scores), ())
    adjusted = {}
    for label, score in scores.items():
        band = bands.get(label) or DEFAULT_BANDS[label]
        limits = sorted({band.remove, (removal or {}).get(label, band.remove)})
        adjusted[label] = _adjusted(label, score, counted, band.review, limits)
    counted.sort(key=lambda p: -strength(p))
    return Adjustment(adjusted, tuple(map(_signal, counted)))


def strength(precedent: Precedent) -> float:
    """Logits by which this case alone moves a score, before bounds: nothing where it is likelier not the same."""
    limits = LOWERS if precedent.decision is Decision.ALLOW else RAISES
    return limits[precedent.likeness] * _certainty(precedent)


def _certainty(precedent: Precedent) -> float:
    return max(0.0, 2 * precedent.similarity - 1)


def _shift(raising: Sequence[Precedent], lowering: Sequence[Precedent]) -> float:
    """What remains where people disagree; below the score as it was, false alarms reach less far."""
    against = _together(RAISES[p.likeness] * _certainty(p) for p in lowering)
    remains = _together(map(strength, raising)) - against
    return max(remains, -_together(map(strength, lowering)))


def _adjusted(
    label: Label, score: float, precedents: Sequence[Precedent], review: float, limits: Sequence[float]
) -> float:
    if label in NOT_BY_TEXT:
        return score
    raising = [p for p in precedents if p.decision is not Decision.ALLOW and label in p.labels]
    lowering = [p for p in precedents if p.decision is Decision.ALLOW]
    shift = _shift(raising, lowering)
    moved = _shifted(score, shift)
    if shift > 0:
        above = [limit for limit in limits if score < limit]
        if above and not _removed_before(label, raising, lowering):
            moved = min(moved, math.nextafter(above[0], 0.0))
        return max(score, moved)
    if shift < 0:
        if score >= limits[0] and not any(p.likeness is Likeness.SAME for p in lowering):
            moved = max(moved, review)
        return min(score, moved)
    return score


def _together(strengths: Iterable[float]) -> float:
    """The strongest, half the next one, a quarter of the one after."""
    return math.fsum(each / 2**rank for rank, each in enumerate(sorted(strengths, reverse=True)))


def _shifted(score: float, shift: float) -> float:
    inside = min(max(score, _FLOOR), 1 - _FLOOR)
    return 1 / (1 + (1 - inside) / inside * math.exp(-shift))


def _removed_before(label: Label, raising: Sequence[Precedent], lowering: Sequence[Precedent]) -> bool:
    if label in NEVER_REMOVED or any(p.likeness is Likeness.SAME for p in lowering):
        return False
    removed = {p.case_id for p in raising if p.likeness is Likeness.SAME and p.decision is Decision.REMOVE}
    return len(removed) >= TIMES_REMOVED


_ZH_LIKE = {Likeness.SAME: "完全相同", Likeness.NEAR_COPY: "几乎相同", Likeness.SIMILAR: "意思相近"}
_EN_LIKE = {Likeness.SAME: "The same as", Likeness.NEAR_COPY: "Almost the same as", Likeness.SIMILAR: "Similar to"}


def _signal(precedent: Precedent) -> Signal:
    """Say which case speaks; without a label, since it is in the scores already."""
    labels = [label for label in LABELS if label in precedent.labels]
    if precedent.decision is Decision.ALLOW:
        zh, en = "判定为误报", "was found harmless"
    else:
        zh = f"判定为{'、'.join(ZH_LABEL[label] for label in labels)}"
        en = f"was decided to be {', '.join(label.value for label in labels)}"
    shared = precedent.community.startswith(LIBRARY)
    where = "共享库中" if shared else ""
    case = "a case of a shared library" if shared else f"case {precedent.case_id}"
    reason = Reason(
        f"与{where}{zh}的案例（编号 {precedent.case_id}）{_ZH_LIKE[precedent.likeness]}",
        f"{_EN_LIKE[precedent.likeness]} {case}, which {en}.",
    )
    return Signal("precedent", None, precedent.similarity, reason, kind=precedent.likeness.value)
