"""A block of decided cases of one community: never changed but for what is forgotten, searched as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews, text_views
from copilot.types import LABELS, DecidedCase, Decision, Label, Likeness, Precedent
from models.precedents.comparison import Comparison, Rarity, compare
from models.precedents.postings import Postings
from models.precedents.ranking import Ranking, likeness
from models.precedents.reading import Codes, digest, reading
from models.precedents.vectors import ExactVectors, Floats, Places, Vectors, build, restore

_DECISIONS = tuple(Decision)
_LEXICAL, _NEAREST = 24, 16
"""Candidates by shared n-grams and by vectors, at the least, that are compared in full."""
_OWN_WORDS = 4
"""Content characters below which the same text is merely similar: `加我` says nothing of its own."""


@dataclass(frozen=True, slots=True)
class Question:
    """A text to find precedents of: its reading, digest and unit vector."""

    codes: Codes
    digest: int
    vector: Floats

    @classmethod
    def of(cls, view: TextViews, vector: Floats) -> Question:
        """Read a text."""
        codes = reading(view)
        return cls(codes, digest(codes), np.asarray(vector, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of cases, one row each; characters of case i are `codes[offsets[i]:offsets[i + 1]]`."""

    ids: NDArray[np.int64]
    decisions: NDArray[np.uint8]
    labels: NDArray[np.uint16]
    digests: NDArray[np.uint64]
    codes: Codes
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, cases: Sequence[DecidedCase]) -> Facts:
        """Read the texts of cases."""
        read = [reading(text_views(case.text)) for case in cases]
        return cls(
            np.array([case.case_id for case in cases], dtype=np.int64),
            np.array([_DECISIONS.index(case.decision) for case in cases], dtype=np.uint8),
            np.array([sum(1 << LABELS.index(label) for label in case.labels) for case in cases], dtype=np.uint16),
            np.array([digest(codes) for codes in read], dtype=np.uint64),
            np.concatenate(read),
            np.cumsum([0, *map(len, read)]),
        )

    def gathered(self, places: Places) -> tuple[Codes, NDArray[np.int64]]:
        """The characters of some cases end to end, and how many each has."""
        lengths = self.offsets[places + 1] - self.offsets[places]
        ends = np.cumsum(lengths)
        within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return self.codes[np.repeat(self.offsets[places], lengths) + within], lengths

    def chosen(self, places: Places) -> Facts:
        """Return these cases alone, in order; all of them where they are as many as there are."""
        if len(places) == len(self.ids):
            return self
        codes, lengths = self.gathered(places)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return Facts(
            self.ids[places], self.decisions[places], self.labels[places], self.digests[places], codes, offsets
        )


class Segment:
    """Facts with what finds them: order of ids and digests, postings, vectors. `alive` marks what is not forgotten."""

    def __init__(self, facts: Facts, vectors: Vectors, postings: Postings) -> None:
        self.facts = facts
        self.vectors = vectors
        self.postings = postings
        self.alive = np.ones(len(facts.ids), dtype=bool)
        self._by_id = np.argsort(facts.ids, kind="stable").astype(np.uint32)
        self._by_digest = np.argsort(facts.digests, kind="stable").astype(np.uint32)

    @classmethod
    def of(cls, cases: Sequence[DecidedCase], vectors: Floats, rarity: Rarity) -> Segment:
        """Make a segment of cases with their vectors, shape (cases, dim)."""
        facts = Facts.of(cases)
        every = np.arange(len(cases))
        held = build([(ExactVectors(np.array(vectors, dtype=np.float32)), every)], vectors.shape[1])
        return cls(facts, held, Postings.build(facts.codes, facts.offsets, rarity))

    @classmethod
    def joined(cls, segments: Sequence[Segment], living: Sequence[Places], rarity: Rarity, dim: int) -> Segment:
        """Make one segment of the chosen rows of several, in order."""
        parts = [segment.facts.chosen(places) for segment, places in zip(segments, living, strict=True)]
        lengths = np.concatenate([np.diff(part.offsets) for part in parts])
        facts = Facts(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.decisions for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.digests for part in parts]),
            np.concatenate([part.codes for part in parts]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        )
        del parts
        vectors = build([(s.vectors, places) for s, places in zip(segments, living, strict=True)], dim)
        return cls(facts, vectors, Postings.build(facts.codes, facts.offsets, rarity))

    def __len__(self) -> int:
        return len(self.alive)

    @property
    def living(self) -> int:
        """Number of cases that are not forgotten."""
        return int(self.alive.sum())

    def places(self, ids: NDArray[np.int64]) -> Places:
        """Return the living rows of these cases."""
        order = self._by_id
        at = np.searchsorted(self.facts.ids, np.sort(ids), sorter=order)
        at = order[at[at < len(order)]].astype(np.int64)
        return at[np.isin(self.facts.ids[at], ids) & self.alive[at]]

    def forget(self, places: Places) -> None:
        """Never return these rows again, and overwrite what they said."""
        self.alive[places] = False
        for place in places:
            self.facts.codes[self.facts.offsets[place] : self.facts.offsets[place + 1]] = 0
        self.vectors.forget(places)

    def search(self, asked: Question, community: str, k: int, ranking: Ranking) -> list[Precedent]:
        """Return at most `k` precedents, likest first."""
        places = self.candidates(asked, k, ranking.rarity)
        if not len(places):
            return []
        compared, cosine = self.compared(asked, places, ranking.rarity)
        similarity = ranking.probability(compared, cosine)
        similarity[self.facts.digests[places] == np.uint64(asked.digest)] = 1.0
        return [
            self._precedent(place, community, float(similarity[i]), self._likeness(asked, place, compared.features[i]))
            for i, place in ((i, int(places[i])) for i in np.lexsort((-self.facts.ids[places], -similarity))[:k])
        ]

    def _likeness(self, asked: Question, place: int, features: Floats) -> Likeness:
        if self.facts.digests[place] == np.uint64(asked.digest):
            return Likeness.SAME if len(asked.codes) >= _OWN_WORDS else Likeness.SIMILAR
        return likeness(features, len(asked.codes), int(self.facts.offsets[place + 1] - self.facts.offsets[place]))

    def candidates(self, asked: Question, k: int, rarity: Rarity) -> Places:
        """Return the living rows worth comparing in full: the same text, shared rare n-grams, near vectors."""
        found = [
            self._same(asked.digest),
            self.postings.likest(asked.codes, rarity, max(k, _LEXICAL)),
            self.vectors.nearest(asked.vector, max(k, _NEAREST), self.alive),
        ]
        places = np.unique(np.concatenate(found))
        return places[self.alive[places]]

    def compared(self, asked: Question, places: Places, rarity: Rarity) -> tuple[Comparison, Floats]:
        """Compare a text with these rows; also return the cosine of their vectors, shape (places,)."""
        codes, lengths = self.facts.gathered(places)
        cosine: Floats = self.vectors.rows(places) @ asked.vector
        return compare(asked.codes, codes, lengths, rarity), cosine

    def _same(self, wanted: int) -> Places:
        left, right = (
            int(np.searchsorted(self.facts.digests, np.uint64(wanted), side, sorter=self._by_digest))
            for side in ("left", "right")
        )
        return self._by_digest[left : min(right, left + _LEXICAL)].astype(np.int64)

    def _precedent(self, place: int, community: str, similarity: float, found: Likeness) -> Precedent:
        bits = int(self.facts.labels[place])
        labels: tuple[Label, ...] = tuple(label for i, label in enumerate(LABELS) if bits >> i & 1)
        decision = _DECISIONS[int(self.facts.decisions[place])]
        return Precedent(int(self.facts.ids[place]), community, decision, labels, similarity, found)

    def dump(self) -> dict[str, NDArray[Any]]:
        """Return everything as arrays by name, without a trace of what was forgotten."""
        alive = self.alive.copy()  # others may forget meanwhile
        facts, postings = self.facts, self.postings.only(alive)
        return {
            "alive": alive,
            "ids": np.where(alive, facts.ids, -1),
            "decisions": facts.decisions,
            "labels": facts.labels,
            "digests": np.where(alive, facts.digests, np.uint64(0)),
            "codes": facts.codes,
            "offsets": facts.offsets,
            "keys": postings.keys,
            "starts": postings.starts,
            "rows": postings.rows,
            "length": postings.length,
            "vectors": self.vectors.dump(alive),
        }

    @classmethod
    def restore(cls, dumped: Mapping[str, NDArray[Any]]) -> Segment:
        """Return what was dumped; raises KeyError or RuntimeError where that is not one."""
        d = dumped
        facts = Facts(d["ids"], d["decisions"], d["labels"], d["digests"], d["codes"], d["offsets"])
        segment = cls(facts, restore(d["vectors"]), Postings(d["keys"], d["starts"], d["rows"], d["length"]))
        segment.alive = d["alive"]
        return segment
