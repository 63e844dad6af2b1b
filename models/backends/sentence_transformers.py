"""Any model of the `sentence-transformers` library behind the encoder port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from copilot.text import TextViews


class SentenceTransformersEncoder:
    """An encoder from a folder or the hub. It reads texts as they were typed."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ArtifactError(
                "sentence-transformers is missing: pip install 'community-copilot[transformers]'"
            ) from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:  # the library raises whatever its parts raise
            raise ArtifactError(f"the sentence-transformers model {name!r} cannot be loaded: {error}") from error
        self._name = name

    @property
    def version(self) -> str:
        """What it was loaded from."""
        return f"sentence-transformers:{self._name}"

    @property
    def dim(self) -> int:
        """Length of a row."""
        return int(self._model.get_embedding_dimension())

    def encode(self, views: Sequence[TextViews]) -> NDArray[np.float32]:
        """Return unit rows of shape (len(views), dim)."""
        if not views:
            return np.zeros((0, self.dim), dtype=np.float32)
        texts = [view.typed.encode("utf-8", "replace").decode() for view in views]
        rows: NDArray[np.float32] = self._model.encode(
            texts, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        ).astype(np.float32)
        return rows
