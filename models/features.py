"""Hashed character n-grams of a text's views, as buckets of a table of weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews, View

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SALTS = tuple(
    np.uint64(salt) for salt in (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)
)
_EDGE = 0x2
"""Stands before and after each text, so that openings and endings are features too."""

LONGEST = 600
"""Characters of a view that are read; who has a longer text reads it in windows."""

ACCOUNT_SIGN, LINK_SIGN = "\x03", "\x04"
_DIGITS = str.maketrans("123456789", "000000000")
_ACCOUNT = re.compile(r"(?<![a-z\d_\-])(?=[a-z_\-]{0,40}\d)(?=[\d_\-]{0,40}[a-z])[a-z\d_\-]{5,}")
_LINK = re.compile(
    r"(?:https?://|www\.)[!-~]{2,300}|(?<![a-z\d@.\-])[a-z\d\-]{1,63}(?:\.[a-z\d\-]{1,63}){0,4}\.[a-z]{2,12}(?![a-z\d])(?:/[!-~]{0,200})?"
)
_HAS_DOT = re.compile(r"\.[a-z]|://").search
_HAS_DIGIT = re.compile(r"\d").search


@dataclass(frozen=True, slots=True)
class Features:
    """Distinct features of a batch: those of text i are `indices[offsets[i]:offsets[i + 1]]`."""

    indices: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def counts(self) -> NDArray[np.int64]:
        """Number of distinct features of each text, shape (batch,)."""
        return np.diff(self.offsets)


def signs(view: View) -> View:
    """Write links and account-like words as one sign each: which one it is says nothing."""
    if _HAS_DOT(view.text):
        view = view.edited([(m.start(), m.end(), LINK_SIGN) for m in _LINK.finditer(view.text)])
    if not _HAS_DIGIT(view.text):
        return view
    return view.edited([(m.start(), m.end(), ACCOUNT_SIGN) for m in _ACCOUNT.finditer(view.text)])


def _shape(view: View) -> View:
    """Write links and accounts as signs, and every digit as 0."""
    view = signs(view)
    if not _HAS_DIGIT(view.text):
        return view
    return View(view.text.translate(_DIGITS), view.starts, view.ends)


def _forms(views: TextViews) -> list[View]:
    """The normal and the resolved form as the model reads them, once where both are one."""
    forms = {form.text: form for form in map(_shape, (views.normal, views.resolved))}
    return list(forms.values())


def ngram_features(views: Sequence[TextViews], bits: int, orders: Sequence[int] = (1, 2, 3, 4)) -> Features:
    """Hash the character n-grams of the normal and the resolved form into 2**bits buckets.

    Vectorised over the batch: texts are joined by an edge, each owning the edge before it.
    """
    texts: list[str] = []
    owners: list[int] = []
    for index, view in enumerate(views):
        forms = [form.text[:LONGEST] for form in _forms(view)]
        texts.extend(forms)
        owners.extend([index] * len(forms))
    edge = chr(_EDGE)
    codes = _codes(edge + edge.join(texts) + edge)
    lengths = np.array([len(text) + 1 for text in texts], dtype=np.int64)
    owner = np.repeat(np.array(owners, dtype=np.uint64), lengths)
    owner = np.concatenate([owner, owner[-1:]]) if len(owner) else np.zeros(len(codes), dtype=np.uint64)
    keys = []
    for order in orders:
        buckets, inside = _buckets(codes, order, bits)
        keys.append(((owner[: len(buckets)] << np.uint64(bits)) | buckets)[inside])
    distinct = np.unique(np.concatenate(keys))
    rows = (distinct >> np.uint64(bits)).astype(np.int64)
    indices = (distinct & np.uint64((1 << bits) - 1)).astype(np.int64)
    return Features(indices, np.searchsorted(rows, np.arange(len(views) + 1)).astype(np.int64))


def ngram_places(
    views: TextViews, bits: int, orders: Sequence[int]
) -> Iterator[tuple[View, NDArray[np.int64], NDArray[np.int64], int]]:
    """Yield (form, first characters, buckets, order): where each n-gram of one text begins in a form."""
    edge = chr(_EDGE)
    for form in _forms(views):
        codes = _codes(edge + form.text[:LONGEST] + edge)
        for order in orders:
            buckets, inside = _buckets(codes, order, bits)
            yield form, np.flatnonzero(inside) - 1, buckets[inside].astype(np.int64), order


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _buckets(codes: NDArray[np.uint64], order: int, bits: int) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the bucket of the n-gram that begins at each character, and whether it stays within one text."""
    count = max(0, len(codes) - order + 1)
    value = np.full(count, _SALTS[order - 1], dtype=np.uint64)
    inside = np.ones(count, dtype=bool)
    for shift in range(order):
        part = codes[shift : shift + count]
        value = (value ^ part) * _MULTIPLIER
        value ^= value >> np.uint64(29)
        if 0 < shift < order - 1:
            inside &= part != _EDGE
    if order == 1:
        inside = codes[:count] != _EDGE
    elif order == 2:  # nothing between two edges: an empty text
        inside = (codes[:count] != _EDGE) | (codes[1:] != _EDGE)
    return (value * _MULTIPLIER) >> np.uint64(64 - bits), inside
