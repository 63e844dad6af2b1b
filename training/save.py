"""Write an artefact folder: weights, manifest with hashes, sources and bands, and a card."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from copilot.policy import Band
from models.artifacts import MANIFEST, SHIPPED
from training.sources import SOURCES, Row

if TYPE_CHECKING:
    from training.linear import LinearModel

NAME = "linear-zh"


def next_version(name: str) -> Path:
    """Return the folder of the version after the newest one shipped; nothing is overwritten."""
    taken = [int(p.name) for p in (SHIPPED / name).glob("*") if p.name.isdigit()]
    return SHIPPED / name / str(max(taken, default=0) + 1)


def save_linear(model: LinearModel, rows: Sequence[Row], tags: Sequence[str], folder: Path | None) -> Path:
    """Write a linear classifier trained from `rows` of sets with these licence tags; returns its folder."""
    folder = folder or next_version(NAME)
    folder.mkdir(parents=True, exist_ok=False)
    heads = model.labels.values()
    head = np.array([[h.bias for h in heads], [h.slope for h in heads], [h.intercept for h in heads]], dtype=np.float32)
    arrays: dict[str, NDArray[Any]] = {"weights.npy": model.weights, "head.npy": head}
    for name, array in arrays.items():
        np.save(folder / name, array, allow_pickle=False)
    write_manifest(
        folder,
        name=NAME,
        kind="linear",
        labels=[label.value for label in model.labels],
        options={"bits": model.bits, "orders": list(model.orders)},
        bands={label.value: m.band for label, m in model.labels.items()},
        tags=tags,
        counts=Counter(row.source for row in rows),
    )
    return folder


def write_manifest(
    folder: Path,
    *,
    name: str,
    kind: str,
    labels: Sequence[str],
    options: Mapping[str, Any],
    bands: Mapping[str, Band],
    tags: Sequence[str],
    counts: Mapping[str, int],
) -> None:
    """Write the manifest of the files that lie in a folder; `counts` are rows per source."""
    sets = tomllib.loads(SOURCES.read_text("utf-8"))["sets"]
    own = "Apache-2.0, this project's own corpus"
    manifest = {
        "name": name,
        "version": folder.name,
        "kind": kind,
        "labels": list(labels),
        "options": dict(options),
        "bands": {label: {"review": band.review, "remove": band.remove} for label, band in bands.items()},
        "licence_tags": list(tags),
        "sources": [
            {"name": source, "rows": count, "licence": sets.get(source, {}).get("licence", own)}
            for source, count in sorted(counts.items())
        ],
        "files": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
            if path.name != MANIFEST and path.suffix != ".md"
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
