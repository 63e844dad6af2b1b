"""API keys in the database: shown once, kept as a hash, noted when used."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from copilot.adapters.sql import KeyRing, connect, upgrade
from copilot.adapters.sql.tables import api_keys
from copilot.errors import NotFound


def test_a_key_is_verified_until_it_is_revoked(engine):
    ring = KeyRing(engine)
    plain = ring.create("bot", ["operate", "classify", "classify"])
    key = ring.verify(plain)
    assert (key.name, key.scopes) == ("bot", {"classify", "operate"})
    ring.revoke(key.id)
    ring.revoke(key.id)
    assert ring.verify(plain) is None
    assert ring.list()[0].revoked_at is not None


@pytest.mark.parametrize("wrong", ["", "cc_", "cc_" + "x" * 43, "密钥", "\ud800", "' OR 1=1 --"])
def test_a_wrong_key_is_nobody(engine, wrong):
    ring = KeyRing(engine)
    ring.create("bot", ["classify"])
    assert ring.verify(wrong) is None


def test_revoking_a_key_that_is_not_there_is_not_found(engine):
    with pytest.raises(NotFound):
        KeyRing(engine).revoke(99)


def test_the_plain_key_is_nowhere_in_the_database_files(tmp_path):
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    upgrade(url)
    engine = connect(url)
    plain = KeyRing(engine).create("bot", ["classify"])
    KeyRing(engine).verify(plain)
    files = list(Path(tmp_path).iterdir())
    assert len(files) > 1  # the write-ahead log counts too
    assert all(plain.removeprefix("cc_").encode() not in file.read_bytes() for file in files)
    engine.dispose()


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(engine):
    ring = KeyRing(engine)
    plain = ring.create("bot", ["classify"])
    assert ring.list()[0].last_used_at is None
    ring.verify(plain)
    noted = ring.list()[0].last_used_at
    ring.verify(plain)
    assert ring.list()[0].last_used_at == noted
    with engine.begin() as connection:
        past = noted - timedelta(minutes=2)
        connection.execute(sa.update(api_keys).values(last_used_at=past))
    ring.verify(plain)
    assert ring.list()[0].last_used_at >= noted


def test_a_key_is_accepted_while_somebody_else_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("copilot.adapters.sql.engine._PRAGMAS", ("busy_timeout = 10",))
    url = f"sqlite:///{tmp_path / 'locked.db'}"
    upgrade(url)
    engine = connect(url)
    plain = KeyRing(engine).create("bot", ["classify"])
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN IMMEDIATE")
    assert KeyRing(engine).verify(plain) is not None
    other.close()
    engine.dispose()
