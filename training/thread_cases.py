"""What the grouping of messages learns from: the choices that annotators made, one for each message and talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.drafting.threads.day import in_order, read_day
from copilot.drafting.threads.digesting import told_by_members
from copilot.drafting.threads.evidence import Evidence, Floats
from copilot.drafting.threads.resuming import Threads
from copilot.drafting.threads.talks import WITHIN, Talks
from copilot.ports import Encoder
from training.days import CHAT, AnnotatedDay

_CHAT_PAUSE = 10.0
"""Minutes after which small talk is other small talk."""

Case = tuple[Floats, NDArray[np.bool_]]
"""Options of a choice, shape (options, features), and which of them are right."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A day ready to be read, with the annotators' thread of each message."""

    day: AnnotatedDay
    evidence: Evidence
    gold: Sequence[str]


def sample(day: AnnotatedDay, encoder: Encoder | None) -> Sample:
    """Return a day with its evidence."""
    found = told_by_members(read_day(in_order(day.messages, day.since, day.until)), encoder)
    return Sample(day, found, [day.thread_of[post.message.id] for post in found.posts])


def _gold_talks(one: Sample) -> list[str]:
    """Return the annotators' threads, parted where a talk would be over."""
    last: dict[str, float] = {}
    count: Counter[str] = Counter()
    found = []
    for post, thread in zip(one.evidence.posts, one.gold, strict=True):
        if post.minute - last.get(thread, post.minute) > (_CHAT_PAUSE if thread == CHAT else WITHIN):
            count[thread] += 1
        last[thread] = post.minute
        found.append(f"{thread}/{count[thread]}")
    return found


def talk_cases(one: Sample) -> list[Case]:
    """Return the choices of a day under the annotators' talks; small talk may always begin anew."""
    forming, numbers, cases = Talks(one.evidence), dict[str, int](), []
    for j, name in enumerate(_gold_talks(one)):
        open_now, options = forming.features(j)
        alike = [number for other, number in numbers.items() if _alike(other, name)]
        right = np.array([k in alike for k in open_now] + [name not in numbers or one.gold[j] == CHAT])
        if open_now and right.any():
            cases.append((options, right))
        numbers[name] = forming.assign(j, numbers.get(name))
    return cases


def _alike(a: str, b: str) -> bool:
    return a == b or (a.split("/")[0] == b.split("/")[0] == CHAT)


def thread_cases(one: Sample, found: Sequence[Sequence[int]]) -> list[Case]:
    """Return for talks as they were found which thread each takes up; a talk is what most of its messages are."""
    forming, labels, cases = Threads(one.evidence), list[str](), []
    for talk in found:
        label = majority(one, talk)
        options = forming.features(talk)
        right = np.array([other == label for other in labels] + [label == CHAT or label not in labels])
        if labels:
            cases.append((options, right))
        k = labels.index(label) if label in labels and label != CHAT else None
        if k is None:
            labels.append(label)
        forming.assign(talk, k)
    return cases


def majority(one: Sample, places: Sequence[int]) -> str:
    """Return the annotators' thread that most messages of some places belong to."""
    return Counter(one.gold[i] for i in places).most_common(1)[0][0]
