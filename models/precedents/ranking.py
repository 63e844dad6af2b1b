"""The calibrated probability that a decided case is the same again, from how alike texts and vectors are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from copilot.errors import ArtifactError
from copilot.types import Likeness
from models.artifacts import read_manifest, require_verified, resolve
from models.precedents.comparison import FEATURES, ORDER, Floats, Rarity
from models.precedents.reading import Codes
from models.precedents.stance import warns

DEFAULT_RANKING = "precedents-zh"
_NEAR_ORDER = 0.6
"""Share of the shorter text's syllables that stand in both, in order, from which one is a near-copy of the other."""
_NEAR_OWN = 0.5
"""Share of what the asking text says that must stand in the case: who adds as much again says something else."""
_NEAR_LENGTH = 6
"""Characters that the shorter text must have for that: few say the same by chance."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: one weight a feature, the weight of the vectors' cosine, and the intercept."""

    features: Floats
    cosine: float
    intercept: float


class Ranking:
    """Turns features into probabilities. Weighs the cosine only of the encoder that it was fitted with."""

    def __init__(self, rarity: Rarity, weights: Weights, version: str = "unfitted") -> None:
        self.rarity = rarity
        self.version = version
        self._weights = weights

    @classmethod
    def load(cls, encoder: str, reference: str = DEFAULT_RANKING) -> Ranking:
        """Load the shipped artefact, or one from a folder, for the vectors of an encoder, such as `encoder-zh/1`.

        Vectors of an encoder that it was not fitted with find candidates and don't count in the probability.
        Raises ArtifactError where it is missing, torn or of another kind.
        """
        manifest = read_manifest(resolve(reference))
        if manifest.kind != "precedents":
            raise ArtifactError(f"{manifest.id} is of kind {manifest.kind!r}, which ranks no precedents")
        require_verified(manifest, "rarity.npy")
        try:
            rarity = Rarity(np.load(manifest.folder / "rarity.npy", allow_pickle=False))
            known: Mapping[str, Mapping[str, float]] = manifest.options["weights"]
            chosen = known.get(encoder) or known["text"]
            features = np.array([chosen[name] for name in FEATURES], dtype=np.float32)
            weights = Weights(features, float(chosen["cosine"]), float(chosen["intercept"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{manifest.folder} cannot be read: {error}") from error
        return cls(rarity, weights, manifest.id)

    def probability(self, features: Floats, cosine: Floats) -> Floats:
        """Return the probability per row; `features` of shape (rows, FEATURES), `cosine` of shape (rows,)."""
        logit = features @ self._weights.features + self._weights.cosine * cosine + self._weights.intercept
        return (1 / (1 + np.exp(-np.clip(logit, -30, 30)))).astype(np.float32)


def likeness(features: Floats, asked: Codes, told: Codes) -> Likeness:
    """How a case is like a text whose content differs, from one row of features and both readings."""
    shorter = min(len(asked), len(told))
    kept = float(features[ORDER]) * shorter
    near = kept >= _NEAR_ORDER * shorter and kept >= _NEAR_OWN * len(asked) and shorter >= _NEAR_LENGTH
    return Likeness.NEAR_COPY if near and warns(asked) == warns(told) else Likeness.SIMILAR
