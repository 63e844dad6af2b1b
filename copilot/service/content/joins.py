"""Who joins is welcomed in batches: a window opens with the first, and closes by time or by number."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from copilot.drafting.nicknames import shown
from copilot.drafting.state import Brief, KeptDraft
from copilot.drafting.types import Kind
from copilot.errors import Conflict, CopilotError, InvalidInput
from copilot.ports import Store
from copilot.ports.content import ContentSettings
from copilot.ports.joins import Join
from copilot.service.content.calendar import automatically
from copilot.service.content.drafts import DraftDesk
from copilot.service.content.publishing import MACHINE
from copilot.service.content.writing import Writer
from copilot.types import LABELS, Assessment, Case, Decision, Label, Message

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
LONGEST_NAME = 500
_ABOUT_NAMES = frozenset(LABELS) - {Label.OFF_TOPIC, Label.FLOOD, Label.RUMOR}
DOUBTFUL = 0.2
"""Probability of harm from which a nickname is left out of a welcome: being "a newcomer" hurts nobody, and a name is
too short for more. On data/corpus/profiles/nicknames.jsonl it withholds 92 % of the harmful ones (82 % are flagged)."""
_EXPIRES = timedelta(hours=24)
"""A welcome that nobody approved within a day comes too late."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who joined, as the bot reports it."""

    member: str
    nickname: str
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a report: who was kept, when the window closes, and the drafts of batches that closed."""

    joins: tuple[Join, ...]
    closes_at: datetime | None
    drafts: tuple[KeptDraft, ...]


class Welcomes:
    """Batches of newcomers."""

    def __init__(
        self,
        store: Store,
        desk: DraftDesk,
        writer: Writer,
        assess: Callable[[Sequence[Message]], list[Assessment]],
        ingest: Callable[[Sequence[Message]], list[Case]],
    ) -> None:
        self._store = store
        self._desk = desk
        self._writer = writer
        self._assess = assess
        self._ingest = ingest

    def join(self, community_id: str, newcomers: Sequence[Newcomer], now: datetime | None = None) -> Batch:
        """Keep who joined; nicknames that are flagged are withheld and go to the moderation queue.

        Raises NotFound without the community, InvalidInput for too many at once.
        """
        now = now or datetime.now(UTC)
        if not 1 <= len(newcomers) <= MOST_AT_ONCE:
            raise InvalidInput(f"between 1 and {MOST_AT_ONCE} joins at a time", param="joins")
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            named = {name for each in newcomers for name in (each.member, each.nickname) if name}
            known = unit.content.joins.known(community_id, named, now - timedelta(minutes=1))
        flagged = self._unfit(community_id, newcomers)
        joins = [_join(community_id, each, known, flagged, now) for each in newcomers]
        with self._store.begin() as unit:
            kept = unit.content.joins.add(joins)
        drafts = self.close(now, community_id)
        with self._store.begin() as unit:
            waiting = unit.content.joins.waiting(community_id)
            settings = unit.content.plans.settings(community_id)
        closes = waiting[0].received_at + timedelta(minutes=settings.welcome_minutes) if waiting else None
        return Batch(tuple(kept), closes, tuple(drafts))

    def _unfit(self, community_id: str, newcomers: Sequence[Newcomer]) -> frozenset[str]:
        """Return the nicknames that are not to be shown, and have people look at those that are flagged."""
        messages = [_name_message(community_id, each) for each in newcomers]
        judged = list(zip(messages, self._assess(messages), strict=True))
        flagged = [m for m, a in judged if a.decision is not Decision.ALLOW and _ABOUT_NAMES & set(a.labels)]
        if flagged:
            self._ingest(flagged)
        doubtful = [m for m, a in judged if max(a.scores.get(label, 0.0) for label in _ABOUT_NAMES) >= DOUBTFUL]
        return frozenset(message.text for message in (*flagged, *doubtful))

    def waiting(self, community_id: str) -> list[Join]:
        """Return who waits to be welcomed, oldest first."""
        with self._store.begin() as unit:
            return unit.content.joins.waiting(community_id)

    def close(
        self, now: datetime | None = None, community_id: str | None = None, *, at_once: bool = False
    ) -> list[KeptDraft]:
        """Welcome the batches whose window is over, or that are full; with `at_once` whoever waits."""
        now = now or datetime.now(UTC)
        with self._store.begin() as unit:
            waiting = unit.content.joins.waiting(community_id)
            named = {join.community for join in waiting}
            settings = {name: unit.content.plans.settings(name) for name in named}
        found: list[KeptDraft] = []
        for name, group in groupby(sorted(waiting, key=lambda join: (join.community, join.id)), lambda j: j.community):
            for batch in _batches(list(group), settings[name], now, at_once):
                try:
                    found.append(self._welcome(name, batch, settings[name], now))
                except Conflict:  # another process was faster
                    continue
                except CopilotError as error:
                    log.warning("nobody was welcomed in %s: %s", name, error.message)
        return found

    def _welcome(self, community_id: str, batch: Sequence[Join], settings: ContentSettings, now: datetime) -> KeptDraft:
        brief = Brief(Kind.WELCOME, community_id, joins=tuple(join.id for join in batch))
        written = self._writer.write(brief, now)
        with self._store.begin() as unit:
            kept = self._desk.keep(unit, brief, written, MACHINE, now, expires_at=now + _EXPIRES)
            unit.content.joins.greet(brief.joins, kept.id)
            return automatically(unit, kept, settings, now)


def _batches(waiting: Sequence[Join], settings: ContentSettings, now: datetime, at_once: bool) -> list[Sequence[Join]]:
    """Return the batches that are to be welcomed now."""
    most = settings.welcome_most
    whole = [waiting[start : start + most] for start in range(0, len(waiting), most)]
    window = timedelta(minutes=settings.welcome_minutes)
    return [batch for batch in whole if at_once or len(batch) == most or now >= batch[0].received_at + window]


def _join(community_id: str, each: Newcomer, known: set[str], flagged: frozenset[str], now: datetime) -> Join:
    if not each.nickname.strip() and not each.member:
        raise InvalidInput("a member or a nickname is needed", param="joins")
    if len(each.nickname) > LONGEST_NAME or len(each.member) > LONGEST_NAME:
        raise InvalidInput(f"names have at most {LONGEST_NAME} characters", param="joins")
    withheld = each.nickname in flagged or not shown(each.nickname)
    returning = bool({each.member, each.nickname} & known)
    member = each.member or each.nickname
    return Join(community_id, member, each.nickname, each.joined_at or now, now, returning, withheld)


def _name_message(community_id: str, each: Newcomer) -> Message:
    """A nickname as a message, so that people decide about it as about any other."""
    mark = blake2b(f"{each.member}\n{each.nickname}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Message(f"nickname:{mark}", each.nickname, community_id, each.nickname)
