"""What would a change have done to the messages of the last weeks? Kept cases, judged in two ways and compared.

A judge takes kept cases and says how each would be decided; `copilot.rejudge` has those for policies, lists and models.
Everything is a stream: memory grows with the members affected, not with the messages.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from copilot.policy import Verdict
from copilot.types import Case, Decision, Label, Resolution

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a case would be decided, and whether a model had to read its text for that."""

    verdict: Verdict
    read: bool = False


Judge = Callable[[Sequence[Case]], Sequence[Judgement]]
"""One judgement per case, in order."""


def stored(cases: Sequence[Case]) -> list[Judgement]:
    """Judge as it was done at the time."""
    return [Judgement(Verdict(a.decision, a.measure, a.labels)) for a in (case.assessment for case in cases)]


class Change(StrEnum):
    """What becomes of a message whose decision changes; the first four where a person had decided it.

    `harder` and `softer` are all others: undecided ones, and harmful ones that move between review and removal.
    """

    CLEAN_HIT = "clean_hit"
    CLEAN_SPARED = "clean_spared"
    HARM_CAUGHT = "harm_caught"
    HARM_MISSED = "harm_missed"
    HARDER = "harder"
    SOFTER = "softer"


@dataclass(frozen=True, slots=True)
class LabelChange:
    """In how many messages a label would be named that was not, or no longer."""

    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What would have changed.

    `transitions` counts messages by decision before and after, the unchanged ones included. `members` are the authors
    of messages whose decision changes. `examples` are case ids by kind of change: drawn by the text's hash, so the same
    each time and spread over the span, each of another author and another text. `read_again` messages went through a
    model, `from_cache` ones did not.
    """

    messages: int
    decided: int
    first_at: datetime | None
    last_at: datetime | None
    transitions: Mapping[tuple[Decision, Decision], int]
    changes: Mapping[Change, int]
    labels: Mapping[Label, LabelChange]
    members: int
    examples: Mapping[Change, tuple[int, ...]]
    from_cache: int
    read_again: int

    @property
    def changed(self) -> int:
        """Messages whose decision changes."""
        return sum(self.changes.values())


def replay(
    cases: Iterable[tuple[Case, Resolution | None]], after: Judge, before: Judge = stored, *, examples: int = 5
) -> ReplayReport:
    """Judge kept cases in two ways and compare; `cases` come oldest first, each with the resolution that stands.

    Where `after` re-decides everything, let `before` do it the same way with what was in force: whatever stored scores
    cannot tell then cancels out.
    """
    tally = _Tally(examples)
    for batch in _batches(cases):
        kept = [case for case, _ in batch]
        for (case, resolution), old, new in zip(batch, before(kept), after(kept), strict=True):
            tally.add(case, resolution, old, new)
    return tally.report()


def _batches(
    cases: Iterable[tuple[Case, Resolution | None]],
) -> Iterator[list[tuple[Case, Resolution | None]]]:
    rest = iter(cases)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _change(before: Decision, after: Decision, resolution: Resolution | None) -> Change:
    harder = after.severity > before.severity
    if resolution is not None and resolution.decision is Decision.ALLOW:
        return Change.CLEAN_HIT if harder else Change.CLEAN_SPARED
    if resolution is not None and before is Decision.ALLOW:
        return Change.HARM_CAUGHT
    if resolution is not None and after is Decision.ALLOW:
        return Change.HARM_MISSED
    return Change.HARDER if harder else Change.SOFTER


class _Tally:
    """Counts in one pass."""

    def __init__(self, examples: int) -> None:
        self._most = examples
        self._messages = self._decided = self._read = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._transitions: Counter[tuple[Decision, Decision]] = Counter()
        self._changes: Counter[Change] = Counter()
        self._gained: Counter[Label] = Counter()
        self._lost: Counter[Label] = Counter()
        self._members: set[str] = set()
        self._examples: dict[Change, list[tuple[bytes, str, int]]] = {}

    def add(self, case: Case, resolution: Resolution | None, before: Judgement, after: Judgement) -> None:
        """Count one message."""
        at = case.message.sent_at or case.received_at
        self._first, self._last = min(self._first or at, at), max(self._last or at, at)
        self._messages += 1
        self._decided += resolution is not None
        self._read += before.read or after.read
        old, new = before.verdict, after.verdict
        self._transitions[old.decision, new.decision] += 1
        if old.labels != new.labels:
            self._gained.update(set(new.labels) - set(old.labels))
            self._lost.update(set(old.labels) - set(new.labels))
        if old.decision is not new.decision:
            change = _change(old.decision, new.decision, resolution)
            self._changes[change] += 1
            if case.message.author:
                self._members.add(case.message.author)
            self._keep_example(change, case)

    def _keep_example(self, change: Change, case: Case) -> None:
        if case.id is None:
            return
        kept = self._examples.setdefault(change, [])
        author = case.message.author or f"case {case.id}"
        entry = (hashlib.sha256(case.message.text.encode("utf-8", "surrogatepass")).digest(), author, case.id)
        alike = [other for other in kept if other[0] == entry[0] or other[1] == author]
        if any(other <= entry for other in alike):
            return
        kept[:] = sorted([entry, *(other for other in kept if other not in alike)])[: self._most]

    def report(self) -> ReplayReport:
        """Return what was counted."""
        touched = [label for label in Label if self._gained[label] or self._lost[label]]
        return ReplayReport(
            messages=self._messages,
            decided=self._decided,
            first_at=self._first,
            last_at=self._last,
            transitions=dict(self._transitions),
            changes=dict(self._changes),
            labels={label: LabelChange(self._gained[label], self._lost[label]) for label in touched},
            members=len(self._members),
            examples={change: tuple(sorted(i for _, _, i in kept)) for change, kept in self._examples.items()},
            from_cache=self._messages - self._read,
            read_again=self._read,
        )
