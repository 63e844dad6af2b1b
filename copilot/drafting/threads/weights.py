"""The fitted weights, as `python -m training.threads` wrote them beside the code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from copilot.drafting.threads import decisions, questions, resuming, salience, talks
from copilot.drafting.threads.evidence import Floats

FEATURES: Mapping[str, Sequence[str]] = {
    "talks": (*talks.JOIN, *talks.BEGIN),
    "resuming": (*resuming.RESUME, *resuming.APART),
    "salience": salience.FEATURES,
    "questions": questions.FEATURES,
    "decisions": decisions.FEATURES,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Where scores become decisions; log-odds but for `apart`, `most` and `thin`.

    `apart` is added to the odds that a talk begins a thread. A message sums its thread up above `key`, at most `most`
    of them; a thread without any is left out as small talk. A question is open above `question`, a message a decision
    above `decision`. A day with fewer than `thin` messages in threads worth telling is thin.
    """

    apart: float
    key: float
    most: int
    question: float
    decision: float
    thin: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by model, each beside its FEATURES, and the limits."""

    models: Mapping[str, Floats]
    limits: Limits

    @staticmethod
    def read(stored: Mapping[str, Any]) -> Weights:
        """Return weights stored by name. Raises KeyError where one is missing."""
        models = {
            model: np.array([stored["models"][model][name] for name in names]) for model, names in FEATURES.items()
        }
        return Weights(models, Limits(**stored["limits"]))

    def stored(self) -> dict[str, Any]:
        """Return the weights by name, rounded."""
        models = {
            model: {name: round(float(w), 4) for name, w in zip(names, self.models[model], strict=True)}
            for model, names in FEATURES.items()
        }
        limits = {name: getattr(self.limits, name) for name in Limits.__dataclass_fields__}
        return {"models": models, "limits": limits}


@cache
def fitted_weights(with_vectors: bool) -> Weights:
    """Return the shipped weights: those fitted with an encoder's vectors, or those fitted without."""
    stored = json.loads(files("copilot.drafting.threads").joinpath("weights.json").read_text("utf-8"))
    return Weights.read(stored["with vectors" if with_vectors else "without vectors"])
