"""The trial by kill -9: a few rounds of it, and that it would notice a second post."""

from __future__ import annotations

from collections import Counter

import pytest

from eval import publishing
from eval.publishing import Report


@pytest.mark.slow
def test_killed_while_publishing_nothing_is_posted_twice_or_lost(tmp_path):
    report = publishing.run(4, tmp_path, seed=3)
    assert report.problems == []
    assert report.drafts == sum(report.states.values()) == 12


def test_a_second_post_and_a_lost_draft_would_be_noticed(tmp_path, engine):
    from copilot.adapters.sql import SqlStore

    store = SqlStore(engine)

    class Posted:
        url = "http://127.0.0.1:9/hook"
        posted = Counter({1: 2})

    publishing._set_up(store, Posted.url)
    report = Report(drafts=publishing._add(store))
    publishing._count(store, Posted(), report)
    assert "draft 1 was posted 2 times" in report.problems
    assert any("draft 2 is lost" in problem for problem in report.problems)
