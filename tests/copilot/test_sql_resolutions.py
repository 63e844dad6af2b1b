"""What people decided, and versions of what a community may change, as the store keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from alembic import command

from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.adapters.sql.migrate import _config
from copilot.errors import Conflict, NotFound
from copilot.policy.breaker import Breaker, Cause, open_for
from copilot.policy.drift import Watch
from copilot.policy.risk import Choice, Tally
from copilot.ports import Chosen, Protection, State
from copilot.types import (
    CitedClause,
    Clause,
    ClauseKind,
    Community,
    Decision,
    Label,
    Likeness,
    Measure,
    Precedent,
    Reason,
    Resolution,
    RuleSet,
    ShadowVerdict,
    Window,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
CLAUSE = Clause(
    3,
    "周五可发招聘",
    ClauseKind.ALLOW,
    (Label.ADS,),
    Measure.NONE,
    ("招聘",),
    (Window((5,), time(8), time(22)), Window()),
    ("群主",),
    0.8,
)


@pytest.fixture
def store(engine):
    store = SqlStore(engine)
    with store.begin() as unit:
        for name in ("demo", "other"):
            unit.communities.add(Community(name, name))
    return store


@pytest.fixture
def kept(store, make_case):
    """Three kept cases of a community, by id."""
    with store.begin() as unit:
        unit.cases.add([make_case(f"广告{n}", community="demo", author="小王") for n in range(3)])
        return [case for case, _ in unit.cases.stream("demo", LONG_AGO, 10)]


def decided(case, decision=Decision.REMOVE, **fields) -> Resolution:
    given = {"labels": (Label.ADS,), "measure": Measure.WARN, "actor": "王", "reason": "", "decided_at": NOW}
    return Resolution(case.id, decision, **{**given, **fields})


def test_what_a_verdict_rested_on_comes_back_as_it_was(store, make_case):
    case = make_case("广告", community="demo", roles=("商家",))
    cited = CitedClause(2, CLAUSE, 0.7, Reason("第三条", "Clause 3."))
    precedent = Precedent(7, "library:x", Decision.REMOVE, (Label.FRAUD,), 0.9, Likeness.NEAR_COPY)
    assessment = replace(
        case.assessment,
        clauses=(cited,),
        precedents=(precedent,),
        model_scores={Label.ADS: 0.6},
        mute_minutes=60,
        would_remove=True,
        shadow=ShadowVerdict(3, None, Decision.ALLOW, ()),
    )
    case = replace(case, assessment=assessment)
    with store.begin() as unit:
        unit.cases.add([case])
        assert unit.cases.kept([case.message]) == [case]


def test_the_last_resolution_that_was_not_undone_stands(store, kept):
    case = kept[0]
    with store.begin() as unit:
        first = unit.resolutions.add(decided(case))
        second = unit.resolutions.add(decided(case, Decision.ALLOW, labels=()))
        assert [r.decision for _, r in unit.resolutions.of_authors("demo", ["小王"], LONG_AGO)] == [Decision.ALLOW]
        unit.resolutions.undo(second, "李", NOW)
        assert [r.id for _, r in unit.resolutions.of_authors("demo", ["小王"], LONG_AGO)] == [first]
        unit.resolutions.undo(first, "李", NOW)
        assert unit.resolutions.of_authors("demo", ["小王"], LONG_AGO) == []
        assert [(r.id, r.undone_at) for r in unit.resolutions.of(case.id)] == [(first, NOW), (second, NOW)]


def test_a_resolution_can_be_undone_once_and_must_exist(store, kept):
    with store.begin() as unit:
        resolution = unit.resolutions.add(decided(kept[0]))
        unit.resolutions.undo(resolution, "李", NOW)
    with pytest.raises(Conflict), store.begin() as unit:
        unit.resolutions.undo(resolution, "李", NOW)
    with pytest.raises(NotFound), store.begin() as unit:
        unit.resolutions.undo(999, "李", NOW)
    with pytest.raises(NotFound), store.begin() as unit:
        unit.resolutions.undo(resolution + 1, "李", NOW)  # the row that undid it is no resolution
    with pytest.raises(NotFound), store.begin() as unit:
        unit.resolutions.add(replace(decided(kept[0]), case_id=999))


def test_whoever_follows_the_changes_sees_decisions_and_undoing(store, kept):
    with store.begin() as unit:
        unit.resolutions.add(decided(kept[0]))
        second = unit.resolutions.add(decided(kept[1]))
        seen = list(unit.resolutions.changed_since(0))
        assert [(case.id, r.case_id) for _, case, r in seen] == [(c.id, c.id) for c in kept[:2]]
        mark = seen[-1][0]
        assert list(unit.resolutions.changed_since(mark)) == []
        unit.resolutions.undo(second, "李", NOW)
        [(later, case, stands)] = unit.resolutions.changed_since(mark)
    assert later > mark
    assert (case.id, stands) == (kept[1].id, None)


def test_cases_stream_in_order_with_what_was_decided(store, kept):
    with store.begin() as unit:
        unit.resolutions.add(decided(kept[1]))
        found = list(unit.cases.stream("demo", LONG_AGO, 2))
        assert [(case.id, r and r.case_id) for case, r in found] == [(kept[1].id, kept[1].id), (kept[2].id, None)]
        assert list(unit.cases.stream("other", LONG_AGO, 2)) == []
        with pytest.raises(NotFound):
            unit.cases.get([kept[0].id, 999])
        assert unit.cases.get([kept[2].id, kept[0].id]) == [kept[2], kept[0]]


def test_versions_count_up_and_only_one_is_in_force(store):
    with store.begin() as unit:
        for text in ("一", "二"):
            unit.rules.add("demo", RuleSet(0, text, (CLAUSE,)), State.LIVE, "王")
        unit.rules.add("demo", RuleSet(0, "三", ()), State.SHADOW, "王")
        unit.rules.add("other", RuleSet(0, "别的群", ()), State.LIVE, "王")
    with store.begin() as unit:
        assert unit.rules.live("demo").value == RuleSet(2, "二", (CLAUSE,))
        assert unit.rules.shadow("demo").value == RuleSet(3, "三", ())
        assert [(v.number, v.state) for v in unit.rules.all("demo")] == [
            (3, State.SHADOW),
            (2, State.LIVE),
            (1, State.RETIRED),
        ]


def test_an_earlier_version_can_be_put_in_force_again(store):
    with store.begin() as unit:
        for text in ("一", "二"):
            unit.rules.add("demo", RuleSet(0, text, ()), State.LIVE, "王")
        unit.rules.promote("demo", 1)
        assert unit.rules.live("demo").value.text == "一"
        unit.rules.retire("demo", 1)
        assert unit.rules.live("demo") is None
        with pytest.raises(NotFound):
            unit.rules.promote("demo", 9)
        with pytest.raises(NotFound):
            unit.rules.get("other", 1)


def test_a_change_of_rules_shows_in_the_communitys_revision(store):
    with store.begin() as unit:
        before, other = unit.communities.revision("demo"), unit.communities.revision("other")
        unit.rules.add("demo", RuleSet(0, "一", ()), State.LIVE, "王")
        assert unit.communities.revision("demo") > before
        assert unit.communities.revision("other") == other
    with pytest.raises(NotFound), store.begin() as unit:
        unit.rules.add("nowhere", RuleSet(0, "一", ()), State.LIVE, "王")


def test_undecided_are_flagged_cases_that_nobody_decided(store, kept, make_case):
    with store.begin() as unit:
        unit.cases.add([make_case("早", community="demo"), make_case("广告", community="other")])
        assert [case.id for case in unit.cases.undecided("demo", 0, 10)] == [case.id for case in kept]
        first = unit.resolutions.add(decided(kept[0]))
        assert [case.id for case in unit.cases.undecided("demo", 0, 1)] == [kept[1].id]
        unit.resolutions.undo(first, "李", NOW)
        assert [case.id for case in unit.cases.undecided("demo", 0, 1)] == [kept[0].id]
        assert [case.id for case in unit.cases.undecided("demo", kept[0].id, 1)] == [kept[1].id]


def test_only_asked_for_members_and_times_are_found(store, kept, make_case):
    with store.begin() as unit:
        unit.resolutions.add(decided(kept[0]))
        assert unit.resolutions.of_authors("demo", ["小李"], LONG_AGO) == []
        assert unit.resolutions.of_authors("other", ["小王"], LONG_AGO) == []
        assert unit.resolutions.of_authors("demo", ["小王"], datetime.now(UTC)) == []
        assert [r.case_id for _, r in unit.resolutions.decided("demo", LONG_AGO)] == [kept[0].id]
        assert unit.resolutions.decided("demo", NOW) == []
        assert unit.cases.count("demo", LONG_AGO) == 3
        assert unit.cases.count("other", LONG_AGO) == 0


def test_what_protects_a_community_is_kept(store):
    with store.begin() as unit:
        assert unit.safeguards.get("demo") == Protection(Breaker(), Watch())
        tripped = open_for(Breaker(), Cause.DRIFT, 10.0).breaker
        chosen = Chosen(Choice(-0.5, Tally(400, 1), 3), 2, "encoder/1", NOW)
        protection = Protection(tripped, Watch().after([True, False], 0.01), chosen)
        unit.safeguards.put("demo", protection)
    with store.begin() as unit:
        assert unit.safeguards.turn("demo") == protection
        unit.safeguards.put("demo", Protection(Breaker(), Watch()))
        assert unit.safeguards.get("demo") == Protection(Breaker(), Watch())


def test_a_database_from_before_keeps_its_cases(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = connect(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO communities VALUES ('demo', '群', '', '1. 禁止广告', 0, '{}', 1, '2026-01-01 00:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO cases VALUES (1, 'demo', 'm1', x'00', '小王', '广告', '', NULL, NULL, '2026-01-01 00:00:00', "
            "'review', 'remind', '[\"ads\"]', '{\"ads\": 0.9}', '[]', "
            '\'{"model": "m", "policy": "p", "rules": ""}\')'
        )
        connection.commit()
    upgrade(url)
    with SqlStore(engine).begin() as unit:
        [case] = unit.cases.get([1])
        assert (case.message.text, case.assessment.labels, case.assessment.clauses) == ("广告", (Label.ADS,), ())
        assert unit.communities.get("demo").time_zone == "Asia/Shanghai"
        assert unit.resolutions.add(decided(case)) == 1
    engine.dispose()
