"""What the life of drafts is kept in: drafts, joins, feeds, events, the content calendar, and a community's voice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Protocol

from copilot.ports.channels import Destination
from copilot.ports.joins import Joins
from copilot.types import Message

if TYPE_CHECKING:
    from copilot.drafting.feeds import FeedState
    from copilot.drafting.state import Delivery, DraftState, KeptDraft, Performance, Revision
    from copilot.drafting.types import Fact, Kind
    from copilot.drafting.voice import Voice


@dataclass(frozen=True, slots=True)
class ContentSettings:
    """How a community speaks and what may happen by itself.

    `voice` is None for the usual one. `examples` are texts of the community's own whose traits are learnt,
    `signature` is the last line of every draft. In quiet hours, from `quiet_from` to `quiet_until` on the community's
    clock, nothing is published by itself. `automatic` are the kinds that need nobody's approval where the gate holds
    nothing against them.
    """

    voice: Voice | None = None
    language: str = "zh"
    examples: tuple[str, ...] = ()
    signature: str = ""
    helpers: tuple[str, ...] = ()
    ceremony: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None
    automatic: frozenset[Kind] = frozenset()
    destinations: tuple[Destination, ...] = ()
    welcome_minutes: int = 10
    welcome_most: int = 20
    version: int = 0


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """A feed of a community with what was read at the last visit that brought something."""

    community: str
    state: FeedState
    title: str = ""
    entries: tuple[Fact, ...] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as the operator wrote it down; `when` is read by `read_when`."""

    community: str
    name: str
    when: str
    time: time | None = None
    place: str = ""
    url: str = ""
    notice_days: int = 3
    id: int = 0


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something that is written again and again. `weekdays` are ISO, `at` is local time.

    It is written `lead_minutes` before its slot, so that there is time to approve it, and an approval counts until
    `late_minutes` after it. A run that was missed because nothing was running is made up for with `catch_up`, once
    and only while it is not too late; without it is skipped.
    """

    community: str
    kind: Kind
    weekdays: tuple[int, ...]
    at: time
    lead_minutes: int = 60
    late_minutes: int = 60
    catch_up: bool = True
    paused: bool = False
    destination: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one slot of an entry: a draft, or why there is none."""

    entry: int
    slot: datetime
    outcome: str
    at: datetime
    draft: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as kept, and whether it was flagged and nobody let it pass."""

    message: Message
    flagged: bool


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """Which drafts to list; everything given has to hold. `since` and `until` bound the slot or the creation."""

    states: frozenset[DraftState] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


class Drafts(Protocol):
    """Drafts with their versions, attempts to publish them, and how they did."""

    def add(self, kept: KeptDraft) -> KeptDraft:
        """Keep a new one and return it with its id."""
        ...

    def get(self, draft_id: int) -> KeptDraft:
        """Return it; raises NotFound."""
        ...

    def change(self, kept: KeptDraft, actor: str) -> KeptDraft:
        """Overwrite the one with this id and version and return it with the next; raises Conflict where it changed.

        A new text becomes a revision of its own.
        """
        ...

    def listed(self, community_id: str, which: DraftFilter) -> list[KeptDraft]:
        """Newest first."""
        ...

    def due(self, now: datetime, limit: int = 50) -> list[KeptDraft]:
        """Scheduled ones whose slot has come, and unapproved ones whose time is over; of all communities."""
        ...

    def revisions(self, draft_id: int) -> list[Revision]:
        """All texts it had, oldest first."""
        ...

    def attempt(self, delivery: Delivery) -> Delivery:
        """Keep an attempt before anything is sent and return it with its id."""
        ...

    def settle(self, delivery: Delivery, before: Collection[DraftState]) -> None:
        """Overwrite an attempt that is in one of these states; raises Conflict where it is not."""
        ...

    def attempts(self, draft_id: int) -> list[Delivery]:
        """All attempts, oldest first."""
        ...

    def abandoned(self, now: datetime, limit: int = 50) -> list[Delivery]:
        """Attempts that nobody is at any more and that have no result."""
        ...

    def perform(self, performance: Performance) -> None:
        """Keep how a draft did, instead of what was known before."""
        ...

    def performances(self, draft_ids: Collection[int]) -> Mapping[int, Performance]:
        """How these drafts did, where that is known."""
        ...


class Feeds(Protocol):
    """Feeds of communities."""

    def all(self, community_id: str | None = None) -> list[KeptFeed]:
        """Those of one community, or of all."""
        ...

    def get(self, feed_id: int) -> KeptFeed:
        """Return it; raises NotFound."""
        ...

    def add(self, feed: KeptFeed) -> KeptFeed:
        """Keep a new one; raises Conflict where the community has it already."""
        ...

    def put(self, feed: KeptFeed) -> None:
        """Overwrite what is remembered about it; nothing happens where it is gone meanwhile."""
        ...

    def remove(self, feed_id: int) -> None:
        """Forget it; raises NotFound."""
        ...


class Plans(Protocol):
    """Events, entries of the content calendar with their runs, and settings."""

    def events(self, community_id: str) -> list[KeptEvent]:
        """A community's events, by name."""
        ...

    def put_event(self, event: KeptEvent) -> KeptEvent:
        """Keep a new one, or overwrite the one with its id; raises NotFound."""
        ...

    def remove_event(self, community_id: str, event_id: int) -> KeptEvent:
        """Forget it and return it; raises NotFound."""
        ...

    def entries(self, community_id: str | None = None) -> list[CalendarEntry]:
        """Entries of one community, or of all, by id."""
        ...

    def entry(self, entry_id: int) -> CalendarEntry:
        """Return it; raises NotFound."""
        ...

    def put_entry(self, entry: CalendarEntry) -> CalendarEntry:
        """Keep a new one, or overwrite the one with its id; raises NotFound."""
        ...

    def remove_entry(self, entry_id: int) -> None:
        """Forget it; its runs and drafts stay. Raises NotFound."""
        ...

    def ran(self, run: Run) -> None:
        """Keep what came of a slot; raises Conflict where that is known already."""
        ...

    def run_of(self, entry_id: int, slot: datetime) -> Run | None:
        """What came of a slot, None where nothing has yet."""
        ...

    def runs(self, entry_ids: Collection[int], since: datetime) -> list[Run]:
        """What came of the slots since then, newest first."""
        ...

    def settings(self, community_id: str) -> ContentSettings:
        """A community's settings, the usual ones where there are none."""
        ...

    def put_settings(self, community_id: str, settings: ContentSettings) -> ContentSettings:
        """Overwrite the ones of this version and return them with the next; raises Conflict where they changed."""
        ...


class Conversation(Protocol):
    """What members wrote, as drafts are made of it."""

    def between(self, community_id: str, since: datetime, until: datetime, limit: int) -> list[Said]:
        """The last `limit` messages sent in [since, until), oldest first; of an edited message the last text."""
        ...

    def authors_before(self, community_id: str, before: datetime) -> set[str]:
        """Who had written something before."""
        ...


@dataclass(frozen=True, slots=True)
class ContentStore:
    """Everything about drafts within one unit of work."""

    drafts: Drafts
    joins: Joins
    feeds: Feeds
    plans: Plans
    conversation: Conversation
