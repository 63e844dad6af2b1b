"""The editor and the calendar in a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from copilot.drafting.state import Brief
from copilot.drafting.types import Kind
from copilot.people import Role
from copilot.ports.content import CalendarEntry
from copilot.types import Message

pytestmark = pytest.mark.e2e


@pytest.fixture
def talked(service):
    """A day of talk, and a briefing about it."""
    at = datetime.now(UTC) - timedelta(days=1)
    said = ("3号楼是不是停水了？", "水泵坏了，预计10点恢复供水", "<b>周六</b>上午9点门口磨刀", "收到，谢谢")
    service.ingest([Message(f"m{i}", text, "demo", f"邻居{i}", sent_at=at) for i, text in enumerate(said)])
    return service.content.drafts.write(Brief(Kind.BRIEFING, "demo"), "小林")


def test_a_sentence_shows_its_sources_and_a_finding_takes_its_line_out(make_seat, talked):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"/c/demo/drafts/{talked.id}")
    page.locator(".said").first.focus()
    assert page.locator(".sources li.lit").count() >= 1
    assert page.locator("#peek p").count() >= 1
    page.fill("#text", talked.draft.text + "\n物业明天发200元红包。")
    page.wait_for_selector("#checked .objection")
    page.click("#checked [data-drop]")
    page.wait_for_selector("#checked .verdict.good")
    assert page.input_value("#text") == talked.draft.text
    assert seat.problems == []


def test_keys_save_and_approve(make_seat, talked, service):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"/c/demo/drafts/{talked.id}")
    page.fill("#text", "早上好，\n" + talked.draft.text.split("\n", 1)[1])
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=第 2 版")
    assert service.content.drafts.get(talked.id).version == 2
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    if service.content.drafts.get(talked.id).objections:  # the browser asks for the reason first
        page.fill("input[name=reason]", "看过")
        page.click("#approve button")
    page.wait_for_selector("text=已批准")
    assert seat.problems == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_fit_and_are_accessible(make_seat, talked, service, width, language):
    service.content.calendar.put(CalendarEntry("demo", Kind.BRIEFING, (1, 2, 3, 4, 5, 6, 7), time(8)), "owner")
    seat = make_seat(Role.OWNER, width=width, language=language)
    for path in ("", "?view=week", f"/{talked.id}", "/plans", "/voice", "/performance", "/new/clarification"):
        page = seat.open(f"/c/demo/drafts{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert seat.accessibility() == [], path
    assert seat.problems == []
