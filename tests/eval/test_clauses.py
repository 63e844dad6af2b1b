"""The figures on clauses count what they say they count."""

import pytest

from copilot.rules import read_rules
from copilot.rules.evidence import FEATURES, CompiledRules
from copilot.text import text_views
from copilot.types import LABELS, Label
from eval.clauses import matching, one_sort, reading
from training.clauses import Annotated, Pair, best_clause, margin, overlap, rule_sets
from training.themes import hash_share

RULES = read_rules("1. 禁止广告\n2. 骂人的禁言\n3. 群名片请改成昵称加城市")
BY_LABEL = one_sort(["label"])


def gold(number, text, kind="forbid", labels=("ads",), measure="none"):
    return {"number": number, "text": text, "kind": kind, "labels": list(labels), "measure": measure}


def pair(text, number, **scores):
    views, known = text_views(text), dict.fromkeys(LABELS, 0.02) | {Label(k): v for k, v in scores.items()}
    similarity = [0.0] * len(RULES.clauses)
    rows, nothing = CompiledRules(RULES).rows(views, known, similarity)
    return Pair(RULES, views, known, similarity, number, rows, nothing)


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [("禁止广告。", "禁止 广告", 1), ("禁止广告", "禁止广告和刷屏", 4 / 7), ("一", "", 0), ("", "", 0)],
)
def test_overlap_is_the_share_of_the_longer_text(a, b, share):
    assert overlap(a, b) == pytest.approx(share)


def test_a_clause_that_was_not_read_counts_as_read_wrong():
    sets = [Annotated("x", "", (gold(1, "禁止广告"), gold(2, "每周三打扫卫生"), gold(3, "骂人的禁言")), RULES)]
    row = reading(sets, "test")
    assert row["found"] == row["kind"] == pytest.approx(2 / 3)
    assert row["labels"] == pytest.approx(1 / 3)
    assert row["read beside"] == 1


def test_a_ban_without_a_measure_equals_a_reminder_in_the_second_column_only():
    row = reading([Annotated("x", "", (gold(1, "禁止广告", measure="remind"),), RULES)], "test")
    assert (row["measure"], row["none as remind"]) == (0, 1)


def test_right_clause_and_no_clause_are_counted_apart():
    pairs = [
        pair("买一送一", 1, ads=0.9),
        pair("废物", 1, abuse=0.9),
        pair("没读到的那一条", 0, ads=0.9),
        pair("早", None),
        pair("好", None, ads=0.9),
    ]
    row = matching("labels", pairs, BY_LABEL)
    assert (row["with a clause"], row["right clause first"]) == (3, pytest.approx(1 / 3))
    assert (row["without"], row["none right"]) == (2, 0.5)


def test_the_margin_keeps_most_messages_without_a_clause_uncited():
    pairs = [pair("早", None, ads=0.55 + i / 120) for i in range(50)]
    limit = margin(pairs, BY_LABEL)
    above = [best_clause(p, BY_LABEL)[1] > limit for p in pairs]
    assert sum(above) == 5


def test_one_sort_of_evidence_looks_at_nothing_else():
    assert sum(BY_LABEL.clause) == 1
    assert BY_LABEL.clause[FEATURES.index("label")] == 1


def test_no_part_shares_a_rule_set_and_no_encoder_has_seen_the_test_part():
    names = {part: {s.name for s in rule_sets(part)} for part in ("train", "dev", "test")}
    assert len(names["train"] | names["dev"] | names["test"]) == sum(map(len, names.values()))
    assert len(names["test"]) >= 5
    assert all(hash_share(name) >= 0.75 for name in names["test"])
    assert all(hash_share(name) < 0.75 for name in names["train"] | names["dev"])
