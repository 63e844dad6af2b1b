"""A short name for a thread, cut from its own messages, and its most telling words.

A name is a run of words as somebody typed it, never put together anew, so that it claims nothing that nobody said.
The constants were chosen on the training days, by the characters that a name shares with the annotators' title.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from copilot.drafting.threads.day import Post
from copilot.drafting.threads.words import STOPWORDS, Token, content_words, joins

_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST = 10
"""Length of a name in columns: a Chinese character fills one, a Latin letter half of one."""
_GOOD = (5, 7)
"""Columns that a name had best have."""
_TOKENS = 9
_NOUN = ("n", "eng", "j", "vn")


@dataclass(frozen=True, slots=True)
class Naming:
    """A thread's name and keywords."""

    topic: str
    keywords: tuple[str, ...]


class Namer:
    """Names the threads of one day; `rarity` says how telling each word is, `members` are nicknames."""

    def __init__(self, rarity: Mapping[str, float], members: Iterable[str]) -> None:
        self._rarity = rarity
        self._members = " ".join(members).casefold()

    def name(self, posts: Sequence[Post], keywords: int = 5) -> Naming:
        """Name a thread after those of its messages that may be quoted."""
        opening = next((post for post in posts if post.words), None)
        if opening is None:
            return Naming(_clipped(posts[0].normal) if posts else "", ())
        weights = self._weights(posts, frozenset(opening.words))
        best = sorted(weights, key=lambda word: (-weights[word], word))[:keywords]
        scored: dict[str, tuple[float, Post]] = {}
        for post in posts:
            early = 2.0 if post is opening else 1.0
            for phrase, words, cut in _phrases(post.tokens):
                gain = sum(weights.get(word, 0.0) for word in set(words)) / math.sqrt(1 + len(words))
                gain *= early * _shape(phrase) * cut
                if gain > scored.get(phrase, (0.0, post))[0]:
                    scored[phrase] = (gain, post)
        if not scored:
            return Naming(best[0], tuple(best))
        topic = max(scored, key=lambda phrase: (scored[phrase][0], phrase))
        return Naming(_as_typed(scored[topic][1], topic), tuple(best))

    def _weights(self, posts: Sequence[Post], opening: frozenset[str]) -> dict[str, float]:
        """How well each word stands for the thread: often said, rare elsewhere, there from the beginning, a noun."""
        here = Counter(word for post in posts for word in set(post.words))
        nouns = {word for post in posts for word, flag in post.tokens if flag.startswith(_NOUN)}
        return {
            word: math.sqrt(count)
            * self._rarity[word]
            * (3.0 if word in opening else 1.0)
            * (1.0 if word in nouns else 0.8)
            * (0.5 if word in self._members else 1.0)
            * (0.3 if word.replace(".", "").isdigit() else 1.0)
            for word, count in here.items()
        }


def _columns(phrase: str) -> float:
    han = len(_HAN.findall(phrase))
    return han + (len(phrase) - han) / 2


def _shape(phrase: str) -> float:
    """How good a length a name has, in (0, 1]."""
    columns = _columns(phrase)
    if columns < _GOOD[0]:
        return 0.5 + 0.5 * columns / _GOOD[0]
    return 1.0 if columns <= _GOOD[1] else 0.8


def _as_typed(post: Post, phrase: str) -> str:
    """Return a run of a message's normal form as its author typed it."""
    start = post.normal.find(phrase)
    if start < 0:
        return phrase
    first, last = post.views.normal.span(start, start + len(phrase))
    return post.views.typed[first:last]


def _clipped(text: str) -> str:
    kept = text.strip()
    while _columns(kept) > _LONGEST:
        kept = kept[:-1]
    return kept


def _phrases(tokens: Sequence[Token]) -> Iterator[tuple[str, list[str], float]]:
    """Runs of words that begin with one that names something: the run, the words that do, how well it is cut.

    It is cut well at a noun or where a clause begins or ends; elsewhere it stops in the middle of what is said.
    """
    for start in range(len(tokens)):
        if not content_words(tokens[start : start + 1]):
            continue
        for end in range(start + 1, min(start + _TOKENS, len(tokens)) + 1):
            last, flag = tokens[end - 1]
            phrase = "".join(word for word, _ in tokens[start:end])
            if not joins(last, flag) or _columns(phrase) > _LONGEST:
                break
            if last in STOPWORDS or len(phrase) < 2:
                continue
            closes = end == len(tokens) or not joins(*tokens[end]) or flag.startswith(_NOUN)
            opens = start == 0 or not joins(*tokens[start - 1]) or tokens[start][1].startswith(_NOUN)
            yield phrase, content_words(tokens[start:end]), 1.0 if opens and closes else 0.7
