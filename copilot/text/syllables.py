"""The toneless Mandarin syllable of each character, and of Latin letters typed as pinyin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from copilot.text.view import Edit, View

_BASE = 0xE000
"""Syllables are written as private-use characters, so that a reading is a string like any other."""

_CACHE_LIMIT = 70_000


def _toneless(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    return "".join(c for c in letters if not unicodedata.combining(c))


@cache
def _readings() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict


@cache
def syllable_codes() -> dict[str, str]:
    """Map each syllable ("wei") to the private-use character that stands for it."""
    common = (ord(char) for char in map(chr, range(0x4E00, 0x9FA6)))
    syllables = sorted({_toneless(_readings()[c].split(",")[0]) for c in common if c in _readings()})
    return {syllable: chr(_BASE + index) for index, syllable in enumerate(syllables)}


@cache
def _names() -> dict[str, str]:
    return {code: syllable for syllable, code in syllable_codes().items()}


def readings(char: str) -> list[str]:
    """Return a character's syllables, its commonest first; empty where it has none."""
    found = _readings().get(ord(char))
    return list(dict.fromkeys(_toneless(reading) for reading in found.split(","))) if found else []


class _Table(dict[int, str]):
    """Translation table from characters to syllable codes; others stay as they are."""

    def __missing__(self, codepoint: int) -> str:
        heard = readings(chr(codepoint))
        code = syllable_codes().get(heard[0], chr(codepoint)) if heard else chr(codepoint)
        if len(self) < _CACHE_LIMIT:
            self[codepoint] = code
        return code


_TABLE = _Table()
_LATIN = re.compile(r"[a-z]{1,24}(?: [a-z]{1,24})*")
_SHORT = frozenset(["a", "e", "o", "m", "n", "r"])


@cache
def _pinyin() -> re.Pattern[str]:
    names = sorted((s for s in syllable_codes() if s not in _SHORT), key=len, reverse=True)
    return re.compile("|".join(names))


@lru_cache(maxsize=8192)
def _spelled(word: str) -> str | None:
    """Return the codes of a Latin word that is pinyin from end to end, the longest syllables first."""
    codes: list[str] = []
    at = 0
    while at < len(word):
        match = _pinyin().match(word, at)
        if match is None:
            return None
        codes.append(syllable_codes()[match.group()])
        at = match.end()
    return "".join(codes)


def _spelled_words(phrase: str, offset: int) -> Iterator[Edit]:
    """Edits for the pinyin words of a phrase; the blanks between two of them go ("wei xin")."""
    at = offset
    previous = False
    for word in phrase.split(" "):
        codes = _spelled(word)
        if codes is not None:
            yield at - previous, at + len(word), codes
        previous = codes is not None
        at += len(word) + 1


def spoken(text: str) -> str:
    """Return a text as syllable codes, one per character; Latin letters stay as they are."""
    return text.translate(_TABLE)


def pinyin_edits(text: str) -> list[Edit]:
    """Return the edits that write Latin words spelling pinyin as one syllable code a syllable."""
    return [
        (start, end, codes)
        for match in _LATIN.finditer(text)
        for start, end, codes in _spelled_words(match.group(), match.start())
    ]


def spoken_view(view: View) -> View:
    """Return the syllable form of a view; Latin words that spell pinyin become syllables too."""
    edited = view.edited(pinyin_edits(view.text))
    return View(spoken(edited.text), edited.starts, edited.ends)


def spelled_out(codes: str) -> list[str]:
    """Return syllables for reading ("wei", "xin") from a string of codes."""
    return [_names().get(code, code) for code in codes]


def codes_of(words: Iterable[str]) -> dict[str, str]:
    """Map each word's syllable codes to the word; the first word wins where two sound alike."""
    table: dict[str, str] = {}
    for word in words:
        table.setdefault(spoken(word), word)
    return table
