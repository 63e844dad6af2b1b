"""Why a clause is cited, in a sentence that never repeats what was written."""

from __future__ import annotations

from copilot.rules.evidence import FEATURES, Row
from copilot.types import Clause, ClauseKind, Reason

_AT = {name: place for place, name in enumerate(FEATURES)}


def cited_reason(clause: Clause, row: Row, *, applies: bool) -> Reason:
    """Return the reason for citing a clause; `applies` says whether its hours and roles fit."""
    n = clause.number
    if clause.kind is ClauseKind.ALLOW:
        return _of_permission(clause, applies=applies)
    if clause.kind is ClauseKind.INFORM:
        return Reason(f"群规第{n}条说的是这件事", f"Clause {n} tells about this.")
    if row.keywords:
        return Reason(f"提到群规第{n}条点名的内容", f"Mentions what clause {n} names.")
    if row.values[_AT["done"]] > 0 or row.values[_AT["named"]] > 0:
        return Reason(f"说的是群规第{n}条管的事", f"Speaks of the matter that clause {n} regulates.")
    if row.values[_AT["label"]] > 0:
        return kind_reason(clause)
    return Reason(f"与群规第{n}条的意思相近", f"Comes close to the meaning of clause {n}.")


def _of_permission(clause: Clause, *, applies: bool) -> Reason:
    n = clause.number
    if applies:
        return Reason(f"群规第{n}条允许", f"Clause {n} permits it.")
    if clause.windows and clause.roles:
        return Reason(
            f"群规第{n}条只在约定的时间、对指定的人允许", f"Clause {n} permits it at set times and to set people only."
        )
    if clause.roles:
        return Reason(f"群规第{n}条只允许指定的人", f"Clause {n} permits it to set people only.")
    return Reason(f"群规第{n}条只在约定的时间允许", f"Clause {n} permits it at set times only.")


def kind_reason(clause: Clause) -> Reason:
    """Return the reason for citing a ban by its labels alone."""
    n = clause.number
    return Reason(f"内容属于群规第{n}条所禁的一类", f"Is of the kind that clause {n} forbids.")
