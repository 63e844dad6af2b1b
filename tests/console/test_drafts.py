"""The pages about drafts, over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from copilot.adapters.channels import FileSender
from copilot.adapters.sql import SqlStore
from copilot.drafting.state import Brief, DraftState
from copilot.drafting.types import Kind
from copilot.people import Role
from copilot.ports import Destination
from copilot.ports.content import DraftFilter
from copilot.service import Service
from copilot.service.content import Tools
from copilot.service.content.joins import Newcomer
from copilot.types import Community, Decision, Label, Message

RULES = "1. 请勿发布广告。\n2. 请勿辱骂他人。"


@pytest.fixture
def service(engine, fake_moderator, tmp_path) -> Service:
    """A service that publishes into a file, with a day of talk."""
    made = Service(SqlStore(engine), fake_moderator(), tools=Tools(senders={"file": FileSender(tmp_path / "out")}))
    made.add_community(Community("demo", "阳光花园业主群", "小区业主交流：物业、停车、邻里互助", rules=RULES))
    at = datetime.now(UTC) - timedelta(days=1)
    said = (
        "3号楼是不是停水了？",
        "水泵坏了，预计10点恢复供水",
        "<script>alert(1)</script>周六上午9点门口磨刀",
        "广告：加我",
    )
    made.ingest([Message(f"m{i}", text, "demo", f"邻居{i}", sent_at=at) for i, text in enumerate(said)])
    return made


@pytest.fixture
def draft(service):
    """Write a draft."""
    return lambda kind=Kind.BRIEFING, **fields: service.content.drafts.write(Brief(kind, "demo", **fields), "小林")


def test_an_empty_calendar_says_what_to_do(make_console):
    page = make_console(Role.OPERATOR).get("/c/demo/drafts")
    assert page.status_code == 200
    assert "起草今天的早报" in page.text


def test_a_briefing_is_one_click_away_and_opens_in_the_editor(make_console, service):
    console = make_console(Role.OPERATOR)
    opened = console.post("/c/demo/drafts/new/briefing")
    assert opened.status_code == 200
    assert "每句话都有依据" in opened.text
    [kept] = service.content.drafts.listed("demo", DraftFilter())
    assert f"/drafts/{kept.id}" in str(opened.url)
    assert "读了 4 条消息" in opened.text


def test_what_members_wrote_is_never_markup(make_console, service, draft):
    kept = draft()
    content = make_console(Role.OPERATOR).get(f"/c/demo/drafts/{kept.id}").text
    assert "<script>alert" not in content


def test_edit_approve_schedule_and_publish(make_console, service, draft, tmp_path):
    service.content.setup.add_destination("demo", Destination("业主一群", "file", "plain"), "owner")
    kept, console = draft(), make_console(Role.OPERATOR)
    here = f"/c/demo/drafts/{kept.id}"
    body = {"version": 1, "text": kept.draft.text + "\n祝大家周末愉快。", "channel": "plain", "destination": "业主一群"}
    page = console.post(f"{here}/edit", body)
    assert "删掉这行" in page.text
    refused = console.post(f"{here}/approve", {"version": 2})
    assert refused.status_code == 400
    assert "请写明为什么照发" in refused.text
    console.post(f"{here}/approve", {"version": 2, "reason": "只是一句祝福"})
    at = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "已排期" in console.post(f"{here}/schedule", {"version": 3, "at": at}).text
    done = console.post(f"{here}/publish", {"version": 4})
    assert "已发布" in done.text
    assert "祝大家周末愉快" in (tmp_path / "out" / "demo.jsonl").read_text("utf-8")
    again = console.post(f"{here}/publish", {"version": 4})
    assert again.status_code == 409
    assert len((tmp_path / "out" / "demo.jsonl").read_text("utf-8").splitlines()) == 1


def test_the_gate_reads_along_and_keeps_nothing(make_console, service, draft):
    kept = draft()
    console = make_console(Role.OPERATOR)
    said = console.post(
        f"/c/demo/drafts/{kept.id}/check", {"text": kept.draft.text + "\n奖金5000元。", "channel": "qq"}
    )
    assert "奖金5000元" in said.text
    assert "没有依据" in said.text
    assert "QQ 群" in said.text
    assert service.content.drafts.get(kept.id).version == 1


def test_a_draft_that_was_changed_meanwhile_is_not_overwritten(make_console, service, draft):
    kept, console = draft(), make_console(Role.OPERATOR)
    service.content.drafts.edit(kept.id, 1, "阿宁", text="大家早上好。")
    answer = console.post(f"/c/demo/drafts/{kept.id}/edit", {"version": 1, "text": "我改的", "channel": "plain"})
    assert answer.status_code == 409
    assert service.content.drafts.get(kept.id).draft.text == "大家早上好。"


def test_another_tone_and_the_comparison_with_before(make_console, service, draft):
    kept, console = draft(), make_console(Role.OPERATOR)
    page = console.post(f"/c/demo/drafts/{kept.id}/rewrite", {"version": 1, "tone": "formal"})
    assert "第 2 版" in page.text
    compared = console.get(f"/c/demo/drafts/{kept.id}/compare/1").text
    assert "<ins>" in compared


def test_a_person_answers_for_what_nobody_can_tell(make_console, service, draft):
    kept = draft()
    kept = service.content.drafts.approve(kept.id, 1, "小林")
    kept = service.content.publishing.publish(kept.id, kept.version, "key:bot")
    [kept] = service.content.publishing.recover(datetime.now(UTC) + timedelta(hours=1))
    console = make_console(Role.OPERATOR)
    assert "这篇发出去了吗" in console.get(f"/c/demo/drafts/{kept.id}").text
    assert "去群里看看发出去没有" in console.get("/c/demo/drafts").text
    assert "已发布" in console.post(f"/c/demo/drafts/{kept.id}/posted", {"version": kept.version}).text


def test_newcomers_who_wait_are_offered_a_welcome(make_console, service):
    service.content.welcomes.join("demo", [Newcomer("u1", "小满"), Newcomer("u2", "广告代发")])
    console = make_console(Role.OPERATOR)
    assert "有 2 位新朋友在等" in console.get("/c/demo/drafts").text
    page = console.post("/c/demo/drafts/new/welcome").text
    assert "小满" in page
    assert "广告代发" not in page


def test_a_notice_is_written_for_the_cases_that_were_ticked(make_console, service):
    console = make_console(Role.OPERATOR)
    assert "最近没有需要通知的处理" in console.get("/c/demo/drafts/new/notice").text
    [case] = service.review.queue("demo")
    service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor="mod")
    assert f'value="{case.id}"' in console.get("/c/demo/drafts/new/notice").text
    page = console.post("/c/demo/drafts/new/notice", {"cases": str(case.id)})
    assert "警告" in page.text
    assert console.post("/c/demo/drafts/new/notice").status_code == 400


def test_a_clarification_without_its_source_comes_back_with_what_was_typed(make_console):
    console = make_console(Role.OPERATOR)
    typed = {"about": "周末停水", "truth": "false", "found": "没有停水计划", "source": " "}
    answer = console.post("/c/demo/drafts/new/clarification", typed)
    assert answer.status_code == 400
    assert "没有停水计划" in answer.text
    assert "物业值班室" in console.post("/c/demo/drafts/new/clarification", typed | {"source": "物业值班室"}).text


def test_entries_are_put_on_the_calendar_paused_and_taken_off(make_console, service):
    console = make_console(Role.OPERATOR)
    form = {"kind": "briefing", "at": "08:00", "weekdays": ["1", "3"], "lead_minutes": "60", "late_minutes": "30"}
    page = console.post("/c/demo/drafts/plans/entries", form).text
    assert "周一、周三" in page
    [entry] = service.content.calendar.entries("demo")
    assert "已暂停" in console.post(f"/c/demo/drafts/plans/entries/{entry.id}/pause").text
    console.post(f"/c/demo/drafts/plans/entries/{entry.id}/resume")
    assert "到时起草" in console.get("/c/demo/drafts?view=month").text + console.get("/c/demo/drafts?view=week").text
    console.post(f"/c/demo/drafts/plans/entries/{entry.id}/remove")
    assert service.content.calendar.entries("demo") == []
    assert console.post("/c/demo/drafts/plans/entries", form | {"weekdays": []}).status_code == 400


def test_an_event_that_cannot_be_read_comes_back_with_what_was_typed(make_console):
    console = make_console(Role.OPERATOR)
    answer = console.post("/c/demo/drafts/plans/events", {"name": "旧书交换", "when": "改天"})
    assert answer.status_code == 400
    assert "旧书交换" in answer.text
    assert (
        "每月最后一个周六"
        in console.post("/c/demo/drafts/plans/events", {"name": "旧书交换", "when": "每月最后一个周六"}).text
    )


def test_the_voice_is_kept_and_speaks(make_console, service):
    console = make_console(Role.OPERATOR)
    form = {
        "version": "0", "tone": "formal", "emoji": "off", "numbering": "circle", "language": "zh", "title": "晨讯",
        "helpers": "管理员小林", "signature": "业委会", "welcome_minutes": "5", "welcome_most": "10",
        "quiet_from": "22:00", "quiet_until": "07:00", "length": "0", "name": "", "examples": "",
    }  # fmt: skip
    assert console.post("/c/demo/drafts/voice", form).status_code == 200
    page = console.post("/c/demo/drafts/new/briefing").text
    assert "晨讯" in page
    assert "业委会" in page
    assert console.post("/c/demo/drafts/voice", form).status_code == 409


def test_only_an_owner_lets_drafts_out_unapproved_and_says_where_they_go(make_console, service):
    operator = make_console(Role.OPERATOR)
    assert operator.post("/c/demo/drafts/voice/automatic", {"automatic": "briefing"}).status_code == 403
    owner = make_console(Role.OWNER, name="老周")
    owner.post("/c/demo/drafts/voice/automatic", {"automatic": ["briefing", "notice"]})
    assert service.content.setup.settings("demo").automatic == frozenset()
    owner.post("/c/demo/drafts/voice/automatic", {"automatic": "briefing"})
    assert service.content.setup.settings("demo").automatic == {Kind.BRIEFING}
    made = owner.post("/c/demo/drafts/voice/destinations", {"name": "一群", "kind": "file", "channel": "plain"})
    assert "“一群”加好了" in made.text
    secret = service.content.setup.settings("demo").destinations[0].secret
    assert secret not in owner.get("/c/demo/drafts/voice").text


def test_topics_are_listed_with_how_they_did(make_console, service, draft):
    console = make_console(Role.OPERATOR)
    assert "还没有发布过话题" in console.get("/c/demo/drafts/performance").text
    kept = draft(Kind.TOPICS)
    kept = service.content.drafts.approve(kept.id, 1, "小林", "看过")
    kept = service.content.publishing.publish(kept.id, kept.version, "bot")
    key = service.content.drafts.attempts(kept.id)[-1].key
    kept = service.content.publishing.outcome(kept.id, key, DraftState.PUBLISHED, "bot")
    console.post(f"/c/demo/drafts/{kept.id}/perform", {"version": kept.version, "replies": "12", "participants": "7"})
    page = console.get("/c/demo/drafts/performance").text
    assert re.search(r">\s*12\s*<", page)


def test_a_draft_of_another_community_is_not_there(make_console, service):
    service.add_community(Community("other", "别的群"))
    kept = service.content.drafts.write(Brief(Kind.BRIEFING, "other"), "x")
    console = make_console(Role.OPERATOR)
    assert console.get(f"/c/demo/drafts/{kept.id}").status_code == 404
    assert console.post(f"/c/demo/drafts/{kept.id}/cancel", {"version": 1}).status_code == 404
    assert service.content.drafts.get(kept.id).state is DraftState.DRAFT


@pytest.mark.parametrize("path", ["", "?view=week", "/plans", "/voice", "/performance", "/new/clarification"])
def test_every_page_speaks_english_too(make_console, service, draft, path):
    draft()
    console = make_console(Role.OWNER, language="en")
    page = console.get(f"/c/demo/drafts{path}")
    assert page.status_code == 200
    assert "日历" not in page.text
