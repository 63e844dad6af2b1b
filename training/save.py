"""Write an artefact folder: weights, manifest with hashes, sources and bands, and a card."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from copilot.types import Label
from models.artifacts import MANIFEST, SHIPPED
from training.sources import SOURCES, Row

if TYPE_CHECKING:
    from training.linear import LabelModel

NAME = "linear-zh"


def next_version(name: str) -> Path:
    """Return the folder of the version after the newest one shipped; nothing is overwritten."""
    taken = [int(p.name) for p in (SHIPPED / name).glob("*") if p.name.isdigit()]
    return SHIPPED / name / str(max(taken, default=0) + 1)


def save_linear(
    models: Mapping[Label, LabelModel],
    rows: Sequence[Row],
    tags: Sequence[str],
    bits: int,
    orders: Sequence[int],
    folder: Path | None,
) -> Path:
    """Write the linear classifier; returns its folder. Weights are float16, shape (2**bits, labels)."""
    folder = folder or next_version(NAME)
    folder.mkdir(parents=True, exist_ok=False)
    labels = list(models)
    weights = np.stack([models[label].weights for label in labels], axis=1).astype(np.float16)
    head = np.array(
        [[m.bias for m in models.values()], [m.slope for m in models.values()], [m.intercept for m in models.values()]]
    )
    np.save(folder / "weights.npy", weights, allow_pickle=False)
    np.save(folder / "head.npy", head.astype(np.float32), allow_pickle=False)
    counts = Counter(row.source for row in rows)
    sets = tomllib.loads(SOURCES.read_text("utf-8"))["sets"]
    manifest = {
        "name": NAME,
        "version": folder.name,
        "kind": "linear",
        "labels": [label.value for label in labels],
        "options": {"bits": bits, "orders": list(orders)},
        "bands": {label.value: {"review": m.band.review, "remove": m.band.remove} for label, m in models.items()},
        "licence_tags": list(tags),
        "sources": [
            {
                "name": name,
                "rows": count,
                "licence": sets.get(name, {}).get("licence", "Apache-2.0, this project's own corpus"),
            }
            for name, count in sorted(counts.items())
        ],
        "files": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("weights.npy", "head.npy")
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return folder
