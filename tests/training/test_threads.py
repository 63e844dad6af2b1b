"""Fitting the grouping finds what is there to be found."""

import numpy as np
import pytest

from copilot.drafting.threads.weights import Weights, fitted_weights
from training.days import days
from training.thread_cases import sample, talk_cases
from training.threads import bcubed, count_words, fit, fit_choice, fit_share, harmonic, labels


def test_a_choice_is_learnt_where_any_of_several_options_is_right():
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(200):
        options = rng.normal(size=(4, 2))
        cases.append((options, options[:, 0] >= np.sort(options[:, 0])[-2]))
    weights = fit_choice(cases, 1.0)
    assert weights[0] > 2
    assert abs(weights[1]) < 0.5


def test_the_intercept_is_not_pulled_to_zero():
    rows = np.ones((1000, 1))
    weights = fit_share(rows, np.arange(1000) < 10, 100.0)
    assert 1 / (1 + np.exp(-weights[0])) == pytest.approx(0.01, rel=0.05)


def test_two_days_teach_more_than_pauses_know():
    samples = [sample(day, None) for day in days("train")[:3]]
    weights = fit(samples[:2], fitted_weights(False).limits)
    unseen = samples[2]
    assert harmonic(*bcubed(labels(unseen, weights), unseen.gold)) > 0.5


def test_every_choice_has_a_right_option_and_a_wrong_one():
    for options, right in talk_cases(sample(days("train")[0], None)):
        assert len(options) == len(right) > 1
        assert right.any()


def test_shipped_weights_are_those_of_the_training_days():
    refitted = fit([sample(day, None) for day in days("train")], fitted_weights(False).limits)
    shipped = fitted_weights(False).stored()["models"]
    for model, weights in refitted.stored()["models"].items():
        assert weights == pytest.approx(shipped[model], abs=0.05)


def test_stored_weights_name_every_feature():
    stored = fitted_weights(True).stored()
    del stored["models"]["talks"]["gap"]
    with pytest.raises(KeyError):
        Weights.read(stored)


def test_the_words_counted_are_those_shipped():
    counted = count_words()
    assert counted["messages"] > 5000
    assert "电梯" in counted["words"]
