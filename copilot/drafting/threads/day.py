"""A stretch of conversation made ready to be read: in order, each message once, with what is seen in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from copilot.drafting.threads.marks import Marks, is_notice, marks, typed_words
from copilot.drafting.threads.names import mentions
from copilot.drafting.threads.words import Token, content_words, tokens
from copilot.text import TextViews, text_views
from copilot.types import Message

_LONGEST = 600
"""Characters of a message that are read for words; a pasted article says in its beginning what it is about."""
_SHORTEST_QUOTE = 4


@dataclass(frozen=True, slots=True)
class Post:
    """One message as it is read. `place` is its place in the day, `minute` minutes since the first message.

    `answers` is the place of the message that it replies to or quotes, None where it does neither or that one is not
    at hand. `named` are members it names. `words` name matters, repetitions included. `notice` is a line of the
    platform itself.
    """

    message: Message
    place: int
    minute: float
    author: str
    views: TextViews
    normal: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    marks: Marks
    notice: bool
    answers: int | None
    named: tuple[str, ...]


def in_order(messages: Sequence[Message], since: datetime, until: datetime) -> list[tuple[datetime, Message]]:
    """Return the messages of [since, until) with their times, by time; of an id that comes twice the last text counts.

    A message without a time goes with the one before it in the order given; times without a zone are taken in that
    of `since`.
    """
    latest: dict[str, Message] = {}
    for message in messages:
        first = latest.get(message.id)
        latest[message.id] = replace(message, sent_at=first.sent_at) if first else message
    timed: list[tuple[datetime, Message]] = []
    last = since
    for message in latest.values():
        if message.sent_at is not None:
            at = message.sent_at
            last = at if at.tzinfo or since.tzinfo is None else at.replace(tzinfo=since.tzinfo)
        timed.append((last, message))
    return sorted(((at, m) for at, m in timed if since <= at < until), key=lambda pair: pair[0])


def read_day(timed: Sequence[tuple[datetime, Message]]) -> list[Post]:
    """Return the posts of messages that are in order."""
    views = [text_views(message.text[:_LONGEST]) for _, message in timed]
    normals = [view.normal.text for view in views]
    authors = [(message.author or "").strip() for _, message in timed]
    named = mentions(normals, authors)
    answered = _answered([message for _, message in timed], normals)
    start = timed[0][0] if timed else None
    posts = []
    for place, (at, message) in enumerate(timed):
        found = tokens(typed_words(normals[place]))
        minute = (at - start) / timedelta(minutes=1) if start else 0.0
        posts.append(
            Post(
                message,
                place,
                minute,
                authors[place],
                views[place],
                normals[place],
                tuple(found),
                tuple(content_words(found)),
                marks(normals[place]),
                is_notice(authors[place], normals[place]),
                answered[place],
                tuple(named[place]),
            )
        )
    return posts


def _answered(messages: Sequence[Message], normals: Sequence[str]) -> list[int | None]:
    """Return for each message the place of an earlier one that it replies to, or whose text it quotes."""
    places = {message.id: place for place, message in enumerate(messages)}
    latest: dict[str, int] = {}
    found: list[int | None] = []
    for place, message in enumerate(messages):
        target = places.get(message.reply_to or "")
        if target is None and len(message.quoted.strip()) >= _SHORTEST_QUOTE:
            target = latest.get(text_views(message.quoted[:_LONGEST]).normal.text.strip())
        found.append(target if target is not None and target < place else None)
        latest[normals[place].strip()] = place
    return found


def renumber(posts: Sequence[Post]) -> list[Post]:
    """Return posts that are not all of their day, with places of their own; what answers one left out answers none."""
    places = {post.place: place for place, post in enumerate(posts)}
    return [
        replace(post, place=place, answers=None if post.answers is None else places.get(post.answers))
        for place, post in enumerate(posts)
    ]
