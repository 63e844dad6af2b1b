"""From what the system knows to facts with ids, each in the words it came in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, tzinfo

from copilot.drafting.days import full_day, local
from copilot.drafting.digest import Digest
from copilot.drafting.types import Fact, Origin
from copilot.reasons import ZH_LABEL
from copilot.types import Clause, Community, Label, Measure, Message

EN_LABEL = {
    Label.ADS: "advertising",
    Label.FRAUD: "fraud",
    Label.GAMBLING: "gambling",
    Label.PORN: "sexual content",
    Label.ABUSE: "abuse",
    Label.RUMOR: "an unconfirmed claim",
    Label.OFF_TOPIC: "off topic",
    Label.PRIVACY: "exposing personal data",
    Label.FLOOD: "flooding",
}
_UNITS = {
    # name: (Chinese, English for one, English for several)
    "messages": ("条消息", "message", "messages"),
    "members": ("人", "member", "members"),
    "left_out": ("条", "message", "messages"),
    "joined": ("位新朋友", "newcomer", "newcomers"),
    "offences": ("条消息", "message", "messages"),
}


def by_id(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Return facts by their id; of those with one id the first counts."""
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(fact.id, fact)
    return found


def message_fact(message: Message, zone: tzinfo) -> Fact:
    """Return `message:<id>`: what a member typed, who and when on the community's clock."""
    at = local(message.sent_at, zone) if message.sent_at else None
    return Fact(f"message:{message.id}", Origin.MESSAGE, message.text, message.author or "", at)


def thread_fact(digest: Digest, thread: str, zone: tzinfo) -> Fact:
    """Return `thread:<id>`: a thread's name, keywords and the words of its messages, which its name is taken from."""
    found = next(t for t in digest.threads if t.id == thread)
    words = " ".join((found.topic, *found.keywords))
    first = found.messages[0].sent_at if found.messages else None
    return Fact(f"thread:{found.id}", Origin.MESSAGE, words, at=local(first, zone) if first else None)


def member_fact(nickname: str, joined_at: datetime | None = None, member: str = "") -> Fact:
    """Return `member:<id or nickname>`. A nickname is data."""
    return Fact(f"member:{member or nickname}", Origin.MEMBER, nickname, nickname, joined_at)


def clause_fact(clause: Clause) -> Fact:
    """Return `clause:<number>`: a rule in the community's own words."""
    return Fact(f"clause:{clause.number}", Origin.CLAUSE, clause.text, trusted=True)


def count_fact(name: str, number: int, language: str, at: datetime | None = None) -> Fact:
    """Return `count:<name>`: a number with its unit, such as `163条消息` or `1 message`."""
    zh, one, several = _UNITS[name]
    text = f"{number}{zh}" if language == "zh" else f"{number} {one if number == 1 else several}"
    return Fact(f"count:{name}", Origin.COUNT, text, at=at, trusted=True)


def day_fact(day: date, language: str) -> Fact:
    """Return `day:<ISO date>`: the day a draft is for."""
    return Fact(
        f"day:{day.isoformat()}",
        Origin.CALENDAR,
        full_day(day, language),
        at=datetime.combine(day, time()),
        trusted=True,
    )


def community_facts(community: Community) -> tuple[Fact, ...]:
    """Return `community:name` and, where there is one, `community:theme`."""
    name = Fact("community:name", Origin.COMMUNITY, community.name, trusted=True)
    theme = Fact("community:theme", Origin.COMMUNITY, community.theme, trusted=True)
    return (name, theme) if community.theme else (name,)


def operator_fact(name: str, text: str, url: str = "") -> Fact:
    """Return `operator:<name>`: something that an operator wrote."""
    return Fact(f"operator:{name}", Origin.OPERATOR, text, url=url, trusted=True)


def label_fact(labels: Sequence[Label], language: str) -> Fact:
    """Return `decision:labels`: what a message was found to be."""
    names = [ZH_LABEL[label] if language == "zh" else EN_LABEL[label] for label in labels]
    return Fact("decision:labels", Origin.DECISION, ("、" if language == "zh" else ", ").join(names), trusted=True)


def measure_fact(measure: Measure, minutes: int, language: str, at: datetime | None = None) -> Fact:
    """Return `decision:measure`: the measure in words, a mute with how long it lasts."""
    text = measure_text(measure, minutes, language)
    return Fact("decision:measure", Origin.DECISION, text, at=at, trusted=True)


def measure_text(measure: Measure, minutes: int, language: str) -> str:
    """Return `禁言1小时`, `a warning` and so on."""
    zh, en = {
        Measure.NONE: ("不作处理", "no measure"),
        Measure.REMIND: ("提醒", "a reminder"),
        Measure.WARN: ("警告", "a warning"),
        Measure.MUTE: (f"禁言{duration(minutes, 'zh')}", f"muted for {duration(minutes, 'en')}"),
        Measure.REMOVE: ("移出群聊", "removed from the group"),
    }[measure]
    return zh if language == "zh" else en


def duration(minutes: int, language: str) -> str:
    """Return minutes in the largest unit that leaves no rest: `1天`, `12 hours`, `90分钟`."""
    for size, zh, en in ((1440, "天", "day"), (60, "小时", "hour"), (1, "分钟", "minute")):
        if minutes % size == 0 and minutes >= size:
            number = minutes // size
            return f"{number}{zh}" if language == "zh" else f"{number} {en}{'s' if number > 1 else ''}"
    return "0分钟" if language == "zh" else "0 minutes"


def feed_id(url: str) -> str:
    """Return a fact's id for a link."""
    return f"feed:{hashlib.blake2b(url.encode(), digest_size=6).hexdigest()}"
