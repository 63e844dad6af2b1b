"""The evaluation of the gate corrupts what it says it corrupts, and its drafts are good ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from copilot.drafting.briefing import briefing
from copilot.drafting.fitting import CHANNELS
from copilot.drafting.gate import check
from copilot.drafting.occasion import Occasion
from copilot.drafting.types import Draft
from copilot.drafting.voice import Voice
from eval.gate import mutated, reworded, untouched
from eval.gate_drafts import Day, days, english_day, without
from eval.gate_rewordings import rewordings
from eval.mutations import MUTATIONS


def day_named(name: str) -> Day:
    return next(day for day in days("train") if day.name == name)


def of(name: str) -> Draft:
    day = day_named(name)
    return briefing(Occasion(day.community, day.on + timedelta(days=1), "zh", Voice()), day.digest)


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_a_mutation_changes_the_draft_and_is_stopped(name):
    draft = of("owners-a")
    wrong = MUTATIONS[name](draft, name)
    if wrong is not None:
        assert wrong != draft
        assert check(wrong, channel=CHANNELS["plain"], allowed_domains=("example.org",))


def test_most_mutations_apply_to_a_briefing():
    applied = [name for name, mutate in MUTATIONS.items() if mutate(of("owners-a"), name) is not None]
    assert len(applied) >= 25


def test_an_annotated_day_leaves_out_what_is_flagged():
    day = day_named("owners-a")
    said = {message.id for thread in day.digest.threads for message in thread.messages}
    assert "owners-a-118" not in said
    assert "owners-a-124" in said
    assert day.digest.coverage.messages > len(said)
    fewer = without(day, {"owners-a-124"})
    assert fewer.digest.coverage.left_out == day.digest.coverage.left_out + 1


def test_the_tables_count_what_was_tried():
    draft = of("running-a")
    assert untouched([draft], None)[-1]["pass"] == 1.0
    misses: list[str] = []
    table = mutated([draft], None, misses)
    assert table[-1]["drafts"] == sum(int(str(row["drafts"])) for row in table[:-1])


def test_rewordings_are_of_both_sorts_and_halves():
    counted = {(one.half, one.faithful) for one in rewordings()}
    assert counted == {("tune", True), ("tune", False), ("held", True), ("held", False)}
    assert len(rewordings()) >= 120


def test_the_tuning_half_of_the_rewordings_is_judged_rightly():
    rows = {str(row["kind"]): float(str(row["right"])) for row in reworded([])}
    assert rows["tune: faithful pass"] >= 0.95
    assert rows["tune: unfaithful caught"] >= 0.95


def test_an_english_day_makes_a_briefing():
    day = english_day()
    draft = briefing(Occasion(day.community, day.on + timedelta(days=1), "en", Voice()), day.digest)
    assert "7pm to 9pm" in draft.text
    assert check(draft, channel=CHANNELS["plain"]) == ()
