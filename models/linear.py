"""The linear classifier: hashed character n-grams, one weight per bucket and label, calibrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from copilot.policy import Bands
from copilot.text import TextViews
from copilot.types import Label
from models.artifacts import Manifest
from models.features import Features, ngram_features

_BATCH = 1024


class LinearClassifier:
    """Multi-label logistic regression over `ngram_features`, with Platt calibration per label."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._bits = int(manifest.options["bits"])
        self._orders = tuple(int(order) for order in manifest.options["orders"])
        try:
            weights = np.load(manifest.folder / "weights.npy", allow_pickle=False)
            head = np.load(manifest.folder / "head.npy", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise ArtifactError(f"weights in {manifest.folder} cannot be read: {error}") from error
        count = len(manifest.labels)
        if weights.shape != (1 << self._bits, count) or head.shape != (3, count):
            raise ArtifactError(f"weights in {manifest.folder} have shape {weights.shape}, {head.shape}")
        self._weights: NDArray[np.float32] = weights.astype(np.float32)
        self._bias, self._slope, self._intercept = head.astype(np.float32)

    @property
    def version(self) -> str:
        """Name and version of the artefact."""
        return self._manifest.id

    @property
    def bands(self) -> Bands:
        """Thresholds chosen for this artefact on development data."""
        return self._manifest.bands

    def logits(self, views: Sequence[TextViews]) -> NDArray[np.float32]:
        """Return uncalibrated scores, shape (len(views), labels)."""
        parts = [views[i : i + _BATCH] for i in range(0, len(views), _BATCH)]
        features = [ngram_features(part, self._bits, self._orders) for part in parts]
        return np.concatenate([linear_logits(f, self._weights, self._bias) for f in features])

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]]:
        """Return calibrated probabilities for each text, in order."""
        if not views:
            return []
        scores = 1.0 / (1.0 + np.exp(-(self.logits(views) * self._slope + self._intercept)))
        labels = self._manifest.labels
        return [dict(zip(labels, map(float, row), strict=True)) for row in scores]


def linear_logits(features: Features, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum the weights of each text's features, divided by the root of their number, plus a bias."""
    sums = np.zeros((len(features.indices) + 1, weights.shape[1]), dtype=np.float64)
    np.cumsum(weights[features.indices], axis=0, out=sums[1:])
    totals = sums[features.offsets[1:]] - sums[features.offsets[:-1]]
    norms = np.sqrt(np.maximum(features.counts(), 1))[:, None]
    result: NDArray[np.float32] = (totals / norms + bias).astype(np.float32)
    return result
