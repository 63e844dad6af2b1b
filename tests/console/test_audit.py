"""The audit log as people read it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from api.console.deeds import Teller
from copilot.adapters.sql import SqlStore
from copilot.adapters.sql.tables import audit
from copilot.people import Role
from copilot.ports import Deed
from copilot.types import Decision, Label, Message

NASTY = "<script>alert(1)</script>\"'=1+1\u202e"


def note(engine, community="demo", **fields):
    deed = Deed(**{"actor": "小林", "action": "draft.approve", "community": community, "subject": "draft:7"} | fields)
    with SqlStore(engine).begin() as unit:
        unit.audit.add(deed, datetime.now(UTC))


@pytest.fixture
def decided(service):
    [case] = service.ingest([Message("m", "广告", "demo", "王某")])
    service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor="老周", reason="引流")
    return case


def test_a_decision_is_told_in_words(make_console, decided):
    page = make_console(Role.OPERATOR).get("/c/demo/audit").text
    for words in ("裁定案件", f"案件 {decided.id}", "老周", "移除", "广告引流", "警告", "理由：引流"):
        assert words in page
    assert "{" not in page.split("<main")[1]
    assert "链条完整" in page


def test_only_operators_read_it_and_only_of_their_community(make_console, decided):
    assert make_console(Role.MODERATOR).get("/c/demo/audit").status_code == 403
    assert make_console(Role.OWNER, name="老王").get("/c/other/audit").status_code == 404
    assert make_console(Role.OWNER, name="老李").get("/audit").status_code == 403


def test_admins_read_what_belongs_to_no_community(make_console, engine, decided):
    note(engine, "", action="account.create", subject="account:9")
    page = make_console(Role.OWNER, admin=True).get("/audit").text
    assert "账号 9" in page
    assert "裁定案件" not in page


def test_filters_narrow_and_survive_paging(make_console, engine, decided):
    for _ in range(60):
        note(engine)
    console = make_console(Role.OPERATOR)
    page = console.get("/c/demo/audit?kind=draft").text
    assert page.count('class="sheet" value=') == 50
    assert "kind=draft&amp;before=" in page
    last = min(int(number) for number in re.findall(r'value="(\d+)">', page) if int(number) > 1)
    older = console.get(f"/c/demo/audit?kind=draft&before={last}").text
    assert older.count('class="sheet" value=') == 10
    assert console.get("/c/demo/audit?who=%E8%80%81%E5%91%A8").text.count('class="sheet" value=') == 1
    assert "没有符合条件的记录" in console.get("/c/demo/audit?words=nothing").text
    assert "没有符合条件的记录" in console.get("/c/demo/audit?until=2020-01-01").text
    today = datetime.now(UTC).astimezone().date()
    assert "没有符合条件的记录" not in console.get(f"/c/demo/audit?since=2020-01-01&until={today}").text


def test_a_wrong_date_is_told_and_shows_everything(make_console, decided):
    answer = make_console(Role.OPERATOR).get("/c/demo/audit?since=gestern")
    assert answer.status_code == 400
    assert "日期写成" in answer.text
    assert "裁定案件" in answer.text


def test_what_people_wrote_is_never_markup(make_console, engine):
    note(engine, actor=NASTY, subject=f"draft:{NASTY}", reason=NASTY, before={"name": NASTY}, after={NASTY: [NASTY]})
    page = make_console(Role.OPERATOR).get("/c/demo/audit").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_broken_chain_is_said_loudly(make_console, engine, decided):
    with engine.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.id == 2).values(actor="别人"))
    page = make_console(Role.OPERATOR).get("/c/demo/audit").text
    assert "链条从第 2 条断开" in page
    assert "链条完整" not in page


def test_erased_details_are_said_to_be_erased(make_console, engine, decided):
    with SqlStore(engine).begin() as unit:
        unit.audit.erase([entry.number for entry in unit.audit.search("demo", action="case.")])
    page = make_console(Role.OPERATOR).get("/c/demo/audit").text
    assert "详情已按请求抹除" in page
    assert "引流</p>" not in page


def test_the_export_has_everything_and_no_formulas(make_console, engine, decided):
    console = make_console(Role.OPERATOR)
    note(engine, actor="@cmd", reason="=1+1", after={"name": "-2"})
    rows = list(csv.reader(io.StringIO(console.get("/c/demo/audit/export.csv").text.removeprefix("\ufeff"))))
    assert rows[1][2] == "'@cmd"
    assert rows[1][7] == "'=1+1"
    lines = [json.loads(line) for line in console.get("/c/demo/audit/export.jsonl").text.splitlines()]
    assert [line["number"] for line in lines] == sorted((line["number"] for line in lines), reverse=True)
    assert lines[0]["after"] == {"name": "-2"}
    assert len(rows) == len(lines) + 1
    filtered = console.get("/c/demo/audit/export.jsonl?who=%E8%80%81%E5%91%A8").text.splitlines()
    assert len(filtered) == 1
    assert console.get("/c/demo/audit/export.exe").status_code == 400


def test_an_export_longer_than_a_page_is_complete(make_console, service, engine):
    with SqlStore(engine).begin() as unit:
        for i in range(1100):
            unit.audit.add(Deed("小林", "draft.approve", "demo", f"draft:{i}"), datetime.now(UTC))
    lines = make_console(Role.OPERATOR).get("/c/demo/audit/export.jsonl?kind=draft").text.splitlines()
    assert len({json.loads(line)["number"] for line in lines}) == 1100


@pytest.mark.parametrize(
    ("actor", "zh", "en"),
    [
        ("小林", "小林", "小林"),
        ("machine", "机器", "the machine"),
        ("system", "系统", "the system"),
        ("system:root", "命令行（root）", "command line (root)"),
        ("key:群助手", "密钥“群助手”", "key “群助手”"),
        ("老周 (key:群助手)", "老周（经“群助手”）", "老周 (through “群助手”)"),
    ],
)
def test_who_acted_is_told_in_words(actor, zh, en):
    assert (Teller("zh").who(actor), Teller("en").who(actor)) == (zh, en)


def test_an_action_of_another_module_is_told_without_words_of_its_own():
    assert Teller("zh").what("draft.reject") == "草稿 · 退回"
    assert Teller("en").what("gizmo.spin_twice") == "gizmo · spin twice"


def test_only_what_changed_is_told():
    before, after = {"days": None, "keep_decided": True, "labels": ["ads"]}, {"days": 30, "keep_decided": True}
    told = Teller("zh").changes(Deed("小林", "retention.change", "demo", "retention", "", before, after))
    assert [(each.field, each.before, each.after) for each in told] == [
        ("保留天数", "无", "30"),
        ("标签", "广告引流", ""),
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits(make_seat, engine, decided, width):
    note(engine, reason="很长的理由" * 60, after={"name": "https://example.com/" + "a" * 300})
    seat = make_seat(Role.OPERATOR, width=width)
    page = seat.open("/c/demo/audit")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert seat.accessibility() == []
    assert seat.problems == []


def test_filtering_works_in_a_browser(make_seat, engine, decided):
    note(engine)
    seat = make_seat(Role.OPERATOR)
    page = seat.open("/c/demo/audit")
    page.select_option("select[name=who]", "老周")
    page.click("form.filters button")
    page.wait_for_url("**who=**")
    assert page.locator(".entries li").count() == 1
    assert page.input_value("select[name=who]") == "老周"
