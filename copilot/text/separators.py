"""Take out what was put between the characters of a word to hide it: 公 / 众 / 号, 兼❤职, v.x."""

from __future__ import annotations

import re

from copilot.text.view import Edit

_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = rf"{_HAN}a-z0-9"
# What people write between words anyway. Everything else between two characters of a word is odd.
_BENIGN = r"\s,.;:!?，。、；：！？…'\"“”‘’()（）\[\]【】《》<>「」『』@#%&=+~～￥$\-—/\\_^|"
_ODD_BETWEEN = re.compile(rf"(?<=[{_HAN}a-z])[^{_WORD}{_BENIGN}]{{1,4}}(?=[{_HAN}a-z])")
_STRICT_BETWEEN = re.compile(rf"(?<=[{_HAN}])[*·•丶^|_~～\\]{{1,3}}(?=[{_HAN}])")
# Three or more single characters with something between each: always a hidden word.
_GAP = rf"(?:[^{_WORD}\n]{{1,3}}|\n)"
_SPACED_HAN = re.compile(rf"(?<![{_HAN}])[{_HAN}](?:{_GAP}[{_HAN}](?![{_HAN}])){{2,}}")
_SPACED_LATIN = re.compile(rf"(?<![a-z0-9])[a-z](?:[^{_WORD}\n]{{1,2}}[a-z](?![a-z0-9])){{2,}}")
# An account in single characters: h/u/a/0/7/9/1, k _ 6 6 2. Digits alone are left to `digits`.
_SPACED_ACCOUNT = re.compile(
    rf"(?<![a-z0-9])(?=[^{_HAN}\n]{{0,24}}[a-z])(?=[^{_HAN}\n]{{0,24}}\d)[a-z0-9_](?:[^{_WORD}\n]{{1,3}}[a-z0-9_](?![a-z0-9])){{4,}}"
)
_SPACED_HOST = re.compile(r"(?<![a-z0-9])[a-z0-9](?: [a-z0-9.](?![a-z0-9])){5,}")
# An account over several lines, each of them short and Latin.
_LINE_SPLIT = re.compile(
    rf"(?<=[a-z0-9_])[^{_WORD}\n]{{0,2}}\n(?:[^{_WORD}]{{0,8}}\n)?[^{_WORD}\n]{{0,2}}(?=[a-z0-9_\-]{{1,10}}(?:$|[^a-z0-9_\-.:]))"
)
# Groups with one and the same sign between them: liu→26→03→91, y·u·n·733.
_GROUPS = re.compile(
    rf"(?<![a-z0-9])(?=[^\s{_HAN}]{{0,24}}[a-z])(?=[^\s{_HAN}]{{0,24}}\d)[a-z0-9]{{1,8}}([^{_WORD}\s,:;!?@&%#'\"().\-_/])[a-z0-9]{{1,8}}(?:\1[a-z0-9]{{1,8}})+(?![a-z0-9.@/])"
)
# Digits with one and the same character between each: 4啦0啦8啦2.
_FILLED = re.compile(rf"(?<!\d)\d([{_HAN}])(?:\d\1){{3,}}\d(?!\d)")
_PAIRS = re.compile(r"(?<![a-z])(?:[vw][^\w\n]{1,2}x|q[^\w\n]{1,2}q|t[^\w\n]{1,2}g)(?![a-z])")
# A blank beside a single character: 加 微信, 微 信.
_LONE_BLANK = re.compile(
    rf"(?<=[{_HAN}])[ /\-]{{1,3}}(?=[{_HAN}](?![{_HAN}]))|(?<=(?<![{_HAN}])[{_HAN}])[ /\-]{{1,3}}(?=[{_HAN}])"
)
_BETWEEN = (_ODD_BETWEEN, _STRICT_BETWEEN, _LONE_BLANK, _LINE_SPLIT)
_SPACED_WORDS = (
    (_SPACED_HAN, re.compile(rf"[^{_WORD}]+")),
    (_SPACED_LATIN, re.compile(rf"[^{_WORD}]+")),
    (_FILLED, re.compile(rf"[{_HAN}]")),
)
_SPACED_ACCOUNTS = (
    (_SPACED_ACCOUNT, re.compile(rf"[^{_WORD}_]+")),
    (_SPACED_HOST, re.compile(" +")),
    (_GROUPS, re.compile(rf"[^{_WORD}]+")),
)
_DIGIT = re.compile(r"\d").search
_LETTER = re.compile(r"[a-z]").search
_NOTHING_TO_DO = re.compile(rf"[^{_WORD}]").search


def pair_edits(text: str) -> list[Edit]:
    """Return the removals that join the abbreviations v.x, w+x, q q and t-g."""
    return [(m.start() + 1, m.end() - 1, "") for m in _PAIRS.finditer(text)]


def separator_edits(text: str) -> list[Edit]:
    """Return the removals that join hidden words in a normal-form text. Linear in its length."""
    if not _NOTHING_TO_DO(text):
        return []
    gaps = {match.start(): match.end() for pattern in _BETWEEN for match in pattern.finditer(text)}
    accounts = _SPACED_ACCOUNTS if _DIGIT(text) and _LETTER(text) else ()
    for pattern, gap in (*_SPACED_WORDS, *accounts):
        for match in pattern.finditer(text):
            gaps.update((m.start(), m.end()) for m in gap.finditer(text, *match.span()))
    edits: list[Edit] = []
    for start in sorted(gaps):
        if not edits or start >= edits[-1][1]:
            edits.append((start, gaps[start], ""))
    return edits
