"""Appeals: who may file one, who answers it, and what an answer does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from copilot.adapters.sql import SqlStore
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.assignment import Bench
from copilot.policy.measures import OrderState
from copilot.ports import AppealState
from copilot.service.appeals import Door
from copilot.types import Community, Decision, Label, Measure

BENCH = Bench(("小林", "小张"), ("管理",))
REMOVED = {"decision": Decision.REMOVE, "labels": (Label.ADS,), "measure": Measure.MUTE}


@pytest.fixture
def service(make_service):
    service = make_service()
    service.add_community(Community("demo", "阳光花园"))
    return service


@pytest.fixture
def say(service, make_message):
    def say(text="可疑的说法", **fields):
        return service.ingest([make_message(text, **{"community": "demo", "author": "小王", **fields})])[0]

    return say


@pytest.fixture
def decide(service):
    def decide(case, actor="小林", **fields):
        chosen = {**REMOVED, **fields}
        return service.review.resolve(case.id, chosen.pop("decision"), chosen.pop("labels"), actor=actor, **chosen)

    return decide


def now():
    return datetime.now(UTC)


def file(service, token, text="我只是在问路", bench=BENCH, at=None):
    return service.appeals.file(token, text, bench, at or now())


def answer(service, appeal, outcome=AppealState.OVERTURNED, actor="小张", text="已经撤销，抱歉。", bench=BENCH):
    return service.appeals.answer("demo", appeal.id, outcome, text, actor, bench)


def carry_out(service):
    taken = service.measures.claim("demo", "bot", 100, timedelta(minutes=1))
    for order in taken:
        service.measures.report(order.id, OrderState.DONE, "", "bot", timedelta(minutes=1))
    return [order.kind.value for order in taken]


def test_a_link_shows_what_was_decided_and_takes_one_appeal(service, say, decide):
    case = say()
    given = decide(case)
    token = service.appeals.link(case.id)
    heard = service.appeals.hear(token, now())
    assert (heard.door, heard.ruling, heard.appeal) == (Door.OPEN, given, None)
    filed = file(service, token)
    assert file(service, token, "再说一遍") == filed
    heard = service.appeals.hear(token, now())
    assert (heard.door, heard.appeal.text) == (Door.FILED, "我只是在问路")


def test_what_the_machine_removed_can_be_appealed_against_too(service, say):
    case = say("广告")
    filed = file(service, service.appeals.link(case.id))
    assert (filed.ruling, filed.assignee) == (0, "小张")
    carry_out(service)
    answer(service, filed)
    assert service.review.file(case.id).standing.decision is Decision.ALLOW
    assert carry_out(service) == ["lift_delete_message", "lift_warn"]


@pytest.mark.parametrize("given", [None, {"decision": Decision.ALLOW, "labels": (), "measure": Measure.NONE}])
def test_without_anything_against_anybody_there_is_no_link(service, say, decide, given):
    case = say()
    if given:
        decide(case, **given)
    with pytest.raises(Conflict):
        service.appeals.link(case.id)
    with pytest.raises(NotFound):
        service.appeals.link(99)


def test_a_token_that_was_touched_opens_nothing(service, say, decide):
    first, second = say("可疑一"), say("可疑二", author="小赵")
    decide(first)
    decide(second)
    token, other = service.appeals.link(first.id), service.appeals.link(second.id)
    payload, _, rest = other.partition(".")
    forged = [f"{payload}.{token.split('.', 1)[1]}", token[:-1], token + "x", "", "a.b.c", rest, "\ud800", "💣"]
    for wrong in forged:
        with pytest.raises(NotFound):
            service.appeals.hear(wrong, now())
        with pytest.raises(NotFound):
            file(service, wrong)


def test_a_token_of_another_installation_opens_nothing(service, say, decide, tmp_path):
    from copilot.adapters.sql import connect, upgrade
    from copilot.service import Service

    case = say()
    decide(case)
    url = f"sqlite:///{tmp_path / 'other.db'}"
    upgrade(url)
    engine = connect(url)
    with pytest.raises(NotFound):
        Service(SqlStore(engine), service.moderator).appeals.hear(service.appeals.link(case.id), now())
    engine.dispose()


def test_a_link_outlives_a_restart_and_another_process(service, make_service, say, decide):
    case = say()
    decide(case)
    assert make_service().appeals.hear(service.appeals.link(case.id), now()).door is Door.OPEN


def test_after_a_month_nothing_can_be_filed_and_an_answer_can_still_be_read(service, say, decide):
    one, other = say("可疑一"), say("可疑二")
    decide(one)
    decide(other)
    token, used = service.appeals.link(one.id), service.appeals.link(other.id)
    file(service, used)
    late = now() + timedelta(days=31)
    assert service.appeals.hear(token, late).door is Door.EXPIRED
    with pytest.raises(Conflict):
        file(service, token, at=late)
    assert service.appeals.hear(used, late).door is Door.FILED


def test_a_decision_that_is_gone_takes_no_appeal(service, say, decide):
    one, other = say("可疑一"), say("可疑二")
    service_link = service.appeals.link
    given = decide(one)
    undone = service_link(one.id)
    service.review.undo(given.id, "小林")
    decide(other)
    replaced = service_link(other.id)
    decide(other, measure=Measure.WARN)
    assert service.appeals.hear(undone, now()).door is Door.TAKEN_BACK
    assert service.appeals.hear(replaced, now()).door is Door.REPLACED
    for token in (undone, replaced):
        with pytest.raises(Conflict):
            file(service, token)


@pytest.mark.parametrize("text", ["", "  \r\n ", "长" * 1001])
def test_an_appeal_without_words_or_with_too_many_is_refused(service, say, decide, text):
    case = say()
    decide(case)
    with pytest.raises(InvalidInput) as refused:
        file(service, service.appeals.link(case.id), text)
    assert refused.value.param == "text"


def test_a_browsers_line_ends_do_not_make_a_text_too_long(service, say, decide):
    case = say()
    decide(case)
    assert file(service, service.appeals.link(case.id), "字\r\n" * 499 + "字").text == "字\n" * 499 + "字"


def test_an_appeal_goes_to_somebody_else_and_the_next_to_whoever_has_fewer(service, say, decide):
    cases = [say(f"可疑{n}", author=f"member {n}") for n in range(4)]
    for case in cases:
        decide(case, actor="小林")
    bench = Bench(("小林", "小张", "老王"))
    assigned = [file(service, service.appeals.link(case.id), bench=bench).assignee for case in cases]
    assert sorted(assigned) == ["小张", "小张", "老王", "老王"]


def test_nobody_answers_an_appeal_against_their_own_decision(service, say, decide):
    case = say()
    decide(case)
    filed = file(service, service.appeals.link(case.id))
    for act in (
        lambda: answer(service, filed, actor="小林"),
        lambda: service.appeals.look("demo", filed.id, "小林", BENCH),
    ):
        with pytest.raises(Conflict):
            act()
    alone = Bench(("小林",))
    assert answer(service, filed, actor="小林", bench=alone).state is AppealState.OVERTURNED


def test_upholding_changes_nothing_but_the_answer(service, say, decide):
    case = say()
    given = decide(case)
    carry_out(service)
    token = service.appeals.link(case.id)
    filed = file(service, token)
    answer(service, filed, AppealState.UPHELD, text="维持原处理。")
    heard = service.appeals.hear(token, now())
    assert (heard.appeal.state, heard.appeal.answer, heard.appeal.answered_by) == (
        AppealState.UPHELD,
        "维持原处理。",
        "小张",
    )
    assert service.review.file(case.id).standing == given
    assert carry_out(service) == []


def test_overturning_takes_everything_back_for_good(service, say, decide):
    case = say()
    decide(case, measure=Measure.REMOVE)
    decide(case)
    carry_out(service)
    filed = file(service, service.appeals.link(case.id))
    answer(service, filed)
    stands = service.review.file(case.id).standing
    assert (stands.decision, stands.actor, stands.labels) == (Decision.ALLOW, "小张", ())
    assert set(carry_out(service)) == {"lift_delete_message", "lift_mute"}
    assert service.review.queue("demo") == []


def test_an_appeal_is_answered_once(service, say, decide):
    case = say()
    decide(case)
    filed = file(service, service.appeals.link(case.id))
    answer(service, filed, AppealState.UPHELD)
    with pytest.raises(Conflict):
        answer(service, filed)
    with pytest.raises(Conflict):
        service.appeals.look("demo", filed.id, "小张", BENCH)


def test_overturning_what_somebody_took_back_meanwhile_only_answers(service, say, decide):
    case = say()
    given = decide(case)
    filed = file(service, service.appeals.link(case.id))
    service.review.undo(given.id, "小林")
    assert not service.appeals.brief("demo", filed.id).still_stands
    answer(service, filed)
    assert service.review.file(case.id).standing is None


def test_who_opens_it_is_seen_by_the_member_and_can_take_over(service, say, decide):
    case = say()
    decide(case)
    token = service.appeals.link(case.id)
    filed = file(service, token)
    service.appeals.look("demo", filed.id, "管理", BENCH)
    heard = service.appeals.hear(token, now())
    assert (heard.appeal.state, heard.appeal.assignee) == (AppealState.LOOKING, "管理")


@pytest.mark.parametrize(("outcome", "text"), [("received", "好"), ("upheld", " "), ("overturned", "长" * 2001)])
def test_an_answer_without_words_or_sense_is_refused(service, say, decide, outcome, text):
    case = say()
    decide(case)
    filed = file(service, service.appeals.link(case.id))
    with pytest.raises(InvalidInput):
        answer(service, filed, AppealState(outcome), text=text)
    assert service.appeals.brief("demo", filed.id).appeal.state is AppealState.RECEIVED


def test_an_appeal_of_another_community_does_not_exist_here(service, say, decide):
    service.add_community(Community("other", "别的群"))
    case = say()
    decide(case)
    filed = file(service, service.appeals.link(case.id))
    assert service.appeals.waiting("other") == []
    for act in (
        lambda: service.appeals.brief("other", filed.id),
        lambda: service.appeals.look("other", filed.id, "小张", BENCH),
        lambda: service.appeals.answer("other", filed.id, AppealState.UPHELD, "好", "小张", BENCH),
    ):
        with pytest.raises(NotFound):
            act()


def test_every_step_is_in_the_log_without_the_members_words(service, say, decide, engine):
    case = say()
    decide(case)
    filed = file(service, service.appeals.link(case.id), "我的秘密")
    service.appeals.look("demo", filed.id, "小张", BENCH)
    answer(service, filed, text="秘密的答复")
    with SqlStore(engine).begin() as unit:
        entries = unit.audit.search("demo")[-2::-1]  # but for the community's own first entry
        assert unit.audit.broken_at() is None
    deeds = [(entry.deed.actor, entry.deed.action) for entry in entries]
    assert deeds == [
        ("小林", "case.resolve"),
        ("小林", "measure.order"),
        ("member", "appeal.file"),
        ("小张", "appeal.look"),
        ("小张", "case.undo"),
        ("小张", "case.resolve"),
        ("小张", "measure.order"),
        ("小张", "appeal.overturn"),
    ]
    assert "秘密" not in str(entries)
