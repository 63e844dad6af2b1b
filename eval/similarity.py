"""How well vectors find what means the same: graded pairs, and near-copies among case families.

python -m eval.similarity                       # the shipped encoder beside hashed n-grams
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from copilot.ports import Encoder
from copilot.text import text_views
from eval.quality import publish, show
from models import DEFAULT_ENCODER, HASHING, load_encoder
from training.examples import families, held_out_pair
from training.sources import DATASETS

_BATCH = 1024
NEAREST = 5

Pairs = tuple[list[str], list[str], list[float]]


def pair_sets() -> dict[str, Pairs]:
    """Return the pairs to measure on: dev of STS-B zh, BUSTM and AFQMC, the held-out tenth of LCQMC and BQ."""
    found: dict[str, Pairs] = {}
    for folder, name in (("dev", "cnsd_stsb"), ("train", "lcqmc"), ("train", "bq"), ("dev", "bustm"), ("dev", "afqmc")):
        frame = pd.concat([pd.read_parquet(p) for p in sorted((DATASETS / folder).glob(f"{name}.*.parquet"))])
        if folder == "train":
            frame = frame[[held_out_pair(str(a)) for a in frame["text_a"]]]
        found[name] = (list(map(str, frame["text_a"])), list(map(str, frame["text_b"])), list(frame["score"]))
    return found


def vectors(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the unit rows of texts."""
    parts = [encoder.encode([text_views(text) for text in texts[i : i + _BATCH]]) for i in range(0, len(texts), _BATCH)]
    return np.concatenate(parts)


def spearman(encoder: Encoder, pairs: Pairs) -> float:
    """Return the rank correlation of cosine and grade."""
    a, b, grades = pairs
    return float(spearmanr((vectors(encoder, a) * vectors(encoder, b)).sum(1), grades).statistic)


def near_copies(encoder: Encoder, part: str = "test") -> dict[str, float]:
    """Return how often another member of a text's family is among its nearest, families of one part as queries.

    The pool holds the members and look-alikes of every family of the corpus.
    """
    texts: list[str] = []
    owner: list[int] = []
    asked: list[int] = []
    for name in ("train", "dev", "test"):
        for members, look_alikes in families(name):
            family = max(owner, default=0) + 1
            for text in members:
                if name == part:
                    asked.append(len(texts))
                texts.append(text)
                owner.append(family)
            texts += look_alikes
            owner += [0] * len(look_alikes)
    rows, owners = vectors(encoder, texts), np.array(owner)
    similarity = rows[asked] @ rows.T
    similarity[np.arange(len(asked)), asked] = -2
    nearest = np.argsort(-similarity, axis=1)[:, :NEAREST]
    same = owners[nearest] == owners[asked][:, None]
    return {"queries": len(asked), "recall_at_1": float(same[:, 0].mean()), "recall_at_5": float(same.any(1).mean())}


def measure(names: Sequence[str]) -> list[dict[str, object]]:
    """Return one row per encoder."""
    sets = pair_sets() if DATASETS.is_dir() else {}
    table: list[dict[str, object]] = []
    for name in names:
        encoder = load_encoder(name)
        row: dict[str, object] = {"encoder": encoder.version, "dim": encoder.dim}
        row |= {f"{key} ({len(pairs[0])})": spearman(encoder, pairs) for key, pairs in sets.items()}
        table.append(row | {f"near-copies {k}": v for k, v in near_copies(encoder).items()})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoders", nargs="+", default=[DEFAULT_ENCODER, HASHING])
    text = show("Similarity", measure(parser.parse_args(arguments).encoders))
    publish("similarity", text)


if __name__ == "__main__":
    main()
