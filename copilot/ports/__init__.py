"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.audit import SYSTEM, AuditLog, Deed, Entry
from copilot.ports.models import Calibration, CaseIndex, Classifier, Encoder, Learner, Learnt, Relevance
from copilot.ports.store import (
    Cases,
    Chosen,
    Communities,
    Protection,
    Resolutions,
    Safeguards,
    State,
    Store,
    UnitOfWork,
    Version,
    Versioned,
)

__all__ = [
    "SYSTEM",
    "AuditLog",
    "Calibration",
    "CaseIndex",
    "Cases",
    "Chosen",
    "Classifier",
    "Communities",
    "Deed",
    "Encoder",
    "Entry",
    "Learner",
    "Learnt",
    "Protection",
    "Relevance",
    "Resolutions",
    "Safeguards",
    "State",
    "Store",
    "UnitOfWork",
    "Version",
    "Versioned",
]
