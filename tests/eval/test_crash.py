"""What was acknowledged outlives kill -9, and nothing is kept twice."""

from __future__ import annotations

import sqlite3

import pytest

from eval.crash import Report, _count, run


def test_a_killed_server_loses_nothing_and_doubles_nothing(tmp_path):
    report = run(rounds=1, messages=200, folder=tmp_path, seed=3)
    assert report.problems == []
    assert report.acknowledged_before_kill > 0
    assert report.decided_before_kill > 0
    assert report.done
    assert report.kept == 200


@pytest.mark.slow
def test_nor_does_it_when_killed_again_and_again(tmp_path):
    report = run(rounds=3, messages=500, folder=tmp_path, seed=1)
    assert report.problems == []
    assert report.kept == 1_500


def test_the_check_itself_notices_loss_and_doubles(tmp_path):
    connection = sqlite3.connect(tmp_path / "measured.db")
    connection.executescript(
        "CREATE TABLE cases (message_id, decision); CREATE TABLE resolutions (case_id);"
        "CREATE TABLE measures (id, kind, state);"
        "INSERT INTO cases VALUES ('a', 'review'), ('b', 'allow'), ('b', 'allow');"
        "INSERT INTO resolutions VALUES (1), (1);"
        "INSERT INTO measures VALUES (1, 'delete_message', 'done'), (2, 'delete_message', 'sent'), (3, 'warn', 'done');"
    )
    connection.close()
    report = Report(sent=3, done={1, 2})
    _count(tmp_path, report)
    assert report.problems == [
        "1 messages are kept twice",
        "3 messages were sent, 2 are kept",
        "1 cases are decided twice",
        "2 decisions ordered warn, 1 orders are there",
        "1 measures were done and are not any more",
    ]
