"""Rules as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from copilot.types import Clause, ClauseKind, Label, Measure, RuleSet, Window


def rule_set_json(rules: RuleSet) -> dict[str, Any]:
    """A rule set as plain values, but for its version."""
    return {"text": rules.text, "clauses": [clause_json(clause) for clause in rules.clauses]}


def to_rule_set(version: int, value: Mapping[str, Any]) -> RuleSet:
    """The rule set that `rule_set_json` wrote."""
    return RuleSet(version, value["text"], tuple(to_clause(clause) for clause in value["clauses"]))


def clause_json(clause: Clause) -> dict[str, Any]:
    """A clause as plain values."""
    return {
        "number": clause.number,
        "text": clause.text,
        "kind": clause.kind.value,
        "labels": [label.value for label in clause.labels],
        "measure": clause.measure.value,
        "keywords": list(clause.keywords),
        "windows": [_window_json(window) for window in clause.windows],
        "roles": list(clause.roles),
        "confidence": clause.confidence,
    }


def to_clause(value: Mapping[str, Any]) -> Clause:
    """The clause that `clause_json` wrote."""
    return Clause(
        number=value["number"],
        text=value["text"],
        kind=ClauseKind(value["kind"]),
        labels=tuple(Label(label) for label in value["labels"]),
        measure=Measure(value["measure"]),
        keywords=tuple(value["keywords"]),
        windows=tuple(_to_window(window) for window in value["windows"]),
        roles=tuple(value["roles"]),
        confidence=value["confidence"],
    )


def _window_json(window: Window) -> dict[str, Any]:
    return {
        "weekdays": list(window.weekdays),
        "start": window.start and window.start.isoformat(),
        "end": window.end and window.end.isoformat(),
    }


def _to_window(value: Mapping[str, Any]) -> Window:
    start, end = (time.fromisoformat(value[name]) if value[name] else None for name in ("start", "end"))
    return Window(tuple(value["weekdays"]), start, end)
