"""What a decision orders bots to do: brought in line with what stands, within the unit of work that changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from copilot.charter import Charter
from copilot.policy import CommunityPolicy
from copilot.policy.measures import Order, OrderKind, OrderState, Plan, Wish, automatic_wishes, plan, wishes
from copilot.ports import Deed, UnitOfWork
from copilot.service import letters
from copilot.types import LIBRARY, Case, Decision, Resolution

MACHINE = "machine"
MERGED = "merged"
"""Detail of a notice that was left out because another one told the member shortly before."""

_BURST = timedelta(hours=1)
"""A member gets one notice within this time, however many of their messages are decided."""


def order_automatic(unit: UnitOfWork, charters: Mapping[str, Charter], cases: Sequence[Case], now: datetime) -> None:
    """Order what the machine does by itself about cases just kept."""
    for case in cases:
        charter = charters.get(case.message.community or "")
        if charter is None or case.assessment.decision is not Decision.REMOVE:
            continue
        wanted = automatic_wishes(
            case.assessment.decision, case.assessment.measure, author=case.message.author is not None
        )
        _carry_out(unit, case, None, Plan(add=wanted), wanted, MACHINE, now, charter.policy)


def arrange(unit: UnitOfWork, case: Case, actor: str, now: datetime, *, add: bool = True) -> None:
    """Bring the orders about a case in line with what stands; without `add` only take back what does not.

    Outside a community there is nobody to order about.
    """
    community_id = case.message.community
    if community_id is None or community_id.startswith(LIBRARY):
        return
    ruling, wanted, orders = wanted_now(unit, case)
    planned = plan(orders, wanted)
    live = unit.policies.live(community_id)
    policy = live.value if live is not None else CommunityPolicy()
    _carry_out(unit, case, ruling, planned if add else replace(planned, add=()), wanted, actor, now, policy)


def standing(unit: UnitOfWork, case_id: int) -> Resolution | None:
    """What stands about a case."""
    return next((r for r in reversed(unit.resolutions.of(case_id)) if r.undone_at is None), None)


def wanted_after(case: Case, ruling: Resolution | None, orders: Sequence[Order]) -> tuple[Wish, ...]:
    """What ought to be in effect under a ruling; without one, what the machine ordered by itself."""
    if ruling is not None:
        known = case.message.author is not None
        return wishes(ruling.decision, ruling.measure, ruling.mute_minutes, author=known)
    own = [o for o in orders if o.ruling is None and not o.kind.lifting and o.detail != MERGED]
    return tuple(dict.fromkeys(Wish(order.kind, order.minutes) for order in own))


def wanted_now(unit: UnitOfWork, case: Case) -> tuple[Resolution | None, tuple[Wish, ...], list[Order]]:
    """What stands about a case, what ought to be in effect because of it, and all orders so far."""
    case_id = case.id or 0
    ruling, orders = standing(unit, case_id), unit.orders.of([case_id])
    return ruling, wanted_after(case, ruling, orders), orders


def _carry_out(
    unit: UnitOfWork,
    case: Case,
    ruling: Resolution | None,
    planned: Plan,
    wanted: Sequence[Wish],
    actor: str,
    now: datetime,
    policy: CommunityPolicy,
) -> None:
    if planned == Plan():
        return
    community = unit.communities.get(case.message.community or "")
    about = letters.matter(community, case, ruling)
    blank = Order(
        kind=OrderKind.DELETE_MESSAGE,
        community=community.id,
        case_id=case.id or 0,
        message_id=case.message.id,
        author=case.message.author,
        ruling=ruling.id if ruling is not None else None,
        ordered_by=actor,
        created_at=now,
        not_before=now,
    )
    for order in planned.cancel:
        unit.orders.change(
            replace(order, state=OrderState.CANCELLED, holder="", held_until=None, settled_by=actor, settled_at=now)
        )
    ordered = []
    for order in planned.lift:
        kind = order.kind.undone
        last = order is planned.lift[-1]  # one letter tells of all of them
        text = letters.correction([o.kind.undone for o in planned.lift], about, mistaken=not wanted) if last else ""
        due = policy.notice_due(now) if kind.told else now
        lifting = replace(blank, kind=kind, lifts=order.id, text=text, not_before=due)
        ordered.append({"id": unit.orders.add(lifting), "kind": kind.value})
    for wish in planned.add:
        kind, text = wish.kind, letters.notice(wish.kind, about, wish.minutes)
        due = policy.notice_due(now) if kind.told else now
        order = replace(blank, kind=kind, minutes=wish.minutes, text=text, not_before=due)
        if _told_already(unit, order):
            order = replace(order, state=OrderState.CANCELLED, detail=MERGED, settled_by=MACHINE, settled_at=now)
        ordered.append({"id": unit.orders.add(order), "kind": kind.value})
    after = {"ordered": ordered, "cancelled": [order.id for order in planned.cancel]}
    unit.audit.add(Deed(actor, "measure.order", community.id, f"case:{case.id}", after=after), now)


def _told_already(unit: UnitOfWork, order: Order) -> bool:
    """Whether a notice would be the second within an hour, and no graver than the first, for another message."""
    if order.author is None or not order.kind.told:
        return False
    kinds = (OrderKind.WARN,) if order.kind is OrderKind.WARN else (OrderKind.REMIND, OrderKind.WARN)
    last = unit.orders.told_since(order.community, order.author, kinds, order.created_at - _BURST)
    return last is not None and last.case_id != order.case_id
