"""What members are told: the clause, the measure, when; in their language, and never what they wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.policy.measures import OrderKind
from copilot.service.letters import (
    apology,
    appeal_upheld,
    correction,
    duration,
    matter,
    notice,
    report_answer,
    spoken_in,
)
from copilot.types import CitedClause, Clause, ClauseKind, Community, Decision, Label, Measure, Reason, Resolution

SENT = datetime(2026, 3, 6, 4, 30, tzinfo=UTC)
RULES = "1. 请勿发布广告。"
DEMO = Community("demo", "阳光花园", rules=RULES)
HIKERS = Community("hikers", "Weekend hikers", time_zone="Europe/London")
WHY = Reason("说的是这条", "Speaks of it.")


def cited(number, text, *labels, kind=ClauseKind.FORBID):
    return CitedClause(1, Clause(number, text, kind, labels), 0.9, WHY)


@pytest.fixture
def case(make_case):
    made = make_case("加我微信买广告位", community="demo", author="小王", sent_at=SENT)
    clauses = (
        cited(3, "周五可以发闲置。", Label.ADS, kind=ClauseKind.ALLOW),
        cited(2, "不许骂人。", Label.ABUSE),
        cited(1, "请勿发布广告。", Label.ADS),
    )
    return replace(made, assessment=replace(made.assessment, clauses=clauses))


def ruling(*labels):
    return Resolution(1, Decision.REMOVE, labels, Measure.WARN, "王", "", SENT)


def test_a_notice_names_the_clause_that_fits_the_decision_and_when(case):
    assert notice(OrderKind.WARN, matter(DEMO, case, ruling(Label.ADS))) == (
        "警告：你在 3 月 6 日 12:30 发的一条消息与群规第 1 条不符（“请勿发布广告”），请不要再发。如果再有，处理会加重。"
    )
    assert "第 2 条" in notice(OrderKind.REMIND, matter(DEMO, case, ruling(Label.ABUSE)))


def test_without_a_clause_it_says_for_what(case):
    bare = replace(case, assessment=replace(case.assessment, clauses=()))
    assert "属于广告引流，现禁言 1 天" in notice(OrderKind.MUTE, matter(DEMO, bare, None), 1440)


def test_an_english_group_reads_english_in_its_own_time(case):
    about = matter(HIKERS, case, ruling(Label.ADS))
    assert spoken_in(HIKERS) == "en"
    told = notice(OrderKind.MUTE, about, 90)
    assert told.startswith("You are muted for 1 hour 30 minutes, because a message you sent on 6 March at 04:30 goes")


@pytest.mark.parametrize("community", [DEMO, HIKERS])
def test_no_letter_repeats_what_the_member_wrote(case, community):
    about = matter(community, case, ruling(Label.ADS))
    letters = [notice(kind, about, 60) for kind in OrderKind]
    lifting = [kind for kind in OrderKind if kind.lifting]
    letters += [correction([kind], about, mistaken=wrong) for kind in lifting for wrong in (True, False)]
    letters += [apology(about), appeal_upheld(about, by_another=True), report_answer(about.language, upheld=True)]
    assert not [text for text in letters if "微信" in text]
    assert not [text for text in letters if "  " in text or "None" in text]


def test_several_liftings_are_one_letter_and_only_a_mistake_is_apologised_for(case):
    about = matter(DEMO, case, None)
    both = [OrderKind.LIFT_DELETE_MESSAGE, OrderKind.LIFT_MUTE]
    told = correction(both, about, mistaken=True)
    assert told.count("抱歉") == 1
    assert "不该删" in told
    assert "禁言已经解除" in told
    assert "抱歉" not in correction([OrderKind.LIFT_MUTE], about, mistaken=False)


def test_a_long_clause_is_cut(case):
    long = replace(case, assessment=replace(case.assessment, clauses=(cited(1, "不许" * 200, Label.ADS),)))
    assert len(notice(OrderKind.REMIND, matter(DEMO, long, ruling(Label.ADS)))) < 160


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (1, "1 分钟", "1 minute"),
        (90, "1 小时 30 分钟", "1 hour 30 minutes"),
        (1440, "1 天", "1 day"),
        (2885, "2 天 5 分钟", "2 days 5 minutes"),
    ],
)
def test_a_duration_reads_as_people_say_it(minutes, zh, en):
    assert (duration(minutes, "zh"), duration(minutes, "en")) == (zh, en)
