"""`erase`, `retention` and `audit` on the command line, and the rounds of a running server."""

from __future__ import annotations

import csv
import io
import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from api import cli, daily, sheets, wiring
from api.settings import load
from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.adapters.sql.tables import audit, cases
from copilot.errors import NotFound
from copilot.policy import DEFAULT_BANDS, Policy
from copilot.policy.retention import Retention
from copilot.service import Service
from copilot.types import Community, Decision, Label, Message, Versions

SECRET = "周三晚上八点在六号楼天台见，记得带上那把蓝色的伞"


class QuietModerator:
    """Enough of a moderator for a service that judges nothing."""

    policy, versions = Policy(), Versions("quiet/1", "p")


class QuietClassifier:
    version = "quiet/1"
    bands = DEFAULT_BANDS

    def classify(self, views):
        return [{} for _ in views]


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("api.logs.configure", lambda *_: None)
    monkeypatch.setattr(wiring, "load_classifier", lambda _: QuietClassifier())


def run(*arguments, exits=0, typed=None):
    answer = CliRunner().invoke(cli.app, arguments, input=typed)
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == exits, answer.output
    return answer.output


@pytest.fixture
def lived():
    """A community with a decided message, set up as a server would; returns an engine on its database."""
    settings = load()
    upgrade(settings.database_url)
    with wiring.build(settings) as built:
        built.service.add_community(Community("demo", "群"))
        [case] = built.service.ingest([Message("m1", SECRET, "demo", "王小虎")])
        built.service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor="小林", reason="约人")
        built.service.assess([Message("x", "你好", "demo")])  # the index takes it in
    engine = connect(settings.database_url)
    yield engine
    engine.dispose()


def on_disk(tmp_path):
    return b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_erase_asks_says_what_it_did_and_leaves_nothing(lived, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    assert SECRET.encode() in on_disk(tmp_path)
    run("erase", "--community", "demo", "--member", "王小虎", typed="n\n", exits=1)
    assert SECRET.encode() in on_disk(tmp_path)
    told = run("erase", "--community", "demo", "--member", "王小虎", typed="y\n")
    assert "messages   1" in told
    assert "Nothing of it is left" in told
    for word in (SECRET, "王小虎"):
        assert word.encode() not in on_disk(tmp_path)
        assert word not in caplog.text
    assert "messages   0" in run("erase", "--community", "demo", "--member", "王小虎", "--yes")


def test_erase_in_an_unknown_community_is_refused(lived):
    with pytest.raises(NotFound):
        run("erase", "--community", "nowhere", "--member", "王小虎", "--yes")


def test_the_index_on_disk_is_deleted_where_it_cannot_be_read(lived, tmp_path, monkeypatch):
    folder = tmp_path / "var" / "precedents"
    assert list(folder.glob("*.npz"))
    monkeypatch.setattr(wiring, "load_precedents", lambda *_: None)
    run("erase", "--community", "demo", "--member", "王小虎", "--yes")
    assert list(folder.glob("*.npz")) == []


def test_retention_runs_for_every_community(lived):
    assert "demo: everything is kept" in run("retention", "run")
    with SqlStore(lived).begin() as unit:
        unit.retentions.put("demo", Retention(30, keep_decided=False))
    assert "demo: 0 messages older than 30 days erased" in run("retention", "run")
    with lived.begin() as connection:
        connection.execute(sa.update(cases).values(received_at=datetime.now(UTC) - timedelta(days=31)))
    assert "demo: 1 messages older than 30 days erased" in run("retention", "run", "--community", "demo")


def test_audit_verify_tells_a_whole_chain_from_a_broken_one(lived):
    assert "unbroken" in run("audit", "verify")
    with lived.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.id == 1).values(actor="别人"))
    assert "BROKEN at entry 1" in run("audit", "verify", exits=3)


def test_audit_head_kept_elsewhere_shows_a_cut(lived):
    head = run("audit", "head").strip()
    assert "unbroken" in run("audit", "verify", "--head", head)
    with lived.begin() as connection:
        last = connection.scalar(sa.select(sa.func.max(audit.c.id)))
        connection.execute(sa.text("DELETE FROM audit_marks"))
        connection.execute(sa.delete(audit).where(audit.c.id == last))
    assert "LOST: entry" in run("audit", "verify", "--head", head, exits=3)


def test_audit_export_writes_both_forms(lived):
    rows = [json.loads(line) for line in run("audit", "export", "--community", "demo").splitlines()]
    actions = [row["action"] for row in rows]
    assert {"case.resolve", "community.add"} <= set(actions)
    assert [row["number"] for row in rows] == sorted((row["number"] for row in rows), reverse=True)
    table = run("audit", "export", "--community", "demo", "--format", "csv").removeprefix("\ufeff")
    assert [row[3] for row in csv.reader(io.StringIO(table))] == ["action", *actions]


def test_the_database_can_be_scrubbed_by_hand(lived):
    assert "Nothing of it is left" in run("db", "scrub")


def test_a_busy_database_is_admitted(lived, monkeypatch):
    monkeypatch.setattr("copilot.adapters.sql.scrub._PATIENCE", 0.0)
    with lived.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.execute(sa.select(cases.c.id)).all()
        with SqlStore(lived).begin() as unit:
            unit.retentions.put("demo", Retention(5))
        found = SqlStore(lived).scrub(rebuild=False)
    assert (found.clean, found.advice) == (False, "busy")
    assert SqlStore(lived).scrub(rebuild=False).clean


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-2+3", "'-2+3"),
        ("  =cmd", "'  =cmd"),
        ("-0.5", "-0.5"),
        (-3, "-3"),
        (None, ""),
        ("群规", "群规"),
    ],
)
def test_no_cell_is_a_formula(value, shown):
    assert sheets.cell(value) == shown


def test_a_long_table_comes_in_parts_and_whole():
    parts = list(sheets.lines([i, f'a "quoted", {i}'] for i in range(450)))
    assert len(parts) == 3
    rows = list(csv.reader(io.StringIO("".join(parts).removeprefix("\ufeff"))))
    assert len(rows) == 450
    assert rows[-1] == ["449", 'a "quoted", 449']


def test_rounds_are_made_again_after_a_failure_and_stop_at_once(caplog):
    made, ready = [], threading.Event()

    def job(now):
        made.append(now)
        if len(made) == 1:
            raise RuntimeError("once")
        ready.set()

    with daily.rounds([job], every=0.01):
        assert ready.wait(5)
    assert "a round failed" in caplog.text
    count, began = len(made), time.monotonic()
    with daily.rounds([job], every=600):
        pass
    assert time.monotonic() - began < 2
    assert len(made) <= count + 1


def test_a_running_server_erases_and_checks_the_log(lived, caplog):
    store = SqlStore(lived)
    with store.begin() as unit:
        unit.retentions.put("demo", Retention(30, keep_decided=False))
    service = Service(store, QuietModerator())
    later = datetime.now(UTC) + timedelta(days=31)
    for job in daily.of(service):
        job(later)
    assert service.eraser.count("demo", ["王小虎"]) == 0
    assert service.audit.check(later).whole_at == later
    with lived.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.id == 1).values(actor="别人"))
    rounds = daily.of(service)
    rounds[1](later + timedelta(days=1))
    assert "AUDIT LOG BROKEN at entry 1" in caplog.text
