"""What a report weighs, and who is asked to look at an appeal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from copilot.policy.assignment import Bench, assignee, may_answer
from copilot.policy.reporters import Record, beta_below, joint_weight


def test_a_newcomers_report_weighs_one_half():
    assert Record().weight == 0.5


def test_each_upheld_report_makes_the_next_weightier_and_each_dismissed_one_lighter():
    weights = [Record(upheld, 5).weight for upheld in range(10)]
    assert weights == sorted(weights)
    assert Record(3, 1).weight > Record().weight > Record(1, 3).weight


def test_ten_groundless_reports_mute_and_nine_do_not():
    assert Record(0, 9).weight > 0
    assert Record(0, 10).weight == 0
    assert Record(3, 10).weight > 0


def test_a_muted_reporter_is_heard_again_once_others_agree_with_them():
    assert Record(0, 12).muted
    assert not Record(3, 12).muted


def test_two_agreeing_reporters_weigh_more_than_one_and_a_muted_one_adds_nothing():
    alone = joint_weight([Record()])
    assert joint_weight([Record(), Record()]) == pytest.approx(0.75)
    assert joint_weight([Record(), Record(0, 20)]) == alone
    assert joint_weight([]) == 0


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_beta_distribution_is_that_of_numerical_integration(a, b, x):
    assert beta_below(x, a, b) == pytest.approx(beta.cdf(x, a, b), abs=1e-9)


BENCH = Bench(("小林", "小张", "老王"), ("管理",))


def test_an_appeal_goes_to_the_least_busy_moderator_who_did_not_decide():
    assert assignee(BENCH, "小张", {"小林": 2}) == "老王"
    assert assignee(BENCH, "machine", {"小林": 1, "老王": 1}) == "小张"


def test_an_admin_steps_in_only_where_no_other_moderator_is_left():
    assert assignee(Bench(("小林",), ("管理",)), "小林", {}) == "管理"
    assert assignee(Bench(("小林", "小张"), ("管理",)), "小林", {"小张": 99}) == "小张"


def test_a_single_moderator_answers_for_themselves_and_without_any_nobody_is_named():
    alone = Bench(("小林",))
    assert assignee(alone, "小林", {}) == "小林"
    assert may_answer("小林", "小林", alone)
    assert assignee(Bench(), "小林", {}) == ""


def test_nobody_judges_their_own_decision_while_another_one_could():
    assert not may_answer("小林", "小林", BENCH)
    assert may_answer("小张", "小林", BENCH)


@given(
    st.sets(st.sampled_from("甲乙丙丁")),
    st.sampled_from("甲乙丙丁"),
    st.dictionaries(st.sampled_from("甲乙丙丁"), st.integers(0, 5)),
)
def test_the_one_who_decided_is_never_asked_while_another_one_is_there(moderators, decided_by, waiting):
    bench = Bench(tuple(sorted(moderators)))
    chosen = assignee(bench, decided_by, waiting)
    if moderators - {decided_by}:
        assert chosen in moderators - {decided_by}
