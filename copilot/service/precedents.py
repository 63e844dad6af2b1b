"""Keeps the index of precedents in step with what people decided."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

from copilot.errors import CopilotError
from copilot.ports import CaseIndex, Encoder, UnitOfWork
from copilot.text import text_views
from copilot.types import Case, DecidedCase, Resolution

log = logging.getLogger(__name__)

Index = TypeVar("Index", bound=CaseIndex)

Change = tuple[int, Case, Resolution | None]
"""The mark of a change, the case as it is now, and what stands about it."""
_BATCH = 256
"""Cases that are encoded together."""


class PrecedentKeeper(Generic[Index]):
    """Follows the resolutions in the store and brings the index up to date before it is asked.

    The index is derived: what is missing from it is found by the mark of the last change it has seen, so a second
    process, a restored snapshot and an empty index catch up in the same way.
    """

    def __init__(self, index: Index, encoder: Encoder, mark: int = 0, rewritten: int = 0) -> None:
        self.index = index
        self._encoder = encoder
        self._mark = mark
        self._rewritten = rewritten
        self._lock = threading.Lock()

    @property
    def mark(self) -> int:
        """The last change that the index has seen."""
        return self._mark

    @property
    def rewritten(self) -> int:
        """The last erasure that the index has seen."""
        return self._rewritten

    def catch_up(self, unit: UnitOfWork) -> int:
        """Take in what was decided, undone or erased since the last look; return the number of cases."""
        erased = unit.erasures.last()
        if erased < self._rewritten:  # the store was put back to an earlier day
            self._rewritten = 0
        if unit.resolutions.last() <= self._mark and erased <= self._rewritten:
            return 0
        with self._lock:
            try:
                decided = sum(map(self._take_in, _batches(unit.resolutions.changed_since(self._mark))))
                return decided + sum(map(self._read_again, _batches(unit.erasures.rewritten_since(self._rewritten))))
            except CopilotError:
                raise
            except Exception:  # a precedent is help, not a condition: the message is judged without the new ones
                log.exception("the index of precedents stays at change %d", self._mark)
                return 0

    def _take_in(self, changes: Sequence[Change]) -> int:
        self._follow(changes)
        self._mark = changes[-1][0]
        return len(changes)

    def _read_again(self, changes: Sequence[Change]) -> int:
        self._follow(changes)
        self._rewritten = changes[-1][0]
        return len(changes)

    def _follow(self, changes: Sequence[Change]) -> None:
        stand = [decided(case, given) for _, case, given in changes if given is not None and case.erased_at is None]
        if stand:
            self.index.add(stand, self._encoder.encode([text_views(case.text) for case in stand]))
        gone: dict[str, list[int]] = defaultdict(list)
        for _, case, given in changes:
            if (given is None or case.erased_at is not None) and case.id is not None:
                gone[case.message.community or ""].append(case.id)
        for community_id, case_ids in gone.items():
            self.index.remove(community_id, case_ids)


def decided(case: Case, resolution: Resolution) -> DecidedCase:
    """What the index keeps of a case and what stands about it."""
    return DecidedCase(
        case_id=resolution.case_id,
        community=case.message.community or "",
        text=case.message.text,
        decision=resolution.decision,
        labels=resolution.labels,
    )


def _batches(changes: Iterator[Change]) -> Iterator[list[Change]]:
    while batch := list(islice(changes, _BATCH)):
        yield batch
