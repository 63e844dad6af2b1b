"""The simulated communities: what is drawn is what was asked for, and disturbances disturb as they say."""

import numpy as np
import pytest

from copilot.policy import Band
from copilot.types import Decision, Label
from eval import learning
from eval.replay import kept, measure
from models.head import logit, sigmoid
from models.learn import fit_head

BANDS = {Label.ABUSE: Band(0.5, 0.95)}
POOL = np.linspace(0.01, 0.99, 99)


def drawn(shift, size=400, seed=0):
    return learning.drawn_group("drawn", shift, POOL, BANDS, size, np.random.default_rng(seed))


def test_drawn_communities_decide_what_is_flagged_and_are_measured_on_everything():
    first, later = drawn(0.0)
    assert first.flagged(BANDS).all()
    assert 0.3 < later.flagged(BANDS).mean() < 0.7


@pytest.mark.parametrize("shift", [-2.0, 0.0, 2.0])
def test_labels_are_drawn_as_far_from_the_model_as_was_asked(shift):
    _, later = drawn(shift)
    expected = sigmoid(logit(later.scores) + shift).mean()
    assert later.carried.mean() == pytest.approx(expected, abs=0.03)


def test_people_err_as_often_as_they_are_told_to():
    first, _ = drawn(0.0, 2000)
    pairs = learning.decide(first, np.random.default_rng(1), noise=0.1)
    wrong = [bool(r.labels) != bool(carried) for (_, r), carried in zip(pairs, first.carried[:, 0], strict=True)]
    assert np.mean(wrong) == pytest.approx(0.1, abs=0.02)
    assert len({resolution.actor for _, resolution in pairs}) == 3


def test_the_rogue_decides_most_and_finds_it_harmless():
    first, _ = drawn(2.0)
    pairs = learning.rogue(learning.decide(first, np.random.default_rng(1)))
    his = [r for _, r in pairs if r.actor == "rogue"]
    assert len(his) == pytest.approx(len(pairs) * 2 / 3, abs=1)
    assert {r.decision for r in his} == {Decision.ALLOW}


def test_the_flooding_author_writes_half_of_everything():
    first, _ = drawn(0.0)
    pairs = learning.flooded(learning.decide(first, np.random.default_rng(1)))
    authors = [case.message.author for case, _ in pairs]
    assert authors.count("flood") == len(pairs) // 2 == len(first.texts)


def test_figures_count_false_alarms_recall_and_wrong_removals():
    group = learning.Group(
        "g", ["a", "b", "c", "d"], (Label.ABUSE,), np.zeros((4, 1)), np.array([[True], [True], [False], [False]])
    )
    found = learning.figures(group, np.array([[0.6], [0.1], [0.97], [0.1]]), BANDS)
    assert (found["false_alarms"], found["recall"]) == (0.5, 0.5)
    assert (found["removed"], found["wrongly_removed"]) == (0.25, 0.25)


def test_a_line_says_how_often_a_head_was_adopted_and_what_it_changed():
    rng = np.random.default_rng(0)
    first, later = drawn(-3.0)
    [row] = [learning.line("milder", [(learning.decide(first, rng), later)], BANDS)]
    before, after = map(float, str(row["false_alarms"]).split(" → "))
    assert row["adopted"] == 1
    assert after < before / 2
    same = learning.line("none", [(learning.decide(first, rng)[:5], later)], BANDS)
    assert same["adopted"] == 0
    assert len(set(str(same["log_loss"]).split(" → "))) == 1


def test_heads_are_applied_to_every_row():
    first, later = drawn(-3.0)
    head = fit_head(learning.decide(first, np.random.default_rng(0)), BANDS, "simulated").head
    assert learning.adjusted(head, later).shape == later.scores.shape


def test_the_replay_yardstick_counts_every_message():
    table = measure(1000)
    assert [row["messages"] for row in table] == [1000, 1000, 1000]
    assert all(row["changed"] for row in table[:2])
    assert sum(resolution is not None for _, resolution in kept(1000)) == 50


@pytest.mark.slow
def test_thresholds_and_lists_are_replayed_over_a_hundred_thousand_messages_within_ten_seconds():
    seconds = [float(str(row["seconds"])) for row in measure()]
    assert max(seconds[:2]) < 10
    assert seconds[2] < 60  # rules are cited anew for every message
