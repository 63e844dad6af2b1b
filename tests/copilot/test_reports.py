"""Members' reports: one case however many report it, weighed by their record, answered when it is decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from copilot.adapters.sql import SqlStore
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.ports import Category, ReportState
from copilot.service.reports import weights
from copilot.types import Community, Decision, Label, Measure, Message


@pytest.fixture
def service(make_service):
    service = make_service()
    service.add_community(Community("demo", "阳光花园"))
    return service


@pytest.fixture
def say(service, make_message):
    def say(text="大家早上好", **fields):
        return service.ingest([make_message(text, **{"community": "demo", "author": "小王", **fields})])[0]

    return say


@pytest.fixture
def report(service):
    def report(case=None, reporter="小李", category=Category.ADS, **fields):
        message = fields.pop("message", None) or Message(case.message.id, "", "demo")
        fields.setdefault("has_text", case is None)
        return service.reports.file(message, category, reporter, filed_by="key:bot", **fields)

    return report


def decide(service, case_id, decision=Decision.REMOVE, **fields):
    labels = () if decision is Decision.ALLOW else (Label.ADS,)
    return service.review.resolve(case_id, decision, labels, **{"measure": Measure.NONE, "actor": "小林", **fields})


def weigh(service, engine, *case_ids):
    with SqlStore(engine).begin() as unit:
        return weights(unit, case_ids)


def test_what_the_machine_let_pass_comes_before_a_person_when_it_is_reported(service, say, report):
    case = say("看起来没事")
    assert service.review.queue("demo") == []
    report(case)
    assert [queued.id for queued in service.review.queue("demo")] == [case.id]


def test_several_reports_of_one_message_are_one_case(service, say, report, engine):
    case = say()
    filed = [report(case, name)[0] for name in ("小李", "小赵", "小孙")]
    assert {one.case_id for one in filed} == {case.id}
    [waiting] = service.reports.waiting("demo")
    assert len(waiting.reports) == 3
    assert weigh(service, engine, case.id) == {case.id: pytest.approx(0.875)}


def test_reporting_the_same_twice_is_the_same_report(service, say, report):
    case = say()
    first, fresh = report(case, note="广告")
    again, known = report(case, category=Category.FRAUD)
    assert (fresh, known) == (False, True)
    assert again == first
    assert again.category is Category.ADS


def test_many_members_and_their_impatience_at_the_same_moment(service, say, report):
    case = say()
    with ThreadPoolExecutor(8) as pool:
        filed = list(pool.map(lambda n: report(case, f"member {n % 4}")[0].id, range(16)))
    assert len(set(filed)) == 4


def test_a_message_that_was_never_seen_is_judged_and_kept_with_its_report(service, report):
    unseen = Message("", "这是广告", "demo", "小王")
    first, _ = report(message=unseen)
    second, _ = report(message=unseen, reporter="小赵")
    assert first.case_id == second.case_id
    case = service.review.file(first.case_id).case
    assert (case.message.text, case.message.author, case.assessment.decision) == ("这是广告", "小王", Decision.REMOVE)


def test_an_edit_is_another_case_and_without_a_text_the_latest_is_meant(service, say, report):
    first = say("早", id="m1")
    edited = say("看我主页", id="m1")
    assert report(message=Message("m1", "早", "demo"))[0].case_id == first.id
    assert report(message=Message("m1", "", "demo"), has_text=False)[0].case_id == edited.id


def test_what_cannot_be_reported_is_said_and_keeps_nothing(service, say, report):
    case = say()
    with pytest.raises(NotFound):
        report(message=Message("unknown", "", "demo"), has_text=False)
    with pytest.raises(NotFound):
        report(message=Message(case.message.id, "", "elsewhere"), has_text=False)
    for fields in ({"reporter": "  "}, {"note": "长" * 1001}):
        with pytest.raises(InvalidInput):
            report(case, **fields)
    assert service.reports.waiting("demo") == []


@pytest.mark.parametrize(
    ("decision", "measure", "state", "told"),
    [
        (Decision.REMOVE, Measure.NONE, ReportState.UPHELD, "已经处理"),
        (Decision.REVIEW, Measure.REMIND, ReportState.UPHELD, "已经处理"),
        (Decision.ALLOW, Measure.NONE, ReportState.DISMISSED, "没有违反群规"),
    ],
)
def test_everybody_who_reported_it_is_answered_when_it_is_decided(service, say, report, decision, measure, state, told):
    case = say()
    filed = [report(case, name)[0] for name in ("小李", "小赵")]
    decide(service, case.id, decision, measure=measure)
    for one in filed:
        answered = service.reports.get(one.id)
        assert (answered.state, answered.answered_by) == (state, "小林")
        assert told in answered.answer
        assert case.message.text not in answered.answer
    assert service.reports.waiting("demo") == []


def test_an_english_group_is_answered_in_english(service, make_message, report):
    service.add_community(Community("hikers", "Weekend hikers"))
    case = service.ingest([make_message("hello", community="hikers")])[0]
    filed, _ = report(message=Message(case.message.id, "", "hikers"), has_text=False)
    decide(service, case.id)
    assert service.reports.get(filed.id).answer.startswith("Thank you for your report.")


def test_a_decision_taken_back_lets_its_reports_wait_again(service, say, report):
    case = say()
    filed, _ = report(case)
    given = decide(service, case.id)
    service.review.undo(given.id, "小林")
    reopened = service.reports.get(filed.id)
    assert (reopened.state, reopened.answer, reopened.answered_at) == (ReportState.OPEN, "", None)


def test_a_decision_that_stands_again_answers_as_it_did(service, say, report):
    case = say()
    filed, _ = report(case)
    decide(service, case.id, Decision.ALLOW)
    second = decide(service, case.id)
    assert service.reports.get(filed.id).state is ReportState.UPHELD
    service.review.undo(second.id, "小林")
    assert service.reports.get(filed.id).state is ReportState.DISMISSED


def test_what_is_gone_already_is_answered_at_once_and_what_was_allowed_is_looked_at_again(service, say, report):
    removed, allowed = say("甲"), say("乙")
    decide(service, removed.id)
    decide(service, allowed.id, Decision.ALLOW)
    assert report(removed)[0].state is ReportState.UPHELD
    late, _ = report(allowed)
    assert late.state is ReportState.OPEN
    assert service.reports.confirm("demo", allowed.id, "小张") == 1
    answered = service.reports.get(late.id)
    assert (answered.state, answered.answered_by) == (ReportState.DISMISSED, "小张")
    assert service.reports.confirm("demo", allowed.id, "小张") == 0


def test_nothing_is_answered_by_a_decision_that_nobody_made(service, say, report):
    case = say()
    report(case)
    with pytest.raises(Conflict):
        service.reports.confirm("demo", case.id, "小林")


def test_the_record_of_who_reports_moves_their_cases(service, say, report, engine):
    for n in range(4):
        honest, spiteful = say(f"广告 {n}"), say(f"正常 {n}")
        report(honest, "可靠的人")
        report(spiteful, "乱报的人")
        decide(service, honest.id)
        decide(service, spiteful.id, Decision.ALLOW)
    one, other = say("新的一"), say("新的二")
    report(one, "乱报的人")
    report(other, "可靠的人")
    found = weigh(service, engine, one.id, other.id)
    assert found == {one.id: pytest.approx(1 / 6), other.id: pytest.approx(5 / 6)}
    assert [reported.case.id for reported in service.reports.waiting("demo")] == [other.id, one.id]


def test_an_abuser_weighs_nothing_and_is_still_heard(service, say, report, engine):
    for n in range(10):
        case = say(f"正常 {n}")
        report(case, "乱报的人")
        decide(service, case.id, Decision.ALLOW)
    case = say("又一条")
    filed, _ = report(case, "乱报的人")
    assert weigh(service, engine, case.id) == {case.id: 0.0}
    assert [reported.case.id for reported in service.reports.waiting("demo")] == [case.id]
    decide(service, case.id)
    assert service.reports.get(filed.id).state is ReportState.UPHELD


def test_a_record_in_one_community_says_nothing_in_another(service, say, report, engine, make_message):
    service.add_community(Community("other", "别的群"))
    for n in range(10):
        case = say(f"正常 {n}")
        report(case, "乱报的人")
        decide(service, case.id, Decision.ALLOW)
    there = service.ingest([make_message("你好", community="other")])[0]
    report(message=Message(there.message.id, "", "other"), reporter="乱报的人", has_text=False)
    assert weigh(service, engine, there.id) == {there.id: 0.5}
    with pytest.raises(NotFound):
        service.reports.confirm("demo", there.id, "小林")


def test_the_log_says_that_something_was_reported_and_never_what_was_written(service, say, report, engine):
    case = say("绝密的话")
    report(case, note="他骂我：绝密的话")
    decide(service, case.id)
    with SqlStore(engine).begin() as unit:
        entries = unit.audit.search("demo")
    deeds = [entry.deed.action for entry in entries][::-1]
    assert deeds == ["community.add", "report.file", "case.resolve", "report.answer", "measure.order"]
    assert "绝密" not in str(entries)
    assert "小李" not in str(entries)
