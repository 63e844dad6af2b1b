"""How alike two texts are, in a few numbers: rare n-grams they share, order, length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.precedents.reading import CHARACTER, CHARACTERS, Codes, Keys, common, grams, places, sounds

Floats = NDArray[np.float32]

FEATURES = ("characters", "order", "shorter")
"""Cosine of characters and their pairs, the rare ones weighing more; longest common subsequence of syllables over the
shorter text; log of the shorter text's length. The cosine of syllables beside them told nothing more."""
ORDER = FEATURES.index("order")
RARITY_BITS = 17


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


def compare(asked: Codes, others: Codes, lengths: NDArray[np.int64], rarity: Rarity) -> Floats:
    """Return FEATURES of one text with each of several, laid end to end; shape (texts, features)."""
    count = len(lengths)
    own, theirs = grams(asked, np.array([len(asked)])), grams(others, lengths)
    shared, weight, own_weight = np.zeros(count), np.zeros(count), 0.0
    for kind in (CHARACTER, CHARACTERS):
        keys = np.unique(own[kind][1])
        own_weight += float((rarity.of(keys) ** 2).sum())
        row, key = _distinct(*theirs[kind])
        squared = rarity.of(key) ** 2
        weight += np.bincount(row, squared, count)
        met = np.isin(key, keys, kind="sort")
        shared += np.bincount(row[met], squared[met], count)
    shorter = np.maximum(np.minimum(lengths, len(asked)), 1)
    found = np.empty((count, len(FEATURES)), dtype=np.float32)
    found[:, 0] = shared / np.sqrt(np.maximum(weight * own_weight, 1e-9))
    found[:, ORDER] = _order(asked, others, lengths) / shorter
    found[:, 2] = np.log(shorter)
    return found


def _distinct(row: NDArray[np.int64], key: Keys) -> tuple[NDArray[np.int64], Keys]:
    packed = np.unique((row.astype(np.uint64) << np.uint64(32)) | key)
    return (packed >> np.uint64(32)).astype(np.int64), packed.astype(np.uint32)


def _order(asked: Codes, others: Codes, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Length of the longest common subsequence of syllables with each text."""
    heard = sounds(asked).tolist()
    masks = places(heard)
    told = sounds(others).tolist()
    ends = np.cumsum(lengths).tolist()
    return np.array(
        [common(heard, told[end - length : end], masks) for end, length in zip(ends, lengths.tolist(), strict=True)],
        dtype=np.float64,
    ).reshape(len(lengths))
