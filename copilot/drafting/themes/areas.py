"""Kinds of community, and which of them a theme belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from copilot.drafting.themes.nouns import clauses_of
from copilot.text import text_views

_LEAST = 0.35
"""Share of the best match that a further area needs."""
_MOST = 3


@dataclass(frozen=True, slots=True)
class Area:
    """A kind of community with its name in both languages and the words by which it is known."""

    id: str
    zh: str
    en: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """An area and how much of a theme speaks for it: 1 for the best, less for the others."""

    area: str
    weight: float


@lru_cache(maxsize=1)
def areas() -> tuple[Area, ...]:
    """Return all areas, in their own order."""
    lines = files("copilot.drafting.themes").joinpath("areas.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return tuple(Area(row["id"], row["zh"], row["en"], tuple(row["words_zh"]), tuple(row["words_en"])) for row in rows)


def area_names() -> Mapping[str, Area]:
    """Areas by id."""
    return {area.id: area for area in areas()}


@lru_cache(maxsize=1)
def _matchers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((area.id, word_pattern((*area.words_zh, *area.words_en))) for area in areas())


def word_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Match any of the words, longest first; a Latin word only as a whole and also with a plural's s."""
    found = []
    for word in sorted(set(words), key=len, reverse=True):
        said = re.escape(text_views(word).normal.text).replace(r"\-", "[- ]?")
        found.append(rf"(?<![a-z0-9]){said}s?(?![a-z0-9])" if word.isascii() else said)
    return re.compile("|".join(found) or r"(?!)")


def words_in(text: str, area: str) -> int:
    """Number of an area's different words in a text."""
    pattern = dict(_matchers())[area]
    return len(set(pattern.findall(text_views(text).normal.text)))


@lru_cache(maxsize=1024)
def match_areas(name: str, theme: str) -> tuple[Match, ...]:
    """Return the areas a community belongs to, the likeliest first; none where its words say nothing.

    A word counts by its length, once; in the name and at the theme's beginning it counts double. What the theme
    says it does not want counts nothing.
    """
    parts = [text_views(part).normal.text for part in (name, *clauses_of(theme)) if part]
    scores: dict[str, float] = {}
    for area, pattern in _matchers():
        seen: dict[str, float] = {}
        for place, part in enumerate(parts):
            for word in pattern.findall(part):
                weight = min(max(len(word), 2), 4) ** 0.5 * (2 if place <= 1 else 1)
                seen[word] = max(seen.get(word, 0.0), weight)
        if seen:
            scores[area] = sum(seen.values())
    best = sorted(scores.items(), key=lambda pair: -pair[1])[:_MOST]
    return tuple(Match(area, score / best[0][1]) for area, score in best if score >= _LEAST * best[0][1])
