"""Which rows hold which rare n-gram: an inverted index in three arrays, asked for the rows that share most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.precedents.comparison import Floats, Rarity
from models.precedents.reading import CHARACTER, SYLLABLES, Codes, Keys, Rows, grams

_RARE = 4.0
"""Weight from which a single character is listed: about one in fifty texts holds it."""
_BUDGET = 20_000
"""Entries that one question reads, its rarest n-grams first: bounds its time whatever the index holds."""
_SLICE = 1 << 22
"""Entries that are sorted at once: bounds the memory of a build."""
_CHUNK = 1 << 12
"""Rows whose n-grams are made at once."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows of `keys[i]` are `rows[starts[i]:starts[i + 1]]`; `length` is the norm of each row's listed n-grams."""

    keys: Keys
    starts: NDArray[np.int64]
    rows: Rows
    length: Floats

    @classmethod
    def build(cls, codes: Codes, offsets: NDArray[np.int64], rarity: Rarity) -> Postings:
        """List the n-grams of texts; those of text i are `codes[offsets[i]:offsets[i + 1]]`."""
        count = len(offsets) - 1
        slices = 1 << int(np.ceil(np.log2(max(1, 2 * len(codes) / _SLICE))))
        keys, sizes, rows = [], [], []
        length = np.zeros(count)
        for part in range(slices):
            packed = _distinct(codes, offsets, rarity, part, slices)
            key = (packed >> np.uint64(32)).astype(np.uint32)
            row = packed.astype(np.uint32)
            length += np.bincount(row, rarity.of(key) ** 2, count)
            first = np.flatnonzero(np.concatenate([np.ones(min(1, len(key)), bool), key[1:] != key[:-1]]))
            keys.append(key[first])
            sizes.append(np.diff(np.append(first, len(key))))
            rows.append(row)
        starts = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
        norm = np.sqrt(np.maximum(length, 1.0)).astype(np.float32)
        return cls(np.concatenate(keys), starts, np.concatenate(rows), norm)

    def only(self, alive: NDArray[np.bool_]) -> Postings:
        """Return the postings of the living rows; the others keep their numbers and hold nothing."""
        if alive.all():
            return self
        kept = alive[self.rows]
        before = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        held = np.diff(before) > 0
        starts = np.append(before[:-1][held], before[-1]).astype(np.int64)
        return Postings(self.keys[held], starts, self.rows[kept], np.where(alive, self.length, np.float32(1)))

    def likest(self, asked: Codes, rarity: Rarity, count: int) -> NDArray[np.int64]:
        """Return at most `count` rows that share the most, the likest first."""
        keys = (listed(asked, np.array([len(asked)]), rarity) >> np.uint64(32)).astype(np.uint32)
        place = np.searchsorted(self.keys, keys)
        known = place < len(self.keys)
        known[known] = self.keys[place[known]] == keys[known]
        place, keys = place[known], keys[known]
        size = self.starts[place + 1] - self.starts[place]
        order = np.argsort(size, kind="stable")
        order = order[: max(1, int(np.searchsorted(np.cumsum(size[order]), _BUDGET, "right")))]
        if not len(order):
            return np.zeros(0, dtype=np.int64)
        ends, size = self.starts[place[order] + 1], np.minimum(size[order], _BUDGET)
        rows = np.concatenate([self.rows[end - few : end] for end, few in zip(ends, size, strict=True)])
        weight = np.repeat(rarity.of(keys[order]) ** 2, size)
        by_row = np.argsort(rows, kind="stable")
        rows, weight = rows[by_row], weight[by_row]
        first = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
        row = rows[first].astype(np.int64)
        shared = np.add.reduceat(weight, first) / self.length[row]
        if len(row) > count:
            best = np.argpartition(-shared, count)[:count]
            row, shared = row[best], shared[best]
        return row[np.argsort(-shared, kind="stable")]


def listed(codes: Codes, lengths: NDArray[np.int64], rarity: Rarity) -> NDArray[np.uint64]:
    """Return key << 32 | row of the n-grams that are listed, each once a row: pairs of syllables, rare characters."""
    row, key = grams(codes, lengths, CHARACTER)
    rare = rarity.of(key) >= _RARE
    pair_row, pair = grams(codes, lengths, SYLLABLES)
    keys = np.concatenate([key[rare], pair]).astype(np.uint64)
    return np.unique((keys << np.uint64(32)) | np.concatenate([row[rare], pair_row]))


def _distinct(codes: Codes, offsets: NDArray[np.int64], rarity: Rarity, part: int, slices: int) -> NDArray[np.uint64]:
    """Key and row of what is listed in one slice of the keys, sorted."""
    shift = np.uint64(64 - int(np.log2(slices)))
    pieces = []
    for start in range(0, len(offsets) - 1, _CHUNK):
        end = min(start + _CHUNK, len(offsets) - 1)
        packed = listed(codes[offsets[start] : offsets[end]], np.diff(offsets[start : end + 1]), rarity)
        packed += np.uint64(start)
        pieces.append(packed if slices == 1 else packed[(packed >> shift) == part])
    found = np.concatenate(pieces)
    found.sort()
    return found
