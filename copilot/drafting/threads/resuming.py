"""Which talks are about the same thing, hours apart: each is joined to an earlier thread or begins one.

A talk of several messages says more about what it is about than its first message alone, which is why this is
decided after the talks are known. The choice is again a conditional logit.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from copilot.drafting.threads.evidence import Evidence, Floats, Vectors

RESUME = (
    "replies",  # to one of its messages
    "names_member",
    "shared",  # telling words, for the length of the talk
    "shared_best",  # the most telling of them
    "people",  # share of the talk's people who took part
    "same_starter",
    "similar",
    "gap",  # -log of the minutes between
    "size",
)
APART = ("new", "calls", "asks_group", "content", "length", "bare", "known_words")


class Threads:
    """Threads as they form from talks. For each talk in turn ask for `features`, then `assign` it."""

    def __init__(self, day: Evidence) -> None:
        self._day = day
        self._places: list[list[int]] = []
        self._totals: list[Vectors] = []
        self._weights: list[float] = []
        self._with_word: dict[str, set[int]] = defaultdict(set)
        self._with_person: dict[int, set[int]] = defaultdict(set)
        self._owner: dict[int, int] = {}

    @property
    def places(self) -> list[list[int]]:
        """The places of each thread's messages, in order; threads in the order in which they began."""
        return [sorted(places) for places in self._places]

    def features(self, talk: Sequence[int]) -> Floats:
        """Return a row for each thread and one for none of them, shape (threads + 1, len(RESUME) + len(APART))."""
        day, count = self._day, len(self._places)
        rows = np.zeros((count + 1, len(RESUME) + len(APART)))
        words = frozenset().union(*(day.words[i] for i in talk))
        people = {day.people[i] for i in talk}
        joins = rows[:-1]
        # the more messages a thread has, the likelier a word is in it by chance
        sizes = np.array([len(places) for places in self._places])
        for place in (day.posts[i].answers for i in talk):
            if place in self._owner:
                joins[self._owner[place], 0] = 1
        for one in frozenset().union(*(day.named[i] for i in talk)):
            joins[list(self._with_person[one]), 1] = 1
        for word in words:
            known = list(self._with_word.get(word, ()))
            evidence = np.maximum(day.rarity[word] - np.log(sizes[known]), 0.0)
            joins[known, 2] += evidence
            joins[known, 3] = np.maximum(joins[known, 3], evidence / 6)
        joins[:, 2] = np.minimum(joins[:, 2], 30) / 6 / math.sqrt(1 + len(words) / 6)
        for one in people:
            joins[list(self._with_person[one]), 4] += 1 / len(people)
        joins[:, 5] = [day.people[places[0]] == day.people[talk[0]] for places in self._places]
        if day.vectors is not None and count:
            total, weight = _total(day, day.vectors, talk)
            means = np.stack(self._totals) @ total / np.sqrt((np.array(self._weights) + 0.1) * (weight + 0.1))
            joins[:, 6] = np.clip(means / 9, -1, 2)
        start = day.posts[talk[0]].minute
        joins[:, 7] = [-math.log1p(max(0.0, start - day.posts[max(p)].minute)) for p in self._places]
        joins[:, 8] = [math.log(len(places)) for places in self._places]
        rows[-1, len(RESUME) :] = self._apart(talk, float(joins[:, 2].max(initial=0.0)))
        return rows

    def _apart(self, talk: Sequence[int], known: float) -> list[float]:
        day, first = self._day, self._day.posts[talk[0]].marks
        content = [day.content[i] for i in talk]
        return [
            1.0,
            float(first.calls),
            float(first.inquires),
            min(sum(content), 3.0),
            math.log(len(talk)),
            float(max(content) < 0.3),
            min(known, 2.0),
        ]

    def assign(self, talk: Sequence[int], k: int | None) -> int:
        """Join a talk to a thread, or let it begin one where `k` is None; return the thread's number."""
        day = self._day
        if k is None:
            k = len(self._places)
            self._places.append([])
            if day.vectors is not None:
                self._totals.append(np.zeros(day.vectors.shape[1], dtype=np.float32))
            self._weights.append(0.0)
        self._places[k] += talk
        if day.vectors is not None:
            total, weight = _total(day, day.vectors, talk)
            self._totals[k] = self._totals[k] + total
            self._weights[k] += weight
        for i in talk:
            self._owner[i] = k
            self._with_person[day.people[i]].add(k)
            for word in day.words[i]:
                self._with_word[word].add(k)
        return k


def _total(day: Evidence, vectors: Vectors, talk: Sequence[int]) -> tuple[Vectors, float]:
    """Return the sum of a talk's vectors, each by how much its message says, and of these weights."""
    weights = np.array([day.content[i] for i in talk], dtype=np.float32)
    return weights @ vectors[list(talk)], float(weights.sum())


def threads(day: Evidence, talks: Sequence[Sequence[int]], weights: Floats, margin: float) -> list[list[int]]:
    """Return the places of each thread's messages; `weights` are those of RESUME, then of APART.

    `margin` is added to the odds of none: what is above zero begins more threads.
    """
    forming = Threads(day)
    for talk in talks:
        scores = forming.features(talk) @ weights
        scores[-1] += margin
        best = int(np.argmax(scores))
        forming.assign(talk, best if best < len(scores) - 1 else None)
    return _with_replies(day, forming.places)


def _with_replies(day: Evidence, found: Sequence[Sequence[int]]) -> list[list[int]]:
    """Move each reply to the thread of its target; of the 191 replies on training and dev days none lies elsewhere."""
    owner = {place: k for k, places in enumerate(found) for place in places}
    for post in day.posts:
        if post.answers is not None:
            owner[post.place] = owner[post.answers]
    threads: dict[int, list[int]] = {}
    for place in range(len(day.posts)):
        threads.setdefault(owner[place], []).append(place)
    return list(threads.values())
