"""The audit log as people read and check it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from copilot.errors import InvalidInput
from copilot.ports import Chain, Entry, Head, Store

_PAGE = 1000
"""Entries that an export reads at once."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries of a community ("" for what belongs to none) are wanted.

    `action` may be the start of one (`rules.`); `since` counts, `until` does not.
    """

    community: str
    words: str = ""
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class Audit:
    """Reads and checks what was done; nobody writes here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(self, wanted: Search, limit: int) -> list[Entry]:
        """At most `limit` entries, newest first; `before` the last one reads on."""
        with self._store.begin() as unit:
            return unit.audit.search(
                wanted.community,
                words=wanted.words,
                actor=wanted.actor,
                action=wanted.action,
                since=wanted.since,
                until=wanted.until,
                before=wanted.before,
                limit=limit,
            )

    def every(self, wanted: Search) -> Iterator[Entry]:
        """All entries, newest first, read a page at a time."""
        while page := self.page(wanted, _PAGE):
            yield from page
            wanted = replace(wanted, before=page[-1].number)

    def actors(self, community_id: str) -> list[str]:
        """Everybody who did something here."""
        with self._store.begin() as unit:
            return unit.audit.actors(community_id)

    def actions(self, community_id: str) -> list[str]:
        """Every kind of thing that was done here."""
        with self._store.begin() as unit:
            return unit.audit.actions(community_id)

    def check(self, now: datetime, *, whole: bool = False) -> Chain:
        """Check the chain of all communities' entries, from where the last check ended or `whole`."""
        with self._store.begin() as unit:
            return unit.audit.check(now, whole=whole)

    def head(self) -> Head | None:
        """The newest entry, to be kept where nobody with access to the database can change it."""
        with self._store.begin() as unit:
            return unit.audit.head()

    def holds(self, head: Head) -> bool:
        """Whether the entry that was once the newest is still there as it was."""
        with self._store.begin() as unit:
            return unit.audit.hash_of(head.number) == head.hash


def read_head(text: str) -> Head:
    """Read what `str(head)` wrote; raises InvalidInput."""
    number, colon, digest = text.strip().partition(":")
    if not (colon and number.isdecimal() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        raise InvalidInput("a head is a number, a colon and 64 hexadecimal digits", param="head")
    return Head(int(number), digest)
