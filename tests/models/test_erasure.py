"""What was erased is nowhere: not in the database's files, nor the index, nor its snapshot, nor the logs."""

from __future__ import annotations

import json
import logging
import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

import models
from api.wiring import IndexSnapshot
from copilot.adapters.sql import SqlStore, connect
from copilot.adapters.sql.personal import columns
from copilot.adapters.sql.tables import cases, metadata
from copilot.drafting.state import Brief
from copilot.drafting.types import Kind as DraftKind
from copilot.errors import InvalidInput, NotFound
from copilot.moderator import Moderator
from copilot.policy.assignment import Bench
from copilot.policy.measures import OrderState
from copilot.policy.retention import Retention, is_due
from copilot.ports import Category, Deed
from copilot.ports.erasure import Kind
from copilot.service import Service
from copilot.service.content.joins import Newcomer
from copilot.service.precedents import PrecedentKeeper
from copilot.text import text_views
from copilot.types import Community, Decision, Label, Likeness, Message
from models.precedents.reading import reading

NOW = datetime.now(UTC) + timedelta(days=100)
"""A day on which everything written in these tests is old."""
WANG, SECRET = "王小虎wxid_7788", "周三晚上八点在六号楼天台见，记得带上那把蓝色的伞"
CLOAKED = "周三晚上8点在六號樓天台見,記得帶上那把藍色的傘"


@pytest.fixture
def start(engine, tmp_path, undecided):
    """Start a service as the server does: with an index, from its snapshot where there is one."""

    def start():
        store = SqlStore(engine)
        with store.begin() as unit:
            last = unit.resolutions.last()
        encoder = models.load_encoder(models.HASHING)
        keeper = PrecedentKeeper(*models.load_case_index(tmp_path / "index", encoder, last))
        snapshot = IndexSnapshot(keeper, tmp_path / "index", store)
        moderator = Moderator(undecided, encoder=encoder, index=keeper.index)
        return Service(store, moderator, keeper, refresh_index=snapshot.refresh), snapshot

    return start


@pytest.fixture
def service(start):
    service, _ = start()
    for name in ("demo", "other"):
        service.add_community(Community(name, name))
    return service


_numbers = count(1)


def say(service, text, author=WANG, community="demo", **fields):
    return service.ingest([Message(f"{author}-{next(_numbers)}", text, community, author, **fields)])[0]


def decide(service, case, reason=""):
    return service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor="小林", reason=reason)


def lived(service):
    """A life of a member: messages decided and not, quoted, addressed, spoken of, taken as an example."""
    case = say(service, SECRET, quoted="阿珍：钥匙在谁那里")
    decide(service, case, f"{WANG} 又在约人：{SECRET}")
    say(service, f"{SECRET}！！")
    say(service, "我来开个头", "阿珍", quoted=SECRET)
    say(service, "同意", "老周", reply_to=case.message.id, quoted="见上")
    mention = say(service, f"@{WANG} 你说的那把伞在我这里，明天拿给你", "老周")
    decide(service, mention)
    service.change_community("demo", lambda old: _with_example(old, SECRET), "小林")
    told_on(service, case, mention)
    return case, mention


def told_on(service, case, mention):
    """What other modules keep: a note, a report by them and one on them, an appeal, and a notice to them."""
    service.notes.add("demo", case.id, f"问过了，他承认写了：{SECRET}", "小林")
    service.notes.add("demo", mention.id, f"这里提到的是 {WANG}", "小林")
    service.reports.file(mention.message, Category.ABUSE, WANG, note="他凭什么提我", filed_by="key:bot")
    service.reports.file(case.message, Category.ADS, "阿珍", note=f"看他写的：{SECRET}", filed_by="key:bot")
    token = service.appeals.link(case.id)
    service.appeals.file(token, f"我是{WANG}，我没有恶意", Bench(("老周",)), datetime.now(UTC))
    service.content.welcomes.join("demo", [Newcomer(WANG, WANG)])
    rumour = Brief(
        DraftKind.CLARIFICATION, "demo", about=SECRET, truth="false", found=f"{WANG} 说的不实", source="物业通知"
    )
    service.content.drafts.write(rumour, "小林")


def _with_example(community, text):
    return replace(community, on_topic_examples=(text, "今天停水吗"))


def files_of(engine, folder):
    """Everything on disk: the database with its log, and the index."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in found) or engine.dialect.name != "sqlite"
    return found


def traces(engine, folder, words, more=b""):
    """Where any of the words is found, in any form that a database, JSON or an array may give it."""
    forms = {}
    for word in words:
        forms |= {
            (word, "utf-8"): word.encode(),
            (word, "utf-16"): word.encode("utf-16-le"),
            (word, "utf-32"): word.encode("utf-32-le"),
            (word, "json"): json.dumps(word)[1:-1].encode(),
        }
    held = {str(path): path.read_bytes() for path in files_of(engine, folder)} | {"log": more}
    return sorted((where, *name) for name, form in forms.items() for where, body in held.items() if form in body)


def reading_of(text):
    """A text as the index of precedents keeps it."""
    return reading(text_views(text)).tobytes()


def test_after_an_erasure_no_file_and_no_log_holds_a_trace(start, service, engine, tmp_path, caplog):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    caplog.set_level(logging.DEBUG)
    lived(service)
    service.assess([Message("x", "你好", "demo")])  # the index catches up
    start()[1].refresh()
    words = (WANG, SECRET, SECRET[3:12])
    assert traces(engine, tmp_path, words)
    assert any(reading_of(SECRET) in path.read_bytes() for path in (tmp_path / "index").iterdir())
    erased = service.eraser.member("demo", [WANG], "小林")
    assert erased.scrubbed.clean
    assert traces(engine, tmp_path, words, caplog.text.encode()) == []
    assert not any(reading_of(SECRET) in path.read_bytes() for path in (tmp_path / "index").iterdir())
    assert {place: count for place, count in erased.places.items() if count} == {
        "messages": 3,
        "quotes": 2,
        "mentions": 1,
        "reasons": 1,
        "audit": 2,
        "examples": 1,
        "notes": 2,
        "reports": 1,
        "reported": 1,
        "appeals": 1,
        "queue": 2,
        "drafts": 2,
        "joins": 1,
    }


def test_old_messages_leave_no_trace_in_the_files_either(service, engine, tmp_path):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    lived(service)
    service.change_community("demo", lambda old: replace(old, on_topic_examples=()), "小林")
    service.eraser.keep_for("demo", Retention(30, keep_decided=False), "小林")
    with SqlStore(engine).begin() as unit:  # what people set stays: the log of the examples is not about a message
        unit.audit.erase([entry.number for entry in unit.audit.search("demo", action="community.")])
    assert traces(engine, tmp_path, [SECRET])
    assert service.eraser.old("demo", NOW).scrubbed.clean
    assert traces(engine, tmp_path, [SECRET]) == []


def test_remains_that_an_older_version_left_go_with_the_next_erasure(service, engine, tmp_path):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    say(service, SECRET)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        connection.exec_driver_sql("DELETE FROM cases")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    assert traces(engine, tmp_path, [SECRET])
    service.eraser.member("demo", [WANG], "小林")
    assert traces(engine, tmp_path, [SECRET]) == []


def test_decisions_and_counts_stay_true(service, engine):
    case, _ = lived(service)
    with SqlStore(engine).begin() as unit:
        before = unit.figures.tallies("demo", [datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)])
    service.eraser.member("demo", [WANG], "小林")
    with SqlStore(engine).begin() as unit:
        after = unit.figures.tallies("demo", [datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)])
    assert before == after
    kept = service.review.file(case.id)
    assert (kept.standing.decision, kept.standing.labels, kept.standing.reason) == (Decision.REMOVE, (Label.ADS,), "")
    assert (kept.case.message.text, kept.case.message.quoted, kept.case.message.roles) == ("", "", ())
    assert kept.case.erased_at is not None
    assert kept.case.assessment.scores == case.assessment.scores


def test_messages_of_one_member_stay_one_members_under_a_name_that_is_new_each_time(service, engine):
    for number in range(2):
        say(service, f"第 {number} 句话，说得很长很长")
        say(service, f"第 {number} 句话，也是我说的")
        service.eraser.member("demo", [WANG], "小林")
    with engine.connect() as connection:
        names = connection.scalars(sa.select(cases.c.author).order_by(cases.c.id)).all()
    assert names[0] == names[1] != names[2] == names[3]
    assert all(name.startswith("erased:") for name in names)


def test_what_is_erased_is_no_precedent_any_more(service):
    decide(service, say(service, SECRET))
    assert service.search("demo", [CLOAKED], 3)[0].precedents
    service.eraser.member("demo", [WANG], "小林")
    assert [found.precedents for found in service.search("demo", [CLOAKED, SECRET], 3)] == [(), ()]


def test_a_precedent_that_only_mentions_them_stays_without_the_name(service):
    _, mention = lived(service)
    service.eraser.member("demo", [WANG], "小林")
    text = service.review.file(mention.id).case.message.text
    assert text == f"@{'＊' * len(WANG)} 你说的那把伞在我这里，明天拿给你"
    [found] = service.search("demo", [text], 1)
    assert (found.precedents[0].case_id, found.precedents[0].likeness) == (mention.id, Likeness.SAME)


def test_another_process_forgets_at_its_next_look_and_so_does_one_started_later(start, service):
    elsewhere, _ = start()
    decide(service, say(service, SECRET))
    assert elsewhere.search("demo", [SECRET], 3)[0].precedents
    service.eraser.member("demo", [WANG], "小林")
    assert elsewhere.search("demo", [SECRET], 3)[0].precedents == ()
    later, _ = start()
    assert later.search("demo", [SECRET], 3)[0].precedents == ()


def test_a_snapshot_that_was_not_there_to_hear_of_it_is_cleaned_at_the_next_start(start, service, engine, tmp_path):
    decide(service, say(service, SECRET))
    service.assess([Message("x", "你好", "demo")])
    start()[1].refresh()
    Service(SqlStore(engine), service.moderator).eraser.member("demo", [WANG], "小林")  # knows of no snapshot
    assert any(reading_of(SECRET) in path.read_bytes() for path in (tmp_path / "index").iterdir())
    start()
    assert not any(reading_of(SECRET) in path.read_bytes() for path in (tmp_path / "index").iterdir())


def test_others_and_other_communities_keep_theirs(service):
    theirs = say(service, SECRET, WANG, "other")
    neighbour = say(service, "好的", "阿珍", quoted="好的，收到")
    say(service, "好的")
    service.eraser.member("demo", [WANG], "小林")
    assert service.review.file(theirs.id).case.message.text == SECRET
    kept = service.review.file(neighbour.id).case
    assert (kept.message.text, kept.message.quoted, kept.message.author) == ("好的", "好的，收到", "阿珍")


def test_an_order_that_no_bot_has_taken_is_cancelled_with_its_member(service):
    case = say(service, SECRET)
    decide(service, case)
    assert [order.state for order in service.measures.of_case(case.id)] == [OrderState.PENDING]
    service.eraser.member("demo", [WANG], "小林")
    assert [(order.state, order.text) for order in service.measures.of_case(case.id)] == [(OrderState.CANCELLED, "")]


def test_to_erase_again_changes_nothing_more(service, engine):
    lived(service)
    service.eraser.member("demo", [WANG], "小林")
    again = service.eraser.member("demo", [WANG], "小林")
    assert again.messages == 0
    assert sum(again.places.values()) == 0
    with SqlStore(engine).begin() as unit:
        assert unit.audit.broken_at() is None


def test_the_audit_log_says_that_it_was_done_and_not_whose(service, engine):
    lived(service)
    service.eraser.member("demo", [WANG], "小林")
    with SqlStore(engine).begin() as unit:
        entry = unit.audit.search("demo", action="member.")[0]
        [record] = unit.erasures.all("demo")
        assert unit.audit.broken_at() is None
    assert (entry.deed.actor, entry.deed.subject) == ("小林", f"erasure:{record.id}")
    assert entry.deed.after["messages"] == record.places["messages"] == 3
    assert record.kind is Kind.MEMBER
    assert WANG not in repr(entry)
    assert WANG not in repr(record)


@pytest.mark.parametrize("names", [[], [""], ["  "], ["erased:0123"]])
def test_nobody_cannot_be_erased(service, names):
    with pytest.raises(InvalidInput):
        service.eraser.member("demo", names, "小林")
    with pytest.raises(NotFound):
        service.eraser.member("nowhere", [WANG], "小林")


def test_erased_flags_do_not_wait_in_the_queue(make_service, make_message):
    service = make_service()
    service.add_community(Community("demo", "群"))
    service.ingest([make_message("广告", community="demo", author=WANG)])
    assert len(service.review.queue("demo")) == 1
    service.eraser.member("demo", [WANG], "小林")
    assert service.review.queue("demo") == []


def test_a_table_of_another_module_joins_with_one_line(service, engine, monkeypatch):
    notes = sa.Table(
        "test_notes",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer),
        sa.Column("member", sa.Text),
        sa.Column("text", sa.Text),
    )
    notes.metadata.create_all(engine)
    mine = columns(notes, {"text": ""}, case="case_id", member="member")
    monkeypatch.setattr("copilot.adapters.sql.erasure.HOLDERS", [("notes", mine)])
    case, other = say(service, SECRET), say(service, "邻居说的话", "阿珍")
    elsewhere = say(service, "别的群里的话", "阿珍", "other")
    with engine.begin() as connection:
        rows = [
            {"case_id": case.id, "member": "小林", "text": SECRET},
            {"case_id": other.id, "member": WANG, "text": "举报邻居"},
            {"case_id": elsewhere.id, "member": WANG, "text": "别的群里"},
        ]
        connection.execute(sa.insert(notes), rows)
    assert service.eraser.member("demo", [WANG], "小林").places["notes"] == 2
    with engine.connect() as connection:
        kept = connection.execute(sa.select(notes.c.member, notes.c.text).order_by(notes.c.id)).all()
    assert [row.text for row in kept] == ["", "", "别的群里"]
    assert kept[1].member.startswith("erased:")
    assert not metadata.tables.get("test_notes", False)


def test_text_of_any_kind_can_be_erased(service):
    for text in ("\x00\x1b\ud800 坏字符" * 3, "", "🀄️" * 40, "好" * 3000):
        say(service, text, quoted=text)
    assert service.eraser.member("demo", [WANG], "小林").messages == 4


def _die_in_the_middle(url):
    """Erase, and be gone after the second batch, as by a kill."""
    import os

    from copilot.service import erasure

    erasure._BATCH = 3
    store = SqlStore(connect(url))
    seen = []
    begin = store.begin

    def counting():
        seen.append(1)
        if len(seen) == 4:
            os._exit(9)
        return begin()

    store.begin = counting
    erasure.Eraser(store, lambda: None).member("demo", [WANG], "小林")


def test_an_erasure_that_was_killed_is_finished_by_the_next_one(service, database_url, engine):
    for number in range(10):
        say(service, f"{SECRET} 第{number}次")
        say(service, "在看", "阿珍", quoted=f"{SECRET} 第{number}次")
    process = multiprocessing.get_context("spawn").Process(target=_die_in_the_middle, args=(database_url,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert 0 < service.eraser.count("demo", [WANG]) < 10
    assert [record.ended_at for record in service.eraser.records("demo")] == [None]
    service.eraser.member("demo", [WANG], "小林")
    with engine.connect() as connection:
        texts = connection.execute(sa.select(cases.c.text, cases.c.quoted)).all()
    assert not any(SECRET in text or SECRET in quoted for text, quoted in texts)


def test_what_is_older_than_the_community_keeps_leaves_and_the_rest_stays(service, engine):
    old, decided = say(service, SECRET), say(service, "判过的那一句话，很长")
    decide(service, decided, "理由")
    service.eraser.keep_for("demo", Retention(30), "小林")
    assert service.eraser.due("demo", Retention(30), datetime.now(UTC)) == 0
    assert service.eraser.due("demo", Retention(30), NOW) == 1
    assert service.eraser.old("demo", NOW).messages == 1
    assert service.review.file(old.id).case.message.text == ""
    assert service.review.file(decided.id).case.message.text != ""
    service.eraser.keep_for("demo", Retention(30, keep_decided=False), "小林")
    assert service.eraser.old("demo", NOW + timedelta(days=1)).messages == 1
    assert service.review.file(decided.id).standing.reason == ""
    with SqlStore(engine).begin() as unit:
        assert [record.kind for record in unit.erasures.all("demo")] == [Kind.RETENTION] * 2
        assert unit.audit.broken_at() is None


def test_a_new_message_that_quotes_an_old_one_loses_the_quote(service):
    old = say(service, SECRET)
    new = say(service, "还记得吗", "阿珍", quoted=SECRET)
    service.eraser.keep_for("demo", Retention(30), "小林")
    cut = service.review.file(new.id).case.received_at + timedelta(days=30)
    assert service.eraser.old("demo", cut).messages == 1
    assert service.review.file(old.id).case.message.text == ""
    kept = service.review.file(new.id).case.message
    assert (kept.text, kept.quoted) == ("还记得吗", "")


def test_nothing_leaves_where_everything_is_kept(service):
    say(service, SECRET)
    assert service.eraser.old("demo", NOW) is None
    service.eraser.daily(NOW)
    assert service.eraser.records("demo") == []


def test_two_processes_do_not_erase_at_once(service, engine):
    say(service, SECRET)
    service.eraser.keep_for("demo", Retention(30), "小林")
    with SqlStore(engine).begin() as unit:
        assert unit.retentions.take_turn("demo", NOW, NOW + timedelta(minutes=10))
    assert service.eraser.old("demo", NOW + timedelta(minutes=1)) is None
    assert service.eraser.old("demo", NOW + timedelta(minutes=11)).messages == 1  # whoever held it is gone


def test_the_daily_round_is_made_once_and_survives_a_failure(service, monkeypatch):
    say(service, SECRET)
    service.eraser.keep_for("demo", Retention(30), "小林")
    service.eraser.keep_for("other", Retention(30), "小林")
    old = service.eraser.old

    def failing(community_id, now):
        if community_id == "demo":
            raise RuntimeError
        return old(community_id, now)

    monkeypatch.setattr(service.eraser, "old", failing)
    service.eraser.daily(NOW)
    assert service.eraser.records("demo") == []
    monkeypatch.setattr(service.eraser, "old", old)
    service.eraser.daily(NOW)
    service.eraser.daily(NOW + timedelta(minutes=10))
    assert len(service.eraser.records("demo")) == 1


def test_the_round_is_due_at_half_past_three_in_the_communitys_night():
    ran = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)  # 03:40 in Shanghai on the 26th
    assert is_due(None, ran, "Asia/Shanghai")
    assert not is_due(ran, datetime(2026, 11, 26, 19, 29, tzinfo=UTC), "Asia/Shanghai")
    assert is_due(ran, datetime(2026, 11, 26, 19, 31, tzinfo=UTC), "Asia/Shanghai")
    assert is_due(ran, datetime(2026, 11, 26, 12, 0, tzinfo=UTC), "Europe/Berlin")


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_a_senseless_retention_is_refused(days):
    with pytest.raises(InvalidInput) as caught:
        Retention(days)
    assert caught.value.param == "days"


def test_details_that_hold_no_words_stay_in_the_audit_log(service, engine):
    decide(service, say(service, SECRET))
    service.eraser.member("demo", [WANG], "小林")
    with SqlStore(engine).begin() as unit:
        unit.audit.add(Deed("小林", "rules.put", "demo", "rules:1", "照旧"), datetime.now(UTC))
        decided = unit.audit.search("demo", action="case.resolve")
    assert not decided[0].erased
    assert decided[0].deed.after["decision"] == "remove"
