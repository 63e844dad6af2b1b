"""Gives back to the system what a large build used and no longer needs."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Let the allocator return free pages: glibc keeps those of another thread's heap, twice an index, for itself.

    Does nothing where the C library has no `malloc_trim`.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], object] | None:
    try:
        found: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return found
