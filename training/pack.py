"""Make the prepared texts small enough to carry to a machine with a GPU, and unfold them there.

    python -m training.pack --out var/encoder --megabytes 60      # writes texts.xz
    python -m training.pack --out var/encoder --unfold            # there: writes texts.npz

Only ids travel; syllables follow from the characters, so that unknown characters fall silent. Where not all
texts fit, a random share does.
"""

from __future__ import annotations

import argparse
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.tokens import EDITED, PLAIN, SPECIALS, Vocabulary
from training.pretrain import OUT, Texts

_SAMPLE = 20_000
"""Texts whose packed size tells how many fit."""


def packed(texts: Texts, rows: NDArray[np.int64]) -> bytes:
    """Return the ids of some texts, compressed; each text begins with its opening token."""
    run = np.concatenate([texts.ids[texts.offsets[i] : texts.offsets[i + 1]] for i in rows])
    return lzma.compress(run.astype("<u2").tobytes(), preset=6)


def unfolded(data: bytes, table: Vocabulary) -> Texts:
    """Return the texts again."""
    ids = np.frombuffer(lzma.decompress(data), dtype="<u2").astype(np.uint16)
    _, heard = table.form_ids("".join(table.characters), edited=False)
    syllables = np.array([0] * len(SPECIALS) + heard[1:], dtype=np.uint16)[ids]
    starts = np.flatnonzero((ids == PLAIN) | (ids == EDITED))
    return Texts(ids, syllables, np.append(starts, len(ids)).astype(np.int64))


def fitting(texts: Texts, limit: int) -> NDArray[np.int64]:
    """Return the texts to carry, in random order: all, or as many as fit into `limit` bytes with a margin."""
    order = np.random.default_rng(0).permutation(len(texts.offsets) - 1)
    sample = order[:_SAMPLE]
    each = len(packed(texts, sample)) / max(1, len(sample))
    return order[: int(limit * 0.97 / each)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--megabytes", type=float, default=60)
    parser.add_argument("--unfold", action="store_true")
    options = parser.parse_args(arguments)
    small, whole = options.out / "texts.xz", options.out / "texts.npz"
    if options.unfold:
        texts = unfolded(small.read_bytes(), Vocabulary.load(options.out / "vocabulary.json"))
        np.savez(whole, ids=texts.ids, syllables=texts.syllables, offsets=texts.offsets)
        print(f"{len(texts.offsets) - 1} texts unfolded")
        return
    texts = Texts.load(whole)
    rows = fitting(texts, int(options.megabytes * 2**20))
    small.write_bytes(packed(texts, rows))
    print(f"{len(rows)} of {len(texts.offsets) - 1} texts in {small.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
