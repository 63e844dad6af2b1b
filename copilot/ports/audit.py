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
