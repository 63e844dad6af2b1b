"""Content words of messages and how telling each of them is."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_KEPT = ("n", "v", "j", "i", "l", "s", "eng", "an", "b", "z", "g", "t")
"""Parts of speech that name matters: nouns and names, verbs, abbreviations, idioms, places, Latin words."""
_DROPPED = frozenset({"vshi", "vyou", "zg"})
_SINGLE = frozenset({"n", "ng", "nz"})
_HAN = re.compile(r"[\u3400-\u9fff]")
_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9.#_-]{2,}|#?\d{3,}")
"""Names with digits (n1, 0.8.4) and long numbers, which tell matters apart as words do."""

_NUMBERED = re.compile(
    r"(?<![a-z\d.])(?:[a-z]{0,3}\d{1,4}(?:[-.]\d{1,5})+|[a-z]{1,4}-?\d{1,5}(?![\d:])|#\d{1,6}|\d{1,3}号(?:楼|线|桥|门|仓|院|厅|馆|机|柜|店|位)|\d{1,3}(?:栋|幢|单元|班|团|群))(?![a-z\d])"
)

STOPWORDS = frozenset(
    "没有 出来 大家 时候 知道 回来 谢谢 觉得 看看 看到 不用 有点 起来 开始 是不是 有没有 不能 不会 还有 就行 不行 全是 人家 我妈 我爸 没事 请问 回去 没用 不了 不到 算了 "
    "问问 进去 过来 过去 上来 下来 下去 出去 起来 不要 可以 可能 应该 需要 喜欢 以为 认为 就是 只是 不是 还是 都是 真是 还要 还能 都有 只有 没人 有人 别人 自己 个人 一人 我家 你家 我们 你们 他们 东西 地方 事情 问题 样子 意思 "
    "今天 昨天 明天 后天 今晚 昨晚 明早 早上 上午 中午 下午 晚上 现在 刚才 以后 以前 之前 之后 当时 时间 时 小时 分钟 周一 周二 周三 周四 周五 周六 周日 星期 今年 去年 明年 这周 下周 上周 本周 月份 平时 "
    "早上好 晚安 各位 朋友 感谢 麻烦 辛苦 恭喜 欢迎 收到 哈哈 哈哈哈 群里 群 有点儿 好像 差点 不知 不想 想要 打算 听说 据说 说话 告诉 回复 帮忙 发现 继续 表情 图片 号楼 人 事 话 内 头 字 号 期 度 件 时 起 块 月 日 年 哥 姐 问 "
    "the and for are but not you your yours our ours they them their this that these those with from have has had was were will would can could should shall may might must did does doing "
    "done been being just get got gets getting its it's i'm i'll i've we're we'll you're don't doesn't didn't can't won't isn't aren't there here what when where which who whom whose why how all any "
    "some one ones two out off over under again then than too very also only more most much many such same other another each every both few own about into onto upon after before while until because "
    "if as at by in of on or so to up us we me my he she his her him it is be am an do no yes ok okay yeah yep nope thanks thank please hello hi hey guys folks everyone everybody anyone anybody someone "
    "something anything nothing everything going gonna want wanna need know think see look say said says tell told make made let lets way thing things really still even ever never always maybe "
    "like well good great nice now today tomorrow yesterday tonight morning evening night day week time right sure back down lol haha".split()
)  # fmt: skip
"""Words that never name a matter, whatever their part of speech."""

_SPEAKERS = frozenset("我 你 您 我们 你们 咱 咱们 俺 i you we me us my your our".split())

Token = tuple[str, str]
"""A word and its part of speech."""


@cache
def _segmenter() -> Any:
    import rjieba

    return rjieba.Jieba()


def tokens(plain: str) -> list[Token]:
    """Segment a normal form into words with their parts of speech (those of jieba, `x` for signs).

    A number stays with what it numbers (3号楼, 5-1101, 0.8.4): buildings, versions and rooms are told apart by it.
    """
    found: list[Token] = []
    at = 0
    for match in _NUMBERED.finditer(plain):
        found += _segmenter().tag(plain[at : match.start()], True)
        found.append((match.group(), "n"))
        at = match.end()
    return [*found, *((word, flag) for word, flag in _segmenter().tag(plain[at:], True))]


def content_words(found: Iterable[Token]) -> list[str]:
    """Return the words that name matters, in order, repetitions included."""
    return [word for word, flag in found if _names(word, flag)]


def _names(word: str, flag: str) -> bool:
    """Whether a word can name a matter. A verb of one character (看, 打) goes with anything."""
    if word in STOPWORDS or word[0] in "我你您他她它咱":
        return False
    if len(word) == 1:
        return flag in _SINGLE and bool(_HAN.match(word))
    return (flag.startswith(_KEPT) and flag not in _DROPPED) or bool(_CODE.fullmatch(word))


def joins(word: str, flag: str) -> bool:
    """Whether a word may stand inside a name: no sign or blank, interjection, or word for a person who speaks."""
    return bool(word.strip()) and not flag.startswith(("x", "e", "o")) and word not in _SPEAKERS


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of some ordinary messages a word occurs; words of fewer than three are not listed."""

    messages: int
    counts: Mapping[str, int]


@cache
def _background() -> Background:
    raw = json.loads(files(__package__).joinpath("words.json").read_text("utf-8"))
    return Background(raw["messages"], raw["words"])


def rarity(day: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return how telling each word of a day is: the mean of its inverse document frequencies there and in general.

    A word that runs through the whole day (the team's name in a fan group) tells threads apart as little as one
    that fills every conversation (Spärck Jones, 1972).
    """
    background = _background()
    counts = Counter(word for words in day for word in set(words))
    here, there = math.log(len(day) + 1), math.log(background.messages + 1)
    return {
        word: (max(here - math.log(count), 0.0) + there - math.log(background.counts.get(word, 0) + 1)) / 2
        for word, count in counts.items()
    }
