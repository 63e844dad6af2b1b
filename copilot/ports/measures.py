"""What bots are ordered to do, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from copilot.policy.measures import Order, OrderKind, OrderState


class Orders(Protocol):
    """Orders to bots; one is changed, never deleted."""

    def add(self, order: Order) -> int:
        """Keep a new one and return its id."""
        ...

    def get(self, order_id: int) -> Order:
        """Return it; raises NotFound."""
        ...

    def of(self, case_ids: Collection[int]) -> list[Order]:
        """All orders about these cases, oldest first."""
        ...

    def change(self, order: Order) -> None:
        """Overwrite what may change: state, attempts, holder, detail and who settled it."""
        ...

    def offered(self, community_id: str | None, now: datetime, limit: int) -> list[Order]:
        """Pending orders that may be carried out now, oldest first, kept from others until the unit ends.

        Not among them: those before their time, those that take back what is still with a bot, and those whose
        like about the same case is still with a bot.
        """
        ...

    def expired(self, now: datetime) -> list[Order]:
        """Orders whose bot has not answered in time, kept from others until the unit ends."""
        ...

    def listed(self, community_id: str, states: Collection[OrderState], after: int, limit: int) -> list[Order]:
        """Orders of a community in these states (in any, where none is named) with a larger id, oldest first."""
        ...

    def asking(self, community_id: str, since: datetime) -> list[Order]:
        """Orders since then that failed or whose outcome is unknown, newest first: a person has to look."""
        ...

    def told_since(self, community_id: str, author: str, kinds: Sequence[OrderKind], since: datetime) -> Order | None:
        """The last order of these kinds to a member since then that was not cancelled and did not fail, if any."""
        ...

    def of_author(self, community_id: str, author: str, limit: int) -> list[Order]:
        """The last orders about a member, newest first."""
        ...
