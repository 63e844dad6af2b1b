"""Write an artefact's model card from its manifest and the last evaluation.

python -m eval.quality && python -m training.card          # models/artifacts/linear-zh, newest version
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.artifacts import MANIFEST, resolve
from training.sources import ROOT

QUALITY = ROOT / "var" / "eval" / "quality.md"

_CARD = """# {name}/{version}

A multi-label classifier of short Chinese chat messages: {labels}. Logistic regression over hashed character
1- to 4-grams of the normal and the resolved form of a text, 2^{bits} buckets, one calibration (Platt) and one pair of thresholds per label. It reads wording, not meaning.

**Use** it to sort messages for people. `remove` is only for what its threshold says; start with `review` alone. `rumor` means "needs checking".
**Do not use** it to judge people, long documents, or other languages.

Made by `python -m training.linear --licences {tags}`; this card by `python -m training.card`.

## Thresholds

Chosen on the dev sets, held-back ordinary chat and the corpus' dev part (`training/linear.py`, `REVIEW_BUDGET`).

| label | review | remove |
|---|---|---|
{bands}

## Trained from

Rows as used. Licences as their sources state them; where none is stated the set is public and the weights are released for research and evaluation.
`data/sources.toml` says where each comes from. Sets for evaluation only (ToxiCN, ChineseHarm, OCNLI) are not among them.

| set | rows | licence as stated |
|---|---|---|
{sources}

{quality}"""


def card(folder: Path, quality: str) -> str:
    """Return the card of an artefact, with the tables of its evaluation."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    bands = manifest["bands"].items()
    return _CARD.format(
        name=manifest["name"],
        version=manifest["version"],
        labels=", ".join(manifest["labels"]),
        bits=manifest["options"]["bits"],
        tags=",".join(manifest["licence_tags"]),
        bands="\n".join(
            f"| {label} | {b['review']} | {b['remove'] if b['remove'] <= 1 else 'never'} |" for label, b in bands
        ),
        sources="\n".join(f"| {s['name']} | {s['rows']} | {s['licence']} |" for s in manifest["sources"]),
        quality=quality.replace("\n## ", "\n### ").replace("# Quality of", "## Quality of", 1),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artifact", default="linear-zh", help="name or folder")
    options = parser.parse_args(arguments)
    folder = resolve(options.artifact)
    (folder / "card.md").write_text(card(folder, QUALITY.read_text("utf-8")), "utf-8")
    print(f"wrote {folder / 'card.md'}")


if __name__ == "__main__":
    main()
