"""Soft labels for COLD rows that nobody annotated a second time.

COLD's own train labels over-flag talk about groups: of the rows it calls offensive, an independent
re-annotation (CHSD) calls 28 % normal. A quarter of the rows carries both. A logistic regression
over n-grams and the first label learns there when the second annotator disagrees, and gives the
other rows the probability that they would be called abuse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from copilot.types import Label
from training.sources import Row


def soft_abuse(rows: Sequence[Row], matrix: sparse.csr_matrix) -> NDArray[np.float64]:
    """Return P(abuse) per COLD row: its label where it was annotated twice, else an estimate."""
    first = np.array([row.first for row in rows], dtype=np.float64)
    agreed = np.array([row.known[Label.ABUSE] for row in rows], dtype=np.float64)
    twice = np.array([not row.doubted for row in rows])
    if len(set(agreed[twice])) < 2:
        return agreed
    features = sparse.hstack([matrix, sparse.csr_matrix((first * 2 - 1)[:, None])]).tocsr()
    judge = LogisticRegression(C=10, max_iter=300).fit(features[twice], agreed[twice])
    return np.where(twice, agreed, judge.predict_proba(features)[:, 1])
