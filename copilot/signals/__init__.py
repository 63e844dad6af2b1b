"""Detectors: functions from a text's views and its context to signals.

To add one, write `copilot/signals/<name>.py` with a function of this shape and name it in DETECTORS.
"""

from __future__ import annotations

from collections.abc import Callable

from copilot.signals import contacts, flood, keywords, links, privacy, theme
from copilot.signals.context import Context, Repeats
from copilot.text import TextViews
from copilot.types import Signal

Detector = Callable[[TextViews, Context], list[Signal]]

DETECTORS: tuple[Detector, ...] = (
    contacts.detect,
    links.detect,
    privacy.detect,
    flood.detect,
    keywords.detect,
    theme.detect,
)

__all__ = ["DETECTORS", "Context", "Detector", "Repeats"]
