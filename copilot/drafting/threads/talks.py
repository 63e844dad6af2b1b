"""Who is talking with whom just now: each message joins a talk that is still going on, or begins one.

Messages are taken in order, and each is given to the likeliest of the talks that were going on a few minutes ago or to
none of them: a conditional logit over the kinds of evidence that work on chat disentanglement found to matter, which
are time, participants, names called, replies and shared words (Elsner and Charniak, 2008; Kummerfeld et al., 2019).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from copilot.drafting.threads.evidence import Evidence, Floats, Vectors

WITHIN = 20.0
"""Minutes after which a talk is over; whether a later one takes it up again is another question (`resuming`)."""
_AT_ONCE = 64
"""Talks that can be going on; of more, the latest."""

JOIN = (
    "replies",  # to one of its messages
    "names_member",  # the later that one spoke, the more
    "named_in",  # one of its messages names this author, who has not spoken since
    "gap",  # -log of the minutes since its last message
    "elsewhere",  # the author's last message is part of it
    "began",  # the author began it
    "alternates",  # this author, another, this author
    "shared",  # telling words
    "similar",
    "signs_up",  # an entry of a list among others
    "size",
)
BEGIN = (
    "new",
    "asks_group",
    "calls",
    "content",
    "known_words",  # telling words shared with a talk that is going on
    "past_words",  # and with one that is over
    "past_reply",
    "past_own",  # the author began a talk that is over
    "past_list",  # an entry of a list, as in a talk that is over
    "spoke_before",
)


@dataclass(slots=True)
class _Talk:
    places: list[int] = field(default_factory=list)
    spoke: dict[int, float] = field(default_factory=dict)
    names: dict[int, float] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    signed: int = 0
    total: Vectors | None = None


class Talks:
    """Talks as they form. For each message in turn ask for `features`, then `assign` it."""

    def __init__(self, day: Evidence) -> None:
        self._day = day
        self._talks: list[_Talk] = []
        self._open: list[int] = []
        self._last: dict[int, tuple[int, float]] = {}
        self._owner: dict[int, int] = {}
        self._with_word: dict[str, set[int]] = defaultdict(set)
        self._starters: dict[int, set[int]] = defaultdict(set)
        self._lists: set[int] = set()

    @property
    def places(self) -> list[list[int]]:
        """The places of the messages of each talk, in the order in which the talks began."""
        return [talk.places for talk in self._talks]

    def features(self, j: int) -> tuple[Sequence[int], Floats]:
        """Return the talks that message j may join, latest first, and one row for each, then one for a new talk.

        Shape (talks + 1, len(JOIN) + len(BEGIN)).
        """
        minute = self._day.posts[j].minute
        self._open = [k for k in self._open if minute - self._minute(k) <= WITHIN][:_AT_ONCE]
        rows = np.zeros((len(self._open) + 1, len(JOIN) + len(BEGIN)))
        for row, k in enumerate(self._open):
            rows[row, : len(JOIN)] = self._joining(j, k)
        rows[-1, len(JOIN) :] = self._beginning(j, rows[:-1, JOIN.index("shared")].max(initial=0.0))
        return tuple(self._open), rows

    def _minute(self, k: int) -> float:
        return self._day.posts[self._talks[k].places[-1]].minute

    def _joining(self, j: int, k: int) -> list[float]:
        day, talk = self._day, self._talks[k]
        post, me, minute = day.posts[j], day.people[j], day.posts[j].minute
        gap = minute - self._minute(k)
        named = max((_fade(minute - talk.spoke[one], 60) for one in day.named[j] if one in talk.spoke), default=0.0)
        called = talk.names.get(me)
        mine = talk.spoke.get(me)
        return [
            float(post.answers is not None and self._owner.get(post.answers) == k),
            named,
            _fade(minute - called, 30) if called is not None and (mine is None or mine < called) else 0.0,
            -math.log1p(gap),
            1 / (1 + (minute - self._last[me][1]) / 10) if me in self._last and self._last[me][0] == k else 0.0,
            float(day.people[talk.places[0]] == me),
            _fade(gap, 5) if self._alternates(talk, me) else 0.0,
            self._shared(j, talk),
            self._similar(j, talk),
            post.marks.signs_up * talk.signed / len(talk.places),
            math.log(len(talk.places)),
        ]

    def _alternates(self, talk: _Talk, me: int) -> bool:
        if len(talk.places) < 2:
            return False
        before, last = (self._day.people[i] for i in talk.places[-2:])
        return before == me != last

    def _shared(self, j: int, talk: _Talk) -> float:
        """How telling the words are that were said in a talk of late, less what so many messages share by chance."""
        day, minute = self._day, self._day.posts[j].minute
        chance = math.log(len(talk.places))
        said = (w for w in day.words[j] if minute - talk.words.get(w, -math.inf) <= WITHIN)
        return min(sum(max(day.rarity[w] - chance, 0.0) for w in said), 15) / 6

    def _similar(self, j: int, talk: _Talk) -> float:
        vectors = self._day.vectors
        if vectors is None or talk.total is None:
            return 0.0
        product = float(talk.total @ vectors[j]) / math.sqrt(len(talk.places))
        return min(max(product, -2.0), 8.0) * self._day.content[j]

    def _beginning(self, j: int, known: float) -> list[float]:
        day, post = self._day, self._day.posts[j]
        marks = post.marks
        open_now = set(self._open)
        past: dict[int, float] = defaultdict(float)
        for word in day.words[j]:
            for k in self._with_word.get(word, set()) - open_now:
                past[k] += day.rarity[word]
        return [
            1.0,
            float(marks.inquires),
            float(marks.calls),
            day.content[j],
            known,
            min(max(past.values(), default=0.0), 15) / 6,
            float(post.answers is not None and self._owner[post.answers] not in open_now),
            float(bool(self._starters.get(day.people[j], set()) - open_now)),
            float(marks.signs_up and bool(self._lists - open_now)),
            float(day.people[j] in self._last),
        ]

    def assign(self, j: int, k: int | None) -> int:
        """Put message j into a talk, or into a new one where `k` is None; return the talk's number."""
        day = self._day
        if k is None:
            k = len(self._talks)
            self._talks.append(_Talk())
        talk, minute, me = self._talks[k], day.posts[j].minute, day.people[j]
        talk.places.append(j)
        talk.spoke[me] = minute
        talk.names.update(dict.fromkeys(day.named[j], minute))
        talk.words.update(dict.fromkeys(day.words[j], minute))
        talk.signed += day.posts[j].marks.signs_up
        if day.vectors is not None:
            weighted = day.vectors[j] * np.float32(day.content[j])
            talk.total = weighted if talk.total is None else talk.total + weighted
        for word in day.words[j]:
            self._with_word[word].add(k)
        if len(talk.places) == 1:
            self._starters[me].add(k)
        if talk.signed > 1:
            self._lists.add(k)
        self._owner[j] = k
        self._last[me] = (k, minute)
        if k in self._open:
            self._open.remove(k)
        self._open.insert(0, k)
        return k


def _fade(minutes: float, over: float) -> float:
    return math.exp(-minutes / over)


def talks(day: Evidence, weights: Floats) -> list[list[int]]:
    """Return the places of each talk's messages; `weights` are those of JOIN, then of BEGIN."""
    forming = Talks(day)
    for j in range(len(day.posts)):
        open_now, rows = forming.features(j)
        best = int(np.argmax(rows @ weights))
        forming.assign(j, open_now[best] if best < len(open_now) else None)
    return forming.places
