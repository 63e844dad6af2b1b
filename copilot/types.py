"""The nouns of the project, as frozen dataclasses. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Span = tuple[int, int]
"""Half-open range of character offsets into the text its author typed."""


class Label(StrEnum):
    """What a message can be flagged for."""

    ADS = "ads"
    FRAUD = "fraud"
    GAMBLING = "gambling"
    PORN = "porn"
    ABUSE = "abuse"
    RUMOR = "rumor"
    OFF_TOPIC = "off_topic"
    PRIVACY = "privacy"
    FLOOD = "flood"


LABELS: tuple[Label, ...] = tuple(Label)


class Decision(StrEnum):
    """What to do with a message, from mildest to severest."""

    ALLOW = "allow"
    REVIEW = "review"
    REMOVE = "remove"

    @property
    def severity(self) -> int:
        """Rank from 0 (allow) to 2 (remove)."""
        return _SEVERITY[self]


_SEVERITY = {Decision.ALLOW: 0, Decision.REVIEW: 1, Decision.REMOVE: 2}


class Measure(StrEnum):
    """What to suggest about the author, a ladder from mildest to severest."""

    NONE = "none"
    REMIND = "remind"
    WARN = "warn"
    MUTE = "mute"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence for people, in Chinese and in English. Never repeats the offending text."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Signal:
    """One opinion: who says so, about what, how sure, where, and why.

    `score` is a probability in [0, 1] that the message carries `label`; a signal without a label
    is information only and never moves a decision. `kind` refines the source ("wechat", "id_card").
    """

    source: str
    label: Label | None
    score: float
    reason: Reason
    spans: tuple[Span, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a member. `text` is what the author typed; `quoted` what they quoted."""

    id: str
    text: str
    community: str | None = None
    author: str | None = None
    quoted: str = ""
    sent_at: datetime | None = None
    reply_to: str | None = None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """A group and what is particular to judging it.

    `commerce` says that lawful offers belong to its theme (a second-hand or group-buying group).
    Keyword and domain lists are matched on the normal form; allow beats deny. A denied keyword may
    name its label (`gambling:德州局`), otherwise it counts as `ads`. `on_topic_examples` are messages
    that belong here, in the members' own words.
    """

    id: str
    name: str
    theme: str = ""
    rules: str = ""
    commerce: bool = False
    allow_keywords: tuple[str, ...] = ()
    deny_keywords: tuple[str, ...] = ()
    allow_domains: tuple[str, ...] = ()
    deny_domains: tuple[str, ...] = ()
    on_topic_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """What produced an assessment, so that an old one can be run again."""

    model: str
    policy: str
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The machine's opinion of one message. `labels` are those whose score reaches their band."""

    message_id: str
    decision: Decision
    measure: Measure
    labels: tuple[Label, ...]
    scores: Mapping[Label, float]
    signals: tuple[Signal, ...]
    versions: Versions


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its assessment, as kept. `duplicate` says that it had been kept before."""

    message: Message
    assessment: Assessment
    received_at: datetime
    duplicate: bool = field(default=False, compare=False)
