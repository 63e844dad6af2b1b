"""Write a draft: facts are collected, the composer writes, a model may write it better, the gate looks at either."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from copilot.drafting.briefing import briefing
from copilot.drafting.clarification import Checked, Source, Truth, clarification
from copilot.drafting.editing import objections
from copilot.drafting.facts import operator_fact
from copilot.drafting.fitting import Channel, fit_draft
from copilot.drafting.gate import Violation
from copilot.drafting.generate import Options
from copilot.drafting.generate import Writer as WrittenBy
from copilot.drafting.generate import draft as generate
from copilot.drafting.nicknames import shown
from copilot.drafting.notice import Recourse, Ruling, notice
from copilot.drafting.state import Brief
from copilot.drafting.topics import prompts
from copilot.drafting.types import Draft, Kind, Line, Sentence
from copilot.drafting.welcome import Joiner, welcome
from copilot.errors import InvalidInput
from copilot.ports import Store
from copilot.service.content.collecting import Collector, Day, Ground, names_of_day, without
from copilot.service.content.tools import Tools
from copilot.types import Assessment, Measure, Message

_LIVE_HOURS = 24
_TOPICS_TRIED = 20
_MENDS = 3
"""How often a briefing is written again without the messages behind lines that the gate objects to."""


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it came out, the channel it fits, what the gate holds against it, and what is worth keeping."""

    draft: Draft
    channel: str
    objections: tuple[Violation, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Composed:
    """The composer's draft, and what is worth keeping of how it came about."""

    draft: Draft
    details: Mapping[str, Any]
    withheld: frozenset[str] = frozenset()


class Writer:
    """Writes drafts of every kind. Keeps nothing."""

    def __init__(
        self,
        store: Store,
        collector: Collector,
        tools: Tools,
        assess: Callable[[Sequence[Message]], list[Assessment]],
    ) -> None:
        self._store = store
        self._collector = collector
        self._tools = tools
        self._assess = assess

    def write(self, brief: Brief, now: datetime) -> Written:
        """Write what is asked for; raises NotFound and InvalidInput where that cannot be."""
        ground = self._collector.ground(brief, now)
        compose = {
            Kind.BRIEFING: self._briefing,
            Kind.WELCOME: self._welcome,
            Kind.TOPICS: self._topic,
            Kind.NOTICE: self._notice,
            Kind.CLARIFICATION: self._clarification,
        }[brief.kind]
        composed = compose(brief, ground, now)
        channel = ground.occasion.channel
        base = fit_draft(_signed(composed.draft, ground.settings.signature), channel)
        outcome = generate(
            base,
            self._tools.generator,
            lambda draft: self.check(draft, base, channel, ground.community.allow_domains),
            self._tools.budget,
            now,
            options=self._options(ground, composed.withheld),
        )
        details = dict(composed.details)
        if outcome.writer is WrittenBy.COMPOSER and outcome.reason is not None and self._tools.generator is not None:
            details["no_model"] = [outcome.reason.zh, outcome.reason.en]
        found = self.check(outcome.draft, base, channel, ground.community.allow_domains)
        return Written(outcome.draft, channel.name, found, details)

    def check(
        self, draft: Draft, composed: Draft, channel: Channel, domains: Sequence[str] = ()
    ) -> tuple[Violation, ...]:
        """Return what the gate holds against a draft, judged by the community's own classifiers."""

        def judge(texts: Sequence[str]) -> list[Assessment]:
            return self._assess([Message(f"line:{i}", text, draft.community) for i, text in enumerate(texts)])

        return objections(draft, composed, channel=channel, domains=domains, judge=judge)

    def _options(self, ground: Ground, withheld: frozenset[str]) -> Options:
        return Options(
            time_zone=ground.community.time_zone,
            examples=ground.settings.examples,
            shown=lambda name: "" if name in withheld else shown(name),
        )

    def _briefing(self, brief: Brief, ground: Ground, now: datetime) -> _Composed:
        day = self._collector.day(ground, now)
        occasion = replace(ground.occasion, withheld=day.withheld)
        facts, events = self._collector.calendar(ground)
        names, news = names_of_day(facts, occasion.on), self._collector.news(ground, now)
        coverage, told, avoided = _coverage(day), day.digest, set[str]()
        made = briefing(occasion, told, calendar=names, events=events, feeds=news)
        for _ in range(_MENDS):
            found = self.check(made, made, occasion.channel, ground.community.allow_domains)
            doubtful = _messages_behind(made, found) - avoided
            if not doubtful:
                break
            avoided |= doubtful
            told = without(told, avoided)
            made = briefing(occasion, told, calendar=names, events=events, feeds=news)
        return _Composed(made, {"coverage": coverage | {"avoided": len(avoided)}}, day.withheld)

    def _welcome(self, brief: Brief, ground: Ground, now: datetime) -> _Composed:
        with self._store.begin() as unit:
            joins = unit.content.joins.get(brief.joins)
        joiners = [Joiner(j.nickname, j.member, j.joined_at, j.withheld, j.returning) for j in joins]
        day = self._collector.day(ground, now, hours=_LIVE_HOURS)
        withheld = frozenset(j.nickname for j in joins if j.withheld)
        made = welcome(
            replace(ground.occasion, withheld=withheld),
            joiners,
            clauses=ground.clauses,
            topic=self._collector.live_topic(day, ZoneInfo(ground.community.time_zone)),
            helpers=ground.settings.helpers,
            ceremony=brief.ceremony or ground.settings.ceremony,
        )
        return _Composed(made, {"joined": len(joins), "withheld": len(withheld)}, withheld)

    def _topic(self, brief: Brief, ground: Ground, now: datetime) -> _Composed:
        day = self._collector.day(ground, now)
        facts, _ = self._collector.calendar(ground)
        zone = ZoneInfo(ground.community.time_zone)
        found = prompts(
            self._collector.setting(ground),
            ground.occasion.on,
            questions=self._collector.questions(day, zone),
            calendar=facts,
            past=self._collector.past_topics(ground, now),
            encoder=self._tools.encoder,
            relevance=self._tools.relevance,
            most=_TOPICS_TRIED,
            seed=str(brief.turn) if brief.turn else "",
        )
        if not found:
            raise InvalidInput(
                "nothing fitting is left to ask; say more about the theme of the community", param="theme"
            )
        offered = set(ground.occasion.recent)
        best = next((each for each in found if each.draft.text not in offered), found[0])
        marks = {"question": best.question, "pattern": best.pattern, "source": best.source.value, "shape": best.shape}
        return _Composed(best.draft, {"topic": marks, "fit": round(best.fit, 3)}, day.withheld)

    def _notice(self, brief: Brief, ground: Ground, now: datetime) -> _Composed:
        rulings = self._rulings(brief)
        author = rulings[0].case.message.author or ""
        withheld = self._collector.withheld(brief.community, {author} if author else set())
        recourse = Recourse(brief.appeal_url, ground.settings.helpers)
        made = notice(ground.occasion, rulings, recourse, withheld=author in withheld)
        return _Composed(made, {"cases": list(brief.cases)}, withheld)

    def _rulings(self, brief: Brief) -> list[Ruling]:
        if not brief.cases:
            raise InvalidInput("say which cases it is about", param="cases")
        with self._store.begin() as unit:
            cases = unit.cases.get(brief.cases)
            stands = [[r for r in unit.resolutions.of(case_id) if r.undone_at is None] for case_id in brief.cases]
        if any(case.message.community != brief.community for case in cases):
            raise InvalidInput("these cases are of another community", param="cases")
        if not all(stands):
            raise InvalidInput("nobody has decided this case yet", param="cases")
        return [
            Ruling(case, found[-1], _minutes(found[-1].measure, brief.mute_minutes or case.assessment.mute_minutes))
            for case, found in zip(cases, stands, strict=True)
        ]

    def _clarification(self, brief: Brief, ground: Ground, now: datetime) -> _Composed:
        rumour, sent_at = "", None
        if brief.cases:
            with self._store.begin() as unit:
                case = unit.cases.get(brief.cases[:1])[0]
            if case.message.community != brief.community:
                raise InvalidInput("this case is of another community", param="cases")
            rumour, sent_at = case.message.text, case.message.sent_at
        if brief.truth not in list(Truth):
            raise InvalidInput(f"say what came of it: {', '.join(Truth)}", param="truth")
        source = Source(brief.source, brief.source_url)
        checked = Checked(brief.about, Truth(brief.truth), brief.found, source, rumour, sent_at)
        return _Composed(clarification(ground.occasion, checked), {"cases": list(brief.cases)})


def _signed(draft: Draft, signature: str) -> Draft:
    """Return a draft with the community's signature as its last line."""
    if not signature.strip():
        return draft
    fact = operator_fact("signature", " ".join(signature.split()))
    line = Line((Sentence(fact.text, (fact.id,)),))
    return replace(draft, lines=(*draft.lines, line), facts=(*draft.facts, fact))


def _messages_behind(draft: Draft, found: Sequence[Violation]) -> set[str]:
    """Return the ids of the messages that the lines with objections tell of."""
    lines = {violation.line for violation in found if violation.line >= 0}
    cited = {fact for number in lines for sentence in draft.lines[number].sentences for fact in sentence.facts}
    return {fact.removeprefix("message:") for fact in cited if fact.startswith("message:")}


def _coverage(day: Day) -> dict[str, Any]:
    found = day.digest.coverage
    return {
        "messages": found.messages,
        "left_out": found.left_out,
        "flagged": sum(each.flagged for each in day.said),
        "members": found.members,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "thin": day.digest.thin,
    }


def _minutes(measure: Measure, minutes: int) -> int:
    return max(minutes, 1) if measure is Measure.MUTE else 0
