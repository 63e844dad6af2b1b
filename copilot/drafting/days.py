"""Days as a community says them: 5月17日 周日, 昨天; and the same word a day later."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_RELATIVE = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_DAY_WORDS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}
_PART_WORDS = {"昨": -1, "今": 0, "明": 1}
_PARTS = {
    **{(distance, part): f"{word}{part}" for word, distance in _PART_WORDS.items() for part in "早晚"},
    (-1, "早"): "昨天早上",
    (0, "夜"): "今夜",
    (-1, "夜"): "昨夜",
    (0, "晨"): "今晨",
}
_LONG_PARTS = {"早": "早上", "晚": "晚上", "夜": "夜里", "晨": "早上"}
_DAY_WORD = re.compile(
    r"大前天|前天|昨[天日]|今[天日](?!头条)|明[天日](?!星)|(?<![之最往先])后天|(?P<day>[昨今明])(?P<part>[早晚晨夜])上?(?![报安点些于])"
)
_WEEK_WORD = re.compile(r"下下(?:周|星期|礼拜)|[上下这本](?:个?星期|个?礼拜|周)(?=[一二三四五六日天末]|\D)")
_WEEKS = {"上": -1, "这": 0, "本": 0, "下": 1}
_WEEK_NAMES = {-1: "上周", 0: "本周", 1: "下周", 2: "下下周"}
_EN_WORDS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_EN_RELATIVE = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_EN_WORD = re.compile(r"\b(?:yesterday|today|tomorrow)\b", re.I)


def full_day(day: date, language: str) -> str:
    """Return a day with its weekday: `5月17日 周日`, `Sunday, 17 May`."""
    if language == "zh":
        return f"{day.month}月{day.day}日 周{WEEKDAYS_ZH[day.weekday()]}"
    return f"{WEEKDAYS_EN[day.weekday()]}, {short_day(day, language)}"


def short_day(day: date, language: str) -> str:
    """Return a day without its weekday."""
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {MONTHS_EN[day.month - 1]}"


def when(day: date, on: date, language: str, *, formal: bool = False) -> str:
    """Return how a day is called on another: `昨天`, or its date where it is further away."""
    distance = (day - on).days
    if language == "zh":
        named = _RELATIVE.get(distance)
        if named is None:
            return short_day(day, language)
        return named.replace("天", "日") if formal and abs(distance) <= 1 else named
    return _EN_RELATIVE.get(distance) or f"on {short_day(day, language)}"


def local(at: datetime, zone: tzinfo) -> datetime:
    """Return a moment on the community's clock; one without a zone is taken to be on it."""
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def retold(text: str, said: date, on: date) -> str:
    """Return a text with its day words as they are called on another day: 明天 said yesterday is 今天.

    What has no word of its own becomes a date, so that nothing shifts unnoticed.
    """
    if said == on:
        return text
    text = _DAY_WORD.sub(lambda m: _retold_zh(m, said, on), text)
    weeks = (_monday(on) - _monday(said)).days // 7
    text = _WEEK_WORD.sub(lambda m: _retold_week(m, weeks), text) if weeks else text
    return _EN_WORD.sub(lambda m: _retold_en(m, said, on), text)


def has_day_word(text: str) -> bool:
    """Whether a text names a day by its distance from the day it was said on."""
    return bool(_DAY_WORD.search(text) or _WEEK_WORD.search(text) or _EN_WORD.search(text))


def _retold_zh(match: re.Match[str], said: date, on: date) -> str:
    word, part = match.group(), match["part"]
    day = said + timedelta(days=_DAY_WORDS.get(word, 0) if part is None else _PART_WORDS[match["day"]])
    distance = (day - on).days
    if part is None:
        return when(day, on, "zh")
    return _PARTS.get((distance, part)) or when(day, on, "zh") + _LONG_PARTS[part]


def _retold_week(match: re.Match[str], weeks: int) -> str:
    """下周二 said on Sunday is 本周二 on Monday."""
    word = match.group()
    ahead = 2 if word.startswith("下下") else _WEEKS[word[0]]
    return _WEEK_NAMES.get(ahead - weeks, word)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _retold_en(match: re.Match[str], said: date, on: date) -> str:
    day = said + timedelta(days=_EN_WORDS[match.group().lower()])
    word = when(day, on, "en")
    return word.capitalize() if match.group()[0].isupper() else word
