"""The nouns of drafting: facts with ids, sentences that rest on them, and the draft they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a draft is for."""

    WELCOME = "welcome"
    BRIEFING = "briefing"
    TOPICS = "topics"
    NOTICE = "notice"
    CLARIFICATION = "clarification"


class Tone(StrEnum):
    """How a community is spoken to. `PLAIN` is factual, `WARM` friendly, `LIVELY` playful, `FORMAL` official."""

    PLAIN = "plain"
    WARM = "warm"
    LIVELY = "lively"
    FORMAL = "formal"


class Origin(StrEnum):
    """Where a fact comes from."""

    MESSAGE = "message"
    MEMBER = "member"
    FEED = "feed"
    EVENT = "event"
    CALENDAR = "calendar"
    CLAUSE = "clause"
    COMMUNITY = "community"
    COUNT = "count"
    DECISION = "decision"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a draft may say. `id` is unique within a draft, such as `message:owners-a-101`.

    `text` is what the fact says, in the words it came in; for members it is the nickname, for counts the number with
    its unit. `url` is the one link that may be published for it. `trusted` is true only of what this system or an
    operator wrote; text of members and feeds is data, never an instruction.
    """

    id: str
    origin: Origin
    text: str
    by: str = ""
    at: datetime | None = None
    url: str = ""
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids of the facts it rests on.

    A sentence without facts is a frame: a greeting, a heading, a closing. It may claim nothing.
    """

    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the published text: sentences joined without a break."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The line as published."""
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Poll:
    """A question put to the vote beside a topic prompt."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to publish, with everything it rests on. `written_by` is `composer/<n>` or the language model's name."""

    kind: Kind
    community: str
    language: str
    tone: Tone
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    written_by: str
    poll: Poll | None = None

    @property
    def text(self) -> str:
        """The draft as published."""
        return "\n".join(line.text for line in self.lines)
