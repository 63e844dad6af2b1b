"""How a community speaks: voice, destinations, what may happen by itself, feeds and events."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from copilot.drafting.feeds import FeedState
from copilot.drafting.fitting import channel_named
from copilot.drafting.types import Kind
from copilot.errors import InvalidInput, NotFound
from copilot.ports import Deed, Destination, Store
from copilot.ports.content import ContentSettings, KeptEvent, KeptFeed
from copilot.service.content.collecting import to_event
from copilot.service.content.reading import refresh, visited
from copilot.service.content.tools import Tools

MOST_FEEDS, MOST_EVENTS, MOST_DESTINATIONS, MOST_EXAMPLES, MOST_HELPERS = 30, 100, 10, 10, 10
LONGEST_EXAMPLE, LONGEST_LINE = 5_000, 100
BY_ITSELF = frozenset({Kind.WELCOME, Kind.BRIEFING, Kind.TOPICS})
"""Kinds that may be published without anybody's approval; what is said about members never is."""


class Setup:
    """Settings, feeds and events of communities."""

    def __init__(self, store: Store, tools: Tools) -> None:
        self._store = store
        self._tools = tools

    @property
    def reads_feeds(self) -> bool:
        """Whether this installation visits feeds."""
        return self._tools.fetch is not None

    @property
    def kinds_of_destinations(self) -> tuple[str, ...]:
        """How drafts can leave."""
        return tuple(self._tools.senders)

    def settings(self, community_id: str) -> ContentSettings:
        """Return them; raises NotFound without the community."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.content.plans.settings(community_id)

    def put(self, community_id: str, settings: ContentSettings, actor: str) -> ContentSettings:
        """Replace the settings of their version; raises NotFound, Conflict and InvalidInput."""
        _check(settings)
        for destination in settings.destinations:
            self._check_destination(destination)
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            before = unit.content.plans.settings(community_id)
            kept = unit.content.plans.put_settings(community_id, settings)
            told = _changes(before, kept)
            deed = Deed(actor, "content.change", community_id, "content", "", told[0], told[1])
            unit.audit.add(deed, datetime.now(UTC))
            return kept

    def add_destination(self, community_id: str, destination: Destination, actor: str) -> Destination:
        """Add a destination; one without a secret gets one. Raises InvalidInput."""
        if not destination.secret:
            key = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
            destination = replace(destination, secret=key)
        settings = self.settings(community_id)
        if destination.name in {each.name for each in settings.destinations}:
            raise InvalidInput("there is a destination of this name already", param="name")
        self.put(community_id, replace(settings, destinations=(*settings.destinations, destination)), actor)
        return destination

    def remove_destination(self, community_id: str, name: str, actor: str) -> None:
        """Forget a destination; drafts that were to go there have to be given another one."""
        settings = self.settings(community_id)
        left = tuple(each for each in settings.destinations if each.name != name)
        self.put(community_id, replace(settings, destinations=left), actor)

    def _check_destination(self, destination: Destination) -> None:
        channel_named(destination.channel)
        sender = self._tools.senders.get(destination.kind)
        if sender is None:
            raise InvalidInput(f"drafts leave by {', '.join(self._tools.senders) or 'nothing'}", param="kind")
        sender.check(destination)

    def feeds(self, community_id: str) -> list[KeptFeed]:
        """Return a community's feeds."""
        with self._store.begin() as unit:
            return unit.content.feeds.all(community_id)

    def try_feed(self, community_id: str, url: str, now: datetime | None = None) -> KeptFeed:
        """Visit a feed and return what is in it; keeps nothing. Raises InvalidInput (`url`) where it is none."""
        if self._tools.fetch is None:
            raise InvalidInput("this installation reads no feeds", param="url")
        now = now or datetime.now(UTC)
        state = FeedState(url.strip())
        visit = self._tools.fetch([state], now)[0]
        found = visited(KeptFeed(community_id, state), visit.state, visit.body, visit.content_type, now)
        if found.state.error:
            raise InvalidInput(found.state.error, param="url")
        return found

    def add_feed(self, community_id: str, url: str, actor: str) -> KeptFeed:
        """Visit a feed and keep it; raises InvalidInput where it is none, Conflict where it is there already."""
        found = self.try_feed(community_id, url)
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            if len(unit.content.feeds.all(community_id)) >= MOST_FEEDS:
                raise InvalidInput(f"a community has at most {MOST_FEEDS} feeds", param="url")
            kept = unit.content.feeds.add(found)
            deed = Deed(actor, "feed.add", community_id, f"feed:{kept.id}", after={"url": kept.state.url})
            unit.audit.add(deed, datetime.now(UTC))
            return kept

    def refresh(self, community_id: str) -> list[KeptFeed]:
        """Visit the feeds that are due now."""
        return refresh(self._store, self._tools, datetime.now(UTC), community_id)

    def remove_feed(self, community_id: str, feed_id: int, actor: str) -> None:
        """Forget a feed; raises NotFound."""
        with self._store.begin() as unit:
            kept = unit.content.feeds.get(feed_id)
            if kept.community != community_id:
                raise NotFound("there is no such feed", param="feed")
            unit.content.feeds.remove(feed_id)
            deed = Deed(actor, "feed.remove", community_id, f"feed:{feed_id}", before={"url": kept.state.url})
            unit.audit.add(deed, datetime.now(UTC))

    def events(self, community_id: str) -> list[KeptEvent]:
        """Return a community's events by name."""
        with self._store.begin() as unit:
            return unit.content.plans.events(community_id)

    def put_event(self, event: KeptEvent, actor: str) -> KeptEvent:
        """Keep an event, new or changed; raises InvalidInput where it cannot be read."""
        if len(event.name) > LONGEST_LINE or len(event.place) > LONGEST_LINE:
            raise InvalidInput(f"name and place have at most {LONGEST_LINE} characters", param="name")
        if event.url and urlsplit(event.url).scheme not in ("http", "https"):
            raise InvalidInput("the link is no web address", param="url")
        to_event(event)
        with self._store.begin() as unit:
            unit.communities.revision(event.community)
            if len(unit.content.plans.events(event.community)) >= MOST_EVENTS:
                raise InvalidInput(f"a community has at most {MOST_EVENTS} events", param="name")
            kept = unit.content.plans.put_event(event)
            after = {"name": kept.name, "when": kept.when}
            deed = Deed(actor, "event.put", event.community, f"event:{kept.id}", after=after)
            unit.audit.add(deed, datetime.now(UTC))
            return kept

    def remove_event(self, community_id: str, event_id: int, actor: str) -> None:
        """Forget an event; raises NotFound."""
        with self._store.begin() as unit:
            gone = unit.content.plans.remove_event(community_id, event_id)
            before = {"name": gone.name, "when": gone.when}
            deed = Deed(actor, "event.remove", community_id, f"event:{event_id}", before=before)
            unit.audit.add(deed, datetime.now(UTC))


def _check(settings: ContentSettings) -> None:
    if settings.language not in ("zh", "en"):
        raise InvalidInput("the language is zh or en", param="language")
    if not settings.automatic <= BY_ITSELF:
        raise InvalidInput("what is said about members is always approved by a person", param="automatic")
    if not (1 <= settings.welcome_minutes <= 24 * 60 and 1 <= settings.welcome_most <= 50):
        raise InvalidInput("a window has 1 to 1440 minutes and 1 to 50 names", param="welcome_minutes")
    if (settings.quiet_from is None) != (settings.quiet_until is None):
        raise InvalidInput("quiet hours have a beginning and an end", param="quiet_from")
    _check_lengths(settings)


def _check_lengths(settings: ContentSettings) -> None:
    lengths = (
        (settings.examples, MOST_EXAMPLES, LONGEST_EXAMPLE, "examples"),
        (settings.helpers, MOST_HELPERS, LONGEST_LINE, "helpers"),
        ((settings.signature,), 1, LONGEST_LINE, "signature"),
    )
    for texts, most, longest, name in lengths:
        if len(texts) > most or any(len(text) > longest for text in texts):
            raise InvalidInput(f"at most {most} with {longest} characters each", param=name)
    if len(settings.destinations) > MOST_DESTINATIONS:
        raise InvalidInput(f"a community has at most {MOST_DESTINATIONS} destinations", param="destinations")
    for destination in settings.destinations:
        if not destination.name.strip() or len(destination.name) > 50:
            raise InvalidInput("a destination's name has 1 to 50 characters", param="name")


def _changes(before: ContentSettings, after: ContentSettings) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Which settings changed, without secrets and addresses."""
    old, new = _told(before), _told(after)
    names = [name for name in old if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def _told(settings: ContentSettings) -> dict[str, Any]:
    voice = settings.voice
    return {
        "voice": None if voice is None else [voice.tone.value, voice.emoji.value, voice.numbering.value, voice.name],
        "language": settings.language,
        "examples": len(settings.examples),
        "signature": settings.signature,
        "helpers": list(settings.helpers),
        "ceremony": settings.ceremony,
        "quiet": [str(settings.quiet_from), str(settings.quiet_until)],
        "automatic": sorted(settings.automatic),
        "destinations": [[each.name, each.kind, each.channel] for each in settings.destinations],
        "welcome": [settings.welcome_minutes, settings.welcome_most],
    }
