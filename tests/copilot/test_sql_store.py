"""The SQL store: what it keeps, what it refuses, and what happens when it cannot answer."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from copilot.adapters.sql import SqlStore, connect, is_current, upgrade
from copilot.adapters.sql.columns import LosslessText, UtcDateTime
from copilot.adapters.sql.tables import metadata
from copilot.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from copilot.types import Community

DEMO = Community(
    "demo",
    "阳光花园",
    theme="小区",
    rules="一、不发广告",
    commerce=True,
    allow_keywords=("物业",),
    deny_keywords=("刷单",),
    allow_domains=("gov.cn",),
    deny_domains=("bad.example",),
)


@pytest.fixture
def store(engine):
    return SqlStore(engine)


def test_a_community_comes_back_as_it_was_given(store):
    with store.begin() as unit:
        unit.communities.add(DEMO)
    with store.begin() as unit:
        assert unit.communities.get("demo") == DEMO
        assert unit.communities.all() == [DEMO]


def test_a_taken_id_is_a_conflict_that_names_the_field(store):
    with store.begin() as unit:
        unit.communities.add(DEMO)
    with pytest.raises(Conflict) as caught, store.begin() as unit:
        unit.communities.add(DEMO)
    assert caught.value.param == "id"


def test_an_unknown_community_is_not_found(store):
    with pytest.raises(NotFound), store.begin() as unit:
        unit.communities.get("nowhere")
    with pytest.raises(NotFound), store.begin() as unit:
        unit.communities.replace(DEMO)


def test_a_community_changed_since_it_was_read_is_a_conflict(store):
    with store.begin() as unit:
        unit.communities.add(DEMO)
    with pytest.raises(Conflict), store.begin() as slow:  # noqa: PT012
        read = slow.communities.get("demo")
        with store.begin() as quick:
            quick.communities.replace(replace(DEMO, theme="停车"))
        slow.communities.replace(replace(read, name="另一个名字"))
    with store.begin() as unit:
        assert unit.communities.get("demo") == replace(DEMO, theme="停车")


def test_a_case_comes_back_as_it_was_kept(store, make_case):
    sent = datetime(2026, 1, 31, 8, tzinfo=timezone(timedelta(hours=8)))
    case = make_case("可疑的说法😀", community="demo", author="小王", quoted="原话", sent_at=sent, reply_to="m0")
    with store.begin() as unit:
        unit.cases.add([case])
    with store.begin() as unit:
        [kept] = unit.cases.kept([case.message])
    assert kept == case
    assert kept.received_at.tzinfo is UTC
    assert kept.message.sent_at.utcoffset() == timedelta(0)


def test_cases_are_looked_up_by_community_id_and_text(store, make_case):
    case = make_case("你好", id="1", community="demo")
    with store.begin() as unit:
        unit.cases.add([case])
        others = [
            replace(case.message, text="你好!"),
            replace(case.message, id="2"),
            replace(case.message, community="other"),
            replace(case.message, community=None),
        ]
        found = unit.cases.kept([*others, case.message])
    assert found == [None, None, None, None, case]


@pytest.mark.parametrize("community", ["demo", None])
def test_the_same_text_under_the_same_id_cannot_be_kept_twice(store, make_case, community):
    case = make_case(community=community)
    with store.begin() as unit:
        unit.cases.add([case])
    with pytest.raises(Conflict), store.begin() as unit:
        unit.cases.add([case])


def test_a_failing_unit_keeps_nothing(store, engine, make_case):
    case = make_case("广告", community="demo")
    with pytest.raises(RuntimeError), store.begin() as unit:  # noqa: PT012
        unit.communities.add(DEMO)
        unit.cases.add([case])
        raise RuntimeError
    with pytest.raises(Conflict), store.begin() as unit:
        unit.cases.add([case, case])
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_recent_messages_come_oldest_first_and_at_most_as_many_as_asked(store, make_case):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    said = [make_case(community="demo", sent_at=start + timedelta(minutes=minute)) for minute in (3, 1, 2, 0)]
    with store.begin() as unit:
        unit.cases.add([*said, make_case(community="other", sent_at=start + timedelta(minutes=5))])
        after = [m.sent_at.minute for m in unit.cases.recent("demo", start, limit=10)]
        last = [m.sent_at.minute for m in unit.cases.recent("demo", start, limit=2)]
    assert (after, last) == ([1, 2, 3], [2, 3])


def test_thousands_of_messages_can_be_looked_up_at_once(store, make_case):
    many = [make_case(community="demo") for _ in range(1_200)]
    with store.begin() as unit:
        unit.cases.add(many)
        assert unit.cases.kept([case.message for case in many]) == many


AWKWARD = ["\ud83d", "a\ud800b\udfff", "\x00", "\x1b", "\x1bd800", "\x1b0000\x00", "😀\x1b", ""]


@pytest.mark.parametrize("text", AWKWARD)
def test_nul_and_lone_surrogates_are_kept_as_they_are(store, make_case, text):
    case = make_case(text, id=f"id{text}", community="demo", author=text, quoted=text, reply_to=text)
    with store.begin() as unit:
        unit.cases.add([case])
    with store.begin() as unit:
        assert unit.cases.kept([case.message]) == [case]


@given(st.text(st.characters(codec=None)))
def test_any_text_survives_and_the_database_sees_only_what_it_can_hold(text):
    column, dialect = LosslessText(), sa.create_engine("sqlite://").dialect
    stored = column.process_bind_param(text, dialect)
    assert "\x00" not in stored
    stored.encode()
    assert column.process_result_value(stored, dialect) == text


def test_a_time_without_a_zone_is_refused():
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        UtcDateTime().process_bind_param(naive, sa.create_engine("sqlite://").dialect)


def test_many_threads_write_without_losing_anything(store, make_case):
    groups = [[make_case(community=f"c{thread}") for _ in range(20)] for thread in range(8)]
    gate = threading.Barrier(len(groups))

    def write(group):
        gate.wait()
        for case in group:
            with store.begin() as unit:
                unit.cases.kept([case.message])
                unit.cases.add([case])

    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(write, groups))
    with store.begin() as unit:
        for group in groups:
            assert unit.cases.kept([case.message for case in group]) == group


def test_reading_never_waits_for_a_writer(tmp_path, make_case):
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    upgrade(url)
    engine = connect(url)
    store = SqlStore(engine)
    with store.begin() as writer:
        writer.communities.add(DEMO)
        with store.begin() as reader:
            assert reader.communities.all() == []
    engine.dispose()


def test_migrating_twice_and_from_several_processes_at_once_is_harmless(tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'fresh.db'}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, [url] * 4))
    upgrade(url)
    engine = connect(url)
    assert is_current(engine)
    engine.dispose()


def test_the_migrations_lead_to_the_tables_that_the_code_uses(engine):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    assert difference == []
    assert is_current(engine)


def test_a_database_file_belongs_to_its_owner_alone(tmp_path):
    file = tmp_path / "private.db"
    upgrade(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o077 == 0


def test_a_database_that_does_not_answer_is_reported_as_unavailable(tmp_path):
    file = tmp_path / "broken.db"
    file.write_bytes(b"this is no database at all" * 100)
    engine = connect(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable), SqlStore(engine).begin() as unit:
        unit.communities.all()
    with pytest.raises(StoreUnavailable):
        SqlStore(engine).ping()
    engine.dispose()


def test_a_locked_database_is_reported_as_unavailable(tmp_path, monkeypatch, make_case):
    monkeypatch.setattr("copilot.adapters.sql.engine._PRAGMAS", ("busy_timeout = 10",))
    url = f"sqlite:///{tmp_path / 'locked.db'}"
    upgrade(url)
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = connect(url)
    with pytest.raises(StoreUnavailable), SqlStore(engine).begin() as unit:
        unit.cases.add([make_case()])
    engine.dispose()
    other.close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "oracle9://x/y"])
def test_an_unusable_url_is_refused_in_a_sentence(url):
    with pytest.raises(InvalidInput):
        connect(url)


def test_errors_of_the_database_do_not_repeat_what_members_wrote(store, make_case):
    case = make_case("绝密内容", community="demo")
    with store.begin() as unit:
        unit.cases.add([case])
    with pytest.raises(Conflict) as caught, store.begin() as unit:
        unit.cases.add([case])
    assert "绝密内容" not in f"{caught.value} {caught.value.__cause__}"
