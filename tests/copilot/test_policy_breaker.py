"""Never more removals than the quota, one notice a stop, and a person where something is out of the ordinary."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.policy.breaker import DAY, HOUR, Breaker, Cause, Quota, admit, confirm, open_for

WIDE = Quota(10_000, 100_000)
START = 1_780_000_000.0


def run(breaker, quota, times):
    granted, notices = [], []
    for time in times:
        admission = admit(breaker, quota, time)
        breaker = admission.breaker
        granted += [time] * admission.granted
        notices += [admission.notice] if admission.notice else []
    return breaker, granted, notices


def lived(per_hour, days):
    """A breaker that has seen so many removals in each hour of so many days."""
    times = [START + h * HOUR + HOUR * i / per_hour for h in range(24 * days) for i in range(per_hour)]
    breaker, granted, notices = run(Breaker(), WIDE, times)
    assert (len(granted), notices) == (len(times), [])
    return breaker, START + days * DAY


@given(
    st.lists(st.tuples(st.floats(-3 * HOUR, 6 * HOUR), st.integers(1, 4)), max_size=60),
    st.integers(0, 6),
    st.integers(0, 9),
    st.sets(st.integers(0, 59)),
)
def test_never_more_than_the_quota_whatever_comes_in_whatever_order(steps, per_hour, per_day, confirmed):
    breaker, now, quota = Breaker(), START, Quota(per_hour, per_day)
    granted = []
    for index, (step, wishes) in enumerate(steps):  # the clock also goes backwards
        now += step
        admission = admit(breaker, quota, now, wishes)
        breaker = Breaker.from_mapping(json.loads(json.dumps(admission.breaker.to_mapping())))
        granted += [admission.breaker.clock] * admission.granted
        if index in confirmed:
            breaker = confirm(breaker, breaker.clock)
    for span, most in ((HOUR, per_hour), (DAY, per_day)):
        assert all(sum(start <= time < start + span for time in granted) <= most for start in granted)


def test_a_used_up_hour_queues_the_rest_tells_once_and_closes_by_itself():
    quota = Quota(6, 100)
    breaker, granted, notices = run(Breaker(), quota, [START + 60 * i for i in range(30)])
    assert len(granted) == 6
    assert [(n.cause, n.since) for n in notices] == [(Cause.HOURLY_QUOTA, START + 360)]
    assert notices[0].reason.zh
    assert notices[0].until == START + 120 + HOUR  # when the third of six is an hour old
    assert admit(breaker, quota, notices[0].until - 1).granted == 0
    assert admit(breaker, quota, notices[0].until).granted == 1


def test_a_used_up_day_stays_used_up():
    quota = Quota(10, 12)
    _, granted, notices = run(Breaker(), quota, [START + HOUR * i for i in range(20)])
    assert len(granted) == 12
    assert [n.cause for n in notices] == [Cause.DAILY_QUOTA]
    assert notices[0].until == START + 5 * HOUR + DAY


def test_a_batch_is_granted_as_far_as_the_quota_goes():
    admission = admit(Breaker(), Quota(3, 100), START, 5)
    assert (admission.granted, admission.notice.cause) == (3, Cause.HOURLY_QUOTA)
    assert admit(admission.breaker, Quota(3, 100), START, 5).notice is None


def test_no_quota_means_no_removal():
    assert admit(Breaker(), Quota(0, 0), START).granted == 0


def test_a_spike_stops_until_a_person_confirms():
    breaker, now = lived(2, days=7)
    breaker, granted, notices = run(breaker, WIDE, [now + i for i in range(60)])
    assert [n.cause for n in notices] == [Cause.SPIKE]
    assert 8 <= len(granted) <= 15
    assert admit(breaker, WIDE, now + 30 * DAY).granted == 0
    breaker, granted, notices = run(confirm(breaker, now + 100), WIDE, [now + 101])
    assert (len(granted), notices) == (1, [])


def test_evenings_are_busier_and_no_spike():
    breaker, now = lived(4, days=7)
    _, granted, notices = run(breaker, WIDE, [now + 300 * i for i in range(12)])
    assert (len(granted), notices) == (12, [])


def test_a_few_removals_after_a_quiet_month_are_no_spike():
    breaker = admit(Breaker(), WIDE, START, 0).breaker
    _, granted, notices = run(breaker, WIDE, [START + 30 * DAY + i for i in range(7)])
    assert (len(granted), notices) == (7, [])


def test_a_new_community_is_given_some_room_but_not_every():
    _, granted, notices = run(Breaker(), WIDE, [START + i for i in range(200)])
    assert [n.cause for n in notices] == [Cause.SPIKE]
    assert 10 <= len(granted) <= 40


def test_an_attack_does_not_become_usual():
    breaker, now = lived(2, days=7)
    stopped, _, _ = run(breaker, WIDE, [now + i for i in range(500)])
    assert stopped.count - breaker.count < 20


@pytest.mark.parametrize("cause", [Cause.DRIFT, Cause.SPIKE])
def test_it_can_be_opened_from_outside_and_tells_once(cause):
    first = open_for(Breaker(), cause, START)
    again = open_for(first.breaker, cause, START + 1)
    assert (first.notice.cause, first.notice.until) == (cause, None)
    assert again.notice is None
    assert admit(again.breaker, WIDE, START + DAY).granted == 0
    assert admit(confirm(again.breaker, START + DAY), WIDE, START + DAY).granted == 1


def test_drift_outlasts_a_quota():
    used_up = admit(Breaker(), Quota(1, 1), START, 2)
    assert used_up.notice.cause is Cause.DAILY_QUOTA
    assert open_for(used_up.breaker, Cause.DRIFT, START).notice.cause is Cause.DRIFT


def test_a_clock_far_in_the_future_is_mended_by_a_person():
    quota = Quota(1, 1)
    lost = admit(Breaker(), quota, START + 1000 * DAY, 1).breaker
    assert admit(lost, quota, START).granted == 0
    mended = confirm(admit(lost, quota, START).breaker, START)
    assert admit(mended, quota, START + DAY - 1).granted == 0
    assert admit(mended, quota, START + DAY + 1).granted == 1


def test_asking_in_one_batch_or_one_by_one_is_the_same():
    singles, batch = Breaker(), admit(Breaker(), Quota(5, 50), START, 4)
    for _ in range(4):
        singles = admit(singles, Quota(5, 50), START).breaker
    assert singles == batch.breaker
