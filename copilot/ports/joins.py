"""Who joined, and which welcome greets them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody who joined. `draft` is the welcome that greets them, None while the batch is open."""

    community: str
    member: str
    nickname: str
    joined_at: datetime
    received_at: datetime
    returning: bool = False
    withheld: bool = False
    draft: int | None = None
    id: int = 0


class Joins(Protocol):
    """Who joined."""

    def add(self, joins: Sequence[Join]) -> list[Join]:
        """Keep new ones and return them with their ids; who is waiting to be welcomed already is not kept again."""
        ...

    def waiting(self, community_id: str | None = None) -> list[Join]:
        """Those that no welcome greets yet, oldest first."""
        ...

    def get(self, join_ids: Sequence[int]) -> list[Join]:
        """Return them in order; raises NotFound."""
        ...

    def greet(self, join_ids: Sequence[int], draft_id: int) -> None:
        """Note which welcome greets them; raises Conflict where another one does."""
        ...

    def known(self, community_id: str, names: Collection[str], before: datetime) -> set[str]:
        """Which of these members or nicknames had joined, or written something, before."""
        ...
