"""/v1/drafts and joins, as a bot author meets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()


@pytest.fixture
def talked(client):
    said = ("3号楼是不是停水了？", "水泵坏了，预计10点恢复供水", "周六上午9点门口磨刀，大家带上刀")
    messages = [
        {"id": f"m{i}", "text": text, "author": f"邻居{i}", "sent_at": YESTERDAY} for i, text in enumerate(said)
    ]
    assert client.post("/v1/classify", json={"community": "demo", "messages": messages}).status_code == 200
    return client


def test_from_a_briefing_to_a_report_by_the_bot_that_posted_it(talked):
    written = talked.post("/v1/drafts/briefing", json={"community": "demo"})
    assert written.status_code == 201
    draft = written.json()
    facts = {fact["id"] for fact in draft["facts"]}
    cited = {name for line in draft["lines"] for sentence in line["sentences"] for name in sentence["facts"]}
    assert cited
    assert cited <= facts
    here = f"/v1/drafts/{draft['id']}"
    assert talked.post(f"{here}/publish", json={"version": 1}).status_code == 409
    approved = talked.post(f"{here}/approve", json={"version": 1}).json()
    handed = talked.post(f"{here}/publish", json={"version": approved["version"]}).json()
    assert (handed["state"], handed["text"]) == ("publishing", draft["text"])
    report = {"key": handed["key"], "outcome": "published"}
    done = talked.post(f"{here}/outcome", json=report).json()
    assert done["state"] == "published"
    assert talked.post(f"{here}/outcome", json=report).json() == done
    assert talked.post(f"{here}/outcome", json=report | {"outcome": "failed"}).status_code == 409
    assert talked.post(f"{here}/performance", json={"replies": 5, "participants": 3}).status_code == 200
    assert [d["id"] for d in talked.get("/v1/drafts?community=demo&state=published").json()["drafts"]] == [draft["id"]]


def test_an_edit_is_told_what_has_no_source_and_needs_a_reason(talked):
    draft = talked.post("/v1/drafts/briefing", json={"community": "demo"}).json()
    here = f"/v1/drafts/{draft['id']}"
    edited = talked.patch(here, json={"version": 1, "text": draft["text"] + "\n明天发200元红包。"}).json()
    assert edited["objections"][0]["line"] == len(edited["lines"]) - 1
    assert not edited["objections"][0]["hard"]
    refused = talked.post(f"{here}/approve", json={"version": 2})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "reason")
    assert talked.post(f"{here}/approve", json={"version": 2, "reason": "确认过"}).json()["state"] == "approved"
    assert talked.patch(here, json={"version": 1, "text": "旧的"}).status_code == 409


def test_joins_are_batched_and_a_full_batch_is_welcomed(client):
    first = client.post("/v1/communities/demo/joins", json={"joins": [{"member": "u1", "nickname": "小满"}]}).json()
    assert first["drafts"] == []
    assert first["closes_at"]
    now = client.post(
        "/v1/drafts/welcome", json={"community": "demo", "joins": [{"member": "u2", "nickname": "广告代发"}]}
    ).json()
    [draft] = now["drafts"]
    assert "小满" in draft["text"]
    assert "广告代发" not in draft["text"]
    assert now["joins"][0]["withheld"]


def test_a_key_that_may_only_classify_writes_nothing(make_client, client):
    bot = make_client("classify")
    assert bot.post("/v1/drafts/briefing", json={"community": "demo"}).status_code == 403
    assert bot.post("/v1/communities/demo/joins", json={"joins": [{"nickname": "小满"}]}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "body", "param"),
    [
        ("briefing", {"on": "1999-01-01"}, "on"),
        ("briefing", {"channel": "telegraph"}, "channel"),
        ("notice", {"cases": []}, "cases"),
        ("clarification", {"about": "停水", "truth": "maybe", "found": "没有", "source": "物业"}, "truth"),
        ("clarification", {"about": "停水", "truth": "false", "found": "没有", "source": " "}, "source"),
        ("welcome", {"joins": [{}]}, "joins"),
    ],
)
def test_bad_input_names_its_field(client, kind, body, param):
    answer = client.post(f"/v1/drafts/{kind}", json={"community": "demo", **body})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_what_is_not_there_is_not_found(client):
    assert client.get("/v1/drafts/99").status_code == 404
    assert client.post("/v1/drafts/briefing", json={"community": "nobody"}).status_code == 404
