"""How far a community can trust the machine, from counts of its own decisions; pure, no text is read for it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.policy import estimates
from copilot.policy.breaker import Trip
from copilot.policy.drift import Watch
from copilot.policy.estimates import Bin, Estimate, Share, Stratum
from copilot.policy.spot_checks import STRATA, Draw, chance, stratum_of
from copilot.ports.figures import Flags, Ruling, Tally, Waiting, Work
from copilot.service.periods import Period
from copilot.types import LABELS, Decision, Label

NARROW = 0.3
"""Width of an interval that is worth something to act on."""
WIDEST = 0.6
"""Width from which an interval says nothing."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of what was harmful was caught.

    `estimate` is None where there is not enough to tell. `at_most` is what it would be if nothing slipped through but
    what people came across. `checked` allowed messages were looked at because they had been drawn, of which `found`
    were harmful; `reported` were found otherwise. `more` checks would make the interval `NARROW`, None where too many,
    or for a single label.
    """

    estimate: Estimate | None
    at_most: float | None
    checked: int
    found: int
    reported: int
    more: int | None


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label: how many flags, how right those were that people decided, and how much of it was caught."""

    label: Label
    flags: int
    precision: Share | None
    weeks: tuple[Share | None, ...]
    recall: Recall


@dataclass(frozen=True, slots=True)
class Week:
    """One week: messages, flags, how many of these were right, false alarms, or not decided."""

    since: datetime
    until: datetime
    messages: int
    flags: int
    right: int
    false: int
    precision: Share | None

    @property
    def undecided(self) -> int:
        """Flags that nobody has decided."""
        return self.flags - self.right - self.false


@dataclass(frozen=True, slots=True)
class Automatic:
    """What the machine removed by itself: how many, and of those that people looked at, how many they did not confirm.

    `watch` counts the looks at removals drawn by hash; `trip` says that removal is paused, and why.
    """

    removed: int
    wrong: Share | None
    watch: Watch
    trip: Trip | None


@dataclass(frozen=True, slots=True)
class Appeals:
    """How many appeals were answered, and in how many the member was right."""

    answered: int
    granted: int


@dataclass(frozen=True, slots=True)
class TrustReport:
    """Everything about a period. Shares and numbers are None where there is nothing to count.

    `false_alarms` is a share of all messages, `overruled` of decided ones those that people saw otherwise than the
    machine, `changed` those that were decided anew otherwise. `median_wait` and `long_wait` (nine in ten are faster)
    are seconds from arrival to the first decision on a flag.
    """

    period: Period
    messages: int
    flags: int
    precision: Share | None
    recall: Recall
    false_alarms: Share | None
    labels: tuple[LabelFigures, ...]
    bins: tuple[Bin, ...]
    calibration_error: float | None
    weeks: tuple[Week, ...]
    work: tuple[Mapping[str, int], ...]
    waiting: Waiting
    open_checks: int
    decided: int
    median_wait: float | None
    long_wait: float | None
    automatic: Automatic
    overruled: Share | None
    changed: Share | None
    appeals: Appeals | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the report is made of, as the store counted it; `let_through` are tallies of the time that draws cover."""

    tallies: Sequence[Tally]
    flags: Sequence[Flags]
    rulings: Sequence[Ruling]
    draws: Sequence[Draw]
    drawn_from: tuple[datetime, datetime] | None
    let_through: Sequence[Tally]
    work: Sequence[Work]
    waiting: Waiting
    open_checks: int
    watch: Watch
    trip: Trip | None
    appeals: Appeals | None


def report(period: Period, counts: Counts) -> TrustReport:
    """Make the report."""
    rulings, messages = counts.rulings, sum(tally.messages for tally in counts.tallies)
    flagged = [r for r in rulings if r.machine is not Decision.ALLOW]
    removed = [r for r in flagged if r.machine is Decision.REMOVE]
    cleared = sum(r.decision is Decision.ALLOW for r in flagged)
    waits = [max(0.0, (r.first_at - r.received_at).total_seconds()) for r in flagged]
    bins = estimates.reliability((r.scores[label], label in r.labels) for r in flagged for label in r.flagged)
    return TrustReport(
        period=period,
        messages=messages,
        flags=sum(each.messages for each in counts.flags),
        precision=_share(flagged, _harmful),
        recall=_recall(counts, _harmful, lambda labels: True, plan=True),
        false_alarms=Share(cleared, messages, estimates.wilson(cleared, messages)) if messages else None,
        labels=tuple(_label(label, period, counts, flagged) for label in LABELS),
        bins=bins,
        calibration_error=estimates.calibration_error(bins),
        weeks=_weeks(period, counts, flagged),
        work=_work(period, counts.work),
        waiting=counts.waiting,
        open_checks=counts.open_checks,
        decided=len(rulings),
        median_wait=estimates.quantile(waits, 0.5),
        long_wait=estimates.quantile(waits, 0.9),
        automatic=Automatic(
            removed=sum(t.messages for t in counts.tallies if t.decision is Decision.REMOVE),
            wrong=_share(removed, lambda r: r.decision is not Decision.REMOVE),
            watch=counts.watch,
            trip=counts.trip,
        ),
        overruled=_share(rulings, lambda r: _harmful(r) != (r.machine is not Decision.ALLOW)),
        changed=_share(rulings, lambda r: r.changed),
        appeals=counts.appeals,
    )


def _harmful(ruling: Ruling) -> bool:
    return ruling.decision is not Decision.ALLOW


def _share(rulings: Iterable[Ruling], counts: Callable[[Ruling], bool]) -> Share | None:
    """The share of rulings for which something holds; copies of a text are one cluster."""
    clusters: dict[bytes, list[bool]] = defaultdict(list)
    for ruling in rulings:
        clusters[ruling.copies].append(counts(ruling))
    return estimates.share_of((sum(held), len(held)) for held in clusters.values())


def _label(label: Label, period: Period, counts: Counts, flagged: Sequence[Ruling]) -> LabelFigures:
    theirs = [r for r in flagged if label in r.flagged]

    def right(ruling: Ruling) -> bool:
        return label in ruling.labels

    weeks: list[list[Ruling]] = [[] for _ in period.weeks[1:]]
    for ruling in theirs:
        weeks[bisect_right(period.weeks, ruling.received_at) - 1].append(ruling)
    return LabelFigures(
        label=label,
        flags=sum(each.messages for each in counts.flags if label in each.labels),
        precision=_share(theirs, right),
        weeks=tuple(_share(each, right) for each in weeks),
        recall=_recall(counts, right, lambda labels: label in labels),
    )


def _recall(
    counts: Counts, harmful: Callable[[Ruling], bool], flags: Callable[[Sequence[Label]], bool], *, plan: bool = False
) -> Recall:
    """What was caught of what `harmful` tells. `flags` says which flags are of this kind; `plan` asks for `more`."""
    caught = sum(harmful(r) for r in counts.rulings if r.machine is not Decision.ALLOW)
    decided = [r for r in counts.rulings if r.machine is not Decision.ALLOW and flags(r.flagged)]
    undecided = sum(each.messages for each in counts.flags if flags(each.labels)) - len(decided)
    precision = _share(decided, harmful)
    slipped = [r for r in counts.rulings if r.machine is Decision.ALLOW]
    reported = sum(harmful(r) for r in slipped if not r.checked)
    strata = _strata(counts, slipped, harmful)
    known = (caught, max(0, undecided), precision.estimate if precision else None, reported, strata)
    estimate = estimates.recall(*known)
    narrow = estimate is not None and estimate.width <= NARROW
    return Recall(
        estimate=estimate,
        at_most=estimates.recall_at_most(caught, max(0, undecided), reported),
        checked=sum(len(stratum.checked) for stratum in strata),
        found=sum(harm for stratum in strata for _, harm in stratum.checked),
        reported=reported,
        more=0 if narrow else estimates.checks_for(NARROW, *known) if plan else None,
    )


def _strata(counts: Counts, slipped: Sequence[Ruling], harmful: Callable[[Ruling], bool]) -> list[Stratum]:
    """The allowed messages that draws could reach, but for those that people found without a draw."""
    if counts.drawn_from is None:
        return []
    since, until = counts.drawn_from
    sizes = Counter(dict.fromkeys(range(STRATA), 0))
    checked: list[list[tuple[float, bool]]] = [[] for _ in range(STRATA)]
    for tally in counts.let_through:
        if tally.decision is Decision.ALLOW:
            sizes[tally.stratum] += tally.messages
    for ruling in slipped:
        if not since <= ruling.received_at < until:
            continue
        stratum = stratum_of(ruling.suspicion)
        probability = chance(ruling.received_at, stratum, counts.draws)
        if ruling.checked and probability > 0:
            checked[stratum].append((probability, harmful(ruling)))
        else:
            sizes[stratum] -= 1
    return [Stratum(max(sizes[i], len(checked[i])), tuple(checked[i])) for i in range(STRATA)]


def _weeks(period: Period, counts: Counts, flagged: Sequence[Ruling]) -> tuple[Week, ...]:
    found: list[Week] = []
    for i, (since, until) in enumerate(zip(period.weeks, period.weeks[1:], strict=False)):
        theirs = [r for r in flagged if since <= r.received_at < until]
        right = sum(map(_harmful, theirs))
        messages = sum(t.messages for t in counts.tallies if t.stretch == i)
        flags = sum(t.messages for t in counts.flags if t.stretch == i)
        found.append(Week(since, until, messages, flags, right, len(theirs) - right, _share(theirs, _harmful)))
    return tuple(found)


def _work(period: Period, work: Sequence[Work]) -> tuple[Mapping[str, int], ...]:
    """Decisions by person, one mapping a day."""
    days: list[Counter[str]] = [Counter() for _ in period.days[1:]]
    for each in work:
        days[each.stretch][each.actor] += each.decisions
    return tuple(days)
