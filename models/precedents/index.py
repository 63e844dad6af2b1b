"""The index of precedents in process: per community, exact and near copies through the normal form, then vectors.

>>> encoder = load_encoder()
>>> index = FaissCaseIndex(encoder.version, encoder.dim, Ranking.load(encoder.version))
>>> index.add([case], encoder.encode([text_views(case.text)]))
>>> [found] = index.search([view], encoder.encode([view]), [["my-group", "library:rumors"]], k=5)
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews
from copilot.types import DecidedCase, Precedent
from models.precedents.memory import give_back
from models.precedents.ranking import Ranking
from models.precedents.segment import Question, Segment
from models.precedents.shelf import Shelf

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]


class FaissCaseIndex:
    """A `CaseIndex`. A community's cases lie in a structure of its own: no question reaches another's.

    What is large is built aside on a thread of its own; `settle` waits for it.
    """

    def __init__(
        self, encoder: str, dim: int, ranking: Ranking, segments: Mapping[str, Sequence[Segment]] | None = None
    ) -> None:
        self._encoder = encoder
        self._dim = dim
        self._ranking = ranking
        self._builds = 0
        self._idle = threading.Condition()
        self._one_at_a_time = threading.Lock()
        self._lock = threading.Lock()
        self._shelves = {name: self._shelf(name, kept) for name, kept in (segments or {}).items()}

    @property
    def version(self) -> str:
        """Name and version of the encoder whose vectors it holds."""
        return self._encoder

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    @property
    def ranking(self) -> str:
        """Name and version of what ranks."""
        return self._ranking.version

    @property
    def segments(self) -> dict[str, tuple[Segment, ...]]:
        """What stands now, by community."""
        with self._lock:
            return {name: shelf.segments for name, shelf in self._shelves.items()}

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._shelves.values()))

    def add(self, cases: Sequence[DecidedCase], vectors: Floats) -> None:
        """Keep cases, one vector each, shape (cases, dim); a case with the same community and id is replaced.

        The next search finds them. Raises ValueError where the vectors are of another shape.
        """
        if vectors.shape != (len(cases), self._dim):
            raise ValueError(f"{len(cases)} cases need vectors of shape {(len(cases), self._dim)}, got {vectors.shape}")
        last = {(case.community, case.case_id): row for row, case in enumerate(cases)}
        by_community: dict[str, list[int]] = defaultdict(list)
        for (community, _), row in last.items():
            by_community[community].append(row)
        for community, rows in by_community.items():
            with self._lock:
                shelf = self._shelves.setdefault(community, self._shelf(community))
            shelf.add([cases[row] for row in rows], vectors[rows])

    def remove(self, community: str, case_ids: Sequence[int]) -> None:
        """Forget cases; unknown ones are ignored."""
        shelf = self._shelves.get(community)
        if shelf is not None and case_ids:
            shelf.remove(case_ids)

    def search(
        self, views: Sequence[TextViews], vectors: Floats, scopes: Sequence[Sequence[str]], k: int
    ) -> list[list[Precedent]]:
        """For each text at most `k` precedents from the communities and libraries of its scope, likest first."""
        return [
            self._search(view, vector, scope, k) for view, vector, scope in zip(views, vectors, scopes, strict=True)
        ]

    def _search(self, view: TextViews, vector: Floats, scope: Sequence[str], k: int) -> list[Precedent]:
        shelves = [self._shelves[name] for name in dict.fromkeys(scope) if name in self._shelves]
        if not shelves or k < 1:
            return []
        asked = Question.of(view, vector)
        if not len(asked.codes):
            return []
        found = [precedent for shelf in shelves for precedent in shelf.search(asked, k)]
        found.sort(key=lambda precedent: (-precedent.similarity, -precedent.case_id))
        return found[:k]

    def settle(self) -> None:
        """Wait until nothing is being built."""
        with self._idle:
            self._idle.wait_for(lambda: not self._builds)

    def _shelf(self, community: str, segments: Sequence[Segment] = ()) -> Shelf:
        return Shelf(community, self._ranking, self._dim, self._later, segments)

    def _later(self, build: Callable[[], None]) -> None:
        """Build on a thread of its own, which the process does not wait for when it ends."""
        with self._idle:
            self._builds += 1
        threading.Thread(target=self._build, args=(build,), name="precedents", daemon=True).start()

    def _build(self, build: Callable[[], None]) -> None:
        try:
            with self._one_at_a_time:
                build()
            give_back()
        except Exception:
            log.exception("a segment of precedents could not be built; the smaller ones serve on")
        finally:
            with self._idle:
                self._builds -= 1
                self._idle.notify_all()
