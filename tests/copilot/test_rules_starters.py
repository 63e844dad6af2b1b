"""Every starter set is read without a remark."""

from pathlib import Path

import pytest

from copilot.rules import UNSURE, check_rules, read_rules
from copilot.types import LABELS, ClauseKind

STARTERS = sorted(p for p in (Path(__file__).parents[2] / "data" / "rules").glob("*.md") if p.name != "README.md")


def test_there_are_ten():
    assert len(STARTERS) == 10


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)
def test_a_starter_is_complete_free_of_contradictions_and_sure(path):
    rules = read_rules(path.read_text("utf-8"))
    assert [finding.reason.zh for finding in check_rules(rules)] == []
    assert 8 <= len(rules.clauses) <= 14
    assert all(clause.confidence >= UNSURE for clause in rules.clauses)
    bans = [clause for clause in rules.clauses if clause.kind is ClauseKind.FORBID]
    assert {label for clause in bans for label in clause.labels} == set(LABELS)
    assert any(c.windows or c.roles for c in rules.clauses if c.kind is ClauseKind.ALLOW)
