"""An encoder without weights: signed hashed n-grams. Finds near-copies, knows no synonyms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews
from models.features import ngram_features

_BITS = 30


class HashingEncoder:
    """Feature hashing with signs (Weinberger et al., 2009) of character 1- to 3-grams."""

    def __init__(self, dim: int = 512) -> None:
        self._dim = dim

    @property
    def version(self) -> str:
        """Name and version."""
        return f"hashing-{self._dim}/1"

    @property
    def dim(self) -> int:
        """Length of a row."""
        return self._dim

    def encode(self, views: Sequence[TextViews]) -> NDArray[np.float32]:
        """Return rows of shape (len(views), dim) of length one; an empty text gives the first axis."""
        rows = np.zeros((len(views), self._dim), dtype=np.float32)
        if not views:
            return rows
        features = ngram_features(views, _BITS, (1, 2, 3))
        owner = np.repeat(np.arange(len(views)), features.counts())
        sign = np.where(features.indices & 1, 1.0, -1.0).astype(np.float32)
        np.add.at(rows, (owner, (features.indices >> 1) % self._dim), sign)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        rows[length[:, 0] == 0, 0] = 1.0
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return rows
