"""Changes by several people at once, readings that stay confirmed, and looks ahead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copilot.errors import Conflict, InvalidInput
from copilot.policy import Automatic, CommunityPolicy
from copilot.ports import State
from copilot.scoresheet import Move
from copilot.service.libraries import KnownText
from copilot.service.policies import lets_remove
from copilot.service.replays import Proposal
from copilot.types import ClauseKind, Community, Decision, Label, Message

RULES = "1. 禁止广告\n2. 群里东西看着来"


@pytest.fixture
def service(make_service):
    made = make_service()
    made.add_community(Community("demo", "阳光花园", rules=RULES))
    return made


def ingest(service, *texts):
    messages = [Message(f"m{n}-{text}", text, "demo", author=f"a{n}") for n, text in enumerate(texts)]
    return service.ingest(messages)


def actions(service):
    with service._store.begin() as unit:
        return [entry.deed.action for entry in unit.audit.search("demo")]


def test_of_two_who_save_rules_at_once_the_second_is_told_and_nothing_is_kept(service):
    service.rulebook.put("demo", "1. 禁止刷屏", State.LIVE, "甲", seen=1)
    before = actions(service)
    with pytest.raises(Conflict):
        service.rulebook.put("demo", "1. 禁止辱骂", State.LIVE, "乙", seen=1)
    assert [v.value.text for v in service.rulebook.all("demo")] == ["1. 禁止刷屏", RULES]
    assert service.community("demo").rules == "1. 禁止刷屏"
    assert actions(service) == before
    service.rulebook.put("demo", "1. 禁止辱骂", State.LIVE, "乙", seen=2)


def test_of_two_who_save_a_policy_at_once_the_second_is_told(service):
    service.policies.put("demo", {}, State.SHADOW, "甲", seen=0)
    with pytest.raises(Conflict):
        service.policies.put("demo", {"automatic": "off"}, State.LIVE, "乙", seen=0)
    assert len(service.policies.all("demo")) == 1


def test_nothing_is_promoted_or_taken_back_over_what_nobody_has_seen(service):
    service.rulebook.put("demo", "1. 禁止刷屏", State.SHADOW, "甲")
    service.rulebook.put("demo", "1. 禁止赌博", State.LIVE, "甲")
    with pytest.raises(Conflict):
        service.rulebook.promote("demo", 2, "乙", seen=1)
    with pytest.raises(Conflict):
        service.rulebook.roll_back("demo", "乙", seen=1)
    assert service.rulebook.promote("demo", 2, "乙", seen=3).state is State.LIVE


def test_a_confirmed_reading_outlives_a_change_of_other_clauses(service):
    rules, _ = service.rulebook.read(RULES)
    meant = replace(rules.clauses[1], kind=ClauseKind.FORBID, labels=(Label.ABUSE,))
    service.rulebook.put("demo", "1. 群里东西看着来\n2. 禁止广告\n3. 禁止刷屏", State.LIVE, "甲", confirmed=[meant])
    first, second, _ = service.rulebook.all("demo")[0].value.clauses
    assert (first.number, first.labels, first.confidence) == (1, (Label.ABUSE,), 1.0)
    assert second.confidence < 1


def test_a_look_ahead_follows_decisions_and_messages(service):
    [case] = ingest(service, "可疑的说法")
    now = datetime.now(UTC)
    laxer = {"bands": {"rumor": {"review": 0.95}}}
    cleared = service.outlook.consequence("demo", laxer, now).crossings[Move.CLEARED]
    assert (cleared.messages, cleared.clean, cleared.examples) == (1, 0, (case.id,))
    service.review.resolve(case.id, Decision.ALLOW, [], measure=None, actor="甲")
    ingest(service, "又一条可疑", "早")
    assert len(service.outlook.sheet("demo", datetime.now(UTC))) == 3
    cleared = service.outlook.consequence("demo", laxer, datetime.now(UTC)).crossings[Move.CLEARED]
    assert (cleared.messages, cleared.clean) == (2, 1)


def test_a_look_ahead_refuses_a_policy_that_makes_no_sense(service):
    with pytest.raises(InvalidInput) as error:
        service.outlook.consequence("demo", {"budget": 2}, datetime.now(UTC))
    assert error.value.param == "budget"


def test_the_sheet_of_one_community_holds_nothing_of_another(service):
    service.add_community(Community("other", "别的群"))
    ingest(service, "可疑")
    assert len(service.outlook.sheet("other", datetime.now(UTC))) == 0


def test_a_message_is_judged_by_both_sides_of_a_change(service, fake_moderator):
    seen = []
    original = fake_moderator.assess

    def assess(self, messages, charters=None, *rest, **options):
        seen.append(charters["demo"].community.theme)
        return original(self, messages, charters, *rest, **options)

    fake_moderator.assess = assess
    try:
        changed = lambda charter: replace(charter, community=replace(charter.community, theme="新主题"))  # noqa: E731
        service.compare(Message("1", "早", "demo"), changed)
    finally:
        fake_moderator.assess = original
    assert seen == ["", "新主题"]
    assert service.community("demo").theme == ""


def test_who_no_longer_waits_ends_a_replay(service):
    ingest(service, *(f"早{n}" for n in range(5)))
    told = []

    def leave(done, total):
        told.append((done, total))
        raise KeyboardInterrupt

    now = datetime.now(UTC)
    with pytest.raises(KeyboardInterrupt):
        service.replays.replay("demo", Proposal(policy={}), now, now - timedelta(days=1), 3, leave)
    assert told == [(0, 3)]


def test_a_replay_of_rules_knows_what_was_confirmed(service):
    ingest(service, "早")
    rules, _ = service.rulebook.read("1. 群里东西看着来")
    now = datetime.now(UTC)
    proposal = Proposal(rules=rules.text, confirmed=rules.clauses)
    assert service.replays.replay("demo", proposal, now, now - timedelta(days=1), 10).messages == 1


def test_only_switching_removal_on_is_letting_the_machine_remove():
    off, on = CommunityPolicy(automatic=Automatic.OFF), CommunityPolicy(automatic=Automatic.LIVE)
    assert lets_remove(None, on)
    assert lets_remove(off, on)
    assert not lets_remove(on, on)
    assert not lets_remove(on, off)


def test_libraries_are_listed_with_their_sizes(service):
    service.libraries.add("rumors", [KnownText("假消息", (Label.RUMOR,)), KnownText("真消息", ())])
    ingest(service, "早")
    assert service.libraries.sizes() == {"rumors": 2}
