"""Working through the queue: order, claims, stages, copies, decisions of several at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command

from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.adapters.sql.migrate import _config
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.answers import Answer
from copilot.ports import Stage, Wanted
from copilot.service.deciding import Verdict
from copilot.service.queue import enqueue
from copilot.types import Community, Decision, Label, Measure

AD = "广告 招兼职打字员在家就能做日结三百"
ADS = (Label.ADS,)


@pytest.fixture
def service(make_service):
    made = make_service()
    for name in ("demo", "other"):
        made.add_community(Community(name, name))
    return made


@pytest.fixture
def say(service, make_message):
    def say(text=AD, community="demo", **fields):
        [case] = service.ingest(
            [make_message(text, community=community, author=fields.pop("author", "小王"), **fields)]
        )
        return case.id

    return say


def ids(service, *communities, account="小林", **wanted):
    page = service.queue.page(Wanted(communities or ("demo",), account, **wanted))
    return [waiting.case_id for waiting, _ in page.rows]


def test_only_flagged_messages_wait_and_the_gravest_stand_first(service, say):
    rumour, ad = say("可疑 听说要停水"), say()
    say("大家早上好")
    say(community="other")
    assert ids(service) == [rumour, ad]
    assert ids(service, label=Label.ADS) == [ad]
    assert ids(service, author="没有此人") == []
    assert len(ids(service, "demo", "other")) == 3


def test_pages_follow_on_one_another_whatever_is_decided_meanwhile(service, say):
    said = {say(f"广告 第{n}条各不相同的内容{n * 7919}", community=("demo", "other")[n % 2]) for n in range(23)}
    wanted, seen, after = Wanted(("demo", "other"), "小林"), [], None
    while True:
        page = service.queue.page(wanted, after, 5)
        seen += [waiting.case_id for waiting, _ in page.rows]
        first, _ = page.rows[0]
        service.deciding.decide(first.community, [first.case_id], Verdict(Answer.APPROVE, (), "小林"))
        after = page.more
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 23
    assert set(seen) == said


def test_a_decision_takes_a_case_out_and_undoing_brings_it_back(service, say):
    case_id = say()
    [kept] = service.deciding.decide("demo", [case_id], Verdict(Answer.WARN, ADS, "小林", "屡教不改"))
    assert (kept.decision, kept.measure, kept.reason) == (Decision.REMOVE, Measure.WARN, "屡教不改")
    assert ids(service) == []
    assert service.deciding.undo("demo", [kept.id], "小林") == [case_id]
    assert ids(service) == [case_id]


def test_a_decision_through_the_api_counts_as_well(service, say):
    case_id = say()
    made = service.review.resolve(case_id, Decision.ALLOW, [], measure=None, actor="key:bot")
    assert ids(service) == []
    service.review.undo(made.id, "key:bot")
    assert ids(service) == [case_id]


def test_two_people_cannot_both_decide_a_case_unknowingly(service, say):
    case_id = say()
    verdicts = [Verdict(Answer.APPROVE, (), f"人{n}") for n in range(6)]

    def decide(verdict):
        try:
            return service.deciding.decide("demo", [case_id], verdict)[0]
        except Conflict as error:
            return error.param

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(decide, verdicts))
    assert outcomes.count("seen") == 5
    stands = service.deciding.standing("demo", case_id)
    overruled = Verdict(Answer.REMOVE, ADS, "老周", seen=stands.id)
    assert service.deciding.decide("demo", [case_id], overruled)[0].actor == "老周"
    assert len(service.review.file(case_id).resolutions) == 2


def test_a_claim_keeps_others_off_until_it_runs_out(service, say, monkeypatch):
    case_id = say()
    mine = service.queue.claim("demo", case_id, "小林")
    assert service.queue.claim("demo", case_id, "老周").holder == "小林"
    assert service.queue.claim("demo", case_id, "小林").until >= mine.until
    with pytest.raises(Conflict) as caught:
        service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "老周"))
    assert caught.value.param == "claim"
    assert service.queue.page(Wanted(("demo",), "老周")).claims[case_id].holder == "小林"
    monkeypatch.setattr("copilot.service.queue.datetime", _Later)
    assert service.queue.claim("demo", case_id, "老周").holder == "老周"


class _Later:
    @staticmethod
    def now(zone):
        return datetime.now(zone) + timedelta(minutes=3)


def test_a_claim_given_up_is_free_and_one_can_decide_knowingly(service, say):
    first, second = say(), say("广告 完全另外一件事情")
    service.queue.claim("demo", first, "小林")
    service.queue.release("demo", first, "老周")  # not theirs to give up
    assert service.queue.claim("demo", first, "老周").holder == "小林"
    service.queue.release("demo", first, "小林")
    assert service.queue.claim("demo", first, "老周").holder == "老周"
    service.queue.claim("demo", second, "小林")
    assert service.deciding.decide("demo", [second], Verdict(Answer.APPROVE, (), "老周", anyway=True))


def test_skipping_puts_a_case_behind_for_one_person_alone(service, say):
    first, second = say("可疑 听说要停水"), say()
    service.queue.skip("demo", first, "小林")
    assert ids(service) == [second, first]
    assert ids(service, skipped=True) == [first]
    assert ids(service, account="老周") == [first, second]
    assert service.queue.page(Wanted(("demo",), "小林")).counts.skipped == 1
    service.queue.unskip("demo", first, "小林")
    assert ids(service) == [first, second]


def test_an_escalated_case_waits_for_an_owner_with_who_and_why(service, say):
    case_id = say()
    with pytest.raises(InvalidInput):
        service.queue.move("demo", case_id, Stage.ESCALATED, "小林")
    service.queue.move("demo", case_id, Stage.ESCALATED, "小林", "当事人是物业")
    assert ids(service) == []
    [(waiting, _)] = service.queue.page(Wanted(("demo",), "老周", stages=(Stage.ESCALATED,))).rows
    assert (waiting.handed.by, waiting.handed.reason) == ("小林", "当事人是物业")
    with pytest.raises(Conflict) as caught:
        service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "小林"))
    assert caught.value.param == "stage"
    [kept] = service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "老周", owner=True))
    service.deciding.undo("demo", [kept.id], "老周")
    assert ids(service, stages=(Stage.ESCALATED,)) == [case_id]  # where it stood before
    service.queue.move("demo", case_id, Stage.OPEN, "老周")
    assert ids(service) == [case_id]


def test_a_decided_case_is_not_handed_on(service, say):
    case_id = say()
    service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "小林"))
    with pytest.raises(Conflict):
        service.queue.move("demo", case_id, Stage.CHECKING, "老周")


def test_copies_are_found_in_their_own_community_and_decided_together(service, say):
    first = say(AD)
    copies = [say(AD + "加我"), say("广告，招兼职打字员，在家就能做！日结三百", author="小赵")]
    warning, elsewhere = say("小心骗子 " + AD), say(AD, community="other")
    found = service.cards.copies("demo", first)
    assert {copy.case.id for copy in found} == set(copies)
    assert [copy.same for copy in found] == [True, False]
    kept = service.deciding.decide("demo", [first, *copies], Verdict(Answer.REMOVE, ADS, "小林"))
    assert ids(service) == [warning]
    assert ids(service, "other") == [elsewhere]
    service.deciding.undo("demo", [each.id for each in kept], "小林")
    assert len(ids(service)) == 4


def test_deciding_several_is_all_or_nothing(service, say):
    first, second = say(), say("广告 完全另外一件事情")
    service.deciding.decide("demo", [second], Verdict(Answer.APPROVE, (), "老周"))
    with pytest.raises(Conflict):
        service.deciding.decide("demo", [first, second], Verdict(Answer.REMOVE, ADS, "小林"))
    assert ids(service) == [first]


def test_cases_of_another_community_are_out_of_reach(service, say):
    here, there = say(), say(community="other")
    [kept] = service.deciding.decide("other", [there], Verdict(Answer.APPROVE, (), "老周"))
    for attempt in (
        lambda: service.deciding.decide("demo", [here, there], Verdict(Answer.APPROVE, (), "小林")),
        lambda: service.deciding.undo("demo", [kept.id], "小林"),
        lambda: service.deciding.standing("demo", there),
        lambda: service.queue.claim("demo", there, "小林"),
        lambda: service.queue.skip("demo", there, "小林"),
        lambda: service.queue.move("demo", there, Stage.ESCALATED, "小林", "因为"),
        lambda: service.cards.card("demo", there, "小林"),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert ids(service) == [here]
    assert service.deciding.standing("other", there) == kept


@pytest.mark.parametrize(
    ("verdict", "param"),
    [
        (Verdict(Answer.WARN, (), "小林"), "labels"),
        (Verdict(Answer.REMOVE, (), "小林"), "labels"),
        (Verdict(Answer.APPROVE, (), "小林", "长" * 1001), "reason"),
    ],
)
def test_an_answer_that_says_too_little_or_too_much_changes_nothing(service, say, verdict, param):
    case_id = say()
    with pytest.raises(InvalidInput) as caught:
        service.deciding.decide("demo", [case_id], verdict)
    assert caught.value.param == param
    assert ids(service) == [case_id]


def test_everything_that_is_done_stands_in_the_audit_log(service, say, engine):
    case_id = say()
    service.queue.skip("demo", case_id, "小林")
    service.queue.unskip("demo", case_id, "小林")
    service.queue.move("demo", case_id, Stage.CHECKING, "小林")
    service.queue.move("demo", case_id, Stage.ESCALATED, "小林", "拿不准")
    [kept] = service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "老周", owner=True))
    service.deciding.undo("demo", [kept.id], "老周")
    with SqlStore(engine).begin() as unit:
        done = [entry.deed.action for entry in unit.audit.search("demo", action="case.")][::-1]
        assert unit.audit.broken_at() is None
    assert done == ["case.skip", "case.unskip", "case.check", "case.escalate", "case.resolve", "case.undo"]


def test_reports_lift_a_case_and_let_an_unflagged_one_in(service, say, engine):
    rumour, ad, harmless = say("可疑 听说要停水"), say(), say("大家早上好")
    service.queue.reweigh({ad: 3.0, 999: 1.0})
    assert ids(service) == [ad, rumour]
    with SqlStore(engine).begin() as unit:
        enqueue(unit, unit.cases.get([harmless]), {harmless: 0.7})
    assert ids(service) == [ad, rumour, harmless]


def test_news_tells_what_changed_and_who_looks_at_what(service, say):
    before = datetime.now(UTC) - timedelta(seconds=1)
    first, second = say(), say("广告 完全另外一件事情")
    say(community="other")
    service.deciding.decide("demo", [second], Verdict(Answer.APPROVE, (), "老周"))
    service.queue.claim("demo", first, "小林")
    news = service.queue.news(["demo"], before)
    assert [(change.case_id, change.decided, change.by) for change in news.changes] == [
        (first, False, ""),
        (second, True, "老周"),
    ]
    assert [(claim.case_id, claim.holder) for claim in news.claims] == [(first, "小林")]
    assert service.queue.news(["demo"], news.at).changes == ()


def test_a_card_shows_what_surrounds_a_message(service, say):
    start = datetime(2026, 5, 1, 8, tzinfo=UTC)
    for n in range(9):
        say(f"第{n}句闲聊", sent_at=start + timedelta(minutes=n), author=f"邻居{n}")
    ad = say("前面的话 广告 后面的话", sent_at=start + timedelta(minutes=4, seconds=30), author="邻居2")
    say("别的群里的话", community="other", sent_at=start + timedelta(minutes=4))
    card = service.cards.card("demo", ad, "小林")
    assert [m.text for m in card.before] == ["第2句闲聊", "第3句闲聊", "第4句闲聊"]
    assert [m.text for m in card.after] == ["第5句闲聊", "第6句闲聊", "第7句闲聊"]
    assert card.evidence == ((5, 7),)
    assert (card.author.membership.messages, card.author.membership.first_at) == (2, start + timedelta(minutes=2))
    assert card.waiting.urgency.reach.audience == 5
    assert "1 May at 16:04" in card.notices[Measure.WARN]
    assert "广告" not in card.notices[Measure.WARN]


def test_a_cards_author_has_a_record(service, say):
    [kept] = service.deciding.decide("demo", [say()], Verdict(Answer.WARN, ADS, "小林"))
    card = service.cards.card("demo", say("广告 又来一条别的"), "小林")
    assert [r.id for r in card.author.measures] == [kept.id]
    assert card.author.standing.recent == 1


def test_evidence_that_overlaps_is_joined(make_case):
    from dataclasses import replace

    from copilot.service.card import evidence

    case = make_case("广告甲乙丙丁戊己")
    [signal] = case.assessment.signals
    spans = [((0, 3), (2, 5)), ((4, 6),), ((7, 99),), ((3, 3),)]
    signals = tuple(replace(signal, spans=each) for each in spans)
    assert evidence(replace(case, assessment=replace(case.assessment, signals=signals))) == ((0, 6), (7, 8))


def test_what_waited_before_the_queue_had_a_table_waits_in_it_now(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = connect(url)
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number, community, text, decision in (
            (1, "demo", AD, "review"),
            (2, "demo", AD, "remove"),
            (3, "demo", "早", "allow"),
            (4, "library:schemes", AD, "review"),
        ):
            connection.execute(
                sa.text(
                    "INSERT INTO cases (id, community_id, message_id, text_digest, text, quoted, received_at, "
                    "decision, measure, labels, scores, signals, versions) VALUES (:id, :community, 'm', :digest, "
                    ":text, '', '2026-01-01 00:00:00', :decision, 'none', '[\"ads\"]', '{\"ads\": 0.9}', '[]', '{}')"
                ),
                {"id": number, "community": community, "digest": bytes([number]), "text": text, "decision": decision},
            )
        connection.execute(
            sa.text(
                "INSERT INTO resolutions (id, case_id, decision, labels, measure, actor, reason, decided_at) "
                "VALUES (1, 2, 'allow', '[]', 'none', '王', '', '2026-01-02 00:00:00')"
            )
        )
        connection.commit()
    upgrade(url)
    with SqlStore(engine).begin() as unit:
        wanted = Wanted(("demo", "library:schemes"), "小林")
        assert [waiting.case_id for waiting in unit.queue.page(wanted, None, 10)] == [1]
        unit.resolutions.undo(1, "王", datetime.now(UTC))
        assert {waiting.case_id for waiting in unit.queue.page(wanted, None, 10)} == {1, 2}
        keys = sa.text("SELECT key FROM queue_keys WHERE case_id = 1")
    with engine.connect() as connection:
        assert len(list(connection.execute(keys))) == 9
    engine.dispose()
