"""Appeals from both sides: the member's page without an account, and the moderators' list and answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from copilot.people import Role
from copilot.policy.assignment import Bench
from copilot.policy.measures import OrderState
from copilot.ports import AppealState, Category
from copilot.types import Community, Decision, Label, Measure, Message

LEASE = timedelta(minutes=1)
NASTY = "<script>alert(1)</script>\u202e😀"


@pytest.fixture
def member(make_console):
    """A browser without an account."""
    return make_console(None).client


@pytest.fixture
def ruled(service):
    """Have a message decided and return the token of its link and the case's id."""
    count = iter(range(1, 1000))

    def ruled(text="可疑的说法", actor="小张", measure=Measure.MUTE, author="小王"):
        [case] = service.ingest([Message(f"m{next(count)}", text, "demo", author)])
        service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=measure, actor=actor, mute_minutes=90)
        return service.appeals.link(case.id), case.id

    return ruled


def file(service, token, text="我只是在问路", bench=("小林", "小张")):
    return service.appeals.file(token, text, Bench(bench), datetime.now(UTC))


def shown(answer):
    """The words of a page without its markup."""
    return re.sub(r"<[^>]+>", "", answer.text)


def test_a_member_reads_what_was_decided_and_their_words_only_after_a_click(member, ruled):
    token, _ = ruled("可疑的绝密说法")
    page = member.get(f"/appeal/{token}")
    assert page.status_code == 200
    for words in ("阳光花园业主群", "消息被移除，禁言 1 小时 30 分钟", "由管理员作出", "广告引流"):
        assert words in shown(page)
    assert "绝密" not in page.text
    assert "小张" not in page.text  # who decided is the members' business as little as who reported
    assert "可疑的绝密说法" in member.post(f"/appeal/{token}/message").text


def test_an_appeal_is_filed_once_and_its_state_is_honest(member, service, ruled):
    token, _ = ruled()
    for text in ("我只是在问路", "我再说一遍", "我只是在问路"):
        page = member.post(f"/appeal/{token}", data={"text": text})
        assert page.status_code == 200
    assert "我只是在问路" in page.text
    assert "我再说一遍" not in page.text
    [brief] = service.appeals.waiting("demo")
    assert brief.appeal.state is AppealState.RECEIVED
    assert "<textarea" not in page.text
    service.appeals.look("demo", brief.appeal.id, "小林", Bench(("小林", "小张")))
    assert 'aria-current="step">有管理员在看' in member.get(f"/appeal/{token}").text
    service.appeals.answer("demo", brief.appeal.id, AppealState.UPHELD, "处理不变。", "小林", Bench(("小林", "小张")))
    page = member.get(f"/appeal/{token}")
    assert "申诉未成立" in page.text
    assert "处理不变。" in page.text
    assert "小林" not in page.text


@pytest.mark.parametrize(("text", "words"), [("", "写几句理由"), ("长" * 1001, "现在有 1001 字")])
def test_words_that_cannot_be_taken_are_kept_in_the_form(member, service, ruled, text, words):
    token, _ = ruled()
    page = member.post(f"/appeal/{token}", data={"text": text})
    assert page.status_code == 400
    assert words in page.text
    assert text in page.text
    assert service.appeals.waiting("demo") == []


def test_whatever_a_member_types_is_only_text(member, service, ruled):
    token, _ = ruled(text=f"可疑{NASTY}")
    page = member.post(f"/appeal/{token}", data={"text": NASTY})
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in member.post(f"/appeal/{token}/message").text


def test_a_link_that_is_not_ours_says_so_and_nothing_else(member, ruled):
    token, _ = ruled()
    for wrong in (token[:-2], f"{token}x", "x", "%00", "a" * 5_000):
        answer = member.get(f"/appeal/{wrong}")
        assert answer.status_code == 404
        assert "阳光花园" not in answer.text
    assert member.post("/appeal/nonsense", data={"text": "好"}).status_code == 404


def test_nothing_from_another_site_is_taken(member, service, ruled):
    token, _ = ruled()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("", "/message"):
            assert member.post(f"/appeal/{token}{path}", data={"text": "好"}, headers=headers).status_code == 403
    assert service.appeals.waiting("demo") == []


def test_the_page_is_closed_to_frames_scripts_caches_and_search_engines(member, ruled):
    token, _ = ruled()
    for path in (token, "nonsense"):
        answer = member.get(f"/appeal/{path}")
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text


def test_hammering_one_link_or_guessing_many_is_slowed_down(member, ruled):
    token, _ = ruled()
    sent = [member.post(f"/appeal/{token}", data={"text": ""}).status_code for _ in range(8)]
    assert sent == [400] * 6 + [429] * 2
    looked = [member.get(f"/appeal/guess{n}").status_code for n in range(61)]
    assert looked[0] == 404
    assert looked[-1] == 429


def test_it_speaks_the_language_asked_for_then_the_browsers_then_the_groups(member, ruled):
    token, _ = ruled()
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert "The decision" in member.get(f"/appeal/{token}", headers=english).text
    assert "当时的处理" in member.get(f"/appeal/{token}?lang=zh", headers=english).text
    assert "当时的处理" in member.get(f"/appeal/{token}", headers={"Accept-Language": "de"}).text
    filed = member.post(f"/appeal/{token}", data={"text": "好", "lang": "en"}, follow_redirects=False)
    assert filed.headers["location"].endswith("?lang=en")


def test_a_decision_that_was_taken_back_offers_no_form(member, service, ruled):
    token, case_id = ruled()
    service.review.undo(service.review.file(case_id).standing.id, "小张")
    page = member.get(f"/appeal/{token}")
    assert "已经撤销，不用申诉" in page.text
    assert "<textarea" not in page.text
    late = member.post(f"/appeal/{token}", data={"text": "我写了很久"})
    assert late.status_code == 409
    assert "我写了很久" in late.text


def test_a_moderator_answers_and_the_member_reads_it_at_the_same_link(make_console, member, service, ruled):
    console = make_console()
    token, case_id = ruled()
    for order in service.measures.claim("demo", "bot", 10, LEASE):
        service.measures.report(order.id, OrderState.DONE, "", "bot", LEASE)
    member.post(f"/appeal/{token}", data={"text": "我只是在问路"})
    page = console.get("/c/demo/appeals").text
    assert "我只是在问路" in page
    assert "交给你" in page
    opened = console.post("/c/demo/appeals/1/look")
    [draft] = re.findall(r'value="overturned">.*?<textarea[^>]*>\n(.*?)</textarea>', opened.text, re.S)
    assert "抱歉" in draft
    console.post("/c/demo/appeals/1/answer", {"outcome": "overturned", "text": f"{draft}下次见。"})
    assert service.review.file(case_id).standing.decision is Decision.ALLOW
    page = member.get(f"/appeal/{token}").text
    assert "申诉成立" in page
    assert "下次见。" in page
    assert "案件" in console.get("/c/demo/appeals?show=answered").text
    kinds = [order.kind.value for order in service.measures.claim("demo", "bot", 10, LEASE)]
    assert kinds == ["lift_delete_message", "lift_mute"]


def test_the_one_who_decided_is_told_to_leave_it_to_another(make_console, make_account, service, ruled):
    console = make_console()
    make_account("小张")
    token, _ = ruled(actor="小林")
    filed = file(service, token)
    assert filed.assignee == "小张"
    assert "请另一位管理员来看" in console.get("/c/demo/appeals/1").text
    refused = console.post("/c/demo/appeals/1/answer", {"outcome": "overturned", "text": "我改主意了"})
    assert refused.status_code == 409
    assert service.appeals.brief("demo", 1).appeal.state is AppealState.RECEIVED


def test_an_answer_that_cannot_be_sent_keeps_its_words(make_console, service, ruled):
    console = make_console()
    file(service, ruled()[0])
    words = "长" * 2_001
    refused = console.post("/c/demo/appeals/1/answer", {"outcome": "upheld", "text": words})
    assert (refused.status_code, words in refused.text) == (400, True)
    assert console.post("/c/demo/appeals/1/answer", {"outcome": "upheld", "text": "不变"}).status_code == 200
    late = console.post("/c/demo/appeals/1/answer", {"outcome": "overturned", "text": "又改了"})
    assert (late.status_code, "已经有人答复" in late.text) == (409, True)


def test_appeals_and_reports_of_another_community_do_not_exist_here(make_console, service):
    service.add_community(Community("other", "别的群"))
    [case] = service.ingest([Message("x", "广告", "other", "小王")])
    file(service, service.appeals.link(case.id), "别处的申诉")
    service.reports.file(Message("x", "", "other"), Category.ADS, "小李", note="别处的举报", has_text=False)
    console = make_console(Role.OWNER)
    page = console.get("/c/demo/appeals").text
    assert "别处的" not in page
    for path in ("", "/look", "/answer"):
        data = {"outcome": "upheld", "text": "不变"}
        where = f"/c/demo/appeals/1{path}"
        assert (console.get(where) if not path else console.post(where, data)).status_code == 404
    assert console.get("/c/other/appeals").status_code == 404
    assert service.appeals.brief("other", 1).appeal.state is AppealState.RECEIVED


def test_a_viewer_reads_and_cannot_answer(make_console, service, ruled):
    file(service, ruled()[0])
    viewer = make_console(Role.VIEWER)
    assert "我只是在问路" in viewer.get("/c/demo/appeals/1").text
    for path in ("/look", "/answer"):
        assert viewer.post(f"/c/demo/appeals/1{path}", {"outcome": "upheld", "text": "不变"}).status_code == 403


def test_reports_wait_with_the_weightiest_first_and_an_empty_list_says_what_comes_here(make_console, service):
    console = make_console()
    assert "成员的举报由机器人转来" in console.get("/c/demo/appeals").text
    for number, reporters in (("甲", ["a"]), ("乙", ["a", "b", "c"])):
        service.ingest([Message(number, f"正常的话{number}", "demo", "小王")])
        for reporter in reporters:
            service.reports.file(Message(number, "", "demo"), Category.COPYRIGHT, reporter, has_text=False)
    page = console.get("/c/demo/appeals").text
    assert page.index("正常的话乙") < page.index("正常的话甲")
    assert "3 人举报 · 可信 88%" in page
    assert "侵权" in page
