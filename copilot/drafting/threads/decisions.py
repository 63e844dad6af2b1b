"""Which messages say that something was settled: a time, a place, a price, a rule."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import math
import re

from copilot.drafting.threads.conversation import Conversation, holds_office

FEATURES = (
    "bias",
    "settles",
    "firmly",
    "times",
    "amounts",
    "both",
    "office",
    "starter",
    "content",
    "asks",
    "lists",
    "people",
    "late",
    "first",
    "advises",
)
_FIRMLY = re.compile(
    r"(?:^|[\s,，。!])(?:定了|定下|那就(?!好|行|是|对)|就这么定|就定|那就定|说定|敲定|统一|截止了?|最后定|经商量)|就这么(?:定|办)|(?<![决确])定一下|投票结果|定(?:在|于)?\d|"
    r"\bdecided\b|\bagreed\b|\bsettled\b|\bit's set\b|\bso it's\b|\bwe(?:'ll| will) go with\b|\blet's (?:go with|make it)\b|\bfinal\b"
)


def rows(talk: Conversation) -> list[list[float]]:
    """Return one row for each message of a thread."""
    count = len(talk.posts)
    found = []
    for index, post in enumerate(talk.posts):
        marks = post.marks
        firmly = bool(_FIRMLY.search(post.normal))
        found.append(
            [
                1.0,
                float(marks.settles),
                float(firmly),
                min(marks.times, 3) / 3,
                min(marks.amounts, 3) / 3,
                float((marks.settles or firmly) and marks.times > 0),
                float(holds_office(post)),
                float(post.author == talk.starter),
                math.log1p(min(marks.content, 60)) / 4,
                float(marks.asks),
                min(talk.lists, 6) / 6,
                math.log(len(talk.people)) / 2,
                float(index >= 2 and index >= count / 2),
                float(index == 0),
                float(marks.advises),
            ]
        )
    return found
