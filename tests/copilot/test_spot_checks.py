"""Random checks of what was let through: drawn with known chances, put before people, each only once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.adapters.sql import SqlStore
from copilot.errors import Conflict, NotFound
from copilot.policy.spot_checks import Draw, Pool, allotted, chance, stratum_of, suspicion
from copilot.ports import Wanted
from copilot.types import Community, Decision, Label

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=5), st.integers(0, 200))
def test_a_draw_takes_what_was_wanted_or_all_there_is(sizes, wanted):
    taken = allotted(sizes, wanted)
    assert sum(taken) == min(wanted, sum(sizes))
    assert all(0 <= took <= size for took, size in zip(taken, sizes, strict=True))


def test_no_stratum_is_left_out_and_close_ones_get_more_than_their_share():
    taken = allotted([90_000, 8_000, 200], 20)
    assert min(taken) >= 1
    assert taken[1] / 20 > 8_000 / 98_200


def test_labels_that_never_remove_make_nothing_suspicious():
    assert suspicion({Label.OFF_TOPIC: 0.9, Label.RUMOR: 0.9, Label.ADS: 0.2}) == 0.2
    assert [stratum_of(value) for value in (0.0, 0.03, 0.2)] == [0, 1, 2]


def test_chances_of_several_draws_add_up_as_chances_do():
    first = Draw(NOW - timedelta(days=30), NOW, (Pool(100, 10), Pool(0, 0), Pool(0, 0)))
    second = Draw(NOW - timedelta(days=10), NOW, (Pool(90, 9), Pool(0, 0), Pool(0, 0)))
    assert chance(NOW - timedelta(days=20), 0, [first, second]) == pytest.approx(0.1)
    assert chance(NOW - timedelta(days=5), 0, [first, second]) == pytest.approx(1 - 0.9 * 0.9)
    assert chance(NOW - timedelta(days=40), 0, [first, second]) == 0


@pytest.fixture
def service(make_service):
    made = make_service()
    made.add_community(Community("demo", "群"))
    made.add_community(Community("other", "别的群"))
    return made


def said(service, make_message, count, community="demo"):
    return service.ingest([make_message(f"今天第 {i} 件事", community=community) for i in range(count)])


def test_drawn_messages_wait_in_the_queue_until_somebody_decides_them(service, make_message):
    said(service, make_message, 30)
    assert service.trust.check("demo", "小林", datetime.now(UTC), wanted=5) == 5
    waiting = service.review.queue("demo")
    assert len(waiting) == 5
    service.review.resolve(waiting[0].id, Decision.ALLOW, [], measure=None, actor="小林")
    assert len(service.review.queue("demo")) == 4


def test_no_message_is_drawn_twice_and_none_of_another_community(service, make_message):
    said(service, make_message, 8)
    said(service, make_message, 8, "other")
    assert service.trust.check("demo", "小林", datetime.now(UTC), wanted=5) == 5
    assert service.trust.check("demo", "小林", datetime.now(UTC), wanted=5) == 3
    assert service.trust.check("demo", "小林", datetime.now(UTC), wanted=5) == 0
    assert {case.message.community for case in service.review.queue("demo")} == {"demo"}


def test_flagged_and_decided_messages_are_never_drawn(service, make_message):
    service.ingest([make_message("广告", community="demo")])
    [case] = said(service, make_message, 1)
    service.review.resolve(case.id, Decision.ALLOW, [], measure=None, actor="小林")
    assert service.trust.check("demo", "小林", datetime.now(UTC)) == 0


def test_drawn_messages_come_up_in_the_queue_that_people_work_through(service, make_message):
    said(service, make_message, 6)
    service.trust.check("demo", "小林", datetime.now(UTC), wanted=3)
    page = service.queue.page(Wanted(("demo",), "小林"), None, 10)
    assert len(page.rows) == 3


def test_checks_that_nobody_looks_at_are_not_piled_up(service, make_message):
    said(service, make_message, 130)
    for _ in range(5):
        service.trust.check("demo", "小林", datetime.now(UTC))
    with pytest.raises(Conflict):
        service.trust.check("demo", "小林", datetime.now(UTC))


def test_a_draw_is_audited_and_an_unknown_community_is_none(service, make_message, engine):
    said(service, make_message, 3)
    service.trust.check("demo", "小林", datetime.now(UTC), wanted=2)
    with SqlStore(engine).begin() as unit:
        [entry] = unit.audit.search("demo", action="check.")
    assert (entry.deed.actor, entry.deed.after) == ("小林", {"messages": 2})
    with pytest.raises(NotFound):
        service.trust.check("nowhere", "小林", datetime.now(UTC))
