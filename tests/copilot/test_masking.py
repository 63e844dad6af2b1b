"""Texts in parts: evidence marked, personal data hidden, every character in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.masking import Private, masked_name, parts, private_in, quoted, typed
from copilot.types import Label, Reason, Signal

SPANS = st.tuples(st.integers(-3, 12), st.integers(-3, 12))


@given(st.text(max_size=10), st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=3))
def test_parts_are_the_text_in_order_without_gap_or_overlap(text, evidence, private):
    cut = parts(text, evidence, [Private(span, "mobile") for span in private], shown=True)
    assert "".join(part.text for part in cut) == text
    assert [part.span[0] for part in cut] == [0, *(part.span[1] for part in cut)][: len(cut)]
    assert all(start < end for start, end in (part.span for part in cut))


@given(st.text(min_size=1, max_size=10), st.lists(SPANS, max_size=3))
def test_what_is_hidden_is_not_in_the_parts(text, private):
    hidden = {at for start, end in private for at in range(max(0, start), min(len(text), end))}
    cut = parts(text, (), [Private(span, "mobile") for span in private])
    assert "".join(part.text for part in cut) == "".join(c for at, c in enumerate(text) if at not in hidden)


def test_a_number_that_is_evidence_too_is_one_part_of_both_kinds():
    cut = parts("电话13800138000找我", [(4, 8)], [Private((2, 13), "mobile")])
    assert [(part.text, part.kind, part.evidence) for part in cut] == [
        ("电话", "", False),
        ("", "mobile", True),
        ("找我", "", False),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("我的电话13800138000，捡到钥匙找我", "mobile", "我的电话，捡到钥匙找我"),
        ("电话１３８ 0013 ８０００", "mobile", "电话"),
        ("加我一三八零零一三八零零零", "mobile", "加我"),
        ("身份证11010519491231002X", "id_card", "身份证"),
        ("卡号6222020200112233445", "bank_card", "卡号"),
    ],
)
def test_personal_data_is_hidden_whoevers_it_is_and_however_written(make_case, text, kind, rest):
    cut = typed(make_case(text))
    assert "".join(part.text for part in cut) == rest
    assert [part.kind for part in cut if part.kind] == [kind]


@pytest.mark.parametrize(
    "text", ["今晚7点在3号楼开会", "快递单号SF1234567890123", "一共138块，转800", "2026-11-26 12:30"]
)
def test_ordinary_numbers_stay(make_case, text):
    assert "".join(part.text for part in typed(make_case(text))) == text


def test_what_the_privacy_signal_found_is_hidden(make_case):
    case = make_case("他就是住在那一栋的老李")
    found = Signal("privacy", Label.PRIVACY, 0.8, Reason("", ""), ((4, 8),), "address")
    case = replace(case, assessment=replace(case.assessment, signals=(found,)))
    assert Private((4, 8), "address") in private_in(case)
    assert "".join(part.text for part in typed(case)) == "他就是住的老李"
    assert "".join(part.text for part in typed(case, shown=True)) == case.message.text


def test_quotes_are_masked_as_well(make_case):
    cut = quoted(make_case("他是谁", quoted="联系13800138000"))
    assert [(part.text, part.kind) for part in cut] == [("联系", ""), ("", "mobile")]


def test_evidence_is_that_of_the_labels_flagged(make_case):
    cut = typed(make_case("这里有广告一条"))
    assert [part.text for part in cut if part.evidence] == ["广告"]


def test_a_name_keeps_its_first_character_and_not_its_length():
    assert masked_name("王小虎") == masked_name("王") == "王＊＊"
    assert masked_name("") == ""
