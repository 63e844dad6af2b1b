"""The audit log: everything that changes something is in it, and nobody can change it unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from copilot.adapters.sql import SqlStore
from copilot.adapters.sql.tables import audit
from copilot.errors import NotFound
from copilot.ports import State
from copilot.types import Clause, ClauseKind, Community, Decision, Label, Message


@pytest.fixture
def service(make_service):
    made = make_service()
    made.add_community(Community("demo", "群", rules="1. 禁止广告。"), "小林")
    return made


def deeds(engine, community="demo", **wanted):
    with SqlStore(engine).begin() as unit:
        return unit.audit.search(community, **wanted)


def decide(service, actor="小林"):
    [case] = service.ingest([Message("m1", "广告", "demo", "王某")])
    return service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor=actor, reason="引流")


def test_a_decision_and_its_undoing_are_kept_with_before_and_after(service, engine):
    given = decide(service)
    service.review.undo(given.id, "小周")
    undone, decided, *_ = deeds(engine)
    assert (decided.deed.actor, decided.deed.action, decided.deed.reason) == ("小林", "case.resolve", "引流")
    assert decided.deed.before == {}
    assert decided.deed.after["labels"] == ["ads"]
    assert (undone.deed.actor, undone.deed.action) == ("小周", "case.undo")
    assert undone.deed.before == decided.deed.after
    assert undone.deed.after == {}


def change_rules(service):
    service.rulebook.put("demo", "1. 禁止刷屏。", State.LIVE, "小林")


def correct_a_clause(service):
    service.rulebook.correct("demo", 1, Clause(1, "", ClauseKind.FORBID, (Label.FRAUD,)), "小林")


def roll_back(service):
    change_rules(service)
    service.rulebook.roll_back("demo", "小林")


def change_policy(service):
    service.policies.put("demo", {"budget": 0.02}, State.LIVE, "小林")


def rename(service):
    service.change_community("demo", lambda old: Community("demo", "新群"), "小林")


def resume(service):
    service.safeguard.confirm("demo", datetime.now(UTC), "小林")


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (change_rules, "rules.put"),
        (correct_a_clause, "rules.correct"),
        (roll_back, "rules.roll_back"),
        (change_policy, "policy.put"),
        (rename, "community.change"),
        (resume, "removal.resume"),
    ],
)
def test_every_change_says_who_made_it(service, engine, change, action):
    change(service)
    newest = deeds(engine)[0].deed
    assert (newest.actor, newest.action) == ("小林", action)


def test_a_change_that_fails_leaves_no_entry(service, engine):
    before = len(deeds(engine))
    with pytest.raises(NotFound):
        service.rulebook.promote("demo", 99, "小林")
    assert len(deeds(engine)) == before


def test_what_a_member_wrote_is_not_in_it(service, engine):
    decide(service)
    assert all("王某" not in str(entry.deed) and "'广告'" not in str(entry.deed) for entry in deeds(engine))


def test_entries_are_found_by_words_person_and_kind(service, engine):
    decide(service, actor="小周")
    assert [e.deed.actor for e in deeds(engine, actor="小周")] == ["小周"]
    assert [e.deed.action for e in deeds(engine, action="case.")] == ["case.resolve"]
    assert [e.deed.reason for e in deeds(engine, words="引流")] == ["引流"]
    assert deeds(engine, words="100%") == []


@pytest.mark.parametrize("tamper", ["change", "remove", "swap"])
def test_a_later_change_shows(service, engine, tamper):
    for number in range(3):
        service.policies.put("demo", {"budget": 0.01 + number / 100}, State.LIVE, "小林")
    with SqlStore(engine).begin() as unit:
        assert unit.audit.broken_at() is None
    with engine.begin() as connection:
        second, third = connection.scalars(sa.select(audit.c.id).order_by(audit.c.id)).all()[-2:]
        at = audit.c.id == second
        if tamper == "change":
            connection.execute(sa.update(audit).where(at).values(actor="别人"))
        elif tamper == "remove":
            connection.execute(sa.delete(audit).where(at))
        else:
            connection.execute(sa.update(audit).where(at).values(details={"reason": "", "before": {}, "after": {}}))
    with SqlStore(engine).begin() as unit:
        assert unit.audit.broken_at() == (third if tamper == "remove" else second)


def test_details_can_be_erased_and_the_chain_holds(service, engine):
    decide(service)
    newest = deeds(engine)[0]
    with SqlStore(engine).begin() as unit:
        unit.audit.erase([newest.number])
    with SqlStore(engine).begin() as unit:
        assert unit.audit.broken_at() is None
    after = deeds(engine)[0]
    assert after.erased
    assert (after.deed.reason, after.deed.action) == ("", "case.resolve")
