"""Setting communities up and changing them."""

from __future__ import annotations

import pytest

FULL = {
    "id": "-100123@chat",
    "name": "读书会",
    "theme": "一起读书",
    "rules": "一、不发广告",
    "commerce": True,
    "allow_keywords": ["共读"],
    "deny_keywords": ["刷单"],
    "allow_domains": ["douban.com"],
    "deny_domains": ["bad.example"],
    "on_topic_examples": ["这周读到第三章了"],
    "libraries": [],
    "time_zone": "Asia/Shanghai",
}


def test_a_community_is_shown_as_it_was_set_up(client):
    answer = client.post("/v1/communities", json=FULL)
    assert (answer.status_code, answer.json()) == (201, FULL)
    assert client.get(f"/v1/communities/{FULL['id']}").json() == FULL
    listed = client.get("/v1/communities").json()["communities"]
    assert [community["id"] for community in listed] == [FULL["id"], "demo"]


def test_only_the_given_fields_change(client):
    client.post("/v1/communities", json=FULL)
    change = {"theme": "夜读", "deny_keywords": []}
    answer = client.patch(f"/v1/communities/{FULL['id']}", json=change)
    assert (answer.status_code, answer.json()) == (200, {**FULL, **change})
    assert client.get(f"/v1/communities/{FULL['id']}").json() == {**FULL, **change}


def test_a_taken_id_is_409(client):
    answer = client.post("/v1/communities", json={"id": "demo", "name": "又一个"})
    assert answer.status_code == 409
    assert answer.json()["error"]["param"] == "id"


def test_an_unknown_community_is_404(client):
    for answer in (
        client.get("/v1/communities/nowhere"),
        client.patch("/v1/communities/nowhere", json={"theme": "x"}),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["param"] == "community"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"theme": None}, "theme"),
        ({"commerce": 1}, "commerce"),
        ({"id": "other"}, "id"),
        ({"deny_keywords": "刷单"}, "deny_keywords"),
        ({"deny_keywords": [""]}, "deny_keywords.0"),
        ({"deny_keywords": ["x"] * 1_001}, "deny_keywords"),
        ({"rules": "\ud800"}, "rules"),
        ({"on_topic_examples": ["x" * 501]}, "on_topic_examples.0"),
        ({"on_topic_examples": ["x"] * 51}, "on_topic_examples"),
    ],
)
def test_a_wrong_change_is_400_and_changes_nothing(client, change, param):
    import json

    headers = {"Content-Type": "application/json"}
    answer = client.patch("/v1/communities/demo", content=json.dumps(change), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert client.get("/v1/communities/demo").json()["name"] == "阳光花园业主群"


@pytest.mark.parametrize("raw", [b"{", b"NaN", b"\xff", b'"{}"', b"[]", b"null", b"0", b"{}{}"])
def test_a_change_that_cannot_be_read_is_not_an_empty_change(client, raw):
    headers = {"Content-Type": "application/json"}
    answer = client.patch("/v1/communities/demo", content=raw, headers=headers)
    assert answer.status_code == 400


def test_two_changes_at_once_both_take_effect(make_service, client):
    from dataclasses import replace

    service = make_service()
    seen = []

    def slowly(community):
        if not seen:
            client.patch("/v1/communities/demo", json={"rules": "一、友善"})
        seen.append(community)
        return replace(community, theme="邻里互助")

    changed = service.change_community("demo", slowly)
    assert (changed.rules, changed.theme) == ("一、友善", "邻里互助")
    assert len(seen) == 2


def test_a_communitys_clocks_and_libraries_are_kept(client):
    body = {"libraries": ["rumors"], "time_zone": "Asia/Taipei"}
    shown = client.patch("/v1/communities/demo", json=body).json()
    assert (shown["libraries"], shown["time_zone"]) == (["rumors"], "Asia/Taipei")
    assert client.patch("/v1/communities/demo", json={"time_zone": "Mars/Olympus"}).status_code == 400


def test_an_id_of_a_shared_library_is_no_communitys(client):
    answer = client.post("/v1/communities", json={"id": "library:rumors", "name": "x"})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "id"
