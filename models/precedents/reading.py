"""A text as near-copies are told by: its content characters, what they sound like, and the n-grams of both.

Cloaked copies keep the sound or the characters of most of a text, in order; what differs is separators, look-alikes,
homophones and a few words. So both are compared: characters of the resolved view, and their syllables.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews
from copilot.text.syllables import pinyin_edits, spoken

Codes = NDArray[np.uint16]
Keys = NDArray[np.uint32]
Rows = NDArray[np.uint32]

LONGEST = 256
"""Content characters that are compared; a longer text is compared by its beginning."""
KINDS = 4
"""Characters, pairs of characters, syllables, pairs of syllables."""
CHARACTER, CHARACTERS, SYLLABLE, SYLLABLES = range(KINDS)
_SALTS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint32)
_CODES = 1 << 16
_PLACEHOLDERS = re.compile(r"\s*(?:\[[^\[\]\s]{1,8}\]\s*)*")


@cache
def _is_content() -> NDArray[np.bool_]:
    """Whether a code is a letter, digit, Han character or a syllable of Latin pinyin."""
    table = np.array([chr(code).isalnum() for code in range(_CODES)])
    table[0xE000:0xF900] = True
    return table


@cache
def _sounds() -> Codes:
    """The syllable code of each character; what has no syllable stands for itself."""
    heard = [spoken(chr(code)) for code in range(_CODES)]
    return np.array([ord(sound) if len(sound) == 1 else code for code, sound in enumerate(heard)], dtype=np.uint16)


def reading(views: TextViews) -> Codes:
    """Return the content characters of a text, shape (characters,), at most LONGEST.

    Latin pinyin counts as its syllables. Where nothing has content (emoji alone), all that is visible counts. What only
    stands for a picture or the like (`[图片]`) has no text.
    """
    if _PLACEHOLDERS.fullmatch(views.typed):
        return np.zeros(0, dtype=np.uint16)
    text = views.resolved.edited(pinyin_edits(views.resolved.text)).text[: 8 * LONGEST]
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = wide[wide < _CODES].astype(np.uint16)
    found = codes[_is_content()[codes]]
    if not len(found):
        found = np.array([ord(c) % _CODES for c in text if not c.isspace()], dtype=np.uint16)
    return found[:LONGEST]


def digest(codes: Codes) -> int:
    """Return 64 bits that are the same for texts that differ in nothing but their cloak."""
    return int.from_bytes(hashlib.blake2b(codes.tobytes(), digest_size=8).digest(), "little")


def sounds(codes: Codes) -> Codes:
    """Return what the characters sound like, one code each."""
    return _sounds()[codes]


def grams(codes: Codes, lengths: NDArray[np.int64], kind: int) -> tuple[Rows, Keys]:
    """Return the row and the key of each n-gram of a kind in several texts, repeated where it is.

    `codes` are the texts' characters one after the other, `lengths` how many each has.
    """
    row = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    wide = (codes if kind in (CHARACTER, CHARACTERS) else sounds(codes)).astype(np.uint32)
    if kind in (CHARACTER, SYLLABLE):
        return row, _hash(wide, kind)
    within = row[1:] == row[:-1]
    return row[:-1][within], _hash((wide[:-1] << np.uint32(16)) | wide[1:], kind)[within]


def _hash(values: Keys, kind: int) -> Keys:
    """Murmur3's finaliser with a salt a kind, a bijection: keys of one kind never collide."""
    mixed: Keys = values ^ _SALTS[kind]
    mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
