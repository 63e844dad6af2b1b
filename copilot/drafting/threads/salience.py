"""Which messages sum a thread up: a trainable extract.

A logistic regression over what a message shows and where it stands, as in trainable extraction of sentences (Kupiec,
Pedersen and Chen, 1995); of those that score high the most relevant that repeat each other least are taken (maximal
marginal relevance; Carbonell and Goldstein, 1998).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from copilot.drafting.threads.conversation import Conversation, holds_office
from copilot.drafting.threads.day import Post
from copilot.drafting.threads.evidence import Floats

FEATURES = (
    "bias",
    "content",
    "long",
    "amounts",
    "times",
    "asks",
    "rhetoric",
    "settles",
    "outcome",
    "advises",
    "thanks",
    "unsure",
    "office",
    "first",
    "late",
    "replies",
    "replied",
    "after_question",
    "telling",
    "thread_size",
)


_REPEATING = 3.0
"""Log-odds that a message loses where all its words stand in one already taken."""


def rows(talk: Conversation) -> Floats:
    """Return one row for each message of a thread, shape (messages, len(FEATURES))."""
    return np.array([_row(talk, index, post) for index, post in enumerate(talk.posts)])


def _row(talk: Conversation, index: int, post: Post) -> list[float]:
    marks = post.marks
    before = talk.posts[index - 1] if index else None
    return [
        1.0,
        math.log1p(min(marks.content, 60)) / 4,
        float(marks.content > 60),
        min(marks.amounts, 3) / 3,
        min(marks.times, 3) / 3,
        float(marks.asks),
        float(marks.rhetoric),
        float(marks.settles),
        float(marks.outcome),
        float(marks.advises),
        float(marks.thanks),
        float(marks.unsure),
        float(holds_office(post)),
        float(index == 0),
        float(index >= 2 and index >= len(talk.posts) * 2 / 3),
        float(post.answers is not None),
        math.log1p(len(talk.replies.get(post.place, ()))),
        float(before is not None and before.marks.asks and before.author != post.author and not marks.asks),
        min(talk.telling(post), 60) / 30,
        math.log(len(talk.posts)) / 3,
    ]


def chosen(talk: Conversation, scores: Floats, usable: Sequence[bool], least: float, most: int) -> list[int]:
    """Return the indices of the usable messages that sum a thread up, in order; their scores are above `least`.

    `scores` are log-odds beside the messages. What repeats words of one already taken loses by their share.
    """
    left = [i for i, fine in enumerate(usable) if fine and scores[i] > least]
    taken: list[int] = []
    while left and len(taken) < most:
        gains = {i: scores[i] - _REPEATING * max((_overlap(talk, i, j) for j in taken), default=0.0) for i in left}
        best = max(left, key=lambda i: gains[i])
        if gains[best] <= least:
            break
        taken.append(best)
        left.remove(best)
    return sorted(taken)


def _overlap(talk: Conversation, a: int, b: int) -> float:
    words, others = (talk.day.words[talk.posts[i].place] for i in (a, b))
    return talk.day.telling(words & others) / max(talk.day.telling(words | others), 1e-6)
