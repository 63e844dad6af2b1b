"""Retention, erasing a member, and personal data that pages hide, in the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from fastapi import Request
from jinja2 import ChoiceLoader, DictLoader

from api.console.guard import Visit
from api.console.page import _environment, page
from copilot.adapters.sql import Session, SqlStore
from copilot.people import Role
from copilot.policy.retention import Retention
from copilot.ports.erasure import Kind
from copilot.types import Message

PAGE = "/c/demo/settings/retention"


@pytest.fixture
def said(service):
    """Two messages of one member, one of another."""
    service.ingest(
        [Message("1", "周末去爬山吗，山脚集合", "demo", "王小虎"), Message("2", "可疑的话", "demo", "王小虎")]
    )
    service.ingest([Message("3", "好的呀", "demo", "阿珍")])
    return service


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MODERATOR, Role.OPERATOR])
def test_only_owners_erase(make_console, said, role):
    console = make_console(role)
    assert console.get(PAGE).status_code == 403
    for path in ("", "/run", "/member"):
        assert console.post(PAGE + path, {"member": "王小虎", "confirm": "王小虎"}).status_code == 403
    assert said.eraser.count("demo", ["王小虎"]) == 2


def test_a_period_is_set_shown_and_audited(make_console, said, engine):
    console = make_console(Role.OWNER)
    assert "已保存" in console.post(PAGE, {"limited": "yes", "days": " 90 ", "keep_decided": "yes"}).text
    assert 'value="90"' in console.get(PAGE).text
    assert said.eraser.retention("demo") == Retention(90, True)
    console.post(PAGE, {"limited": "no", "days": "90"})
    assert said.eraser.retention("demo") == Retention(None, False)
    with SqlStore(engine).begin() as unit:
        last, first = unit.audit.search("demo", action="retention.")
    assert (first.deed.after["days"], last.deed.before["days"], last.deed.after["days"]) == (90, 90, None)


@pytest.mark.parametrize("days", ["", "0", "-3", "1.5", "９９", "zehn", "99999"])
def test_a_senseless_period_is_refused_kindly_and_what_was_typed_stays(make_console, said, days):
    answer = make_console(Role.OWNER).post(PAGE, {"limited": "yes", "days": days})
    assert answer.status_code == 400
    assert "请填 1 到 3650 的整数" in answer.text
    assert f'value="{days}"' in answer.text
    assert said.eraser.retention("demo") == Retention()


def test_two_owners_at_once_do_not_overwrite_each_other(make_console, said):
    console = make_console(Role.OWNER)
    said.eraser.keep_for("demo", Retention(30), "老周")
    answer = console.post(PAGE, {"limited": "yes", "days": "365", "keep_decided": "yes", "seen": ",True"})
    assert answer.status_code == 409
    assert 'value="30"' in answer.text


def test_erasing_asks_first_and_wants_the_name_once_more(make_console, said):
    console = make_console(Role.OWNER)
    found = console.post(f"{PAGE}/member", {"member": "王小虎"})
    assert "“王小虎”名下有 2 条消息。" in found.text
    wrong = console.post(f"{PAGE}/member", {"member": "王小虎", "confirm": "王小"})
    assert wrong.status_code == 400
    assert "什么都没有动" in wrong.text
    assert said.eraser.count("demo", ["王小虎"]) == 2
    done = console.post(f"{PAGE}/member", {"member": "王小虎", "aliases": "虎哥\n", "confirm": "王小虎"})
    assert "消息 2 处" in done.text
    assert "王小虎" not in done.text
    assert said.eraser.count("demo", ["王小虎"]) == 0
    assert said.eraser.count("demo", ["阿珍"]) == 1


def test_without_a_name_nothing_happens(make_console, said):
    assert make_console(Role.OWNER).post(f"{PAGE}/member", {"member": " ", "confirm": " "}).status_code == 400


def test_what_is_past_its_time_can_be_erased_at_once(make_console, said, monkeypatch):
    said.eraser.keep_for("demo", Retention(30), "小林")

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=40)

    monkeypatch.setattr("api.console.routes.retention.datetime", Later)
    console = make_console(Role.OWNER)
    assert "有 3 条消息已经过期" in console.get(PAGE).text
    assert "已抹去 3 条" in console.post(f"{PAGE}/run").text
    assert "已经过期" not in console.get(PAGE).text


def test_an_erasure_that_was_broken_off_is_shown_as_such(make_console, said, engine):
    with SqlStore(engine).begin() as unit:
        unit.erasures.begin("demo", Kind.MEMBER, "小林", datetime.now(UTC) - timedelta(hours=1))
    assert "没有做完，请再做一次" in make_console(Role.OWNER).get(PAGE).text


@pytest.fixture
def number(service):
    [case] = service.ingest([Message("p", "广告 他电话13800138000，打过去骂他", "demo", "王小虎")])
    return case


def test_hidden_data_is_shown_on_request_and_the_request_is_audited(make_console, number, engine):
    console = make_console(Role.MODERATOR)
    shown = console.post(f"/c/demo/cases/{number.id}/reveal", headers={"HX-Request": "true"})
    assert "13800138000" in shown.text
    assert "<html" not in shown.text
    with SqlStore(engine).begin() as unit:
        [entry] = unit.audit.search("demo", action="case.reveal")
    assert (entry.deed.actor, entry.deed.subject) == ("小林", f"case:{number.id}")
    assert "13800138000" not in repr(entry)
    assert "<html" in console.post(f"/c/demo/cases/{number.id}/reveal").text


def test_nobody_reveals_what_they_may_not(make_console, make_account, number, service):
    assert make_console(Role.VIEWER).post(f"/c/demo/cases/{number.id}/reveal").status_code == 403
    moderator = make_console(Role.MODERATOR, name="老周")
    assert moderator.get(f"/c/demo/cases/{number.id}/reveal").status_code == 405
    assert moderator.post("/c/demo/cases/99999/reveal").status_code == 404
    [foreign] = service.ingest([Message("f", "13800138000")])
    assert moderator.post(f"/c/demo/cases/{foreign.id}/reveal").status_code == 404


def test_pages_draw_hidden_data_without_it(number, make_account, service, accounts):
    account = accounts.get(make_account("小林"))
    request = Request({"type": "http", "headers": [], "path": "/", "state": {}})
    request.state.session = Session(account, "token")
    request.state.visit = Visit(account, service.community("demo"), Role.MODERATOR)
    probe = '{% from "parts/typed.html" import typed with context %}{{ typed(case) }}'
    loader = ChoiceLoader([DictLoader({"probe.html": probe}), _environment.loader])
    with patch.object(_environment, "loader", loader):
        hidden = page(request, "probe.html", case=number).body.decode()
    assert "13800138000" not in hidden
    assert "手机号，已隐藏" in hidden
    assert "<mark>广告</mark>" in hidden
    assert f"/cases/{number.id}/reveal" in hidden


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits(make_seat, said, width):
    said.eraser.member("demo", ["王小虎"], "小林")
    seat = make_seat(Role.OWNER, width=width)
    opened = seat.open(PAGE)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert seat.accessibility() == []
    assert seat.problems == []


def test_erasing_works_by_keyboard_in_a_browser(make_seat, said):
    seat = make_seat(Role.OWNER)
    opened = seat.open(PAGE)
    opened.fill("input[name=member]", "王小虎")
    opened.press("input[name=member]", "Enter")
    opened.wait_for_selector("input[name=confirm]")
    assert opened.evaluate("document.activeElement.name") == "confirm"
    assert seat.accessibility() == []
    opened.fill("input[name=confirm]", "王小虎")
    opened.press("input[name=confirm]", "Enter")
    opened.wait_for_selector(".success")
    assert said.eraser.count("demo", ["王小虎"]) == 0
    assert seat.problems == []
