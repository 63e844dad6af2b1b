"""Does automatic removal keep its promise? A thousand communities live for ninety days with the product's own rules.

    python -m eval.risk                       # under a minute
    python -m eval.risk --communities 200

Communities are made up: how much is written, how much of it is harmful, how the scores of clean and harmful messages
lie, how much the moderators decide and how often they err. A sixth each stays as it is or drifts: the
share of harm falls slowly, or in one jump; harm learns to look clean, slowly; look-alikes (a new meme) come up
slowly, or in one jump; the week has its rhythm. Thresholds are chosen anew once a week, by `copilot.policy.risk`.

A community keeps its promise where its wrong removals, over all its days together, stay within the budget.
`kept_all` counts all communities, `kept` those that removed anything (`started`), `kept_300` those that removed 300
messages or more: one wrong removal among fifty breaks the count and proves nothing. `kept_expected` weighs each removal
with its chance of being wrong instead of counting how it fell, for those that removed anything.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from copilot.policy.drift import Watch, audit_share
from copilot.policy.reference import Reference, choose_with
from copilot.policy.risk import SHIFTS, WINDOW, Tally, choose
from eval.metrics import Floats, share
from eval.quality import publish, show

DAYS = 90
EVERY = 7
BUDGET, CONFIDENCE = 0.01, 0.95
DRIFTS = (
    "none",
    "less harm, slowly",
    "less harm, at once",
    "evasion, slowly",
    "look-alikes, slowly",
    "look-alikes, jump",
)
MANY = 300
NOISE = (0.0, 0.001, 0.003, 0.01)

Counts = NDArray[np.int64]
_EDGES = np.array(SHIFTS)


@dataclass(frozen=True, slots=True)
class World:
    """One community: mean messages per day, drift's day and bin of margin, shape (days, shifts), clean and harmful.

    `decided` is the share of flagged messages that its moderators decide, `noise` how often they err.
    """

    drift: str
    seen: float
    clean: Floats
    harmful: Floats
    decided: float
    noise: float


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a community: day of the first automatic removal, removals, those wrong, those expected to be."""

    world: World
    start: int | None
    removed: int
    wrong: int
    expected: float
    alarms: int

    @property
    def caught(self) -> float:
        """Share of the harmful messages with a flag that went by themselves."""
        return (self.removed - self.wrong) / max(1.0, float(self.world.harmful.sum()))


def bins(mean: Floats, spread: float) -> Floats:
    """Return the chance of each bin of margin for normal margins; `mean` per day, the result (days, shifts)."""
    above = ndtr((mean[:, None] - _EDGES[None, :]) / spread)
    return np.diff(above, axis=1, prepend=0.0)


def make_world(rng: np.random.Generator, drift: str) -> World:
    """Draw a community."""
    day = np.arange(DAYS)
    volume = np.exp(rng.normal(np.log(1500), 1.2)) * (1 + rng.uniform(0, 0.5) * np.sin(2 * np.pi * day / 7))
    jump = np.where(day >= rng.integers(20, 75), 1.0, 0.0)
    slow = day / DAYS
    factor = rng.uniform(2, 8)
    rate = np.exp(rng.uniform(np.log(0.003), np.log(0.1))) * np.ones(DAYS)
    alike = np.exp(rng.uniform(np.log(1e-5), np.log(5e-4))) * np.ones(DAYS)
    blatant = rng.uniform(-1.5, 2.0) * np.ones(DAYS)
    if drift.startswith("less harm"):
        rate /= factor ** (slow if "slowly" in drift else jump)
    elif drift.startswith("look-alikes"):
        alike *= factor ** (slow if "slowly" in drift else jump)
    elif drift.startswith("evasion"):
        blatant -= slow * rng.uniform(0.5, 3)
    ordinary = bins(rng.uniform(-9.5, -7.5) * np.ones(DAYS), rng.uniform(1.6, 2.2))
    clean = (1 - alike)[:, None] * ordinary + alike[:, None] * bins(np.zeros(DAYS), 1.5)
    return World(
        drift=drift,
        seen=float(volume.mean()),
        clean=(volume * (1 - rate))[:, None] * clean,
        harmful=(volume * rate)[:, None] * bins(blatant, rng.uniform(1.8, 3)),
        decided=rng.uniform(0.5, 1),
        noise=float(rng.choice(NOISE)),
    )


def shipped_reference(rng: np.random.Generator) -> Reference:
    """Draw a calibration set: 25,000 clean and 5,000 harmful texts of a community in the middle of those drawn."""
    clean = np.where(rng.random(25_000) < 7e-5, rng.normal(0, 1.5, 25_000), rng.normal(-8.5, 1.9, 25_000))
    return Reference.of(clean.tolist(), rng.normal(0.25, 2.4, 5_000).tolist())


def live(world: World, seed: int, *, watched: bool, again: bool = True, reference: Reference | None = None) -> Life:
    """Let a community live its days; without `again` a threshold once chosen stays."""
    rng = np.random.default_rng(seed)
    clean, harmful = rng.poisson(world.clean), rng.poisson(world.harmful)
    expected = world.clean / np.maximum(world.clean + world.harmful, 1e-12)
    cases, wrong = np.zeros_like(clean), np.zeros_like(clean)
    level: int | None = None
    start: int | None = None
    removed = removed_wrong = alarms = since = 0
    risk = 0.0
    watch = Watch()
    for day in range(DAYS):
        if day % EVERY == 0 and day and (again or level is None):
            level = _level(cases[since:day], wrong[since:day], world.seen * day, reference)
        taken = 0 if level is None else level + 1
        if taken:
            start = day if start is None else start
            removed += int((clean[day] + harmful[day])[:taken].sum())
            removed_wrong += int(clean[day, :taken].sum())
            risk += float(((clean[day] + harmful[day]) * expected[day])[:taken].sum())
        looked_at = np.full(len(SHIFTS), world.decided)
        looked_at[:taken] = _audited(clean, harmful, day, taken)
        cases[day], wrong[day] = _decide(rng, clean[day], harmful[day], looked_at, world.noise)
        if watched and taken:
            flags = np.arange(cases[day, :taken].sum()) < wrong[day, :taken].sum()
            watch = watch.after(rng.permutation(flags).tolist(), BUDGET)
            if watch.alarmed:
                level, since, watch, alarms = None, day + 1, Watch(), alarms + 1
    return Life(world, start, removed, removed_wrong, risk, alarms)


def _level(cases: Counts, wrong: Counts, seen: float, reference: Reference | None) -> int | None:
    window = slice(-WINDOW.days, None)
    above = np.cumsum(cases[window].sum(0)).tolist(), np.cumsum(wrong[window].sum(0)).tolist()
    evidence = [Tally(*each) for each in zip(*above, strict=True)]
    if reference is None:
        choice = choose(evidence, BUDGET, CONFIDENCE)
    else:
        harmful = int(cases.sum() - wrong.sum())
        choice = choose_with(evidence, reference, int(seen), harmful, BUDGET, CONFIDENCE)
    return None if choice.shift is None else SHIFTS.index(choice.shift)


def _audited(clean: Counts, harmful: Counts, day: int, taken: int) -> float:
    if not taken:
        return 1.0
    past = slice(max(0, day - WINDOW.days), day)
    above = (clean[past, :taken] + harmful[past, :taken]).sum() / (past.stop - past.start)
    return audit_share(int(above * WINDOW.days), BUDGET, CONFIDENCE)


def _decide(
    rng: np.random.Generator, clean: Counts, harmful: Counts, looked_at: Floats, noise: float
) -> tuple[Counts, Counts]:
    """Return how many messages per bin people decide, and how many of those they find clean."""
    clean, harmful = rng.binomial(clean, looked_at), rng.binomial(harmful, looked_at)
    return clean + harmful, clean - rng.binomial(clean, noise) + rng.binomial(harmful, noise)


def _kept(lives: Sequence[Life]) -> float:
    return share(np.array([life.wrong <= BUDGET * life.removed for life in lives]))


def summary(name: str, lives: Sequence[Life]) -> dict[str, object]:
    """One row of a table."""
    started = [life for life in lives if life.removed]
    many = [life for life in started if life.removed >= MANY]
    days = [life.start for life in started if life.start is not None]
    return {
        "communities": name,
        "number": len(lives),
        "started": len(started),
        "kept_all": _kept(lives),
        "kept": _kept(started),
        f"kept_{MANY}": _kept(many),
        "kept_expected": share(np.array([life.expected <= BUDGET * life.removed for life in started])),
        "wrong_of_all": sum(life.wrong for life in lives) / max(1, sum(life.removed for life in lives)),
        "harm_removed": float(np.mean([life.caught for life in started])) if started else float("nan"),
        "days_to_start": float(np.median(days)) if days else float("nan"),
        "alarms": sum(life.alarms for life in lives),
    }


def measure(number: int, seed: int = 0) -> dict[str, list[dict[str, object]]]:
    """Return the tables by title."""
    rng = np.random.default_rng(seed)
    worlds = [make_world(rng, DRIFTS[i % len(DRIFTS)]) for i in range(number)]
    reference = shipped_reference(rng)
    lives = [(world, seed + 1 + i) for i, world in enumerate(worlds)]  # the same fate for each way of living
    ways = {
        "own cases, chosen weekly, watched": [live(w, s, watched=True) for w, s in lives],
        "own cases, chosen weekly": [live(w, s, watched=False) for w, s in lives],
        "own cases, chosen once, watched": [live(w, s, watched=True, again=False) for w, s in lives],
        "own cases, chosen once": [live(w, s, watched=False, again=False) for w, s in lives],
        "reference first, chosen weekly, watched": [live(w, s, watched=True, reference=reference) for w, s in lives],
    }
    main = ways["own cases, chosen weekly, watched"]
    by_drift = {name: [life for life in main if life.world.drift == name] for name in DRIFTS}
    by_noise = {f"{noise:.1%} of decisions wrong": [e for e in main if e.world.noise == noise] for noise in NOISE}
    return {
        f"Automatic removal, {number} communities, {DAYS} days, budget 1 %, confidence 95 %": [
            summary(name, lives) for name, lives in ways.items()
        ],
        "Chosen weekly, watched, by drift": [summary(name, lives) for name, lives in by_drift.items()],
        "Chosen weekly, watched, by the moderators' errors": [summary(name, lives) for name, lives in by_noise.items()],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communities", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    tables = measure(options.communities, options.seed)
    publish("risk", "\n".join(show(title, table) for title, table in tables.items()))


if __name__ == "__main__":
    main()
