"""What the product is measured against: a keyword scan, and a BERT of the usual size."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.sources import corpus_rows

Batch = Callable[[Sequence[str]], object]
"""Something that works through a batch of texts."""


def keyword_scan() -> Batch:
    """A dictionary scan as keyword filters do it: at each character walk a trie, ignoring case and width.

    20,000 made-up words of two to six characters, half of them over the characters of the corpus.
    """
    rng = np.random.default_rng(1)
    alphabet = sorted({c for row in corpus_rows("train") for c in row.text if "\u4e00" <= c <= "\u9fff"})
    trie: dict[str, Any] = {}
    for _ in range(20_000):
        node = trie
        for index in rng.integers(0, len(alphabet), rng.integers(2, 7)):
            node = node.setdefault(alphabet[index], {})
        node["end"] = True

    def scan(text: str) -> list[str]:
        hits = []
        lowered = text.lower()
        for start in range(len(lowered)):
            node = trie
            for at in range(start, len(lowered)):
                following = node.get(lowered[at])
                if following is None:
                    break
                node = following
                if "end" in node:
                    hits.append(lowered[start : at + 1])
        return hits

    return lambda batch: [scan(text) for text in batch]


def bert() -> Batch:
    """A classifier of bert-base-chinese's size, random weights, ONNX int8, one thread per core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bert-int8.onnx"
        _export_bert(path)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(batch: Sequence[str]) -> object:
        ordered = sorted(batch, key=len)
        for start in range(0, len(ordered), 32):
            part = ordered[start : start + 32]
            width = min(128, max(len(text) for text in part) + 2)
            ids = np.zeros((len(part), width), dtype=np.int64)
            for row, text in enumerate(part):
                codes = [ord(c) % 21_000 + 1 for c in text[: width - 2]]
                ids[row, : len(codes)] = codes
            session.run(None, {"input_ids": ids, "attention_mask": (ids > 0).astype(np.int64)})
        return None

    return run


def _export_bert(path: Path) -> None:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from torch import nn

    class Layer(nn.Module):
        """Self-attention of 12 heads and a feed-forward of 3072, each with a residual and a norm."""

        def __init__(self) -> None:
            super().__init__()
            self.qkv, self.out = nn.Linear(768, 3 * 768), nn.Linear(768, 768)
            self.up, self.down = nn.Linear(768, 3072), nn.Linear(3072, 768)
            self.norms = nn.ModuleList([nn.LayerNorm(768), nn.LayerNorm(768)])

        def forward(self, hidden: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
            batch, length = hidden.size(0), hidden.size(1)
            query, key, value = self.qkv(hidden).view(batch, length, 3, 12, 64).permute(2, 0, 3, 1, 4).unbind(0)
            weight = torch.softmax(query @ key.transpose(-1, -2) / 8 + bias, dim=-1)
            mixed = (weight @ value).permute(0, 2, 1, 3).reshape(batch, length, 768)
            hidden = self.norms[0](hidden + self.out(mixed))
            result: torch.Tensor = self.norms[1](hidden + self.down(nn.functional.gelu(self.up(hidden))))
            return result

    class Encoder(nn.Module):
        """12 layers of 768 over 21,128 entries, 12 labels."""

        def __init__(self) -> None:
            super().__init__()
            self.word = nn.Embedding(21_128, 768)
            self.layers = nn.ModuleList([Layer() for _ in range(12)])
            self.head = nn.Linear(768, 12)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.word(input_ids)
            bias = (1 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e4
            for layer in self.layers:
                hidden = layer(hidden, bias)
            logits: torch.Tensor = self.head(hidden[:, 0])
            return logits

    raw = path.with_name("bert.onnx")
    example = (torch.ones(2, 16, dtype=torch.long), torch.ones(2, 16, dtype=torch.long))
    axes = {0: "batch", 1: "length"}
    with torch.no_grad():
        torch.onnx.export(
            Encoder().eval(), example, str(raw), input_names=["input_ids", "attention_mask"], output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes}, dynamo=False, opset_version=17,
        )  # fmt: skip
    quantize_dynamic(raw, path, weight_type=QuantType.QInt8)
