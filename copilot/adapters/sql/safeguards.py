"""What protects a community from its machine, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import communities, safeguards
from copilot.policy.breaker import Breaker
from copilot.policy.drift import Watch
from copilot.policy.risk import Choice, Tally
from copilot.ports import Chosen, Protection


class SqlSafeguards:
    """The protections within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, community_id: str) -> Protection:
        """Return it, a new one where there is none."""
        query = sa.select(safeguards).where(safeguards.c.community_id == community_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return Protection(Breaker(), Watch())
        chosen = None if row["chosen"] is None else _to_chosen(row["chosen"])
        return Protection(Breaker.from_mapping(row["breaker"]), Watch.from_mapping(row["watch"]), chosen)

    def turn(self, community_id: str) -> Protection:
        """Return it and keep everybody else from changing it until the unit ends."""
        take_write_lock(self._connection)
        self._connection.execute(sa.select(communities.c.id).where(communities.c.id == community_id).with_for_update())
        return self.get(community_id)

    def put(self, community_id: str, protection: Protection) -> None:
        """Keep it."""
        take_write_lock(self._connection)
        row = {
            "breaker": protection.breaker.to_mapping(),
            "watch": protection.watch.to_mapping(),
            "chosen": None if protection.chosen is None else _chosen_json(protection.chosen),
            "updated_at": datetime.now(UTC),
        }
        change = sa.update(safeguards).where(safeguards.c.community_id == community_id).values(row)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(safeguards).values(community_id=community_id, **row))


def _chosen_json(chosen: Chosen) -> dict[str, Any]:
    choice = chosen.choice
    return {
        "shift": choice.shift,
        "cases": choice.tally.cases,
        "wrong": choice.tally.wrong,
        "missing": choice.missing,
        "policy": chosen.policy,
        "model": chosen.model,
        "at": chosen.at.isoformat(),
    }


def _to_chosen(value: Mapping[str, Any]) -> Chosen:
    choice = Choice(value["shift"], Tally(value["cases"], value["wrong"]), value["missing"])
    return Chosen(choice, value["policy"], value["model"], datetime.fromisoformat(value["at"]))
