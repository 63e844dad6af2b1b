"""The stock of questions keeps its own rules, and a theme is read for what it says."""

import re

import pytest

from copilot.drafting.calendar.names import EVE, FIXED, LUNAR, NATIONAL, NEW_YEAR, PUBLIC, TERMS
from copilot.drafting.themes import NounKind, area_names, barred, match_areas, nouns, speaks_of
from copilot.drafting.topics import off_limits, stock
from copilot.drafting.topics.stock import DAYS, EVENT, GENERAL

ALL = [(language, p) for language in ("zh", "en") for patterns in stock(language).values() for p in patterns]
VAGUE = re.compile(r"大家觉得|怎么看|聊聊|有什么看法|what do you think", re.IGNORECASE)


def test_the_stock_is_large_and_covers_its_areas():
    zh = stock("zh")
    assert sum(len(patterns) for area, patterns in zh.items() if area not in (GENERAL, DAYS)) >= 700
    assert set(area_names()) == set(zh) - {GENERAL, DAYS}
    assert min(len(patterns) for patterns in zh.values()) >= 10
    assert set(stock("en")) <= set(zh)


def test_each_question_is_one_of_its_kind():
    assert len({p.id for _, p in ALL}) == len(ALL)
    assert len({p.ask for _, p in ALL}) == len(ALL)


@pytest.mark.parametrize(("language", "pattern"), ALL, ids=lambda value: getattr(value, "id", value))
def test_each_question_is_concrete_safe_and_well_formed(language, pattern):
    assert 2 <= len(pattern.ways) <= 4
    assert len(set(pattern.ways)) == len(pattern.ways)
    assert off_limits(pattern.ask, *pattern.ways) is None
    assert not VAGUE.search(pattern.ask)
    assert re.search(r"[?？][）)]?|[。.）)]$", pattern.ask)
    assert all(len(way) <= (18 if language == "zh" else 36) for way in pattern.ways)
    assert len(pattern.ask) <= (48 if language == "zh" else 110)
    if language == "zh":
        assert not re.search(r"[\u4e00-\u9fff][,?!:;(]", pattern.ask + "".join(pattern.ways))
    assert set(pattern.months) <= set(range(1, 13))
    assert (pattern.slot in ("activity", "thing", "topic")) == (pattern.area == GENERAL)


def test_days_of_questions_are_days_of_the_calendar():
    names = {
        n
        for x in (*LUNAR.values(), *PUBLIC.values(), *(f.name for f in FIXED), EVE, NATIONAL, NEW_YEAR)
        for n in (x.zh, x.en)
    }
    known = names | set(TERMS) | {EVENT, "Thanksgiving Day"}
    assert {day for _, p in ALL for day in p.days} <= known


@pytest.mark.parametrize(
    ("name", "theme", "best"),
    [
        ("榆荫里业主群", "小区公共事务、邻里互助", "owners"),
        ("", "猫慢性肾病家长互助：化验单、补液、处方粮", "pets"),
        ("夜班码农", "后端、排障、工具", "coding"),
        ("周五不鸽", "桌游、开局约人、规则教学", "boardgames"),
        ("Kapok", "open-source file sync for self-hosters", "opensource"),
        ("Cargo", "trucks, freight and loading", "truckers"),
    ],
)
def test_a_theme_is_read_for_its_field(name, theme, best):
    assert match_areas(name, theme)[0].area == best


def test_latin_words_are_matched_whole_and_unwanted_fields_do_not_count():
    assert match_areas("", "caravan scarves") == ()
    assert [m.area for m in match_areas("", "露营、营地，不聊钓鱼")] == ["camping"]


def test_nouns_are_taken_from_lists_and_not_from_sentences():
    found = nouns("楷书临帖、笔墨纸砚、作品点评，上课请先签到，慢慢来")
    assert [noun.text for noun in found] == ["楷书临帖", "笔墨纸砚", "作品点评"]
    assert [noun.kind for noun in found] == [NounKind.ACTIVITY, NounKind.THING, NounKind.TOPIC]
    assert [noun.text for noun in nouns("用药、化验单、睡眠日记")] == ["睡眠日记"]
    assert [noun.kind for noun in nouns("trail running, race nutrition")] == [NounKind.TOPIC, NounKind.TOPIC]


@pytest.mark.parametrize(
    ("theme", "bans", "text", "unwanted"),
    [
        ("业主互助，不谈房价涨跌", (), "今年房价还会不会动？", True),
        ("家委会", ("不比成绩",), "期中成绩出来了吗？", True),
        ("业主互助", ("不晒邻居门牌",), "邻居帮过你的一件小事是什么？", False),
        ("业主互助", ("不晒邻居门牌",), "把邻居的门牌拍下来？", True),
        ("读财报，不荐股不带单", (), "有没有人愿意带单？", True),
        ("", ("提问带版本和日志",), "日志里你最想多打哪个字段？", False),
    ],
)
def test_what_a_community_does_not_want_is_read_from_its_words(theme, bans, text, unwanted):
    assert speaks_of(text, barred(theme, bans)) is unwanted
