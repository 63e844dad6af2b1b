"""Nearest rows by dot product: exact while there are few, an inverted file with eight bits a number from there on."""

from __future__ import annotations

from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

EXACT_UP_TO = 20_000
"""Rows up to which every one is compared: a third of a millisecond, and no training."""
_SCALE = np.float32(360.0)
"""Makes numbers of a unit row signed bytes: the same for all, so that copying loses nothing. Of the shipped encoder's
one in ten thousand is larger than fits and is cut; a smaller factor loses more by rounding than that."""
_TRAINED_ON = 48
"""Rows a list that the lists' centres are learnt from."""
_PROBES, _PROBED = 32, 1 / 16
"""Lists that are looked through: so many, or this share of all where that is more."""
_CHUNK = 1 << 13
"""Rows that are handed over at once."""


class Vectors(Protocol):
    """Rows that can be asked for their nearest."""

    def nearest(self, asked: Floats, count: int, alive: NDArray[np.bool_]) -> Places:
        """At most `count` living rows, nearest first; `asked` of shape (dim,)."""
        ...

    def rows(self, places: Places) -> Floats:
        """The rows themselves, shape (places, dim)."""
        ...

    def forget(self, places: Places) -> None:
        """Overwrite rows where that can be done at once."""
        ...

    def dump(self, alive: NDArray[np.bool_]) -> NDArray[Any]:
        """One array from which `restore` makes it again; nothing but the numbers of forgotten rows is in it."""
        ...


class ExactVectors:
    """All rows as they are."""

    def __init__(self, rows: Floats) -> None:
        self._rows = rows

    def nearest(self, asked: Floats, count: int, alive: NDArray[np.bool_]) -> Places:
        """Compare with every row."""
        score = np.where(alive, self._rows @ asked, -np.inf)
        count = min(count, int(alive.sum()))
        best = np.argpartition(-score, count - 1)[:count] if 0 < count < len(score) else np.arange(len(score))
        return best[np.argsort(-score[best], kind="stable")][:count].astype(np.int64)

    def rows(self, places: Places) -> Floats:
        """Return the rows."""
        return self._rows[places]

    def forget(self, places: Places) -> None:
        """Overwrite them."""
        self._rows[places] = 0

    def dump(self, alive: NDArray[np.bool_]) -> NDArray[Any]:
        """Return all rows."""
        return self._rows


class ListedVectors:
    """Rows in lists by their nearest centre (IVF; Sivic and Zisserman, 2003), a signed byte a number."""

    def __init__(self, index: Any) -> None:
        self._index = index
        index.set_direct_map_type(faiss.DirectMap.Array)

    @classmethod
    def build(cls, parts: list[tuple[Vectors, Places]], dim: int) -> ListedVectors:
        """Train on a sample and add rows of several holders in order, a chunk at a time."""
        count = sum(len(places) for _, places in parts)
        lists = int(2 ** np.round(np.log2(np.sqrt(count))))
        centres = faiss.IndexFlatIP(dim)
        index = faiss.IndexIVFScalarQuantizer(
            centres, dim, lists, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT, False
        )
        index.cp.niter = 8
        index.cp.max_points_per_centroid = _TRAINED_ON
        rng = np.random.default_rng(0)
        share = min(1.0, lists * _TRAINED_ON / count)
        sample = [
            holder.rows(np.sort(rng.permutation(places)[: int(np.ceil(share * len(places)))]))
            for holder, places in parts
        ]
        index.train(np.concatenate(sample) * _SCALE)
        for holder, places in parts:
            for start in range(0, len(places), _CHUNK):
                index.add(np.round(holder.rows(places[start : start + _CHUNK]) * _SCALE).clip(-128, 127))
        index.nprobe = max(_PROBES, int(lists * _PROBED))
        return cls(index)

    def nearest(self, asked: Floats, count: int, alive: NDArray[np.bool_]) -> Places:
        """Look through the lists whose centres are nearest."""
        parameters = None
        if not alive.all():
            chosen = np.packbits(alive, bitorder="little")
            selector = faiss.IDSelectorBitmap(chosen)
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
        _, [places] = self._index.search((asked * _SCALE)[None], count, params=parameters)
        found: Places = places[places >= 0].astype(np.int64)
        return found

    def rows(self, places: Places) -> Floats:
        """Return the rows as they were kept, within half a step of a byte."""
        kept: Floats = self._index.reconstruct_batch(places) / _SCALE
        return kept

    def forget(self, places: Places) -> None:
        """Leave them to the next build: a list cannot be changed while others read it."""

    def dump(self, alive: NDArray[np.bool_]) -> NDArray[Any]:
        """Return FAISS' own form."""
        form: NDArray[Any] = faiss.serialize_index(self._index)
        if not alive.all():
            copy = faiss.deserialize_index(form)
            copy.set_direct_map_type(faiss.DirectMap.NoMap)
            copy.remove_ids(np.flatnonzero(~alive))
            form = faiss.serialize_index(copy)
        return form


def build(parts: list[tuple[Vectors, Places]], dim: int) -> Vectors:
    """Return what suits so many rows."""
    if sum(len(places) for _, places in parts) > EXACT_UP_TO:
        return ListedVectors.build(parts, dim)
    return ExactVectors(np.concatenate([holder.rows(places) for holder, places in parts]))


def restore(dumped: NDArray[Any]) -> Vectors:
    """Return what was dumped; raises RuntimeError where FAISS cannot read it."""
    return ListedVectors(faiss.deserialize_index(dumped)) if dumped.dtype == np.uint8 else ExactVectors(dumped)
