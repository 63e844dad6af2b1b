"""Scores become decisions in one place, and never softer by adding a signal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.policy import NEVER_REMOVED, Band, Policy, combine
from copilot.types import LABELS, Decision, Label, Measure, Reason, Signal

SCORES = st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1), max_size=9)
SIGNALS = st.lists(
    st.builds(Signal, st.just("s"), st.sampled_from([*LABELS, None]), st.floats(0, 1), st.just(Reason("因", "why"))),
    max_size=4,
)


@given(SCORES, SIGNALS, SIGNALS)
def test_adding_a_signal_never_softens_the_decision(model, signals, more):
    policy = Policy()
    before = policy.decide(combine(model, signals))
    after = policy.decide(combine(model, signals + more))
    assert after.decision.severity >= before.decision.severity


@given(st.floats(0, 1))
def test_rumours_and_stray_topics_are_never_removed(score):
    policy = Policy({label: Band(0.1, 0.2) for label in LABELS})
    for label in NEVER_REMOVED:
        assert policy.decide({label: score}).decision is not Decision.REMOVE


def test_bands_separate_allow_review_and_remove():
    policy = Policy({Label.ADS: Band(0.4, 0.9)})
    assert [policy.decide({Label.ADS: s}).decision.value for s in (0.39, 0.4, 0.9)] == ["allow", "review", "remove"]
    assert policy.decide({Label.ADS: 0.39}).measure is Measure.NONE


def test_flagged_labels_come_surest_first():
    policy = Policy()
    assert policy.decide({Label.ADS: 0.6, Label.FRAUD: 0.8, Label.PORN: 0.1}).labels == (Label.FRAUD, Label.ADS)


def test_a_forced_review_is_a_lower_bound_only():
    policy = Policy()
    assert policy.decide({}, forced_review=True).decision is Decision.REVIEW
    assert policy.decide({Label.ADS: 0.99}, forced_review=True).decision is Decision.REMOVE


@pytest.mark.parametrize(("review", "remove"), [(0, 0.5), (0.6, 0.5), (-1, 1)])
def test_a_band_in_the_wrong_order_is_refused(review, remove):
    with pytest.raises(ValueError, match="review <= remove"):
        Band(review, remove)
