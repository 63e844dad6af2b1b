"""Reports over HTTP: a bot passes them on, and tells the reporter what came of it."""

from __future__ import annotations

import pytest


@pytest.fixture
def api(make_client):
    client = make_client("classify,operate,moderate")
    assert client.post("/v1/communities", json={"id": "demo", "name": "阳光花园"}).status_code == 201
    message = {"id": "m1", "text": "看起来没事", "author": "小王"}
    client.post("/v1/classify", json={"community": "demo", "messages": [message]})
    return client


def file(api, **fields):
    body = {"community": "demo", "message_id": "m1", "category": "ads", "reporter": "小李", **fields}
    return api.post("/v1/reports", json={name: value for name, value in body.items() if value is not None})


def test_a_report_waits_until_a_person_decided_and_then_has_an_answer(api):
    filed = file(api, note="他私聊我卖货")
    assert filed.status_code == 201
    report = filed.json()
    assert (report["state"], report["answer"], report["duplicate"]) == ("open", "", False)
    [case] = api.get("/v1/cases", params={"community": "demo"}).json()["cases"]
    assert case["id"] == report["case_id"]
    api.post(f"/v1/cases/{case['id']}/resolution", json={"decision": "remove", "labels": ["ads"]})
    answered = api.get(f"/v1/reports/{report['id']}").json()
    assert answered["state"] == "upheld"
    assert answered["answer"].startswith("谢谢你的反馈")


def test_the_same_report_again_is_recognised(api):
    first, again = file(api).json(), file(api, category="fraud").json()
    assert (again["id"], again["duplicate"], again["category"]) == (first["id"], True, "ads")


def test_a_text_can_be_reported_that_nobody_had_sent_in(api):
    first = file(api, message_id=None, text="加我微信领红包", author="小赵").json()
    second = file(api, message_id=None, text="加我微信领红包", reporter="小孙").json()
    assert first["case_id"] == second["case_id"]
    assert api.get(f"/v1/cases/{first['case_id']}").json()["author"] == "小赵"


def test_an_answer_tells_neither_what_was_written_nor_who_reported(api):
    report = file(api, note="他骂人").json()
    shown = api.get(f"/v1/reports/{report['id']}").text
    assert "小李" not in shown
    assert "看起来没事" not in shown
    assert "他骂人" not in shown


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"message_id": None}, 400, "message_id"),
        ({"message_id": "unknown"}, 404, "message_id"),
        ({"community": "nowhere"}, 404, "community"),
        ({"category": "nonsense"}, 400, "category"),
        ({"reporter": " "}, 400, "reporter"),
        ({"note": "长" * 1001}, 400, "note"),
    ],
)
def test_a_report_that_cannot_be_taken_says_why(api, fields, status, param):
    answer = file(api, **fields)
    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize("category", ["copyright", "impersonation", "other", "flood"])
def test_more_can_be_reported_than_the_machine_judges(api, category):
    assert file(api, category=category).json()["category"] == category


def test_an_unknown_report_is_not_found(api):
    assert api.get("/v1/reports/99").status_code == 404
