"""Write an artefact's model card from its manifest and the last evaluation.

make eval && python -m training.card                       # models/artifacts/encoder-zh, newest version
python -m eval.quality --classifier linear-zh && python -m training.card --artifact linear-zh --tables quality
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.artifacts import MANIFEST, resolve
from training.sources import ROOT

TABLES = ("quality", "targets", "similarity", "cloaking", "off_topic", "explain")
"""Evaluations whose saved tables go into a card, where they are there."""

_KINDS = {
    "linear": """A multi-label classifier of short Chinese chat messages: {labels}. Logistic regression over hashed character
1- to 4-grams of the normal and the resolved form of a text, 2^{bits} buckets, one calibration (Platt) and one pair of thresholds per label. It reads wording, not meaning.""",
    "encoder": """One forward pass over a short Chinese chat message gives probabilities for {labels}, a unit vector for search, and
with a theme's vector the probability that the message belongs to it. A BERT of four layers, 256 wide, over characters with the syllable of each as token type and hashed n-grams of
two and three characters and two syllables; pre-trained and fine-tuned by this project from nothing, weights in 8 bits. Its logits are joined with those of `{companion}`, one calibration (Platt) and one pair of thresholds per label.""",
}
_STAGES = {
    "linear": "`python -m training.linear --licences {tags}`",
    "encoder": "`LICENCES={tags} training/encoder.sh`",
}

_CARD = """# {name}/{version}

{what}

**Use** it to sort messages for people. `remove` is only for what its threshold says; start with `review` alone. `rumor` means "needs checking".
**Do not use** it to judge people, long documents, or other languages.

Made by {made}; this card by `python -m training.card --artifact {name}`.{curves}

## Thresholds

Chosen on the dev sets, held-back ordinary chat and the corpus' dev part (`training/linear.py`, `REVIEW_BUDGET`). Between `review` and `remove` lies the uncertain band: a person looks.

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


def card(folder: Path, quality: Sequence[str]) -> str:
    """Return the card of an artefact, with the tables of its evaluation."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    bands = manifest["bands"].items()
    kind, tags = manifest["kind"], ",".join(manifest["licence_tags"])
    words = {"labels": ", ".join(manifest["labels"]), "bits": "", "companion": "no other", **manifest["options"]}
    curves = f"training/runs/{manifest['name']}-{manifest['version']}.png"
    return _CARD.format(
        name=manifest["name"],
        version=manifest["version"],
        what=_KINDS[kind].format(**words),
        made=_STAGES[kind].format(tags=tags),
        curves=f"\n\n![Losses and dev figures](../../../../{curves})" if (ROOT / curves).exists() else "",
        bands="\n".join(
            f"| {label} | {b['review']} | {b['remove'] if b['remove'] <= 1 else 'never'} |" for label, b in bands
        ),
        sources="\n".join(f"| {s['name']} | {s['rows']} | {s['licence']} |" for s in manifest["sources"]),
        quality="\n\n".join(text.strip() for text in quality)
        .replace("\n## ", "\n### ")
        .replace("# Quality of", "## Quality of", 1)
        + "\n",
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artifact", default="encoder-zh", help="name or folder")
    parser.add_argument("--tables", nargs="+", default=list(TABLES), help="evaluations whose tables go in")
    options = parser.parse_args(arguments)
    folder = resolve(options.artifact)
    saved = [ROOT / "var" / "eval" / f"{name}.md" for name in options.tables]
    tables = [path.read_text("utf-8") for path in saved if path.exists()]
    (folder / "card.md").write_text(card(folder, tables), "utf-8")
    print(f"wrote {folder / 'card.md'}")


if __name__ == "__main__":
    main()
