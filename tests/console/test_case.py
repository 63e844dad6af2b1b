"""The case page: what it shows, what can be done there, and what strangers and clumsy hands cannot do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.people import Role
from copilot.policy.assignment import Bench
from copilot.policy.measures import OrderState
from copilot.ports import Category
from copilot.types import Community, Decision, Label, Measure, Message

LEASE = timedelta(minutes=1)
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202eoof\u202c 😀" + "长" * 3_000
REMOVE = {"decision": "remove", "labels": ["ads"], "measure": "mute", "minutes": "30", "reason": "广告", "seen": "0"}


@pytest.fixture
def say(service):
    count = iter(range(1, 1000))

    def say(text="可疑的说法", **fields):
        message = Message(f"m{next(count)}", text, **{"community": "demo", "author": "小王", **fields})
        return service.ingest([message])[0].id

    return say


def decide(service, case_id, measure=Measure.MUTE, actor="小张", **fields):
    return service.review.resolve(case_id, Decision.REMOVE, [Label.ADS], measure=measure, actor=actor, **fields)


def carry_out(service, state=OrderState.DONE, detail=""):
    for order in service.measures.claim("demo", "bot", 100, LEASE):
        service.measures.report(order.id, state, detail, "bot", LEASE)


def test_a_case_shows_the_message_the_reasons_the_record_and_everything_that_happened(make_console, service, say):
    console, case_id = make_console(), say("可疑的说法", quoted="有人说的")
    service.reports.file(Message("m1", "", "demo"), Category.RUMOR, "小李", note="没有出处", has_text=False)
    service.notes.add("demo", case_id, "上周也有", "小张")
    given = decide(service, case_id, reason="查无此事")
    carry_out(service, OrderState.FAILED, "retcode 1200")
    service.review.undo(given.id, "老王")
    page = console.get(f"/c/demo/cases/{case_id}").text
    for words in (
        "<mark>可疑</mark>",
        "有人说的",
        "词语命中",
        "fake/1",
        "没有出处",
        "上周也有",
        "查无此事",
        "retcode 1200",
    ):
        assert words in page
    assert "撤销了 小张 的决定" in page
    history = page[page.index('class="history"') :]
    order = ["收到消息", "小李", "写了备注", "查无此事", "下达", "失败", "撤销了"]
    assert [history.index(words) for words in order] == sorted(history.index(words) for words in order)


def test_what_was_said_around_it_is_there(make_console, say):
    say("早饭吃什么", author="甲")
    case_id = say()
    say("午饭吃什么", author="乙")
    page = make_console().get(f"/c/demo/cases/{case_id}").text
    around = page[page.index('class="around"') : page.index("</details>")]
    assert around.index("早饭吃什么") < around.index('class="this"') < around.index("午饭吃什么")


def test_what_members_wrote_is_never_markup(make_console, service, say):
    case_id = say(NASTY, author=NASTY[:100], quoted=NASTY)
    service.reports.file(Message("m1", "", "demo"), Category.ADS, NASTY[:80], note=NASTY[:900], has_text=False)
    service.notes.add("demo", case_id, NASTY[:1_900], "小张")
    console = make_console()
    decide(service, case_id, reason=NASTY[:900])
    service.appeals.file(service.appeals.link(case_id), NASTY[:900], Bench(("小林", "小张")), datetime.now(UTC))
    pages = [f"/c/demo/cases/{case_id}", "/c/demo/appeals", "/c/demo/appeals/1"]
    for path in (*pages, f"/c/demo/cases/{case_id}?again=1"):
        answer = console.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    member = console.get("/c/demo/member", params={"name": NASTY[:100]})
    assert "<script>alert" not in member.text
    assert "&lt;script&gt;" in member.text


def test_deciding_leads_to_orders_and_the_page_shows_them(make_console, service, say):
    console, case_id = make_console(), say()
    answer = console.post(f"/c/demo/cases/{case_id}/resolution", REMOVE)
    assert answer.status_code == 200
    assert "禁言 30 分钟" in answer.text
    stands = service.review.file(case_id).standing
    assert (stands.actor, stands.measure, stands.mute_minutes, stands.reason) == ("小林", Measure.MUTE, 30, "广告")
    assert [o.kind.value for o in service.measures.of_case(case_id)] == ["delete_message", "mute"]


def test_allowing_needs_no_label_and_no_measure_whatever_is_still_ticked(make_console, service, say):
    console, case_id = make_console(), say()
    console.post(f"/c/demo/cases/{case_id}/resolution", {**REMOVE, "decision": "allow"})
    stands = service.review.file(case_id).standing
    assert (stands.decision, stands.labels, stands.measure) == (Decision.ALLOW, (), Measure.NONE)


WRONG = [
    ({"decision": ""}, 400, "请选择如何处理"),
    ({"labels": []}, 400, "请选它属于哪一类"),
    ({"minutes": "很久"}, 400, "写成分钟数"),
    ({"minutes": "99999999"}, 400, "写成分钟数"),
    ({"seen": "7"}, 409, "刚刚有别人改了"),
]


def test_what_is_wrong_is_said_and_the_words_typed_are_kept(make_console, service, say):
    console, case_id = make_console(), say()
    for wrong, status, words in WRONG:
        answer = console.post(f"/c/demo/cases/{case_id}/resolution", {**REMOVE, "reason": "我写了很久的理由", **wrong})
        assert (answer.status_code, words in answer.text) == (status, True)
        assert "我写了很久的理由" in answer.text
    assert service.review.file(case_id).standing is None


def test_undoing_says_beforehand_what_it_takes_back_and_does_just_that(make_console, service, say):
    console, case_id = make_console(), say()
    given = decide(service, case_id)
    carry_out(service)
    page = console.get(f"/c/demo/cases/{case_id}").text
    undoing = page[page.index('class="undo"') : page.index("确认撤销")]
    for words in ("解除禁言", "恢复消息", "从 小王 的记录里去掉", "不再作为先例", "回到待审", "抱歉"):
        assert words in undoing
    console.post(f"/c/demo/cases/{case_id}/undo", {"resolution": given.id})
    assert service.review.file(case_id).standing is None
    orders = service.measures.claim("demo", "bot", 10, LEASE)
    assert [order.kind.value for order in orders] == ["lift_delete_message", "lift_mute"]


def test_undoing_twice_or_something_older_changes_nothing(make_console, service, say):
    console, case_id = make_console(), say()
    first = decide(service, case_id)
    second = decide(service, case_id, Measure.WARN)
    assert console.post(f"/c/demo/cases/{case_id}/undo", {"resolution": first.id}).status_code == 409
    assert service.review.file(case_id).standing == second
    console.post(f"/c/demo/cases/{case_id}/undo", {"resolution": second.id})
    assert console.post(f"/c/demo/cases/{case_id}/undo", {"resolution": second.id}).status_code == 409
    assert service.review.file(case_id).standing == first


def test_a_failed_measure_is_tried_again_or_settled_from_the_page(make_console, service, say):
    console, case_id = make_console(), say()
    decide(service, case_id)
    carry_out(service, OrderState.FAILED, "没有权限")
    delete, mute = service.measures.of_case(case_id)
    assert "没有权限" in console.get("/c/demo/appeals").text
    console.post(f"/c/demo/cases/{case_id}/measures/{delete.id}", {"act": "retry"})
    console.post(f"/c/demo/cases/{case_id}/measures/{mute.id}", {"act": "done"})
    assert [order.state.value for order in service.measures.of_case(case_id)] == ["pending", "done"]
    assert console.post(f"/c/demo/cases/{case_id}/measures/{delete.id}", {"act": "retry"}).status_code == 409


def test_notes_can_be_added_and_never_changed(make_console, service, say):
    console, case_id = make_console(), say()
    assert "上周也有" in console.post(f"/c/demo/cases/{case_id}/notes", {"text": " 上周也有\r\n同一个人 "}).text
    [note] = service.dossiers.of_case("demo", case_id).notes
    assert (note.text, note.author) == ("上周也有\n同一个人", "小林")
    for text, words in (("", "还没写内容"), ("长" * 2001, "最多 2000 字")):
        answer = console.post(f"/c/demo/cases/{case_id}/notes", {"text": text})
        assert (answer.status_code, words in answer.text) == (400, True)
    assert len(service.dossiers.of_case("demo", case_id).notes) == 1


def test_judging_again_shows_where_todays_verdict_differs(make_console, service, say, fake_moderator):
    console, case_id = make_console(), say()
    assert "现在的判断和当时一样" in console.get(f"/c/demo/cases/{case_id}?again=1").text
    service._moderator = fake_moderator("fake/2")
    page = console.get(f"/c/demo/cases/{case_id}/again").text
    assert "有几处和当时不同" in page
    assert "fake/1" in page
    assert "fake/2" in page
    assert service.review.file(case_id).case.assessment.versions.model == "fake/1"


def test_the_link_for_an_appeal_is_there_where_something_stands(make_console, service, say):
    console, case_id = make_console(), say()
    assert "生成申诉链接" not in console.get(f"/c/demo/cases/{case_id}").text
    decide(service, case_id)
    assert "http://testserver/appeal/" in console.post(f"/c/demo/cases/{case_id}/appeal-link").text


def test_reports_after_a_decision_are_answered_by_it(make_console, service, say):
    console, case_id = make_console(), say()
    service.review.resolve(case_id, Decision.ALLOW, [], measure=Measure.NONE, actor="小张")
    filed, _ = service.reports.file(Message("m1", "", "demo"), Category.ADS, "小李", has_text=False)
    assert "按现有决定答复举报" in console.get(f"/c/demo/cases/{case_id}").text
    console.post(f"/c/demo/cases/{case_id}/reports")
    assert service.reports.get(filed.id).answered_by == "小林"


PATHS = ["", "/again", "/resolution", "/undo", "/notes", "/reports", "/appeal-link", "/measures/1"]


def test_a_case_of_another_community_does_not_exist_here(make_console, service):
    service.add_community(Community("other", "别的群"))
    [case] = service.ingest([Message("x", "广告", "other", "小王")])
    given = decide(service, case.id)
    console = make_console()
    data = {**REMOVE, "resolution": given.id, "text": "备注", "act": "done", "seen": given.id}
    for path in PATHS:
        for community in ("demo", "other"):
            where = f"/c/{community}/cases/{case.id}{path}"
            answer = console.get(where) if path in ("", "/again") else console.post(where, data)
            assert answer.status_code == 404, where
    assert service.review.file(case.id).standing == given
    assert [o.state.value for o in service.measures.of_case(case.id)][:1] == ["pending"]


def test_a_viewer_looks_and_changes_nothing(make_console, service, say):
    case_id = say()
    given = decide(service, case_id)
    viewer = make_console(Role.VIEWER)
    page = viewer.get(f"/c/demo/cases/{case_id}")
    assert page.status_code == 200
    assert "<form" not in page.text[page.text.index("<main") :]
    data = {**REMOVE, "resolution": given.id, "text": "备注", "act": "done"}
    for path in PATHS[2:]:
        assert viewer.post(f"/c/demo/cases/{case_id}{path}", data).status_code == 403


def test_a_case_that_is_not_there_is_not_found(make_console):
    console = make_console()
    for number in ("0", "99", "99999999999999999999", "x", "-1"):
        assert console.get(f"/c/demo/cases/{number}").status_code in (400, 404)


def test_a_members_record_shows_what_stands_and_their_reports(make_console, service, say):
    first, second = say("可疑一"), say("可疑二")
    decide(service, first)
    undone = decide(service, second)
    service.review.undo(undone.id, "小张")
    other = say("可疑三", author="小李")
    service.reports.file(Message("m3", "", "demo"), Category.ADS, "小王", has_text=False)
    decide(service, other)
    page = make_console().get("/c/demo/member", params={"name": "小王"}).text
    assert "禁言 1 小时" in page
    assert "1 / 0" in page
    decided = page[page.index('id="decided"') : page.index('id="wrote"')]
    assert "可疑一" in decided
    assert "可疑二" not in decided
    assert "还没有这位成员" in make_console(name="小赵").get("/c/demo/member", params={"name": "没有此人"}).text


def test_everything_reads_in_english_too(make_console, service, say):
    case_id = say()
    service.reports.file(Message("m1", "", "demo"), Category.IMPERSONATION, "小李", has_text=False)
    decide(service, case_id)
    page = make_console(language="en").get(f"/c/demo/cases/{case_id}").text
    for words in ("Undo this decision", "Impersonation", "Why the machine thought so", "Mute 1 hour", "A listed word"):
        assert words in page
