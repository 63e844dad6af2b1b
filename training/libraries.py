"""Write the shared libraries of known rumours and schemes from the training part of the corpus.

    python -m training.libraries            # data/libraries/{rumors,schemes}.jsonl

Batches of dev and test stay out, so that what the libraries are worth can be measured on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copilot.types import Label
from training.sources import CORPUS, part_of
from training.themes import read_lines

OUT = CORPUS.parent / "libraries"


def rumors() -> Iterator[dict[str, Any]]:
    """Yield each claim and its retellings with what checking it found."""
    for record in _records("rumors"):
        labels = [] if record["verdict"] == "true" else [Label.RUMOR.value]
        for text in (record["claim"], *record["retellings"]):
            yield {"text": text, "labels": labels, "reason": f"{record['source']}：{record['check']}"}


def schemes() -> Iterator[dict[str, Any]]:
    """Yield the members of each family of harmful cases, and its look-alikes."""
    for record in _records("cases"):
        if record["label"] is None:
            continue
        for text in record["members"]:
            yield {"text": text, "labels": [record["label"]], "reason": record["reason"]}
        for other in record["look_alikes"]:
            yield {
                "text": other["text"],
                "labels": [other["label"]] if other["label"] else [],
                "reason": other["reason"],
            }


def _records(folder: str) -> Iterator[dict[str, Any]]:
    for path in sorted((CORPUS / folder).glob("*.jsonl")):
        if part_of(folder, path.stem) == "train":
            yield from read_lines(path)


def main() -> None:
    """Run from the command line."""
    OUT.mkdir(exist_ok=True)
    for name, rows in (("rumors", rumors()), ("schemes", schemes())):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        Path(OUT / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        print(f"{name}: {len(lines)} texts")


if __name__ == "__main__":
    main()
