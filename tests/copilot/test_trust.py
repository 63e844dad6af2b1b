"""The figures of trust, from a community's own messages and decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from copilot.adapters.sql import SqlStore
from copilot.ports import Appeal, AppealState
from copilot.service.periods import last_days, week_of
from copilot.service.trust_report import Appeals
from copilot.types import Community, Decision, Label

ZONE = "Asia/Shanghai"


@pytest.fixture
def service(make_service):
    made = make_service()
    made.add_community(Community("demo", "群"))
    return made


@pytest.fixture
def decide(service, make_message):
    """Keep a message and have people decide it; returns the resolution."""

    def decide(text, decision, labels=(), actor="小林"):
        [case] = service.ingest([make_message(text, community="demo")])
        return service.review.resolve(case.id, decision, labels, measure=None, actor=actor)

    return decide


def report(service, days=7):
    return service.trust.report("demo", last_days(days, datetime.now(UTC) + timedelta(seconds=1), ZONE))


def test_a_silent_community_has_no_figures_and_no_error(service):
    found = report(service)
    assert (found.messages, found.flags, found.precision, found.false_alarms) == (0, 0, None, None)
    assert found.recall.estimate is None
    assert found.calibration_error is None


def test_precision_is_the_share_of_flags_that_people_confirmed(service, decide, make_message):
    for i in range(3):
        decide(f"广告 {i}", Decision.REMOVE, [Label.ADS])
    decide("广告 假的", Decision.ALLOW)
    service.ingest([make_message("广告 没人看过", community="demo"), make_message(community="demo")])
    found = report(service)
    assert (found.precision.part, found.precision.whole) == (3, 4)
    assert (found.messages, found.flags) == (6, 5)
    assert found.waiting.messages == 1
    assert found.false_alarms.part == 1
    assert found.automatic.removed == 5
    assert (found.automatic.wrong.part, found.automatic.wrong.whole) == (1, 4)


def test_a_flag_that_was_harmful_for_another_reason_is_wrong_for_its_label(service, decide):
    decide("广告", Decision.REMOVE, [Label.FRAUD])
    found = report(service)
    ads = next(each for each in found.labels if each.label is Label.ADS)
    assert (ads.precision.part, ads.precision.whole) == (0, 1)
    assert (found.precision.part, found.precision.whole) == (1, 1)


def test_what_was_taken_back_does_not_count_and_a_change_of_mind_does(service, decide):
    taken_back = decide("广告 一", Decision.REMOVE, [Label.ADS])
    service.review.undo(taken_back.id, "小林")
    first = decide("广告 二", Decision.REMOVE, [Label.ADS])
    service.review.resolve(first.case_id, Decision.ALLOW, [], measure=None, actor="老周")
    found = report(service)
    assert found.decided == 1
    assert (found.precision.part, found.changed.part, found.overruled.part) == (0, 1, 1)
    assert found.waiting.messages == 1
    assert sum(found.work[-1].values()) == 3  # all of it was work


def test_work_is_told_by_person_and_day(service, decide):
    decide("广告 一", Decision.REMOVE, [Label.ADS])
    decide("广告 二", Decision.REMOVE, [Label.ADS], actor="老周")
    found = report(service)
    assert dict(found.work[-1]) == {"小林": 1, "老周": 1}
    assert not any(found.work[:-1])


def test_a_missed_message_that_somebody_came_across_bounds_recall(service, decide):
    for i in range(9):
        decide(f"广告 {i}", Decision.REMOVE, [Label.ADS])
    decide("看起来没事", Decision.REMOVE, [Label.FRAUD])
    recall = report(service).recall
    assert recall.estimate is None
    assert (recall.at_most, recall.reported) == (0.9, 1)


def test_recall_is_estimated_from_random_checks(service, decide, make_message):
    for i in range(30):
        decide(f"广告 {i}", Decision.REMOVE, [Label.ADS])
    service.ingest([make_message(f"闲聊 {i}", community="demo") for i in range(40)])
    service.trust.check("demo", "小林", datetime.now(UTC) + timedelta(seconds=1), wanted=40)
    for at, case in enumerate(service.review.queue("demo")):
        harmful = at < 10
        verdict = Decision.REMOVE if harmful else Decision.ALLOW
        labels = [Label.FRAUD] if harmful else []
        service.review.resolve(case.id, verdict, labels, measure=None, actor="小林")
    decide("看起来没事，有人举报了", Decision.REMOVE, [Label.FRAUD])  # received too late to be drawn
    found = report(service)
    assert (found.recall.checked, found.recall.found, found.recall.reported) == (40, 10, 1)
    assert found.recall.estimate.value == pytest.approx(30 / 41)
    ads, fraud = (next(e for e in found.labels if e.label is label) for label in (Label.ADS, Label.FRAUD))
    assert ads.recall.estimate.value == 1.0
    assert fraud.recall.estimate.value == 0.0


def test_waits_are_measured_to_the_first_decision(service, decide, engine):
    decide("广告", Decision.REMOVE, [Label.ADS])
    found = report(service)
    assert 0 <= found.median_wait <= found.long_wait < 60


def test_answered_appeals_count_and_those_granted(service, decide, engine):
    assert report(service).appeals is None
    for number, state in enumerate((AppealState.OVERTURNED, AppealState.UPHELD, AppealState.RECEIVED)):
        given = decide(f"广告 {number}", Decision.REMOVE, [Label.ADS])
        now = datetime.now(UTC)
        answered = now if state is not AppealState.RECEIVED else None
        appeal = Appeal(given.case_id, given.id, "冤枉", now, "老周", state=state, answered_at=answered)
        with SqlStore(engine).begin() as unit:
            kept = replace(appeal, id=unit.appeals.add(appeal))
            unit.appeals.change(kept)
    assert report(service).appeals == Appeals(2, 1)


def test_weeks_begin_on_monday_in_the_communitys_own_zone():
    week = week_of(date(2026, 11, 26), ZONE)  # a Thursday
    assert week.since == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert week.until - week.since == timedelta(days=7)
    assert len(week.days) == 8
    assert week.weeks == (week.since, week.until)


def test_the_last_days_end_now_and_are_cut_at_mondays():
    now = datetime(2026, 11, 26, 4, tzinfo=UTC)
    period = last_days(7, now, ZONE)
    assert period.until == now
    assert period.since == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert period.weeks == (period.since, datetime(2026, 11, 22, 16, tzinfo=UTC), now)


def test_a_change_of_clocks_shifts_the_edges_with_it():
    week = week_of(date(2026, 10, 28), "Europe/Berlin")
    assert {(b - a) for a, b in zip(week.days, week.days[1:], strict=False)} == {timedelta(days=1)}
    autumn = week_of(date(2026, 10, 25), "Europe/Berlin")
    assert autumn.days[-1] - autumn.days[-2] == timedelta(hours=25)


def test_counts_in_sql_and_by_hand_agree(service, make_message, engine):
    texts = ["广告", "可疑", "早", "广告 二", "你好"]
    service.ingest([make_message(text, community="demo") for text in texts])
    period = last_days(7, datetime.now(UTC) + timedelta(seconds=1), ZONE)
    with SqlStore(engine).begin() as unit:
        tallies = unit.figures.tallies("demo", period.weeks)
        flags = unit.figures.flags("demo", period.weeks)
    by_decision = {decision: sum(t.messages for t in tallies if t.decision is decision) for decision in Decision}
    assert by_decision == {Decision.ALLOW: 2, Decision.REVIEW: 1, Decision.REMOVE: 2}
    assert {each.labels: each.messages for each in flags} == {(Label.ADS,): 2, (Label.RUMOR,): 1}
    assert {tally.stretch for tally in tallies} == {len(period.weeks) - 2}
