"""How much of one sequence stands in another, in order."""

from __future__ import annotations

from collections.abc import Sequence


def places(codes: Sequence[int]) -> dict[int, int]:
    """Return for each code the bits of the places where it stands, as `common` takes them."""
    masks: dict[int, int] = {}
    for place, code in enumerate(codes):
        masks[code] = masks.get(code, 0) | (1 << place)
    return masks


def common(asked: Sequence[int], other: Sequence[int], masks: dict[int, int]) -> int:
    """Return the length of the longest common subsequence, bit-parallel (Hyyrö, 2004); `masks` are of `asked`."""
    full = (1 << len(asked)) - 1
    open_places = full
    for code in other:
        matched = open_places & masks.get(code, 0)
        open_places = ((open_places + matched) | (open_places - matched)) & full
    return len(asked) - open_places.bit_count()
