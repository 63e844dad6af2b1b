"""What a ruling orders a bot to do, and what has to change about earlier orders when the ruling changes.

An order is a wish until the platform confirmed it. So nothing is assumed: an order that may have run is lifted by one
of the opposite kind, an order that never ran is cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from copilot.types import Decision, Measure

DEFAULT_MUTE = 60
"""Minutes of a mute where neither the ladder nor a person says otherwise."""

LONGEST_MUTE = 30 * 24 * 60
MOST_ATTEMPTS = 5


class OrderKind(StrEnum):
    """What is to be done. Each `lift_` kind takes back what the kind after it did.

    To lift a reminder or warning is to tell the member that it no longer counts.
    """

    REMIND = "remind"
    WARN = "warn"
    MUTE = "mute"
    DELETE_MESSAGE = "delete_message"
    REMOVE_MEMBER = "remove_member"
    LIFT_REMIND = "lift_remind"
    LIFT_WARN = "lift_warn"
    LIFT_MUTE = "lift_mute"
    LIFT_DELETE_MESSAGE = "lift_delete_message"
    LIFT_REMOVE_MEMBER = "lift_remove_member"

    @property
    def lifting(self) -> bool:
        """Whether it takes something back."""
        return self.value.startswith(_LIFT)

    @property
    def undone(self) -> OrderKind:
        """The kind that takes this one back, and for a lifting one what it takes back."""
        return OrderKind(self.value.removeprefix(_LIFT) if self.lifting else _LIFT + self.value)

    @property
    def told(self) -> bool:
        """Whether it is nothing but words to the member."""
        return self.value.removeprefix(_LIFT) in ("remind", "warn")

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as doing it once; what is not is never handed out again unasked."""
        return self in _REPEATABLE


_LIFT = "lift_"
_REPEATABLE = frozenset(
    {OrderKind.MUTE, OrderKind.DELETE_MESSAGE, OrderKind.REMOVE_MEMBER, OrderKind.LIFT_MUTE},
)
_SEVERITY = {OrderKind.REMIND: 1, OrderKind.WARN: 1, OrderKind.MUTE: 2, OrderKind.REMOVE_MEMBER: 3}
"""Of what is done to a member; a graver measure makes lifting a milder one pointless."""

ORDERED: Mapping[Measure, OrderKind] = {
    Measure.REMIND: OrderKind.REMIND,
    Measure.WARN: OrderKind.WARN,
    Measure.MUTE: OrderKind.MUTE,
    Measure.REMOVE: OrderKind.REMOVE_MEMBER,
}


class OrderState(StrEnum):
    """Where an order stands.

    `pending` waits for a bot; `sent` is with a bot that has not answered yet; the platform said `done` or `failed`;
    `unknown` may have happened or not, so a person has to look; `cancelled` never ran and never will.
    """

    PENDING = "pending"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Order:
    """Something that a bot is to do on a platform.

    `ruling` is the id of the resolution that asked for it, None where the machine removed by itself. `text` is what to
    tell the member, `minutes` how long a mute lasts. `lifts` is the id of the order that this one takes back. `holder`
    is the bot that has it until `held_until`. `detail` is what the bot or the platform said last.
    """

    kind: OrderKind
    community: str
    case_id: int
    message_id: str
    author: str | None
    ruling: int | None
    ordered_by: str
    created_at: datetime
    not_before: datetime
    minutes: int = 0
    text: str = ""
    lifts: int | None = None
    state: OrderState = OrderState.PENDING
    attempts: int = 0
    holder: str = ""
    held_until: datetime | None = None
    detail: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None
    id: int = field(default=0, compare=False)

    @property
    def may_have_run(self) -> bool:
        """Whether the platform did it, or may have."""
        tried = self.state is OrderState.PENDING and self.attempts > 0
        return tried or self.state in (OrderState.SENT, OrderState.DONE, OrderState.UNKNOWN)

    @property
    def over(self) -> bool:
        """Whether it did not happen and will not by itself."""
        return self.state in (OrderState.FAILED, OrderState.CANCELLED)

    @property
    def asks(self) -> bool:
        """Whether a person has to say what became of it; what no bot ever took is no question."""
        return self.attempts > 0 and self.state in (OrderState.FAILED, OrderState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Wish:
    """What ought to be in effect because of a ruling."""

    kind: OrderKind
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change about a case's orders: wishes to `add`, orders to `cancel`, orders to `lift`."""

    add: tuple[Wish, ...] = ()
    cancel: tuple[Order, ...] = ()
    lift: tuple[Order, ...] = ()


def wishes(decision: Decision, measure: Measure, minutes: int = 0, *, author: bool = True) -> tuple[Wish, ...]:
    """What a person's ruling asks for; of somebody unknown only the message can go."""
    if decision is Decision.ALLOW:
        return ()
    message = (Wish(OrderKind.DELETE_MESSAGE),) if decision is Decision.REMOVE else ()
    kind = ORDERED.get(measure) if author else None
    if kind is None:
        return message
    return (*message, Wish(kind, (minutes or DEFAULT_MUTE) if kind is OrderKind.MUTE else 0))


def automatic_wishes(decision: Decision, measure: Measure, *, author: bool = True) -> tuple[Wish, ...]:
    """What the machine does by itself: take the message away and say why. To mute or remove somebody takes a person."""
    if decision is not Decision.REMOVE:
        return ()
    mild = Measure.WARN if measure in (Measure.MUTE, Measure.REMOVE) else measure
    return wishes(decision, mild, author=author)


def plan(orders: Sequence[Order], wanted: Sequence[Wish]) -> Plan:
    """Compare all orders of one case, oldest first, with what ought to be in effect now.

    What is in effect and wanted stays. What is not wanted is cancelled where it never ran and lifted where it may have,
    unless something at least as grave takes its place for the same member. A lifting order that lost its
    reason before it ran is cancelled.
    """
    lifts = {order.lifts: order for order in orders if order.kind.lifting and not order.over}
    acting = [order for order in orders if not order.kind.lifting]
    kept: set[int] = set()
    add: list[Wish] = []
    for wish in wanted:
        fitting = [o for o in acting if _fits(o, wish) and not o.over and not _lifted(lifts.get(o.id))]
        if fitting:
            kept.add(fitting[-1].id)
        else:
            add.append(wish)
    again = {wish.kind for wish in wanted}
    cancel: list[Order] = []
    lift: list[Order] = []
    for order in acting:
        taking_back = lifts.get(order.id)
        if taking_back is not None and taking_back.state is OrderState.PENDING and (order.over or order.kind in again):
            cancel.append(taking_back)
        if order.id in kept or order.over:
            continue
        if order.state is OrderState.PENDING:
            cancel.append(order)
        if order.may_have_run and taking_back is None and not _overtaken(order.kind, wanted):
            lift.append(order)
    return Plan(tuple(add), tuple(cancel), tuple(lift))


def _fits(order: Order, wish: Wish) -> bool:
    return order.kind is wish.kind and order.minutes == wish.minutes


def _lifted(taking_back: Order | None) -> bool:
    return taking_back is not None and taking_back.may_have_run


def _overtaken(kind: OrderKind, wanted: Sequence[Wish]) -> bool:
    """Whether something wanted makes taking this back pointless: the same kind anew, or a graver one."""
    if kind is OrderKind.DELETE_MESSAGE:
        return any(wish.kind is kind for wish in wanted)
    return any(_SEVERITY.get(wish.kind, 0) >= _SEVERITY[kind] for wish in wanted)
