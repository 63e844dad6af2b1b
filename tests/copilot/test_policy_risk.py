"""Automatic removal only where evidence keeps wrong removals within the budget, and a stop where it no longer does."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.policy import DEFAULT_BANDS, Band
from copilot.policy.drift import ALARM, Watch, audit_share, audited
from copilot.policy.reference import Reference, at_least, at_most, choose_with
from copilot.policy.risk import (
    SHIFTS,
    WINDOW,
    Checked,
    Choice,
    Tally,
    binomial_tail,
    cases_needed,
    choose,
    margin,
    tallies,
)
from copilot.types import LABELS, Label

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BUDGET, CONFIDENCE = 0.01, 0.95


def checked(count, wrong=0, at=NOW, margin=0.5, name="case"):
    return [Checked(margin, i < wrong, at, f"{name}{margin}{i}") for i in range(count)]


def chosen(cases, **fields):
    return choose(tallies(cases, NOW, **fields), BUDGET, CONFIDENCE)


@pytest.mark.parametrize(
    ("wrong", "needed"),
    [(0, 299), (1, 473), (2, 628)],  # the sample sizes of acceptance tables for 1 % at 95 %
)
def test_how_many_cases_prove_the_budget_kept(wrong, needed):
    assert cases_needed(wrong, BUDGET, CONFIDENCE) == needed
    assert chosen(checked(needed, wrong)).shift is not None
    assert chosen(checked(needed - 1, wrong)).shift is None


def test_too_few_cases_say_how_many_are_missing():
    choice = chosen(checked(120))
    assert (choice.shift, choice.missing) == (None, 179)
    assert chosen([*checked(120), *checked(179, name="more")]).missing == 0
    assert chosen(checked(300, wrong=1)).missing == 173
    assert chosen([]).missing == 299


def test_thresholds_go_down_until_errors_begin():
    clean, mixed = checked(400, margin=0.6), checked(400, wrong=40, margin=-1.4)
    choice = chosen([*clean, *mixed])
    assert choice.tally == Tally(400, 0)
    assert choice.shift == 0.5
    assert chosen([*clean, *checked(400, margin=-1.4)]).shift == -1.5


def test_a_stricter_threshold_is_found_where_the_candidate_is_too_lax():
    choice = chosen([*checked(700, margin=3.1), *checked(500, wrong=100, margin=0.1)])
    assert 0.1 < choice.shift <= 3.1
    assert choice.tally.wrong == 0


def test_one_error_among_the_surest_does_not_outweigh_a_thousand_cases():
    assert chosen([*checked(300, wrong=1, margin=3.1), *checked(1200, margin=0.5)]).shift == 0.5


def test_copies_of_one_text_are_one_case():
    wave = [Checked(1.0, False, NOW - timedelta(minutes=i), "the same") for i in range(1000)]
    assert chosen(wave).missing == 298
    assert tallies([*wave, Checked(1.0, True, NOW, "the same")], NOW)[-1] == Tally(1, 1)


def test_old_cases_and_those_before_a_drift_are_no_evidence():
    assert chosen(checked(400, at=NOW - WINDOW - timedelta(days=1))).missing == 299
    assert chosen(checked(400, at=NOW + timedelta(days=1))).missing == 299
    assert chosen(checked(400, at=NOW - timedelta(days=3)), since=NOW - timedelta(days=2)).missing == 299


@given(st.integers(0, 40), st.integers(1, 400), st.floats(0.001, 0.5))
@settings(max_examples=60)
def test_the_binomial_tail_is_the_sum_of_its_terms(successes, trials, probability):
    term, total = (1 - probability) ** trials, 0.0
    for k in range(min(successes, trials) + 1):
        total += term
        term *= (trials - k) / (k + 1) * probability / (1 - probability)
    assert binomial_tail(successes, trials, probability) == pytest.approx(total, abs=1e-9)


def test_thresholds_that_break_the_budget_pass_no_oftener_than_promised():
    rng = random.Random(1)
    rounds, broken = 600, 0
    for _ in range(rounds):  # every threshold is wrong slightly more often than the budget allows, laxer ones more so
        cases = [
            Checked(m, rng.random() < (0.0101 if m > 1 else 0.02), NOW, str(i))
            for i, m in enumerate(rng.uniform(-2, 3) for _ in range(rng.choice((700, 1200))))
        ]
        broken += chosen(cases).shift is not None
    assert broken / rounds < 1 - CONFIDENCE + 0.02


@given(st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1)), st.sampled_from(SHIFTS))
def test_a_margin_above_the_shift_is_a_score_above_the_threshold(scores, shift):
    bands = {**DEFAULT_BANDS, Label.ADS: Band(0.2, 0.97), Label.PORN: Band(0.3)}
    thresholds = Choice(shift, Tally(400, 0)).removal(bands)
    assert Label.PORN not in thresholds
    assert Label.RUMOR not in thresholds
    reached = any(scores.get(label, 0.0) >= at for label, at in thresholds.items())
    close = any(abs(scores.get(label, 0.0) - at) < 1e-6 for label, at in thresholds.items())
    assert close or reached == (margin(scores, bands) >= shift)


def test_audits_see_a_share_and_always_the_same_messages():
    ids = [f"m{i}" for i in range(4000)]
    picked = [i for i in ids if audited("c", i, 0.2)]
    assert 700 < len(picked) < 900
    assert picked == [i for i in ids if audited("c", i, 0.2)]
    assert picked != [i for i in ids if audited("other", i, 0.2)]
    assert set(picked) <= {i for i in ids if audited("c", i, 0.5)}
    assert all(audited("c", i, 1.0) for i in ids)
    assert audited("c", "\ud800", 1.0)


def test_small_communities_audit_everything_and_large_ones_a_tenth():
    assert audit_share(100, BUDGET, CONFIDENCE) == 1
    assert audit_share(1196, BUDGET, CONFIDENCE) == pytest.approx(0.5)
    assert audit_share(10**6, BUDGET, CONFIDENCE) == 0.1


def stream(rng, share, length):
    return [rng.random() < share for _ in range(length)]


@pytest.mark.parametrize(("share", "within"), [(0.3, 40), (0.1, 150), (0.05, 300)])
def test_drift_is_found(share, within):
    rng = random.Random(2)
    found = sum(Watch().after(stream(rng, 0.004, 500) + stream(rng, share, within), BUDGET).alarmed for _ in range(100))
    assert found >= 80


def test_false_alarms_are_as_rare_as_stated():
    rng = random.Random(3)
    lengths = []
    for _ in range(60):
        watch = Watch()
        while not watch.alarmed and watch.audited < 2000:
            watch = watch.after(stream(rng, BUDGET, 50), BUDGET)
        lengths.append(watch.audited)
    assert sum(lengths) / len(lengths) >= ALARM


def test_an_alarm_stands_and_the_watch_can_be_kept():
    watch = Watch(since=7.0).after([True] * 5, BUDGET)
    assert watch.since == 7.0
    assert watch.alarmed
    assert watch.after([False] * 1000, BUDGET).alarmed
    assert Watch.from_mapping(watch.to_mapping()) == watch
    halves = Watch().after([False, True], BUDGET).after([False, False], BUDGET)
    assert halves == Watch().after([False, True, False, False], BUDGET)


def lent(clean=60_000, harmful=6_000):
    return Reference.of([-8.0] * clean, [1.0] * (harmful // 2) + [-6.0] * (harmful // 2))


def test_the_reference_serves_until_own_cases_suffice():
    few, enough = tallies(checked(50), NOW), tallies(checked(400, margin=2.1), NOW)
    borrowed = choose_with(few, lent(), 2000, 150, BUDGET, CONFIDENCE)
    assert borrowed.shift is not None
    assert borrowed.missing == 249
    assert choose_with(enough, lent(), 2000, 150, BUDGET, CONFIDENCE) == choose(enough, BUDGET, CONFIDENCE)
    assert choose_with(few, None, 2000, 150, BUDGET, CONFIDENCE).shift is None


def test_the_reference_is_not_used_where_harm_is_rare_or_own_cases_speak_against_it():
    few = tallies(checked(50), NOW)
    assert choose_with(few, lent(), 2000, 2, BUDGET, CONFIDENCE).shift is None
    assert choose_with(few, lent(clean=2000), 2000, 150, BUDGET, CONFIDENCE).shift is None
    assert choose_with(tallies(checked(50, wrong=1), NOW), lent(), 2000, 150, BUDGET, CONFIDENCE).shift is None


def test_a_reference_can_be_kept():
    assert Reference.from_mapping(lent().to_mapping()) == lent()
    with pytest.raises(ValueError, match="counts"):
        Reference((1,), (1,), 1, 1)


def test_bounds_of_proportions():
    assert at_most(0, 299, 0.05) == pytest.approx(0.00997, abs=1e-4)  # the rule of three
    assert at_least(0, 10, 0.05) == 0
    assert at_least(5, 10, 0.05) == pytest.approx(0.2224, abs=1e-3)
    assert at_most(5, 10, 0.05) == pytest.approx(0.7776, abs=1e-3)
