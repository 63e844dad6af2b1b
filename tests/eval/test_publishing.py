"""The trial by kill -9: a few rounds of it, and that it would notice a second post."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from copilot.adapters.sql import SqlStore
from eval import publishing
from eval.publishing import Report


@pytest.mark.slow
def test_killed_while_publishing_nothing_is_posted_twice_or_lost(tmp_path):
    report = publishing.run(4, tmp_path, seed=3)
    assert report.problems == []
    assert report.drafts == sum(report.states.values()) == 12


def test_a_second_post_and_a_lost_draft_would_be_noticed(tmp_path, engine):
    store = SqlStore(engine)

    publishing._set_up(store, "http://127.0.0.1:9/hook")
    report = Report(drafts=publishing._add(store))
    publishing._count(store, SimpleNamespace(posted=Counter({1: 2})), report)
    assert "draft 1 was posted 2 times" in report.problems
    assert any("draft 2 is lost" in problem for problem in report.problems)
