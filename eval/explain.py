"""Are the characters shown as evidence the ones that carry the verdict?

    python -m eval.explain

For flagged rows the evidence is taken out and the label's log-odds measured again; beside it, as many
characters taken out at random places (comprehensiveness, DeYoung et al. 2020).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence

import numpy as np

from copilot.ports import Classifier
from copilot.text import text_views
from copilot.types import Label, Span
from eval.metrics import Floats
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import TEXT_LABELS, corpus_rows

_SHORTEST = 8
_MOST = 120


def without(text: str, spans: Sequence[Span]) -> str:
    """Return a text without these ranges."""
    gone = {i for start, end in spans for i in range(start, end)}
    return "".join(char for i, char in enumerate(text) if i not in gone)


def elsewhere(text: str, spans: Sequence[Span], rng: random.Random) -> list[Span]:
    """Return ranges of the same lengths at random places."""
    moved = []
    for start, end in spans:
        at = rng.randrange(len(text) - (end - start) + 1)
        moved.append((at, at + end - start))
    return moved


def log_odds(classifier: Classifier, texts: Sequence[str], label: Label) -> Floats:
    """Return a label's log-odds per text."""
    p = np.array([scores[label] for scores in classifier.classify([text_views(text) for text in texts])])
    p = np.clip(p, 1e-6, 1 - 1e-6)
    odds: Floats = np.log(p / (1 - p))
    return odds


def measure(classifier: Classifier) -> list[dict[str, object]]:
    """Return a row per label: how far the log-odds fall without the evidence, and without anything else."""
    rng = random.Random(0)  # noqa: S311 - reproducible, not secret
    rows = corpus_rows("test")
    table: list[dict[str, object]] = []
    for label in TEXT_LABELS:
        texts = [row.text for row in rows if row.known[label] and len(row.text) >= _SHORTEST]
        scores = classifier.classify([text_views(text) for text in texts])
        flagged = [t for t, s in zip(texts, scores, strict=True) if s[label] >= classifier.bands[label].review][:_MOST]
        spans = [classifier.evidence(text_views(text), label) for text in flagged]
        kept = [(t, s) for t, s in zip(flagged, spans, strict=True) if s and len(without(t, s)) > 0]
        if not kept:
            continue
        before = log_odds(classifier, [t for t, _ in kept], label)
        gone = before - log_odds(classifier, [without(t, s) for t, s in kept], label)
        chance = before - log_odds(classifier, [without(t, elsewhere(t, s, rng)) for t, s in kept], label)
        length = np.array([sum(b - a for a, b in s) / len(t) for t, s in kept])
        table.append(
            {
                "label": label.value,
                "flagged": len(kept),
                "share_of_text": float(length.mean()),
                "fall_without_evidence": float(gone.mean()),
                "fall_without_random": float(chance.mean()),
                "evidence_weighs_more": float((gone > chance).mean()),
            }
        )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    text = show("Evidence", measure(load_classifier(options.classifier)))
    publish("explain", text)


if __name__ == "__main__":
    main()
