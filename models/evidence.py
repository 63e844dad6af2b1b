"""From a weight per typed character to the few places that carry a verdict."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copilot.types import Span

_MOST_SPANS = 3
_SPEAKING = 0.35
"""Share of the strongest character's weight from which a character counts as evidence."""


def strongest(said: NDArray[np.float64]) -> tuple[Span, ...]:
    """Return the runs of characters that speak loudest, in order of place; gaps of one are bridged."""
    if not len(said) or said.max() <= 0:
        return ()
    loud = np.flatnonzero(said >= _SPEAKING * said.max())
    runs = np.split(loud, np.flatnonzero(np.diff(loud) > 2) + 1)
    runs.sort(key=lambda run: -said[run].sum())
    return tuple(sorted((int(run[0]), int(run[-1]) + 1) for run in runs[:_MOST_SPANS]))
