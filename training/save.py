"""Write an artefact folder: weights, manifest with hashes, sources and bands, and a card."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
    counts = Counter(row.source for row in rows)
    sets = tomllib.loads(SOURCES.read_text("utf-8"))["sets"]
    manifest = {
        "name": NAME,
        "version": folder.name,
        "kind": "linear",
        "labels": [label.value for label in model.labels],
        "options": {"bits": model.bits, "orders": list(model.orders)},
        "bands": {label.value: {"review": m.band.review, "remove": m.band.remove} for label, m in model.labels.items()},
        "licence_tags": list(tags),
        "sources": [
            {
                "name": name,
                "rows": count,
                "licence": sets.get(name, {}).get("licence", "Apache-2.0, this project's own corpus"),
            }
            for name, count in sorted(counts.items())
        ],
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in arrays},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return folder
