"""Good drafts of every kind to try the gate with: composed over annotated days, starter rules and clean messages."""
# ruff: noqa: E501 - texts: each Chinese character counts twice

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from copilot.drafting.briefing import briefing
from copilot.drafting.clarification import Checked, Source, Truth, clarification
from copilot.drafting.facts import feed_id
from copilot.drafting.gate import Judge
from copilot.drafting.gate.cleanliness import SURE
from copilot.drafting.notice import Recourse, Ruling, apology, appeal_answer, notice, report_answer
from copilot.drafting.occasion import Occasion
from copilot.drafting.stock import rank
from copilot.drafting.types import Draft, Fact, Origin, Tone
from copilot.drafting.voice import Emoji, Voice
from copilot.drafting.welcome import Joiner, welcome
from copilot.rules import read_rules
from copilot.types import (
    Assessment,
    Case,
    CitedClause,
    Clause,
    ClauseKind,
    Community,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Resolution,
    Versions,
)
from eval.digests import ZONE, Day, days, english_day, without
from training.sources import CORPUS

RULES = Path(__file__).parents[1] / "data" / "rules"
_STARTERS = {
    "train": ("owners", "kaoyan", "running", "local"),
    "dev": ("guild", "mothers"),
    "test": ("reading", "opensource", "stocks", "secondhand"),
}
_EN_RULES = """1. No advertising and no links to other groups; the first time a warning.
2. No insults; whoever attacks others is muted for a day.
3. Do not post other people's phone numbers or addresses.
4. Keep to the subject of the group."""
_FEEDS = (
    Fact("feed:a", Origin.FEED, "市图书馆下月起延长夜间开放", url="https://news.example.org/library"),
    Fact("feed:b", Origin.FEED, "本周六地铁加开末班车", url="https://metro.example.org/2026/last"),
)
_EVENT = Fact("event:a", Origin.EVENT, "月底线下聚会报名", trusted=True)


def drafts(part: str, judge: Judge | None = None) -> Iterator[Draft]:
    """Yield drafts of all kinds in both languages and all tones, over the data of one part.

    Messages that the judge surely flags are left out of the digests, as moderation would have left them out.
    """
    for day in days(part):
        if judge is not None:
            day = without(day, _flagged(day, judge))
        for language in ("zh", "en"):
            for tone in Tone:
                yield _briefing(day, language, tone)
    if part != "dev":
        for tone in Tone:
            yield _briefing(english_day(), "en", tone)
    for name in _STARTERS[part]:
        clauses = read_rules((RULES / f"{name}.md").read_text("utf-8")).clauses
        yield from _others(Community(name, f"{name} 交流群", "经验交流、互相帮助"), clauses, "zh", part)
    yield from _others(
        Community("elm", "Elm Lane", "repairs and mutual help"), read_rules(_EN_RULES).clauses, "en", part
    )


def _flagged(day: Day, judge: Judge) -> set[str]:
    """Return the messages of a day that are flagged at the score from which the gate objects."""
    said = [message for thread in day.digest.threads for message in thread.messages]
    return {
        message.id
        for message, assessment in zip(said, judge([message.text for message in said]), strict=True)
        if assessment.decision is not Decision.ALLOW
        and any(assessment.scores.get(label, 1.0) >= SURE for label in assessment.labels if label is not Label.RUMOR)
    }


def _briefing(day: Day, language: str, tone: Tone) -> Draft:
    emoji = {Tone.PLAIN: Emoji.OFF, Tone.LIVELY: Emoji.MANY}.get(tone, Emoji.SOME)
    occasion = Occasion(day.community, day.on + timedelta(days=1), language, Voice(tone, emoji))
    feeds = [replace(f, id=feed_id(f.url), at=datetime.combine(day.on, time(9), ZONE)) for f in _FEEDS]
    return briefing(occasion, day.digest, events=(_EVENT,), feeds=feeds)


def _nicknames(part: str) -> list[str]:
    """Return harmless nicknames, a third of them for each part."""
    rows = [json.loads(line) for line in (CORPUS / "profiles" / "nicknames.jsonl").read_text("utf-8").splitlines()]
    third = ("train", "dev", "test").index(part)
    return [row["text"] for row in rows if not row["labels"] and rank("nicknames", row["text"]) % 3 == third]


def _others(community: Community, clauses: Sequence[Clause], language: str, part: str) -> Iterator[Draft]:
    names = _nicknames(part) if language == "zh" else ["Noor", "Tom", "Priya", "Ken", "Lena", "Omar"]
    on = date(2026, 5, 17)
    for i, tone in enumerate(Tone):
        occasion = Occasion(community, on + timedelta(days=i), language, Voice(tone))
        some = [Joiner(names[(2 * i + k) % len(names)]) for k in range(1 + i)]
        topic = Fact("thread:t", Origin.MESSAGE, "周末活动" if language == "zh" else "the weekend", by="")
        helpers = ("小助手",) if language == "zh" else ("the team",)
        yield welcome(occasion, some, clauses=clauses, topic=topic, helpers=helpers, ceremony=i % 2 == 1)
        yield from _decisions(occasion, names[i], [c for c in clauses if c.kind is ClauseKind.FORBID], i)
        yield _clarified(occasion, tone)


def _decisions(occasion: Occasion, name: str, clauses: Sequence[Clause], turn: int) -> Iterator[Draft]:
    clause = clauses[turn % len(clauses)]
    measure, minutes = ((Measure.WARN, 0), (Measure.MUTE, 60), (Measure.MUTE, 1440), (Measure.REMOVE, 0))[turn % 4]
    ruling = _ruling(occasion, name, clause, measure, minutes)
    yield notice(occasion, [ruling, ruling][: 1 + turn % 2], Recourse("https://copilot.example.org/appeal/7"))
    yield report_answer(occasion, ruling)
    yield appeal_answer(occasion, ruling)
    undone = replace(ruling.resolution, undone_at=datetime.combine(occasion.on, time(8), ZONE))
    yield apology(occasion, replace(ruling, resolution=undone))


def _ruling(occasion: Occasion, name: str, clause: Clause, measure: Measure, minutes: int) -> Ruling:
    labels = clause.labels[:1] or (Label.OFF_TOPIC,)
    sent = datetime.combine(occasion.on - timedelta(days=1), time(20, 15), ZONE)
    message = Message("m1", "……", occasion.community.id, name, sent_at=sent)
    cited = CitedClause(1, clause, 0.9, Reason("", ""))
    assessment = Assessment("m1", Decision.REVIEW, measure, labels, {}, (), Versions("", ""), (cited,))
    resolution = Resolution(1, Decision.REMOVE, labels, measure, "moderator", "", sent + timedelta(hours=1))
    return Ruling(Case(message, assessment, sent, 1), resolution, minutes)


def _clarified(occasion: Occasion, tone: Tone) -> Draft:
    truth = tuple(Truth)[tuple(Tone).index(tone)]
    zh = occasion.language == "zh"
    source = Source("物业值班室" if zh else "the caretaker", "https://www.example.org/notice/12")
    about, found = ("停水的传言", "值班室说5月20日9:00到11:00检修，其他时间照常供水。") if zh else ("the water supply", "The caretaker says repairs run from 9:00 to 11:00 on 20 May.")  # fmt: skip
    sent = datetime.combine(occasion.on - timedelta(days=1), time(12), ZONE)
    return clarification(occasion, Checked(about, truth, found, source, sent_at=sent))
