"""What a ruling orders, and what changes about orders when the ruling changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.policy.measures import Order, OrderKind, OrderState, Wish, automatic_wishes, plan, wishes
from copilot.types import Decision, Measure

NOW = datetime(2026, 3, 6, 4, tzinfo=UTC)
DELETE, REMIND, WARN = Wish(OrderKind.DELETE_MESSAGE), Wish(OrderKind.REMIND), Wish(OrderKind.WARN)
MUTE, OUT = Wish(OrderKind.MUTE, 60), Wish(OrderKind.REMOVE_MEMBER)


def order(number, kind, state=OrderState.DONE, *, attempts=1, minutes=0, lifts=None):
    blank = Order(kind, "demo", 1, "m1", "小王", None, "王", NOW, NOW)
    return replace(blank, id=number, state=state, attempts=attempts, minutes=minutes, lifts=lifts)


@pytest.mark.parametrize(
    ("decision", "measure", "expected"),
    [
        (Decision.ALLOW, Measure.WARN, ()),
        (Decision.REVIEW, Measure.REMIND, (REMIND,)),
        (Decision.REVIEW, Measure.NONE, ()),
        (Decision.REMOVE, Measure.NONE, (DELETE,)),
        (Decision.REMOVE, Measure.MUTE, (DELETE, MUTE)),
        (Decision.REMOVE, Measure.REMOVE, (DELETE, OUT)),
    ],
)
def test_a_persons_ruling_orders_the_message_away_and_the_measure(decision, measure, expected):
    assert wishes(decision, measure) == expected


def test_nothing_is_done_to_somebody_unknown():
    assert wishes(Decision.REMOVE, Measure.MUTE, author=False) == (DELETE,)


@pytest.mark.parametrize("measure", [Measure.WARN, Measure.MUTE, Measure.REMOVE])
def test_the_machine_by_itself_warns_and_never_mutes_or_removes_anybody(measure):
    assert automatic_wishes(Decision.REMOVE, measure) == (DELETE, WARN)
    assert automatic_wishes(Decision.REVIEW, measure) == ()


def test_what_is_in_effect_and_wanted_stays():
    done = [order(1, OrderKind.DELETE_MESSAGE), order(2, OrderKind.MUTE, minutes=60)]
    assert plan(done, (DELETE, MUTE)) == plan((), ())


@pytest.mark.parametrize("state", [OrderState.DONE, OrderState.SENT, OrderState.UNKNOWN])
def test_what_may_have_run_is_lifted(state):
    muted = order(1, OrderKind.MUTE, state, minutes=60)
    assert plan([muted], ()).lift == (muted,)


def test_what_never_ran_is_cancelled_and_what_failed_is_left_alone():
    waiting, failed = (
        order(1, OrderKind.WARN, OrderState.PENDING, attempts=0),
        order(2, OrderKind.DELETE_MESSAGE, OrderState.FAILED),
    )
    assert plan([waiting, failed], ()) == replace(plan((), ()), cancel=(waiting,))


def test_what_a_bot_took_and_did_not_answer_for_is_cancelled_and_lifted():
    given_back = order(1, OrderKind.MUTE, OrderState.PENDING, attempts=1, minutes=60)
    found = plan([given_back], ())
    assert (found.cancel, found.lift) == ((given_back,), (given_back,))


def test_nothing_is_lifted_twice():
    muted = order(1, OrderKind.MUTE, minutes=60)
    lifting = order(2, OrderKind.LIFT_MUTE, OrderState.PENDING, attempts=0, lifts=1)
    assert plan([muted, lifting], ()) == plan((), ())


def test_a_decision_that_returns_before_it_was_lifted_needs_nothing_new():
    muted = order(1, OrderKind.MUTE, minutes=60)
    lifting = order(2, OrderKind.LIFT_MUTE, OrderState.PENDING, attempts=0, lifts=1)
    assert plan([muted, lifting], (MUTE,)) == replace(plan((), ()), cancel=(lifting,))


def test_a_decision_that_returns_after_it_was_lifted_is_ordered_anew():
    muted = order(1, OrderKind.MUTE, minutes=60)
    assert plan([muted, order(2, OrderKind.LIFT_MUTE, lifts=1)], (MUTE,)).add == (MUTE,)


def test_lifting_what_turned_out_to_have_failed_is_given_up():
    failed = order(1, OrderKind.MUTE, OrderState.FAILED, minutes=60)
    lifting = order(2, OrderKind.LIFT_MUTE, OrderState.PENDING, attempts=0, lifts=1)
    assert plan([failed, lifting], ()).cancel == (lifting,)


def test_a_longer_mute_replaces_a_shorter_one_without_a_gap():
    short = order(1, OrderKind.MUTE, minutes=10)
    found = plan([short], (MUTE,))
    assert (found.add, found.lift) == ((MUTE,), ())


def test_a_graver_measure_lifts_no_milder_one_and_a_milder_one_lifts_the_graver():
    assert plan([order(1, OrderKind.WARN)], (OUT,)).lift == ()
    muted = order(1, OrderKind.MUTE, minutes=60)
    assert plan([muted], (WARN,)).lift == (muted,)


KINDS = [kind for kind in OrderKind if not kind.lifting]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(OrderState), st.integers(0, 2)), max_size=6),
    st.sets(st.sampled_from([DELETE, WARN, MUTE, OUT]), max_size=2),
)
def test_after_a_plan_was_carried_out_nothing_is_left_to_do(history, wanted):
    orders = [
        order(i + 1, kind, state, attempts=n, minutes=60 if kind is OrderKind.MUTE else 0)
        for i, (kind, state, n) in enumerate(history)
    ]
    found = plan(orders, tuple(wanted))
    cancelled = {o.id for o in found.cancel}
    after = [replace(o, state=OrderState.CANCELLED) if o.id in cancelled else o for o in orders]
    after += [
        order(100 + i, o.kind.undone, OrderState.PENDING, attempts=0, lifts=o.id) for i, o in enumerate(found.lift)
    ]
    after += [
        order(200 + i, wish.kind, OrderState.PENDING, attempts=0, minutes=wish.minutes)
        for i, wish in enumerate(found.add)
    ]
    again = plan(after, tuple(wanted))
    assert (again.add, again.lift) == ((), ())


def test_each_kind_has_one_that_takes_it_back():
    assert all(kind.undone.undone is kind for kind in OrderKind)
    assert sum(kind.lifting for kind in OrderKind) == len(OrderKind) / 2
