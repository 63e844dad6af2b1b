"""What the project's own corpus is worth: train with none, a quarter, half and all of it.

    python -m eval.learning_curve      # about twenty minutes on two cores

Each model is trained, calibrated and judged the same way; only the share of the corpus' training
batches differs. Recall on ChineseHarm (never trained on) is at 1 % false alarms on held-back ordinary
chat; false alarms on the corpus' held-out hard negatives are at that same threshold and at the
model's own review thresholds, and, since those trade recall against alarms, at equal recall: where
each label's threshold lets it catch 70 % of the held-out harm of its kind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from copilot.moderator import Moderator
from copilot.types import Decision
from eval.metrics import share, threshold_at
from eval.quality import HARMS, OUTPUT, harm_table, judge, show
from models import load_classifier
from training.linear import calibration_rows, train
from training.save import save_linear
from training.sources import Row, corpus_rows, ordinary_chat, training_rows

FRACTIONS = (0.0, 0.25, 0.5, 1.0)
EQUAL_RECALL = 0.7


def part_of_corpus(rows: list[Row], fraction: float) -> list[Row]:
    """Return all public rows and a random share of the corpus', the same rows in every larger share."""
    chance = np.random.default_rng(1).random(len(rows))
    return [row for row, x in zip(rows, chance, strict=True) if row.source != "corpus" or x < fraction]


def measure() -> list[dict[str, object]]:
    """Return one row per fraction."""
    everything = [row for row in training_rows() if row.text.strip()]
    dev, chat_rows, test = calibration_rows(), ordinary_chat(), corpus_rows("test")
    hard = [row for row in test if row.slice == "hard_negative"]
    table: list[dict[str, object]] = []
    for fraction in FRACTIONS:
        rows = part_of_corpus(everything, fraction)
        with tempfile.TemporaryDirectory() as folder:
            saved = save_linear(train(rows, dev), rows, (), Path(folder) / "1")
            moderator = Moderator(load_classifier(str(saved)))
        chat = judge("chat", chat_rows, moderator)
        harm = {row["category"]: row["own_label_at_1pct"] for row in harm_table(chat, moderator)}
        alarms, held_out = judge("hard", hard, moderator), judge("test", test, moderator)
        limit = {label: threshold_at(chat.scores(label), 0.01) for label in HARMS.values()}
        caught, equal = {}, np.zeros(len(hard), dtype=bool)
        for label in HARMS.values():
            harmful = held_out.scores(label)[held_out.known(label)[1]]
            caught[f"own {label.value}"] = share(harmful > limit[label])
            equal |= alarms.scores(label) > np.quantile(harmful, 1 - EQUAL_RECALL)
        table.append(
            {
                "corpus": f"{fraction:.0%}",
                "rows": sum(row.source == "corpus" for row in rows),
                **{f"ChineseHarm {name}": value for name, value in harm.items()},
                **caught,
                "hard negatives flagged": share(alarms.decided(Decision.REVIEW, Decision.REMOVE)),
                "hard negatives flagged at 70 % recall": share(equal),
            }
        )
        print(table[-1], flush=True)
    return table


if __name__ == "__main__":
    text = show("Learning curve over the corpus (recall at 1 % false alarms on chat)", measure())
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "learning_curve.md").write_text(text, "utf-8")
    print(text)
