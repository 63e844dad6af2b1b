"""What the grouping looks at, computed once for a whole day: times, people, telling words, vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.drafting.threads.day import Post
from copilot.drafting.threads.words import rarity

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

_FULL = 12
"""Letters and digits from which a message counts as saying something of its own."""
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class Evidence:
    """One day. Everything runs beside `posts`.

    `people` are the authors as numbers, `named` the numbers of those a message names. `content` in [0, 1] says how much
    of its own a message says. `rarity` says how telling each word is. `vectors` are None without an encoder.
    """

    posts: Sequence[Post]
    people: Sequence[int]
    named: Sequence[frozenset[int]]
    words: Sequence[frozenset[str]]
    content: Sequence[float]
    rarity: dict[str, float]
    vectors: Vectors | None

    def telling(self, words: frozenset[str]) -> float:
        """Return how telling some words are together."""
        return sum(self.rarity[word] for word in words)


def evidence(posts: Sequence[Post], vectors: Vectors | None) -> Evidence:
    """Return what can be known of a day before any of it is grouped; `vectors` are unit rows, one a post."""
    people: dict[str, int] = {}
    numbers = [people.setdefault(post.author or f"\0{post.place}", len(people)) for post in posts]
    return Evidence(
        posts,
        numbers,
        [frozenset(people[name] for name in post.named if name in people) for post in posts],
        [frozenset(post.words) for post in posts],
        [min(post.marks.content, _FULL) / _FULL for post in posts],
        rarity([post.words for post in posts]),
        standardised(vectors),
    )


def standardised(vectors: Vectors | None) -> Vectors | None:
    """Centre unit rows on their day, and scale them so that products of two of them have a standard deviation of one.

    So the weights hold for another encoder, whose cosines lie elsewhere. None where there is nothing to compare.
    """
    if vectors is None or len(vectors) < 3:
        return None
    centred = vectors - vectors.mean(0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    rows = centred[:: max(1, len(centred) // _SAMPLE)]
    spread = float((rows @ rows.T)[np.triu_indices(len(rows), 1)].std())
    return np.asarray(centred / np.sqrt(spread or 1.0), dtype=np.float32)
