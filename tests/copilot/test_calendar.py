"""What a day is, checked against published calendars."""

from datetime import date, time, timedelta

import pytest

from copilot.drafting.calendar import Event, Sort, day_facts, occasions, read_when
from copilot.drafting.types import Origin
from copilot.errors import InvalidInput


def texts(day, *events, language="zh", country="CN", zone="Asia/Shanghai"):
    return [fact.text for fact in day_facts(day, zone, events, language, country)]


def falls(rule, start, days=400):
    when = read_when(rule)
    return [day for day in (start + timedelta(n) for n in range(days)) if when.on(day)]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 2, 16), "今天除夕（腊月廿九），放假第2天，共9天"),
        (date(2026, 2, 17), "今天春节（正月初一），放假第3天，共9天"),
        (date(2026, 2, 20), "春节假期第6天，共9天"),
        (date(2026, 2, 14), "今天春节调休，要上班"),
        (date(2026, 3, 3), "今天元宵节（正月十五）"),
        (date(2026, 4, 5), "今天清明节，放假第2天，共3天"),
        (date(2026, 6, 21), "今天夏至"),
        (date(2026, 8, 19), "今天七夕（七月初七）"),
        (date(2026, 9, 25), "今天中秋节（八月十五），放假第1天，共3天"),
        (date(2026, 10, 1), "今天国庆节，放假第1天，共7天"),
        (date(2026, 10, 10), "今天国庆节调休，要上班"),
        (date(2026, 10, 18), "今天重阳节（九月初九）"),
        (date(2026, 12, 22), "今天冬至"),
        (date(2026, 5, 10), "今天母亲节"),
    ],
)
def test_a_day_is_called_what_it_is(day, told):
    assert told in texts(day)


def test_mid_autumn_inside_the_national_holiday_keeps_its_name():
    assert "今天中秋节（八月十五），放假第6天，共8天" in texts(date(2025, 10, 6))


def test_what_is_near_is_told_once_and_days_in_lieu_always():
    assert texts(date(2026, 2, 10)) == [
        "2月10日 周二",
        "2月14日（周六）春节调休，要上班",
        "2月15日（周日）起春节放假9天",
    ]
    assert "10月10日（周六）国庆节调休，要上班" in texts(date(2026, 10, 5))


def test_beyond_the_published_year_nothing_is_made_up():
    assert "今天春节（正月初一），调休安排未公布" in texts(date(2027, 2, 6))
    assert "9月15日（周三）中秋节，调休安排未公布" in texts(date(2027, 9, 10))
    assert not [o for n in range(365) for o in occasions(date(2027, 1, 1) + timedelta(n)) if o.sort is Sort.MADE_UP]


def test_a_leap_month_repeats_no_festival():
    found = [date(2028, 1, 1) + timedelta(n) for n in range(366)]  # 2028 has a leap fifth month
    assert [d for d in found if any(o.name.zh == "端午节" for o in occasions(d))] == [date(2028, 5, 28)]
    assert [d.month for d in falls("农历六月初一", date(2025, 1, 1), 365)] == [6]  # 2025: not the leap sixth month


def test_english_facts_and_other_countries():
    assert "Mid-Autumn Festival: day 1 of 3 off" in texts(date(2026, 9, 25), language="en")
    told = texts(date(2026, 11, 26), language="en", country="US", zone="America/New_York")
    assert told == ["Thursday, 26 November", "Thanksgiving Day, a public holiday"]


def test_solemn_days_are_marked():
    assert [o.name.solemn for o in occasions(date(2026, 12, 13))] == [True]
    assert any(o.name.solemn for o in occasions(date(2026, 4, 5)))
    assert not any(o.name.solemn for o in occasions(date(2026, 10, 1)))


@pytest.mark.parametrize(
    ("rule", "first", "count"),
    [
        ("2026-02-14", date(2026, 2, 14), 1),
        ("每周二、周五", date(2026, 1, 2), 104),
        ("每月最后一个周六", date(2026, 1, 31), 12),
        ("每月31号", date(2026, 1, 31), 12),
        ("每季度第一个周五", date(2026, 1, 2), 4),
        ("每年9月10日", date(2026, 9, 10), 1),
        ("每年2月29日", date(2026, 2, 28), 1),
        ("每年9月第一个周六", date(2026, 9, 5), 1),
        ("农历正月初四", date(2026, 2, 20), 1),
        ("腊月三十", date(2026, 2, 16), 1),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA;DTSTART=20260103", date(2026, 1, 3), 26),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260630", date(2026, 1, 31), 6),
    ],
)
def test_rules_of_recurrence(rule, first, count):
    found = falls(rule, date(2026, 1, 1), 365)
    assert (found[0], len(found)) == (first, count)


@pytest.mark.parametrize(
    "rule",
    ["", "每周", "隔周六", "2026-02-30", "每月40号", "每年2月30日", "FREQ=HOURLY", "FREQ=MONTHLY;BYDAY=SA"],
)
def test_a_rule_nobody_can_read_is_refused_and_says_how_to_write_one(rule):
    with pytest.raises(InvalidInput, match=r"每月15号|DTSTART") as refused:
        read_when(rule)
    assert refused.value.param == "when"


def test_the_communitys_events_come_in_time_with_place_and_link():
    event = Event("返校聚会", read_when("农历正月初四"), time(18, 0), "操场", "https://example.org/a", notice_days=5)
    [fact] = [f for f in day_facts(date(2026, 2, 16), "Asia/Shanghai", [event]) if f.origin is Origin.EVENT]
    assert fact.text == "2月20日（周五）18:00 返校聚会，操场"
    assert (fact.url, fact.at.isoformat()) == ("https://example.org/a", "2026-02-20T18:00:00+08:00")
    assert not [t for t in texts(date(2026, 2, 14), event) if "聚会" in t]
    assert "今天 18:00 返校聚会，操场" in texts(date(2026, 2, 20), event)


def test_ids_are_unique_and_stable():
    events = [Event("晨跑", read_when("每天"), time(6, 0)), Event("夜跑", read_when("每天"), time(20, 0))]
    ids = [fact.id for fact in day_facts(date(2026, 10, 1), "Asia/Shanghai", events)]
    assert len(set(ids)) == len(ids)
    assert ids == [fact.id for fact in day_facts(date(2026, 10, 1), "Asia/Shanghai", events)]


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "fr"}, "language"),
        ({"country": "XX"}, "country"),
    ],
)
def test_bad_settings_are_named(arguments, param):
    with pytest.raises(InvalidInput) as refused:
        texts(date(2026, 1, 1), **arguments)
    assert refused.value.param == param


def test_an_event_needs_a_name_and_a_sensible_notice():
    for name, days, param in (("  ", 3, "name"), ("晨跑", 99, "notice_days")):
        with pytest.raises(InvalidInput) as refused:
            Event(name, read_when("每天"), notice_days=days)
        assert refused.value.param == param
