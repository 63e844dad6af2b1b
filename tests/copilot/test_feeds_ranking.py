"""Of all entries a community is told those near its theme, fresh, and each story once."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.drafting.feeds import rank
from copilot.drafting.types import Fact, Origin

NOW = datetime(2026, 5, 12, 0, 0, tzinfo=UTC)
THEME = "新能源车使用、充电、保养、出行"


def entry(title, hours=3, url=None, number=[0]):  # noqa: B006 - a counter
    number[0] += 1
    at = None if hours is None else NOW - timedelta(hours=hours)
    return Fact(f"feed:{url or number[0]}", Origin.FEED, title, at=at, url=url or f"https://e.org/{number[0]}")


def told(*entries, **options):
    return [ranked.fact.text for ranked in rank(entries, THEME, NOW, **options)]


def test_what_is_near_the_theme_comes_first():
    near, far = entry("公共充电桩周末电价下调两成"), entry("秋季女装上新打折")
    assert told(far, near) == [near.text, far.text]


def test_of_two_equally_near_the_fresher_comes_first_and_old_news_not_at_all():
    fresh, stale, old = entry("城西新增充电站三座", 2), entry("城北新建充电站五处", 60), entry("城东充电站开放", 24 * 8)
    assert told(stale, old, fresh) == [fresh.text, stale.text]
    assert [r.freshness for r in rank([entry("甲乙丙丁", 36)], THEME, NOW)] == [pytest.approx(0.5)]


def test_an_undated_entry_is_neither_news_nor_old():
    today, undated, days_old = (
        entry("充电新规今起实施", 1),
        entry("充电新规明年实施", None),
        entry("充电新规征求意见", 120),
    )
    assert told(undated, days_old, today) == [today.text, undated.text, days_old.text]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("全市公共充电桩周末电价下调两成", "【快讯】全市公共充电桩，周末电价下调两成！"),
        ("地铁三号线今日恢复全线运营", "地铁三号線今日恢復全線運營"),
        ("电池回收新规六月起实施 车主要做三件事", "电池回收新规六月起实施，车主需做三件事"),
        ("New charging stations open along the coast road", "New charging stations open along coast road today"),
    ],
)
def test_a_story_is_told_once_whoever_tells_it(one, other):
    assert len(told(entry(one), entry(other))) == 1
    assert told(entry(other), published=[entry(one, hours=30)]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("甲公司去年营收1272万元，净利润同比大增", "乙公司去年营收1461万元，净利润同比大增"),
        ("城西新增充电站三座", "城东发生交通事故"),
        ("Tyre prices rise", "Fuel prices fall"),
    ],
)
def test_different_stories_in_the_same_words_stay_two(one, other):
    assert len(told(entry(one), entry(other))) == 2


def test_a_page_told_yesterday_is_not_told_again_under_another_title():
    before = entry("充电站开放", url="https://e.org/a")
    assert told(entry("这座充电站终于开了，车主说了五句话", url="https://e.org/a"), published=[before]) == []


def test_no_more_than_asked_for_and_nothing_from_nothing():
    assert len(told(*(entry(f"充电桩见闻之{name}") for name in "甲乙丙丁戊己庚辛"), most=3)) <= 3
    assert told() == []
    assert rank([entry("没有主题的群也有新闻")], "", NOW)
