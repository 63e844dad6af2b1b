"""The linear classifier: hashed character n-grams, a weight per bucket and label, calibrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from copilot.policy import Bands
from copilot.text import TextViews, text_views
from copilot.types import Label, Span
from models.artifacts import Manifest, require_verified
from models.evidence import strongest
from models.features import LONGEST, Features, ngram_features, ngram_places

_BATCH = 1024
_OVERLAP = 100
Floats = NDArray[np.float32]


class LinearClassifier:
    """Multi-label logistic regression over `ngram_features`, with Platt calibration per label.

    The artefact holds `weights.npy` (buckets, labels) and `head.npy` (bias, slope and intercept per label).
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        try:
            self._bits = int(manifest.options["bits"])
            self._orders = tuple(int(order) for order in manifest.options["orders"])
            require_verified(manifest, "weights.npy", "head.npy")
            weights = np.load(manifest.folder / "weights.npy", allow_pickle=False)
            head = np.load(manifest.folder / "head.npy", allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"weights in {manifest.folder} cannot be read: {error}") from error
        count = len(manifest.labels)
        if weights.shape != (1 << self._bits, count) or head.shape != (3, count):
            raise ArtifactError(f"weights in {manifest.folder} have shape {weights.shape}, {head.shape}")
        self._weights: Floats = weights.astype(np.float32)
        self._bias, self._slope, self._intercept = head.astype(np.float32)

    @property
    def version(self) -> str:
        """Name and version of the artefact."""
        return self._manifest.id

    @property
    def bands(self) -> Bands:
        """Thresholds chosen for this artefact on development data."""
        return self._manifest.bands

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]]:
        """Return calibrated probabilities for each text, in order."""
        scores = 1.0 / (1.0 + np.exp(-self.logits(views)))
        labels = self._manifest.labels
        return [dict(zip(labels, map(float, row), strict=True)) for row in scores]

    def logits(self, views: Sequence[TextViews]) -> Floats:
        """Return calibrated logits, shape (texts, labels); a long text has those of its worst windows."""
        if not views:
            return np.zeros((0, len(self._manifest.labels)), np.float32)
        windows = [_windows(view) for view in views]
        first = np.cumsum([0, *map(len, windows)])[:-1]
        highest: Floats = np.maximum.reduceat(self._of_windows([view for group in windows for _, view in group]), first)
        return highest

    def _of_windows(self, views: Sequence[TextViews]) -> Floats:
        parts = [views[i : i + _BATCH] for i in range(0, len(views), _BATCH)]
        features = [ngram_features(part, self._bits, self._orders) for part in parts]
        logits = np.concatenate([linear_logits(f, self._weights, self._bias) for f in features])
        calibrated: Floats = logits * self._slope + self._intercept
        return calibrated

    def evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """Return the typed characters whose n-grams weigh most for a label, at most three places.

        Exact for a linear model: each n-gram's weight is shared among its characters.
        """
        column = self._manifest.labels.index(label)
        windows = _windows(view)
        loudest = 0
        if len(windows) > 1:
            loudest = int(np.argmax(self._of_windows([window for _, window in windows])[:, column]))
        offset, view = windows[loudest]
        said = np.zeros(len(view.typed))
        for form, starts, buckets, order in ngram_places(view, self._bits, self._orders):
            spoken = np.zeros(len(form.text) + 2)  # the edges before and after speak too, for nobody
            share = self._weights[buckets, column] / order
            for shift in range(order):
                np.add.at(spoken, starts + shift + 1, share)
            places = slice(1, len(form.text) + 1)
            np.add.at(said, np.arange(len(form.text)) if form.starts is None else form.starts, spoken[places])
        return tuple((start + offset, end + offset) for start, end in strongest(said))


def _windows(view: TextViews) -> list[tuple[int, TextViews]]:
    """Return a text as it is, or a long one in overlapping windows with their offsets as typed.

    A text is as bad as its worst window: padding hides nothing.
    """
    if len(view.typed) <= LONGEST:
        return [(0, view)]
    starts = range(0, len(view.typed) - _OVERLAP, LONGEST - _OVERLAP)
    return [(start, text_views(view.typed[start : start + LONGEST])) for start in starts]


def linear_logits(features: Features, weights: Floats, bias: Floats) -> Floats:
    """Sum the weights of each text's features, divided by the root of their number, plus a bias."""
    sums = np.zeros((len(features.indices) + 1, weights.shape[1]), dtype=np.float64)
    np.cumsum(weights[features.indices], axis=0, out=sums[1:])
    totals = sums[features.offsets[1:]] - sums[features.offsets[:-1]]
    norms = np.sqrt(np.maximum(features.counts(), 1))[:, None]
    result: Floats = (totals / norms + bias).astype(np.float32)
    return result
