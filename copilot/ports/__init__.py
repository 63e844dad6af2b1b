"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.appeals import BY_MACHINE, Appeal, Appeals, AppealState
from copilot.ports.audit import SYSTEM, AuditLog, Deed, Entry
from copilot.ports.generator import Generated, Generator, Ledger, Limits, Price, Prompt, Role, Turn, Usage
from copilot.ports.measures import Orders
from copilot.ports.models import Calibration, CaseIndex, Classifier, Encoder, Learner, Learnt, Relevance
from copilot.ports.notes import Note, Notes
from copilot.ports.reports import Category, Report, Reports, ReportState
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
    "BY_MACHINE",
    "SYSTEM",
    "Appeal",
    "AppealState",
    "Appeals",
    "AuditLog",
    "Calibration",
    "CaseIndex",
    "Cases",
    "Category",
    "Chosen",
    "Classifier",
    "Communities",
    "Deed",
    "Encoder",
    "Entry",
    "Generated",
    "Generator",
    "Learner",
    "Learnt",
    "Ledger",
    "Limits",
    "Note",
    "Notes",
    "Orders",
    "Outline",
    "Price",
    "Prompt",
    "Protection",
    "Relevance",
    "Report",
    "ReportState",
    "Reports",
    "Resolutions",
    "Role",
    "Safeguards",
    "State",
    "Store",
    "Turn",
    "UnitOfWork",
    "Usage",
    "Version",
    "Versioned",
]
