"""Learn from what people decided: a community's own calibration, kept only where it is measured to be better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from copilot.charter import Charter
from copilot.errors import ModelUnavailable
from copilot.policy import Bands, Policy
from copilot.ports import SYSTEM, Deed, Learner, Learnt, State, Store, UnitOfWork, Version
from copilot.service.charters import Charters
from copilot.types import Case, Resolution


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of learning: the version that is in force now (None: the model as it is), and the report."""

    version: int | None
    changed: bool
    report: Mapping[str, Any]


def no_learner(
    decided: Sequence[tuple[Case, Resolution]], bands: Bands, model: str, current: Mapping[str, Any] | None
) -> Learnt:
    """Where nothing was wired that can learn."""
    raise ModelUnavailable("this installation cannot learn from decisions")


class Learning:
    """Refits calibrations when asked; nothing drifts by itself."""

    def __init__(self, store: Store, charters: Charters, learner: Learner, base: Policy, model: str) -> None:
        self._store = store
        self._charters = charters
        self._learner = learner
        self._base = base
        self._model = model

    def learn(self, community_id: str, since: datetime, actor: str, *, keep: bool) -> Lesson:
        """Learn from the decisions since then; without `keep` only report. Raises NotFound."""
        with self._store.begin() as unit:
            charter = self._charters.of(unit, [community_id])[community_id]
            return self._learn(unit, charter, since, actor, keep)

    def live(self, community_id: str) -> Version[Mapping[str, Any]] | None:
        """The calibration in force, None where the model is taken as it is; raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.heads.live(community_id)

    def _learn(self, unit: UnitOfWork, charter: Charter, since: datetime, actor: str, keep: bool) -> Lesson:
        community_id = charter.community.id
        live = unit.heads.live(community_id)
        learnt = self._learner(
            unit.resolutions.decided(community_id, since),
            charter.policy.bands_over(self._base),
            self._model,
            live.value if live else None,
        )
        if learnt.changed and keep:
            before = live.number if live else None
            live = unit.heads.add(community_id, learnt.calibration, State.LIVE, actor)
            subject, now = f"calibration:{live.number}", datetime.now(UTC)
            deed = Deed(actor, "calibration.learn", community_id, subject, before={"live": before})
            unit.audit.add(deed, now)
        return Lesson(live.number if live else None, learnt.changed and keep, learnt.report)

    def forget(self, community_id: str, actor: str = SYSTEM) -> None:
        """Go back to the model as it is; the versions stay. Raises NotFound."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            live = unit.heads.live(community_id)
            if live is not None:
                unit.heads.retire(community_id, live.number)
                deed = Deed(actor, "calibration.forget", community_id, f"calibration:{live.number}")
                unit.audit.add(deed, datetime.now(UTC))
