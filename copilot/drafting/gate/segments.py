"""The words of a text."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any


@cache
def _segmenter() -> Any:
    import rjieba

    return rjieba.Jieba()


@lru_cache(maxsize=4096)
def segmented(text: str) -> tuple[str, ...]:
    """Return a text in pieces, in order and without a rest: Chinese words, runs of letters, what stands between."""
    parts = re.split(r"([A-Za-z]+)", text)
    return tuple(
        piece for part in parts for piece in ((part,) if part.isascii() and part.isalpha() else _segmenter().cut(part))
    )
