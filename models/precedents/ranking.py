"""The calibrated probability that a decided case is the same again, from how alike texts and vectors are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from copilot.errors import ArtifactError
from copilot.types import Likeness
from models.artifacts import read_manifest, require_verified, resolve
from models.precedents.comparison import FEATURES, ORDER, STANCE, Comparison, Floats, Rarity

DEFAULT_RANKING = "precedents-zh"
_NEAR_ORDER = 0.6
"""Share of the shorter text's syllables that stand in both, in order, from which one is a near-copy of the other."""
_NEAR_OWN = 0.5
"""Share of what the asking text says that must stand in the case: who adds as much again says something else."""
_NEAR_LENGTH = 6
"""Characters that the shorter text must have for that: few say the same by chance."""
_UNDECIDED = 0.5


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

    def probability(self, compared: Comparison, cosine: Floats) -> Floats:
        """Return the probability per text compared with; `cosine` of shape (texts,).

        A text that passes a case on may warn of it, report it or ask about it. Which of these it does is not known, so
        the probability is one half at most.
        """
        logit = compared.features @ self._weights.features
        logit = logit + self._weights.cosine * cosine + self._weights.intercept
        probability = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
        return np.where(compared.passed_on, np.minimum(probability, _UNDECIDED), probability).astype(np.float32)


def likeness(features: Floats, asked: int, told: int) -> Likeness:
    """How a case is like a text whose content differs, from one row of features and the lengths of both."""
    shorter = min(asked, told)
    kept = float(features[ORDER]) * shorter
    near = kept >= _NEAR_ORDER * shorter and kept >= _NEAR_OWN * asked and shorter >= _NEAR_LENGTH
    return Likeness.NEAR_COPY if near and not features[STANCE] else Likeness.SIMILAR
