"""The index of precedents as it grows: build, add, search, memory, and how much of exact search it finds.

    python -m eval.index                         # 1,000 to 1,000,000 cases, about an hour of one core
    python -m eval.index --largest 100000

Vectors are real ones of the corpus with noise, so that they lie in clusters; texts are distinct, put together
from phrases of the corpus. Recall is of the ten nearest by vector, as floating point numbers compared with every row.
Memory is what the process grows by, `peak` the most it grew by on the way, while a build held the old and the new.
One thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.text import text_views
from copilot.types import DecidedCase, Decision, Label
from eval.quality import OUTPUT, publish, show
from eval.similarity import vectors
from models import load_encoder
from models.precedents.index import FaissCaseIndex, Floats
from models.precedents.ranking import DEFAULT_RANKING, Ranking
from models.precedents.segment import Question
from training.sources import corpus_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, Any]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUERIES = 200
_BATCH = 5_000
_NOISE = 0.5
"""Length of the noise beside a unit row: neighbours have a cosine of 0.9 with the row they come from."""
_HOME = "community"


class Cases:
    """Makes cases by number: distinct texts of phrases, vectors around real ones."""

    def __init__(self, rows: Floats, texts: Sequence[str], seed: int = 0) -> None:
        self._rows = rows
        self._phrases = [text[i : i + 10] for text in texts for i in range(0, len(text) - 9, 10)]
        self._rng = np.random.default_rng(seed)

    def batch(self, first: int, count: int) -> tuple[list[DecidedCase], Floats]:
        """Return cases numbered from `first`, with their vectors."""
        picked = self._rng.integers(len(self._phrases), size=(count, 3))
        cases = [
            DecidedCase(first + i, _HOME, "".join(self._phrases[p] for p in three), Decision.REMOVE, (Label.ADS,))
            for i, three in enumerate(picked)
        ]
        dim = self._rows.shape[1]
        noise = self._rng.standard_normal((count, dim), dtype=np.float32) * np.float32(_NOISE / dim**0.5)
        made = self._rows[self._rng.integers(len(self._rows), size=count)] + noise
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return cases, made


def warmed(index: FaissCaseIndex, made: Cases) -> None:
    """Fill the caches that reading texts fills, so that they don't count as the index."""
    index.add(*made.batch(-_BATCH, _BATCH))
    index.search([text_views("预热")], made.batch(0, 1)[1], [[_HOME]], 5)


def grown(index: FaissCaseIndex, made: Cases, sizes: Sequence[int], asked: Cases) -> Iterator[Row]:
    """Add cases up to each size in turn and yield what it costs."""
    before = _memory()
    cases, rows = asked.batch(-QUERIES, QUERIES)
    exact = _Exact(rows)
    size = 0
    for wanted in sizes:
        started, building = time.perf_counter(), 0.0
        while size < wanted:
            batch, fresh = made.batch(size, min(_BATCH, wanted - size))
            exact.see(fresh, size)
            at = time.perf_counter()
            index.add(batch, fresh)
            building += time.perf_counter() - at
            size += len(batch)
        at = time.perf_counter()
        index.settle()
        building += time.perf_counter() - at
        yield {
            "cases": size,
            "build_s": building,
            "wall_s": time.perf_counter() - started,
            **_added(index, asked, size),
            **_searched(index, cases, rows),
            "recall_at_10": _recall(index, cases, rows, exact),
            "memory_mb": (_memory() - before) / 2**20,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10 - before / 2**20,
        }


class _Exact:
    """The ten nearest of each question among everything seen, in floating point."""

    def __init__(self, asked: Floats) -> None:
        self._asked = asked
        self.score = np.full((len(asked), 10), -2, dtype=np.float32)
        self.id = np.full((len(asked), 10), -1, dtype=np.int64)

    def see(self, rows: Floats, first: int) -> None:
        score = np.concatenate([self.score, self._asked @ rows.T], axis=1)
        ids = np.concatenate(
            [self.id, np.broadcast_to(np.arange(first, first + len(rows)), (len(score), len(rows)))], 1
        )
        best = np.argpartition(-score, 9, axis=1)[:, :10]
        self.score, self.id = np.take_along_axis(score, best, 1), np.take_along_axis(ids, best, 1)


def _added(index: FaissCaseIndex, made: Cases, size: int) -> Row:
    """Milliseconds to add one case; what is added is removed again."""
    cases, rows = made.batch(10 * SIZES[-1] + size, QUERIES)
    times = []
    for i, case in enumerate(cases):
        started = time.perf_counter()
        index.add([case], rows[i : i + 1])
        times.append(time.perf_counter() - started)
    index.remove(_HOME, [case.case_id for case in cases])
    index.settle()
    return {"add_p50_ms": float(np.median(times)) * 1e3, "add_p99_ms": float(np.quantile(times, 0.99)) * 1e3}


def _searched(index: FaissCaseIndex, cases: Sequence[DecidedCase], rows: Floats) -> Row:
    """Milliseconds to search for one text, the reading of it included."""
    times = []
    for _ in range(3):
        for i, case in enumerate(cases):
            view = text_views(case.text)
            started = time.perf_counter()
            index.search([view], rows[i : i + 1], [[_HOME]], 5)
            times.append(time.perf_counter() - started)
    times = times[len(cases) :]
    return {"search_p50_ms": float(np.median(times)) * 1e3, "search_p99_ms": float(np.quantile(times, 0.99)) * 1e3}


def _recall(index: FaissCaseIndex, cases: Sequence[DecidedCase], rows: Floats, exact: _Exact) -> float:
    """Share of the exact ten nearest that the segments' ten nearest hold."""
    segments = index.segments[_HOME]
    found = []
    for i, case in enumerate(cases):
        asked = Question.of(text_views(case.text), rows[i])
        ids, scores = [], []
        for segment in segments:
            places = segment.vectors.nearest(asked.vector, 10, segment.alive)
            ids.append(segment.facts.ids[places])
            scores.append(segment.vectors.rows(places) @ asked.vector)
        best = np.argsort(-np.concatenate(scores), kind="stable")[:10]
        found.append(len(np.intersect1d(np.concatenate(ids)[best], exact.id[i])) / 10)
    return float(np.mean(found))


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def plot(table: Sequence[Row]) -> Figure:
    """Draw latency, memory and recall over the number of cases."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.2), layout="constrained")
    cases = [row["cases"] for row in table]
    for axes, title, columns in zip(
        figure.subplots(1, 3),
        ("milliseconds", "memory, MB", "recall@10 against exact search"),
        (("search_p50_ms", "search_p99_ms", "add_p50_ms"), ("memory_mb",), ("recall_at_10",)),
        strict=True,
    ):
        for column in columns:
            axes.plot(cases, [row[column] for row in table], marker="o", label=column)
        axes.set(xscale="log", title=title, xlabel="cases")
        axes.set_ylim(bottom=0.9, top=1.005) if columns == ("recall_at_10",) else axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--ranking", default=DEFAULT_RANKING)
    options = parser.parse_args(arguments)
    encoder = load_encoder()
    texts = [row.text for row in corpus_rows("train")]
    rows = vectors(encoder, texts)
    ranking = Ranking.load(encoder.version, options.ranking)
    warmed(FaissCaseIndex(encoder.version, encoder.dim, ranking), Cases(rows, texts, seed=2))
    index = FaissCaseIndex(encoder.version, encoder.dim, ranking)
    sizes = [size for size in SIZES if size <= options.largest]
    table = []
    for row in grown(index, Cases(rows, texts), sizes, Cases(rows, texts, seed=1)):
        table.append(row)
        print(json.dumps(row))
    publish("index", show("Index of precedents, one community, one thread", table))
    (OUTPUT / "index.json").write_text(json.dumps(table, indent=1), "utf-8")
    plot(table).savefig(OUTPUT / "index.png", dpi=150)


if __name__ == "__main__":
    main()
