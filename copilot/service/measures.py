"""Orders to bots: handed to one bot at a time, settled by what the platform said, put before people where need be."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.measures import MOST_ATTEMPTS, Order, OrderKind, OrderState
from copilot.ports import Deed, Store, UnitOfWork
from copilot.service.ordering import MACHINE, arrange, wanted_now

BEFORE_OUTCOMES = "from before outcomes were recorded"
"""Detail of what an older version ordered without hearing what became of it."""
NO_ANSWER = "no answer"
"""Detail of an order whose bot did not say in time what became of it."""

_ASKING = timedelta(days=30)

_FROM: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.SENT: frozenset({OrderState.PENDING, OrderState.SENT}),
    OrderState.DONE: frozenset(OrderState),  # whatever was thought before: what happened has happened
    OrderState.FAILED: frozenset({OrderState.PENDING, OrderState.SENT, OrderState.UNKNOWN}),
    OrderState.UNKNOWN: frozenset({OrderState.PENDING, OrderState.SENT}),
}


class Measures:
    """Hands orders out to bots, hears what became of them, and asks people where that is not known."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def listed(
        self, community_id: str, states: Collection[OrderState] = (), after: int = 0, limit: int = 50
    ) -> list[Order]:
        """Orders of a community, oldest first; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.orders.listed(community_id, states, after, limit)

    def of_case(self, case_id: int) -> list[Order]:
        """All orders about a case, oldest first."""
        with self._store.begin() as unit:
            return unit.orders.of([case_id])

    def claim(self, community_id: str | None, holder: str, limit: int, lease: timedelta) -> list[Order]:
        """Take orders to carry out; until the lease ends no other bot gets them. Raises NotFound.

        A bot that does not answer in time: what can be done twice without harm is handed out again, the rest is
        `unknown` and waits for a person.
        """
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            if community_id is not None:
                unit.communities.revision(community_id)
            _expire(unit, now)
            taken: dict[tuple[int, OrderKind], Order] = {}
            for order in unit.orders.offered(community_id, now, limit):
                slot = (order.case_id, order.kind.undone if order.kind.lifting else order.kind)
                if slot in taken:  # of two about the same thing the second waits for the first one's outcome
                    continue
                taken[slot] = replace(
                    order,
                    state=OrderState.SENT,
                    attempts=order.attempts + 1,
                    holder=holder,
                    held_until=now + lease,
                    detail="",
                )
                unit.orders.change(taken[slot])
            return list(taken.values())

    def report(self, order_id: int, state: OrderState, detail: str, holder: str, lease: timedelta) -> Order:
        """Hear from a bot what became of an order; saying the same again changes nothing.

        `sent` renews the lease. Raises NotFound, and Conflict where another bot has it or it is settled otherwise.
        """
        with self._store.begin() as unit:
            order = unit.orders.get(order_id)
            others = order.state is OrderState.SENT and order.holder not in ("", holder)
            if others and state is not OrderState.DONE:
                raise Conflict("another bot has this measure", param="worker")
            if order.state is state and state is not OrderState.SENT:
                return order
            return _settle(unit, order, state, detail, f"key:{holder}", lease)

    def settle(self, community_id: str, order_id: int, state: OrderState, actor: str) -> Order:
        """Let a person say what became of an order: `done`, by hand for example, or `failed`. Raises as `report`."""
        if state not in (OrderState.DONE, OrderState.FAILED):
            raise InvalidInput("a person can say that it is done or that it failed", param="state")
        with self._store.begin() as unit:
            order = _own(unit, community_id, order_id)
            return order if order.state is state else _settle(unit, order, state, "", actor)

    def retry(self, community_id: str, order_id: int, actor: str) -> Order:
        """Hand an order out once more that failed or whose outcome is unknown; raises NotFound and Conflict."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            order = _own(unit, community_id, order_id)
            if not order.asks:
                raise Conflict("this measure does not wait for a retry", param="state")
            if not _still_wanted(unit, order):
                raise Conflict("the decision that asked for this measure does not stand any more", param="state")
            again = replace(
                order, state=OrderState.PENDING, holder="", held_until=None, detail="", settled_by="", settled_at=None
            )
            unit.orders.change(again)
            unit.audit.add(_deed(actor, "measure.retry", order, again), now)
            return again

    def asking(self, community_id: str) -> list[Order]:
        """Orders of the last month that a person has to look at, newest first."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            _expire(unit, now)
            return [order for order in unit.orders.asking(community_id, now - _ASKING) if _still_wanted(unit, order)]


def _still_wanted(unit: UnitOfWork, order: Order) -> bool:
    [case] = unit.cases.get([order.case_id])
    _, wanted, _ = wanted_now(unit, case)
    kinds = {wish.kind for wish in wanted}
    return order.kind.undone not in kinds if order.kind.lifting else order.kind in kinds


def _own(unit: UnitOfWork, community_id: str, order_id: int) -> Order:
    order = unit.orders.get(order_id)
    if order.community != community_id:
        raise NotFound("there is no such measure", param="measure")
    return order


def _settle(
    unit: UnitOfWork, order: Order, state: OrderState, detail: str, actor: str, lease: timedelta | None = None
) -> Order:
    if order.state not in _FROM[state]:
        raise Conflict(f"this measure is {order.state.value} already", param="state")
    now = datetime.now(UTC)
    attempts = max(order.attempts, 1)
    if state is OrderState.SENT and lease is not None:
        held = replace(
            order,
            state=state,
            attempts=attempts,
            holder=actor.removeprefix("key:"),
            held_until=now + lease,
            detail=detail,
        )
        unit.orders.change(held)
        return held
    settled = replace(
        order,
        state=state,
        attempts=attempts,
        holder="",
        held_until=None,
        detail=detail,
        settled_by=actor,
        settled_at=now,
    )
    unit.orders.change(settled)
    unit.audit.add(_deed(actor, f"measure.{state.value}", order, settled), now)
    [case] = unit.cases.get([order.case_id])
    arrange(unit, case, MACHINE, now, add=False)
    return settled


def _expire(unit: UnitOfWork, now: datetime) -> None:
    """Take orders back from bots that did not answer in time."""
    for order in unit.orders.expired(now):
        if order.kind.repeatable and order.attempts < MOST_ATTEMPTS:
            unit.orders.change(replace(order, state=OrderState.PENDING, holder="", held_until=None, detail=NO_ANSWER))
            [case] = unit.cases.get([order.case_id])
            arrange(unit, case, MACHINE, now, add=False)
        else:
            _settle(unit, order, OrderState.UNKNOWN, NO_ANSWER, MACHINE)


def _deed(actor: str, action: str, before: Order, after: Order) -> Deed:
    subject = f"measure:{before.id}"
    return Deed(
        actor,
        action,
        before.community,
        subject,
        before={"kind": before.kind.value, "state": before.state.value, "case": before.case_id},
        after={"state": after.state.value},
    )
