"""What moderation and drafting mean: the domain, free of web and machine-learning frameworks."""

from copilot.types import (
    LABELS,
    Assessment,
    Case,
    Community,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Signal,
    Span,
    Versions,
)

__version__ = "0.1.0"

__all__ = [
    "LABELS",
    "Assessment",
    "Case",
    "Community",
    "Decision",
    "Label",
    "Measure",
    "Message",
    "Reason",
    "Signal",
    "Span",
    "Versions",
]
