"""Chance that can be had again: the same words give the same draws in every process."""

from __future__ import annotations

import random


def chance(*words: object) -> random.Random:
    """Return a source of draws that depends on the words alone."""
    return random.Random(":".join(map(str, words)))  # noqa: S311 - variety, not secrecy
