"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.audit import SYSTEM, AuditLog, Chain, Deed, Entry, Head
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
    "Chain",
    "Chosen",
    "Classifier",
    "Communities",
    "Deed",
    "Encoder",
    "Entry",
    "Head",
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
