"""Shares, intervals and recall: what counts allow to be said, and no more."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.policy.estimates import (
    Estimate,
    Stratum,
    calibration_error,
    checks_for,
    quantile,
    recall,
    recall_at_most,
    reliability,
    share_of,
    wilson,
)
from copilot.policy.spot_checks import allotted


def test_wilson_gives_the_textbook_interval():
    found = wilson(8, 10)  # Agresti & Coull (1998) and any table
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_value_and_stays_between_nothing_and_all(part, more):
    found = wilson(part, part + more)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_three_hundred_copies_of_one_text_are_one_piece_of_evidence():
    single = share_of([(1, 1)] * 10)
    copied = share_of([(300, 300)])
    assert (copied.part, copied.whole) == (300, 300)
    assert copied.estimate.low < single.estimate.low
    assert copied.estimate.low == pytest.approx(share_of([(1, 1)]).estimate.low)


def test_of_nothing_there_is_no_share():
    assert share_of([]) is None
    assert share_of([(0, 0)]) is None


def checked(clean, harmful, size):
    """A stratum of which so many were drawn, all with the same chance."""
    chance = (clean + harmful) / size
    return Stratum(size, ((chance, False),) * clean + ((chance, True),) * harmful)


def test_too_few_checks_tell_nothing():
    assert recall(90, 0, None, 0, [checked(19, 0, 1000)]) is None
    assert recall(90, 0, None, 0, [checked(20, 0, 1000)]) is not None


def test_a_stratum_that_nobody_looked_into_leaves_recall_open():
    assert recall(90, 0, None, 0, [checked(40, 0, 1000), Stratum(5000, ())]) is None


def test_finding_nothing_in_a_few_checks_does_not_prove_that_nothing_slips_through():
    found = recall(90, 0, None, 0, [checked(40, 0, 5000)])
    assert found.value == 1.0
    assert found.low < 0.25


def test_a_miss_counts_for_as_many_as_it_stands_for():
    found = recall(100, 0, None, 0, [checked(99, 1, 1000)])  # one in a hundred of a thousand
    assert found.value == pytest.approx(100 / 110)


def test_what_people_came_across_lowers_recall():
    few, more = (recall(100, 0, None, missed, [checked(200, 0, 1000)]) for missed in (0, 25))
    assert more.value == pytest.approx(0.8)
    assert few.value == 1.0


def test_flags_that_wait_count_as_far_as_flags_are_right_and_widen_the_interval():
    strata = [checked(195, 5, 1000)]
    settled = recall(100, 0, None, 0, strata)
    waiting = recall(60, 50, Estimate(0.8, 0.6, 0.9), 0, strata)
    assert waiting.value == pytest.approx(settled.value)
    assert waiting.width > settled.width


def test_where_everything_was_checked_recall_is_known():
    every = Stratum(40, ((1.0, True),) * 10 + ((1.0, False),) * 30)
    assert recall(30, 0, None, 0, [every]) == Estimate(0.75, 0.75, 0.75)


def test_rarely_drawn_messages_weigh_more():
    rare_miss = Stratum(1000, ((0.5, False),) * 99 + ((0.1, True),))
    often_miss = Stratum(1000, ((0.5, False),) * 98 + ((0.1, False), (0.5, True)))
    assert recall(50, 0, None, 0, [rare_miss]).value < recall(50, 0, None, 0, [often_miss]).value


def test_reported_misses_bound_recall_even_without_checks():
    assert recall_at_most(95, 0, 5) == 0.95
    assert recall_at_most(95, 0, 0) is None


def test_more_checks_are_advised_until_the_interval_is_narrow():
    known = (300, 0, None, 0, [checked(57, 3, 4000)])
    more = checks_for(0.3, *known)
    assert more is not None
    assert more % 60 == 0
    assert recall(*known, factor=more / 60 + 1).width <= 0.3 < recall(*known).width


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    dice, sizes, rates = random.Random(11), (1500, 1000, 300), (0.001, 0.01, 0.1)
    held, trials, take = 0, 300, allotted(sizes, 60)
    for _ in range(trials):
        harmful = [sum(dice.random() < rate for _ in range(size)) for size, rate in zip(sizes, rates, strict=True)]
        strata = []
        for size, harm, taken in zip(sizes, harmful, take, strict=True):
            found = sum(drawn < harm for drawn in dice.sample(range(size), taken))
            strata.append(checked(taken - found, found, size))
        interval = recall(200, 0, None, 0, strata)
        held += interval.low <= 200 / (200 + sum(harmful)) <= interval.high
    assert held / trials >= 0.95


def test_scores_that_keep_their_word_have_no_error_and_boasts_have():
    honest = reliability([(0.85, i < 85) for i in range(100)])
    boasting = reliability([(0.95, i < 55) for i in range(100)])
    assert [(each.count, each.right) for each in honest] == [(100, 85)]
    assert calibration_error(honest) == pytest.approx(0)
    assert calibration_error(boasting) == pytest.approx(0.4)
    assert calibration_error(()) is None


def test_a_score_of_one_is_in_the_last_bin():
    assert reliability([(1.0, True)])[0].high == 1.0


def test_quantiles_lie_between_neighbours():
    assert quantile([], 0.5) is None
    assert quantile([3.0], 0.9) == 3.0
    assert quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
