"""Measure what is served on the public dev sets, the evaluation-only sets and the corpus.

    python -m eval.quality                       # the shipped classifier; prints and saves the tables
    python -m eval.quality --classifier FOLDER
    python -m eval.quality --leave-one-out       # also retrains without each ad and abuse source

Every figure goes through the product's own path: views, signals, model, policy.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copilot.moderator import Moderator
from copilot.types import Assessment, Decision, Label, Message
from eval.metrics import Flags, Floats, auc, calibration_error, share, threshold_at, wilson
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import DATASETS, ORDINARY_CHAT, ROOT, TEXT_LABELS, Row, corpus_rows, ordinary_chat, public_rows

OUTPUT = ROOT / "var" / "eval"
DEV_SETS = (
    "cold",
    "sccd_bythread",
    "swsr",
    "tg_spam_telegram",
    "qqgroup_ads",
    "fbs_sms",
    "comment_antispam",
    "ced",
    "ltcr",
    "chnci",
)
HARMS = {
    "gambling": Label.GAMBLING,
    "porn": Label.PORN,
    "abuse": Label.ABUSE,
    "fraud": Label.FRAUD,
    "illicit_ad": Label.ADS,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A set's rows with what the product said of them."""

    name: str
    rows: Sequence[Row]
    assessments: Sequence[Assessment]

    def scores(self, label: Label) -> Floats:
        """The product's probability of a label, per row."""
        return np.array([a.scores[label] for a in self.assessments])

    def flagged(self, label: Label) -> Flags:
        """Whether a label was named, per row."""
        return np.array([label in a.labels for a in self.assessments], dtype=bool)

    def decided(self, *decisions: Decision) -> Flags:
        """Whether the decision was one of these, per row."""
        return np.array([a.decision in decisions for a in self.assessments], dtype=bool)

    def known(self, label: Label) -> tuple[Flags, Flags]:
        """Which rows say anything of a label, and which of all rows carry it."""
        values = np.array([row.known.get(label, -1) for row in self.rows])
        return values >= 0, values == 1


def judge(name: str, rows: Sequence[Row], moderator: Moderator) -> Judged:
    """Send rows through the product, each as a message of its own author and group."""
    messages = [Message(id=str(i), text=row.text) for i, row in enumerate(rows)]
    assessments = [
        a for start in range(0, len(messages), 1000) for a in moderator.assess(messages[start : start + 1000])
    ]
    return Judged(name, rows, assessments)


def chat_table(sets: Sequence[Judged]) -> list[dict[str, object]]:
    """False alarms on clean messages: share not allowed, share removed, and by label."""
    table: list[dict[str, object]] = []
    for judged in sets:
        alarms, removed = judged.decided(Decision.REVIEW, Decision.REMOVE), judged.decided(Decision.REMOVE)
        low, high = wilson(int(alarms.sum()), len(alarms))
        table.append(
            {
                "set": judged.name,
                "messages": len(alarms),
                "false_alarms": share(alarms),
                "interval": f"{low:.4f}-{high:.4f}",
                "removed": share(removed),
                **{label.value: share(judged.flagged(label)) for label in Label if judged.flagged(label).any()},
            }
        )
    return table


def label_table(sets: Sequence[Judged], chat: Judged) -> list[dict[str, object]]:
    """Per set and label: AUC, recall at 1 % false alarms on chat, and figures at the product's thresholds."""
    table: list[dict[str, object]] = []
    for judged in sets:
        for label in TEXT_LABELS:
            usable, positive = judged.known(label)
            if not positive.any():
                continue
            score, flagged = judged.scores(label), judged.flagged(label)
            negative = usable & ~positive
            caught, wrong = flagged & positive, flagged & negative
            table.append(
                {
                    "set": judged.name,
                    "label": label.value,
                    "positives": int(positive.sum()),
                    "negatives": int(negative.sum()),
                    "auc": auc(positive[usable], score[usable]),
                    "recall_at_1pct": share(score[positive] > threshold_at(chat.scores(label), 0.01)),
                    "recall": share(flagged[positive]),
                    "any_flag": share(judged.decided(Decision.REVIEW, Decision.REMOVE)[positive]),
                    "precision": float(caught.sum() / max(1, (caught | wrong).sum())),
                    "own_false_alarms": share(flagged[negative]),
                    "accuracy": share((flagged == positive)[usable]),
                    "ece": calibration_error(positive[usable], score[usable]),
                }
            )
    return table


def harm_table(chat: Judged, moderator: Moderator) -> list[dict[str, object]]:
    """ChineseHarm (never trained on): recall per category at 1 % false alarms on chat over all labels."""
    import pandas as pd

    frame = pd.read_parquet(DATASETS / "eval_only" / "chineseharm.train.parquet")
    judged = judge(
        "chineseharm",
        [Row(text, {}, "chineseharm", label) for text, label in zip(frame.text, frame.label, strict=True)],
        moderator,
    )
    kind = np.array([row.slice for row in judged.rows])
    any_score, any_chat = any_harm(judged, chat), any_harm(chat, chat)
    limit = threshold_at(any_chat, 0.01)
    table = []
    for name, label in HARMS.items():
        own = kind == name
        if not own.any():
            continue
        table.append(
            {
                "category": name,
                "rows": int(own.sum()),
                "any_harm_at_1pct": share(any_score[own] > limit),
                "own_label_at_1pct": share(judged.scores(label)[own] > threshold_at(chat.scores(label), 0.01)),
                "flagged_at_shipped": share(judged.decided(Decision.REVIEW, Decision.REMOVE)[own]),
            }
        )
    return table


def harm_class(assessment: Assessment, moderator: Moderator) -> str:
    """Return the one harm a message is called, or "clean": the label furthest above its review threshold.

    What is sold is named before the selling: `ads` only where nothing else reaches its threshold.
    """
    bands = moderator.policy.bands
    reached = {
        name: assessment.scores[label] / bands[label].review
        for name, label in HARMS.items()
        if label in bands and assessment.scores[label] >= bands[label].review
    }
    said = {name: ratio for name, ratio in reached.items() if name != "illicit_ad"} or reached
    return max(said, key=lambda name: said[name]) if said else "clean"


def harm_classes(chat: Judged, moderator: Moderator) -> list[dict[str, object]]:
    """ChineseHarm as one class a message, with as much ordinary chat as clean: F1 per class and their mean."""
    import pandas as pd
    from sklearn.metrics import f1_score

    frame = pd.read_parquet(DATASETS / "eval_only" / "chineseharm.train.parquet")
    judged = judge("chineseharm", [Row(text, {}, "chineseharm") for text in frame["text"]], moderator)
    truth = [*frame["label"], *["clean"] * 1000]
    said = [harm_class(a, moderator) for a in (*judged.assessments, *chat.assessments[:1000])]
    classes = sorted(set(truth))
    scores = f1_score(truth, said, labels=classes, average=None)
    row: dict[str, object] = dict(zip(classes, map(float, scores), strict=True))
    return [{"rows": len(truth), "macro_f1": float(scores.mean()), **row}]


def any_harm(judged: Judged, chat: Judged) -> Floats:
    """The largest score over labels, each as a rank among ordinary chat so that labels compare."""
    columns = []
    for label in TEXT_LABELS:
        ordered = np.sort(chat.scores(label))
        score = judged.scores(label)
        rank = np.searchsorted(ordered, score, side="left") / len(ordered)
        columns.append(rank + np.where(rank >= 1, score, 0))
    highest: Floats = np.max(columns, axis=0)
    return highest


def toxicn_table(moderator: Moderator) -> list[dict[str, object]]:
    """ToxiCN (never trained on): AUC of abuse."""
    import pandas as pd

    frame = pd.read_parquet(DATASETS / "eval_only" / "toxicn.train.parquet")
    rows = [
        Row(t, {Label.ABUSE: int(label == "abuse")}, "toxicn") for t, label in zip(frame.text, frame.label, strict=True)
    ]
    judged = judge("toxicn", rows, moderator)
    usable, positive = judged.known(Label.ABUSE)
    return [{"set": "toxicn", "rows": len(rows), "auc": auc(positive[usable], judged.scores(Label.ABUSE)[usable])}]


def show(title: str, table: Sequence[dict[str, object]]) -> str:
    """Return a table as Markdown."""
    if not table:
        return f"## {title}\n\n(no data)\n"
    columns = list(dict.fromkeys(key for row in table for key in row))
    lines = [f"## {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in table:
        lines.append("| " + " | ".join(_cell(row.get(column, "")) for column in columns) + " |")
    return "\n".join(lines) + "\n"


def publish(name: str, text: str) -> None:
    """Print a table and keep it where the card finds it."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{name}.md").write_text(text, "utf-8")
    print(text)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.4f}" if value < 0.02 else f"{value:.3f}"
    return str(value)


def report(moderator: Moderator) -> dict[str, list[dict[str, object]]]:
    """Return every table by title; what needs the public sets is left out where they are missing."""
    corpus = judge("corpus test", corpus_rows("test"), moderator)
    clean = [r for r in corpus.rows if r.slice == "clean"]
    hard = [r for r in corpus.rows if r.slice == "hard_negative"]
    corpus_chat = [judge("corpus test, clean", clean, moderator), judge("corpus test, hard negatives", hard, moderator)]
    if not DATASETS.is_dir():
        print(f"The public sets are not at {DATASETS}: only the corpus is measured.")
        return {
            "False alarms on clean messages": chat_table(corpus_chat),
            "Labels": label_table([corpus], corpus_chat[0]),
        }
    held = ordinary_chat()
    chat = judge("ordinary chat", held, moderator)
    by_set = [judge(name, [r for r in held if r.source == name], moderator) for name in ORDINARY_CHAT]
    modern = judge("chnci dev, votes 0", list(public_rows("dev", "chnci"))[:5000], moderator)
    dev = [judge(f"{name} dev", list(public_rows("dev", name)), moderator) for name in DEV_SETS]
    return {
        "False alarms on clean messages": chat_table([chat, *by_set, modern, *corpus_chat]),
        "Labels": label_table([*dev, corpus], chat),
        "ChineseHarm, never trained on": harm_table(chat, moderator),
        "ChineseHarm as classes, with ordinary chat as clean": harm_classes(chat, moderator),
        "ToxiCN, never trained on": toxicn_table(moderator),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER, help="name or folder of the classifier")
    parser.add_argument("--leave-one-out", action="store_true", help="retrain without each source, about an hour")
    parser.add_argument("--out", type=Path, default=OUTPUT)
    options = parser.parse_args(arguments)
    moderator = Moderator(load_classifier(options.classifier))
    tables = report(moderator)
    if options.leave_one_out:
        from eval.leave_one_out import measure

        tables["Leave one source out"] = measure()
    options.out.mkdir(parents=True, exist_ok=True)
    text = f"# Quality of {moderator.versions.model}\n\n" + "\n".join(
        show(title, table) for title, table in tables.items()
    )
    (options.out / "quality.md").write_text(text, "utf-8")
    (options.out / "quality.json").write_text(json.dumps(tables, ensure_ascii=False, indent=1), "utf-8")
    print(text)
    print(f"saved to {options.out}/quality.md and quality.json")


if __name__ == "__main__":
    main()
