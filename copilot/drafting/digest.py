"""What a stretch of conversation amounts to: threads, and what in them deserves to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from copilot.types import Message


@dataclass(frozen=True, slots=True)
class Thread:
    """Messages about one thing. `weight` ranks threads, larger first; `key` are the ids of what sums it up, in order.

    `topic` is a short name taken from the messages' own words. `keywords` are its most telling words.
    `chat` marks small talk that a briefing leaves out.
    """

    id: str
    messages: tuple[Message, ...]
    topic: str
    keywords: tuple[str, ...]
    key: tuple[str, ...]
    weight: float
    chat: bool = False


@dataclass(frozen=True, slots=True)
class Thanks:
    """Somebody thanked somebody. `to` is a nickname as it occurs among the authors, empty where it is not clear."""

    message: str
    author: str
    to: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read: messages in all, those left out (flagged, or without words), and who spoke."""

    messages: int
    left_out: int
    members: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """A stretch of conversation, digested. Everything but `threads` holds ids of messages.

    `newcomers` are authors who introduced themselves or were welcomed. `thin` says that there is too little to tell.
    """

    community: str
    coverage: Coverage
    threads: tuple[Thread, ...]
    open_questions: tuple[str, ...]
    decisions: tuple[str, ...]
    thanks: tuple[Thanks, ...]
    newcomers: tuple[str, ...]
    thin: bool
