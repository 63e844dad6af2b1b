"""The use cases around a verdict: rules, policies on trial, standing, safeguards, replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.adapters.sql import SqlStore
from copilot.errors import Conflict, InvalidInput, ModelUnavailable, NotFound
from copilot.moderator import Moderator
from copilot.policy import Band, Policy
from copilot.policy.breaker import Cause
from copilot.policy.risk import Choice, Tally
from copilot.ports import State
from copilot.replay import Change
from copilot.service import Service
from copilot.service.replays import Proposal
from copilot.types import LABELS, Clause, ClauseKind, Community, Decision, Label, Measure

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 4, tzinfo=UTC)  # noon in Shanghai
RULES = "1. 禁止发广告，发现一次警告。\n2. 周五可以发招聘信息。\n3. 不许骂人。"


class Scripted:
    """A classifier that knows three words."""

    version = "scripted/1"

    @property
    def bands(self):
        return dict.fromkeys(LABELS, Band(0.5, 0.9))

    def evidence(self, view, label):
        return ()

    def classify(self, views):
        return [
            {
                Label.ADS: 0.97 if "特价" in v.typed else 0.6 if "招聘" in v.typed else 0.01,
                Label.ABUSE: 0.7 if "笨蛋" in v.typed else 0.01,
            }
            for v in views
        ]


@pytest.fixture
def service(engine):
    service = Service(SqlStore(engine), Moderator(Scripted()))
    service.add_community(Community("demo", "阳光花园", rules=RULES))
    return service


@pytest.fixture
def say(service, make_message):
    """Have something said in the community and return the case."""

    def say(text, **fields):
        return service.ingest([make_message(text, **{"community": "demo", "author": "小王", **fields})])[0]

    return say


def resolve(service, case, decision=Decision.REMOVE, labels=(Label.ADS,), **fields):
    return service.review.resolve(case.id, decision, labels, **{"measure": None, "actor": "王", **fields})


def test_a_flag_names_the_clause_it_breaks_and_the_version_of_the_rules(say):
    assessment = say("特价特价").assessment
    assert [cited.clause.number for cited in assessment.clauses] == [1]
    assert assessment.clauses[0].clause.text == "禁止发广告，发现一次警告。"
    assert assessment.versions.rules == "1"


def test_rules_from_before_they_had_versions_still_count(service, say, engine):
    with SqlStore(engine).begin() as unit:
        unit.communities.add(Community("old", "老群", rules=RULES))
    assessment = say("特价特价", community="old").assessment
    assert [cited.clause.number for cited in assessment.clauses] == [1]
    assert assessment.versions.rules == "0"
    service.rulebook.retire("demo", 1)
    assert say("特价特价").assessment.clauses == ()


def test_what_the_rules_permit_is_not_flagged_when_they_permit_it(say):
    text = "招聘店员两名，包吃住"
    assert say(text, sent_at=FRIDAY).assessment.decision is Decision.ALLOW
    assert say(text, sent_at=FRIDAY + timedelta(days=1)).assessment.decision is Decision.REVIEW


def test_rules_without_a_clause_are_refused(service):
    with pytest.raises(InvalidInput):
        service.rulebook.put("demo", "——————", State.LIVE, "王")
    with pytest.raises(NotFound):
        service.rulebook.put("nowhere", RULES, State.LIVE, "王")


def test_changing_a_communitys_text_of_rules_makes_a_new_version_and_nothing_else_does(service, say):
    from dataclasses import replace

    service.change_community("demo", lambda old: replace(old, theme="邻里"))
    assert [v.number for v in service.rulebook.all("demo")] == [1]
    service.change_community("demo", lambda old: replace(old, rules="1. 禁止刷屏"))
    assert [v.number for v in service.rulebook.all("demo")] == [2, 1]
    assert say("特价特价").assessment.versions.rules == "2"


def test_rules_can_be_taken_back_in_one_step(service, say):
    service.rulebook.put("demo", "1. 特价随便发", State.LIVE, "王")
    assert service.rulebook.roll_back("demo").number == 1
    assert say("特价特价").assessment.versions.rules == "1"
    assert service.community("demo").rules == RULES
    with pytest.raises(Conflict):
        service.rulebook.roll_back("demo")


def test_an_admin_corrects_the_reading_of_a_clause(service, say):
    meant = Clause(2, "", ClauseKind.FORBID, (Label.ADS,), Measure.MUTE)
    version = service.rulebook.correct("demo", 1, meant, "王")
    corrected = version.value.clauses[1]
    assert (corrected.text, corrected.kind, corrected.confidence) == ("周五可以发招聘信息。", ClauseKind.FORBID, 1.0)
    assert say("招聘店员两名，包吃住", sent_at=FRIDAY).assessment.decision is Decision.REVIEW
    with pytest.raises(NotFound):
        service.rulebook.correct("demo", 1, Clause(9, "", ClauseKind.INFORM), "王")


def test_nothing_is_removed_before_decided_cases_support_it(service, say):
    service.policies.put("demo", {"automatic": "live"}, State.LIVE, "王")
    assessment = say("特价特价").assessment
    assert (assessment.decision, assessment.would_remove) == (Decision.REVIEW, True)
    assert service.automatic("demo").choice.missing == 299


def test_a_community_may_be_told_apart_by_its_own_bands(service, say):
    service.policies.put("demo", {"bands": {"abuse": {"review": 0.8}}}, State.LIVE, "王")
    assert say("笨蛋").assessment.decision is Decision.ALLOW
    assert say("特价").assessment.decision is Decision.REVIEW
    with pytest.raises(InvalidInput) as caught:
        service.policies.put("demo", {"bands": {"abuse": {"review": 2}}}, State.LIVE, "王")
    assert caught.value.param == "bands.abuse"


def test_a_policy_on_trial_is_recorded_and_not_acted_upon(service, say):
    trial = service.policies.put("demo", {"bands": {"abuse": {"review": 0.8}}}, State.SHADOW, "王")
    cases = [say(text) for text in ("笨蛋一号", "笨蛋二号", "特价")]
    assert [case.assessment.decision for case in cases] == [Decision.REVIEW] * 3
    assert [case.assessment.shadow.decision for case in cases] == [Decision.ALLOW, Decision.ALLOW, Decision.REVIEW]
    resolve(service, cases[0], Decision.ALLOW, ())
    resolve(service, cases[1], labels=(Label.ABUSE,))
    resolve(service, cases[2])
    record = service.policies.record("demo", trial.number, LONG_AGO)
    assert (record.decided, record.flagged, record.right, record.harmful) == (3, 1, 1, 2)
    assert (record.differs, record.better) == (2, 1)
    assert (record.precision, record.recall) == (1.0, 0.5)
    service.policies.promote("demo", trial.number)
    assert say("笨蛋三号").assessment.decision is Decision.ALLOW
    assert say("笨蛋四号").assessment.shadow is None


def test_each_breach_climbs_the_ladder_until_it_is_undone(service, say):
    first = say("笨蛋一号", sent_at=FRIDAY)
    resolution = resolve(service, first, labels=(Label.ABUSE,), measure=Measure.WARN)
    later = FRIDAY + timedelta(days=1)
    again = say("笨蛋二号", sent_at=later).assessment
    assert again.measure.value != say("笨蛋三号", author="别人", sent_at=later).assessment.measure.value
    assert any(signal.source == "standing" and "第 2 次" in signal.reason.zh for signal in again.signals)
    service.review.undo(resolution.id, "王")
    clean = say("笨蛋四号", sent_at=later).assessment
    assert not any("第 2 次" in signal.reason.zh for signal in clean.signals)


def test_two_moderators_never_decide_the_same_case_unknowingly(service, say):
    case = say("特价")
    first = resolve(service, case, seen=0)
    with pytest.raises(Conflict):
        resolve(service, case, Decision.ALLOW, (), seen=0)
    resolve(service, case, Decision.ALLOW, (), seen=first.id)
    assert service.review.file(case.id).standing.decision is Decision.ALLOW


def test_a_resolution_must_make_sense(service, say):
    case = say("特价")
    with pytest.raises(InvalidInput):
        resolve(service, case, Decision.ALLOW, (Label.ADS,))
    with pytest.raises(InvalidInput):
        resolve(service, case, Decision.REMOVE, ())
    assert service.review.queue("demo")[0].id == case.id


@pytest.fixture
def removing(service, monkeypatch):
    """Let the community remove by itself, as if hundreds of cases had been decided right."""
    monkeypatch.setattr("copilot.service.thresholds.choose_with", lambda *_, **__: Choice(0.0, Tally(400, 0)))
    service.policies.put("demo", {"automatic": "live", "removals_per_hour": 3}, State.LIVE, "王")
    return service


def test_automatic_removal_stops_at_the_quota_and_queues_the_rest(removing, say):
    decisions = [say(f"特价{n}").assessment for n in range(5)]
    assert [a.decision for a in decisions] == [Decision.REMOVE] * 3 + [Decision.REVIEW] * 2
    assert any(signal.source == "breaker" for signal in decisions[-1].signals)
    assert removing.automatic("demo").breaker.trip.cause is Cause.HOURLY_QUOTA
    removing.safeguard.confirm("demo", datetime.now(UTC))
    assert removing.automatic("demo").breaker.trip is None


def test_wrong_removals_found_by_audit_pause_the_machine(removing, say):
    removing.policies.put("demo", {"automatic": "live"}, State.LIVE, "王")
    for number in range(7):
        case = say(f"特价{number}")
        if case.assessment.decision is Decision.REMOVE:
            resolve(removing, case, Decision.ALLOW, ())
    assert removing.automatic("demo").breaker.trip.cause is Cause.DRIFT
    assert say("特价了").assessment.decision is Decision.REVIEW


def test_a_change_is_replayed_before_it_is_made(service, say):
    cases = [say(text) for text in ("笨蛋一号", "早上好", "特价", "团购报名")]
    resolve(service, cases[0], Decision.ALLOW, ())
    now = datetime.now(UTC)

    def replay(**proposal):
        return service.replays.replay("demo", Proposal(**proposal), now, LONG_AGO, 100)

    lax = replay(policy={"bands": {"abuse": {"review": 0.9}}})
    assert lax.changes == {Change.CLEAN_SPARED: 1}
    assert lax.examples[Change.CLEAN_SPARED] == (cases[0].id,)
    assert (lax.messages, lax.decided, lax.read_again) == (4, 1, 0)
    assert replay(lists={"deny_keywords": ("团购",)}).changes == {Change.HARDER: 1}
    assert replay().changes == {}
    assert replay(rules=RULES).changes == {}
    with pytest.raises(InvalidInput):
        replay(policy={"budget": 2})


def test_learning_without_a_learner_says_so(service):
    with pytest.raises(ModelUnavailable):
        service.learning.learn("demo", LONG_AGO, "王", keep=False)


def test_messages_without_a_community_are_decided_by_the_models_own_policy(service, make_message):
    [assessment] = service.assess([make_message("特价")])
    assert assessment.decision is Decision.REMOVE
    assert assessment.versions.policy == Policy(Scripted().bands, "scripted/1-bands").version
