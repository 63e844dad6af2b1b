"""Checking the audit log again and again: fast, and nothing that was changed or cut off is missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from copilot.adapters.sql import SqlStore
from copilot.adapters.sql import audit as module
from copilot.adapters.sql.tables import audit
from copilot.errors import InvalidInput
from copilot.ports import Deed, Head
from copilot.service.audit import Audit, Search, read_head

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def store(engine):
    return SqlStore(engine)


@pytest.fixture
def log(store):
    return Audit(store)


def write(store, count, **fields):
    with store.begin() as unit:
        for i in range(count):
            deed = Deed(
                **{"actor": "小林", "action": "rules.put", "community": "demo", "subject": f"rules:{i}"} | fields
            )
            unit.audit.add(deed, NOW + timedelta(minutes=i))


def change(engine, number, **values):
    with engine.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.id == number).values(**values))


def cut(engine, after):
    with engine.begin() as connection:
        connection.execute(sa.delete(audit).where(audit.c.id > after))


def test_an_empty_log_is_whole(log):
    chain = log.check(NOW)
    assert (chain.entries, chain.broken_at, chain.whole_at) == (0, None, None)
    assert log.head() is None


def test_a_whole_check_is_remembered_and_later_ones_count_on(log, store):
    write(store, 5)
    assert log.check(NOW, whole=True).whole_at == NOW
    write(store, 3)
    later = log.check(NOW + timedelta(hours=1))
    assert (later.entries, later.broken_at, later.whole_at) == (8, None, NOW)


def test_a_later_check_reads_only_what_is_new(log, store, monkeypatch):
    write(store, 200)
    log.check(NOW, whole=True)
    write(store, 2)
    read, chained = [], module._chained
    monkeypatch.setattr(module, "_chained", lambda *row: read.append(row) or chained(*row))
    assert log.check(NOW).entries == 202
    assert len(read) == 2


@pytest.mark.parametrize("field", ["actor", "subject"])
def test_a_changed_entry_shows_in_the_next_check_or_in_the_whole_one(log, store, engine, field):
    write(store, 6)
    log.check(NOW, whole=True)
    write(store, 2)
    change(engine, 8, **{field: "别人"})
    assert log.check(NOW).broken_at == 8
    change(engine, 3, **{field: "别人"})
    assert log.check(NOW, whole=True).broken_at == 3


def test_changed_details_show_and_erased_ones_do_not(log, store, engine):
    write(store, 3, reason="因为")
    with store.begin() as unit:
        unit.audit.erase([2])
    chain = log.check(NOW, whole=True)
    assert (chain.broken_at, chain.erased) == (None, 1)
    change(engine, 1, details={"reason": "别的", "before": {}, "after": {}})
    assert log.check(NOW, whole=True).broken_at == 1


def test_a_cut_off_end_shows_where_an_earlier_check_had_seen_it(log, store, engine):
    write(store, 6)
    log.check(NOW, whole=True)
    cut(engine, after=4)
    assert log.check(NOW).broken_at == 6
    assert log.check(NOW, whole=True).broken_at == 6


def test_a_head_kept_elsewhere_shows_a_cut_that_no_check_had_seen(log, store, engine):
    write(store, 6)
    head = read_head(str(log.head()))
    assert head.number == 6
    assert log.holds(head)
    cut(engine, after=4)
    assert log.check(NOW, whole=True).broken_at is None  # the chain by itself cannot tell
    assert not log.holds(head)
    write(store, 2)  # and growing again does not hide it
    assert not log.holds(head)


@pytest.mark.parametrize("text", ["", "7", "x:" + "0" * 64, "7:" + "g" * 64, "7:abc", ":" + "0" * 64])
def test_a_head_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput):
        read_head(text)


def test_a_head_reads_as_it_was_written():
    head = Head(12, "ab" * 32)
    assert read_head(f" {head}\n") == head


def test_marks_are_written_seldom(log, store, engine):
    write(store, 3)
    log.check(NOW, whole=True)
    write(store, 3)
    statements = []
    sa.event.listen(engine, "before_cursor_execute", lambda *each: statements.append(each[2]))
    log.check(NOW)
    assert not any("UPDATE" in statement for statement in statements)
    assert module._MARK_EVERY > 3


def test_the_digest_of_erased_details_cannot_be_guessed(store, engine):
    write(store, 2, reason="同样的话", subject="case:1")
    with engine.connect() as connection:
        first, second = connection.scalars(sa.select(audit.c.digest)).all()
    assert first != second


def test_search_by_days_person_kind_and_words_pages_on(log, store):
    write(store, 30)
    write(store, 1, actor="老周", action="case.resolve", reason="引流到别的群")
    assert [entry.number for entry in log.page(Search("demo"), 2)] == [31, 30]
    assert [entry.number for entry in log.page(Search("demo", before=30), 2)] == [29, 28]
    assert len(list(log.every(Search("demo")))) == 31
    assert [entry.number for entry in log.every(Search("demo", actor="老周"))] == [31]
    assert [entry.number for entry in log.every(Search("demo", action="case."))] == [31]
    assert [entry.number for entry in log.every(Search("demo", words="引流"))] == [31]
    window = Search("demo", since=NOW + timedelta(minutes=3), until=NOW + timedelta(minutes=5))
    assert [entry.number for entry in log.every(window)] == [5, 4]
    assert log.page(Search("other"), 10) == []
    assert log.actors("demo") == sorted(["小林", "老周"])
    assert log.actions("demo") == ["case.resolve", "rules.put"]
