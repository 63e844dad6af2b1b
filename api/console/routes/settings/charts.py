"""Histograms of scores as SVG: what people found harmful grows upward, what they let stand downward."""

from __future__ import annotations

import math
from dataclasses import dataclass

from copilot.scoresheet import BINS, Histogram, position

WIDTH, HALF = 400.0, 56.0
"""Units of the drawing: its width, and the height of either half. The lower half is two fifths as high."""
_LOWER = 0.6
TICKS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the drawing with what it stands for."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A histogram ready to be drawn, with its totals for those who cannot see it."""

    bars: tuple[Bar, ...]
    harmful: int
    clean: int
    others: int


def chart(histogram: Histogram) -> Chart:
    """Return the bars, all on one logarithmic scale: a single message shows beside a hundred thousand."""
    most = max(1, *histogram.harmful, *histogram.clean, *histogram.others)
    bars = [
        _bar(kind, i, count, most)
        for kind in ("others", "harmful", "clean")
        for i, count in enumerate(getattr(histogram, kind))
        if count
    ]
    return Chart(tuple(bars), sum(histogram.harmful), sum(histogram.clean), sum(histogram.others))


def _bar(kind: str, place: int, count: int, most: int) -> Bar:
    down = kind == "clean"
    height = round((HALF * _LOWER if down else HALF) * math.log1p(count) / math.log1p(most), 2)
    width = WIDTH / BINS
    return Bar(kind, place * width + 0.5, HALF + 1 if down else HALF - height, width - 1, height, count)


def slider(share: str) -> int:
    """Where a percentage lies on a slider from 0 to 1000; what is no number lies at the end."""
    try:
        return round(1000 * position(float(share) / 100))
    except ValueError:
        return 1000
