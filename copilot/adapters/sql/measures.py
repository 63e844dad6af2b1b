"""Orders to bots as rows; whom and which message they are about is read from their case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import cases, measures
from copilot.errors import NotFound
from copilot.policy.measures import Order, OrderKind, OrderState

_OVER = (OrderState.FAILED.value, OrderState.CANCELLED.value)
_SENT = OrderState.SENT.value


class SqlOrders:
    """The orders within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, order: Order) -> int:
        """Keep a new one and return its id."""
        take_write_lock(self._connection)
        row = {
            "case_id": order.case_id,
            "ruling": order.ruling,
            "kind": order.kind.value,
            "minutes": order.minutes,
            "text": order.text,
            "lifts": order.lifts,
            "ordered_by": order.ordered_by,
            "created_at": order.created_at,
            "not_before": order.not_before,
            **_changing(order),
        }
        return int(self._connection.execute(sa.insert(measures).values(row).returning(measures.c.id)).scalar_one())

    def get(self, order_id: int) -> Order:
        """Return it; raises NotFound."""
        take_write_lock(self._connection)
        found = self._read(_orders().where(measures.c.id == order_id).with_for_update(of=measures))
        if not found:
            raise NotFound("there is no such measure", param="measure")
        return found[0]

    def of(self, case_ids: Collection[int]) -> list[Order]:
        """All orders about these cases, oldest first."""
        return self._read(_orders().where(measures.c.case_id.in_(case_ids)).order_by(measures.c.id))

    def change(self, order: Order) -> None:
        """Overwrite what may change: state, attempts, holder, detail and who settled it."""
        take_write_lock(self._connection)
        self._connection.execute(sa.update(measures).where(measures.c.id == order.id).values(_changing(order)))

    def offered(self, community_id: str | None, now: datetime, limit: int) -> list[Order]:
        """Pending orders that may be carried out now, oldest first, kept from others until the unit ends.

        Not among them: those before their time, those that take back what is still with a bot, and those whose
        like about the same case is still with a bot.
        """
        take_write_lock(self._connection)
        other = measures.alias()
        busy = sa.exists().where(
            other.c.case_id == measures.c.case_id, other.c.state == _SENT, _slot(other) == _slot(measures)
        )
        query = _orders().where(measures.c.state == OrderState.PENDING.value, measures.c.not_before <= now, ~busy)
        if community_id is not None:
            query = query.where(cases.c.community_id == community_id)
        return self._read(query.order_by(measures.c.id).limit(limit).with_for_update(of=measures, skip_locked=True))

    def expired(self, now: datetime) -> list[Order]:
        """Orders whose bot has not answered in time, kept from others until the unit ends."""
        late = (measures.c.state == _SENT, measures.c.held_until < now)
        if self._connection.scalar(sa.select(measures.c.id).where(*late).limit(1)) is None:
            return []
        take_write_lock(self._connection)
        return self._read(_orders().where(*late).order_by(measures.c.id).with_for_update(of=measures, skip_locked=True))

    def listed(self, community_id: str, states: Collection[OrderState], after: int, limit: int) -> list[Order]:
        """Orders of a community in these states (in any, where none is named) with a larger id, oldest first."""
        query = _orders().where(cases.c.community_id == community_id, measures.c.id > after)
        if states:
            query = query.where(measures.c.state.in_([state.value for state in states]))
        return self._read(query.order_by(measures.c.id).limit(limit))

    def asking(self, community_id: str, since: datetime) -> list[Order]:
        """Orders since then that failed or whose outcome is unknown, newest first: a person has to look."""
        states = (OrderState.FAILED.value, OrderState.UNKNOWN.value)
        where = (measures.c.state.in_(states), measures.c.attempts > 0, measures.c.created_at > since)
        query = _orders().where(cases.c.community_id == community_id, *where)
        return self._read(query.order_by(measures.c.id.desc()).limit(200))

    def told_since(self, community_id: str, author: str, kinds: Sequence[OrderKind], since: datetime) -> Order | None:
        """The last order of these kinds to a member since then that was not cancelled and did not fail, if any."""
        query = (
            _orders()
            .where(cases.c.community_id == community_id, cases.c.author == author, measures.c.created_at > since)
            .where(measures.c.kind.in_([kind.value for kind in kinds]), measures.c.state.not_in(_OVER))
            .order_by(measures.c.id.desc())
            .limit(1)
        )
        return next(iter(self._read(query)), None)

    def of_author(self, community_id: str, author: str, limit: int) -> list[Order]:
        """The last orders about a member, newest first."""
        query = _orders().where(cases.c.community_id == community_id, cases.c.author == author)
        return self._read(query.order_by(measures.c.id.desc()).limit(limit))

    def _read(self, query: sa.Select[Any]) -> list[Order]:
        return [_order(row) for row in map(dict, self._connection.execute(query).mappings())]


def _orders() -> sa.Select[Any]:
    return sa.select(measures, cases.c.community_id, cases.c.message_id, cases.c.author).join(
        cases, cases.c.id == measures.c.case_id
    )


def _slot(table: sa.FromClause) -> sa.ColumnElement[str]:
    """What an order is about: the same for a kind and what takes it back."""
    return sa.func.replace(table.c.kind, "lift_", "")


def _changing(order: Order) -> dict[str, Any]:
    return {
        "state": order.state.value,
        "attempts": order.attempts,
        "holder": order.holder,
        "held_until": order.held_until,
        "detail": order.detail,
        "settled_by": order.settled_by,
        "settled_at": order.settled_at,
    }


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        kind=OrderKind(row["kind"]),
        community=row["community_id"],
        case_id=row["case_id"],
        message_id=row["message_id"],
        author=row["author"],
        ruling=row["ruling"],
        ordered_by=row["ordered_by"],
        created_at=row["created_at"],
        not_before=row["not_before"],
        minutes=row["minutes"],
        text=row["text"],
        lifts=row["lifts"],
        state=OrderState(row["state"]),
        attempts=row["attempts"],
        holder=row["holder"],
        held_until=row["held_until"],
        detail=row["detail"],
        settled_by=row["settled_by"],
        settled_at=row["settled_at"],
        id=row["id"],
    )
