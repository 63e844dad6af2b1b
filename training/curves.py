"""Draw the losses and dev figures of a run as one small picture.

python -m training.curves --out var/encoder          # writes curves.png beside the checkpoints
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.pretrain import OUT

_PANELS = (
    ("pretrain.jsonl", ("loss", "dev_loss"), "pre-training: loss"),
    ("finetune.jsonl", ("labels", "graded", "alike", "themed"), "fine-tuning: losses"),
    ("finetune.jsonl", ("cold_auc", "sccd_bythread_auc", "relevance_auc", "stsb"), "fine-tuning: dev"),
)


def figures(path: Path) -> list[dict[str, Any]]:
    """Return what a run noted, line by line; empty where it noted nothing."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(_PANELS), figsize=(12, 3.2), dpi=80)
    for axis, (name, columns, title) in zip(axes, _PANELS, strict=True):
        noted = figures(options.out / name)
        for column in columns:
            points = [(n["minutes"], n[column]) for n in noted if column in n]
            if points:
                axis.plot(*zip(*points, strict=True), label=column, marker="." if len(points) < 20 else None)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel("minutes on two CPU cores", fontsize=8)
        axis.grid(alpha=0.3)
        if axis.lines:
            axis.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(options.out / "curves.png")
    print(f"wrote {options.out / 'curves.png'}")


if __name__ == "__main__":
    main()
