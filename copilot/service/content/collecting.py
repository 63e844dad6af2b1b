"""Collect what a draft may say: the conversation, who joined, rules, the calendar, feeds, decided cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.drafting.calendar import Event, day_facts, read_when
from copilot.drafting.digest import Digest
from copilot.drafting.facts import message_fact, thread_fact
from copilot.drafting.feeds import rank
from copilot.drafting.fitting import channel_named
from copilot.drafting.occasion import Occasion
from copilot.drafting.state import Brief, DraftState, KeptDraft
from copilot.drafting.threads import digest
from copilot.drafting.topics import PastTopic, Setting
from copilot.drafting.types import Fact, Kind, Origin
from copilot.drafting.voice import Voice, learn
from copilot.errors import InvalidInput
from copilot.ports import Store, UnitOfWork
from copilot.ports.content import ContentSettings, DraftFilter, KeptEvent, Said
from copilot.service.content.reading import refresh
from copilot.service.content.tools import Tools
from copilot.types import LABELS, Assessment, Clause, ClauseKind, Community, Label, Message

MOST_MESSAGES = 5_000
"""Of a day; beyond that the last ones count."""
_LIVE_MESSAGES = 400
_RECENT = 12
_MOST_NEWS = 3
_TOLD_DAYS = 14
_PAST_DAYS = 400
_FARTHEST_DAY = 400
_AFTER_NAME = re.compile(r"[（，,:(]")
_ABOUT_NAMES = frozenset(LABELS) - {Label.OFF_TOPIC, Label.FLOOD, Label.RUMOR}
"""What a nickname can be flagged for; that it is no topic and no burst says nothing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every kind of draft stands on."""

    occasion: Occasion
    settings: ContentSettings
    clauses: tuple[Clause, ...]

    @property
    def community(self) -> Community:
        """Whose draft it is."""
        return self.occasion.community


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of conversation as a draft tells of it. `flagged` messages are counted and left out."""

    digest: Digest
    said: tuple[Said, ...]
    withheld: frozenset[str]


class Collector:
    """Reads facts from the store, the calendar and feeds."""

    def __init__(self, store: Store, tools: Tools, assess: Callable[[Sequence[Message]], list[Assessment]]) -> None:
        self._store = store
        self._tools = tools
        self._assess = assess

    def ground(self, brief: Brief, now: datetime) -> Ground:
        """Return the occasion of a draft; raises NotFound without the community, InvalidInput for a strange channel."""
        with self._store.begin() as unit:
            community = unit.communities.get(brief.community)
            settings = unit.content.plans.settings(brief.community)
            rules = unit.rules.live(brief.community)
            recent = _recent(unit, brief)
        today = now.astimezone(ZoneInfo(community.time_zone)).date()
        on = brief.on or today
        if abs((on - today).days) > _FARTHEST_DAY:
            raise InvalidInput(f"the day lies within {_FARTHEST_DAY} days of today", param="on")
        language = brief.language or settings.language
        if language not in ("zh", "en"):
            raise InvalidInput("the language is zh or en", param="language")
        occasion = Occasion(
            community=community,
            on=on,
            language=language,
            voice=voice_of(settings, brief),
            channel=channel_named(brief.channel or _channel(settings)),
            recent=recent,
        )
        return Ground(occasion, settings, rules.value.clauses if rules else ())

    def day(self, ground: Ground, now: datetime, *, hours: int = 0) -> Day:
        """Digest the day before the occasion's, or the last `hours`."""
        community = ground.community
        since, until = _bounds(ground.occasion, now) if not hours else (now - timedelta(hours=hours), now)
        with self._store.begin() as unit:
            most = _LIVE_MESSAGES if hours else MOST_MESSAGES
            said = unit.content.conversation.between(community.id, since, until, most)
            known = unit.content.conversation.authors_before(community.id, since)
        found = digest(
            community.id,
            [each.message for each in said],
            encoder=self._tools.encoder,
            since=since,
            until=until,
            flagged={each.message.id for each in said if each.flagged},
            known_authors=known,
        )
        names = {each.message.author for each in said if each.message.author}
        return Day(found, tuple(said), self.withheld(community.id, names))

    def withheld(self, community_id: str, names: set[str]) -> frozenset[str]:
        """Return those nicknames that the community's own classifier and rules flag."""
        ordered = sorted(names)
        judged = self._assess([Message(f"name:{i}", name, community_id) for i, name in enumerate(ordered)])
        return frozenset(name for name, found in zip(ordered, judged, strict=True) if _ABOUT_NAMES & set(found.labels))

    def calendar(self, ground: Ground) -> tuple[list[Fact], list[Fact]]:
        """Return what the calendar says of the day and the days after it, and of that the community's own events."""
        occasion = ground.occasion
        with self._store.begin() as unit:
            kept = unit.content.plans.events(ground.community.id)
        events = [to_event(event) for event in kept]
        facts = day_facts(occasion.on, ground.community.time_zone, events, occasion.language)
        return list(facts), [fact for fact in facts if fact.origin is Origin.EVENT]

    def news(self, ground: Ground, now: datetime) -> list[Fact]:
        """Return what the community's feeds have to tell that no draft has told yet; visits those that are due."""
        refresh(self._store, self._tools, now, ground.community.id)
        with self._store.begin() as unit:
            feeds = unit.content.feeds.all(ground.community.id)
            told = _told_news(unit, ground.community.id, now)
        ranked = rank(
            [entry for feed in feeds for entry in feed.entries],
            ground.community.theme,
            now,
            name=ground.community.name,
            encoder=self._tools.encoder,
            relevance=self._tools.relevance,
            published=told,
            most=_MOST_NEWS,
        )
        return [entry.fact for entry in ranked]

    def setting(self, ground: Ground) -> Setting:
        """Return whom topics are for."""
        occasion = ground.occasion
        bans = tuple(clause.text for clause in ground.clauses if clause.kind is ClauseKind.FORBID)
        community = ground.community
        return Setting(community.id, community.name, community.theme, occasion.language, occasion.voice.tone, bans)

    def past_topics(self, ground: Ground, now: datetime) -> list[PastTopic]:
        """Return the topics that were published, with how they did."""
        with self._store.begin() as unit:
            return past_topics(unit, ground.community, now)

    def questions(self, day: Day, zone: ZoneInfo) -> list[Fact]:
        """Return the questions that members asked and nobody answered."""
        by_id = {each.message.id: each.message for each in day.said if not each.flagged}
        return [message_fact(by_id[name], zone) for name in day.digest.open_questions if name in by_id]

    def live_topic(self, day: Day, zone: ZoneInfo) -> Fact | None:
        """Return what is being talked about most, as a short name; None where nothing is."""
        told = [thread for thread in day.digest.threads if not thread.chat and thread.topic]
        if day.digest.thin or not told:
            return None
        return replace(thread_fact(day.digest, told[0].id, zone), text=told[0].topic)


def without(told: Digest, messages: set[str]) -> Digest:
    """Return a digest that has nothing to say of some messages; what was counted stays counted."""
    threads = (
        replace(
            thread,
            messages=tuple(m for m in thread.messages if m.id not in messages),
            key=tuple(name for name in thread.key if name not in messages),
        )
        for thread in told.threads
    )
    return replace(
        told,
        threads=tuple(thread for thread in threads if thread.messages and (thread.chat or thread.key)),
        open_questions=tuple(name for name in told.open_questions if name not in messages),
        decisions=tuple(name for name in told.decisions if name not in messages),
        thanks=tuple(thanks for thanks in told.thanks if thanks.message not in messages),
    )


def names_of_day(facts: Sequence[Fact], on: date) -> list[Fact]:
    """Return what a day is called besides its date, short enough for a title: 春节, 小满, National Day."""
    named = [fact for fact in facts if fact.id.startswith(f"calendar:{on.isoformat()}:")]
    return [
        replace(fact, text=_AFTER_NAME.split(fact.text.removeprefix("今天").removeprefix("Solar term: "))[0])
        for fact in named
        if not fact.id.endswith(":weekday")
    ]


def voice_of(settings: ContentSettings, brief: Brief | None = None) -> Voice:
    """Return how a community sounds: as its operators set it, else as their own examples show, then as asked for."""
    voice = settings.voice or learn(settings.examples, Voice())
    if settings.voice is not None and settings.examples:
        learnt = learn(settings.examples, settings.voice)
        voice = replace(settings.voice, closings=learnt.closings)
    if brief is None:
        return voice
    return replace(voice, tone=brief.tone or voice.tone, length=brief.length or voice.length)


def to_event(event: KeptEvent) -> Event:
    """Return an event as the calendar reads it; raises InvalidInput where it cannot."""
    return Event(event.name, read_when(event.when), event.time, event.place, event.url, event.notice_days)


def past_topics(unit: UnitOfWork, community: Community, now: datetime) -> list[PastTopic]:
    """Return the topics that were published in the last year, with how they did."""
    which = DraftFilter(
        frozenset({DraftState.PUBLISHED}), frozenset({Kind.TOPICS}), now - timedelta(days=_PAST_DAYS), limit=500
    )
    kept = unit.content.drafts.listed(community.id, which)
    did = unit.content.drafts.performances([each.id for each in kept])
    zone = ZoneInfo(community.time_zone)
    return [_past(each, did.get(each.id), zone) for each in kept if each.published_at is not None]


def _past(kept: KeptDraft, did: object, zone: ZoneInfo) -> PastTopic:
    marks = kept.details.get("topic", {})
    asked = (kept.published_at or kept.created_at).astimezone(zone).date()
    return PastTopic(
        str(kept.id),
        marks.get("question", kept.draft.text),
        asked,
        marks.get("pattern", ""),
        marks.get("source", ""),
        marks.get("shape", ""),
        getattr(did, "replies", 0),
        getattr(did, "participants", None),
    )


def _bounds(occasion: Occasion, now: datetime) -> tuple[datetime, datetime]:
    """From midnight to midnight before the day, on the community's clock; not beyond now."""
    zone = ZoneInfo(occasion.community.time_zone)
    since, until = midnight(occasion.on - timedelta(days=1), zone), midnight(occasion.on, zone)
    if since >= now:
        raise InvalidInput("nothing can have been said yet on the day before", param="on")
    return since, min(until, now)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _channel(settings: ContentSettings) -> str:
    return settings.destinations[0].channel if settings.destinations else "plain"


def _recent(unit: UnitOfWork, brief: Brief) -> tuple[str, ...]:
    """Texts of this kind that were published, or are about to be, newest first."""
    states = frozenset(DraftState) - {DraftState.CANCELLED, DraftState.MISSED}
    which = DraftFilter(states, frozenset({brief.kind}), limit=_RECENT)
    return tuple(kept.draft.text for kept in unit.content.drafts.listed(brief.community, which))


def _told_news(unit: UnitOfWork, community_id: str, now: datetime) -> list[Fact]:
    states = frozenset({DraftState.PUBLISHED, DraftState.UNKNOWN, DraftState.PUBLISHING})
    which = DraftFilter(states, since=now - timedelta(days=_TOLD_DAYS), limit=100)
    kept = unit.content.drafts.listed(community_id, which)
    return [fact for each in kept for fact in each.draft.facts if fact.origin is Origin.FEED]
