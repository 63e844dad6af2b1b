"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.models import Calibration, CaseIndex, Classifier, Encoder, Learner, Learnt, Relevance
from copilot.ports.store import (
    Cases,
    Communities,
    Resolutions,
    Safeguards,
    State,
    Store,
    UnitOfWork,
    Version,
    Versioned,
)

__all__ = [
    "Calibration",
    "CaseIndex",
    "Cases",
    "Classifier",
    "Communities",
    "Encoder",
    "Learner",
    "Learnt",
    "Relevance",
    "Resolutions",
    "Safeguards",
    "State",
    "Store",
    "UnitOfWork",
    "Version",
    "Versioned",
]
