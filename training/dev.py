"""Figures on dev sets while training: a quick look, not the evaluation (that is `python -m eval.quality`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from copilot.text import text_views
from copilot.types import Label
from models.tokens import LONGEST, Tokens, Vocabulary, padded
from training.machine import half_precision
from training.network import Judge
from training.sources import DATASETS, TEXT_LABELS, Row, corpus_rows, ordinary_chat, public_rows
from training.themes import corpus_themes

Floats = NDArray[np.float64]
_ROWS = 1500


@cache
def _sample(name: str) -> tuple[Row, ...]:
    rows = {"corpus": lambda: corpus_rows("dev"), "chat": ordinary_chat}.get(
        name, lambda: list(public_rows("dev", name))
    )()
    order = np.random.default_rng(0).permutation(len(rows))[:_ROWS]
    return tuple(rows[i] for i in order)


@cache
def _tokens(table: Vocabulary, texts: tuple[str, ...]) -> list[Tokens]:
    return [table.tokens(text_views(text[:400])) for text in texts]


def read(model: Judge, table: Vocabulary, texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Return label logits and vectors of texts, cut to one window."""
    tokens = _tokens(table, tuple(texts))
    order = np.argsort([len(t.ids) for t in tokens], kind="stable")
    where = next(model.parameters()).device
    logits = np.zeros((len(texts), len(TEXT_LABELS)))
    vectors = np.zeros((len(texts), model.encoder.size.vector))
    model.eval()
    with torch.no_grad(), half_precision(where):
        for part in np.array_split(order, max(1, len(order) // 128)):
            ids = torch.from_numpy(padded([tokens[i].ids[:LONGEST] for i in part])).to(where)
            syllables = torch.from_numpy(padded([tokens[i].syllables[:LONGEST] for i in part])).to(where)
            found, vector = model(ids, syllables)
            logits[part], vectors[part] = found.float().cpu().numpy(), vector.float().cpu().numpy()
    return logits, vectors


def figures(model: Judge, table: Vocabulary) -> dict[str, float]:
    """Return AUC per dev set and label, similarity, relevance, and recall at 1 % of ordinary chat."""
    chat, _ = read(model, table, [row.text for row in _sample("chat")]) if DATASETS.is_dir() else (None, None)
    found: dict[str, float] = {}
    abuse = TEXT_LABELS.index(Label.ABUSE)
    for name in ("cold", "sccd_bythread") if chat is not None else ():
        rows = _sample(name)
        logits, _ = read(model, table, [row.text for row in rows])
        truth = np.array([row.known[Label.ABUSE] for row in rows])
        found[f"{name}_auc"] = float(roc_auc_score(truth, logits[:, abuse]))
        found[f"{name}_accuracy"] = float(max(((logits[:, abuse] > cut) == truth).mean() for cut in (-0.5, 0, 0.5)))
    rows = _sample("corpus")
    logits, _ = read(model, table, [row.text for row in rows])
    for index, label in enumerate(TEXT_LABELS):
        truth = np.array([row.known[label] for row in rows])
        if truth.any():
            found[f"corpus_{label}_auc"] = float(roc_auc_score(truth, logits[:, index]))
            if chat is not None:
                limit = np.quantile(chat[:, index], 0.99)
                found[f"corpus_{label}_recall"] = float((logits[truth == 1, index] > limit).mean())
    found["relevance_auc"] = _relevance(model, table)
    if DATASETS.is_dir():
        frame = pd.read_parquet(DATASETS / "dev" / "cnsd_stsb.dev.parquet")
        a = read(model, table, [str(t) for t in frame["text_a"]])[1]
        b = read(model, table, [str(t) for t in frame["text_b"]])[1]
        found["stsb"] = float(spearmanr((a * b).sum(1), frame["score"]).statistic)
    return found


def _relevance(model: Judge, table: Vocabulary) -> float:
    """AUC on the corpus' off-topic dev pairs, whose themes are not trained on."""
    themed = list(corpus_themes("dev"))
    themes = torch.from_numpy(read(model, table, [theme for theme, _, _ in themed])[1]).float()
    messages = torch.from_numpy(read(model, table, [text for _, text, _ in themed])[1]).float()
    where = next(model.parameters()).device
    with torch.no_grad():
        logits = model.relevant(themes.to(where), messages.to(where)).cpu().numpy()
    return float(roc_auc_score([belongs for _, _, belongs in themed], logits))
