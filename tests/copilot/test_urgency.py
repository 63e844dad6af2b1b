"""What stands first in the queue, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.policy.answers import Answer, answer_for, decision_of
from copilot.policy.urgency import DOUBLING, Level, Reach, urgency
from copilot.types import Assessment, Decision, Label, Measure, Versions

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def judged(*labels: Label, score: float = 0.9) -> Assessment:
    return Assessment(
        "m", Decision.REVIEW, Measure.NONE, labels, dict.fromkeys(labels, score), (), Versions("m/1", "p/1")
    )


def test_what_does_more_harm_comes_first():
    ranks = [urgency(judged(label), NOW).rank for label in (Label.FRAUD, Label.ABUSE, Label.ADS, Label.OFF_TOPIC)]
    assert ranks == sorted(ranks, reverse=True)
    assert urgency(judged(Label.ADS, Label.FRAUD), NOW).label is Label.FRAUD


@pytest.mark.parametrize(
    "more",
    [
        urgency(judged(Label.ADS, score=0.99), NOW),
        urgency(judged(Label.ADS), NOW, Reach(audience=100)),
        urgency(judged(Label.ADS), NOW, Reach(copies=5)),
        urgency(judged(Label.ADS), NOW, reports=0.5),
        urgency(judged(Label.ADS), NOW - timedelta(minutes=1)),
    ],
)
def test_surer_further_reaching_repeated_reported_and_older_ones_stand_higher(more):
    assert more.rank > urgency(judged(Label.ADS), NOW).rank


def test_the_order_of_two_cases_does_not_depend_on_when_one_looks():
    old = urgency(judged(Label.OFF_TOPIC), NOW)
    fresh = urgency(judged(Label.FRAUD), NOW + timedelta(hours=30))
    for later in (timedelta(hours=31), timedelta(days=9)):
        assert (old.now(NOW + later) > fresh.now(NOW + later)) == (old.rank > fresh.rank)
    assert old.now(NOW + DOUBLING) == pytest.approx(2 * old.now(NOW))


def test_nothing_waits_for_ever():
    forgotten = urgency(judged(Label.OFF_TOPIC), NOW)
    fresh = urgency(judged(Label.FRAUD), NOW + timedelta(days=7), Reach(audience=500, copies=10))
    assert forgotten.rank > fresh.rank
    assert forgotten.level(NOW) is Level.LOW
    assert forgotten.level(NOW + timedelta(days=7)) is Level.HIGH


def test_a_case_without_a_label_or_from_the_future_is_ranked_all_the_same():
    assert urgency(judged(), NOW).level(NOW - timedelta(days=3)) is Level.LOW


@pytest.mark.parametrize("answer", [Answer.REMIND, Answer.WARN, Answer.MUTE])
def test_mild_answers_leave_standing_what_the_machine_may_never_remove(answer):
    assert decision_of(answer, [Label.OFF_TOPIC]) is Decision.REVIEW
    assert decision_of(answer, [Label.RUMOR, Label.OFF_TOPIC]) is Decision.REVIEW
    assert decision_of(answer, [Label.RUMOR, Label.ADS]) is Decision.REMOVE
    assert decision_of(Answer.REMOVE, [Label.RUMOR]) is Decision.REMOVE
    assert decision_of(Answer.APPROVE, []) is Decision.ALLOW


def test_a_suggested_measure_has_its_answer():
    assert [answer_for(measure, Decision.REVIEW) for measure in Measure] == [
        None,
        Answer.REMIND,
        Answer.WARN,
        Answer.MUTE,
        Answer.EXPEL,
    ]
    assert answer_for(Measure.NONE, Decision.REMOVE) is Answer.REMOVE
