"""Orders to bots: what a decision leads to, who carries it out, and what happens when it is taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.adapters.sql.tables import measures
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.measures import OrderState
from copilot.ports import State
from copilot.service.measures import NO_ANSWER
from copilot.service.ordering import MERGED
from copilot.types import Community, Decision, Label, Measure

SOON = timedelta(seconds=60)


@pytest.fixture
def service(make_service):
    service = make_service()
    service.add_community(Community("demo", "阳光花园", rules="1. 请勿发布广告。"))
    return service


@pytest.fixture
def say(service, make_message):
    def say(text="可疑的说法", **fields):
        return service.ingest([make_message(text, **{"community": "demo", "author": "小王", **fields})])[0]

    return say


@pytest.fixture
def decide(service):
    def decide(case, measure=Measure.WARN, decision=Decision.REMOVE, **fields):
        labels = () if decision is Decision.ALLOW else (Label.ADS,)
        return service.review.resolve(case.id, decision, labels, **{"measure": measure, "actor": "小林", **fields})

    return decide


def claim(service, holder="bot", lease=SOON, community="demo"):
    return service.measures.claim(community, holder, 100, lease)


def done(service, order, state=OrderState.DONE, holder="bot", detail=""):
    return service.measures.report(order.id, state, detail, holder, SOON)


def kinds(orders):
    return [order.kind.value for order in orders]


def states(service, case):
    return {order.kind.value: order.state.value for order in service.measures.of_case(case.id)}


def carry_out(service, state=OrderState.DONE):
    taken = claim(service)
    for order in taken:
        done(service, order, state)
    return kinds(taken)


def test_what_the_machine_removes_is_ordered_in_the_same_breath(service, say):
    case = say("广告")
    [delete, warn] = claim(service)
    assert kinds([delete, warn]) == ["delete_message", "warn"]
    assert (delete.case_id, delete.message_id, delete.author, delete.ordered_by) == (
        case.id,
        case.message.id,
        "小王",
        "machine",
    )
    assert "广告引流" in warn.text
    assert claim(service) == []


def test_a_message_outside_any_community_orders_nothing(service, make_message, engine):
    service.ingest([make_message("广告")])
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(measures)) == 0


def test_what_waits_for_a_person_orders_nothing_until_they_decide(service, say, decide):
    case = say()
    assert claim(service) == []
    decide(case, Measure.MUTE, mute_minutes=30)
    [delete, mute] = claim(service)
    assert (kinds([delete, mute]), mute.minutes) == (["delete_message", "mute"], 30)
    assert "禁言 30 分钟" in mute.text


def test_a_mute_lasts_an_hour_where_nobody_says_how_long(service, say, decide):
    decide(say(), Measure.MUTE)
    assert [order.minutes for order in claim(service)] == [0, 60]


@pytest.mark.parametrize("minutes", [0, -5, 43_201])
def test_an_impossible_mute_is_refused_and_decides_nothing(service, say, decide, minutes):
    case = say()
    with pytest.raises(InvalidInput) as refused:
        decide(case, Measure.MUTE, mute_minutes=minutes)
    assert refused.value.param == "mute_minutes"
    assert service.review.file(case.id).resolutions == ()


def test_two_bots_never_get_the_same_order(service, say, decide):
    for n in range(12):
        decide(say(author=f"member {n}"))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: service.measures.claim("demo", f"bot {n}", 5, SOON), range(8)))
    ids = [order.id for orders in taken for order in orders]
    assert len(ids) == len(set(ids)) == 24


def test_saying_the_same_twice_changes_nothing_and_something_else_is_a_conflict(service, say):
    say("广告")
    delete, _ = claim(service)
    first = done(service, delete, detail="ok")
    assert done(service, delete, detail="again") == first
    with pytest.raises(Conflict):
        done(service, delete, OrderState.FAILED)


def test_another_bot_may_not_give_up_what_it_does_not_hold(service, say):
    say("广告")
    delete, _ = claim(service, "first")
    with pytest.raises(Conflict):
        done(service, delete, OrderState.FAILED, holder="second")
    assert done(service, delete, holder="second").state is OrderState.DONE


def test_a_silent_bots_deletion_is_handed_out_again_and_its_warning_waits_for_a_person(service, say):
    case = say("广告")
    claim(service, "dies", timedelta(seconds=-1))
    assert kinds(claim(service, "next")) == ["delete_message"]
    assert states(service, case) == {"delete_message": "sent", "warn": "unknown"}
    [asking] = service.measures.asking("demo")
    assert (asking.kind.value, asking.detail, asking.settled_by) == ("warn", NO_ANSWER, "machine")


def test_a_bot_that_is_slow_keeps_its_order_by_saying_so(service, say):
    say("广告")
    delete, _ = claim(service, lease=timedelta(seconds=-1))
    done(service, delete, OrderState.SENT)
    assert claim(service, "other") == []


def test_a_deletion_is_not_tried_for_ever(service, say):
    say("广告", author=None)
    attempts = 0
    while claim(service, lease=timedelta(seconds=-1)):
        attempts += 1
    assert attempts == 5
    assert [order.state.value for order in service.measures.asking("demo")] == ["unknown"]


def test_what_failed_is_tried_again_when_a_person_says_so(service, say, decide):
    case = say()
    decide(case)
    carry_out(service, OrderState.FAILED)
    [warn, delete] = service.measures.asking("demo")
    assert claim(service) == []
    service.measures.retry("demo", delete.id, "小林")
    assert kinds(claim(service)) == ["delete_message"]
    with pytest.raises(Conflict):
        service.measures.retry("demo", delete.id, "小林")
    assert service.measures.settle("demo", warn.id, OrderState.DONE, "小林").settled_by == "小林"
    assert service.measures.asking("demo") == []


def test_nothing_is_retried_once_its_decision_is_gone(service, say, decide):
    case = say()
    given = decide(case)
    carry_out(service, OrderState.FAILED)
    [warn, _] = service.measures.asking("demo")
    service.review.undo(given.id, "小林")
    assert service.measures.asking("demo") == []
    with pytest.raises(Conflict):
        service.measures.retry("demo", warn.id, "小林")


def test_undoing_before_a_bot_acted_cancels_and_nobody_is_told(service, say, decide):
    case = say()
    service.review.undo(decide(case).id, "小林")
    assert states(service, case) == {"delete_message": "cancelled", "warn": "cancelled"}
    assert claim(service) == []


def test_undoing_after_a_bot_acted_lifts_everything_with_one_apology(service, say, decide):
    case = say()
    given = decide(case, Measure.MUTE)
    carry_out(service)
    service.review.undo(given.id, "小林")
    lifting = claim(service)
    assert kinds(lifting) == ["lift_delete_message", "lift_mute"]
    [text] = [order.text for order in lifting if order.text]
    assert "禁言已经解除" in text
    assert "抱歉" in text
    assert [order.lifts for order in lifting] == [order.id for order in service.measures.of_case(case.id)[:2]]


def test_nothing_is_lifted_before_the_platform_said_whether_it_was_done(service, say, decide):
    case = say()
    given = decide(case, Measure.MUTE)
    [delete, mute] = claim(service)
    service.review.undo(given.id, "小林")
    assert claim(service) == []
    done(service, delete, OrderState.FAILED)
    done(service, mute)
    assert kinds(claim(service)) == ["lift_mute"]
    assert states(service, case)["lift_delete_message"] == "cancelled"


def test_a_bot_that_acts_on_what_was_cancelled_meanwhile_has_it_lifted(service, say, decide):
    case = say()
    given = decide(case, Measure.MUTE)
    [_, mute] = service.measures.listed("demo", [OrderState.PENDING])
    service.review.undo(given.id, "小林")
    assert done(service, mute).state is OrderState.DONE
    assert kinds(claim(service)) == ["lift_mute"]


def test_allowing_what_the_machine_removed_restores_it_and_undoing_that_removes_it_again(service, say, decide):
    case = say("广告")
    carry_out(service)
    allowed = decide(case, Measure.NONE, Decision.ALLOW)
    assert carry_out(service) == ["lift_delete_message", "lift_warn"]
    service.review.undo(allowed.id, "小林")
    assert claim(service)[0].kind.value == "delete_message"


def test_deciding_anew_changes_only_what_differs(service, say, decide):
    case = say()
    decide(case, Measure.WARN)
    assert carry_out(service) == ["delete_message", "warn"]
    decide(case, Measure.MUTE)
    assert carry_out(service) == ["mute"]
    decide(case, Measure.REMIND, Decision.REVIEW)
    assert carry_out(service) == ["lift_delete_message", "lift_mute", "remind"]


def test_a_member_who_floods_gets_one_notice(service, say, decide):
    first, second = say("广告一"), say("广告二")
    assert kinds(claim(service)) == ["delete_message", "warn", "delete_message"]
    merged = service.measures.of_case(second.id)[-1]
    assert (merged.kind.value, merged.state.value, merged.detail) == ("warn", "cancelled", MERGED)
    assert kinds(service.measures.of_case(first.id)) == ["delete_message", "warn"]


def test_a_warning_follows_a_reminder_even_within_the_hour(service, say, decide):
    decide(say("可疑一"), Measure.REMIND, Decision.REVIEW)
    decide(say("可疑二"), Measure.WARN, Decision.REVIEW)
    decide(say("可疑三"), Measure.REMIND, Decision.REVIEW)
    assert kinds(claim(service)) == ["remind", "warn"]


def test_a_notice_waits_for_the_end_of_quiet_hours_and_a_deletion_does_not(service, say, decide):
    now = datetime.now(UTC)
    hours = [f"{now + timedelta(hours=n):%H:%M}" for n in (-1, 1)]
    policy = {"quiet_hours": [{"weekdays": [], "start": hours[0], "end": hours[1]}], "time_zone": "UTC"}
    service.policies.put("demo", policy, State.LIVE, "王")
    decide(say())
    assert kinds(claim(service)) == ["delete_message"]
    [warn] = service.measures.listed("demo", [OrderState.PENDING])
    assert timedelta(minutes=55) < warn.not_before - now < timedelta(minutes=65)


def test_orders_of_another_community_do_not_exist_here(service, say):
    service.add_community(Community("other", "别的群"))
    say("广告")
    carry_out(service, OrderState.FAILED)
    [warn, _] = service.measures.asking("demo")
    assert service.measures.asking("other") == []
    for act in (
        lambda: service.measures.retry("other", warn.id, "小张"),
        lambda: service.measures.settle("other", warn.id, OrderState.DONE, "小张"),
        lambda: service.measures.report(99, OrderState.DONE, "", "bot", SOON),
        lambda: claim(service, community="nowhere"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_failing_decision_orders_nothing(service, say, decide):
    case = say()
    decide(case, Measure.NONE, Decision.ALLOW)
    with pytest.raises(Conflict):
        decide(case, seen=0)
    assert service.measures.of_case(case.id) == []


def test_every_step_is_in_the_audit_log(service, say, decide, engine):
    given = decide(say())
    carry_out(service)
    service.review.undo(given.id, "小林")
    with SqlStore(engine).begin() as unit:
        deeds = [(entry.deed.actor, entry.deed.action) for entry in unit.audit.search("demo")][-2::-1]
        assert unit.audit.broken_at() is None
    assert deeds == [
        ("小林", "case.resolve"),
        ("小林", "measure.order"),
        ("key:bot", "measure.done"),
        ("key:bot", "measure.done"),
        ("小林", "case.undo"),
        ("小林", "measure.order"),
    ]


def test_what_waited_in_an_old_database_is_kept_as_unknown_and_handed_to_nobody(tmp_path):
    from alembic import command

    from copilot.adapters.sql import migrate

    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = connect(url)
    with engine.connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        row = (
            "INSERT INTO cases (community_id, message_id, text_digest, author, text, quoted, received_at, decision,"
            " measure, labels, scores, signals, versions) VALUES (:c, :m, :m, 'a', 't', '', '2026-01-01 00:00:00',"
            " :d, 'warn', '[\"ads\"]', '{}', '[]', '{\"model\": \"m\", \"policy\": \"p\"}')"
        )
        for number, (community, decision) in enumerate([("demo", "remove"), ("demo", "review"), ("", "remove")], 1):
            connection.execute(sa.text(row), {"c": community, "m": str(number), "d": decision})
            connection.execute(
                sa.text("INSERT INTO outbox (case_id, kind, created_at, state) VALUES (:n, :d, :t, 'pending')"),
                {"n": number, "d": decision, "t": "2026-01-01 00:00:00"},
            )
        connection.commit()
    upgrade(url)
    store = SqlStore(engine)
    with store.begin() as unit:
        unit.communities.add(Community("demo", "老群"))
    with store.begin() as unit:
        [kept] = unit.orders.of([1, 2, 3])
        assert (kept.case_id, kept.kind.value, kept.state.value) == (1, "delete_message", "unknown")
        assert unit.orders.offered(None, datetime.now(UTC), 10) == []
        assert not kept.asks
    engine.dispose()
