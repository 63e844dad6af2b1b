"""The scores of a community's last messages at a glance: their histograms, and what a policy would make of them.

A change of thresholds is answered while somebody drags a slider, so the sheet keeps columns in memory (some 120 bytes
a message) and judges only those messages whose decision may differ: scores decide by comparison with thresholds,
so one that lies on the same side of both the old and the new ones decides the same.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

from copilot.policy import Automatic, Policy, Verdict
from copilot.ports import Outline
from copilot.rejudge import by_policy
from copilot.types import (
    LABELS,
    Assessment,
    Case,
    CitedClause,
    Clause,
    ClauseKind,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Signal,
    Versions,
)

REACH = 5.0
"""Logits that a histogram spans on either side of one half: from 0.7 % to 99.3 %."""
BINS = 40
_EXAMPLES = 6
_NOTHING = Versions("", "")
_UNTOLD = Reason("", "")
_PERMISSION = Clause(0, "", ClauseKind.ALLOW)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many messages score where for one label; `BINS` bins of equal width in logits, the outer ones open.

    `harmful` messages people found to carry the label, `clean` ones they let stand, `others` are undecided or carry
    another label.
    """

    harmful: tuple[int, ...]
    clean: tuple[int, ...]
    others: tuple[int, ...]


class Move(StrEnum):
    """Which line a message crosses: into or out of review, over the line of removal or back."""

    FLAGGED = "flagged"
    CLEARED = "cleared"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Messages that cross a line: how many, how many people found clean or harmful, and the ids of a few of them."""

    messages: int = 0
    clean: int = 0
    harmful: int = 0
    examples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequence:
    """What another policy would have made of the messages on a sheet.

    The line of removal counts whether or not automatic removal is on: `removes` says whether a message beyond it would
    really go. `members` are the authors of the messages that cross a line.
    """

    messages: int
    decided: int
    removes: bool
    crossings: Mapping[Move, Crossing]
    members: int


@dataclass(slots=True)
class _Columns:
    """One entry a message; what few messages have is kept by row."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    texts: list[bytes] = field(default_factory=list)
    authors: list[str | None] = field(default_factory=list)
    scores: tuple[array[float], ...] = field(default_factory=lambda: tuple(array("d") for _ in LABELS))
    roles: dict[int, tuple[str, ...]] = field(default_factory=dict)
    signals: dict[int, tuple[Signal, ...]] = field(default_factory=dict)
    permitted: dict[int, tuple[Label, ...]] = field(default_factory=dict)
    resolved: dict[int, tuple[Decision, tuple[Label, ...]]] = field(default_factory=dict)

    def add(self, outline: Outline) -> None:
        row = len(self.ids)
        self.ids.append(outline.id)
        self.texts.append(outline.text[:12])
        self.authors.append(outline.author)
        for label, column in zip(LABELS, self.scores, strict=True):
            column.append(outline.scores.get(label, 0.0))
        for name in ("roles", "signals", "permitted"):
            if value := getattr(outline, name):
                getattr(self, name)[row] = value
        if outline.resolution is not None:
            self.resolved[row] = outline.resolution


class ScoreSheet:
    """The scores of kept messages, oldest first. Not to be changed once made, so threads may share it."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._columns = _Columns()
        for outline in outlines:
            self._columns.add(outline)

    def __len__(self) -> int:
        return len(self._columns.ids)

    @property
    def decided(self) -> int:
        """Messages that people decided."""
        return len(self._columns.resolved)

    def histogram(self, label: Label) -> Histogram:
        """Count the messages by their score for a label."""
        column = self._columns.scores[LABELS.index(label)]
        every, harmful, clean = Counter(map(_bin, column)), Counter[int](), Counter[int]()
        for row, (decision, labels) in self._columns.resolved.items():
            if decision is Decision.ALLOW:
                clean[_bin(column[row])] += 1
            elif label in labels:
                harmful[_bin(column[row])] += 1
        every.subtract(harmful)
        every.subtract(clean)
        bins = range(BINS)
        return Histogram(*(tuple(count[i] for i in bins) for count in (harmful, clean, every)))

    def consequence(self, before: Policy, after: Policy) -> Consequence:
        """Say what the change from one policy to another would have made of these messages."""
        tally = _Tally(self._columns)
        # where the machine may not remove, what lies beyond the line is counted all the same
        judges = [by_policy(replace(p, automatic=_counting(p.automatic))) for p in (before, after)]
        for row in sorted(self._affected(before, after)):
            case = self._case(row)
            old, new = (_level(judge(case, case.assessment.scores)) for judge in judges)
            if old != new:
                tally.add(row, old, new)
        removes = after.automatic is Automatic.LIVE
        return Consequence(len(self), self.decided, removes, tally.crossings(), len(tally.members))

    def _affected(self, before: Policy, after: Policy) -> set[int]:
        """The rows whose decision may differ."""
        rows = set(self._columns.signals)
        for label, column in zip(LABELS, self._columns.scores, strict=True):
            for old, new in zip(before.thresholds(label), after.thresholds(label), strict=True):
                low, high = min(old, new), max(old, new)
                if low < high:
                    rows.update(i for i, score in enumerate(column) if low <= score < high)
        changed = before.exempt_roles ^ after.exempt_roles
        rows.update(row for row, roles in self._columns.roles.items() if not changed.isdisjoint(roles))
        return rows

    def _case(self, row: int) -> Case:
        """As much of a case as `by_policy` looks at."""
        columns = self._columns
        permitted = columns.permitted.get(row, ())
        assessment = Assessment(
            "",
            Decision.ALLOW,
            Measure.NONE,
            (),
            {label: column[row] for label, column in zip(LABELS, columns.scores, strict=True)},
            columns.signals.get(row, ()),
            _NOTHING,
            (CitedClause(0, _PERMISSION, 1.0, _UNTOLD, permitted),) if permitted else (),
        )
        return Case(Message("", "", roles=columns.roles.get(row, ())), assessment, _NEVER)


class _Tally:
    """Counts crossings and picks examples: of another text and author each, first those that people would object to."""

    def __init__(self, columns: _Columns) -> None:
        self._columns = columns
        self._rows: dict[Move, list[int]] = {move: [] for move in Move}
        self.members: set[str] = set()

    def add(self, row: int, old: int, new: int) -> None:
        for move in _moves(old, new):
            self._rows[move].append(row)
        author = self._columns.authors[row]
        if author is not None:
            self.members.add(author)

    def crossings(self) -> dict[Move, Crossing]:
        return {move: self._crossing(move, rows) for move, rows in self._rows.items() if rows}

    def _crossing(self, move: Move, rows: Sequence[int]) -> Crossing:
        decided = [self._columns.resolved[row][0] for row in rows if row in self._columns.resolved]
        clean = sum(decision is Decision.ALLOW for decision in decided)
        return Crossing(len(rows), clean, len(decided) - clean, self._examples(move, rows))

    def _examples(self, move: Move, rows: Sequence[int]) -> tuple[int, ...]:
        chosen: list[int] = []
        seen: set[bytes | str] = set()
        for row in sorted(rows, key=lambda row: (self._rank(move, row), self._columns.texts[row])):
            text, author = self._columns.texts[row], self._columns.authors[row]
            if text in seen or (author is not None and author in seen):
                continue
            seen.update({text} if author is None else {text, author})
            chosen.append(self._columns.ids[row])
            if len(chosen) == _EXAMPLES:
                break
        return tuple(chosen)

    def _rank(self, move: Move, row: int) -> int:
        """0 for what people decided otherwise than the change would, 1 for what they decided alike, 2 undecided."""
        resolution = self._columns.resolved.get(row)
        if resolution is None:
            return 2
        harder = move in (Move.FLAGGED, Move.REMOVED)
        return int((resolution[0] is Decision.ALLOW) is not harder)


def position(score: float) -> float:
    """Where a probability lies on a histogram's axis, from 0 to 1."""
    bounded = min(max(score, 1e-9), 1 - 1e-9)
    logit = math.log(bounded / (1 - bounded))
    return min(max((logit + REACH) / (2 * REACH), 0.0), 1.0)


_EDGES = tuple(1 / (1 + math.exp(REACH - 2 * REACH * edge / BINS)) for edge in range(1, BINS))
_bin = partial(bisect_right, _EDGES)
"""In which bin a score lies; what is below the first edge or above the last is in the outer ones."""


def _counting(automatic: Automatic) -> Automatic:
    return Automatic.SHADOW if automatic is Automatic.OFF else automatic


def _level(verdict: Verdict) -> int:
    """0 where a message is let through, 1 where a person looks, 2 beyond the line of removal."""
    if verdict.decision is Decision.REMOVE or verdict.would_remove:
        return 2
    return int(verdict.decision is not Decision.ALLOW)


def _moves(old: int, new: int) -> Iterator[Move]:
    for line, (over, back) in ((1, (Move.FLAGGED, Move.CLEARED)), (2, (Move.REMOVED, Move.KEPT))):
        if (old >= line) != (new >= line):
            yield over if new > old else back
