"""The use cases: classify, keep, and look after communities. The one place that persists."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from copilot.errors import Conflict
from copilot.moderator import Moderator
from copilot.ports import Store, UnitOfWork
from copilot.signals.flood import FloodWindow
from copilot.types import Assessment, Case, Community, Message

_ATTEMPTS = 3


class Service:
    """Everything the outside may ask for. Safe to call from several threads."""

    def __init__(self, store: Store, moderator: Moderator) -> None:
        self._store = store
        self._moderator = moderator
        self._window = FloodWindow()
        self._warm: set[str] = set()
        self._lock = threading.Lock()

    @property
    def moderator(self) -> Moderator:
        """The moderator that assesses."""
        return self._moderator

    def assess(self, messages: Sequence[Message], *, explain: bool = False) -> list[Assessment]:
        """Judge messages and keep nothing; they don't count as having been said."""
        if not any(message.community for message in messages):
            return self._moderator.assess(messages, explain=explain)  # needs no database, and survives its loss
        with self._store.begin() as unit:
            known = self._communities(unit, messages)
        return self._moderator.assess(messages, known, explain=explain)

    def ingest(self, messages: Sequence[Message], *, explain: bool = False) -> list[Case]:
        """Judge messages and keep them in one transaction; returns cases in input order.

        Idempotent on (community, message id, text): a repeated delivery returns the case that was
        kept first, marked `duplicate`. The same id with another text is an edit and judged afresh.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._ingest(messages, explain)
            except Conflict:  # another process kept one of them between our look and our commit
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _ingest(self, messages: Sequence[Message], explain: bool) -> list[Case]:
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            known = self._communities(unit, messages)
            for community_id in known:
                self._warm_up(unit, community_id, now)
            cases = unit.kept_cases(messages)
            fresh: dict[tuple[str | None, str, str], int] = {}
            for index, message in enumerate(messages):
                if cases[index] is None:
                    fresh.setdefault(_identity(message), index)
            new = [replace(messages[i], sent_at=messages[i].sent_at or now) for i in fresh.values()]
            with self._lock:
                repeats = [self._window.observe(message) for message in new]
            assessments = self._moderator.assess(new, known, repeats, explain=explain)
            kept = {
                _identity(message): Case(message, assessment, now)
                for message, assessment in zip(new, assessments, strict=True)
            }
            unit.add_cases(list(kept.values()))
        return [
            replace(case, duplicate=True)
            if case is not None
            else replace(kept[_identity(message)], duplicate=fresh[_identity(message)] != index)
            for index, (message, case) in enumerate(zip(messages, cases, strict=True))
        ]

    def _communities(self, unit: UnitOfWork, messages: Sequence[Message]) -> dict[str, Community]:
        ids = {message.community for message in messages if message.community}
        return {community_id: unit.community(community_id) for community_id in sorted(ids)}

    def _warm_up(self, unit: UnitOfWork, community_id: str, now: datetime) -> None:
        """After a start, tell the flood window what this community said shortly before."""
        with self._lock:
            if community_id in self._warm:
                return
            since = now - timedelta(seconds=self._window.seconds)
            for message in unit.recent(community_id, since, limit=1000):
                self._window.observe(message)
            self._warm.add(community_id)

    def community(self, community_id: str) -> Community:
        """Return one community; raises NotFound."""
        with self._store.begin() as unit:
            return unit.community(community_id)

    def communities(self) -> list[Community]:
        """Return all communities by id."""
        with self._store.begin() as unit:
            return unit.communities()

    def add_community(self, community: Community) -> Community:
        """Keep a new community; raises Conflict where the id is taken."""
        with self._store.begin() as unit:
            unit.add_community(community)
        return community

    def change_community(self, community_id: str, change: Callable[[Community], Community]) -> Community:
        """Replace a community by what `change` makes of it; raises NotFound.

        Two changes at once both take effect: the later one is applied to the earlier one's result.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._store.begin() as unit:
                    changed = change(unit.community(community_id))
                    unit.replace_community(changed)
                return changed
            except Conflict:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")


def _identity(message: Message) -> tuple[str | None, str, str]:
    return message.community, message.id, message.text
