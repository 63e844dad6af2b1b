"""Thresholds per label: from which probability a person is asked, and from which a message may go by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.types import LABELS, Label

NEVER_REMOVED = frozenset({Label.RUMOR, Label.OFF_TOPIC})
"""Labels that ask a person to look and never remove by themselves."""


@dataclass(frozen=True, slots=True)
class Band:
    """Probabilities from which a label asks for review, and for removal. Above 1 means never."""

    review: float
    remove: float = 1.01

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.remove:
            raise ValueError(f"a band needs 0 < review <= remove, got {self.review}, {self.remove}")


Bands = Mapping[Label, Band]

DEFAULT_BANDS: Bands = {label: Band(0.5, 1.01 if label in NEVER_REMOVED else 0.95) for label in LABELS}
