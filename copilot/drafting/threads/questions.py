"""Which questions were asked and not answered."""

from __future__ import annotations

import math

from copilot.drafting.threads.conversation import Conversation
from copilot.drafting.threads.day import Post

FEATURES = (
    "bias",
    "inquires",
    "rhetoric",
    "content",
    "calls_somebody",
    "first",
    "reply_answers",
    "answers_near",
    "next_answers",
    "next_unsure",
    "unsure_after",
    "asker_content",
    "asked_again",
    "nobody_after",
    "like_an_answer",
    "shared_after",
    "dull",
)
_NEAR, _FAR = 8, 60
"""Messages after a question among which its answer is looked for, and after which it is no longer."""


def asked(talk: Conversation) -> list[int]:
    """Return the indices of messages that ask something and say what."""
    return [
        i for i, post in enumerate(talk.posts) if post.marks.asks and post.marks.content > 2 and not post.marks.signs_up
    ]


def _answers(post: Post) -> bool:
    marks = post.marks
    return (marks.content > 1 or marks.acknowledges) and not (
        marks.inquires or marks.unsure or marks.rhetoric or marks.feels
    )


def row(talk: Conversation, index: int, salience: float) -> list[float]:
    """Return the features of a question; `salience` are the log-odds of the thread's best message."""
    post, after = talk.posts[index], talk.posts[index + 1 : index + 1 + _FAR]
    marks = post.marks
    others = [p for p in after if p.author != post.author]
    own = [p for p in after if p.author == post.author]
    near = others[:_NEAR]
    likely = [p for p in others if _answers(p)]
    return [
        1.0,
        float(marks.inquires),
        float(marks.rhetoric),
        math.log1p(min(marks.content, 60)) / 4,
        float(bool(post.named) or "@" in post.normal),
        float(index == 0),
        float(any(_answers(p) for p in talk.replies.get(post.place, ()))),
        math.log1p(sum(_answers(p) for p in near)),
        float(bool(near) and _answers(near[0])),
        float(bool(near) and near[0].marks.unsure),
        float(any(p.marks.unsure or p.marks.echoes for p in near)),
        float(any(p.marks.thanks or p.marks.acknowledges for p in own[:4])),
        float(any(p.marks.echoes or p.marks.inquires for p in own)),
        float(not others),
        max((_likeness(talk, post, p) for p in likely), default=0.0),
        min(max((_shared(talk, post, p) for p in likely), default=0.0), 12) / 6,
        float(salience < -2.0),
    ]


def _likeness(talk: Conversation, a: Post, b: Post) -> float:
    vectors = talk.day.vectors
    return 0.0 if vectors is None else min(max(float(vectors[a.place] @ vectors[b.place]), 0.0), 5.0) / 5


def _shared(talk: Conversation, a: Post, b: Post) -> float:
    return talk.day.telling(talk.day.words[a.place] & talk.day.words[b.place])
