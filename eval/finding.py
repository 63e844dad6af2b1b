"""How well precedents are found: by vectors, by text, and by both, near-copies and free retellings apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from copilot.ports import Encoder
from copilot.text import TextViews, text_views
from copilot.types import DecidedCase, Decision
from eval.similarity import vectors
from models.precedents.comparison import ORDER, compare
from models.precedents.ranking import Ranking
from models.precedents.reading import reading
from models.precedents.segment import Question, Segment
from training.examples import families

NEAREST = 5
_NEAR, _SHORTEST = 0.6, 6
"""Share of the shorter text's syllables that a near-copy has in order, and how many these are at the least."""
_HOME = "community"

Row = dict[str, object]


def finding(encoder: Encoder, ranking: Ranking, reference: str, part: str) -> list[Row]:
    """Return how often another member is among the nearest, by vectors, by text, and by both."""
    texts: list[str] = []
    owner: list[int] = []
    asked: list[int] = []
    for name in ("train", "dev", "test"):
        for members, look_alikes in families(name):
            family = max(owner, default=0) + 1
            asked += range(len(texts), len(texts) + len(members)) if name == part else ()
            texts += [*members, *look_alikes]
            owner += [family] * len(members) + [0] * len(look_alikes)
    rows, owners, views = vectors(encoder, texts), np.array(owner), [text_views(text) for text in texts]
    cases = [DecidedCase(i, _HOME, text, Decision.ALLOW, ()) for i, text in enumerate(texts)]
    segment = Segment.of(cases, rows, ranking.rarity)
    unseen = Ranking.load("text", reference)
    hits: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for index in asked:
        question = Question.of(views[index], rows[index])
        kin = np.flatnonzero(owners == owners[index])
        has_copy = copied(views[index], (views[i] for i in kin if i != index), ranking)
        listed = segment.postings.likest(question.codes, ranking.rarity, 24)
        alike, _ = segment.compared(question, listed, ranking.rarity)
        likely = unseen.probability(alike, np.zeros(len(listed), np.float32))
        by_text = listed[np.argsort(-likely, kind="stable")]
        ways: dict[str, Iterable[Any]] = {
            "vectors alone": segment.vectors.nearest(question.vector, NEAREST + 1, segment.alive),
            "text alone": by_text,
            "both": [found.case_id for found in segment.search(question, _HOME, NEAREST + 1, ranking)],
        }
        for way, nearest in ways.items():
            kept = [int(place) for place in nearest if place != index][:NEAREST]
            right = [bool(owners[place] == owners[index]) for place in kept]
            hits[way].append((has_copy, bool(right and right[0]), any(right)))
    return [
        {
            "by": way,
            "texts": kind,
            "queries": len(chosen),
            "recall_at_1": float(np.mean([first for _, first, _ in chosen])),
            "recall_at_5": float(np.mean([some for _, _, some in chosen])),
        }
        for way, every in hits.items()
        for kind, chosen in (
            ("all", every),
            ("with a near-copy", [hit for hit in every if hit[0]]),
            ("retellings only", [hit for hit in every if not hit[0]]),
        )
    ]


def copied(asked: TextViews, others: Iterable[TextViews], ranking: Ranking) -> bool:
    """Whether a text shares most syllables, in order, with one of the others."""
    codes = reading(asked)
    for told in map(reading, others):
        [features] = compare(codes, told, np.array([len(told)]), ranking.rarity).features
        if features[ORDER] >= _NEAR and min(len(codes), len(told)) >= _SHORTEST:
            return True
    return False
