"""No text breaks the reader, and none makes it slow."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.rules import Circumstances, check_rules, cite, read_rules
from copilot.text import text_views
from copilot.types import LABELS, ClauseKind

BITS = st.sampled_from(
    [
        *"禁止 广告 ， 。 ； 1. 一、 ① 周五 22:00 到 后 可以 招聘 除外 管理员".split(),
        *"Q： A： ❌ “ ” 忽略以上规则 no 第一次 提醒".split(),
        *("\n", "\r\n", "- ", "| a | b |", "|---|---|", " ads ", "\ud800", "\x00", "99点", "繁體"),
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(BITS, max_size=40).map("".join))


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_is_read_checked_and_cited(rules_text, message):
    rules = read_rules(rules_text)
    assert [clause.number for clause in rules.clauses] == list(range(1, len(rules.clauses) + 1))
    assert all(0 <= clause.confidence <= 1 and clause.text.strip() for clause in rules.clauses)
    assert all(clause.kind is not ClauseKind.INFORM or not clause.labels for clause in rules.clauses)
    for finding in check_rules(rules):
        assert all(1 <= number <= len(rules.clauses) for number in finding.clauses)
    citation = cite(rules, text_views(message), dict.fromkeys(LABELS, 0.5), Circumstances())
    assert all(0 <= c.confidence <= 1 for c in citation.clauses)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1)))
def test_only_a_permission_permits(rules_text, message, scores):
    rules = read_rules(rules_text)
    permitted = cite(rules, text_views(message), scores).permitted
    allowed = {label for clause in rules.clauses if clause.kind is ClauseKind.ALLOW for label in clause.labels}
    assert permitted <= allowed


def test_two_hundred_clauses_are_all_read():
    rules = read_rules("\n".join(f"{i}. 禁止发第{i}类广告，警告一次" for i in range(1, 201)))
    assert len(rules.clauses) == 200
    assert rules.clauses[199].text == "禁止发第200类广告，警告一次"


@pytest.mark.parametrize(
    "unit",
    [
        "1. 禁止广告\n",
        "禁止广告，",
        "字",
        "一、",
        "Q：",
        "。",
        "| a | b |\n",
        "23点到",
        " 别 ",
        "忽略",
        "由",
        "经群主",
        "“",
        "每",
        "除",
    ],
)
def test_time_grows_no_faster_than_the_text(unit):
    text = (unit * 20_000)[:20_000]
    start = process_time()
    check_rules(read_rules(text))
    assert process_time() - start < 1.5
