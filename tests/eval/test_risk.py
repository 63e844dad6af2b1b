"""The simulation tells communities that keep their promise from those that break it."""

import numpy as np
import pytest

from copilot.policy.risk import SHIFTS
from eval import risk


def world(wrong_share, days=risk.DAYS, per_day=100.0, after=None, noise=0.0):
    """A community with so many removable messages a day, all far above the candidate, so many of them clean."""
    share = np.full(days, wrong_share)
    if after is not None:
        share[40:] = after
    clean, harmful = np.zeros((days, len(SHIFTS))), np.zeros((days, len(SHIFTS)))
    clean[:, 4], harmful[:, 4] = per_day * share, per_day * (1 - share)
    return risk.World("none", 1000.0, clean, harmful, decided=1.0, noise=noise)


def test_a_model_that_never_errs_is_let_remove_and_one_that_errs_is_not():
    good, bad = risk.live(world(0.0), 1, watched=True), risk.live(world(0.03), 1, watched=True)
    assert good.start == risk.EVERY
    assert good.wrong == 0
    assert good.caught > 0.8
    assert (bad.start, bad.removed) == (None, 0)


def test_too_few_cases_never_start():
    assert risk.live(world(0.0, per_day=5), 1, watched=True).start is None


def test_the_watch_shortens_what_drift_costs():
    drifted = world(0.001, after=0.05)
    alone = risk.live(drifted, 1, watched=False, again=False)
    watched = risk.live(drifted, 1, watched=True, again=False)
    assert watched.alarms == 1
    assert watched.wrong < alone.wrong / 2
    assert alone.expected / alone.removed > risk.BUDGET > watched.expected / watched.removed


def test_what_cannot_be_told_apart_by_the_moderators_is_not_removed():
    assert risk.live(world(0.0, noise=0.01), 1, watched=True).removed == 0


def test_bins_are_the_mass_above_each_threshold():
    [chance] = risk.bins(np.array([0.0]), 1.0)
    assert chance[: SHIFTS.index(0.0) + 1].sum() == pytest.approx(0.5)
    assert (chance >= 0).all()


@pytest.mark.parametrize("drift", risk.DRIFTS)
def test_drift_makes_removal_worse_over_time(drift):
    made = risk.make_world(np.random.default_rng(3), drift)
    top = slice(0, SHIFTS.index(0.0) + 1)
    share = made.clean[:, top].sum(1) / (made.clean[:, top].sum(1) + made.harmful[:, top].sum(1))
    assert share[-7:].mean() == pytest.approx(share[:7].mean()) if drift == "none" else share[-1] > share[0]


def test_the_tables_count_communities():
    tables = list(risk.measure(12).values())
    assert [row["number"] for row in tables[0]] == [12] * 5
    assert sum(row["number"] for row in tables[1]) == 12
    assert sum(row["number"] for row in tables[2]) == 12
