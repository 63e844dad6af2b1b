"""Keeps the index of precedents in step with what people decided."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

from copilot.errors import CopilotError
from copilot.ports import CaseIndex, Encoder, UnitOfWork
from copilot.text import text_views
from copilot.types import Case, DecidedCase, Resolution

log = logging.getLogger(__name__)

Index = TypeVar("Index", bound=CaseIndex)

_BATCH = 256
"""Cases that are encoded together."""


class PrecedentKeeper(Generic[Index]):
    """Follows the resolutions in the store and brings the index up to date before it is asked.

    The index is derived: what is missing from it is found by the mark of the last change it has seen, so a second
    process, a restored snapshot and an empty index catch up in the same way.
    """

    def __init__(self, index: Index, encoder: Encoder, mark: int = 0) -> None:
        self.index = index
        self._encoder = encoder
        self._mark = mark
        self._lock = threading.Lock()

    @property
    def mark(self) -> int:
        """The last change that the index has seen."""
        return self._mark

    def catch_up(self, unit: UnitOfWork) -> int:
        """Take in what was decided or undone since the last look; return the number of cases."""
        if unit.resolutions.last() <= self._mark:
            return 0
        with self._lock:
            changes = unit.resolutions.changed_since(self._mark)
            try:
                return sum(map(self._take_in, _batches(changes)))
            except CopilotError:
                raise
            except Exception:  # a precedent is help, not a condition: the message is judged without the new ones
                log.exception("the index of precedents stays at change %d", self._mark)
                return 0

    def _take_in(self, changes: Sequence[tuple[int, Case, Resolution | None]]) -> int:
        stand = [decided(case, resolution) for _, case, resolution in changes if resolution is not None]
        if stand:
            self.index.add(stand, self._encoder.encode([text_views(case.text) for case in stand]))
        for _, case, resolution in changes:
            if resolution is None and case.id is not None:
                self.index.remove(case.message.community or "", [case.id])
        self._mark = changes[-1][0]
        return len(changes)


def decided(case: Case, resolution: Resolution) -> DecidedCase:
    """What the index keeps of a case and what stands about it."""
    return DecidedCase(
        case_id=resolution.case_id,
        community=case.message.community or "",
        text=case.message.text,
        decision=resolution.decision,
        labels=resolution.labels,
    )


def _batches(
    changes: Iterator[tuple[int, Case, Resolution | None]],
) -> Iterator[list[tuple[int, Case, Resolution | None]]]:
    while batch := list(islice(changes, _BATCH)):
        yield batch
