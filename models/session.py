"""An ONNX graph run on batches of token rows, short ones together so that little is padding."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from models.tokens import padded

Floats = NDArray[np.float32]
TokenRow = tuple[list[int], list[int]]
"""Ids and syllables of one window."""

_TOKENS = 1024
"""Tokens of one run."""


class Session:
    """Runs a graph with inputs `ids` and `syllables`, outputs `logits` and `vector`.

    Each run has one thread and a batch is cut into several runs at once: splitting the small matrices
    of one run over two threads takes longer than it saves.
    """

    def __init__(self, path: Path, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            outputs = {output.name: output.shape[-1] for output in self._session.get_outputs()}
            self.labels, self.dim = int(outputs["logits"]), int(outputs["vector"])
        except Exception as error:  # onnxruntime raises types of its own that share no base
            raise ArtifactError(f"{path} cannot be run: {error}") from error
        threads = threads or min(2, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(threads, "encoder") if threads > 1 else None

    def run(self, rows: Sequence[TokenRow]) -> tuple[Floats, Floats]:
        """Return logits (rows, labels) and unit vectors (rows, dim), in order."""
        logits = np.zeros((len(rows), self.labels), dtype=np.float32)
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)

        def run(part: list[int]) -> None:
            feed = {"ids": padded([rows[i][0] for i in part]), "syllables": padded([rows[i][1] for i in part])}
            logits[part], vectors[part] = self._session.run(["logits", "vector"], feed)

        parts = _parts([len(ids) for ids, _ in rows])
        if self._pool is None or len(parts) == 1:
            for part in parts:
                run(part)
        else:
            list(self._pool.map(run, parts))
        return logits, vectors


def _parts(lengths: Sequence[int]) -> list[list[int]]:
    """Return places grouped so that each group holds rows of like length and at most `_TOKENS` tokens."""
    parts: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not parts or (len(parts[-1]) + 1) * lengths[i] > _TOKENS:
            parts.append([])
        parts[-1].append(i)
    return parts
