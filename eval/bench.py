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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from copilot.moderator import Moderator
from copilot.ports import Classifier
from copilot.text import text_views
from copilot.types import Message
from eval.footprint import footprint
from eval.peers import Batch, bert, keyword_scan
from eval.quality import OUTPUT, show
from eval.server import deliver, serving
from models import DEFAULT_CLASSIFIER, load_classifier
from models.encoder import EncoderModel
from training.sources import DATASETS, corpus_rows, ordinary_chat

Row = dict[str, Any]
ROUNDS = 5


def texts(count: int, characters: int | None = None) -> list[str]:
    """Return real texts, mixed and repeated up to `count`; of about this many characters where it is given."""
    pool = [row.text for row in corpus_rows("test")]
    if DATASETS.is_dir():
        pool += [row.text for row in ordinary_chat()]
    if characters:
        pool = [text for text in pool if abs(len(text) - characters) <= characters // 8]
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


def forward_only(model: EncoderModel, sample: Sequence[str]) -> Batch:
    """The encoder's forward pass alone, on texts that were made into tokens before."""
    made = {text: model.windows(text_views(text)) for text in sample}
    return lambda batch: model.session.run([row for text in batch for row in made[text]])


def model_only(classifier: Classifier) -> Batch:
    """The classifier with the views it reads."""
    return lambda batch: classifier.classify([text_views(text) for text in batch])


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
    parser.add_argument("--characters", type=int, help="only texts of about this length")
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    sample = texts(options.messages, options.characters)
    classifier = load_classifier(options.classifier)
    runs: list[tuple[str, Batch, int]] = [
        ("whole path, in process", product(Moderator(classifier)), len(sample)),
        ("classifier with its views", model_only(classifier), len(sample)),
        ("keyword scan, 20,000 words", keyword_scan(), len(sample)),
        ("BERT-base ONNX int8, all cores", bert(), 160),
    ]
    if isinstance(classifier, EncoderModel):
        runs.insert(2, ("forward pass alone", forward_only(classifier, sample), len(sample)))
    table: list[Row] = []
    for name, run, count in runs:
        median, p99 = latency(run, sample[: min(count, 300)])
        table.append(
            {"what": name, "messages_per_s": throughput(run, sample[:count], 256), "median_ms": median, "p99_ms": p99}
        )
    table.append(over_http(sample))
    _add_ratios(table)
    width = statistics.median(map(len, sample))
    text = show("Footprint", [footprint(options.classifier)]) + "\n"
    text += show(
        f"Speed: {len(sample)} texts of {width:.0f} characters (median), {os.cpu_count()} cores",
        table,
    )
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "bench.md").write_text(text, "utf-8")
    (OUTPUT / "bench.json").write_text(json.dumps(table, indent=1), "utf-8")
    print(text)


def _add_ratios(table: list[Row]) -> None:
    rate = {row["what"].split(",")[0].split()[0]: row["messages_per_s"] for row in table}
    bert_ms = next(row["median_ms"] for row in table if row["what"].startswith("BERT-base"))
    for row in table:
        row["x_bert"] = row["messages_per_s"] / rate["BERT-base"]
        row["x_bert_latency"] = bert_ms / row["median_ms"]
        row["x_keyword_scan"] = row["messages_per_s"] / rate["keyword"]


if __name__ == "__main__":
    main()
