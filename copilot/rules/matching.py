"""Which topics a text names, and which a message reads like doing. Compiled once; one pass over the text."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from copilot.rules.topic import Topic
from copilot.rules.topics import TOPICS
from copilot.types import Label

_LONGEST = 600
"""Characters of a message in which topics are looked for; what it is about shows by then."""


@cache
def _named() -> tuple[AhoCorasick, tuple[tuple[str, int], ...]]:
    entries = tuple((word, place) for place, topic in enumerate(TOPICS) for word in topic.named)
    return AhoCorasick([word for word, _ in entries]), entries


@cache
def _said() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((topic.name, re.compile(topic.said)) for topic in TOPICS if topic.said)


@lru_cache(maxsize=4096)
def named_topics(form: str) -> tuple[Topic, ...]:
    """Return the topics that a text in normal form names, in the order of `TOPICS`.

    English words count from their beginning, Chinese ones anywhere.
    """
    automaton, entries = _named()
    found: set[int] = set()
    for entry, start, _ in automaton.find_matches_as_indexes(form, overlapping=True):
        word, place = entries[entry]
        if not (word[0].isascii() and start and form[start - 1].isascii() and form[start - 1].isalnum()):
            found.add(place)
    return tuple(TOPICS[place] for place in sorted(found))


def said_topics(resolved: str) -> frozenset[str]:
    """Return the names of the topics that a message reads like doing, whether or not it names them.

    团购的大米有点硬 names group buying, 开团啦 还差两人 does it: the two are told apart because to mention what
    is banned is no breach.
    """
    text = resolved[:_LONGEST]
    return frozenset(name for name, pattern in _said() if pattern.search(text))


@lru_cache(maxsize=4096)
def kin_labels(topics: frozenset[str]) -> frozenset[Label]:
    """Return the labels of some topics, by name."""
    return frozenset(label for topic in TOPICS if topic.name in topics for label in topic.labels)
