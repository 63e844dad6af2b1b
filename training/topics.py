"""Fit the weights by which a topic prompt is found fitting, and write them where the product reads them.

    python -m training.topics               # some ten seconds; needs the shipped encoder

The corpus' topic prompts are split by community, never by row. Two things make the figures on its held-back communities
look better than on a new one: the encoder's relevance was trained on the fitting prompts of all of them, and the word
lists of what is off limits and what is vague were written by somebody who had read them. So the relevance is silenced
in half of the copies while fitting (feature dropout; Wager et al., 2013), and a weight never points the wrong way.

Few of the corpus' prompts belong to another community, and in a group it is the commonest mistake, so fitting prompts
of other communities of the same part are added as prompts that do not fit (`strangers`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from copilot.drafting.topics.fitness import FEATURES, features
from copilot.ports import Relevance
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import CORPUS
from training.themes import hash_share, read_lines

Floats = NDArray[np.float64]

OUT = Path(str(files("copilot.drafting.topics").joinpath("weights.json")))
_AGAINST: tuple[float | None, float | None] = (None, 0.0)
_SIDES = {
    "elsewhere": _AGAINST,
    "vague": _AGAINST,
    "unwanted": _AGAINST,
    "off_limits": _AGAINST,
    "length": (None, None),
}
"""Bounds of the weights: some features can only speak against a question, its length may do either, the others only
speak for it."""
STRANGERS = 2
"""Prompts of others added a community."""
_RIDGE = 1.0
_COPIES = 8
_SILENCED = 0.5
_PRIOR = {"off_limits": -3.0, "unwanted": -2.0}
"""Where the ridge pulls a weight: few prompts of the corpus show it, and it has to count."""


@dataclass(frozen=True, slots=True)
class Community:
    """A community of the corpus with its topic prompts and whether each fits."""

    id: str
    name: str
    theme: str
    bans: tuple[str, ...]
    texts: tuple[str, ...]
    fits: tuple[bool, ...]


def part_of_profile(profile: str) -> str:
    """Return `train`, `dev` or `test`, by a hash of the community's id."""
    place = hash_share(profile)
    return "test" if place >= 0.75 else "dev" if place >= 0.6 else "train"


def communities(part: str) -> Iterator[Community]:
    """Yield the communities of one part."""
    topics = read_lines(CORPUS / "profiles" / "topics.jsonl")
    for profile in read_lines(CORPUS / "profiles" / "profiles.jsonl"):
        if part_of_profile(profile["id"]) == part:
            own = [topic for topic in topics if topic["profile"] == profile["id"]]
            yield Community(
                profile["id"],
                profile["name"],
                profile["theme"],
                tuple(profile["rules_summary"]),
                tuple(topic["text"] for topic in own),
                tuple(topic["fits"] for topic in own),
            )


def strangers(own: Sequence[Community], each: int = STRANGERS) -> list[tuple[Community, tuple[str, ...]]]:
    """Return each community with fitting prompts of others, taken in turn."""
    found = []
    for place, community in enumerate(own):
        others = [own[(place + step) % len(own)] for step in range(1, each + 1)]
        fitting = [[text for text, fits in zip(o.texts, o.fits, strict=True) if fits] for o in others]
        found.append((community, tuple(texts[place % len(texts)] for texts in fitting if texts)))
    return found


def examples(part: str, relevance: Relevance) -> tuple[Floats, Floats]:
    """Return features of shape (prompts, 1 + FEATURES), the first column being one, and whether each fits."""
    rows: list[tuple[float, ...]] = []
    fits: list[bool] = []
    own = list(communities(part))
    for community in own:
        rows += features(community.texts, community.name, community.theme, community.bans, relevance)
        fits += community.fits
    for community, texts in strangers(own):
        rows += features(texts, community.name, community.theme, community.bans, relevance)
        fits += [False] * len(texts)
    return np.array([(1.0, *row) for row in rows]), np.array(fits, dtype=np.float64)


def fit(rows: Floats, fits: Floats, seed: int = 0) -> Floats:
    """Return the weights, the bias first: ridge regression of the log odds, each weight on its own side of zero."""
    rng = np.random.default_rng(seed)
    copies = np.concatenate([rows] * _COPIES)
    copies[rng.random(len(copies)) < _SILENCED, 1 + FEATURES.index("relevance")] = 0.0
    truth = np.concatenate([fits] * _COPIES)
    prior = np.array([0.0, *(_PRIOR.get(name, 0.0) for name in FEATURES)])

    def loss(w: Floats) -> tuple[float, Floats]:
        z = copies @ w
        error = 1 / (1 + np.exp(-z)) - truth
        pull = w - prior
        value = float(np.mean(np.logaddexp(0, z) - truth * z) + _RIDGE * (pull[1:] ** 2).sum() / len(rows))
        slope = copies.T @ error / len(copies)
        slope[1:] += 2 * _RIDGE * pull[1:] / len(rows)
        return value, slope

    sides = [(None, None), *(_SIDES.get(name, (0.0, None)) for name in FEATURES)]
    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=sides)
    return np.asarray(found.x, dtype=np.float64)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    model = load_classifier(options.classifier)
    assert isinstance(model, Relevance)
    weights = fit(*examples("train", model))
    named = dict(zip(("bias", *FEATURES), (round(float(w), 3) for w in weights), strict=True))
    OUT.write_text(json.dumps(named, indent=1) + "\n", "utf-8")
    for name, weight in named.items():
        print(f"{name:12} {weight:6.2f}")
    for part in ("train", "dev"):
        rows, fits = examples(part, model)
        right = ((rows @ weights > 0) == (fits > 0.5)).mean()
        print(f"{part}: {len(fits)} prompts, {right:.3f} right")


if __name__ == "__main__":
    main()
