"""What a rumour's wording alone can tell: within a set, in a set left out, in a later period.

    python -m eval.rumors

The linear features, trained for this page only. The usual figure is the first column; the others are what a
new community in a new year would get, and the reason why a rumour is never more than a request to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.metrics import auc
from eval.quality import publish, show
from training.linear import design
from training.sources import BRACKETED, DATASETS

SETS = ("ced", "ma_weibo", "weibo_eann", "ltcr")
PERIOD_END = "2013-01-01"
"""Posts before it teach, posts after it are asked; of CED, the one set whose classes share their years."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Texts of one set with features, truth and, where it is written in seconds, the day."""

    features: object
    rumor: NDArray[np.bool_]
    day: pd.Series


def posts(name: str) -> Posts:
    """Return a set's training and dev posts."""
    paths = [DATASETS / part / f"{name}.{part}.parquet" for part in ("train", "dev")]
    frame = pd.concat([pd.read_parquet(path) for path in paths if path.exists()], ignore_index=True)
    texts = [BRACKETED.sub("", str(text)) for text in frame["text"]]
    seconds = pd.to_numeric(frame["date"], errors="coerce") if "date" in frame else pd.Series([np.nan] * len(frame))
    day = pd.to_datetime(seconds, unit="s", errors="coerce")
    return Posts(design(texts), (frame["label"] == "rumor").to_numpy(), day)


def fitted(features: object, truth: NDArray[np.bool_]) -> LogisticRegression:
    """Return a regression over these posts."""
    return LogisticRegression(C=10, max_iter=200).fit(features, truth)


def measure() -> Iterator[dict[str, object]]:
    """Yield a row per set, then the row of the later period."""
    from scipy import sparse

    found = {name: posts(name) for name in SETS}
    rng = np.random.default_rng(0)
    for name, own in found.items():
        half = rng.random(len(own.rumor)) < 0.8
        inside = fitted(own.features[half], own.rumor[half]).decision_function(own.features[~half])  # type: ignore[index]
        others = [found[other] for other in SETS if other != name and {name, other} != {"ced", "ma_weibo"}]
        model = fitted(sparse.vstack([o.features for o in others]), np.concatenate([o.rumor for o in others]))
        yield {
            "set": name,
            "posts": len(own.rumor),
            "auc, trained on four fifths of it": auc(own.rumor[~half], inside),
            "auc, trained on the other sets": auc(own.rumor, model.decision_function(own.features)),
        }
    ced = found["ced"]
    early = (ced.day < pd.Timestamp(PERIOD_END)).to_numpy()
    later = (ced.day >= pd.Timestamp(PERIOD_END)).to_numpy()
    model = fitted(ced.features[early], ced.rumor[early])  # type: ignore[index]
    yield {
        "set": f"ced, later than {PERIOD_END}",
        "posts": int(later.sum()),
        "auc, trained on four fifths of it": auc(ced.rumor[later], model.decision_function(ced.features[later])),  # type: ignore[index]
        "auc, trained on the other sets": float("nan"),
    }


def main() -> None:
    """Run from the command line."""
    if not DATASETS.is_dir():
        print(f"The public sets are not at {DATASETS}: without them there is nothing to measure.")
        return
    text = show("Rumours by wording alone (last row: trained on earlier posts)", list(measure()))
    publish("rumors", text)


if __name__ == "__main__":
    main()
