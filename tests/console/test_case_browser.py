"""The case page, the pages for appeals and a member's record in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot.people import Role
from copilot.policy.assignment import Bench
from copilot.ports import Category
from copilot.types import Decision, Label, Measure, Message


@pytest.fixture
def case_id(live):
    """A reported case that waits, with a long text, between others."""
    texts = ["早上好", "可疑的说法，" + "说来话长" * 60, "晚上好"]
    cases = live.service.ingest([Message(f"m{n}", text, "demo", "小王") for n, text in enumerate(texts)])
    live.service.reports.file(Message("m1", "", "demo"), Category.RUMOR, "小李", note="没有出处", has_text=False)
    return cases[1].id


def decide(live, case_id):
    live.service.review.resolve(case_id, Decision.REMOVE, [Label.RUMOR], measure=Measure.MUTE, actor="小张")


def wide(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_fit_are_accessible_and_quiet(make_seat, live, case_id, width):
    decide(live, case_id)
    service = live.service
    service.appeals.file(service.appeals.link(case_id), "我是转发的", Bench(("小林",)), datetime.now(UTC))
    service.reports.file(Message("m0", "", "demo"), Category.OTHER, "小孙", has_text=False)
    seat = make_seat(Role.MODERATOR, width=width)
    for path in (f"cases/{case_id}", f"cases/{case_id}?again=1", "appeals", "appeals/1", "member?name=小王"):
        page = seat.open(f"/c/demo/{path}")
        assert not wide(page), path
        assert seat.accessibility() == [], path
    assert seat.problems == []


def test_a_case_is_decided_and_undone_with_the_keyboard_alone(make_seat, live, case_id):
    page = make_seat(Role.MODERATOR).open(f"/c/demo/cases/{case_id}")
    assert not page.is_visible("[name=minutes]")
    page.focus("[name=decision][value=remove]")
    page.keyboard.press("Space")
    page.focus("[name=measure]")
    page.keyboard.press("ArrowDown")  # from the suggested reminder to a warning
    assert not page.is_visible("[name=minutes]")
    page.keyboard.press("ArrowDown")
    assert page.is_visible("[name=minutes]")
    page.focus("[name=minutes]")
    page.keyboard.press("Control+A")
    page.keyboard.type("45")
    page.focus("[name=reason]")
    page.keyboard.type("没有出处")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=撤销这个决定")
    assert live.service.review.file(case_id).standing.mute_minutes == 45
    page.focus(".undo summary")
    page.keyboard.press("Enter")
    page.focus(".undo button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=还没有人决定")
    assert live.service.review.file(case_id).standing is None


def test_allowing_hides_what_no_longer_matters(make_seat, live, case_id):
    page = make_seat(Role.MODERATOR).open(f"/c/demo/cases/{case_id}")
    assert page.is_visible("[name=measure]")
    page.check("[name=decision][value=allow]")
    assert not page.is_visible("[name=measure]")
    assert not page.is_visible("[name=labels]")


def test_judging_again_comes_in_place(make_seat, live, case_id):
    seat = make_seat(Role.VIEWER)
    page = seat.open(f"/c/demo/cases/{case_id}")
    address = page.url
    page.click("text=用现在的版本再判一次")
    page.wait_for_selector("text=现在的判断和当时一样")
    assert page.url == address
    assert seat.problems == []


def test_the_link_is_copied_or_shown(make_seat, live, case_id):
    page = make_seat(Role.VIEWER).open(f"/c/demo/cases/{case_id}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("text=复制链接")
    page.wait_for_selector("text=链接已复制")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_member_appeals_without_javascript(browser, live, case_id):
    decide(live, case_id)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live.url}/appeal/{live.service.appeals.link(case_id)}")
    page.click("text=显示我那条消息")
    page.wait_for_selector("blockquote")
    page.fill("textarea", "我是转发的，\n不是我编的。")
    page.click("text=提交申诉")
    page.wait_for_selector("text=已收到")
    [brief] = live.service.appeals.waiting("demo")
    assert brief.appeal.text == "我是转发的，\n不是我编的。"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_members_page_is_accessible(make_seat, live, case_id, scheme):
    decide(live, case_id)
    seat = make_seat(Role.VIEWER, width=390)
    seat.page.emulate_media(color_scheme=scheme)
    token = live.service.appeals.link(case_id)
    for path in (token, "nonsense"):
        seat.page.goto(f"{live.url}/appeal/{path}")
        assert not wide(seat.page)
        assert seat.accessibility() == []
    live.service.appeals.file(token, "我是转发的", Bench(("小林",)), datetime.now(UTC))
    seat.page.goto(f"{live.url}/appeal/{token}")
    assert seat.accessibility() == []
    assert [text for text in seat.problems if "404" not in text] == []
