"""How alike two texts are, in a few numbers: rare n-grams they share, order, length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.text.sequence import common, places
from models.precedents.reading import CHARACTER, CHARACTERS, Codes, Keys, Rows, grams, sounds
from models.precedents.stance import warns

Floats = NDArray[np.float32]

FEATURES = ("characters", "order", "shorter", "stance")
"""Cosine of characters and their pairs, the rare ones weighing more; longest common subsequence of syllables over the
shorter text; log of the shorter text's length; whether only one of both warns, doubts or reports. The cosine of
syllables beside them told nothing more."""
ORDER, STANCE = FEATURES.index("order"), FEATURES.index("stance")
RARITY_BITS = 17
_WHOLE, _ADDED = 0.85, 5
"""Share of a case's syllables that a text holds in one piece, and characters it adds, where it passes the case on."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One text beside several: `features` of shape (texts, FEATURES), `passed_on` of shape (texts,).

    A case is passed on where the text holds it word by word, with words of its own before or after.
    """

    features: Floats
    passed_on: NDArray[np.bool_]


class Rarity:
    """How much an n-gram says: the negative log of its share of ordinary texts, by a hashed table."""

    def __init__(self, table: NDArray[np.uint8]) -> None:
        if table.shape != (1 << RARITY_BITS,):
            raise ValueError(f"a rarity table has {1 << RARITY_BITS} entries, not {table.shape}")
        self._weight = table.astype(np.float32) / np.float32(_STEPS)

    def of(self, keys: Keys) -> Floats:
        """Return the weights of keys, same shape."""
        weights: Floats = self._weight[keys >> np.uint32(32 - RARITY_BITS)]
        return weights


_STEPS = 16


def rarity_table(counts: NDArray[np.int64], texts: int) -> NDArray[np.uint8]:
    """Return the table of a background of so many texts, `counts` of which hold an n-gram of each bucket."""
    weight = np.log((texts + 1) / (counts + 0.5))
    return np.clip(np.round(weight * _STEPS), 0, 255).astype(np.uint8)


def compare(asked: Codes, others: Codes, lengths: NDArray[np.int64], rarity: Rarity) -> Comparison:
    """Compare one text with several, laid end to end."""
    count = len(lengths)
    own_stance = warns(asked)
    shared, weight, own_weight = np.zeros(count), np.zeros(count), 0.0
    for kind in (CHARACTER, CHARACTERS):
        keys = np.unique(grams(asked, np.array([len(asked)]), kind)[1])
        own_weight += float((rarity.of(keys) ** 2).sum())
        row, key = _distinct(*grams(others, lengths, kind))
        squared = rarity.of(key) ** 2
        weight += np.bincount(row, squared, count)
        met = np.isin(key, keys, kind="sort")
        shared += np.bincount(row[met], squared[met], count)
    shorter = np.maximum(np.minimum(lengths, len(asked)), 1)
    ends = np.cumsum(lengths)
    heard, told = sounds(asked).tolist(), [part.tolist() for part in np.split(sounds(others), ends[:-1])]
    found = np.empty((count, len(FEATURES)), dtype=np.float32)
    found[:, 0] = shared / np.sqrt(np.maximum(weight * own_weight, 1e-9))
    found[:, ORDER] = _order(heard, told[:count]) / shorter
    found[:, 2] = np.log(shorter)
    found[:, STANCE] = [warns(text) != own_stance for text in np.split(others, ends[:-1])[:count]]
    return Comparison(found, np.array([_passes_on(heard, text) for text in told[:count]], dtype=bool))


def _distinct(row: Rows, key: Keys) -> tuple[Rows, Keys]:
    packed = np.unique((row.astype(np.uint64) << np.uint64(32)) | key)
    return (packed >> np.uint64(32)).astype(np.uint32), packed.astype(np.uint32)


def _order(heard: Sequence[int], told: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Length of the longest common subsequence of syllables with each text."""
    masks = places(heard)
    return np.array([common(heard, text, masks) for text in told], dtype=np.float64)


def _passes_on(heard: Sequence[int], told: Sequence[int]) -> bool:
    """Whether all but an end of `told` stands in `heard` in one piece, beside several other characters."""
    if len(heard) - len(told) < _ADDED:
        return False
    cut = int((1 - _WHOLE) * len(told))
    whole = "".join(map(chr, heard))
    text = "".join(map(chr, told))
    return text[cut:] in whole or text[: len(text) - cut] in whole
