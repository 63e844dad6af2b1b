"""Names of days, in Chinese and English, and where the fixed ones come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Name:
    """A day's name in both languages. `solemn` days are no occasion for a joke or a poll."""

    zh: str
    en: str
    solemn: bool = False


SPRING, QINGMING = Name("春节", "Spring Festival"), Name("清明节", "Qingming Festival", solemn=True)
LABOUR, DRAGON = Name("劳动节", "Labour Day"), Name("端午节", "Dragon Boat Festival")
MID_AUTUMN, NATIONAL = Name("中秋节", "Mid-Autumn Festival"), Name("国庆节", "National Day")
NEW_YEAR, EVE = Name("元旦", "New Year's Day"), Name("除夕", "Lunar New Year's Eve")

PUBLIC: Mapping[str, Name] = {
    "New Year's Day": NEW_YEAR,
    "Spring Festival": SPRING,
    "Tomb-sweeping Day": QINGMING,
    "Labour Day": LABOUR,
    "Dragon Boat Festival": DRAGON,
    "Mid-autumn Festival": MID_AUTUMN,
    "National Day": NATIONAL,
    "Anti-Fascist 70th Day": Name("抗战胜利七十周年纪念日", "70th anniversary of victory in the War of Resistance"),
}
"""What `chinese_calendar` calls the public holidays."""

STATUTORY = {
    (1, 1): NEW_YEAR,
    (5, 1): LABOUR,
    (5, 2): LABOUR,
    (10, 1): NATIONAL,
    (10, 2): NATIONAL,
    (10, 3): NATIONAL,
}
"""Days off by date under the regulation on public holidays (《全国年节及纪念日放假办法》, in force since 2025-01-01).
The year's notice adds bridge days and days worked in lieu of them."""

STATUTORY_LUNAR = {(1, 1): SPRING, (1, 2): SPRING, (1, 3): SPRING, (5, 5): DRAGON, (8, 15): MID_AUTUMN}
"""Days off by lunar month and day under the same regulation; New Year's Eve and Qingming are found otherwise."""

LUNAR: Mapping[tuple[int, int], Name] = {
    (1, 1): SPRING,
    (1, 15): Name("元宵节", "Lantern Festival"),
    (2, 2): Name("龙抬头", "Dragon Head-Raising Day"),
    (5, 5): DRAGON,
    (7, 7): Name("七夕", "Qixi Festival"),
    (7, 15): Name("中元节", "Zhongyuan Festival", solemn=True),
    (8, 15): MID_AUTUMN,
    (9, 9): Name("重阳节", "Double Ninth Festival"),
    (12, 8): Name("腊八节", "Laba Festival"),
}
"""Festivals of ordinary lunar months; a leap month repeats none."""

TERMS: Mapping[str, str] = {
    "立春": "Start of Spring",
    "雨水": "Rain Water",
    "惊蛰": "Awakening of Insects",
    "春分": "Spring Equinox",
    "清明": "Clear and Bright",
    "谷雨": "Grain Rain",
    "立夏": "Start of Summer",
    "小满": "Grain Buds",
    "芒种": "Grain in Ear",
    "夏至": "Summer Solstice",
    "小暑": "Minor Heat",
    "大暑": "Major Heat",
    "立秋": "Start of Autumn",
    "处暑": "End of Heat",
    "白露": "White Dew",
    "秋分": "Autumn Equinox",
    "寒露": "Cold Dew",
    "霜降": "Frost's Descent",
    "立冬": "Start of Winter",
    "小雪": "Minor Snow",
    "大雪": "Major Snow",
    "冬至": "Winter Solstice",
    "小寒": "Minor Cold",
    "大寒": "Major Cold",
}


@dataclass(frozen=True, slots=True)
class FixedDay:
    """A day of remembrance or of a trade. `areas` are the kinds of community it concerns; none means everybody.

    `day` counts days of the month; with a `weekday` (ISO, 1 Monday) it counts those weekdays. `china` days are observed
    in China only. `source` says who declared it.
    """

    name: Name
    month: int
    day: int
    source: str
    areas: tuple[str, ...] = ()
    weekday: int | None = None
    china: bool = False


FIXED: tuple[FixedDay, ...] = (
    FixedDay(Name("世界湿地日", "World Wetlands Day"), 2, 2, "UN A/RES/75/317", ("birding",)),
    FixedDay(Name("世界无线电日", "World Radio Day"), 2, 13, "UNESCO 36 C/63 (2011), UN A/RES/67/124", ("digital",)),
    FixedDay(Name("妇女节", "International Women's Day"), 3, 8, "UN A/RES/32/142"),
    FixedDay(Name("植树节", "Arbor Day"), 3, 12, "全国人大常委会 1979", ("plants", "farming"), china=True),
    FixedDay(Name("消费者权益日", "World Consumer Rights Day"), 3, 15, "Consumers International 1983"),
    FixedDay(Name("世界诗歌日", "World Poetry Day"), 3, 21, "UNESCO 30 C/82 (1999)", ("writing", "reading")),
    FixedDay(Name("世界卫生日", "World Health Day"), 4, 7, "WHO 1948", ("chronic", "nurses")),
    FixedDay(Name("世界地球日", "Earth Day"), 4, 22, "UN A/RES/63/278"),
    FixedDay(Name("世界读书日", "World Book Day"), 4, 23, "UNESCO 28 C/3.18 (1995)", ("reading", "writing", "charity")),
    FixedDay(Name("青年节", "Youth Day"), 5, 4, "政务院 1949", china=True),
    FixedDay(Name("国际护士节", "International Nurses Day"), 5, 12, "ICN 1974", ("nurses",)),
    FixedDay(Name("母亲节", "Mother's Day"), 5, 2, "custom: second Sunday of May", weekday=7),
    FixedDay(Name("世界高血压日", "World Hypertension Day"), 5, 17, "World Hypertension League", ("chronic",)),
    FixedDay(Name("国际茶日", "International Tea Day"), 5, 21, "UN A/RES/74/241", ("coffee",)),
    FixedDay(Name("儿童节", "Children's Day"), 6, 1, "政务院 1949", ("moms", "parents", "toys"), china=True),
    FixedDay(Name("世界自行车日", "World Bicycle Day"), 6, 3, "UN A/RES/72/272", ("cycling",)),
    FixedDay(Name("世界环境日", "World Environment Day"), 6, 5, "UN A/RES/2994 (XXVII)", ("charity", "birding")),
    FixedDay(Name("父亲节", "Father's Day"), 6, 3, "custom: third Sunday of June", weekday=7),
    FixedDay(Name("国际瑜伽日", "International Day of Yoga"), 6, 21, "UN A/RES/69/131", ("fitness",)),
    FixedDay(Name("国际象棋日", "World Chess Day"), 7, 20, "UN A/RES/74/22", ("boardgames",)),
    FixedDay(Name("全民健身日", "Fitness Day"), 8, 8, "国务院 2009", ("running", "fitness", "balls"), china=True),
    FixedDay(Name("医师节", "Chinese Doctors' Day"), 8, 19, "国务院 2017", ("nurses",), china=True),
    FixedDay(Name("教师节", "Teachers' Day"), 9, 10, "全国人大常委会 1985", china=True),
    FixedDay(Name("国际咖啡日", "International Coffee Day"), 10, 1, "ICO 2014", ("coffee",)),
    FixedDay(Name("程序员节", "Programmers' Day"), 10, 24, "custom: 1024", ("coding", "opensource"), china=True),
    FixedDay(Name("全国消防日", "Fire Safety Day"), 11, 9, "公安部 1992", ("owners", "renting"), china=True),
    FixedDay(Name("世界糖尿病日", "World Diabetes Day"), 11, 14, "UN A/RES/61/225", ("chronic",)),
    FixedDay(Name("全国交通安全日", "Road Safety Day"), 12, 2, "国务院 2012", ("cars", "truckers"), china=True),
    FixedDay(Name("国际志愿者日", "International Volunteer Day"), 12, 5, "UN A/RES/40/212", ("charity",)),
    FixedDay(Name("国家公祭日", "National Memorial Day", solemn=True), 12, 13, "全国人大常委会 2014", china=True),
    FixedDay(Name("圣诞节", "Christmas Day"), 12, 25, "custom", ("baking", "boardgames", "studyabroad")),
)

SOLEMN: tuple[Name, ...] = tuple(
    name for name in (QINGMING, *LUNAR.values(), *(fixed.name for fixed in FIXED)) if name.solemn
)
