"""The nouns of the project, as frozen dataclasses. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
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
    """One message of a member. `text` is what the author typed; `quoted` what they quoted.

    `roles` are the author's roles in the community, in its own words ("群主", "管理员", "商家").
    """

    id: str
    text: str
    community: str | None = None
    author: str | None = None
    quoted: str = ""
    sent_at: datetime | None = None
    reply_to: str | None = None
    theme: str | None = None
    roles: tuple[str, ...] = ()


class ClauseKind(StrEnum):
    """What a clause does: forbids, permits what would else be flagged, or only tells."""

    FORBID = "forbid"
    ALLOW = "allow"
    INFORM = "inform"


@dataclass(frozen=True, slots=True)
class Window:
    """Recurring hours in local time. `weekdays` are ISO (1 Monday to 7 Sunday), none of them means every day.

    `start` and `end` bound the hours of a day, half open; where `end` is earlier the window goes past midnight.
    """

    weekdays: tuple[int, ...] = ()
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of a community, with what it was understood to mean.

    `keywords` are what the clause names ("砍价", "拼团"), `windows` when it applies (always, where none), `roles`
    whom it permits or exempts. `confidence` in [0, 1] says how sure the reading is; what an admin confirmed is 1.
    """

    number: int
    text: str
    kind: ClauseKind
    labels: tuple[Label, ...] = ()
    measure: Measure = Measure.NONE
    keywords: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    roles: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of a community's rules: their text and the clauses read from it."""

    version: int
    text: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class CitedClause:
    """A clause that a message falls under, how sure that is, and why. `lifts` are the labels that it permits here."""

    version: int
    clause: Clause
    confidence: float
    reason: Reason
    lifts: tuple[Label, ...] = ()


class Likeness(StrEnum):
    """How a precedent was found: the same normal form, a near-copy of it, or the same meaning."""

    SAME = "same"
    NEAR_COPY = "near_copy"
    SIMILAR = "similar"


LIBRARY = "library:"
"""Stands before a shared library's name where a community's id would stand; no community may be called so."""


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case as the index of precedents keeps it: whose, what was written, and what people made of it.

    `community` is the community's id, or the name of a shared library such as `library:rumors`.
    """

    case_id: int
    community: str
    text: str
    decision: Decision
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Precedent:
    """A decided case met again. `similarity` in [0, 1] is the calibrated probability that it is the same again."""

    case_id: int
    community: str
    decision: Decision
    labels: tuple[Label, ...]
    similarity: float
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Community:
    """A group and what is particular to judging it.

    `commerce` says that lawful offers belong to its theme (a second-hand or group-buying group).
    Keyword and domain lists are matched on the normal form; allow beats deny. A denied keyword may
    name its label (`gambling:德州局`), otherwise it counts as `ads`. `on_topic_examples` are messages
    that belong here, in the members' own words. `libraries` are the shared libraries of known cases that it
    subscribes to.
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
    libraries: tuple[str, ...] = ()
    time_zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Versions:
    """What produced an assessment, so that an old one can be run again."""

    model: str
    policy: str
    rules: str = ""


@dataclass(frozen=True, slots=True)
class ShadowVerdict:
    """What rules or a policy that are only being tried out make of a message; None where not on trial."""

    rules: int | None
    policy: int | None
    decision: Decision
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The machine's opinion of one message. `labels` are those whose score reaches their band.

    `model_scores` are the model's own probabilities, before signals, calibration by decisions and precedents.
    `mute_minutes` is how long a suggested mute lasts. `would_remove` marks a review that would be a removal if
    the community let the machine remove. `shadow` is what the rules or policy on trial say.
    """

    message_id: str
    decision: Decision
    measure: Measure
    labels: tuple[Label, ...]
    scores: Mapping[Label, float]
    signals: tuple[Signal, ...]
    versions: Versions
    clauses: tuple[CitedClause, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    model_scores: Mapping[Label, float] = field(default_factory=dict)
    mute_minutes: int = 0
    would_remove: bool = False
    shadow: ShadowVerdict | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person decided about a case, and why. `labels` are what it really was; none for a false alarm.

    `mute_minutes` is how long a mute lasts.
    """

    case_id: int
    decision: Decision
    labels: tuple[Label, ...]
    measure: Measure
    actor: str
    reason: str
    decided_at: datetime
    id: int | None = field(default=None, compare=False)
    undone_at: datetime | None = None
    undone_by: str | None = None
    mute_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A message with its assessment, as kept; `id` is the store's. `duplicate` says that it had been kept before.

    Of a case that was erased its verdict and times are left, without text, and under a name that is nobody's.
    """

    message: Message
    assessment: Assessment
    received_at: datetime
    id: int | None = field(default=None, compare=False)
    duplicate: bool = field(default=False, compare=False)
    erased_at: datetime | None = None
