"""Decided cases move a verdict the way people decided, so far and no further."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.policy import DEFAULT_BANDS, NEVER_REMOVED, Policy
from copilot.precedents import adjust, strength
from copilot.types import LABELS, Decision, Label, Likeness, Precedent

SCORES = st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1), min_size=1, max_size=9)


@st.composite
def precedents(draw, decisions=tuple(Decision), likeness=tuple(Likeness)):
    decision = draw(st.sampled_from(decisions))
    labels = () if decision is Decision.ALLOW else tuple(draw(st.sets(st.sampled_from(LABELS), min_size=1, max_size=3)))
    return Precedent(
        draw(st.integers(1, 50)), "c", decision, labels, draw(st.floats(0, 1)), draw(st.sampled_from(likeness))
    )


def met(decision=Decision.REMOVE, *, likeness=Likeness.NEAR_COPY, similarity=0.98, case_id=1, labels=(Label.FRAUD,)):
    return Precedent(case_id, "c", decision, () if decision is Decision.ALLOW else labels, similarity, likeness)


def moved(score, *found, label=Label.FRAUD):
    return adjust({label: score}, found, DEFAULT_BANDS).scores[label]


def logit(score):
    return math.log(score / (1 - score))


def decided(score, *found):
    return Policy().decide(adjust({Label.FRAUD: score}, found, DEFAULT_BANDS).scores).decision


def test_a_known_scheme_in_new_clothes_is_flagged():
    assert decided(0.1) is Decision.ALLOW
    assert decided(0.1, met()) is Decision.REVIEW


def test_a_known_false_alarm_is_let_through_and_a_sure_removal_looked_at():
    assert decided(0.6, met(Decision.ALLOW)) is Decision.ALLOW
    assert decided(0.97, met(Decision.ALLOW)) is Decision.REVIEW
    assert decided(0.999, met(Decision.ALLOW, likeness=Likeness.SAME, similarity=1.0)) is Decision.ALLOW


def test_the_closer_the_further_and_many_more_than_one():
    same, copy, like = (moved(0.01, met(likeness=kind)) for kind in Likeness)
    assert same > copy > like > 0.01
    assert moved(0.01, met(), met(case_id=2)) > copy


@pytest.mark.parametrize("likeness", Likeness)
def test_people_who_disagree_cancel_each_other(likeness):
    up, down = met(likeness=likeness), met(Decision.ALLOW, likeness=likeness, case_id=2)
    assert moved(0.3, up, down) == pytest.approx(0.3)


def test_what_is_likelier_not_the_same_says_nothing():
    weak = met(similarity=0.5)
    assert adjust({Label.FRAUD: 0.3}, [weak], DEFAULT_BANDS).signals == ()
    assert moved(0.3, weak) == 0.3


def test_only_the_same_words_removed_twice_are_removed_by_precedent():
    same = met(likeness=Likeness.SAME, similarity=1.0)
    again = replace(same, case_id=2)
    assert decided(0.2, same) is Decision.REVIEW
    assert decided(0.2, same, same) is Decision.REVIEW  # one case counted twice
    assert decided(0.2, same, replace(again, decision=Decision.REVIEW)) is Decision.REVIEW
    assert decided(0.2, same, again) is Decision.REMOVE
    assert decided(0.2, same, again, met(Decision.ALLOW, likeness=Likeness.SAME, case_id=3)) is not Decision.REMOVE


def test_floods_are_not_judged_by_what_was_said_before():
    assert moved(0.2, met(likeness=Likeness.SAME, labels=(Label.FLOOD,)), label=Label.FLOOD) == 0.2
    assert moved(0.8, met(Decision.ALLOW, likeness=Likeness.SAME), label=Label.FLOOD) == 0.8


def test_the_reason_names_the_case_in_both_languages_and_says_how_it_was_found():
    shared = replace(met(likeness=Likeness.SIMILAR, similarity=0.9), community="library:schemes", case_id=9)
    first, second = adjust({Label.FRAUD: 0.2}, [shared, met()], DEFAULT_BANDS).signals
    assert first.reason.zh == "与判定为诈骗的案例（编号 1）几乎相同"
    assert first.reason.en == "Almost the same as case 1, which was decided to be fraud."
    assert "共享库" in second.reason.zh
    assert (first.source, first.label, first.kind) == ("precedent", None, "near_copy")


@settings(deadline=None)
@given(SCORES)
def test_without_precedents_nothing_changes(scores):
    assert adjust(scores, [], DEFAULT_BANDS).scores == scores


@settings(deadline=None)
@given(SCORES, st.lists(precedents(), max_size=6))
def test_scores_stay_probabilities_of_the_same_labels(scores, found):
    adjusted = adjust(scores, found, DEFAULT_BANDS).scores
    assert adjusted.keys() == scores.keys()
    assert all(0 <= value <= 1 for value in adjusted.values())


@settings(deadline=None)
@given(SCORES, st.lists(precedents(), max_size=5), precedents())
def test_each_more_case_moves_its_own_way_only(scores, found, more):
    before = adjust(scores, found, DEFAULT_BANDS).scores
    after = adjust(scores, [*found, more], DEFAULT_BANDS).scores
    for label in scores:
        if more.decision is Decision.ALLOW:
            assert after[label] <= before[label] + 1e-9
        else:
            assert after[label] >= before[label] - 1e-9
            assert label in more.labels or after[label] == before[label]


@settings(deadline=None)
@given(SCORES, precedents())
def test_one_case_never_turns_anything_into_a_removal(scores, found):
    policy = Policy()
    if policy.decide(scores).decision is not Decision.REMOVE:
        assert policy.decide(adjust(scores, [found], DEFAULT_BANDS).scores).decision is not Decision.REMOVE


@settings(deadline=None)
@given(st.floats(0, 0.999), st.lists(precedents(likeness=(Likeness.NEAR_COPY, Likeness.SIMILAR)), max_size=6))
def test_no_likeness_lifts_a_score_over_a_risk_controlled_threshold(score, found):
    scores, removal = {Label.FRAUD: score}, {Label.FRAUD: 0.7}
    after = adjust(scores, found, DEFAULT_BANDS, removal).scores[Label.FRAUD]
    assert (after >= 0.7) <= (score >= 0.7)
    assert (after >= 0.95) <= (score >= 0.95)


@settings(deadline=None)
@given(SCORES, st.lists(precedents(likeness=(Likeness.NEAR_COPY, Likeness.SIMILAR)), max_size=8))
def test_likeness_alone_never_removes_and_never_absolves_of_removal(scores, found):
    policy = Policy()
    before = policy.decide(scores).decision
    after = policy.decide(adjust(scores, found, DEFAULT_BANDS).scores).decision
    assert after is not Decision.REMOVE or before is Decision.REMOVE
    assert before is not Decision.REMOVE or after is not Decision.ALLOW


@settings(deadline=None)
@given(st.floats(0, 1), st.lists(precedents(likeness=(Likeness.SAME,)), max_size=8))
def test_what_a_person_must_look_at_is_never_removed(score, found):
    for label in NEVER_REMOVED:
        adjusted = adjust({label: score}, found, DEFAULT_BANDS).scores
        assert Policy().decide(adjusted).decision is not Decision.REMOVE


def test_however_many_agree_they_move_at_most_twice_as_far_as_the_strongest():
    many = [met(likeness=Likeness.SIMILAR, similarity=1.0, case_id=i) for i in range(50)]
    one, two, all_of_them = (logit(moved(0.1, *many[:count])) - logit(0.1) for count in (1, 2, 50))
    assert one == pytest.approx(strength(many[0]))
    assert one < two < all_of_them <= 2 * one + 1e-6
