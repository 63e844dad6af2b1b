"""Which entries are worth telling a community: near its theme, fresh, and not told before."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from copilot.drafting.likeness import Texts, likeness, pairs, read_texts
from copilot.drafting.themes import match_areas, words_in
from copilot.drafting.types import Fact
from copilot.text import text_views

if TYPE_CHECKING:
    from copilot.ports import Encoder, Relevance

OLDEST = timedelta(days=7)
"""Entries older than this are no news."""
_HALF_LIFE = timedelta(hours=36)
_UNDATED = 0.35
"""Freshness of an entry without a usable date: as if it were two days old."""
_COPY, _ALIKE, _MEANING = 0.6, 0.4, 0.9
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_COSINE, _AREA_WORD, _FRESH = 5.0, 3.0, 2.0
"""Weights of the encoder's cosine, of each word of the theme's areas (two at most) and of freshness, beside the log
odds of belonging to the theme and the bigrams shared with it; `python -m eval.feeds` compares them."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry with its score, the share of it that is nearness to the theme, and its freshness in (0, 1]."""

    fact: Fact
    score: float
    nearness: float
    freshness: float


def rank(
    entries: Sequence[Fact],
    theme: str,
    now: datetime,
    *,
    name: str = "",
    encoder: Encoder | None = None,
    relevance: Relevance | None = None,
    published: Sequence[Fact] = (),
    most: int = 5,
) -> tuple[Ranked, ...]:
    """Return at most `most` entries, the best first, each story once.

    An entry is left out where it is older than a week, or tells what an entry in `published` (all that drafts told in
    the last weeks) or a better one told: the same page, nearly the same title, or much of its words and the same
    meaning. Titles with different numbers are different stories. Without encoder and relevance words alone judge.
    """
    recent = [e for e in entries if e.at is None or now - e.at <= OLDEST]
    texts = read_texts([entry.text for entry in recent], encoder)
    told = read_texts([fact.text for fact in published], encoder)
    near = nearness([entry.text for entry in recent], texts, name, theme, encoder, relevance)
    fresh = [freshness(entry, now) for entry in recent]
    order = sorted(range(len(recent)), key=lambda i: (-near[i] - _FRESH * fresh[i], i))
    known = {fact.id for fact in published}
    kept: list[int] = []
    for i in order:
        if len(kept) == most:
            break
        if recent[i].id in known or any(same_story(texts, i, told, j) for j in range(len(told))):
            continue
        if not any(recent[i].id == recent[j].id or same_story(texts, i, texts, j) for j in kept):
            kept.append(i)
    return tuple(Ranked(recent[i], near[i] + _FRESH * fresh[i], near[i], fresh[i]) for i in kept)


def freshness(entry: Fact, now: datetime) -> float:
    """Halves every day and a half."""
    if entry.at is None:
        return _UNDATED
    return float(0.5 ** (max(now - entry.at, timedelta(0)) / _HALF_LIFE))


def nearness(
    titles: Sequence[str], texts: Texts, name: str, theme: str, encoder: Encoder | None, relevance: Relevance | None
) -> list[float]:
    """How near each title is to a theme, larger is nearer; no probability."""
    wanted = pairs(theme)
    matched = match_areas(name, theme)
    odds = _odds(titles, theme, relevance)
    cosines = [0.0] * len(titles)
    if encoder is not None and texts.vectors is not None:
        cosines = [float(x) for x in texts.vectors @ encoder.encode([text_views(theme)])[0]]
    return [
        odd
        + _COSINE * cosine
        + min(len(own & wanted), 3)
        + _AREA_WORD * min(2.0, sum(words_in(title, match.area) * match.weight for match in matched))
        for title, odd, cosine, own in zip(titles, odds, cosines, texts.pairs, strict=True)
    ]


def _odds(titles: Sequence[str], theme: str, relevance: Relevance | None) -> list[float]:
    if relevance is None or not titles:
        return [0.0] * len(titles)
    views = [text_views(title) for title in titles]
    found = relevance.belongs([theme] * len(views), views, range(len(views)), [()] * len(views))
    return [math.log(max(p, 1e-6) / max(1 - p, 1e-6)) for p in found]


def same_story(a: Texts, i: int, b: Texts, j: int) -> bool:
    """Whether two titles tell the same; see `rank`."""
    words, meaning = likeness(a, i, b, j)
    if words >= 1:
        return True
    here, there = set(_NUMBER.findall(a.contents[i])), set(_NUMBER.findall(b.contents[j]))
    if here and there and not here & there:
        return False
    return words >= _COPY or (words >= _ALIKE and meaning >= _MEANING)
