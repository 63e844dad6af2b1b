"""Which threads are small talk, that a briefing leaves out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from copilot.drafting.threads.conversation import Conversation, holds_office

FEATURES = (
    "bias",
    "messages",
    "people",
    "content",
    "inquires",
    "facts",
    "matters",
    "greets",
    "feels",
    "introduces",
    "lists",
    "replies",
    "office",
    "repeats",
    "salience",
)


def row(talk: Conversation, salience: Sequence[float]) -> list[float]:
    """Return the features of a thread; `salience` are the log-odds beside its messages."""
    marks = [post.marks for post in talk.posts]
    count = len(marks)
    return [
        1.0,
        math.log(count) / 2,
        math.log(len(talk.people)) / 2,
        sum(min(m.content, 20) for m in marks) / count / 10,
        float(any(m.inquires for m in marks)),
        sum(bool(m.amounts or m.times) for m in marks) / count,
        float(any(m.settles or m.outcome or m.advises for m in marks)),
        sum(m.greets for m in marks) / count,
        sum(m.feels for m in marks) / count,
        float(any(m.introduces or m.welcomes for m in marks)),
        talk.lists / count,
        sum(post.answers is not None for post in talk.posts) / count,
        float(any(holds_office(post) for post in talk.posts)),
        min(sum(talk.day.rarity[w] for w, n in talk.word_counts.items() if n > 1), 30) / 15,
        max(salience) / 3,
    ]
