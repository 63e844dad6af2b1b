"""From a message to the clauses it falls under, and to what a clause in force permits. Pure and fast."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from operator import mul
from zoneinfo import ZoneInfo

from copilot.rules.evidence import FEATURES, NONE_FEATURES, CompiledRules, Row
from copilot.rules.permission import Candidate, permission
from copilot.rules.read import UNSURE
from copilot.rules.reasons import cited_reason, kind_reason
from copilot.rules.roles import holds
from copilot.rules.windows import in_force
from copilot.text import TextViews
from copilot.types import CitedClause, Clause, ClauseKind, Label, RuleSet

_OUT_OF_TIME = 1.5
"""What a permission loses, in log-odds, outside its hours or roles: still the clause to show, but not the first."""
_OUTRIGHT = 0.2
"""Log-odds, at least, of a ban that names what the message says and does, however silent the labels are."""
_MOST = 3
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and by whom a message was sent. Without a time, or one without zone, no hours count as satisfied."""

    sent_at: datetime | None = None
    time_zone: str = "Asia/Shanghai"
    roles: tuple[str, ...] = ()

    @property
    def local(self) -> datetime | None:
        """The time as the community's clocks show it."""
        if self.sent_at is None or self.sent_at.tzinfo is None:
            return None
        try:
            return self.sent_at.astimezone(_zone(self.time_zone))
        except OverflowError:  # within a day of the ends of the calendar
            return None


@dataclass(frozen=True, slots=True)
class Citation:
    """The clauses that a message falls under, best first, and the labels that a clause in force permits."""

    clauses: tuple[CitedClause, ...] = ()
    permitted: frozenset[Label] = frozenset()


@dataclass(frozen=True, slots=True)
class Weights:
    """A conditional logit over the clauses of a set and "none of them", fitted by `training.clauses`.

    `margin` is what a clause's score must exceed that of none by.
    """

    clause: tuple[float, ...]
    none: tuple[float, ...]
    margin: float

    def scores(self, rows: Sequence[Row], nothing: Sequence[float]) -> list[float]:
        """Return per clause the log-odds of it against none, less the margin; see `Row.outright` for their floor."""
        floor = sum(w * value for w, value in zip(self.none, nothing, strict=True)) + self.margin
        found = (sum(map(mul, self.clause, row.values)) - floor for row in rows)
        return [max(score, _OUTRIGHT) if row.outright else score for score, row in zip(found, rows, strict=True)]


def cite(
    rules: RuleSet,
    views: TextViews,
    scores: Mapping[Label, float],
    circumstances: Circumstances | None = None,
    similarity: Sequence[float] | None = None,
    flagged: Collection[Label] = (),
) -> Citation:
    """Return what a message falls under: at most three clauses, none where none applies.

    `scores` are the assessment's probabilities, `similarity` the cosine of the message's vector with that of each
    clause, shape (clauses,), where there is an encoder. `flagged` are the labels that the message will be flagged
    for: where no other ban is cited, the one of these labels that comes closest is, as sure as the label and the
    choice among such bans are. A permission in force that singles the message out comes first, its labels are
    permitted, and bans that forbid nothing else are left out.
    Raises ValueError where `similarity` has another length than the rules.
    """
    if similarity is not None and len(similarity) != len(rules.clauses):
        raise ValueError(f"{len(similarity)} similarities for {len(rules.clauses)} clauses")
    rows, nothing = _compiled(rules).rows(views, scores, similarity)
    weighed = fitted_weights().scores(rows, nothing)
    found = _candidates(rules, rows, weighed, circumstances or Circumstances())
    allowing, permitted = permission(found, scores)
    cited = [candidate for candidate in found if candidate.score > 0]
    if allowing is not None:
        kept = [c for c in cited if c.clause.kind is not ClauseKind.ALLOW and not _lifted(c, permitted)]
        cited = [allowing, *kept]
    clauses = [
        CitedClause(
            rules.version,
            c.clause,
            _probability(c.score),
            cited_reason(c.clause, c.row, applies=c.applies),
            tuple(sorted(permitted)) if c is allowing else (),
        )
        for c in cited[:_MOST]
    ]
    wanted = {label: scores.get(label, 0.0) for label in flagged if label not in permitted}
    if wanted and all(c.clause.kind is not ClauseKind.FORBID for c in clauses):
        clauses = [*_banning(rules, weighed, wanted, circumstances or Circumstances()), *clauses][:_MOST]
    return Citation(tuple(clauses), permitted)


def _banning(
    rules: RuleSet, weighed: Sequence[float], wanted: Mapping[Label, float], circumstances: Circumstances
) -> Iterator[CitedClause]:
    """Yield the ban in force of a flagged label that comes closest, if there is any."""
    bans = [
        (score, clause)
        for clause, score in zip(rules.clauses, weighed, strict=True)
        if clause.kind is ClauseKind.FORBID
        and not wanted.keys().isdisjoint(clause.labels)
        and _applies(clause, circumstances.local, circumstances.roles)
    ]
    if bans:
        best, clause = max(bans, key=lambda ban: (ban[0], -ban[1].number))
        share = 1 / sum(math.exp(max(score - best, -30.0)) for score, _ in bans)
        label = max(wanted[label] for label in clause.labels if label in wanted)
        yield CitedClause(rules.version, clause, share * label, kind_reason(clause))


def _lifted(candidate: Candidate, permitted: frozenset[Label]) -> bool:
    return not candidate.row.specific and set(candidate.clause.labels) <= permitted


def _candidates(
    rules: RuleSet, rows: Sequence[Row], scores: Sequence[float], circumstances: Circumstances
) -> list[Candidate]:
    """Return the clauses that matter to the outcome, best first: no ban that does not apply, no unsure notice."""
    local = circumstances.local
    found = []
    for clause, row, score in zip(rules.clauses, rows, scores, strict=True):
        if score <= 0 and clause.kind is not ClauseKind.ALLOW and not row.specific:
            continue
        if clause.kind is ClauseKind.INFORM and clause.confidence < UNSURE:
            continue
        applies = _applies(clause, local, circumstances.roles)
        if clause.kind is ClauseKind.ALLOW:
            score -= 0.0 if applies or local is None else _OUT_OF_TIME
        elif not applies:
            continue
        found.append(Candidate(clause, score, row, applies))
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.clause.number))


def _applies(clause: Clause, local: datetime | None, roles: tuple[str, ...]) -> bool:
    """Whether hours and roles fit. Where the time is not known a ban holds, and a permission does not."""
    if clause.kind is ClauseKind.INFORM:
        return True
    allows = clause.kind is ClauseKind.ALLOW
    timely = not clause.windows or (in_force(clause.windows, local) if local else not allows)
    return timely and (holds(roles, clause.roles) if allows else not (clause.roles and holds(roles, clause.roles)))


def _probability(score: float) -> float:
    return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))


_ready: dict[int, CompiledRules] = {}


def _compiled(rules: RuleSet) -> CompiledRules:
    """Return a set made ready. Kept by identity, since hashing thirty clauses costs as much as citing one of them."""
    found = _ready.get(id(rules))
    if found is None or found.rules is not rules:
        if len(_ready) >= _KEPT:
            _ready.clear()
        found = _ready[id(rules)] = CompiledRules(rules)
    return found


@cache
def fitted_weights() -> Weights:
    """Return the shipped weights."""
    stored = json.loads(files("copilot.rules").joinpath("weights.json").read_text("utf-8"))
    return Weights(
        tuple(float(stored["clause"][name]) for name in FEATURES),
        tuple(float(stored["none"][name]) for name in NONE_FEATURES),
        float(stored["margin"]),
    )


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
