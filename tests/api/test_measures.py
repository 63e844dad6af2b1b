"""Measures over HTTP: bots take them, carry them out, and say what became of them."""

from __future__ import annotations

import pytest


@pytest.fixture
def api(make_client):
    client = make_client("classify,operate,moderate")
    assert client.post("/v1/communities", json={"id": "demo", "name": "阳光花园"}).status_code == 201
    return client


@pytest.fixture
def decided(api):
    """A case decided with a mute of half an hour; its id."""
    message = {"id": "m1", "text": "可疑的说法", "author": "小王"}
    [result] = api.post("/v1/classify", json={"community": "demo", "messages": [message]}).json()["results"]
    body = {"decision": "remove", "labels": ["ads"], "measure": "mute", "mute_minutes": 30}
    given = api.post(f"/v1/cases/{result['case_id']}/resolution", json=body)
    assert given.json()["mute_minutes"] == 30
    return given.json()


def claim(api, **body):
    return api.post("/v1/measures/claim", json={"community": "demo", **body}).json()["measures"]


def report(api, measure, state="done", **body):
    return api.post(f"/v1/measures/{measure['id']}/outcome", json={"state": state, **body})


def test_a_bot_learns_everything_it_needs(api, decided):
    delete, mute = claim(api)
    assert (delete["kind"], delete["message_id"], delete["text"]) == ("delete_message", "m1", "")
    assert (mute["kind"], mute["author"], mute["minutes"], mute["state"]) == ("mute", "小王", 30, "sent")
    assert "禁言 30 分钟" in mute["text"]
    assert mute["text"].endswith(mute["appeal_url"])
    assert mute["appeal_url"].startswith("http://testserver/appeal/")


def test_the_link_in_a_notice_opens_the_page_for_its_member(api, decided):
    _, mute = claim(api)
    page = api.get(mute["appeal_url"])
    assert page.status_code == 200
    assert "禁言 30 分钟" in page.text


def test_links_begin_with_the_address_that_members_know(make_client):
    api = make_client("classify,operate,moderate", public_url="https://mod.example.org/")
    api.post("/v1/communities", json={"id": "demo", "name": "群"})
    message = {"id": "m1", "text": "广告", "author": "小王"}
    api.post("/v1/classify", json={"community": "demo", "messages": [message]})
    assert claim(api)[0]["appeal_url"].startswith("https://mod.example.org/appeal/")


def test_what_one_bot_took_no_other_gets_and_the_list_shows_who_has_it(api, decided):
    assert len(claim(api, worker="one")) == 2
    assert claim(api, worker="two") == []
    listed = api.get("/v1/measures", params={"community": "demo", "state": "sent"}).json()["measures"]
    assert [measure["worker"] for measure in listed] == ["one", "one"]
    assert api.get("/v1/measures", params={"community": "demo", "state": "pending"}).json()["measures"] == []


def test_an_outcome_is_kept_once_and_contradicting_it_is_a_conflict(api, decided):
    delete, mute = claim(api)
    assert report(api, delete, detail="retcode 0").json()["state"] == "done"
    assert report(api, delete).json()["detail"] == "retcode 0"
    assert report(api, delete, "failed").status_code == 409
    failed = report(api, mute, "failed", detail="retcode 1200").json()
    assert (failed["state"], failed["detail"], failed["settled_by"]) == ("failed", "retcode 1200", "key:test 0")


def test_undoing_orders_the_lifting_of_what_was_done(api, decided):
    for measure in claim(api):
        report(api, measure)
    api.post(f"/v1/resolutions/{decided['id']}/undo", json={})
    lifting = claim(api)
    assert [measure["kind"] for measure in lifting] == ["lift_delete_message", "lift_mute"]
    assert [measure["appeal_url"] for measure in lifting] == [None, None]
    assert "抱歉" in lifting[-1]["text"]
    assert "appeal" not in lifting[-1]["text"]


def test_a_list_can_be_read_on(api, decided):
    first = api.get("/v1/measures", params={"community": "demo", "limit": 1}).json()
    rest = api.get("/v1/measures", params={"community": "demo", "after": first["next"]}).json()
    assert [m["kind"] for m in first["measures"] + rest["measures"]] == ["delete_message", "mute"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("get", "/v1/measures?community=nowhere", None, 404),
        ("get", "/v1/measures", None, 400),
        ("get", "/v1/measures?community=demo&state=nonsense", None, 400),
        ("post", "/v1/measures/claim", {"community": "nowhere"}, 404),
        ("post", "/v1/measures/claim", {"limit": 0}, 400),
        ("post", "/v1/measures/99/outcome", {"state": "done"}, 404),
        ("post", "/v1/measures/1/outcome", {"state": "pending"}, 400),
        ("post", "/v1/cases/99/appeal-link", None, 404),
    ],
)
def test_what_cannot_be_done_is_said_in_the_one_error_shape(api, decided, method, path, body, status):
    answer = api.request(method, path, json=body)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"type", "message", "param", "request_id"}


def test_measures_and_links_ask_for_the_scope_moderate(make_client):
    client = make_client("classify,operate")
    assert client.get("/v1/measures", params={"community": "demo"}).status_code == 403
    assert client.post("/v1/measures/claim", json={}).status_code == 403
    assert client.post("/v1/measures/1/outcome", json={"state": "done"}).status_code == 403
    assert client.post("/v1/cases/1/appeal-link").status_code == 403


def test_a_link_is_made_only_where_something_stands(api, decided):
    made = api.post(f"/v1/cases/{decided['case_id']}/appeal-link").json()
    assert made["days"] == 30
    assert made["url"].endswith(made["token"])
    api.post(f"/v1/resolutions/{decided['id']}/undo", json={})
    assert api.post(f"/v1/cases/{decided['case_id']}/appeal-link").status_code == 409
