"""Validate the corpus and print what its card says: counts, diversity, lengths, likeness to real chat.

python -m eval.corpus            # everything; needs the public sets for the comparisons
python -m eval.corpus --check    # only validate, exit status 1 where something is wrong
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
from rensa import RMinHash

from eval.corpus_problems import MESSAGE_LABELS, Record, messages, problems, records
from eval.quality import OUTPUT, show
from training.sources import CORPUS, DATASETS

_NEAR = 0.6
_NOT_CONTENT = re.compile(r"[\W_]+")


def content(text: str) -> str:
    """Return a text without punctuation, blanks and emoji, lower case."""
    return _NOT_CONTENT.sub("", text.lower())


def near_duplicates(texts: Sequence[str]) -> float:
    """Share of texts with an earlier one of Jaccard similarity >= 0.6 over character trigrams.

    Candidates come from MinHash bands, each is checked exactly.
    """
    grams = [{c[i : i + 3] for i in range(max(1, len(c) - 2))} for c in map(content, texts)]
    bands: dict[tuple[int, ...], list[int]] = {}
    near = 0
    for index, gram in enumerate(grams):
        sketch = RMinHash(num_perm=64, seed=1)
        sketch.update(sorted(gram))
        digest = sketch.digest()
        keys = [(b, *digest[2 * b : 2 * b + 2]) for b in range(32)]
        candidates = {other for key in keys for other in bands.get(key, ())}
        near += any(len(gram & grams[o]) >= _NEAR * len(gram | grams[o]) for o in candidates)
        for key in keys:
            bands.setdefault(key, []).append(index)
    return near / max(1, len(texts))


def diversity(texts: Sequence[str]) -> dict[str, object]:
    """Return distinct 4-gram ratio, near-duplicate share and lengths."""
    grams = [c[i : i + 4] for c in map(content, texts) for i in range(len(c) - 3)]
    lengths = sorted(map(len, texts))
    return {
        "texts": len(texts),
        "distinct_4grams": len(set(grams)) / max(1, len(grams)),
        "near_duplicates": near_duplicates(texts),
        **{f"length_p{q}": lengths[int(q / 100 * (len(lengths) - 1))] for q in (10, 50, 90)},
        "mean_length": statistics.mean(lengths),
    }


def told_apart(ours: Sequence[str], real: Sequence[str]) -> float:
    """AUC of a character n-gram classifier that tells our clean chat from real chat (5-fold)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    from training.linear import design

    count = min(len(ours), len(real))
    rng = np.random.default_rng(0)
    chosen = [
        *(ours[i] for i in rng.permutation(len(ours))[:count]),
        *(real[i] for i in rng.permutation(len(real))[:count]),
    ]
    truth = np.array([1] * count + [0] * count)
    score = cross_val_predict(
        LogisticRegression(C=10, max_iter=300), design(chosen), truth, cv=5, method="decision_function"
    )
    return float(roc_auc_score(truth, score))


def agreement() -> list[Record]:
    """Cohen's kappa per label between the writers' labels and a second, blind labelling of a random tenth."""
    from sklearn.metrics import cohen_kappa_score

    first = {row["id"]: set(row["labels"]) for row in messages()}
    second = {row["id"]: set(row["labels"]) for row in records(CORPUS / "second_labels.jsonl")}
    both = sorted(first.keys() & second.keys())
    table: list[Record] = []
    for label in sorted(MESSAGE_LABELS):
        one, other = [label in first[i] for i in both], [label in second[i] for i in both]
        table.append(
            {
                "label": label,
                "rows": len(both),
                "first": sum(one),
                "second": sum(other),
                "kappa": float(cohen_kappa_score(one, other)),
            }
        )
    return table


def _real(name: str) -> list[str]:
    import pandas as pd

    path = next((DATASETS / "train").glob(f"{name}.*.parquet"))
    frame = pd.read_parquet(path)
    return [str(t) for t in (frame[frame.label == "normal"] if "label" in frame else frame).text if str(t).strip()]


def report() -> dict[str, list[Record]]:
    """Return every table by title."""
    rows = messages()
    harm = Counter((label, row["slice"]) for row in rows for label in row["labels"])
    tables: dict[str, list[Record]] = {
        "Messages": [
            {"slice": s, "messages": n, "share": n / len(rows)}
            for s, n in Counter(r["slice"] for r in rows).most_common()
        ],
        "Labels": [
            {
                "label": label,
                "plain": harm[label, "plain"],
                "cloaked": harm[label, "cloaked"],
                "cloaked_share": harm[label, "cloaked"] / max(1, harm[label, "plain"] + harm[label, "cloaked"]),
            }
            for label in sorted({name for name, _ in harm})
        ],
        "Spread": [
            {"what": "community types", "count": len({r["community"] for r in rows})},
            *(
                {"what": f"register {name}", "count": n}
                for name, n in Counter(r["register"] for r in rows).most_common()
            ),
            *(
                {
                    "what": folder.name,
                    "count": sum(len(p.read_text("utf-8").splitlines()) for p in folder.glob("*.jsonl")),
                }
                for folder in sorted(CORPUS.iterdir())
                if folder.is_dir()
            ),
        ],
        "Agreement of two annotators": agreement(),
        "Diversity": [{"set": "corpus", **diversity([r["text"] for r in rows])}],
    }
    if not DATASETS.is_dir():
        print(f"The public sets are not at {DATASETS}: no comparison with real chat.", file=sys.stderr)
        return tables
    clean = [r["text"] for r in rows if r["slice"] == "clean"]
    ours = {c for r in rows for c in r["text"] if "\u4e00" <= c <= "\u9fff"}
    likeness = []
    for name in ("qqgroup_ads", "nus_sms_zh", "tg_groupchat_stream"):
        real = _real(name)
        theirs = {c for t in real for c in t if "\u4e00" <= c <= "\u9fff"}
        tables["Diversity"].append({"set": name, **diversity(real[:5000])})
        likeness.append(
            {
                "real chat": name,
                "characters_shared": len(ours & theirs) / len(theirs),
                "auc_told_apart": told_apart(clean, real),
            }
        )
    real_sets = [_real(n) for n in ("qqgroup_ads", "tg_groupchat_stream")]
    likeness.append({"real chat": "one real set from another (for scale)", "auc_told_apart": told_apart(*real_sets)})
    tables["Likeness to real chat"] = likeness
    return tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only validate")
    options = parser.parse_args(arguments)
    found = problems()
    print("\n".join(found) or "The corpus is valid.")
    if found or options.check:
        return int(bool(found))
    text = "\n".join(show(title, table) for title, table in report().items())
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "corpus.md").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
