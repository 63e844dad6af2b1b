"""What a message shares with each clause of a set, the rare counting more."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence

_STOP = frozenset(
    "的了是我你他她们在有和就都不也要这那么吗呢吧啊哈本群大家一个什怎没很还会能说到去来上下里请让给发别可以人"
)
_CONTENT = re.compile(r"[^\W_]+")


class RarityIndex:
    """An inverted index with inverse document frequencies, the clauses of one set being the documents."""

    def __init__(self, members: Sequence[frozenset[str]]) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        for i, found in enumerate(members):
            for member in found:
                places[member].append(i)
        self._size = len(members)
        self._rarest = math.log((self._size + 1) / 0.5)
        self._entries = {
            member: (math.log((self._size + 1) / (len(where) + 0.5)), tuple(where)) for member, where in places.items()
        }

    def sums(self, members: frozenset[str]) -> tuple[list[float], float]:
        """Return per clause the weight of what it shares, and the weight of all; the unseen weighs as the rarest."""
        found = [0.0] * self._size
        whole = 1e-6
        for member in members:
            weight, places = self._entries.get(member, (self._rarest, ()))
            whole += weight
            for place in places:
                found[place] += weight
        return found, whole

    def rarest(self, members: frozenset[str]) -> list[float]:
        """Return per clause the weight, in [0, 1], of the rarest member that it shares; less in a small set."""
        found = [0.0] * self._size
        for member in members:
            weight, places = self._entries.get(member, (0.0, ()))
            for place in places:
                found[place] = max(found[place], min(1.0, weight / 2))
        return found


def content_length(text: str) -> int:
    """Return how many letters, digits and characters a text in normal form has."""
    return sum(map(len, _CONTENT.findall(text)))


def grams(text: str, length: int) -> frozenset[str]:
    """Return the runs of characters of a length, without those of function words or digits only."""
    found: set[str] = set()
    for run in _CONTENT.findall(text):
        found.update(run[i : i + length] for i in range(len(run) - length + 1))
    return frozenset(gram for gram in found if _STOP.isdisjoint(gram) and not gram.isdigit())
