"""Stage 1: read every text that may be learnt from, as the encoder will read it, and count characters.

    python -m training.prepare --out var/encoder                       # all licences
    python -m training.prepare --out var/encoder --licences permissive

Writes `texts.npz` (tokens of all texts, one after the other) and `vocabulary.json`. Unlabelled sets,
labelled sets and both sides of the pair sets go in; dev and evaluation-only sets never do, and a
text that occurs in one of them is left out. A few minutes on two cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from copilot.text import text_views
from copilot.text.syllables import syllable_codes
from models.tokens import LONGEST, Vocabulary, reading_form
from training.sources import DATASETS, MASKED, ORDINARY_CHAT, corpus_rows, held_back, licences, public_rows

OUT = Path("var/encoder")
SEEN_AT_LEAST = 12
"""Occurrences from which a character gets an embedding of its own."""
_CHUNK = 4000


def measured_on() -> set[str]:
    """Return the texts of every dev and evaluation-only set, so that none of them is learnt from."""
    found: set[str] = set()
    for folder in ("dev", "eval_only"):
        for path in sorted((DATASETS / folder).glob("*.parquet")):
            frame = pd.read_parquet(path)
            for column in ("text", "text_a", "text_b"):
                if column in frame:
                    found.update(frame[column].astype(str))
    found.update(row.text for part in ("dev", "test") for row in corpus_rows(part))
    return found


def texts(tags: Sequence[str]) -> Iterator[str]:
    """Yield every distinct training text of the sets with these licence tags, and of the corpus."""
    seen = measured_on()
    tag = licences()
    for path in sorted((DATASETS / "train").glob("*.parquet")):
        name = path.name.split(".")[0]
        if tag.get(name) not in tags:
            continue
        for text in _read(name, path):
            held = name in ORDINARY_CHAT and held_back(text)
            if not held and text not in seen and text.strip():
                seen.add(text)
                yield text
    for row in corpus_rows("train"):
        if row.text not in seen:
            seen.add(row.text)
            yield row.text


def _read(name: str, path: Path) -> Iterator[str]:
    """Every text of one file; masks of entities filled with plausible values."""
    if name == MASKED:
        yield from (row.text for row in public_rows("train", name))
        return
    frame = pd.read_parquet(path)
    for column in ("text", "text_a", "text_b"):
        if column in frame:
            yield from frame[column].astype(str)


def _forms(chunk: Sequence[str]) -> list[str]:
    """The reading form of each text, cut into pieces of a window's length; U+0001 marks edited texts."""
    out = []
    for text in chunk:
        views = text_views(text[:1000])
        form = reading_form(views).text
        mark = "" if views.resolved.text == views.normal.text else "\x01"
        out += [mark + form[i : i + LONGEST - 1] for i in range(0, len(form), LONGEST - 1)]
    return [form for form in out if len(form) > 2]


def vocabulary(forms: Sequence[str]) -> Vocabulary:
    """Return the characters seen often enough, the most frequent first, and every syllable code."""
    counts: Counter[str] = Counter()
    for form in forms:
        counts.update(form)
    codes = list(syllable_codes().values())
    frequent = [c for c, n in counts.most_common() if n >= SEEN_AT_LEAST and c not in "\x01" and c not in set(codes)]
    return Vocabulary([*frequent, *codes])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--licences", default="permissive,unstated,academic")
    parser.add_argument("--limit", type=int, help="read this many texts only")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    found = list(texts(options.licences.split(",")))
    if options.limit:
        found = [found[i] for i in np.random.default_rng(0).permutation(len(found))[: options.limit]]
    chunks = [found[i : i + _CHUNK] for i in range(0, len(found), _CHUNK)]
    with multiprocessing.Pool() as pool:
        forms = [form for part in pool.imap(_forms, chunks) for form in part]
    table = vocabulary(forms)
    table.save(options.out / "vocabulary.json")
    save(forms, table, options.out / "texts.npz")
    print(f"{len(found)} texts, {len(forms)} pieces, {sum(map(len, forms))} characters, {len(table)} tokens known")


def save(forms: Sequence[str], table: Vocabulary, path: Path) -> None:
    """Write forms as one run of ids and syllables with offsets."""
    encoded = [table.form_ids(form.removeprefix("\x01"), form.startswith("\x01")) for form in forms]
    lengths = np.array([len(ids) for ids, _ in encoded])
    np.savez(
        path,
        ids=np.concatenate([np.array(ids, dtype=np.uint16) for ids, _ in encoded]),
        syllables=np.concatenate([np.array(s, dtype=np.uint16) for _, s in encoded]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
    )


if __name__ == "__main__":
    main()
