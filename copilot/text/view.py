"""A text in another form, with the way back to the characters its author typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.types import Span

Edit = tuple[int, int, str]
"""Replace the half-open range of a view's text by a string."""


def without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order of place; of those that overlap the first and longest is kept."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=lambda e: (e[0], -e[1], e[2])):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


@dataclass(frozen=True, slots=True)
class View:
    """`text` with, for each of its characters, where it comes from in the typed text.

    `starts` and `ends` are None where character i of the view is character i as typed.
    """

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> Span:
        """Return the typed range that the view's characters [start, end) come from."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return min(self.starts[start:end]), max(self.ends[start:end])

    def edited(self, edits: Sequence[Edit]) -> View:
        """Apply ascending, non-overlapping edits.

        Each character of a replacement comes from the whole range that it replaces; where
        replacement and range are equally long, characters map one to one.
        """
        if not edits:
            return self
        old_starts = self.starts if self.starts is not None else range(len(self.text))
        old_ends = self.ends if self.ends is not None else range(1, len(self.text) + 1)
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, replacement in edits:
            parts.append(self.text[at:start])
            starts.extend(old_starts[at:start])
            ends.extend(old_ends[at:start])
            parts.append(replacement)
            if len(replacement) == end - start:
                starts.extend(old_starts[start:end])
                ends.extend(old_ends[start:end])
            elif replacement:
                first, last = self.span(start, end)
                starts.extend([first] * len(replacement))
                ends.extend([last] * len(replacement))
            at = end
        parts.append(self.text[at:])
        starts.extend(old_starts[at:])
        ends.extend(old_ends[at:])
        return View("".join(parts), starts, ends)
