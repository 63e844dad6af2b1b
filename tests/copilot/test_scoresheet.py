"""A sheet of scores answers as a whole replay would, and shows where the scores lie."""

import random
from datetime import UTC, datetime

import pytest

from copilot.policy import Automatic, Band, Policy
from copilot.ports import Outline
from copilot.rejudge import by_policy, rescored
from copilot.replay import replay
from copilot.scoresheet import BINS, Move, ScoreSheet, position
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
    Resolution,
    Signal,
    Versions,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHY = Reason("因", "why")
POLICY = Policy({label: Band(0.5, 0.9) for label in LABELS}, automatic=Automatic.SHADOW)
ALLOWED, HARMFUL = (Decision.ALLOW, ()), (Decision.REVIEW, (Label.ADS,))


def outline(number, score=0.0, *, resolution=None, **fields):
    scores = fields.pop("scores", {Label.ADS: score})
    made = {"text": b"%d" % number, "author": f"m{number}", "roles": (), "signals": (), "permitted": ()} | fields
    return Outline(id=number, scores=scores, resolution=resolution, **made)


def banded(review, remove=0.9, **fields):
    bands = {label: Band(0.5, 0.9) for label in LABELS} | {Label.ADS: Band(review, remove)}
    return Policy(bands, **{"automatic": Automatic.SHADOW, **fields})


def some_outlines(rng, count=600):
    for number in range(count):
        quoted = Signal("quoted", None, rng.random(), WHY, kind="abuse")
        yield outline(
            number,
            scores={label: rng.random() ** 12 for label in LABELS}
            | {Label.ADS: rng.choice([0.3, 0.45, 0.5, 0.8, 0.85, 0.9, rng.random()])},
            roles=("群主",) if rng.random() < 0.1 else (),
            signals=(quoted,) if rng.random() < 0.1 else (),
            permitted=(Label.ADS,) if rng.random() < 0.1 else (),
            resolution=rng.choice([None, None, ALLOWED, HARMFUL]),
        )


def as_case(o):
    allowing = Clause(1, "", ClauseKind.ALLOW, o.permitted)
    cited = (CitedClause(1, allowing, 1.0, WHY, o.permitted),) if o.permitted else ()
    verdict = Assessment("", Decision.ALLOW, Measure.NONE, (), o.scores, o.signals, Versions("", ""), cited)
    case = Case(Message(str(o.id), str(o.id), "c", author=o.author, roles=o.roles), verdict, NOW, id=o.id)
    given = o.resolution and Resolution(o.id, o.resolution[0], o.resolution[1], Measure.NONE, "mod", "", NOW)
    return case, given


@pytest.mark.parametrize(
    "changed",
    [
        banded(0.3),
        banded(0.8, 0.85),
        banded(0.5, 0.7),
        Policy(POLICY.bands | {Label.ABUSE: Band(0.2, 0.9)}, automatic=Automatic.SHADOW),
        banded(0.5, exempt_roles=frozenset({"群主"})),
        banded(0.45, automatic=Automatic.LIVE, removal={Label.ADS: 0.8, Label.FRAUD: 0.95}),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_it_counts_what_a_whole_replay_counts(changed, seed):
    outlines = list(some_outlines(random.Random(seed)))
    found = ScoreSheet(outlines).consequence(POLICY, changed)
    report = replay(map(as_case, outlines), rescored(by_policy(changed)), rescored(by_policy(POLICY)))
    into = sum(n for (old, new), n in report.transitions.items() if old is Decision.ALLOW is not new)
    out = sum(n for (old, new), n in report.transitions.items() if new is Decision.ALLOW is not old)
    counted = {move: crossing.messages for move, crossing in found.crossings.items()}
    assert (counted.get(Move.FLAGGED, 0), counted.get(Move.CLEARED, 0)) == (into, out)
    assert (found.messages, found.decided) == (report.messages, report.decided)


def test_removal_is_counted_whether_or_not_it_is_on():
    sheet = ScoreSheet([outline(1, 0.85), outline(2, 0.95), outline(3, 0.2)])
    for mode in Automatic:
        found = sheet.consequence(banded(0.5, 0.9, automatic=mode), banded(0.5, 0.8, automatic=mode))
        assert found.crossings[Move.REMOVED].messages == 1
        assert found.removes is (mode is Automatic.LIVE)
        assert Move.FLAGGED not in found.crossings


def test_what_people_found_fine_is_named_and_comes_first_among_the_examples():
    undecided = [outline(n, 0.4, author=f"a{n}") for n in range(20)]
    sheet = ScoreSheet([*undecided, outline(90, 0.4, resolution=HARMFUL), outline(91, 0.4, resolution=ALLOWED)])
    flagged = sheet.consequence(POLICY, banded(0.3)).crossings[Move.FLAGGED]
    assert (flagged.messages, flagged.clean, flagged.harmful) == (22, 1, 1)
    assert flagged.examples[:2] == (91, 90)


def test_examples_are_of_other_texts_and_other_authors():
    same = [outline(n, 0.4, text=b"x", author=f"a{n}") for n in range(5)]
    one = [outline(n, 0.4, author="同一人") for n in range(10, 15)]
    found = ScoreSheet([*same, *one]).consequence(POLICY, banded(0.3))
    assert len(found.crossings[Move.FLAGGED].examples) == 2
    assert found.members == 6


def test_a_histogram_tells_apart_what_people_said():
    sheet = ScoreSheet(
        [
            outline(1, 0.99, resolution=HARMFUL),
            outline(2, 0.99, resolution=ALLOWED),
            outline(3, 0.5),
            outline(4, 0.5, resolution=(Decision.REMOVE, (Label.FRAUD,))),
            outline(5, 0.0),
            outline(6, 1.0),
        ]
    )
    drawn = sheet.histogram(Label.ADS)
    assert [sum(side) for side in (drawn.harmful, drawn.clean, drawn.others)] == [1, 1, 4]
    near_one, half = int(position(0.99) * BINS), BINS // 2
    assert drawn.harmful[near_one] == drawn.clean[near_one] == 1
    assert drawn.others[half] == 2
    assert drawn.others[0] == drawn.others[-1] == 1


def test_an_empty_sheet_answers_too():
    found = ScoreSheet([]).consequence(POLICY, banded(0.3))
    assert (found.messages, found.crossings, found.members) == (0, {}, 0)
