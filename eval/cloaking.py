"""How much of what is found in plain words is still found when the words are cloaked, per way of cloaking.

    python -m eval.cloaking

Harmful dev rows (COLD, Telegram and QQ ads, the corpus' plain test rows) and ordinary chat are cloaked by
`training.augment` with seeds that training does not use. Recall is of any label's score at the threshold
that 1 % of plain ordinary chat exceeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from copilot.moderator import Moderator
from eval.metrics import share, threshold_at
from eval.quality import Judged, any_harm, judge, publish, show
from models import DEFAULT_CLASSIFIER, load_classifier
from training.augment import CLOAKS, cloaked
from training.sources import DATASETS, Row, corpus_rows, ordinary_chat, public_rows

SEED = 1_000_003
MIXED = ("homophone", "separators", "digits")
KINDS: dict[str, tuple[str, ...]] = {**{name: (name,) for name in CLOAKS}, "mixed": MIXED}
_MOST = 400


def harmful() -> list[Row]:
    """Return harmful rows said openly."""
    rows = [row for row in corpus_rows("test") if row.slice == "plain"]
    for name in ("cold", "tg_spam_telegram", "qqgroup_ads") if DATASETS.is_dir() else ():
        found = [row for row in public_rows("dev", name) if any(row.known.values())]
        rows += [found[i] for i in np.random.default_rng(0).permutation(len(found))[:_MOST]]
    return rows


def clean() -> list[Row]:
    """Return ordinary chat."""
    rows = ordinary_chat() if DATASETS.is_dir() else [r for r in corpus_rows("test") if r.slice == "clean"]
    return [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:1500]]


def disguised(rows: Sequence[Row], kinds: Sequence[str]) -> list[Row]:
    """Return the rows that change under these cloaks, changed."""
    return [Row(cloaked(row.text, kinds, SEED), row.known, row.source, row.slice) for row in rows]


def measure(moderator: Moderator) -> list[dict[str, object]]:
    """Return one row per way of cloaking, over the rows that it changes."""
    harm, chat = harmful(), clean()
    plain_chat, plain = judge("chat", chat, moderator), judge("harm", harm, moderator)
    limit = threshold_at(any_harm(plain_chat, plain_chat), 0.01)

    def found(judged: Judged) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return any_harm(judged, plain_chat) > limit

    table: list[dict[str, object]] = []
    before = found(plain)
    for name, kinds in KINDS.items():
        changed = disguised(harm, kinds)
        touched = np.array([a.text != b.text for a, b in zip(harm, changed, strict=True)])
        after = found(judge(name, changed, moderator))
        alarms = found(judge(name, disguised(chat, kinds), moderator))
        table.append(
            {
                "cloak": name,
                "rows": int(touched.sum()),
                "recall_plain": share(before[touched]),
                "recall_cloaked": share(after[touched]),
                "kept": share(after[touched]) / max(1e-9, share(before[touched])),
                "cloaked_chat_alarms": share(alarms),
            }
        )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    text = show("Cloaking", measure(Moderator(load_classifier(options.classifier))))
    publish("cloaking", text)


if __name__ == "__main__":
    main()
