"""Rules in a community's own words: read into clauses, checked for an admin, and cited for a message."""

from __future__ import annotations

from copilot.rules.cite import Circumstances, Citation, cite
from copilot.rules.findings import Finding, FindingKind, check_rules
from copilot.rules.hours import read_hours, write_hours, write_window
from copilot.rules.read import UNSURE, read_rules

__all__ = [
    "UNSURE",
    "Circumstances",
    "Citation",
    "Finding",
    "FindingKind",
    "check_rules",
    "cite",
    "read_hours",
    "read_rules",
    "write_hours",
    "write_window",
]
