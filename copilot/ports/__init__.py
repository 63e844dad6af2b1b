"""What the domain needs from outside, each a protocol of a few methods."""

from copilot.ports.appeals import BY_MACHINE, Appeal, Appeals, AppealState
from copilot.ports.audit import SYSTEM, AuditLog, Chain, Deed, Entry, Head
from copilot.ports.cases import Cases, Communities, Outline, Resolutions
from copilot.ports.channels import Destination, NotSent, Post, Sender
from copilot.ports.generator import Generated, Generator, Ledger, Limits, Price, Prompt, Role, Turn, Usage
from copilot.ports.measures import Orders
from copilot.ports.models import Calibration, CaseIndex, Classifier, Encoder, Learner, Learnt, Relevance
from copilot.ports.notes import Note, Notes
from copilot.ports.queue import (
    Change,
    Claim,
    Claims,
    Counts,
    Cursor,
    Handed,
    Membership,
    Stage,
    Surroundings,
    Waiting,
    WaitingCases,
    Wanted,
)
from copilot.ports.reports import Category, Report, Reports, ReportState
from copilot.ports.safeguards import Chosen, Protection, Safeguards
from copilot.ports.store import Store, UnitOfWork
from copilot.ports.versions import State, Version, Versioned

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
    "Chain",
    "Change",
    "Chosen",
    "Claim",
    "Claims",
    "Classifier",
    "Communities",
    "Counts",
    "Cursor",
    "Deed",
    "Destination",
    "Encoder",
    "Entry",
    "Generated",
    "Generator",
    "Handed",
    "Head",
    "Learner",
    "Learnt",
    "Ledger",
    "Limits",
    "Membership",
    "NotSent",
    "Note",
    "Notes",
    "Orders",
    "Outline",
    "Post",
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
    "Sender",
    "Stage",
    "State",
    "Store",
    "Surroundings",
    "Turn",
    "UnitOfWork",
    "Usage",
    "Version",
    "Versioned",
    "Waiting",
    "WaitingCases",
    "Wanted",
]
