"""Train, calibrate and save the linear classifier.

    python -m training.linear                                  # all licences, into models/artifacts
    python -m training.linear --licences permissive --out /tmp/linear
    python -m training.linear --corpus-fraction 0 --out /tmp/without-corpus

About ten minutes on two cores. Reads the public sets beside the checkout and `data/corpus`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from copilot.policy import NEVER_REMOVED, Band
from copilot.text import text_views
from copilot.types import Label
from models.features import ngram_features
from training.relabel import soft_abuse
from training.save import save_linear
from training.sources import (
    ORDINARY_CHAT,
    TEXT_LABELS,
    Row,
    corpus_rows,
    ordinary_chat,
    public_rows,
    training_rows,
)

BITS = 19
ORDERS = (1, 2, 3, 4)
STRENGTH = 10.0
"""Inverse of the L2 penalty, chosen on dev among 1, 3, 10, 30."""
WEIGHTS: Mapping[str, float] = {"corpus": 8.0, "qqgroup_ads": 8.0, "tg_spam_game": 0.5}
"""Weight of a source's rows, 1 where not named: small and right counts for more than large and noisy."""
DEV_SETS = (
    "cold",
    "sccd_bythread",
    "chnci",
    "tg_spam_telegram",
    "qqgroup_ads",
    "fbs_sms",
    "comment_antispam",
    "ced",
    "ltcr",
)
CALIBRATION_CAP = 1500
"""Rows per dev set and class in the calibration mixture, so that no one set rules it."""
REVIEW_BUDGET: Mapping[Label, float] = {
    Label.ADS: 0.0045,
    Label.FRAUD: 0.0005,
    Label.GAMBLING: 0.0005,
    Label.PORN: 0.0008,
    Label.ABUSE: 0.0020,
    Label.RUMOR: 0.0004,
    Label.PRIVACY: 0.0004,
}
"""Share of ordinary chat each label may send to review: under 1 % together."""
HARD_BUDGET: Mapping[Label, float] = {Label.PRIVACY: 0.005}
"""Share of the corpus' hard negatives a label may send to review. Only for privacy: own contacts, hotlines and
order numbers are what it must not flag; elsewhere such a bound would cost more harm than it spares."""
REMOVE_BUDGET = 0.0001
REMOVE_HARD_BUDGET = 0.002
"""Shares of ordinary chat, and of the corpus' hard negatives, that a label may remove."""
REMOVE_PRECISION = 0.99

_NEVER = -20.0
"""Logit of a label that no row carries."""

Matrix = Any  # scipy.sparse.csr_matrix, which has no types
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelModel:
    """One label's bias, its Platt calibration p = sigmoid(slope * logit + intercept), its band."""

    bias: float
    slope: float
    intercept: float
    band: Band


@dataclass(frozen=True, slots=True)
class LinearModel:
    """What was learnt: weights of shape (2**bits, labels), and the rest per label."""

    bits: int
    orders: tuple[int, ...]
    weights: NDArray[np.float16]
    labels: Mapping[Label, LabelModel]


def design(texts: Sequence[str], bits: int = BITS, orders: Sequence[int] = ORDERS) -> Matrix:
    """Return the feature matrix, each row of length one."""
    parts = []
    for start in range(0, len(texts), 2000):
        features = ngram_features([text_views(text) for text in texts[start : start + 2000]], bits, orders)
        counts = features.counts()
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        parts.append(sparse.csr_matrix((values, features.indices, features.offsets), shape=(len(counts), 1 << bits)))
    return sparse.vstack(parts).tocsr()


def known(rows: Sequence[Row], label: Label) -> NDArray[np.int64]:
    """Return 1, 0, or -1 for unknown, per row."""
    return np.array([row.known.get(label, -1) for row in rows], dtype=np.int64)


def fit(rows: Sequence[Row], matrix: Matrix, label: Label, soft: Floats) -> LogisticRegression:
    """Fit one label; `soft` replaces COLD's abuse labels, each row counted once per class by weight."""
    target = known(rows, label)
    weight = np.array([WEIGHTS.get(row.source, 1.0) for row in rows])
    usable = target >= 0
    if label is not Label.ABUSE:
        return _regression().fit(matrix[usable], target[usable], sample_weight=weight[usable])
    is_cold = np.array([row.first is not None for row in rows])
    plain = usable & ~is_cold
    cold = matrix[is_cold]
    stacked = sparse.vstack([matrix[plain], cold, cold]).tocsr()
    targets = np.concatenate([target[plain], np.ones(cold.shape[0]), np.zeros(cold.shape[0])])
    weights = np.concatenate([weight[plain], soft, 1 - soft])
    keep = weights > 0.02
    return _regression().fit(stacked[keep], targets[keep], sample_weight=weights[keep])


def _regression() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=150, tol=1e-5)


def calibration_rows() -> list[Row]:
    """Return the dev mixture: capped samples of each dev set, held-back chat, the corpus' dev part."""
    rng = np.random.default_rng(0)
    rows: list[Row] = []
    for name in DEV_SETS:
        by_class: dict[bool, list[Row]] = {True: [], False: []}
        for row in public_rows("dev", name):
            by_class[any(row.known.values())].append(row)
        for group in by_class.values():
            chosen = rng.permutation(len(group))[:CALIBRATION_CAP]
            rows += [group[i] for i in chosen]
    return rows + ordinary_chat() + corpus_rows("dev")


def platt(logits: Floats, target: NDArray[np.int64]) -> tuple[float, float]:
    """Return slope and intercept of the sigmoid that fits the targets best (Platt, 1999)."""
    if len(set(target.tolist())) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=1e6, max_iter=1000).fit(logits[:, None], target)
    return max(float(model.coef_[0, 0]), 1e-3), float(model.intercept_[0])


def choose_band(
    label: Label,
    probability: Floats,
    target: NDArray[np.int64],
    chat: NDArray[np.bool_],
    hard: NDArray[np.bool_] | None = None,
) -> Band:
    """Choose the review threshold by false alarms on chat, the removal one also by precision.

    `probability` and `target` are the calibration mixture's; `chat` marks its ordinary chat, `hard`
    its hard negatives.
    """
    review = float(np.quantile(probability[chat], 1 - REVIEW_BUDGET[label]))
    if label in HARD_BUDGET and hard is not None and hard.any():
        review = max(review, float(np.quantile(probability[hard], 1 - HARD_BUDGET[label])))
    review = float(np.clip(review, 0.05, 0.9))
    if label in NEVER_REMOVED:
        return Band(round(review, 4))
    usable = target >= 0
    order = np.argsort(-probability[usable])
    hits = np.cumsum(target[usable][order])
    precision = hits / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= REMOVE_PRECISION)
    if not len(good):
        return Band(round(review, 4))
    precise = float(probability[usable][order][good[-1]])
    rare = float(np.quantile(probability[chat], 1 - REMOVE_BUDGET))
    if hard is not None and hard.any():
        rare = max(rare, float(np.quantile(probability[hard], 1 - REMOVE_HARD_BUDGET)))
    return Band(round(review, 4), round(float(np.clip(max(precise, rare + 1e-4, 0.9), review, 0.9999)), 4))


def is_chat(rows: Sequence[Row]) -> NDArray[np.bool_]:
    """Mark ordinary talk: held-back rows of the chat sets, modern comments nobody objected to, clean corpus rows."""
    talk = {*ORDINARY_CHAT, "chnci"}
    return np.array([row.source in talk or (row.source == "corpus" and row.slice == "clean") for row in rows])


def train(rows: Sequence[Row], dev: Sequence[Row], bits: int = BITS, orders: tuple[int, ...] = ORDERS) -> LinearModel:
    """Fit every label on `rows` and calibrate it on `dev`."""
    started = time.monotonic()
    matrix = design([row.text for row in rows], bits, orders)
    dev_matrix = design([row.text for row in dev], bits, orders)
    print(f"{matrix.shape[0]} rows, {matrix.nnz} features, {time.monotonic() - started:.0f} s", flush=True)
    cold = [i for i, row in enumerate(rows) if row.first is not None]
    soft = soft_abuse([rows[i] for i in cold], matrix[cold]) if cold else np.zeros(0)
    weights: list[NDArray[np.float16]] = []
    heads: dict[Label, LabelModel] = {}
    for label in TEXT_LABELS:
        positives = int((known(rows, label) == 1).sum())
        if not positives:  # nothing to learn from: the label is never given
            weights.append(np.zeros(1 << bits, dtype=np.float16))
            heads[label] = LabelModel(_NEVER, 1.0, 0.0, Band(0.5))
            continue
        model = fit(rows, matrix, label, soft)
        weights.append(model.coef_[0].astype(np.float16))
        heads[label] = calibrate(label, model.decision_function(dev_matrix), float(model.intercept_[0]), dev)
        print(f"{'':9} {positives} positives, {time.monotonic() - started:.0f} s", flush=True)
    return LinearModel(bits, orders, np.stack(weights, axis=1), heads)


def calibrate(label: Label, logits: Floats, bias: float, dev: Sequence[Row]) -> LabelModel:
    """Fit the sigmoid and choose the band of one label on the dev mixture."""
    target = known(dev, label)
    slope, intercept = platt(logits[target >= 0], target[target >= 0])
    probability = 1 / (1 + np.exp(-(slope * logits + intercept)))
    hard = np.array([row.slice == "hard_negative" for row in dev])
    band = choose_band(label, probability, target, is_chat(dev), hard)
    caught = np.mean(probability[target == 1] >= band.review) if (target == 1).any() else float("nan")
    print(
        f"{label.value:9} slope {slope:.2f} intercept {intercept:.2f} "
        f"review {band.review} remove {band.remove} dev recall {caught:.3f}"
    )
    return LabelModel(bias, slope, intercept, band)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--licences", default="permissive,unstated,academic", help="licence tags to train from")
    parser.add_argument("--corpus-fraction", type=float, default=1.0, help="share of the corpus to use, 0 to 1")
    parser.add_argument("--out", type=Path, default=None, help="folder to write (default: the next version shipped)")
    options = parser.parse_args(arguments)
    if options.out is not None and options.out.exists():
        parser.error(f"{options.out} exists; nothing is overwritten")
    tags = tuple(options.licences.split(","))
    rows = [row for row in training_rows(tags) if row.text.strip()]
    if options.corpus_fraction < 1:
        rng = np.random.default_rng(1)
        rows = [row for row in rows if row.source != "corpus" or rng.random() < options.corpus_fraction]
    folder = save_linear(train(rows, calibration_rows()), rows, tags, options.out)
    print(f"saved to {folder}")


if __name__ == "__main__":
    main()
