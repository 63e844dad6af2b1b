"""Speed on this machine, in one run: in process and over HTTP, beside a keyword scan and a BERT.

    python -m eval.bench                # about two minutes
    python -m eval.bench --messages 2000

Texts are the corpus' test messages and, where the public sets are there, ordinary chat. Throughput
in process is the median of five rounds, latency the median of 300 single messages, HTTP throughput one pass. Ratios
compare figures of one run, which is what carries over to other machines. The BERT has the size of bert-base-chinese,
random weights, ONNX int8: good enough for speed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from copilot.moderator import Moderator
from copilot.ports import Classifier
from copilot.text import text_views
from copilot.types import Message
from eval.quality import OUTPUT, show
from eval.server import deliver, serving
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import DATASETS, corpus_rows, ordinary_chat

Batch = Callable[[Sequence[str]], object]
Row = dict[str, Any]
ROUNDS = 5


def texts(count: int) -> list[str]:
    """Return real texts, mixed and repeated up to `count`."""
    pool = [row.text for row in corpus_rows("test")]
    if DATASETS.is_dir():
        pool += [row.text for row in ordinary_chat()]
    order = np.random.default_rng(0).permutation(len(pool))
    return [pool[order[i % len(pool)]] for i in range(count)]


def throughput(run: Batch, sample: Sequence[str], batch: int) -> float:
    """Median messages per second over rounds, in batches."""
    run(sample[:batch])
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for start in range(0, len(sample), batch):
            run(sample[start : start + batch])
        rates.append(len(sample) / (time.perf_counter() - started))
    return statistics.median(rates)


def latency(run: Batch, sample: Sequence[str]) -> tuple[float, float]:
    """Median and 99th percentile of one message alone, in milliseconds."""
    run(sample[:1])
    times = []
    for text in sample:
        started = time.perf_counter()
        run([text])
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), float(np.quantile(times, 0.99))


def product(moderator: Moderator) -> Batch:
    """The whole way of a message: views, signals, model, policy."""
    return lambda batch: moderator.assess([Message(str(i), text) for i, text in enumerate(batch)])


def model_only(classifier: Classifier) -> Batch:
    """The classifier with the views it reads."""
    return lambda batch: classifier.classify([text_views(text) for text in batch])


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


def over_http(sample: Sequence[str]) -> Row:
    """Start the real server on a free port and measure it from outside, every message kept."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        count = iter(range(1_000_000))

        def call(batch: Sequence[str]) -> None:
            deliver(server.port, server.key or "", [{"id": f"b{next(count)}", "text": text} for text in batch])

        median, p99 = latency(call, sample[:300])
        started = time.perf_counter()
        for start in range(0, len(sample), 256):
            call(sample[start : start + 256])
        rate = len(sample) / (time.perf_counter() - started)
    return {"what": "HTTP, kept in SQLite", "messages_per_s": rate, "median_ms": median, "p99_ms": p99}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    sample = texts(options.messages)
    classifier = load_classifier(options.classifier)
    runs: list[tuple[str, Batch, int]] = [
        ("whole path, in process", product(Moderator(classifier)), len(sample)),
        ("classifier with its views", model_only(classifier), len(sample)),
        ("keyword scan, 20,000 words", keyword_scan(), len(sample)),
        ("BERT-base ONNX int8, all cores", bert(), 160),
    ]
    table: list[Row] = []
    for name, run, count in runs:
        median, p99 = latency(run, sample[: min(count, 300)])
        table.append(
            {"what": name, "messages_per_s": throughput(run, sample[:count], 256), "median_ms": median, "p99_ms": p99}
        )
    table.append(over_http(sample))
    _add_ratios(table)
    width = statistics.median(map(len, sample))
    text = show(
        f"Speed: {len(sample)} texts of {width:.0f} characters (median), {os.cpu_count()} cores",
        table,
    )
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "bench.md").write_text(text, "utf-8")
    (OUTPUT / "bench.json").write_text(json.dumps(table, indent=1), "utf-8")
    print(text)


def _add_ratios(table: list[Row]) -> None:
    rate = {row["what"].split(",")[0].split()[0]: row["messages_per_s"] for row in table}
    for row in table:
        row["x_bert"] = row["messages_per_s"] / rate["BERT-base"]
        row["x_keyword_scan"] = row["messages_per_s"] / rate["keyword"]


if __name__ == "__main__":
    main()
