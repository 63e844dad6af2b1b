"""The decided cases of one community, in segments that grow by merging (Bentley and Saxe, 1980).

Each segment is at least four times as large as the one after it, so there are few, and a case is copied a few times
in its life. Small merges happen at once; a large one is built aside, and takes its segments' place whole.
Readers take the tuple of segments that stands and wait for nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from copilot.types import DecidedCase, Precedent
from models.precedents.ranking import Ranking
from models.precedents.segment import Question, Segment
from models.precedents.vectors import Floats, Places

_GROWTH = 4
_AT_ONCE = 4096
"""Rows up to which segments are merged while the caller waits: a few milliseconds."""
_CHUNK = 1 << 14
"""Cases that are read at once from a large batch."""

Later = Callable[[Callable[[], None]], None]
"""Runs something on another thread."""


class Shelf:
    """One community's cases. Safe to call from several threads."""

    def __init__(
        self, community: str, ranking: Ranking, dim: int, later: Later, segments: Sequence[Segment] = ()
    ) -> None:
        self.community = community
        self._ranking = ranking
        self._dim = dim
        self._later = later
        self._segments = tuple(segments)
        self._lock = threading.Lock()
        self._building: tuple[Segment, ...] = ()

    def __len__(self) -> int:
        return sum(segment.living for segment in self._segments)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments that stand, oldest first."""
        return self._segments

    def add(self, cases: Sequence[DecidedCase], vectors: Floats) -> None:
        """Keep cases with distinct ids; those of an id that is known are replaced."""
        for start in range(0, len(cases), _CHUNK):
            part = cases[start : start + _CHUNK]
            segment = Segment.of(part, vectors[start : start + _CHUNK], self._ranking.rarity)
            with self._lock:
                self._forget(segment.facts.ids)
                self._segments = (*self._segments, segment)
                self._settle()

    def remove(self, case_ids: Sequence[int]) -> None:
        """Forget cases."""
        with self._lock:
            self._forget(np.array(case_ids, dtype=np.int64))
            self._settle()

    def search(self, asked: Question, k: int) -> list[Precedent]:
        """Return precedents of every segment, at most `k` of each."""
        return [
            found for segment in self._segments for found in segment.search(asked, self.community, k, self._ranking)
        ]

    def _forget(self, ids: Places) -> None:
        for segment in self._segments:
            places = segment.places(ids)
            if len(places):
                segment.forget(places)

    def _settle(self) -> None:
        """Merge what has to be merged: at once where it is little, else aside, one build at a time."""
        while chosen := self._to_merge():
            if sum(map(len, chosen)) > _AT_ONCE:
                self._building = chosen
                self._later(self._build_aside)
            else:
                self._replace(chosen, self._joined(chosen, [np.flatnonzero(s.alive) for s in chosen]))

    def _to_merge(self) -> tuple[Segment, ...]:
        """The youngest segments that are too large beside an older one, or one of which too much was forgotten.

        While a build runs its segments are left alone, and so is what would need another.
        """
        free = self._segments
        if self._building:
            free = free[free.index(self._building[-1]) + 1 :]
        limit = _AT_ONCE if self._building else sum(map(len, free))
        for segment in free:
            if segment.living * _GROWTH < len(segment) * (_GROWTH - 1) and len(segment) <= limit:
                return (segment,)
        size, first = 0, len(free)
        for at in range(len(free) - 1, 0, -1):
            size += len(free[at])
            if size + len(free[at - 1]) > limit:
                break
            if len(free[at - 1]) < _GROWTH * size:
                first = at - 1
        return free[first:]

    def _build_aside(self) -> None:
        chosen = self._building
        try:
            living = [np.flatnonzero(segment.alive) for segment in chosen]
            merged = self._joined(chosen, living)
            with self._lock:
                if merged is not None:  # what was forgotten meanwhile is forgotten in the new one too
                    still = np.concatenate([s.alive[places] for s, places in zip(chosen, living, strict=True)])
                    merged.forget(np.flatnonzero(~still))
                self._replace(chosen, merged)
        except BaseException:
            with self._lock:
                self._building = ()  # tried again with the next case
            raise
        with self._lock:
            self._building = ()
            self._settle()

    def _joined(self, chosen: Sequence[Segment], living: Sequence[Places]) -> Segment | None:
        if not any(map(len, living)):
            return None
        return Segment.joined(chosen, living, self._ranking.rarity, self._dim)

    def _replace(self, chosen: Sequence[Segment], merged: Segment | None) -> None:
        at = self._segments.index(chosen[0])
        kept = () if merged is None else (merged,)
        self._segments = (*self._segments[:at], *kept, *self._segments[at + len(chosen) :])
