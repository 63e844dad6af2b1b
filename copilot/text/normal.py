"""Normal form: one spelling per character, whatever script style, width or case it was typed in."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from copilot.text.view import View

_LONGEST_EXPANSION = 4
"""Compatibility characters that stand for longer texts (U+FDFA is 18) stay as they are."""

_CACHE_LIMIT = 70_000

_LETTER_NAME = re.compile(
    r"(?:NEGATIVE (?:SQUARED|CIRCLED)|REGIONAL INDICATOR SYMBOL|SQUARED) LATIN CAPITAL LETTER ([A-Z])$"
    r"|REGIONAL INDICATOR SYMBOL LETTER ([A-Z])$"
    r"|LATIN LETTER SMALL CAPITAL ([A-Z])$"
)
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
_SIGNED_NUMBERS = {
    "🔟": "10",
    "З": "3",
    "з": "3",
    "⚀": "1",
    "⚁": "2",
    "⚂": "3",
    "⚃": "4",
    "⚄": "5",
    "⚅": "6",
    "🎱": "8",
}
_SCRIPTS_OF_THEIR_OWN = ("LATIN", "CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")
_HAN_RADICALS = {"⺅": "亻", "⺡": "氵", "⺘": "扌", "⺮": "竹", "⻊": "足", "⺼": "月", "⺊": "卜", "⺌": "小"}


@cache
def _traditional_to_simplified() -> object:
    import opencc

    return opencc.OpenCC("t2s")


@cache
def _latin_look_alike(char: str) -> str:
    """Return the Latin letter or digit that a letter of another script is drawn like, else ""."""
    from confusable_homoglyphs import confusables

    for found in confusables.is_confusable(char, preferred_aliases=["latin"], greedy=True) or []:
        for other in found["homoglyphs"]:
            if len(other["c"]) == 1 and other["c"].isascii() and other["c"].isalnum():
                return str(other["c"])
    return ""


def _value(char: str, name: str) -> str:
    """Return the digit that a number sign stands for (②, 〥, ❷, 🄌), else ""."""
    if unicodedata.category(char)[0] != "N" or "ROMAN" in name:
        return ""
    value = unicodedata.numeric(char, -1)
    return str(int(value)) if value in range(10) else ""


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _visible(char: str) -> str:
    """Empty for what leaves no mark on a screen or only decorates its neighbour."""
    category = unicodedata.category(char)
    if category == "Cs":  # a lone surrogate, which no library downstream can encode
        return "\ufffd"
    if category in ("Mn", "Me", "Cf") or char in _INVISIBLE_LETTERS:
        return ""
    if category in ("Zs", "Zl", "Zp") or char in "\t\r\x0b\x0c":
        return "\n" if category in ("Zl", "Zp") else " "
    if category == "Cc" and char != "\n":
        return ""
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # skin tones
        return ""
    return char


def _plain(char: str) -> str:
    """One step towards the normal form of one character."""
    char = _visible(char)
    if not char or char.isascii():
        return char.lower()
    if char in _HAN_RADICALS:
        return _HAN_RADICALS[char]
    if _is_han(char):
        simplified: str = _traditional_to_simplified().convert(char)  # type: ignore[attr-defined]
        return unicodedata.normalize("NFKC", simplified)
    name = unicodedata.name(char, "")
    letter = _LETTER_NAME.match(name)
    if letter:
        return next(group for group in letter.groups() if group).lower()
    value = _SIGNED_NUMBERS.get(char) or _value(char, name)
    if value:
        return value
    if unicodedata.category(char)[0] == "L" and not name.startswith(_SCRIPTS_OF_THEIR_OWN):
        drawn_like = _latin_look_alike(char)
        if drawn_like:
            return drawn_like.lower()
    latin = name.startswith("LATIN ")  # whose accents go too
    expanded = unicodedata.normalize("NFKD", char) if latin else unicodedata.normalize("NFKC", char)
    return char if len(expanded) > _LONGEST_EXPANSION else expanded.lower()


def canonical(char: str) -> str:
    """Return the normal form of one character: zero to a few characters, stable under repetition."""
    text = char
    for _ in range(6):
        again = "".join(_plain(c) for c in text)
        if again == text:
            break
        text = again
    return text if len(text) <= _LONGEST_EXPANSION else char


class _Table(dict[int, str]):
    """Translation table that learns each character when it first meets it."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()
        """Characters whose normal form is not exactly one character long."""

    def __missing__(self, codepoint: int) -> str:
        char = chr(codepoint)
        form = canonical(char)
        if len(form) != 1:
            self.uneven.add(char)  # before the form is published, since other threads read both
        if len(self) < _CACHE_LIMIT:
            self[codepoint] = form
        return form


_TABLE = _Table()


def normal_view(text: str) -> View:
    """Return the normal form of a typed text, with its offset map."""
    normal = text.translate(_TABLE)
    if len(normal) == len(text) and _TABLE.uneven.isdisjoint(text):
        return View(normal)
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text):
        width = len(_TABLE[ord(char)])
        if not width and ends:  # what leaves no mark belongs to the character before it
            ends[-1] = index + 1
        starts += [index] * width
        ends += [index + 1] * width
    return View(normal, starts, ends)
