"""Retrain without one source at a time and see what is left of its recall: in-set scores lie.

python -m eval.leave_one_out      # about a quarter of an hour; `eval.quality --leave-one-out` includes it
"""

from __future__ import annotations

import numpy as np

from copilot.types import Label
from eval.metrics import auc, share, threshold_at
from eval.quality import show
from training.linear import design, fit, known
from training.relabel import soft_abuse
from training.sources import corpus_rows, ordinary_chat, public_rows, training_rows

LEFT_OUT = {
    "tg_spam_telegram": Label.ADS,
    "tg_spam_game": Label.ADS,
    "qqgroup_ads": Label.ADS,
    "fbs_sms": Label.FRAUD,
    "cold": Label.ABUSE,
    "sccd_bythread": Label.ABUSE,
    "ced": Label.RUMOR,
    "corpus": Label.ADS,
}


def measure() -> list[dict[str, object]]:
    """Return AUC and recall at 1 % false alarms on chat, for each source with and without training on it."""
    rows = [row for row in training_rows() if row.text.strip()]
    matrix = design([row.text for row in rows])
    chat = design([row.text for row in ordinary_chat()])
    table: list[dict[str, object]] = []
    for name, label in LEFT_OUT.items():
        folder = "train" if name == "tg_spam_game" else "dev"
        target = corpus_rows("dev") if name == "corpus" else list(public_rows(folder, name))
        features = design([row.text for row in target])
        truth = known(target, label)
        without = np.array([row.source != name for row in rows])
        figures: dict[str, float] = {}
        for kind, chosen in (("trained on", np.ones(len(rows), bool)), ("left out", without)):
            if kind == "trained on" and folder == "train":
                continue
            kept = [row for row, keep in zip(rows, chosen, strict=True) if keep]
            part = matrix[chosen]
            cold = [i for i, row in enumerate(kept) if row.first is not None]
            soft = soft_abuse([kept[i] for i in cold], part[cold]) if cold else np.zeros(0)
            model = fit(kept, part, label, soft)
            score = model.decision_function(features)
            limit = threshold_at(model.decision_function(chat), 0.01)
            figures[f"auc, {kind}"] = auc(truth[truth >= 0] == 1, score[truth >= 0])
            figures[f"recall at 1 %, {kind}"] = share(score[truth == 1] > limit)
        table.append({"source": name, "label": label.value, "positives": int((truth == 1).sum()), **figures})
        print(table[-1], flush=True)
    return table


if __name__ == "__main__":
    print(show("Leave one source out", measure()))
