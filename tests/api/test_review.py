"""Deciding cases over HTTP, and looking for precedents."""

from __future__ import annotations

import pytest


@pytest.fixture
def api(make_client):
    client = make_client("classify,operate,moderate")
    assert client.post("/v1/communities", json={"id": "demo", "name": "群"}).status_code == 201
    return client


def say(api, *texts):
    messages = [{"id": f"{text}-{n}", "text": text, "author": "小王"} for n, text in enumerate(texts)]
    return api.post("/v1/classify", json={"community": "demo", "messages": messages}).json()["results"]


def test_what_is_flagged_waits_until_somebody_decides_it(api):
    ids = [result["case_id"] for result in say(api, "可疑的说法", "早", "可疑的事")]
    page = api.get("/v1/cases", params={"community": "demo", "limit": 1}).json()
    assert [case["id"] for case in page["cases"]] == [ids[0]]
    assert page["next"] == ids[0]
    rest = api.get("/v1/cases", params={"community": "demo", "after": page["next"]}).json()
    assert [case["id"] for case in rest["cases"]] == [ids[2]]
    assert rest["next"] is None
    decided = api.post(f"/v1/cases/{ids[0]}/resolution", json={"decision": "review", "labels": ["rumor"]})
    assert decided.status_code == 201
    left = api.get("/v1/cases", params={"community": "demo"}).json()["cases"]
    assert [case["id"] for case in left] == [ids[2]]


def test_a_case_shows_its_message_its_verdict_and_everything_decided(api):
    [result] = say(api, "可疑的说法")
    body = {"decision": "allow", "reason": "有出处", "actor": "moderator-3"}
    given = api.post(f"/v1/cases/{result['case_id']}/resolution", json=body).json()
    undone = api.post(f"/v1/resolutions/{given['id']}/undo", json={}).json()
    assert undone["undone_at"] is not None
    case = api.get(f"/v1/cases/{result['case_id']}", params={"lang": "en"}).json()
    assert (case["text"], case["author"], case["community"]) == ("可疑的说法", "小王", "demo")
    assert case["assessment"]["decision"] == "review"
    assert case["assessment"]["signals"][0]["reason"] == "A listed word occurs."
    [kept] = case["resolutions"]
    assert (kept["actor"], kept["reason"], kept["labels"]) == ("moderator-3 (key:test 0)", "有出处", [])
    assert kept["undone_at"] == undone["undone_at"]


def test_the_keys_name_stands_for_who_decides(api):
    [result] = say(api, "可疑的说法")
    given = api.post(f"/v1/cases/{result['case_id']}/resolution", json={"decision": "allow"}).json()
    assert given["actor"] == "key:test 0"


def test_a_decision_made_on_an_old_view_is_a_conflict(api):
    [result] = say(api, "可疑的说法")
    path = f"/v1/cases/{result['case_id']}/resolution"
    assert api.post(path, json={"decision": "allow", "seen": 0}).status_code == 201
    late = api.post(path, json={"decision": "remove", "labels": ["rumor"], "seen": 0})
    assert late.status_code == 409
    assert late.json()["error"]["param"] == "seen"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/v1/cases?community=nowhere", None, 404),
        ("get", "/v1/cases/99", None, 404),
        ("post", "/v1/cases/99/resolution", {"decision": "allow"}, 404),
        ("post", "/v1/cases/1/resolution", {"decision": "remove"}, 400),
        ("post", "/v1/cases/1/resolution", {"decision": "allow", "labels": ["ads"]}, 400),
        ("post", "/v1/cases/1/resolution", {"decision": "allow", "labels": ["nonsense"]}, 400),
        ("post", "/v1/resolutions/99/undo", {}, 404),
        ("post", "/v1/search", {"community": "nowhere", "texts": ["早"]}, 404),
        ("post", "/v1/search", {"community": "demo", "texts": []}, 400),
    ],
)
def test_what_cannot_be_done_is_said_in_the_one_error_shape(api, method, path, body, status):
    say(api, "可疑的说法")
    answer = api.request(method, path, json=body)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"type", "message", "param", "request_id"}


def test_deciding_asks_for_the_scope_moderate(make_client):
    client = make_client("classify,operate")
    assert client.get("/v1/cases", params={"community": "demo"}).status_code == 403
    assert client.post("/v1/cases/1/resolution", json={"decision": "allow"}).status_code == 403
    assert client.post("/v1/search", json={"community": "demo", "texts": ["早"]}).status_code == 403
