"""A look ahead while somebody moves a threshold: score sheets in memory, read anew when they have aged."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from copilot.policy import CommunityPolicy, Policy
from copilot.ports import Store, UnitOfWork
from copilot.scoresheet import Consequence, ScoreSheet
from copilot.service.charters import Charters
from copilot.service.thresholds import Thresholds

SPAN = timedelta(days=30)
MOST = 100_000
"""Messages on a sheet at most: the last ones."""
_SHEETS = 4
_HOLDS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Kept:
    sheet: ScoreSheet
    mark: tuple[int, int]
    at: datetime


class Outlook:
    """Histograms of a community's scores, and the consequence of another policy. Nothing is changed by looking."""

    def __init__(self, store: Store, charters: Charters, thresholds: Thresholds, base: Policy) -> None:
        self._store = store
        self._charters = charters
        self._thresholds = thresholds
        self._base = base
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def sheet(self, community_id: str, now: datetime) -> ScoreSheet:
        """Return the scores of the last 30 days with every decision made so far; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            mark = unit.cases.count(community_id, now - SPAN), unit.resolutions.last()
            kept = self._kept.get(community_id)
            if kept is not None and kept.mark == mark and now - kept.at < _HOLDS:
                return kept.sheet
            return self._read(unit, community_id, mark, now)

    def consequence(self, community_id: str, proposed: Mapping[str, Any], now: datetime) -> Consequence:
        """Compare the policy in force with a proposed one; raises NotFound, and InvalidInput naming the field.

        A sheet of the last ten minutes will do: who drags a slider compares, and does not wait for the last message.
        """
        policy = CommunityPolicy.from_mapping(proposed)
        with self._store.begin() as unit:
            charter = self._charters.of(unit, [community_id])[community_id]
            charter = self._thresholds.fitted(unit, charter, now)
            kept = self._kept.get(community_id)
            fresh = kept is not None and now - kept.at < _HOLDS
            mark = unit.cases.count(community_id, now - SPAN), unit.resolutions.last()
            sheet = kept.sheet if kept is not None and fresh else self._read(unit, community_id, mark, now)
        choice = charter.choice
        return sheet.consequence(charter.policy.over(self._base, choice), policy.over(self._base, choice))

    def _read(self, unit: UnitOfWork, community_id: str, mark: tuple[int, int], now: datetime) -> ScoreSheet:
        sheet = ScoreSheet(unit.cases.outlines(community_id, now - SPAN, MOST))
        with self._lock:
            self._kept[community_id] = _Kept(sheet, mark, now)
            self._kept.move_to_end(community_id)
            while len(self._kept) > _SHEETS:
                self._kept.popitem(last=False)
        return sheet
