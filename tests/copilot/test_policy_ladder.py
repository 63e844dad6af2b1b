"""Measures climb with the record and fade with time; nothing but the case itself counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.policy import CLEAN_RECORD, DEFAULT_LADDER, Policy, Rung, Standing, Strike, standing, strikes, suggest
from copilot.types import (
    LABELS,
    Assessment,
    Case,
    Clause,
    ClauseKind,
    Decision,
    Label,
    Measure,
    Message,
    Resolution,
    Versions,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def days_ago(days):
    return NOW - timedelta(days=days)


def warned(days, label=Label.ADS, measure=Measure.WARN):
    return Strike((label,), measure, days_ago(days))


def decided(days, measure=Measure.WARN, decision=Decision.REMOVE, **fields):
    assessment = Assessment("m", Decision.REVIEW, measure, (Label.ADS,), {}, (), Versions("m", "p"))
    message = Message("m", "特价", fields.pop("community", "c"), fields.pop("author", "a"), sent_at=days_ago(days))
    labels = () if decision is Decision.ALLOW else (Label.ADS,)
    return Case(message, assessment, NOW), Resolution(1, decision, labels, measure, "mod", "", NOW, **fields)


@pytest.mark.parametrize(
    ("past", "measure", "minutes"),
    [
        ([], Measure.REMIND, 0),
        ([2], Measure.WARN, 0),
        ([9, 2], Measure.MUTE, 60),
        ([12, 9, 2], Measure.MUTE, 1440),
        ([13, 12, 9, 6, 2], Measure.REMOVE, 0),
        ([31], Measure.REMIND, 0),  # a warning is forgotten after a month
    ],
)
def test_each_breach_climbs_and_time_forgives(past, measure, minutes):
    verdict = Policy().decide({Label.ADS: 0.7}, standing=standing([warned(d) for d in past], NOW))
    assert (verdict.measure, verdict.minutes) == (measure, minutes)


def test_the_measure_says_why():
    first = suggest(Label.ADS, sure=False)
    second = suggest(Label.ADS, sure=False, standing=standing([warned(3)], NOW))
    assert "首次" in first.reason.zh
    assert "first" in first.reason.en
    assert second.reason.zh.startswith("第 2 次，30 天内")
    assert "number 2 within 30 days" in second.reason.en


@pytest.mark.parametrize("label", [label for label in LABELS if len(set(DEFAULT_LADDER[label][:2])) == 2])
def test_what_may_be_an_honest_first_slip_is_answered_more_mildly(label):
    slip, clear = suggest(label, sure=False), suggest(label, sure=True)
    assert slip.rung.severity < clear.rung.severity


def test_a_burst_is_one_breach():
    burst = [Strike((Label.ADS,), Measure.WARN, days_ago(1) + timedelta(minutes=m)) for m in (0, 5, 50)]
    assert standing(burst, NOW) == standing(burst[:1], NOW)
    assert standing([*burst, warned(5)], NOW).recent == 2


def test_heavier_measures_are_remembered_for_longer():
    def counts(measure, days):
        return standing([warned(days, measure=measure)], NOW).count

    assert [counts(Measure.REMIND, d) for d in (17, 18)] == [1, 0]
    assert [counts(Measure.MUTE, d) for d in (39, 41)] == [1, 0]
    assert standing([warned(10, Label.FRAUD)], NOW).weight > standing([warned(10, Label.OFF_TOPIC)], NOW).weight


def test_an_undone_or_allowed_case_is_no_strike():
    kept = decided(3)
    assert strikes([kept, decided(2, undone_at=NOW), decided(2, Measure.NONE, Decision.ALLOW)]) == strikes([kept])
    assert standing(strikes([decided(2, undone_at=NOW)]), NOW) == CLEAN_RECORD


def test_a_case_judged_again_does_not_count_against_itself():
    assert standing([Strike((Label.ADS,), Measure.WARN, NOW), warned(-1)], NOW) == CLEAN_RECORD


@given(
    st.lists(st.tuples(st.floats(0.1, 200), st.sampled_from(Measure)), max_size=6),
    st.lists(st.text(min_size=1, max_size=8), min_size=3, max_size=3),
    st.sampled_from(LABELS),
    st.floats(0.5, 1),
)
def test_equal_cases_get_equal_measures_whoever_and_wherever(past, names, label, score):
    def verdict(author, community, actor):
        cases = [decided(days, measure, author=author, community=community) for days, measure in past]
        renamed = [
            (case, Resolution(7, r.decision, r.labels, r.measure, actor, actor, r.decided_at)) for case, r in cases
        ]
        return Policy().decide({label: score}, standing=standing(strikes(renamed), NOW))

    assert verdict("甲", "一群", "群主") == verdict(*names)


@given(st.lists(st.tuples(st.floats(0.1, 90), st.sampled_from(LABELS), st.sampled_from(Measure)), max_size=6))
def test_order_does_not_matter_and_a_longer_record_is_never_milder(past):
    record = [Strike((label,), measure, days_ago(days)) for days, label, measure in past]
    whole = standing(record, NOW)
    assert standing(record[::-1], NOW).weight == pytest.approx(whole.weight)
    more = standing([*record, Strike((Label.FRAUD,), Measure.REMOVE, NOW - timedelta(seconds=1))], NOW)
    assert more.weight >= whole.weight
    for label in LABELS:
        assert (
            suggest(label, sure=True, standing=more).rung.severity
            >= suggest(label, sure=True, standing=whole).rung.severity
        )


def forbidding(measure, labels=(Label.ADS,), kind=ClauseKind.FORBID):
    return Clause(4, "广告直接踢", kind, labels, measure)


def test_a_clause_that_names_a_measure_is_the_least_there_is():
    assert suggest(Label.ADS, sure=False, clause=forbidding(Measure.REMOVE)).rung == Rung(Measure.REMOVE)
    muted = suggest(Label.ADS, sure=False, clause=forbidding(Measure.MUTE))
    assert muted.rung == Rung(Measure.MUTE, 60)
    assert "第 4 条" in muted.reason.zh
    assert "clause 4" in muted.reason.en
    worse = suggest(Label.ADS, sure=False, standing=Standing(4), clause=forbidding(Measure.REMIND))
    assert worse.rung.measure is Measure.REMOVE


@pytest.mark.parametrize(
    "clause", [forbidding(Measure.REMOVE, (Label.ABUSE,)), forbidding(Measure.REMOVE, kind=ClauseKind.INFORM)]
)
def test_a_clause_about_something_else_changes_nothing(clause):
    assert suggest(Label.ADS, sure=False, clause=clause) == suggest(Label.ADS, sure=False)
