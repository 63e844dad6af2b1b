"""The views of a text, and the way back to what was typed."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.text import canonical, text_views

ANY_TEXT = st.text(
    alphabet=st.one_of(
        st.characters(),  # all of Unicode, lone surrogates included
        st.sampled_from("加微信薇芯威❤️v x·./-＊*①②一三八零壹幺Qq裙群扣力口亻言贝者十尃\u200b\u20e3\ufe0f0123789 \n"),
    ),
    max_size=80,
)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_every_character_of_every_view_comes_from_somewhere_in_the_typed_text(typed):
    views = text_views(typed)
    for view in (views.normal, views.joined, views.resolved, views.spoken):
        for index in range(len(view.text)):
            start, end = view.span(index, index + 1)
            assert 0 <= start < end <= len(typed)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_normalising_twice_changes_nothing(typed):
    once = text_views(typed).normal.text
    assert text_views(once).normal.text == once


@given(ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_spans_of_the_normal_form_are_in_order(typed):
    view = text_views(typed).normal
    starts = [view.span(i, i + 1)[0] for i in range(len(view.text))]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ＶＸ：ａｂｃ１２３", "vx:abc123"),
        ("①②③ ⑴ ❶ 𝟚𝟜 7️⃣", "123 1 1 24 7"),
        ("加\u200b微\u2060信\ufeff", "加微信"),
        ("臺灣私聊詳談", "台湾私聊详谈"),
        ("🆅🆇 ᴠx ℋi Ⅴ", "vx vx hi v"),
        ("wēi xìn é", "wei xin e"),
        ("👨\u200d👩\u200d👧👍🏽", "👨👩👧👍"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_one_spelling_per_character(typed, normal):
    assert text_views(typed).normal.text == normal


@pytest.mark.parametrize(
    ("typed", "resolved"),
    [
        ("公 / 众 / 号", "公众号"),
        ("兼❤职", "兼职"),
        ("代*购", "代购"),
        ("加我 v.x：abc_12345", "加我 微信:abc_12345"),
        ("佳薇❤：xw88661", "加微信:xw88661"),
        ("加薇芯领取", "加微信领取"),
        ("卫星abc9988", "微信abc9988"),
        ("加我wei信", "加我微信"),
        ("Q裙：九八七六五四三二一", "q群:987654321"),
        ("扣扣７７８８９９１１", "QQ77889911"),
        ("贝者十尃网站", "赌博网站"),
        ("兔费领取", "免费领取"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("七七八八.九九.一一", "77889911"),
        ("sha bi", "傻逼"),
        ("➕V", "加微信"),
    ],
)
def test_what_was_hidden_is_restored(typed, resolved):
    assert text_views(typed).resolved.text == resolved


@pytest.mark.parametrize(
    "typed",
    [
        "南极企鹅真可爱",
        "买了条裙子",
        "他在群众中有威信",
        "看见至少三个",
        "菠菜三块钱一斤",
        "木琴弹得好",
        "卫星发射成功了",
        "那件货收到了么",
        "帮我带些回来",
        "爱你吗",
        "今天3-2 昨天1-0 前天2-2",
        "2026-11-22 12:30 开会",
        "总共199 299 399",
        "周一二三四五六日都行",
        "一百二十三块",
        "维修电话贴在门口",
        "他为人心善",
        "v2.0.1 发布",
        "我先加班",
    ],
)
def test_ordinary_words_and_numbers_stay_as_they_are(typed):
    assert text_views(typed).resolved.text == text_views(typed).normal.text


def test_a_span_in_the_resolved_form_covers_the_disguise_as_typed():
    typed = "想了解的佳薇❤：①③⑧00138000哦"
    view = text_views(typed).resolved
    at = view.text.index("13800138000")
    start, end = view.span(at, at + 11)
    assert typed[start:end] == "①③⑧00138000"
    at = view.text.index("微信")
    start, end = view.span(at, at + 2)
    assert typed[start:end] == "薇❤"


def test_homophones_sound_alike():
    assert text_views("薇芯").syllables == text_views("微信").syllables == text_views("wei xin").syllables


@given(st.characters())
@settings(max_examples=500, deadline=None)
def test_the_normal_form_of_a_character_is_stable_and_short(char):
    form = canonical(char)
    assert len(form) <= 4
    assert "".join(canonical(c) for c in form) == form


@pytest.mark.parametrize(
    "unit",
    ["加", "v", "1", "一", "a b ", "微❤", "weixin", "ﷺ", "㋿", "加 ", "1-", "👨\u200d👩", "\u200b", "é", "口", "力口",
     "贝者十尃", "女马", "+v", "(2)", "妈死", "尼玛", "ni ma ", "加薇芯", "v❤", "依1", "q1", "0 ", "、加"],
)  # fmt: skip
def test_ten_kilobytes_of_the_worst_input_take_no_time_to_speak_of(unit):
    typed = unit * (10_240 // len(unit.encode()))
    text_views(unit).resolved  # noqa: B018 - tables are loaded once

    def seconds():
        started = time.process_time()  # other work on the machine does not count
        views = text_views(typed)
        assert views.resolved.text is not None
        return time.process_time() - started

    assert min(seconds() for _ in range(5)) < 0.040  # 20 ms here; slower machines run this too
