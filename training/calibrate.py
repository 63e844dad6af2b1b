"""Stage 6: calibrate the exported encoder on dev, choose its thresholds, and write the artefact.

    python -m training.calibrate                       # into models/artifacts/encoder-zh/<next>
    python -m training.calibrate --artifact /tmp/encoder --companion none

Per label a logistic regression over the graph's logit and the linear companion's (Platt scaling of
both at once), fitted on the dev mixture of `training.linear`; the same budgets choose the bands.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from copilot.policy import Band
from copilot.policy.reference import Reference
from copilot.policy.risk import margin
from copilot.text import text_views
from copilot.types import Label
from models import load_classifier
from models.artifacts import MANIFEST, read_manifest, resolve
from models.encoder import EncoderModel
from models.linear import LinearClassifier
from training.examples import PAIR_SETS
from training.linear import calibration_rows, choose_band, is_chat, known
from training.pretrain import OUT
from training.save import next_version, write_manifest
from training.sources import DATASETS, TEXT_LABELS, Row, corpus_rows, licences, training_rows
from training.themes import corpus_themes

NAME = "encoder-zh"
COMPANION = "linear-zh"
OFF_TOPIC_BUDGET = 0.02
"""Share of the corpus' on-topic dev pairs that may be called off topic."""
_GRAPH_FILES = ("encoder.onnx", "relevance.npz", "vocabulary.json")

Floats = NDArray[np.float64]


def blend(own: Floats, companion: Floats | None, target: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return (weight of the graph's logit, of the companion's, intercept), the weights never below zero."""
    if len(set(target.tolist())) < 2:
        return 1.0, 0.0, 0.0
    columns = {0: own} if companion is None else {0: own, 1: companion}
    while True:
        model = LogisticRegression(C=1e4, max_iter=1000).fit(np.stack(list(columns.values()), axis=1), target)
        weights = dict(zip(columns, model.coef_[0], strict=True))
        against = [column for column, weight in weights.items() if weight < 0]
        if not against or len(columns) == 1:
            break
        del columns[against[0]]  # who would only be contradicted stays silent
    return max(float(weights.get(0, 0)), 0.0), max(float(weights.get(1, 0)), 0.0), float(model.intercept_[0])


def sigmoid(x: Floats) -> Floats:
    """Logits to probabilities."""
    result: Floats = 1 / (1 + np.exp(-x))
    return result


def calibrated(
    dev: Sequence[Row], own: Floats, companion: Floats | None
) -> tuple[NDArray[np.float32], dict[str, Band], Reference]:
    """Return the head, shape (3, labels), the band of each label, and how clean and harmful rows score beside them."""
    hard = np.array([row.slice == "hard_negative" for row in dev])
    head, bands, probabilities = [], {}, []
    for column, label in enumerate(TEXT_LABELS):
        target = known(dev, label)
        usable = target >= 0
        other = None if companion is None else companion[:, column]
        weights = blend(own[usable, column], None if other is None else other[usable], target[usable])
        logit = weights[0] * own[:, column] + weights[2] + (0 if other is None else weights[1] * other)
        bands[label.value] = choose_band(label, sigmoid(logit), target, is_chat(dev), hard)
        caught = np.mean(sigmoid(logit)[target == 1] >= bands[label.value].review)
        print(f"{label.value:9} weights {np.round(weights, 3)} {bands[label.value]} dev recall {caught:.3f}")
        head.append(weights)
        probabilities.append(sigmoid(logit))
    return np.array(head, dtype=np.float32).T, bands, reference(dev, np.stack(probabilities, axis=1), bands)


def reference(dev: Sequence[Row], probabilities: Floats, bands: dict[str, Band]) -> Reference:
    """Count how far rows score above the candidates of removal, by whether they carry any label; see `Reference`.

    Rows of which a label is unknown are clean for nobody's certain knowledge, and left out.
    """
    truth = np.stack([known(dev, label) for label in TEXT_LABELS], axis=1)
    of_label = {Label(name): band for name, band in bands.items()}
    margins = np.array(
        [margin(dict(zip(TEXT_LABELS, map(float, row), strict=True)), of_label) for row in probabilities]
    )
    harmful = (truth == 1).any(axis=1)
    clean = (truth == 0).all(axis=1)
    return Reference.of(margins[clean].tolist(), margins[harmful].tolist())


def calibrate_relevance(model: EncoderModel, folder: Path) -> Band:
    """Calibrate the relevance head on the corpus' dev pairs; returns the band of `off_topic`."""
    themed = list(corpus_themes("dev"))
    views = [text_views(message) for _, message, _ in themed]
    probability = np.array(model.belongs([t for t, _, _ in themed], views, range(len(views)), [()] * len(views)))
    logit = np.log(np.clip(probability, 1e-6, 1 - 1e-6) / np.clip(1 - probability, 1e-6, 1))
    truth = np.array([belongs for _, _, belongs in themed])
    fitted = LogisticRegression(C=1e4).fit(logit[:, None], truth)
    with np.load(folder / "relevance.npz") as data:
        arrays = dict(data)
    arrays["slope"], arrays["intercept"] = fitted.coef_[0, 0], fitted.intercept_[0]
    np.savez(folder / "relevance.npz", allow_pickle=False, **arrays)
    foreign = 1 - fitted.predict_proba(logit[:, None])[:, 1]
    review = float(np.clip(np.quantile(foreign[truth == 1], 1 - OFF_TOPIC_BUDGET), 0.3, 0.98))
    print(f"off_topic review {review:.3f} dev recall {np.mean(foreign[truth == 0] >= review):.3f}")
    return Band(round(review, 4))


def sources(tags: Sequence[str]) -> Counter[str]:
    """Return rows per source of everything that pre-training and fine-tuning read."""
    import pyarrow.parquet as pq

    counts = Counter(row.source for row in training_rows(tuple(tags)))
    tag = licences()
    for path in sorted((DATASETS / "train").glob("*.parquet")) if DATASETS.is_dir() else ():
        name = path.name.split(".")[0]
        if tag.get(name) in tags and (name in PAIR_SETS or name not in counts):
            counts[name] = pq.read_metadata(path).num_rows
    counts["corpus"] = len(corpus_rows("train"))
    return counts


def companion_for(reference: str, tags: Sequence[str]) -> LinearClassifier | None:
    """Return the linear classifier that speaks too; none where it learnt from sets of other licences."""
    if reference == "none":
        return None
    learnt_from = set(json.loads((resolve(reference) / MANIFEST).read_text("utf-8"))["licence_tags"])
    if not learnt_from <= set(tags):
        print(f"{reference} learnt from {', '.join(sorted(learnt_from - set(tags)))} sets as well: it stays silent")
        return None
    companion = load_classifier(reference)
    assert isinstance(companion, LinearClassifier)
    return companion


def write(source: Path, folder: Path, tags: Sequence[str], companion: LinearClassifier | None) -> Path:
    """Calibrate what was exported to `source` and write the artefact; returns its folder."""
    folder.mkdir(parents=True, exist_ok=False)
    for name in _GRAPH_FILES:
        shutil.copy(source / name, folder / name)
    labels = [label.value for label in TEXT_LABELS]
    np.save(folder / "head.npy", np.array([[1.0], [0.0], [0.0]], dtype=np.float32).repeat(len(labels), axis=1))
    options: dict[str, Any] = {"companion": companion.version if companion else None}
    counts = sources(tags)

    def manifest(bands: dict[str, Band]) -> None:
        write_manifest(
            folder, name=NAME, kind="encoder", labels=labels, options=options, bands=bands, tags=tags, counts=counts
        )

    manifest({})
    bare = EncoderModel(read_manifest(folder))
    dev = calibration_rows()
    views = [text_views(row.text) for row in dev]
    own = bare.read(views).logits.astype(np.float64)
    beside = companion.logits(views).astype(np.float64) if companion else None
    head, bands, counted = calibrated(dev, own, beside)
    options["reference"] = counted.to_mapping()
    bands[Label.OFF_TOPIC.value] = calibrate_relevance(bare, folder)
    np.save(folder / "head.npy", head)
    manifest(bands)
    return folder


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder that training.export wrote")
    parser.add_argument("--artifact", type=Path, help="folder to write (default: the next version shipped)")
    parser.add_argument("--companion", default=COMPANION, help="linear classifier that speaks too, or none")
    parser.add_argument("--licences", default="permissive,unstated,academic")
    options = parser.parse_args(arguments)
    tags = options.licences.split(",")
    folder = write(options.out, options.artifact or next_version(NAME), tags, companion_for(options.companion, tags))
    print(f"saved to {folder}")


if __name__ == "__main__":
    main()
