"""Whether two short texts say the same: by their normal form, as near-copies, or by their vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copilot.text import text_views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from copilot.ports import Encoder

_NOT_CONTENT = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_COMMON = frozenset(
    "a an the and or of to in on at by for from with is are was were be been do does did have has had you your yours i "
    "my we our it its this that these those what which who how when where why if not no so as than then there "
    "here".split()
)


def content(text: str) -> str:
    """Return the normal form of a text without punctuation, spaces and emoji."""
    return _NOT_CONTENT.sub("", text_views(text).normal.text)


def pairs(text: str) -> frozenset[str]:
    """Return what a text is made of: bigrams of its Chinese characters, and its Latin words but the commonest ones.

    Where that leaves nothing, its content as a whole.
    """
    normal = text_views(text).normal.text
    found = {run[i : i + 2] for run in _HAN.findall(normal) for i in range(len(run) - 1)}
    found.update(word for word in _WORD.findall(normal) if word not in _COMMON)
    return frozenset(found) or frozenset({content(text)} - {""})


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Sørensen–Dice coefficient of two sets, in [0, 1]; 0 where one is empty."""
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts ready to be compared: their contents, bigrams, and unit vectors of shape (texts, dim) where there is an
    encoder."""

    contents: tuple[str, ...]
    pairs: tuple[frozenset[str], ...]
    vectors: NDArray[np.float32] | None

    def __len__(self) -> int:
        return len(self.contents)


def read_texts(texts: Sequence[str], encoder: Encoder | None) -> Texts:
    """Prepare texts; all vectors come from one call."""
    vectors = encoder.encode([text_views(text) for text in texts]) if encoder is not None and texts else None
    return Texts(tuple(map(content, texts)), tuple(map(pairs, texts)), vectors)


def likeness(a: Texts, i: int, b: Texts, j: int) -> tuple[float, float]:
    """Return how alike two texts are in their characters and in their vectors, each at most 1; 1 for the same words.

    Vectors count 0 where either side has none.
    """
    if a.contents[i] and a.contents[i] == b.contents[j]:
        return 1.0, 1.0
    if a.vectors is None or b.vectors is None:
        return overlap(a.pairs[i], b.pairs[j]), 0.0
    return overlap(a.pairs[i], b.pairs[j]), float(a.vectors[i] @ b.vectors[j])


def closest(a: Texts, i: int, b: Texts) -> tuple[float, float]:
    """Return the largest likeness of one text to any of several, by characters and by vectors; (0, 0) for none."""
    found = [likeness(a, i, b, j) for j in range(len(b))]
    return max((c for c, _ in found), default=0.0), max((v for _, v in found), default=0.0)
