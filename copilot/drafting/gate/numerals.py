"""Chinese numerals as numbers."""

from __future__ import annotations

DIGITS = {**dict(zip("〇零一二三四五六七八九", (0, *range(10)), strict=True)), "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}


def numeral(text: str) -> int:
    """Return the value of a Chinese numeral: 三十二, 一百零五, 两千, 二〇二六."""
    if not any(char in TENS or char in LARGE for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in TENS:
            section += (digit or 1) * TENS[char]
            digit = 0
        else:
            total = (total + section + digit or 1) * LARGE[char]
            section = digit = 0
    return total + section + digit
