"""Whether a message belongs to a theme, from their two vectors: a small network, calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RelevanceHead:
    """Weights of the network, and its Platt calibration."""

    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    slope: float
    intercept: float

    @classmethod
    def load(cls, path: Path) -> RelevanceHead:
        """Read `relevance.npz`; raises OSError, ValueError or KeyError where that fails."""
        with np.load(path, allow_pickle=False) as data:
            head = cls(
                data["first"].astype(np.float32),
                data["first_bias"].astype(np.float32),
                data["second"].astype(np.float32),
                data["second_bias"].astype(np.float32),
                float(data["slope"]),
                float(data["intercept"]),
            )
        if head.first.shape[0] != len(head.first_bias) or head.second.shape != (1, head.first.shape[0]):
            raise ValueError(f"{path} has the shapes {head.first.shape}, {head.second.shape}")
        return head

    def belongs(self, themes: Floats, messages: Floats) -> Floats:
        """Return the probability per row that a message belongs to the theme beside it."""
        dim = themes.shape[1]
        both = np.concatenate([themes * messages * dim, np.abs(themes - messages) * dim**0.5], axis=1)
        hidden = _gelu(both @ self.first.T + self.first_bias)
        logit = (hidden @ self.second.T + self.second_bias)[:, 0]
        probability: Floats = 1 / (1 + np.exp(-np.clip(self.slope * logit + self.intercept, -30, 30)))
        return probability


def _gelu(x: Floats) -> Floats:
    """The exact Gaussian error linear unit, by a rational approximation of erf (Abramowitz and Stegun 7.1.26)."""
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    result: Floats = (0.5 * x * (1 + erf)).astype(np.float32)
    return result
