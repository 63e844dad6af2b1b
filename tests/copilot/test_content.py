"""The life of drafts: written over what members said, edited, approved, scheduled, published exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from copilot.adapters.sql import SqlStore
from copilot.drafting.state import Brief, DraftState
from copilot.drafting.types import Kind, Origin, Tone
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.ports import Destination, NotSent
from copilot.ports.content import CalendarEntry, DraftFilter, KeptEvent
from copilot.service import Service
from copilot.service.content import Tools
from copilot.service.content.calendar import prepared, quiet, slot_of
from copilot.service.content.joins import Newcomer
from copilot.service.content.publishing import Publishing
from copilot.types import Community, Decision, Label, Message

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 17, 12, tzinfo=ZONE)
GROUP = Community(
    "demo", "阳光花园业主群", "小区业主交流：物业、停车、邻里互助", rules="1. 请勿发布广告。\n2. 请勿辱骂他人。"
)
TALK = (
    ("07:02", "老孔", "3号楼是不是停水了？"),
    ("07:03", "桃子", "我家也没水，牙刷一半"),
    ("07:05", "物业小周", "3号楼水泵坏了，师傅在修，预计10点恢复供水"),
    ("07:20", "老孔", "收到，谢谢小周"),
    ("09:58", "物业小周", "3号楼已经恢复供水，先放两分钟黄水"),
    ("12:10", "阿May", "地下车库B区的灯坏了三天了，有人报修吗"),
    ("12:14", "大刘", "我昨天报了，说配件周三到"),
    ("12:16", "阿May", "好的，那等周三"),
    ("15:00", "中介小王", "广告：急售学区房，联系我"),
    ("18:30", "桃子", "周六上午9点小区门口有免费磨刀，大家可以把刀带来"),
    ("18:32", "老孔", "周六9点门口磨刀，记下了"),
    ("20:01", "阿May", "谁家有多的纸箱？搬家要用十个左右"),
    ("20:05", "大刘", "我家有六个，明天放你门口"),
    ("21:40", "豆豆爸", "请问小区附近哪里可以学游泳？"),
)


class Recorder:
    """A sender that remembers what it was handed and answers as told."""

    def __init__(self) -> None:
        self.posts: list = []
        self.answer: BaseException | str = "ok"

    def send(self, post, to) -> str:
        self.posts.append(post)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def check(self, destination) -> None:
        pass


@pytest.fixture
def sender() -> Recorder:
    return Recorder()


@pytest.fixture
def store(engine) -> SqlStore:
    return SqlStore(engine)


@pytest.fixture
def service(store, fake_moderator, sender) -> Service:
    made = Service(store, fake_moderator(), tools=Tools(senders={"test": sender}))
    made.add_community(GROUP)
    return made


@pytest.fixture
def content(service):
    return service.content


@pytest.fixture
def talked(service):
    """Yesterday's talk, kept."""
    told = []
    for number, (at, author, text) in enumerate(TALK):
        hour, minute = map(int, at.split(":"))
        told.append(
            Message(f"m{number}", text, "demo", author, sent_at=datetime(2026, 5, 16, hour, minute, tzinfo=ZONE))
        )
    service.ingest(told)


@pytest.fixture
def destination(content) -> None:
    content.setup.add_destination("demo", Destination("group", "test", "wecom_markdown"), "owner")


def written(content, kind=Kind.BRIEFING, **fields):
    return content.drafts.write(Brief(kind, "demo", **fields), "operator", NOON)


def approved(content, **fields):
    kept = written(content, **fields)
    return content.drafts.approve(kept.id, kept.version, "operator", "looked at" if kept.objections else "")


def test_a_briefing_is_made_of_kept_messages_and_counts_what_it_leaves_out(content, talked):
    kept = written(content)
    assert kept.state is DraftState.DRAFT
    assert kept.objections == ()
    assert "停水" in kept.draft.text
    assert "广告" not in kept.draft.text
    coverage = kept.details["coverage"]
    assert (coverage["messages"], coverage["flagged"], coverage["members"]) == (14, 1, 7)
    facts = {fact.id for fact in kept.draft.facts}
    cited = {fact for line in kept.draft.lines for sentence in line.sentences for fact in sentence.facts}
    assert cited <= facts
    assert any(fact.origin is Origin.MESSAGE for fact in kept.draft.facts)


def test_what_a_person_let_pass_is_told_and_what_a_person_removed_is_not(service, content, talked):
    [case] = service.review.queue("demo")
    service.review.resolve(case.id, Decision.ALLOW, [], measure=None, actor="mod")
    kept_water = next(c for c in range(1, 20) if "水泵" in service.review.file(c).case.message.text)
    service.review.resolve(kept_water, Decision.REMOVE, [Label.ABUSE], measure=None, actor="mod")
    kept = written(content)
    assert kept.details["coverage"]["flagged"] == 1
    assert "水泵" not in kept.draft.text


def test_a_day_without_messages_gives_a_short_briefing_that_says_so(content):
    kept = written(content)
    assert kept.details["coverage"]["thin"]
    assert len(kept.draft.text) < 200
    assert kept.objections == ()


def test_a_briefing_for_a_day_whose_eve_has_not_begun_is_refused(content):
    with pytest.raises(InvalidInput) as error:
        written(content, on=(NOON + timedelta(days=3)).date())
    assert error.value.param == "on"


def test_events_of_the_community_stand_in_the_briefing(content, talked):
    content.setup.put_event(KeptEvent("demo", "旧书交换", "2026-05-18", time(15, 0), "中心花园"), "operator")
    kept = written(content)
    assert "旧书交换" in kept.draft.text
    assert kept.objections == ()


def test_an_event_that_nobody_can_read_is_refused(content):
    with pytest.raises(InvalidInput) as error:
        content.setup.put_event(KeptEvent("demo", "聚会", "过几天吧"), "operator")
    assert error.value.param == "when"


def test_an_edit_keeps_the_sources_of_what_stayed_and_is_warned_of_what_has_none(content, talked):
    kept = written(content)
    first, *rest = kept.draft.text.split("\n")
    changed = content.drafts.edit(
        kept.id, kept.version, "小林", text="\n".join([first, *rest, "另外，明天下午5点物业会发200元红包。"])
    )
    assert changed.draft.lines[0] == kept.draft.lines[0]
    assert {violation.line for violation in changed.objections} == {len(changed.draft.lines) - 1}
    assert changed.draft.written_by == "person/小林"
    assert [revision.number for revision in content.drafts.revisions(kept.id)] == [1, 2]


def test_objections_are_overruled_only_with_a_reason_and_hard_ones_never(content, talked):
    kept = written(content)
    kept = content.drafts.edit(kept.id, kept.version, "小林", text=kept.draft.text + "\n物业明天发200元红包。")
    with pytest.raises(InvalidInput) as error:
        content.drafts.approve(kept.id, kept.version, "小林")
    assert error.value.param == "reason"
    fine = content.drafts.approve(kept.id, kept.version, "小林", "物业刚刚打电话确认")
    assert (fine.state, fine.overruled) == (DraftState.APPROVED, "物业刚刚打电话确认")
    hidden = content.drafts.edit(kept.id, fine.version, "小林", text=kept.draft.text + "\n好\u202e的")
    assert hidden.state is DraftState.DRAFT
    with pytest.raises(InvalidInput) as error:
        content.drafts.approve(kept.id, hidden.version, "小林", "because")
    assert error.value.param == "text"


def test_two_people_cannot_change_one_version(content, talked):
    kept = written(content)
    content.drafts.edit(kept.id, kept.version, "a", text="早上好。")
    with pytest.raises(Conflict):
        content.drafts.edit(kept.id, kept.version, "b", text="大家好。")


def test_it_is_written_again_in_another_tone_and_the_old_text_stays(content, talked):
    kept = written(content)
    again = content.drafts.rewrite(kept.id, kept.version, "小林", tone=Tone.FORMAL)
    assert again.draft.tone is Tone.FORMAL
    assert again.draft.text != kept.draft.text
    assert content.drafts.revisions(kept.id)[0].draft == kept.draft


def test_what_was_approved_is_published_once_with_its_key(content, talked, destination, sender):
    kept = approved(content)
    done = content.publishing.publish(kept.id, kept.version, "小林")
    assert done.state is DraftState.PUBLISHED
    assert [post.text for post in sender.posts] == [kept.draft.text]
    for version in (kept.version, done.version):
        with pytest.raises(Conflict):
            content.publishing.publish(kept.id, version, "小林")
    assert len(sender.posts) == 1


def test_what_nobody_approved_is_not_published(content, talked, destination, sender):
    kept = written(content)
    with pytest.raises(Conflict):
        content.publishing.publish(kept.id, kept.version, "小林")
    assert sender.posts == []


def test_a_refusal_is_a_failure_that_may_be_tried_again_with_the_same_key(content, talked, destination, sender):
    kept = approved(content)
    sender.answer = NotSent("refused with HTTP 400")
    failed = content.publishing.publish(kept.id, kept.version, "小林")
    assert failed.state is DraftState.FAILED
    sender.answer = "ok"
    done = content.publishing.publish(kept.id, failed.version, "小林")
    assert done.state is DraftState.PUBLISHED
    assert len({post.key for post in sender.posts}) == 1


def test_silence_is_unknown_and_only_a_person_leads_on(content, talked, destination, sender):
    kept = approved(content)
    sender.answer = TimeoutError("no answer")
    unknown = content.publishing.publish(kept.id, kept.version, "小林")
    assert unknown.state is DraftState.UNKNOWN
    with pytest.raises(Conflict):
        content.publishing.publish(kept.id, unknown.version, "小林")
    assert content.calendar.sweep(datetime.now(UTC) + timedelta(days=1)) == []
    settled = content.publishing.settle(kept.id, unknown.version, DraftState.PUBLISHED, "小林", "看到了")
    assert settled.state is DraftState.PUBLISHED
    assert len(sender.posts) == 1


def test_a_crash_between_intent_and_result_leaves_a_question(store, content, talked, destination, sender):
    kept = approved(content)
    sender.answer = KeyboardInterrupt()  # the process goes down in the middle of it
    with pytest.raises(KeyboardInterrupt):
        content.publishing.publish(kept.id, kept.version, "小林")
    assert content.drafts.get(kept.id).state is DraftState.PUBLISHING
    after = Publishing(store, {"test": sender})
    assert after.recover() == []  # somebody may still be at it
    [found] = after.recover(datetime.now(UTC) + timedelta(minutes=2))
    assert found.state is DraftState.UNKNOWN
    assert len(sender.posts) == 1


def test_a_bot_that_posts_itself_reports_with_the_key(content, talked):
    kept = approved(content)
    handed = content.publishing.publish(kept.id, kept.version, "key:bot")
    assert handed.state is DraftState.PUBLISHING
    key = content.drafts.attempts(kept.id)[-1].key
    with pytest.raises(Conflict):
        content.publishing.outcome(kept.id, "another", DraftState.PUBLISHED, "key:bot")
    done = content.publishing.outcome(kept.id, key, DraftState.PUBLISHED, "key:bot")
    assert done.state is DraftState.PUBLISHED
    assert content.publishing.outcome(kept.id, key, DraftState.PUBLISHED, "key:bot").version == done.version
    with pytest.raises(Conflict):
        content.publishing.outcome(kept.id, key, DraftState.FAILED, "key:bot")


def test_a_late_report_settles_what_had_become_unknown(content, talked):
    kept = approved(content)
    content.publishing.publish(kept.id, kept.version, "key:bot")
    [unknown] = content.publishing.recover(datetime.now(UTC) + timedelta(hours=1))
    assert unknown.state is DraftState.UNKNOWN
    key = content.drafts.attempts(kept.id)[-1].key
    assert content.publishing.outcome(kept.id, key, DraftState.PUBLISHED, "key:bot").state is DraftState.PUBLISHED


def test_a_scheduled_draft_goes_out_at_its_time_and_not_in_quiet_hours(content, talked, destination, sender):
    kept = approved(content)
    at = datetime.now(UTC) + timedelta(hours=1)
    kept = content.drafts.schedule(kept.id, kept.version, "小林", at)
    assert content.calendar.sweep(at - timedelta(minutes=1)) == []
    local = (at + timedelta(minutes=1)).astimezone(ZONE)
    settings = content.setup.settings("demo")
    around = replace(
        settings,
        quiet_from=(local - timedelta(minutes=30)).time(),
        quiet_until=(local + timedelta(minutes=30)).time(),
    )
    around = content.setup.put("demo", around, "owner")
    assert content.calendar.sweep(at + timedelta(minutes=1)) == []
    [done] = content.calendar.sweep(at + timedelta(minutes=40))
    assert done.state is DraftState.PUBLISHED
    assert len(sender.posts) == 1


def test_what_should_have_gone_out_long_ago_is_missed_and_not_posted(content, talked, destination, sender):
    kept = approved(content)
    at = datetime.now(UTC) + timedelta(hours=1)
    content.drafts.schedule(kept.id, kept.version, "小林", at)
    [missed] = content.calendar.sweep(at + timedelta(days=2))
    assert (missed.state, missed.details["missed"]) == (DraftState.MISSED, "too_late")
    assert sender.posts == []


def entry(content, **fields):
    usual = {"community": "demo", "kind": Kind.BRIEFING, "weekdays": (1, 2, 3, 4, 5, 6, 7), "at": time(8, 0)}
    return content.calendar.put(CalendarEntry(**(usual | fields)), "owner")


SEVEN = datetime(2026, 5, 17, 7, 0, tzinfo=ZONE)


def test_the_calendar_writes_a_draft_before_its_slot_and_only_once(content, talked, destination):
    added = entry(content)
    run = content.calendar.run(added.id, SEVEN, SEVEN)
    assert (run.outcome, run.slot) == ("written", datetime(2026, 5, 17, 8, tzinfo=ZONE))
    kept = content.drafts.get(run.draft)
    assert (kept.state, kept.publish_at, kept.draft.kind) == (DraftState.DRAFT, run.slot, Kind.BRIEFING)
    assert content.calendar.run(added.id, SEVEN, SEVEN + timedelta(seconds=5)) == run
    assert len(content.drafts.listed("demo", DraftFilter())) == 1


def test_an_unapproved_draft_past_its_slot_is_missed_and_not_posted(content, talked, destination, sender):
    run = content.calendar.run(entry(content).id, SEVEN, SEVEN)
    assert content.calendar.sweep(run.slot + timedelta(minutes=59)) == []
    [missed] = content.calendar.sweep(run.slot + timedelta(minutes=61))
    assert (missed.state, missed.details["missed"]) == (DraftState.MISSED, "not_approved")
    assert sender.posts == []
    again = content.drafts.approve(missed.id, missed.version, "小林")
    assert again.state is DraftState.APPROVED


def test_only_what_the_owner_allows_goes_out_unapproved(content, talked, destination, sender):
    content.setup.put("demo", replace(content.setup.settings("demo"), automatic=frozenset({Kind.BRIEFING})), "owner")
    run = content.calendar.run(entry(content).id, SEVEN, SEVEN)
    kept = content.drafts.get(run.draft)
    assert (kept.state, kept.approved_by) == (DraftState.SCHEDULED, "machine")
    [done] = content.calendar.sweep(run.slot + timedelta(seconds=10))
    assert done.state is DraftState.PUBLISHED
    with pytest.raises(InvalidInput):
        content.setup.put("demo", replace(content.setup.settings("demo"), automatic=frozenset({Kind.NOTICE})), "owner")


@pytest.mark.parametrize(
    ("catch_up", "hours", "outcome"),
    [(True, 3, "written"), (False, 3, "skipped"), (True, 20, "skipped"), (True, 30, "skipped")],
)
def test_a_missed_run_is_made_up_for_by_choice_and_on_its_day_only(content, talked, catch_up, hours, outcome):
    added = entry(content, catch_up=catch_up)
    assert content.calendar.run(added.id, SEVEN, SEVEN + timedelta(hours=hours)).outcome == outcome


def test_a_paused_entry_writes_nothing(content, talked):
    added = entry(content, paused=True)
    assert content.calendar.run(added.id, SEVEN, SEVEN).outcome == "skipped"
    assert content.calendar.upcoming(GROUP, SEVEN.date(), SEVEN.date() + timedelta(days=7)) == []


def test_a_slot_just_after_midnight_is_prepared_the_day_before(content):
    late = CalendarEntry("demo", Kind.TOPICS, (1, 4), time(0, 30), lead_minutes=60)
    assert prepared(late) == (time(23, 30), (3, 7))
    assert slot_of(late, datetime(2026, 5, 17, 23, 30, tzinfo=ZONE), ZONE) == datetime(2026, 5, 18, 0, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "silent"), [(time(23, 0), True), (time(3, 0), True), (time(7, 0), False), (time(12, 0), False)]
)
def test_quiet_hours_go_past_midnight(content, at, silent):
    settings = replace(content.setup.settings("demo"), quiet_from=time(22, 30), quiet_until=time(7, 0))
    assert quiet(settings, at) is silent


def test_newcomers_are_welcomed_in_one_batch_when_the_window_closes(content):
    now = datetime.now(UTC)
    first = content.welcomes.join("demo", [Newcomer("u1", "小满")], now)
    assert (first.drafts, first.closes_at) == ((), now + timedelta(minutes=10))
    content.welcomes.join("demo", [Newcomer("u2", "阿丘"), Newcomer("u1", "小满")], now + timedelta(minutes=4))
    assert content.welcomes.close(now + timedelta(minutes=9)) == []
    [kept] = content.welcomes.close(now + timedelta(minutes=11))
    assert "小满" in kept.draft.text
    assert "阿丘" in kept.draft.text
    assert kept.draft.text.count("小满") == 1
    assert kept.objections == ()
    assert content.welcomes.close(now + timedelta(hours=1)) == []


def test_a_full_batch_does_not_wait(content):
    batch = content.welcomes.join("demo", [Newcomer(f"u{i}", f"邻居{chr(0x4E00 + i)}") for i in range(21)])
    assert len(batch.drafts) == 1
    assert len(content.welcomes.waiting("demo")) == 1


def test_an_advertising_nickname_is_withheld_and_waits_in_the_queue(service, content):
    batch = content.welcomes.join("demo", [Newcomer("u1", "广告代发加我"), Newcomer("u2", "小满")])
    assert [join.withheld for join in batch.joins] == [True, False]
    [kept] = content.welcomes.close(at_once=True)
    assert "广告代发" not in kept.draft.text
    assert "广告代发" not in " ".join(fact.text for fact in kept.draft.facts)
    assert [case.message.text for case in service.review.queue("demo")] == ["广告代发加我"]


def test_who_was_here_before_is_recognised(service, content, talked):
    batch = content.welcomes.join("demo", [Newcomer("", "桃子"), Newcomer("u9", "新来的")])
    assert [join.returning for join in batch.joins] == [True, False]


def test_a_topic_is_not_offered_twice_and_learns_from_its_answers(content, talked, destination):
    kept = approved(content, kind=Kind.TOPICS)
    done = content.publishing.publish(kept.id, kept.version, "小林")
    content.drafts.perform(kept.id, 12, 7, "key:bot")
    assert content.drafts.performances([kept.id])[kept.id].replies == 12
    assert written(content, kind=Kind.TOPICS).details["topic"]["question"] != done.details["topic"]["question"]
    with pytest.raises(InvalidInput):
        content.drafts.perform(kept.id, 3, 9, "key:bot")


def test_a_notice_needs_a_decision_and_never_repeats_the_offence(service, content, talked):
    [case] = service.review.queue("demo")
    with pytest.raises(InvalidInput):
        written(content, kind=Kind.NOTICE, cases=(case.id,))
    service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor="mod")
    kept = written(content, kind=Kind.NOTICE, cases=(case.id,))
    assert "学区房" not in kept.draft.text
    assert kept.objections == ()


def test_a_clarification_needs_its_source(content):
    fields = {"kind": Kind.CLARIFICATION, "about": "周末停水", "truth": "false", "found": "物业没有停水计划"}
    with pytest.raises(InvalidInput) as error:
        written(content, **fields)
    assert error.value.param == "source"
    assert "物业没有停水计划" in written(content, **fields, source="物业值班室").draft.text


def test_a_signature_closes_every_draft(content, talked):
    content.setup.put("demo", replace(content.setup.settings("demo"), signature="—— 业委会志愿者"), "owner")
    kept = written(content)
    assert kept.draft.text.endswith("—— 业委会志愿者")
    assert kept.objections == ()


def test_every_step_is_in_the_audit_log_without_what_was_said(store, content, talked, destination):
    kept = approved(content)
    content.publishing.publish(kept.id, kept.version, "小林")
    with store.begin() as unit:
        entries = [e for e in unit.audit.search("demo") if e.deed.subject == f"draft:{kept.id}"]
    assert [e.deed.action for e in entries][::-1] == ["draft.write", "draft.approve", "draft.publish", "draft.outcome"]
    assert "停水" not in repr(entries)


def test_what_does_not_exist_is_not_found(content):
    with pytest.raises(NotFound):
        content.drafts.get(404)
    with pytest.raises(NotFound):
        content.drafts.write(Brief(Kind.BRIEFING, "nobody"), "operator")
