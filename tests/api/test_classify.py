"""POST /v1/classify as a bot author meets it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from copilot.adapters.sql import SqlStore
from copilot.adapters.sql.tables import cases
from copilot.types import LABELS


def classify(client, *texts, **body):
    messages = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    return client.post("/v1/classify", json={"messages": messages, **body})


def kept(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(cases))


def test_a_flagged_message_comes_with_everything_a_bot_needs(client):
    answer = classify(client, "这是广告", community="demo").json()
    assert answer["id"].startswith("cls-")
    assert answer["model"] == "fake/1"
    [result] = answer["results"]
    assert set(result["scores"]) == {label.value for label in LABELS}
    assert result == {
        "id": "0",
        "decision": "remove",
        "would_remove": False,
        "measure": "warn",
        "mute_minutes": 0,
        "labels": ["ads"],
        "scores": result["scores"],
        "signals": [
            {
                "source": "words",
                "kind": "list",
                "label": "ads",
                "score": 0.9,
                "spans": [[2, 4]],
                "reason": "词语命中",
                "reason_en": "A listed word occurs.",
            }
        ],
        "clauses": [],
        "precedents": [],
        "versions": {"model": "fake/1", "policy": "bands/1", "rules": "rules/1"},
        "shadow": None,
        "case_id": 1,
        "duplicate": False,
    }


def test_reasons_come_in_english_where_asked(client):
    [result] = classify(client, "广告", lang="en").json()["results"]
    assert result["signals"][0]["reason"] == "A listed word occurs."


def test_results_keep_the_order_of_the_messages(client):
    texts = ["早", "可疑", "早"] * 85 + ["广告"]
    results = classify(client, *texts, community="demo").json()["results"]
    assert [result["id"] for result in results] == [str(number) for number in range(256)]
    wanted = {"早": "allow", "广告": "remove", "可疑": "review"}
    assert [result["decision"] for result in results] == [wanted[text] for text in texts]


def test_every_field_reaches_the_moderator(make_client, make_service, fake_moderator):
    moderator = fake_moderator()
    client = make_client(service=make_service(moderator))
    message = {
        "id": "7",
        "typed": "同意",
        "quoted": "原文",
        "author": "小王",
        "roles": ["商家"],
        "sent_at": "2026-01-31T08:00:00+08:00",
        "reply_to": "6",
    }
    answer = client.post("/v1/classify", json={"messages": [message], "theme": "养花"})
    assert answer.status_code == 200
    [asked] = moderator.asked
    assert (asked.id, asked.text, asked.quoted, asked.author) == ("7", "同意", "原文", "小王")
    assert (asked.sent_at.isoformat(), asked.reply_to) == ("2026-01-31T00:00:00+00:00", "6")
    assert (asked.community, asked.theme, asked.roles) == (None, "养花", ("商家",))


def test_the_community_reaches_the_moderator(make_client, make_service, fake_moderator):
    moderator = fake_moderator()
    client = make_client(service=make_service(moderator))
    client.post("/v1/communities", json={"id": "g1", "name": "群", "theme": "养花"})
    classify(client, "早", community="g1", store=False)
    assert moderator.charters["g1"].community.theme == "养花"


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ({"community": "demo"}, 1),
        ({}, 0),
        ({"theme": "养花"}, 0),
        ({"community": "demo", "store": False}, 0),
        ({"store": True}, 1),
    ],
)
def test_messages_are_kept_with_a_community_unless_told_otherwise(client, engine, body, rows):
    assert classify(client, "早", **body).status_code == 200
    assert kept(engine) == rows


def test_a_repeated_delivery_gets_the_first_verdict_and_is_kept_once(client, engine):
    first = classify(client, "广告", community="demo").json()["results"][0]
    again = classify(client, "广告", community="demo").json()["results"][0]
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert {**again, "duplicate": False} == first
    assert kept(engine) == 1


def test_the_same_message_twice_in_one_request_is_kept_once(client, engine):
    message = {"id": "1", "text": "广告"}
    body = {"messages": [message, message], "community": "demo"}
    results = client.post("/v1/classify", json=body).json()["results"]
    assert [result["duplicate"] for result in results] == [False, True]
    assert kept(engine) == 1


def test_an_edited_message_is_judged_afresh(client, engine):
    assert classify(client, "早", community="demo").json()["results"][0]["decision"] == "allow"
    edited = classify(client, "广告", community="demo").json()["results"][0]
    assert (edited["decision"], edited["duplicate"]) == ("remove", False)
    assert kept(engine) == 2


def test_messages_without_an_id_get_one_each(client, engine):
    body = {"messages": [{"text": "早"}, {"text": "早"}], "community": "demo"}
    ids = {result["id"] for result in client.post("/v1/classify", json=body).json()["results"]}
    assert len(ids) == 2
    assert kept(engine) == 2


def test_two_threads_ingesting_the_same_ids_keep_each_message_once(client, engine):
    gate = threading.Barrier(4)

    def send(_):
        gate.wait()
        return [
            result
            for batch in range(10)
            for result in classify(client, *[f"广告{batch}"] * 1, f"早{batch}", community="demo").json()["results"]
        ]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert kept(engine) == 20
    for results in zip(*answers, strict=True):
        assert sum(not result["duplicate"] for result in results) == 1


def test_an_unknown_community_is_404_and_keeps_nothing(client, engine):
    answer = classify(client, "早", community="nowhere")
    assert answer.status_code == 404
    assert answer.json()["error"]["param"] == "community"
    assert kept(engine) == 0


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00", "\u0000", "\u001b", "😀" * 20_000, ""])
def test_awkward_text_is_judged_and_kept_as_it_is(client, engine, text):
    raw = json.dumps({"messages": [{"id": "1", "text": text}], "community": "demo"})
    headers = {"Content-Type": "application/json"}
    for duplicate in (False, True):
        answer = client.post("/v1/classify", content=raw, headers=headers)
        assert answer.status_code == 200
        assert answer.json()["results"][0]["duplicate"] is duplicate
    with engine.connect() as connection:
        assert connection.scalar(sa.select(cases.c.text)) == text


def test_a_failing_classifier_sends_to_review_and_never_fails_the_bot(make_client, make_service):
    from copilot.moderator import Moderator

    class Broken:
        version = "broken/1"
        bands = {}  # noqa: RUF012

        def classify(self, views):
            raise RuntimeError("no memory")

    client = make_client(service=make_service(Moderator(Broken())))
    [result] = classify(client, "大家早上好").json()["results"]
    assert result["decision"] == "review"
    assert result["signals"][0]["source"] == "model:unavailable"


def test_without_the_database_inline_themes_are_still_judged(make_client, make_service, engine, monkeypatch):
    client = make_client(service=make_service())
    monkeypatch.setattr(SqlStore, "begin", lambda self: pytest.fail("the store was asked"))
    assert classify(client, "广告", theme="养花").status_code == 200
