"""Which field a question is in, by the words of the stock: naive Bayes with add-a-third smoothing (Lidstone)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from copilot.drafting.likeness import pairs
from copilot.drafting.themes import areas
from copilot.drafting.topics.stock import stock

_SMOOTHING = 0.3
_NAMES_COUNT = 3
"""Times that an area's own words count."""
_SCALE = 5.0


def _counts() -> dict[str, Counter[str]]:
    """Terms by area."""
    counts = {area.id: Counter[str]() for area in areas()}
    for language in ("zh", "en"):
        for name, patterns in stock(language).items():
            for pattern in patterns if name in counts else ():
                counts[name].update(pairs(f"{pattern.ask} {' '.join(pattern.ways)}"))
    for area in areas():
        for word in (*area.words_zh, *area.words_en):
            counts[area.id].update(dict.fromkeys(pairs(word), _NAMES_COUNT))
    return counts


@lru_cache(maxsize=1)
def _model() -> tuple[Mapping[str, Mapping[str, float]], Mapping[str, float]]:
    """By term, what each area that has it gains over a term it has never seen; by area, the log odds of the latter."""
    counts = _counts()
    terms = {term for own in counts.values() for term in own}
    gains: dict[str, dict[str, float]] = {term: {} for term in terms}
    for name, own in counts.items():
        for term, count in own.items():
            gains[term][name] = math.log((count + _SMOOTHING) / _SMOOTHING)
    unseen = {n: math.log(_SMOOTHING / (sum(own.values()) + _SMOOTHING * len(terms))) for n, own in counts.items()}
    return gains, unseen


def field_odds(text: str, own: Sequence[str]) -> float:
    """Return log odds that a question is in one of some areas rather than in another, scaled into [-1, 1].

    0 where a community has no area.
    """
    if not own:
        return 0.0
    gains, unseen = _model()
    terms = [term for term in pairs(text) if term in gains]
    scores = {area: len(terms) * odds for area, odds in unseen.items()}
    for term in terms:
        for area, gain in gains[term].items():
            scores[area] += gain
    mine = max(scores[area] for area in own)
    others = max(score for area, score in scores.items() if area not in own)
    return max(-1.0, min(1.0, (mine - others) / _SCALE))
