"""Hashed character n-grams of a text's views, as indices into a table of weights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SALTS = tuple(
    np.uint64(salt) for salt in (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)
)
_EDGE = 0x2
"""Stands before and after each text, so that openings and endings are features too."""

_LONGEST = 600
"""Characters of a view that count; longer pasted texts say nothing new."""


@dataclass(frozen=True, slots=True)
class Features:
    """Distinct features of a batch: those of text i are `indices[offsets[i]:offsets[i + 1]]`."""

    indices: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def counts(self) -> NDArray[np.int64]:
        """Number of distinct features of each text, shape (batch,)."""
        return np.diff(self.offsets)


_DIGITS = str.maketrans("123456789", "000000000")
_ACCOUNT = re.compile(r"(?=[a-z_\-]*\d)(?=[\d_\-]*[a-z])[a-z\d_\-]{5,}")


def _shape(text: str) -> str:
    """Write every digit as 0 and every account-like word as one sign: which one says nothing."""
    return _ACCOUNT.sub("\x03", text).translate(_DIGITS) if _HAS_DIGIT(text) else text


_HAS_DIGIT = re.compile(r"\d").search


def ngram_features(views: Sequence[TextViews], bits: int, orders: Sequence[int] = (1, 2, 3, 4)) -> Features:
    """Hash the character n-grams of the normal and the resolved form into 2**bits buckets.

    Where nothing was resolved both forms are one and count once. Vectorised over the batch.
    Each text owns the edge before it and its own characters.
    """
    texts: list[str] = []
    owners: list[int] = []
    for index, view in enumerate(views):
        forms = dict.fromkeys(_shape(form.text[:_LONGEST]) for form in (view.normal, view.resolved))
        texts.extend(forms)
        owners.extend([index] * len(forms))
    edge = chr(_EDGE)
    joined = edge + edge.join(texts) + edge
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) + 1 for text in texts], dtype=np.int64)
    owner = np.repeat(np.array(owners, dtype=np.uint64), lengths)
    owner = np.concatenate([owner, owner[-1:]]) if len(owner) else np.zeros(len(codes), dtype=np.uint64)
    keys = [_hashes(codes, owner, order, bits) for order in orders]
    distinct = np.unique(np.concatenate(keys))
    rows = (distinct >> np.uint64(bits)).astype(np.int64)
    indices = (distinct & np.uint64((1 << bits) - 1)).astype(np.int64)
    offsets = np.searchsorted(rows, np.arange(len(views) + 1))
    return Features(indices, offsets.astype(np.int64))


def _hashes(codes: NDArray[np.uint64], owner: NDArray[np.uint64], order: int, bits: int) -> NDArray[np.uint64]:
    """Keys (row << bits | bucket) of all n-grams of one order that do not cross an edge."""
    count = len(codes) - order + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    value = np.full(count, _SALTS[order - 1], dtype=np.uint64)
    crosses = np.zeros(count, dtype=bool)
    for shift in range(order):
        part = codes[shift : shift + count]
        value = (value ^ part) * _MULTIPLIER
        value ^= value >> np.uint64(29)
        if 0 < shift < order - 1:
            crosses |= part == _EDGE
    if order == 1:
        crosses = codes[:count] == _EDGE
    elif order == 2:  # nothing between two edges: an empty text
        crosses = (codes[:count] == _EDGE) & (codes[1:] == _EDGE)
    bucket = (value * _MULTIPLIER) >> np.uint64(64 - bits)
    return ((owner[:count] << np.uint64(bits)) | bucket)[~crosses]
