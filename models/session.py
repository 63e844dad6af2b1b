"""An ONNX graph run on batches of token rows, short ones together so that little is padding."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.errors import ArtifactError
from models.tokens import padded

Floats = NDArray[np.float32]
TokenRow = tuple[list[int], list[int]]
"""Ids and syllables of one window."""

_TOKENS = 2048
"""Tokens of one run; measured best on two cores between 512 and 8192."""


class Session:
    """Runs a graph with inputs `ids` and `syllables`, outputs `logits` and `vector`."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(2, os.cpu_count() or 1)
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # spinning threads starve whatever else runs on a small machine
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            outputs = {output.name: output.shape[-1] for output in self._session.get_outputs()}
            self.labels, self.dim = int(outputs["logits"]), int(outputs["vector"])
        except Exception as error:  # onnxruntime raises types of its own that share no base
            raise ArtifactError(f"{path} cannot be run: {error}") from error

    def run(self, rows: Sequence[TokenRow]) -> tuple[Floats, Floats]:
        """Return logits (rows, labels) and unit vectors (rows, dim), in order."""
        logits = np.zeros((len(rows), self.labels), dtype=np.float32)
        vectors = np.zeros((len(rows), self.dim), dtype=np.float32)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end + 1 - start) * len(rows[order[end]][0]) <= _TOKENS:
                end += 1
            part = order[start:end]
            feed = {"ids": padded([rows[i][0] for i in part]), "syllables": padded([rows[i][1] for i in part])}
            logits[part], vectors[part] = self._session.run(["logits", "vector"], feed)
            start = end
        return logits, vectors
