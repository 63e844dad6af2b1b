"""Where a text may be cut: between what a reader sees as one character, and never inside a number or an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_KEYCAP = "\u20e3"
_WHOLE = re.compile(
    r"https?://[^\s\u3000-\u9fff\uff00-\uffef<>“”]+"  # an address
    r"|\d+(?:[.:,，/\-–~～×xX]\d+)*(?:%|‰|[\u4e00-\u9fff](?=[\W\d]|$)|[a-zA-Z]+)?"  # a number with its unit
    r"|[A-Za-z0-9_]+(?:['’\-.][A-Za-z0-9_]+)*"  # a word
)
_CLAUSE_ENDS = "。！？!?；;…\n"
_PAUSES = "，,、：: "


def clusters(text: str) -> Iterator[str]:
    """Yield what a reader sees as one character: base with marks, emoji with modifiers, flags, joined families."""
    at = 0
    while at < len(text):
        end = at + 1
        if _is_flag_half(text[at]) and end < len(text) and _is_flag_half(text[end]):
            end += 1
        while end < len(text) and (_extends(text[end]) or text[end - 1] == _JOINER):
            end += 1
        yield text[at:end]
        at = end


def cluster_count(text: str) -> int:
    """Return how many characters a reader sees."""
    return sum(1 for _ in clusters(text))


def width(text: str) -> float:
    """Return how long a text reads, in Chinese characters: a Latin letter takes half the room of one."""
    return sum(0.5 if cluster.isascii() else 1.0 for cluster in clusters(text))


def whole_spans(text: str) -> list[tuple[int, int]]:
    """Return the ranges that may not be cut: addresses, numbers with their unit, words of letters."""
    return [match.span() for match in _WHOLE.finditer(text)]


def cut(text: str, most: int) -> str:
    """Return the longest beginning of at most `most` seen characters that ends at a boundary.

    Preferred is the end of a sentence, then a pause, both past the middle; else the last place that cuts nothing
    whole. What is cut short without a sentence's end gets `…` (which counts). "" where nothing whole fits.
    """
    if cluster_count(text) <= most:
        return text
    ends = _cluster_ends(text, most - 1)
    if not ends:
        return ""
    spans = whole_spans(text)
    allowed = [end for end in ends if not any(start < end < stop for start, stop in spans)]
    if not allowed:
        return ""
    late = [end for end in allowed if end > ends[-1] // 2]
    for marks, mark in ((_CLAUSE_ENDS, ""), (_PAUSES, "…")):
        at_mark = [end for end in late if text[end - 1] in marks]
        if at_mark:
            return text[: at_mark[-1]].rstrip(_PAUSES + "\n") + mark
    return text[: allowed[-1]].rstrip(_PAUSES) + "…"


def _cluster_ends(text: str, most: int) -> list[int]:
    ends: list[int] = []
    at = 0
    for cluster in clusters(text):
        if len(ends) >= most:
            break
        at += len(cluster)
        ends.append(at)
    return ends


def _extends(char: str) -> bool:
    return (
        char in (_JOINER, _KEYCAP)
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
