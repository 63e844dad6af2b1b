"""The `Learner` port over `models.learn`: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from copilot.policy import Bands
from copilot.ports import Learnt
from copilot.types import Case, Resolution
from models.head import CommunityHead
from models.learn import fit_head


def learn(
    decided: Sequence[tuple[Case, Resolution]], bands: Bands, model: str, current: Mapping[str, Any] | None
) -> Learnt:
    """Refit a community's calibration; see `models.learn.fit_head`. Raises InvalidInput where `current` is none."""
    before = CommunityHead.from_mapping(current) if current is not None else CommunityHead(model)
    fitted = fit_head(decided, bands, model, before)
    report = {"labels": [asdict(label) for label in fitted.labels], "unusable": fitted.unusable}
    return Learnt(fitted.head.to_mapping(), fitted.head != before, report)
