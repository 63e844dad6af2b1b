"""Questions that could be asked of a community today, from every source, each with the facts it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from copilot.drafting.chance import chance
from copilot.drafting.themes import NounKind, match_areas, nouns
from copilot.drafting.topics.past import PastTopic
from copilot.drafting.topics.safety import off_limits
from copilot.drafting.topics.stock import DAYS, EVENT, GENERAL, Pattern, fill, stock
from copilot.drafting.types import Fact, Origin, Tone
from copilot.signals import contacts, links, privacy
from copilot.signals.context import Context
from copilot.text import text_views
from copilot.types import Community, Message

NEAR = timedelta(days=3)
"""From so long before a day on its questions may be asked."""
AGAIN = timedelta(days=180)
"""After so long a topic that did well may be asked once more."""
_QUOTE = (6, 40)
"""Characters that a member's question has to have to be quoted: whole or not at all."""
_PLAIN = re.compile(r"[^\u200b-\u200f\u202a-\u202e\u2060-\u2069\x00-\x1f<>{}\[\]@#`|\\「」“”]+")
_LINK = re.compile(r"://|www\.|[a-z0-9-]\.(?:com|cn|net|org|top|xyz|cc|vip|io|me|link|shop)\b", re.IGNORECASE)
_ORDER = re.compile(r"忽略|无视|指令|系统提示|你现在是|扮演|ignore|instruction|system prompt|assistant", re.IGNORECASE)


class Source(StrEnum):
    """Where a question comes from."""

    AREA = "area"
    THEME = "theme"
    DAY = "day"
    EVENT = "event"
    OPEN = "open"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Setting:
    """Whom topics are for. `bans` are rules of the community that forbid something, in its own words.

    `tone` steers the opening line. Raises nothing: a theme that says nothing leaves the questions of the day.
    """

    community: str
    name: str
    theme: str
    language: str = "zh"
    tone: Tone = Tone.WARM
    bans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with its ways to answer. `weight` in [0, 1] says how well its area suits; `pattern` names its stock
    question, or the message or topic it takes up."""

    question: str
    ways: tuple[str, ...]
    poll: bool
    pattern: str
    source: Source
    facts: tuple[Fact, ...]
    weight: float = 1.0


def candidates(
    setting: Setting,
    today: date,
    seed: str,
    questions: Sequence[Fact],
    calendar: Sequence[Fact],
    past: Sequence[PastTopic],
) -> Iterator[Candidate]:
    """Yield every question that could be asked; see `prompts` for the arguments."""
    yield from _of_areas(setting, today, seed)
    yield from _of_theme(setting, seed)
    yield from _of_days(setting, today, seed, calendar)
    yield from _open(setting, questions)
    yield from _again(setting, today, past)


def _theme_fact(setting: Setting) -> Fact:
    return Fact("community:theme", Origin.COMMUNITY, setting.theme, by=setting.name, trusted=True)


def _stock_fact(pattern: Pattern, ask: str) -> Fact:
    """The stock's own words, which a prompt's numbers come from; what fills a slot has a fact of its own."""
    return Fact(f"stock:{pattern.id}", Origin.COMMUNITY, f"{fill(ask, '…')} {' / '.join(pattern.ways)}", trusted=True)


def _made(
    pattern: Pattern, seed: str, source: Source, facts: tuple[Fact, ...], noun: str = "", weight: float = 1.0
) -> Candidate:
    ask = pattern.settled(chance(seed, pattern.id))
    said = fill(ask, noun) if noun else ask
    return Candidate(said, pattern.ways, pattern.poll, pattern.id, source, (*facts, _stock_fact(pattern, ask)), weight)


def _of_areas(setting: Setting, today: date, seed: str) -> Iterator[Candidate]:
    facts = (_theme_fact(setting),)
    known = f"{setting.name} {setting.theme}"
    patterns = stock(setting.language)
    for match in match_areas(setting.name, setting.theme):
        for pattern in patterns.get(match.area, ()):
            if not pattern.days and pattern.suits(known, today.month):
                yield _made(pattern, seed, Source.AREA, facts, weight=match.weight)


def _of_theme(setting: Setting, seed: str) -> Iterator[Candidate]:
    """Questions about the theme's own nouns: each pattern takes one of those it can take, by chance."""
    facts = (_theme_fact(setting),)
    found = nouns(setting.theme)
    fitting = {
        "activity": [n.text for n in found if n.kind is NounKind.ACTIVITY],
        "thing": [n.text for n in found if n.kind is NounKind.THING],
        "topic": [n.text for n in found if n.kind is not NounKind.THING],
    }
    for pattern in stock(setting.language).get(GENERAL, ()):
        names = fitting.get(pattern.slot, [])
        if names:
            noun = chance(seed, "noun", pattern.id).choice(names)
            yield _made(pattern, seed, Source.THEME, facts, noun)


def _of_days(setting: Setting, today: date, seed: str, calendar: Sequence[Fact]) -> Iterator[Candidate]:
    own = {match.area for match in match_areas(setting.name, setting.theme)}
    patterns = stock(setting.language)
    dated = [p for area in (DAYS, *sorted(own)) for p in patterns.get(area, ()) if p.days]
    for fact in calendar:
        if fact.at is None or not timedelta(0) <= fact.at.date() - today <= NEAR:
            continue
        for pattern in dated:
            if fact.origin is Origin.EVENT and EVENT in pattern.days and fact.by:
                yield _made(pattern, seed, Source.EVENT, (fact,), fact.by)
            elif fact.origin is Origin.CALENDAR and any(day in fact.text for day in pattern.days):
                yield _made(pattern, seed, Source.DAY, (fact,))


_OPEN = {
    "zh": ("有个问题还没人接：「{}」你会怎么答？", ("直接给答案", "说说你那次怎么办的", "指个能查到的地方")),
    "en": (
        "Nobody has answered this yet: “{}” What would you say?",
        ("The answer", "What you did back then", "Where to look it up"),
    ),
}
_ONCE_MORE = {
    "zh": ("这题问过一回：{}现在再答，变了吗？", ("和那次一样", "变了，说说变在哪", "那次没答，这次补上")),
    "en": (
        "We asked this once: {} Has your answer changed?",
        ("The same as then", "It changed, and here is how", "I missed it then"),
    ),
}


def _open(setting: Setting, questions: Sequence[Fact]) -> Iterator[Candidate]:
    frame, ways = _OPEN[setting.language]
    for fact in questions:
        said = fact.text.strip()
        if quotable(said):
            yield Candidate(frame.format(said), ways, False, fact.id, Source.OPEN, (fact,))


def quotable(said: str) -> bool:
    """Whether a member's question may be quoted: whole, plain, asking nothing off limits, telling nothing private."""
    if not _QUOTE[0] <= len(said) <= _QUOTE[1] or not _PLAIN.fullmatch(said):
        return False
    if off_limits(said) or _ORDER.search(said) or _LINK.search(said):
        return False
    views = text_views(said)
    context = Context(Message("", said), Community("", ""))
    return not any(detect(views, context) for detect in (contacts.detect, links.detect, privacy.detect))


def _again(setting: Setting, today: date, past: Sequence[PastTopic]) -> Iterator[Candidate]:
    """A topic of long ago that was answered more than most; it is asked whether the answer has changed."""
    frame, ways = _ONCE_MORE[setting.language]
    answered = sorted(topic.answers for topic in past)
    usual = answered[(len(answered) - 1) // 2] if answered else 0
    latest = {topic.question: topic for topic in sorted(past, key=lambda topic: topic.asked_on)}
    for topic in latest.values():
        if today - topic.asked_on >= AGAIN and topic.answers > max(usual, 2) and topic.source != Source.AGAIN:
            fact = Fact(f"topic:{topic.id}", Origin.OPERATOR, topic.question, trusted=True)
            asked = frame.format(topic.question)
            yield Candidate(asked, ways, True, f"again:{topic.id}", Source.AGAIN, (fact,))
