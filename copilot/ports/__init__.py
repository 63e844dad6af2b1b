"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.audit import SYSTEM, AuditLog, Deed, Entry
from copilot.ports.channels import Destination, NotSent, Post, Sender
from copilot.ports.generator import Generated, Generator, Ledger, Limits, Price, Prompt, Role, Turn, Usage
from copilot.ports.models import Calibration, CaseIndex, Classifier, Encoder, Learner, Learnt, Relevance
from copilot.ports.store import (
    Cases,
    Chosen,
    Communities,
    Outline,
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
    "Destination",
    "Encoder",
    "Entry",
    "Generated",
    "Generator",
    "Learner",
    "Learnt",
    "Ledger",
    "Limits",
    "NotSent",
    "Outline",
    "Post",
    "Price",
    "Prompt",
    "Protection",
    "Relevance",
    "Resolutions",
    "Role",
    "Safeguards",
    "Sender",
    "State",
    "Store",
    "Turn",
    "UnitOfWork",
    "Usage",
    "Version",
    "Versioned",
]
