"""Numbers with their units, in every way of writing them, and whether the facts have them."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from copilot.drafting.gate.claim import Claim, Scope
from copilot.drafting.gate.moments import moments
from copilot.drafting.gate.numerals import LARGE, TENS, numeral
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Fact, Origin

_SCALES = {**TENS, **LARGE, "k": 1000, "w": 10_000}
_WORDS_EN = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "dozen": 12}

_UNITS: tuple[tuple[str, str], ...] = (
    ("money", "元 块钱 块 rmb 人民币 yuan cny"),
    ("usd", "美元 美金 usd dollars dollar"),
    ("percent", "% 个百分点 percent"),
    ("permille", "‰"),
    ("jin", "斤"),
    ("kg", "公斤 千克 kg"),
    ("g", "克 g"),
    ("ton", "吨"),
    ("km", "公里 千米 km k"),
    ("m", "米 m"),
    ("cm", "厘米 cm"),
    ("mm", "毫米 mm"),
    ("litre", "升 l"),
    ("ml", "毫升 ml"),
    ("degree", "度 ℃ 摄氏度"),
    ("minute", "分钟 mins min minutes minute"),
    ("hour", "个小时 小时 个钟头 钟头 hours hour h"),
    ("second", "秒 秒钟 seconds second"),
    ("day", "天 days day"),
    ("week", "周 个星期 个礼拜 weeks week"),
    ("month", "个月 months month"),
    ("year", "年 years year"),
    ("age", "岁"),
    ("zhe", "折"),
    ("times", "倍 times"),
    ("time", "次 回 趟 遍"),
    ("floor", "楼 层"),
    ("house", "号楼 栋 幢"),
    ("unit", "单元"),
    ("page", "页 pages page"),
    ("person", "人 位 名 个人 位新朋友 members member people newcomers newcomer"),
    ("message", "条消息 messages message"),
    ("thing", "个 只 条 件 份 张 台 部 辆 款 项 封 篇 支 把 包 袋 盒 瓶 箱 套 双 对 头 棵 盆 枚 颗 家 户 间 组 场 本 单 票 种 样 桌"),
)  # fmt: skip
_UNIT_OF = {word: kind for kind, words in _UNITS for word in words.split()}
_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_COUNTED_ALIKE = frozenset(("person", "thing"))
_NUMBER = re.compile(
    rf"(?P<money>[¥￥$])?\s?(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?)\s?(?P<large>[万亿千百]|[kKwW](?![A-Za-z]))?\s?(?P<unit>{_UNIT})?(?P<half>半)?"
    rf"|(?P<han>[零〇一二三四五六七八九十百千万亿两]+)(?P<han_unit>{_UNIT})"
    rf"|(?P<half_alone>半)(?P<half_unit>{_UNIT})"
    rf"|(?P<bare>[一二三四五六七八九][十百千万][零一二三四五六七八九十百千万两]*|[一二三四五六七八九两]?十[一二三四五六七八九]?)"
    rf"|(?P<word>\b(?:{'|'.join(_WORDS_EN)})\b)",
    re.I,
)
_NOT_COUNTED = re.compile(
    r"一(?:下子?|起|样|直|些|定|般|边|旦|致|路|会儿?|点儿?|块儿?|个劲|家人|次性|圈|趟)|新的一[天周年月]|美好的一[天周年]|一整[天年]|万一|三三两两|四处|十分|百分|千万(?!元|块)|统一|唯一|第一时间|同一|某一|任一|每一|一一|[一两]句|一[条份张家个位名场]"
)
"""Numerals inside words, and the article."""


_DEGREES = re.compile(r"(?<![\d.])(\d{2})度(\d)(?!\d)")
"""39度2 is 39.2度, in as many characters."""
_BEFORE_WORDS = re.compile(
    r"(?<![\d.:：零一二三四五六七八九十百千万第])(\d+|[二两三四五六七八九十]+)([\u4e00-\u9fff]{2})"
)
_CLASS = re.compile(r"(?<=.)[家组队款班类区版]$")
_RATE = re.compile(r"每(?:个|一)?(单|小时|天|人|次|家|张|周|月|年|份|件|公里|斤|户|场|节|分钟|晚)")
_COMMON = frozenset(
    "的 是 了 有 到 约 共 要 在 和 每 满 第 一共 共计 总共 最多 最少 至少 大概 大约 还有 就是 the and is for of to at by in from about".split()
)
"""Words before a number that do not say what it counts."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the kind of its unit, "" where none follows, at a range of the text."""

    value: Decimal
    unit: str
    span: tuple[int, int]


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text. Dates and times of day are none; `moments` reads those."""
    plain = _DEGREES.sub(r"\1.\2度", _folded(text))
    taken = [moment.span for moment in moments(text, None)]
    for match in _NOT_COUNTED.finditer(plain):
        taken.append(match.span())
    found: list[Quantity] = []
    for match in _NUMBER.finditer(plain):
        if any(match.start() < end and start < match.end() for start, end in taken):
            continue
        value = _value(match)
        if value is not None:
            found.append(Quantity(value, _unit(match), match.span()))
    return tuple(found)


def check_numbers(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Every number must stand in a cited fact, with a unit of the same kind where both have one."""
    known = [quantity for fact in claim.facts for quantity in _known(fact)]
    digits = {q.value for q in known} | _loose(claim)
    for quantity in quantities(claim.nameless(scope.names)):
        same = [other for other in known if other.value == quantity.value]
        if any(_compatible(quantity.unit, other.unit) for other in same):
            continue
        if not same and (quantity.value in digits or _counts(quantity, claim)):
            continue
        written = claim.text[slice(*quantity.span)].strip()
        zh = f"数字“{written}”{'的单位' if same else ''}与事实不符"
        en = f"The {'unit of the ' if same else ''}number {written!r} is not in the facts."
        yield claim.objection(ViolationKind.NUMBER, zh, en, quantity.span)


def check_pairing(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A number stays with what it counts: of 公猫380 母猫520 no 公猫520."""
    known: dict[str, set[Decimal]] = {}
    for fact in claim.facts:
        for word, value, _ in _paired(fact.text):
            known.setdefault(word, set()).add(value)
    for word, value, span in _paired(claim.nameless(scope.names)):
        if word in known and value not in known[word]:
            word = word.lstrip(">")
            zh, en = f"“{word}”的数字不对", f"The number of {word!r} is another."
            yield claim.objection(ViolationKind.NUMBER, zh, en, span)


def _paired(text: str) -> Iterator[tuple[str, Decimal, tuple[int, int]]]:
    """Yield each number with the one, two or three characters, or the English word, right before it."""
    for quantity in quantities(text):
        before = re.search(r"([\u4e00-\u9fff]{1,3}|[A-Za-z]{2,})[\s：:]?$", text[: quantity.span[0]])
        word = _CLASS.sub("", before[1]) if before else ""
        if word and word not in _COMMON:
            yield word[-2:] if not word.isascii() else word.lower(), quantity.value, quantity.span
    for match in re.finditer(r"([卷第])\s?([一二三四五六七八九十]+)", text):
        yield match[1], Decimal(numeral(match[2])), match.span()
    for match in re.finditer(r"([定选投买要])(?:了|的是|给)?([甲乙丙丁])", text):
        yield match[1], Decimal("甲乙丙丁".index(match[2])), match.span()
    for match in _BEFORE_WORDS.finditer(text):
        value = Decimal(match[1]) if match[1].isdigit() else Decimal(numeral(match[1]))
        yield f">{match[2]}", value, match.span()
    for match in _RATE.finditer(text):
        yield "每", Decimal(ord(match[1][0])), match.span()


def _known(fact: Fact) -> list[Quantity]:
    known = list(quantities(fact.text))
    if fact.origin is Origin.CLAUSE:
        known.append(Quantity(Decimal(fact.id.partition(":")[2] or 0), "", (0, 0)))
    return known


def _loose(claim: Claim) -> set[Decimal]:
    """Numbers that a fact writes within a date or a time ("9-12点"), which a sentence may write on their own."""
    return {Decimal(digits) for fact in claim.facts for digits in re.findall(r"\d+(?:\.\d+)?", _folded(fact.text))}


def _counts(quantity: Quantity, claim: Claim) -> bool:
    """Whether a number counts the facts themselves, or who they come from."""
    if quantity.unit not in _COUNTED_ALIKE and quantity.unit:
        return False
    said = [fact for fact in claim.facts if fact.origin in (Origin.MESSAGE, Origin.MEMBER, Origin.CLAUSE, Origin.FEED)]
    return len(said) > 1 and quantity.value in (len(said), len({fact.by for fact in said}))


def _compatible(one: str, other: str) -> bool:
    if not one or not other or one == other:
        return True
    return {one, other} <= _COUNTED_ALIKE | {"message"} and "thing" in (one, other)


def _folded(text: str) -> str:
    """Return a text with full-width and other digits as plain ones, character by character, so that places stay."""
    return "".join(_fold(char) for char in text)


def _fold(char: str) -> str:
    digit = unicodedata.digit(char, None)
    return str(digit) if digit is not None else {"％": "%", "．": ".", "：": ":", "＄": "$"}.get(char, char)


def _value(match: re.Match[str]) -> Decimal | None:
    if match["digits"]:
        try:
            value = Decimal(match["digits"].replace(",", ""))
        except InvalidOperation:
            return None
        large = match["large"] or ""
        value *= 1 if large in ("k", "K") and _is_distance(match) else _SCALES.get(large.lower(), 1)
        return value + Decimal("0.5") if match["half"] else value
    if match["half_alone"]:
        return Decimal("0.5")
    if match["word"]:
        return Decimal(_WORDS_EN[match["word"].lower()])
    return Decimal(numeral(match["han"] or match["bare"]))


def _is_distance(match: re.Match[str]) -> bool:
    """Runners write 20K for 20 km; a salary or a price has more digits."""
    return Decimal(match["digits"].replace(",", "")) <= 50 and not match["money"]


def _unit(match: re.Match[str]) -> str:
    if match["money"]:
        return "usd" if match["money"] == "$" else "money"
    written = match["unit"] or match["han_unit"] or match["half_unit"] or ""
    if match["large"] in ("k", "K") and not match["money"] and _is_distance(match):
        return "km"
    return _UNIT_OF.get(written, _UNIT_OF.get(written.lower(), ""))
