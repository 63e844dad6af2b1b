"""The audit log: who did what to what, when and why, in a chain that shows any later change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody, or the machine, did.

    `actor` is an account's name, `key:<name>` for an API key, `machine` for what happened by itself, or
    `system:<user>` for the command line. `action` reads `<noun>.<verb>`, `subject` `<noun>:<id>`. No field quotes
    what a member wrote; `reason`, `before` and `after` can be erased without breaking the chain.
    """

    actor: str
    action: str
    community: str
    subject: str
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed as kept. `erased` says that its details were taken out later."""

    number: int
    at: datetime
    deed: Deed
    erased: bool
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry: kept elsewhere, it shows later whether entries were cut off or the chain was made anew."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the chain found.

    `entries` were found, `erased` of them without their details (counted by a whole check only). `broken_at` is the
    first that does not fit, or that was seen by an earlier check and is gone. `whole_at` is when the chain was last
    checked from its first entry on.
    """

    entries: int
    broken_at: int | None
    whole_at: datetime | None
    erased: int | None = None


SYSTEM = "system"
"""Who acts where no person and no key is behind it."""


class AuditLog(Protocol):
    """What was done, appended to only."""

    def add(self, deed: Deed, at: datetime) -> int:
        """Keep it and return its number."""
        ...

    def search(
        self,
        community_id: str,
        *,
        words: str = "",
        actor: str = "",
        action: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """The newest entries first; `before` pages on, `action` may be the start of one (`rules.`)."""
        ...

    def about(self, community_id: str, subject: str, limit: int = 200) -> list[Entry]:
        """What was done about one thing, newest first."""
        ...

    def erase(self, numbers: list[int]) -> None:
        """Take the details out of entries; that they happened stays."""
        ...

    def broken_at(self) -> int | None:
        """The number of the first entry that does not fit the chain, None where it holds."""
        ...

    def check(self, at: datetime, *, whole: bool) -> Chain:
        """Check the chain: from where the last check ended, or `whole` from the first entry on; remembers how far."""
        ...

    def head(self) -> Head | None:
        """The newest entry, None where there is none."""
        ...

    def hash_of(self, number: int) -> str | None:
        """The hash of an entry, None where there is no such entry."""
        ...

    def actors(self, community_id: str) -> list[str]:
        """Everybody who did something, by name."""
        ...

    def actions(self, community_id: str) -> list[str]:
        """Every kind of thing that was done, by name."""
        ...
