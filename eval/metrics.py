"""The few numbers that the tables are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def auc(positive: Flags, score: Floats) -> float:
    """Area under the ROC curve; NaN where there is only one class."""
    return float(roc_auc_score(positive, score)) if 0 < positive.sum() < len(positive) else float("nan")


def threshold_at(score: Floats, false_alarms: float) -> float:
    """Return the score above which at most this share of (clean) texts lies."""
    return float(np.quantile(score, 1 - false_alarms))


def share(flags: Flags) -> float:
    """Share of true entries; NaN of nothing."""
    return float(np.mean(flags)) if len(flags) else float("nan")


def calibration_error(positive: Flags, probability: Floats, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Naeini et al., 2015)."""
    if not len(positive):
        return float("nan")
    index = np.minimum((probability * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        inside = index == b
        if inside.any():
            error += inside.mean() * abs(positive[inside].mean() - probability[inside].mean())
    return float(error)


def wilson(successes: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """95 % confidence interval of a proportion (Wilson, 1927)."""
    if not trials:
        return 0.0, 1.0
    p = successes / trials
    middle = p + z * z / (2 * trials)
    spread = z * ((p * (1 - p) / trials + z * z / (4 * trials * trials)) ** 0.5)
    return (middle - spread) / (1 + z * z / trials), (middle + spread) / (1 + z * z / trials)
