"""From a stretch of messages to its digest: threads, and what in them deserves to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from copilot.drafting.digest import Coverage, Digest, Thanks, Thread
from copilot.drafting.threads import decisions, questions, salience
from copilot.drafting.threads.conversation import Conversation
from copilot.drafting.threads.day import Post, in_order, read_day, renumber
from copilot.drafting.threads.evidence import Evidence, Floats, evidence
from copilot.drafting.threads.naming import Namer
from copilot.drafting.threads.newcomers import newcomers
from copilot.drafting.threads.resuming import threads as resumed
from copilot.drafting.threads.talks import talks
from copilot.drafting.threads.thanks import thanks
from copilot.drafting.threads.weights import Weights, fitted_weights
from copilot.errors import InvalidInput
from copilot.ports import Encoder
from copilot.types import Message

CHAT = "chat"
"""Id of the thread that holds a day's small talk."""


@dataclass(frozen=True, slots=True)
class Read:
    """A thread with what was made of it; everything runs beside `talk.posts`, `questions` by index. Log-odds.

    `usable` says which messages may be shown: neither flagged nor without words.
    """

    talk: Conversation
    usable: Sequence[bool]
    salience: Floats
    questions: Mapping[int, float]
    decisions: Floats


def digest(
    community: str,
    messages: Sequence[Message],
    *,
    encoder: Encoder | None,
    since: datetime,
    until: datetime,
    flagged: Collection[str] = (),
    known_authors: Collection[str] | None = None,
    weights: Weights | None = None,
) -> Digest:
    """Digest the messages of [since, until), in any order; those without a time count as sent with the one before them.

    `flagged` are ids of messages that must not be shown: they help to see who talks with whom, and no text of theirs
    enters a topic, a keyword or a thread; their authors are no newcomers. `known_authors` are members who had spoken
    before. Members' text is only ever counted, compared and cut out, so that nothing in it can act as an instruction.
    `weights` are the shipped ones unless an evaluation brings its own.

    Raises InvalidInput where `until` is not after `since`, or only one of them has a time zone.
    """
    if (since.tzinfo is None) != (until.tzinfo is None):
        raise InvalidInput("`since` and `until` must both have a time zone, or neither", param="until")
    if since >= until:
        raise InvalidInput("`until` must be after `since`", param="until")
    everything = read_day(in_order(messages, since, until))
    day = told_by_members(everything, encoder)
    weights = weights or fitted_weights(day.vectors is not None)
    hidden = frozenset(flagged)
    found = [read(day, places, weights, hidden) for places in grouped(day, weights)]
    told = [thread for thread in found if not is_chat(thread, weights)]
    threads = _threads(day, found, weights, hidden)
    notices = [post for post in everything if post.notice]
    unwelcome = frozenset(post.author for post in day.posts) - {
        p.author for p in day.posts if p.message.id not in hidden
    }
    return Digest(
        community,
        coverage(day.posts, hidden, since, until),
        threads,
        open_questions=_in_order(day, open_questions(found, weights)),
        decisions=_in_order(day, settled(told, weights)),
        thanks=_thanks(found, hidden),
        newcomers=newcomers(day.posts, notices, unwelcome | frozenset(known_authors or ())),
        thin=sum(sum(thread.usable) for thread in told) < weights.limits.thin,
    )


def told_by_members(posts: Sequence[Post], encoder: Encoder | None) -> Evidence:
    """Return the evidence of what members said, without the platform's notices; texts are encoded in one batch."""
    said = [post for post in posts if not post.notice]
    renumbered = renumber(said)
    vectors = encoder.encode([post.views for post in renumbered]) if encoder and renumbered else None
    return evidence(renumbered, vectors)


def grouped(day: Evidence, weights: Weights) -> list[list[int]]:
    """Return the places of each thread's messages."""
    now = talks(day, weights.models["talks"])
    return resumed(day, now, weights.models["resuming"], weights.limits.apart)


def read(day: Evidence, places: Sequence[int], weights: Weights, hidden: Collection[str]) -> Read:
    """Return what is made of the thread of some places."""
    talk = Conversation(tuple(day.posts[i] for i in places), day)
    usable = [post.message.id not in hidden and post.marks.content > 0 for post in talk.posts]
    odds = salience.rows(talk) @ weights.models["salience"]
    best = max((float(o) for o, fine in zip(odds, usable, strict=True) if fine), default=-9.0)
    asked = [i for i in questions.asked(talk) if usable[i]]
    return Read(
        talk,
        usable,
        odds,
        {i: float(np.dot(questions.row(talk, i, best), weights.models["questions"])) for i in asked},
        np.array(decisions.rows(talk)) @ weights.models["decisions"],
    )


def is_chat(thread: Read, weights: Weights) -> bool:
    """Whether a thread is left out of a briefing: nothing in it that may be shown is worth telling."""
    return not key_places(thread, weights)


def key_places(thread: Read, weights: Weights) -> list[int]:
    """Return which of a thread's messages sum it up, in order."""
    limits = weights.limits
    return salience.chosen(thread.talk, thread.salience, thread.usable, limits.key, limits.most)


def weight(thread: Read) -> float:
    """Return how many messages worth telling are to be expected in a thread."""
    return float(np.sum(1 / (1 + np.exp(-thread.salience[np.array(thread.usable, dtype=bool)]))))


def open_questions(found: Sequence[Read], weights: Weights) -> set[str]:
    """Return the ids of questions that were asked and not answered."""
    return {
        thread.talk.posts[i].message.id
        for thread in found
        for i, odds in thread.questions.items()
        if odds > weights.limits.question
    }


def settled(told: Sequence[Read], weights: Weights) -> set[str]:
    """Return the ids of messages that say what was settled."""
    return {
        post.message.id
        for thread in told
        for post, usable, odds in zip(thread.talk.posts, thread.usable, thread.decisions, strict=True)
        if usable and odds > weights.limits.decision
    }


def coverage(posts: Sequence[Post], hidden: Collection[str], since: datetime, until: datetime) -> Coverage:
    """Count what members wrote, what of it is left out, and who they were."""
    left_out = sum(post.message.id in hidden or post.marks.content == 0 for post in posts)
    return Coverage(len(posts), left_out, len({post.author for post in posts if post.author}), since, until)


def _threads(day: Evidence, found: Sequence[Read], weights: Weights, hidden: Collection[str]) -> tuple[Thread, ...]:
    namer = Namer(day.rarity, {post.author for post in day.posts})
    told = sorted((t for t in found if not is_chat(t, weights)), key=lambda t: (-weight(t), t.talk.posts[0].place))
    threads = [_thread(f"t{i}", thread, weights, hidden, namer) for i, thread in enumerate(told, 1)]
    rest = sorted((post for t in found if is_chat(t, weights) for post in t.talk.posts), key=lambda post: post.place)
    if small := tuple(post.message for post in rest if post.message.id not in hidden):
        threads.append(Thread(CHAT, small, "", (), (), 0.0, chat=True))
    return tuple(threads)


def _thread(name: str, thread: Read, weights: Weights, hidden: Collection[str], namer: Namer) -> Thread:
    posts = thread.talk.posts
    naming = namer.name([post for post, usable in zip(posts, thread.usable, strict=True) if usable])
    return Thread(
        name,
        tuple(post.message for post in posts if post.message.id not in hidden),
        naming.topic,
        naming.keywords,
        tuple(posts[i].message.id for i in key_places(thread, weights)),
        weight(thread),
    )


def _thanks(found: Sequence[Read], hidden: Collection[str]) -> tuple[Thanks, ...]:
    pairs = [(post.place, post.message.id) for thread in found for post in thread.talk.posts]
    places = {identity: place for place, identity in pairs}
    all_of_them = [each for thread in found for each in thanks(thread.talk, hidden)]
    return tuple(sorted(all_of_them, key=lambda each: places[each.message]))


def _in_order(day: Evidence, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(post.message.id for post in day.posts if post.message.id in ids)
