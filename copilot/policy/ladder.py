"""Which measure to suggest: the ladder of each label, climbed by the member's strikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.policy.standing import CLEAN_RECORD, RECENT_DAYS, Standing
from copilot.types import Clause, ClauseKind, Label, Measure, Reason

_SEVERITY = {measure: rank for rank, measure in enumerate(Measure)}


@dataclass(frozen=True, slots=True)
class Rung:
    """A measure; `minutes` is how long a mute lasts, and 0 for everything else."""

    measure: Measure
    minutes: int = 0

    def __post_init__(self) -> None:
        if (self.measure is Measure.MUTE) != (self.minutes > 0):
            raise ValueError(f"a mute, and nothing else, lasts minutes; got {self.measure.value}, {self.minutes}")

    @property
    def severity(self) -> tuple[int, int]:
        """Sorts rungs from mildest to severest."""
        return _SEVERITY[self.measure], self.minutes


Ladder = Mapping[Label, tuple[Rung, ...]]

_REMIND, _WARN, _OUT = Rung(Measure.REMIND), Rung(Measure.WARN), Rung(Measure.REMOVE)
_TEN_MINUTES, _HOUR, _DAY = Rung(Measure.MUTE, 10), Rung(Measure.MUTE, 60), Rung(Measure.MUTE, 1440)

DEFAULT_LADDER: Ladder = {
    Label.ADS: (_REMIND, _WARN, _HOUR, _DAY, _OUT),
    Label.FRAUD: (_WARN, _OUT),
    Label.GAMBLING: (_WARN, _OUT),
    Label.PORN: (_WARN, _OUT),
    Label.ABUSE: (_REMIND, _WARN, _HOUR, _DAY, _OUT),
    Label.RUMOR: (_REMIND, _REMIND, _WARN, _HOUR),
    Label.OFF_TOPIC: (_REMIND, _REMIND, _WARN, _TEN_MINUTES),
    Label.PRIVACY: (_WARN, _DAY, _OUT),
    Label.FLOOD: (_REMIND, _TEN_MINUTES, _HOUR, _DAY),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about the author, and why."""

    rung: Rung
    reason: Reason


def suggest(
    label: Label,
    *,
    sure: bool,
    standing: Standing = CLEAN_RECORD,
    clause: Clause | None = None,
    ladder: Ladder = DEFAULT_LADDER,
) -> Suggestion:
    """Return the measure that a label asks for.

    Each strike climbs a rung, and a breach beyond doubt (`sure`) starts on the second one: what may have been an
    honest slip of somebody with a clean record gets the mildest answer there is. Where the clause that was broken names
    a measure, nothing milder is suggested. Names, ids and communities are no arguments: equal cases, equal measures.
    """
    rungs = ladder.get(label) or DEFAULT_LADDER[label]
    rung = rungs[min(standing.count + sure, len(rungs) - 1)]
    named = clause if clause is not None and _names_measure(clause, label) else None
    if named is not None and _SEVERITY[named.measure] > _SEVERITY[rung.measure]:
        rung = _mildest(named.measure, rungs)
    return Suggestion(rung, _reason(standing, sure, named))


def _names_measure(clause: Clause, label: Label) -> bool:
    """Whether a broken clause says what happens for this label; one without labels speaks of whatever it names."""
    about = not clause.labels or label in clause.labels
    return clause.kind is ClauseKind.FORBID and clause.measure is not Measure.NONE and about


def _mildest(measure: Measure, rungs: Sequence[Rung]) -> Rung:
    """The mildest rung with this measure; a clause that says "mute" where the ladder has none means an hour."""
    same = sorted((r for r in rungs if r.measure is measure), key=lambda r: r.severity)
    return same[0] if same else Rung(measure, 60 if measure is Measure.MUTE else 0)


def _reason(standing: Standing, sure: bool, clause: Clause | None) -> Reason:
    if standing.recent:
        times = standing.recent + 1
        zh, en = f"第 {times} 次，{RECENT_DAYS} 天内", f"Breach number {times} within {RECENT_DAYS} days"
    elif standing.count:
        zh, en = (
            f"{RECENT_DAYS} 天前有过违规，尚未消减",
            f"An earlier breach, over {RECENT_DAYS} days ago, still counts",
        )
    elif sure:
        zh, en = "近期首次，但违规明确", "The first breach of late, beyond doubt"
    else:
        zh, en = "近期首次，可能是无心之失，从轻", "The first breach of late and perhaps an honest slip, so the mildest"
    if clause is not None:
        zh, en = f"{zh}；依群规第 {clause.number} 条", f"{en}; clause {clause.number} names its measure"
    return Reason(f"{zh}。", f"{en}.")
