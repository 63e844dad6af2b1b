"""Topic prompts, ranked: fitting ones first, varied, none that was asked lately, more of what was answered.

>>> setting = Setting("fishing-a", "城南野钓", "野钓水情、饵料、装备，不卖渔获")
>>> best, *others = prompts(setting, date(2026, 5, 12), encoder=encoder, relevance=encoder)
>>> print(best.draft.text)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from copilot.drafting.calendar import solemn
from copilot.drafting.chance import chance
from copilot.drafting.likeness import Texts, likeness, read_texts
from copilot.drafting.themes import barred, speaks_of
from copilot.drafting.topics.candidates import Candidate, Setting, Source, candidates
from copilot.drafting.topics.fitness import fitness
from copilot.drafting.topics.past import PastTopic, Rate, learn_rates, recent, repeats
from copilot.drafting.topics.safety import off_limits
from copilot.drafting.topics.stock import shape_of
from copilot.drafting.topics.wording import worded
from copilot.drafting.types import Draft, Fact, Tone
from copilot.errors import InvalidInput

if TYPE_CHECKING:
    from copilot.ports import Encoder, Relevance

MOST = 20
_BALANCE = 0.7
"""Share of quality against variety in the choice (lambda of Carbonell and Goldstein, 1998)."""
_GIVEN: Mapping[Source, float] = {Source.EVENT: 4.0, Source.DAY: 3.5, Source.AGAIN: 2.0}
"""Log odds of questions whose fit is no matter of their words: the operator's calendar and what did well before."""
_TIMELY: Mapping[Source, float] = {Source.THEME: -0.5, Source.OPEN: 3.0}
"""Head start in log odds of other sources before the questions of an area."""
_WORTH_ASKING = 0.3
"""A member's question below this fit is small talk or belongs elsewhere."""
_PLENTY, _GENERAL = 5, -2.0
"""From so many questions written for its field on, a theme needs those that fit any noun hardly ever."""
_SPREAD = 0.6
"""Scale of the chance in a ranking, in log odds, so that the days differ."""
_FAMILIAR = 0.75
"""Cosine of vectors from which two questions count as alike at all; any two of one field lie above 0.6."""


@dataclass(frozen=True, slots=True)
class TopicPrompt:
    """One topic, ready to be looked at. Keep `pattern`, `source` and `shape` with what is published: past topics need
    them. `fit` is the probability that it suits the community, `score` what it was ranked by."""

    draft: Draft
    question: str
    pattern: str
    source: Source
    shape: str
    fit: float
    score: float


def prompts(
    setting: Setting,
    today: date,
    *,
    questions: Sequence[Fact] = (),
    calendar: Sequence[Fact] = (),
    past: Sequence[PastTopic] = (),
    encoder: Encoder | None = None,
    relevance: Relevance | None = None,
    most: int = 5,
    seed: str = "",
) -> tuple[TopicPrompt, ...]:
    """Return at most `most` topics, the best first; fewer where a theme gives no more.

    `questions` are open questions of members as facts, `calendar` what `day_facts` says of today, `past` every topic
    published so far. Without encoder and relevance words alone judge. The same arguments give the same topics; another
    `seed` gives others. Raises InvalidInput for an unknown `language` or a `most` beyond 1 to 20.
    """
    if setting.language not in ("zh", "en"):
        raise InvalidInput("语言是 zh 或 en / language is zh or en", param="language")
    if not 1 <= most <= MOST:
        raise InvalidInput(f"一次 1 到 {MOST} 条 / between 1 and {MOST} at a time", param="most")
    seed = f"{setting.community}:{today.isoformat()}:{seed}"
    if solemn(calendar, today):
        setting = replace(setting, tone=Tone.PLAIN)
    found = _allowed(setting, candidates(setting, today, seed, questions, calendar, past))
    asked = recent(past, today)
    patterns = {topic.pattern for topic in asked}
    found = [c for c in found if c.pattern not in patterns]
    texts = read_texts([c.question for c in found], encoder)
    before = read_texts([topic.question for topic in asked], encoder)
    fits = fitness([_judged(c) for c in found], setting.name, setting.theme, setting.bans, relevance)
    fresh = [
        i
        for i in range(len(found))
        if not repeats(texts, i, before) and (found[i].source is not Source.OPEN or fits[i] >= _WORTH_ASKING)
    ]
    luck = _luck(past, today, seed)
    plenty = sum(found[i].source is Source.AREA for i in fresh) >= _PLENTY
    scores = {
        i: _score(found[i], fits[i], luck(found[i]), seed)
        + (_GENERAL if plenty and found[i].source is Source.THEME else 0.0)
        for i in fresh
    }
    return tuple(
        TopicPrompt(
            worded(found[i], setting, seed),
            found[i].question,
            found[i].pattern,
            found[i].source,
            shape_of(found[i].question),
            fits[i],
            scores[i],
        )
        for i in _varied(found, texts, scores, most)
    )


def _allowed(setting: Setting, found: Iterable[Candidate]) -> list[Candidate]:
    unwanted = barred(setting.theme, setting.bans)
    kept = []
    for candidate in found:
        said = (candidate.question, *candidate.ways)
        if off_limits(*said) is None and not any(speaks_of(text, unwanted) for text in said):
            kept.append(candidate)
    return kept


def _judged(candidate: Candidate) -> str:
    """What fit is judged by: a member's own words, not the sentence that quotes them."""
    return candidate.facts[0].text if candidate.source is Source.OPEN else candidate.question


def _luck(past: Sequence[PastTopic], today: date, seed: str) -> Callable[[Candidate], float]:
    """Return what experience says of a candidate, in log odds: draws for its source, its shape and its pattern."""
    kinds: tuple[tuple[str, Mapping[str, Rate]], ...] = (
        ("source", learn_rates(past, lambda topic: topic.source, today)),
        ("shape", learn_rates(past, lambda topic: topic.shape or shape_of(topic.question), today)),
        ("pattern", learn_rates(past, lambda topic: topic.pattern, today)),
    )

    def draw(candidate: Candidate) -> float:
        names = (str(candidate.source), shape_of(candidate.question), candidate.pattern)
        total = 0.0
        for (kind, rates), name in zip(kinds, names, strict=True):
            rate = rates.get(name, Rate() if kind != "pattern" else None)
            if rate is not None and past:
                total += math.log(max(rate.drawn(chance(seed, kind, name)), 0.05))
        return total

    return draw


def _score(candidate: Candidate, fit: float, luck: float, seed: str) -> float:
    odds = _GIVEN.get(candidate.source, min(math.log(max(fit, 1e-4) / max(1 - fit, 1e-4)), 3.0))
    luck += chance(seed, candidate.pattern, "rank").gauss(0, _SPREAD)
    return odds + 2 * math.log(candidate.weight) + _TIMELY.get(candidate.source, 0.0) + luck


def _varied(found: Sequence[Candidate], texts: Texts, scores: Mapping[int, float], most: int) -> list[int]:
    """Choose by maximal marginal relevance (Carbonell and Goldstein, 1998), never one pattern twice."""
    if not scores:
        return []
    low, high = min(scores.values()), max(scores.values())
    worth = {i: (score - low) / (high - low or 1.0) for i, score in scores.items()}
    left, chosen = sorted(scores), list[int]()
    nearest = dict.fromkeys(left, 0.0)
    while left and len(chosen) < most:
        best = max(left, key=lambda i: (_BALANCE * worth[i] - (1 - _BALANCE) * nearest[i], -i))
        chosen.append(best)
        left = [i for i in left if i != best and found[i].pattern != found[best].pattern]
        for i in left:
            nearest[i] = max(nearest[i], _alike(found, texts, i, best))
    return chosen


def _alike(found: Sequence[Candidate], texts: Texts, i: int, j: int) -> float:
    """How alike two candidates are, in [0, 1]: in words, in meaning, and by coming from the same place."""
    words, meaning = likeness(texts, i, texts, j)
    place = 0.5 if found[i].source is found[j].source and found[i].source is not Source.AREA else 0.0
    shape = 0.15 if shape_of(found[i].question) == shape_of(found[j].question) else 0.0
    return min(1.0, max(words, (meaning - _FAMILIAR) / (1 - _FAMILIAR), place) + shape)
