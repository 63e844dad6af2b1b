"""The shipped encoder: one forward pass gives label probabilities, a vector for search, and relevance."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from copilot.policy import Bands
from copilot.policy.reference import Reference
from copilot.text import TextViews, text_views
from copilot.types import Label, Span
from models.artifacts import Manifest, require_verified
from models.evidence import strongest
from models.linear import LinearClassifier
from models.relevance import RelevanceHead
from models.session import Session, TokenRow
from models.tokens import MASK, Tokens, Vocabulary, windows

_SEGMENTS = 24
"""Pieces of a window that are covered in turn to see which of them carry a verdict."""
_LONGEST_TYPED = 20_000
"""Typed characters that are read; the service refuses longer messages."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one pass found in a batch: calibrated logits (texts, labels) and unit vectors (texts, dim)."""

    logits: Floats
    vectors: Floats


class EncoderModel:
    """Classifier, encoder and judge of relevance over one ONNX graph.

    The artefact holds `encoder.onnx`, `vocabulary.json`, `relevance.npz` and `head.npy`, whose three rows are
    per label the slope of the graph's logit, the weight of the companion's logit, and the intercept. The
    companion is the linear classifier: where the artefact names one, both speak.
    """

    def __init__(
        self, manifest: Manifest, companion: LinearClassifier | None = None, threads: int | None = None
    ) -> None:
        self._manifest = manifest
        folder = manifest.folder
        require_verified(manifest, "encoder.onnx", "vocabulary.json", "relevance.npz", "head.npy")
        try:
            self._vocabulary = Vocabulary.load(folder / "vocabulary.json")
            self._relevance = RelevanceHead.load(folder / "relevance.npz")
            head = np.load(folder / "head.npy", allow_pickle=False).astype(np.float32)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{folder} cannot be read: {error}") from error
        self.session = Session(folder / "encoder.onnx", threads)
        if head.shape != (3, len(manifest.labels)) or self.session.labels != len(manifest.labels):
            raise ArtifactError(f"{folder} holds {self.session.labels} labels, its head has shape {head.shape}")
        self._slope, self._weight, self._intercept = head
        self._companion = companion
        self._last = threading.local()
        self._vector = lru_cache(maxsize=1024)(self._read_one)
        self._centre = lru_cache(maxsize=256)(self._mean_of)
        self._spans = lru_cache(maxsize=4096)(self._occluded)

    @property
    def version(self) -> str:
        """Name and version of the artefact."""
        return self._manifest.id

    @property
    def bands(self) -> Bands:
        """Thresholds chosen for this artefact on development data."""
        return self._manifest.bands

    @property
    def reference(self) -> Reference | None:
        """How clean and harmful texts of the calibration set score, where the artefact says."""
        kept = self._manifest.options.get("reference")
        return Reference.from_mapping(kept) if kept else None

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.session.dim

    def read(self, views: Sequence[TextViews]) -> Reading:
        """Read a batch in one pass; a long text is as bad as its worst window and means their mean.

        The last batch of a thread is remembered, so that asking for its labels, then its vectors, reads it once.
        """
        last: tuple[list[TextViews], Reading] | None = getattr(self._last, "batch", None)
        if last is not None and len(last[0]) == len(views) and all(a is b for a, b in zip(last[0], views, strict=True)):
            return last[1]
        reading = self._read(views)
        self._last.batch = (list(views), reading)
        return reading

    def _read(self, views: Sequence[TextViews]) -> Reading:
        if not views:
            empty = np.zeros((0, len(self._manifest.labels)), np.float32)
            return Reading(empty, np.zeros((0, self.dim), np.float32))
        groups = [self.windows(view) for view in views]
        logits, vectors = self.session.run([row for group in groups for row in group])
        first = np.cumsum([0, *map(len, groups)])[:-1]
        highest = np.maximum.reduceat(logits, first) * self._slope + self._intercept
        if self._companion is not None:
            highest = highest + self._weight * self._companion.logits(views)
        mean = np.add.reduceat(vectors, first)
        mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return Reading(highest, mean)

    def windows(self, view: TextViews) -> list[TokenRow]:
        """Return a text's tokens as the graph takes them, long ones in windows."""
        if len(view.typed) > _LONGEST_TYPED:
            view = text_views(view.typed[:_LONGEST_TYPED])
        return [(ids, syllables) for _, ids, syllables in windows(self._vocabulary.tokens(view))]

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]]:
        """Return calibrated probabilities for each text, in order."""
        probabilities = 1 / (1 + np.exp(-np.clip(self.read(views).logits, -30, 30)))
        labels = self._manifest.labels
        return [dict(zip(labels, map(float, row), strict=True)) for row in probabilities]

    def encode(self, views: Sequence[TextViews]) -> Floats:
        """Return unit vectors, shape (texts, dim)."""
        return self.read(views).vectors

    def belongs(
        self,
        themes: Sequence[str],
        views: Sequence[TextViews],
        chosen: Sequence[int],
        examples: Sequence[Sequence[str]],
    ) -> list[float]:
        """Return for each chosen text the probability that it belongs to its theme, or is like the examples."""
        if not chosen:
            return []
        vectors = self.encode(views)[list(chosen)]
        found = self._relevance.belongs(np.stack([self._vector(theme) for theme in themes]), vectors)
        for index, said in enumerate(examples):
            if said:
                centre = self._centre(tuple(said))[None]
                found[index] = max(found[index], self._relevance.belongs(centre, vectors[index : index + 1])[0])
        return [float(p) for p in found]

    def _read_one(self, text: str) -> Floats:
        vector: Floats = self._read([text_views(text)]).vectors[0]
        return vector

    def _mean_of(self, texts: tuple[str, ...]) -> Floats:
        """The direction in which several texts lie together."""
        mean = self._read([text_views(text) for text in texts]).vectors.mean(axis=0)
        centre: Floats = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return centre

    def evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """Return the typed characters that spoke most for a label, at most three places.

        Where the companion alone would flag the text, its weights say which, exactly and cheaply. Where the graph
        saw more, pieces of the loudest window are covered in turn (occlusion, Zeiler and Fergus, 2014).
        """
        if self._companion is not None and label in self._companion.bands:
            [alone] = self._companion.classify([view])
            if alone[label] >= self._companion.bands[label].review:
                return self._companion.evidence(view, label)
        return self._spans(view.typed, self._manifest.labels.index(label))

    def _occluded(self, typed: str, column: int) -> tuple[Span, ...]:
        tokens = self._vocabulary.tokens(text_views(typed))
        found = windows(tokens)
        if len(tokens.ids) < 2:
            return ()
        loudest = 0
        if len(found) > 1:
            loudest = int(np.argmax(self.session.run([(i, s) for _, i, s in found])[0][:, column]))
        offset, ids, syllables = found[loudest]
        pieces = np.array_split(np.arange(1, len(ids)), min(_SEGMENTS, len(ids) - 1))
        rows = [(ids, syllables), *(_covered(ids, syllables, piece) for piece in pieces)]
        logits = self.session.run(rows)[0][:, column]
        return strongest(_typed(tokens, offset, pieces, logits[0] - logits[1:], len(typed)))


def _covered(ids: list[int], syllables: list[int], piece: NDArray[np.int64]) -> TokenRow:
    ids, syllables = list(ids), list(syllables)
    for at in piece:
        ids[at], syllables[at] = MASK, 0
    return ids, syllables


def _typed(
    tokens: Tokens, offset: int, pieces: Sequence[NDArray[np.int64]], drops: Floats, length: int
) -> NDArray[np.float64]:
    """Spread what each piece is worth over the characters that were typed for it."""
    said = np.zeros(length)
    for piece, drop in zip(pieces, drops, strict=True):
        start, end = tokens.form.span(int(piece[0]) - 1 + offset, int(piece[-1]) + offset)
        said[start:end] = np.maximum(said[start:end], float(drop))
    return said
