"""The queue over HTTP: what is shown to whom, deciding, conflicts, the demo day."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from api.console.demo_day import messages
from copilot.people import Role
from copilot.types import Community, Label

AD = "广告 招兼职打字员在家就能做日结三百"


@pytest.fixture
def say(service, make_message):
    """Ingest one message and return its case's id."""

    def say(text=AD, community="demo", **fields):
        fields = {"author": "小王", **fields}
        return service.ingest([make_message(text, community=community, **fields)])[0].id

    return say


def listed(page):
    return [int(found) for found in re.findall(r'<li data-case="(\d+)"', page.text)]


def test_the_page_shows_the_list_and_the_first_card_with_its_evidence_marked(make_console, say):
    rumour, ad = say("可疑 听说要停水"), say()
    page = make_console().get("/c/demo/queue")
    assert listed(page) == [rumour, ad]
    assert f'data-case="{rumour}" data-community="demo" data-seen="0"' in page.text
    assert "<mark>可疑</mark> 听说要停水" in page.text
    card = make_console(name="老周").get(f"/c/demo/queue/card/{ad}").text
    assert "<mark>广告</mark>" in card
    assert "可疑 听说要停水" in card  # what was said before it
    assert 'data-suggested="warn"' in card


def test_what_members_write_is_only_ever_text(make_console, say):
    evil = '<img src=x onerror=alert(1)> 广告 "><script>alert(1)</script> {{ 7*7 }}'
    case_id = say(evil, author='<b>"小王', quoted="<i>引用</i>")
    console = make_console()
    for path in ("", f"/card/{case_id}", "/rows"):
        text = console.get(f"/c/demo/queue{path}").text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>" not in text
        assert "<i>" not in text
        assert "49" not in re.sub(r"\d{5,}|v=\w+|m\d+", "", text)


def test_half_an_emoji_does_not_break_the_page(make_console, say):
    case_id = say("广告 \ud83d 半个", author="\udc00")
    assert make_console().get("/c/demo/queue").status_code == 200
    assert make_console(name="老周").get(f"/c/demo/queue/card/{case_id}").status_code == 200


def test_an_empty_queue_says_what_to_do(make_console):
    page = make_console(Role.MODERATOR).get("/c/demo/queue").text
    assert "都处理完了" in page
    assert "curl http://testserver/v1/classify" in page
    assert "载入演示的一天" not in page
    assert "载入演示的一天" in make_console(Role.OWNER, "老周").get("/c/demo/queue").text


def test_deciding_answers_with_what_can_be_undone(make_console, say, service):
    case_id = say()
    console = make_console()
    body = {"case": case_id, "answer": "warn", "labels": ["ads"], "reason": "首次"}
    [kept] = console.post("/c/demo/queue/decide", body).json()["resolutions"]
    assert listed(console.get("/c/demo/queue")) == []
    assert service.review.file(case_id).standing.actor == "小林"
    assert console.post("/c/demo/queue/undo", {"resolutions": [kept]}).json() == {"cases": [case_id]}
    assert listed(console.get("/c/demo/queue")) == [case_id]
    assert console.post("/c/demo/queue/undo", {"resolutions": [kept]}).status_code == 409


def test_who_comes_second_is_told_by_whom_and_how_and_may_overrule(make_console, say):
    case_id = say()
    first, second = make_console(), make_console(name="老周")
    first.post("/c/demo/queue/decide", {"case": case_id, "answer": "approve"})
    answer = second.post("/c/demo/queue/decide", {"case": case_id, "answer": "remove", "labels": ["ads"]})
    assert answer.status_code == 409
    told = answer.json()
    assert (told["kind"], "小林" in told["text"], "放行" in told["text"]) == ("decided", True, True)
    again = {"case": case_id, "answer": "remove", "labels": ["ads"], "seen": told["seen"]}
    assert second.post("/c/demo/queue/decide", again).status_code == 200


def test_what_a_colleague_has_open_is_decided_only_knowingly(make_console, say):
    case_id = say()
    first, second = make_console(), make_console(name="老周")
    assert first.post(f"/c/demo/queue/claim/{case_id}").json() == {"holder": "小林", "mine": True}
    assert second.post(f"/c/demo/queue/claim/{case_id}").json() == {"holder": "小林", "mine": False}
    assert "小林 正在看" in second.get("/c/demo/queue").text
    body = {"case": case_id, "answer": "approve"}
    assert second.post("/c/demo/queue/decide", body).json()["kind"] == "claim"
    assert second.post("/c/demo/queue/decide", {**body, "anyway": "true"}).status_code == 200


def test_a_claim_given_up_is_free(make_console, say):
    case_id = say()
    first, second = make_console(), make_console(name="老周")
    first.post(f"/c/demo/queue/claim/{case_id}")
    assert first.post(f"/c/demo/queue/release/{case_id}").status_code == 204
    assert second.post(f"/c/demo/queue/claim/{case_id}").json()["mine"]


def test_copies_are_decided_together_and_a_lost_one_stops_all(make_console, say, service):
    first, second, third = say(), say(AD + "啊"), say(AD + "哦", author="小赵")
    console = make_console()
    card = console.get(f"/c/demo/queue/card/{first}").text
    assert "还有 2 条同样的" in card
    body = {"case": first, "answer": "remove", "labels": ["ads"], "also": [second, third]}
    make_console(name="老周").post("/c/demo/queue/decide", {"case": third, "answer": "approve"})
    answer = console.post("/c/demo/queue/decide", body)
    assert (answer.status_code, answer.json()["kind"]) == (409, "copies")
    assert len(listed(console.get("/c/demo/queue"))) == 2
    answer = console.post("/c/demo/queue/decide", {**body, "also": [second]})
    assert len(answer.json()["resolutions"]) == 2


def test_escalated_cases_are_the_owners(make_console, say):
    case_id = say()
    moderator, owner = make_console(), make_console(Role.OWNER, "老周")
    path = f"/c/demo/queue/move/{case_id}"
    assert moderator.post(path, {"stage": "escalated"}).status_code == 400
    assert moderator.post(path, {"stage": "escalated", "reason": "涉及物业"}).json() == {"before": "open"}
    assert listed(moderator.get("/c/demo/queue")) == []
    shown = moderator.get("/c/demo/queue?kind=escalated").text
    assert "小林" in shown
    assert "涉及物业" in shown
    refused = moderator.post("/c/demo/queue/decide", {"case": case_id, "answer": "approve"})
    assert (refused.status_code, refused.json()["kind"]) == (409, "stage")
    assert listed(owner.get("/c/demo/queue")) == [case_id]
    assert owner.post("/c/demo/queue/decide", {"case": case_id, "answer": "approve"}).status_code == 200


def test_filters_and_skipping(make_console, say):
    rumour, ad = say("可疑 听说要停水"), say(author="小赵")
    console = make_console()
    assert listed(console.get("/c/demo/queue?label=ads")) == [ad]
    assert listed(console.get("/c/demo/queue", params={"author": "小赵"})) == [ad]
    assert console.post(f"/c/demo/queue/skip/{rumour}").status_code == 204
    assert listed(console.get("/c/demo/queue")) == [ad, rumour]
    assert listed(console.get("/c/demo/queue?kind=skipped")) == [rumour]
    assert console.post(f"/c/demo/queue/unskip/{rumour}").status_code == 204
    assert listed(console.get("/c/demo/queue")) == [rumour, ad]
    console.post(f"/c/demo/queue/move/{rumour}", {"stage": "checking"})
    assert listed(console.get("/c/demo/queue?kind=checking")) == [rumour]
    empty = console.get("/c/demo/queue?label=porn").text
    assert "没有符合条件的" in empty


def test_further_pages_follow_the_first(make_console, say):
    said = {say(f"广告 第{n}条各不相同的内容{n * 7919}") for n in range(53)}
    console = make_console()
    first = console.get("/c/demo/queue")
    [more] = re.findall(r'<ol data-more="([^"]+)"', first.text)
    second = console.get(f"/c/demo/queue/rows?after={more}")
    assert len(listed(first)) == 50
    assert set(listed(first)) | set(listed(second)) == said
    assert 'data-more=""' in second.text


def test_other_communities_stay_out_of_sight(make_console, say, service, accounts):
    for name in ("second", "foreign"):
        service.add_community(Community(name, f"社区{name}"))
    here, there, foreign = say(), say(community="second"), say(community="foreign")
    console = make_console()
    accounts.appoint(accounts.named("小林").id, "second", Role.VIEWER)
    assert set(listed(console.get("/c/demo/queue?scope=all"))) == {here, there}
    assert listed(console.get(f"/c/demo/queue/rows?only={here}&only={here}")) == [here, here]
    assert listed(console.get(f"/c/demo/queue/rows?only={there}")) == []
    for path in (f"/c/demo/queue/card/{foreign}", f"/c/foreign/queue/card/{foreign}"):
        assert console.get(path).status_code == 404
    body = {"case": there, "answer": "approve"}
    assert console.post("/c/demo/queue/decide", body).status_code == 404
    assert console.post("/c/second/queue/decide", body).status_code == 403  # only looks there


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "?kind=everything", None),
        ("get", "?after=nowhere", None),
        ("get", "/rows?after=0_nan_x", None),
        ("get", "/rows?only=abc", None),
        ("get", "/card/abc", None),
        ("get", "/events", None),
        ("post", "/decide", {"case": 1, "answer": "explode"}),
        ("post", "/decide", {"case": 1, "answer": "warn", "labels": ["nonsense"]}),
        ("post", "/decide", {"answer": "approve"}),
        ("post", "/undo", {}),
        ("post", "/undo", {"resolutions": ["x"]}),
        ("post", "/move/1", {"stage": "nowhere"}),
    ],
)
def test_nonsense_is_refused_as_such(make_console, say, method, path, body):
    say()
    console = make_console()
    options = {} if body is None else {"data": body}
    assert getattr(console, method)(f"/c/demo/queue{path}", **options).status_code == 400


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_a_case_that_cannot_exist_is_not_found_or_refused(make_console, number):
    console = make_console()
    assert console.get(f"/c/demo/queue/card/{number}").status_code in (400, 404)
    assert console.post(f"/c/demo/queue/skip/{number}").status_code in (400, 404)
    assert console.post("/c/demo/queue/undo", {"resolutions": [number]}).status_code in (400, 404)
    assert console.get(f"/c/demo/queue/rows?only={number}").status_code in (400, 404)


def test_the_demo_day_is_the_demo_communitys_owners_to_load_and_loads_once(make_console, service):
    console = make_console(Role.OWNER)
    for _ in range(2):
        assert console.post("/c/demo/queue/demo", follow_redirects=False).status_code == 303
    kept = len(service.moderator.asked)
    assert kept == len(messages(service.community("demo"), datetime.now(UTC)))
    service.add_community(Community("other", "别的群"))
    assert make_console(Role.OWNER, "管", admin=True).post("/c/other/queue/demo").status_code == 404


def test_the_demo_day_is_yesterday_in_order_and_lively():
    day = messages(Community("demo", "群", time_zone="Asia/Tokyo"), datetime(2026, 3, 1, 16, tzinfo=UTC))
    assert {m.sent_at.date().isoformat() for m in day} == {"2026-03-01"}  # it is the 2nd in Tokyo
    assert [m.sent_at for m in day] == sorted(m.sent_at for m in day)
    assert len({m.id for m in day}) == len(day) >= 60
    assert len({m.author for m in day}) >= 25
    assert any(m.quoted for m in day)


@pytest.mark.slow
def test_the_demo_day_shows_every_label(make_service):
    import models
    from api.demo import COMMUNITY
    from copilot.moderator import Moderator

    service = make_service(Moderator(models.load_classifier("encoder-zh")))
    service.add_community(COMMUNITY)
    kept = service.ingest(messages(COMMUNITY, datetime.now(UTC)))
    flagged = {label for case in kept for label in case.assessment.labels}
    assert flagged == set(Label)
    assert 20 <= sum(bool(case.assessment.labels) for case in kept) <= 40


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_is_said_in_one_language(make_console, say, language):
    case_id = say()
    console = make_console(Role.OWNER, language=language)
    page = console.get("/c/demo/queue").text + console.get(f"/c/demo/queue/card/{case_id}").text
    assert ("Most urgent first" in page, "最急的在前" in page) == (language == "en", language == "zh")
    told = json.loads(re.search(r'data-words="([^"]+)"', page)[1].replace("&#34;", '"').replace("&#39;", "'"))
    assert told["undone"] == ("Undone" if language == "en" else "已撤销")
