"""A community's own calibration: what it changes, what it leaves alone, and when it is not to be had."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.errors import InvalidInput
from copilot.policy import Band
from copilot.types import Assessment, Case, Decision, Label, Measure, Message, Resolution, Versions
from models.head import SHIFTS, TILTS, CommunityHead, Correction, fit_correction, logit, sigmoid
from models.learn import Outcome, fit_head

BANDS = {Label.ABUSE: Band(0.5, 0.95)}
START = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = "encoder/1"

CORRECTIONS = st.builds(
    Correction,
    st.floats(*SHIFTS),
    st.floats(*TILTS),
    st.floats(0.01, 0.99),
    st.just(START),
)
SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=20)


def decisions(count, truth, seed=0, scores=(0.5, 0.97), author="author {}", actor="mod {}", start=0, model=MODEL):
    """Decided cases whose harmfulness is drawn from `truth(score)`; `{}` in a name counts up to three people."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(start, start + count):
        score = float(rng.uniform(*scores))
        labels = (Label.ABUSE,) if rng.random() < truth(score) else ()
        message = Message(f"m{number}", f"text {seed} {number}", author=author.format(number))
        own = {Label.ABUSE: score}
        assessment = Assessment(
            message.id, Decision.REVIEW, Measure.NONE, (), own, (), Versions(model, "p"), model_scores=own
        )
        at = START + timedelta(minutes=number)
        said = Decision.REVIEW if labels else Decision.ALLOW
        resolution = Resolution(number, said, labels, Measure.NONE, actor.format(number % 3), "", at)
        found.append((Case(message, assessment, at, id=number), resolution))
    return found


def right(score):
    return score


def milder(score):
    return float(sigmoid(logit(np.array(score)) - 3))


def harmless(score):
    return 0.0


def outcome(fitted):
    [report] = fitted.labels
    return report.outcome


def adjusted(head, *scores):
    return [row[Label.ABUSE] for row in head.adjust([{Label.ABUSE: score} for score in scores])]


@given(CORRECTIONS, SCORES)
def test_a_higher_score_stays_higher_and_a_probability(correction, scores):
    scores = np.sort(np.array(scores))
    moved = correction.apply(scores)
    assert np.all(np.diff(moved) >= -1e-12)
    assert np.all((moved >= 0) & (moved <= 1))


@given(CORRECTIONS)
def test_nothing_jumps_and_far_below_the_review_band_nothing_moves(correction):
    edge = logit(np.array(correction.edge))
    around = correction.apply(sigmoid(edge + np.array([-1e-6, 1e-6])))
    assert abs(around[1] - around[0]) < 1e-4
    far = sigmoid(np.array([edge - 4.5, edge - 8]))
    assert np.array_equal(correction.apply(far), far)


def test_what_is_no_number_goes_to_review_and_never_comes_out():
    correction = Correction(-2.0, 0.0, 0.5, START)
    assert correction.apply(np.array([np.nan, 0.0, 1.0]))[0] == 0.5
    assert np.isfinite(correction.apply(np.array([np.nan, 0.0, 1.0]))).all()


def test_labels_without_a_correction_pass_and_rows_keep_their_order():
    head = CommunityHead(MODEL, {Label.ABUSE: Correction(-1.0, 0.0, 0.5, START)})
    rows = [{Label.ADS: 0.9}, {Label.ABUSE: 0.9, Label.ADS: 0.3}, {}, {Label.ABUSE: 0.1}]
    moved = head.adjust(rows)
    assert [set(row) for row in moved] == [set(row) for row in rows]
    assert moved[0] == rows[0]
    assert moved[1][Label.ADS] == 0.3
    assert moved[1][Label.ABUSE] == pytest.approx(float(sigmoid(logit(np.array(0.9)) - 1)))
    assert moved[3] == rows[3]
    assert rows[1][Label.ABUSE] == 0.9


def test_a_head_survives_being_kept_as_json():
    head = CommunityHead(
        MODEL, {Label.ABUSE: Correction(-1.25, 0.5, 0.77, START), Label.ADS: Correction(1.0, 0.0, 0.2, START)}
    )
    again = CommunityHead.from_mapping(json.loads(json.dumps(head.to_mapping())))
    assert again == head
    assert again.version == head.version
    assert CommunityHead(MODEL).version != head.version


@pytest.mark.parametrize(
    "change",
    [{"shift": "nan"}, {"tilt": -1.5}, {"shift": 1e9}, {"edge": 0}, {"until": "yesterday"}, {"shift": None}],
)
def test_a_kept_head_that_would_do_harm_is_refused(change):
    kept = CommunityHead(MODEL, {Label.ABUSE: Correction(-1.0, 0.0, 0.5, START)}).to_mapping()
    kept["corrections"]["abuse"] |= change
    with pytest.raises(InvalidInput):
        CommunityHead.from_mapping(kept)
    with pytest.raises(InvalidInput):
        CommunityHead.from_mapping({"corrections": {}})


def moved_after(count):
    """How far the log odds of 0.8 move when half of so many messages of that score turn out harmless."""
    people = np.arange(count)
    fitted = fit_correction(np.full(count, 0.8), people % 2.0, people, people // 2 % 3, edge=0.5, until=START)
    return float(logit(fitted.apply(np.array([0.8])))[0] - logit(np.array(0.8)))


def test_ten_decisions_move_little_and_a_thousand_much():
    assert -0.6 < moved_after(10) < 0
    assert moved_after(1000) == pytest.approx(-1.386, abs=0.1)


def test_no_author_teaches_alone():
    score, honest = np.full(400, 0.8), np.ones(200)
    carried = np.concatenate([honest, np.zeros(200)])
    people = np.arange(400)
    many = fit_correction(score, carried, people, people % 3, edge=0.5, until=START)
    people[200:] = 200
    one = fit_correction(score, carried, people, people % 3, edge=0.5, until=START)
    alone = fit_correction(score[:200], honest, np.arange(200), np.arange(200) % 3, edge=0.5, until=START)
    at = np.array([0.8])
    assert abs(one.apply(at)[0] - alone.apply(at)[0]) < 0.06 < abs(many.apply(at)[0] - alone.apply(at)[0])


def test_a_milder_community_gets_fewer_reviews_and_is_told_what_it_gained():
    fitted = fit_head(decisions(600, milder), BANDS, MODEL)
    assert outcome(fitted) is Outcome.ADOPTED
    [report] = fitted.labels
    assert report.after.log_loss < report.before.log_loss
    assert report.after.calibration_error < report.before.calibration_error
    assert adjusted(fitted.head, 0.8)[0] < 0.5
    assert adjusted(fitted.head, 0.02) == [0.02]


def test_a_community_that_the_model_suits_keeps_it():
    adopted = [outcome(fit_head(decisions(300, right, seed), BANDS, MODEL)) is Outcome.ADOPTED for seed in range(8)]
    assert not any(adopted)


@pytest.mark.parametrize("count", [0, 1, 9, 20])
def test_few_decisions_change_nothing(count):
    fitted = fit_head(decisions(count, milder), BANDS, MODEL)
    assert not fitted.head.corrections


def test_where_a_look_is_worth_it_only_what_lies_above_changes():
    # people find two thirds of it harmful however sure the model is: no reason to look away, one to stop removing
    bands = {Label.ABUSE: Band(0.8, 0.95)}
    fitted = fit_head(decisions(1500, lambda score: 0.66, scores=(0.8, 0.999)), bands, MODEL)
    assert outcome(fitted) is Outcome.ADOPTED
    low, high = adjusted(fitted.head, 0.801, 0.97)
    assert low >= 0.8
    assert high < 0.95


def test_reports_of_what_was_not_reviewed_teach_nothing():
    reviewed = decisions(400, right)
    reported = decisions(2000, lambda score: 1.0, seed=1, scores=(0.1, 0.49), start=400)
    with_reports, without = fit_head(reviewed + reported, BANDS, MODEL), fit_head(reviewed, BANDS, MODEL)
    assert with_reports == without


def test_what_a_head_took_below_the_band_is_not_learnt_from_reports():
    first = fit_head(decisions(600, milder), BANDS, MODEL).head
    hidden = adjusted(first, 0.8)[0] < 0.5
    reported = decisions(600, lambda score: 1.0, seed=2, scores=(0.6, 0.8), start=600)
    again = fit_head(decisions(600, milder) + reported, BANDS, MODEL, first)
    assert hidden
    assert again.head == first


def test_an_author_who_floods_does_not_change_the_head():
    honest = decisions(300, right)
    bait = decisions(1500, harmless, seed=3, author="flood", start=300)
    assert outcome(fit_head(honest + bait, BANDS, MODEL)) is not Outcome.ADOPTED


def test_a_template_sent_from_many_accounts_is_one_piece_of_evidence():
    wave = [
        (replace(case, message=replace(case.message, text="同一条 消息")), resolution)
        for case, resolution in decisions(500, harmless)
    ]
    assert outcome(fit_head(wave, BANDS, MODEL)) is not Outcome.ADOPTED


def test_nobody_vouches_for_himself():
    honest = decisions(300, right)
    rogue = decisions(900, harmless, seed=4, actor="rogue", start=300)
    mixed = [pair for three in zip(honest, rogue[::3], rogue[1::3], rogue[2::3], strict=True) for pair in three]
    timed = [
        (case, replace(resolution, decided_at=START + timedelta(minutes=i)))
        for i, (case, resolution) in enumerate(mixed)
    ]
    assert outcome(fit_head(timed, BANDS, MODEL)) is not Outcome.ADOPTED
    assert outcome(fit_head(rogue, BANDS, MODEL)) is Outcome.ADOPTED  # who moderates alone decides alone


def test_the_order_in_which_cases_are_handed_in_does_not_matter():
    pairs = decisions(400, milder)
    assert fit_head(pairs, BANDS, MODEL) == fit_head(pairs[::-1], BANDS, MODEL)


def test_decisions_about_another_models_scores_are_left_out():
    fitted = fit_head(decisions(600, milder, model="encoder/0"), BANDS, MODEL)
    assert fitted.unusable == 600
    assert fitted.head == CommunityHead(MODEL)


def test_a_head_of_another_model_is_dropped():
    old = CommunityHead("encoder/0", {Label.ABUSE: Correction(-1.0, 0.0, 0.5, START)})
    assert fit_head(decisions(20, right), BANDS, MODEL, old).head == CommunityHead(MODEL)


def test_a_head_that_fits_is_kept_as_more_of_the_same_is_decided():
    first = fit_head(decisions(1000, milder), BANDS, MODEL).head
    again = fit_head(decisions(1200, milder), BANDS, MODEL, first)
    assert first.corrections
    assert again.head == first
    assert again.labels[0].held_back <= 200
