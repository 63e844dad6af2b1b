"""Stage 3: everything the encoder is fine-tuned on, as tokens and indices.

    python -m training.examples --out var/encoder

Four kinds of examples over one table of texts: labelled messages with cloaked variants; graded pairs
(similarity and entailment sets); positive pairs for search (case families, rumours and retellings, a text and
its cloaked self, post and comment); and (theme, message) pairs for relevance. Rows of dev and
evaluation-only sets are never read; a tenth of the pair sets is held back to measure on.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from copilot.text import text_views
from copilot.types import Label
from models.tokens import LONGEST, Vocabulary
from training.augment import variant
from training.linear import design
from training.pretrain import OUT
from training.relabel import soft_abuse
from training.sources import CORPUS, DATASETS, ORDINARY_CHAT, TEXT_LABELS, Row, licences, part_of, training_rows
from training.themes import (
    clause_pairs,
    comments,
    corpus_communities,
    corpus_themes,
    public_themes,
    read_lines,
    small_talk,
)

VARIANTS = 2
_BRIEF = 6
"""Characters up to which a row of ordinary chat is taken for small talk."""
PAIR_SETS = ("cnsd_stsb", "afqmc", "atec", "bq", "lcqmc", "oppo_xiaobu", "bustm", "pawsx_zh", "cn_snli", "cn_mnli")
PAIR_SHARE = (3.0, 0.6, 0.5, 1.5, 2.0, 1.0, 0.2, 0.6, 1.5, 0.8, 1.5)
"""How often graded pairs are drawn from each set, the corpus' families last: general talk before bank questions."""
TIMES: dict[str, float] = {
    "corpus": 5,
    "qqgroup_ads": 4,
    "tg_spam_telegram": 2,
    "cold": 1.5,
    "sccd_bythread": 1.5,
    "fbs_sms": 0.7,
    "online_shopping": 0.3,
    "chnsenticorp_htl": 0.3,
    "toutiao_headlines": 0.4,
    "comment_antispam": 0.5,
    "waimai_10k": 0.5,
    "tg_spam_game": 0.7,
}
"""How often an epoch shows a source's rows, 1 where not named: small and right counts for more."""


def held_out_pair(text: str) -> bool:
    """Whether a row of a pair set is kept for measuring: a tenth, by its first text."""
    return hashlib.sha256(text.encode()).digest()[1] % 10 == 0


@dataclass
class Examples:
    """What is learnt from; numbers are places in `texts`."""

    texts: list[str] = field(default_factory=list)
    labelled: list[tuple[int, ...]] = field(default_factory=list)
    """A text and its cloaked variants."""
    targets: list[list[float]] = field(default_factory=list)
    """Per labelled text and label the probability that it is carried, -1 where unknown."""
    times: list[float] = field(default_factory=list)
    graded: list[tuple[int, int]] = field(default_factory=list)
    grades: list[float] = field(default_factory=list)
    graded_set: list[int] = field(default_factory=list)
    alike: list[tuple[int, int]] = field(default_factory=list)
    alike_group: list[int] = field(default_factory=list)
    """Family, rumour or post of a pair; those of posts are negative."""
    themed: list[tuple[int, int]] = field(default_factory=list)
    belongs: list[int] = field(default_factory=list)
    """0 does not belong, 1 does, 2 does and no other theme's message does, 3 is small talk and belongs anywhere."""
    _places: dict[str, int] = field(default_factory=dict)

    def place(self, text: str) -> int:
        """Return the number of a text, adding it where it is new."""
        if text not in self._places:
            self._places[text] = len(self.texts)
            self.texts.append(text)
        return self._places[text]


def add_labelled(examples: Examples, rows: Sequence[Row]) -> None:
    """Add labelled rows with their variants, COLD's labels softened."""
    cold = [row for row in rows if row.first is not None]
    soft = iter(soft_abuse(cold, design([row.text for row in cold])) if cold else ())
    with multiprocessing.Pool() as pool:
        variants = pool.map(_variants, [row.text for row in rows], chunksize=1000)
    for row, others in zip(rows, variants, strict=True):
        target = [float(row.known.get(label, -1)) for label in TEXT_LABELS]
        if row.first is not None:
            target[TEXT_LABELS.index(Label.ABUSE)] = float(next(soft))
        examples.labelled.append(tuple(map(examples.place, (row.text, *others))))
        examples.targets.append(target)
        examples.times.append(TIMES.get(row.source, 1.0))


def _variants(text: str) -> list[str]:
    return [variant(text, seed) for seed in range(VARIANTS)]


def add_graded(examples: Examples, tags: tuple[str, ...]) -> None:
    """Add the pair sets with their grades, 0 to 1, but for the tenth that is held back."""
    tag = licences()
    for number, name in enumerate(PAIR_SETS):
        if tag[name] not in tags:
            continue
        for path in sorted((DATASETS / "train").glob(f"{name}.*.parquet")):
            frame = pd.read_parquet(path)
            for a, b, score in zip(frame["text_a"], frame["text_b"], frame["score"], strict=True):
                if not held_out_pair(str(a)):
                    examples.graded.append((examples.place(str(a)), examples.place(str(b))))
                    examples.grades.append(float(score))
                    examples.graded_set.append(number)


def add_alike(examples: Examples, tags: tuple[str, ...]) -> None:
    """Add positive pairs for search: within families and rumours, post and comment.

    Families also become graded pairs: members are alike, look-alikes decided otherwise are not.
    """
    for group, (members, look_alikes) in enumerate(families("train")):
        pairs = [(examples.place(a), examples.place(b)) for a in members for b in members if a != b]
        examples.alike += pairs
        examples.alike_group += [group] * len(pairs)
        apart = [(examples.place(a), examples.place(b)) for a in members for b in look_alikes]
        examples.graded += pairs + apart
        examples.grades += [1.0] * len(pairs) + [0.0] * len(apart)
        examples.graded_set += [len(PAIR_SETS)] * (len(pairs) + len(apart))
    names = [name for name, tag in licences().items() if tag in tags]
    for post, comment in comments(names, each=10, seed=0):
        pair = examples.place(post), examples.place(comment)
        examples.alike.append(pair)
        examples.alike_group.append(-1 - pair[0])


def families(part: str) -> list[tuple[list[str], list[str]]]:
    """Return (members, look-alikes) of each case family, and each rumour's claim with its retellings."""
    found: list[tuple[list[str], list[str]]] = []
    for path in sorted((CORPUS / "cases").glob("*.jsonl")):
        if part_of("cases", path.stem) == part:
            found += [(f["members"], [other["text"] for other in f["look_alikes"]]) for f in read_lines(path)]
    for path in sorted((CORPUS / "rumors").glob("*.jsonl")):
        if part_of("rumors", path.stem) == part:
            found += [([r["claim"], *r["retellings"]], []) for r in read_lines(path)]
    return found


def add_themed(examples: Examples, tags: tuple[str, ...]) -> None:
    """Add (theme, message) pairs."""
    names = [name for name, tag in licences().items() if tag in tags]

    def add(found: Iterable[tuple[str, str, int]]) -> None:
        for theme, text, belongs in found:
            examples.themed.append((examples.place(theme), examples.place(text)))
            examples.belongs.append(belongs)

    own = list(corpus_themes("train"))
    for _ in range(4):  # right and hard: shown more often
        add(own)
        add((theme, text, 2) for theme, text, belongs in own if belongs)
        add((*pair, 2) for pair in clause_pairs())
        add((*pair, 3) for pair in small_talk("train"))
    rng = np.random.default_rng(0)
    brief = [row.text for row in training_rows(tags) if row.source in ORDINARY_CHAT and len(row.text) <= _BRIEF]
    chosen = rng.permutation(len(brief))[: len(own)]
    add((own[rng.integers(len(own))][0], brief[i], 3) for i in chosen)
    add((*pair, 2) for pair in corpus_communities())
    add((*pair, 2) for pair in public_themes(names))
    add((*pair, 2) for pair in comments(names, each=3, seed=1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--licences", default="permissive,unstated,academic")
    parser.add_argument("--limit", type=int, help="keep this many labelled rows only")
    options = parser.parse_args(arguments)
    tags = tuple(options.licences.split(","))
    rows = [row for row in training_rows(tags) if row.text.strip()]
    if options.limit:
        rows = [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[: options.limit]]
    examples = Examples()
    add_labelled(examples, rows)
    add_graded(examples, tags)
    add_alike(examples, tags)
    add_themed(examples, tags)
    save(examples, Vocabulary.load(options.out / "vocabulary.json"), options.out / "examples.npz")
    print(
        f"{len(examples.texts)} texts: {len(examples.labelled)} labelled, {len(examples.graded)} graded pairs, "
        f"{len(examples.alike)} alike, {len(examples.themed)} themed"
    )


def encoded(texts: Sequence[str], table: Vocabulary) -> dict[str, Any]:
    """Return the tokens of texts, cut to one window, as `pretrain.Texts` holds them."""
    global _TABLE
    _TABLE = table
    with multiprocessing.Pool() as pool:
        tokens = pool.map(_tokens, texts, chunksize=2000)
    return {
        "ids": np.concatenate([ids for ids, _ in tokens]),
        "syllables": np.concatenate([heard for _, heard in tokens]),
        "offsets": np.concatenate([[0], np.cumsum([len(ids) for ids, _ in tokens])]),
    }


_TABLE: Vocabulary | None = None


def _tokens(text: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    assert _TABLE is not None
    found = _TABLE.tokens(text_views(text[:400]))
    return np.array(found.ids[:LONGEST], dtype=np.uint16), np.array(found.syllables[:LONGEST], dtype=np.uint16)


def save(examples: Examples, table: Vocabulary, path: Path) -> None:
    """Write all examples as arrays."""
    np.savez(
        path,
        **encoded(examples.texts, table),
        labelled=np.array(examples.labelled),
        targets=np.array(examples.targets, dtype=np.float32),
        times=np.array(examples.times, dtype=np.float32),
        graded=np.array(examples.graded).reshape(-1, 2),
        grades=np.array(examples.grades, dtype=np.float32),
        graded_set=np.array(examples.graded_set, dtype=np.int64),
        alike=np.array(examples.alike).reshape(-1, 2),
        alike_group=np.array(examples.alike_group, dtype=np.int64),
        themed=np.array(examples.themed).reshape(-1, 2),
        belongs=np.array(examples.belongs, dtype=np.int64),
    )


if __name__ == "__main__":
    main()
