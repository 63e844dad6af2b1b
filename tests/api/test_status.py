"""Health, readiness, metrics, request ids and logs."""

from __future__ import annotations

import io
import json
import logging

import pytest

from api import logs

BODY = {"messages": [{"id": "1", "text": "这是广告"}, {"id": "2", "text": "早"}]}


def test_ready_says_which_model_serves(client):
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["model"] == "fake/1"


def test_without_a_model_it_is_up_but_not_ready(make_client, make_service, fake_moderator):
    client = make_client(service=make_service(fake_moderator(model="none")))
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["type"] == "unavailable"
    assert "review" in answer.json()["error"]["message"]


def test_without_a_database_it_is_up_but_not_ready(client, outage):
    outage()
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503


def metric(client, line):
    found = [row for row in client.get("/metrics").text.splitlines() if row.startswith(line)]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def test_metrics_count_requests_decisions_and_labels(client):
    client.post("/v1/classify", json={**BODY, "community": "demo"})
    client.post("/v1/classify", json={**BODY, "community": "demo"})
    client.post("/v1/classify", json={})
    requests = 'copilot_http_requests_total{method="POST",route="/v1/classify",status='
    assert metric(client, f'{requests}"200"') == 2
    assert metric(client, f'{requests}"400"') == 1
    assert metric(client, 'copilot_decisions_total{decision="remove"}') == 1  # repeats don't count
    assert metric(client, 'copilot_labels_total{decision="remove",label="ads"}') == 1
    assert metric(client, 'copilot_http_request_seconds_count{route="/v1/classify"}') == 3
    assert metric(client, 'copilot_model_loaded{version="fake/1"}') == 1


def test_callers_cannot_invent_metrics(client):
    for path in ("/a", "/b", "/v1/communities/x", "/v1/communities/y"):
        client.get(path)
    client.request("BREW", "/a")
    text = client.get("/metrics").text
    assert 'route="unmatched"' in text
    assert 'route="/v1/communities/{community_id}"' in text
    assert "BREW" not in text
    assert '"/a"' not in text


def test_a_sane_request_id_is_kept(client):
    answer = client.get("/health", headers={"X-Request-ID": "bot-7:abc.1"})
    assert answer.headers["x-request-id"] == "bot-7:abc.1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "<script>", "é"])
def test_any_other_request_id_is_replaced(client, given):
    headers = {"X-Request-ID": given.encode()}
    assert client.get("/health", headers=headers).headers["x-request-id"].startswith("req-")


@pytest.fixture
def log_lines():
    root, written = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    logs.configure("debug", "json")
    root.handlers[0].setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = before


def test_each_request_has_one_line_with_its_id(client, log_lines):
    client.post("/v1/classify", json=BODY, headers={"X-Request-ID": "abc"})
    [line] = [line for line in log_lines() if line["event"] == "request"]
    assert (line["request_id"], line["method"], line["status"]) == ("abc", "POST", 200)
    assert (line["route"], line["key"]) == ("/v1/classify", "test 0")


def test_no_log_line_holds_what_members_wrote(make_client, client, log_lines):
    secret = "绝密的广告内容"
    for text in (secret, secret * 4_000, f"崩溃{secret}", f"{secret}\ud800"):
        for body in ({"community": "demo"}, {"theme": "养花"}, {"community": secret}):
            raw = json.dumps({"messages": [{"id": "1", "text": text, "author": secret}], **body})
            headers = {"Content-Type": "application/json"}
            client.post("/v1/classify", content=raw, headers=headers)
    client.get(f"/{secret}")
    lines = log_lines()
    assert any(line.get("exception") for line in lines)
    assert "绝密" not in json.dumps(lines, ensure_ascii=False)


def test_an_exception_is_logged_by_type_and_place(log_lines):
    try:
        try:
            int("绝密")
        except ValueError as error:
            raise RuntimeError("绝密") from error
    except RuntimeError:
        logging.getLogger("any.library").exception("failed")
    [line] = log_lines()
    assert line["exception"][0].startswith("builtins.RuntimeError at ")
    assert line["exception"][1].startswith("builtins.ValueError at ")
    assert "绝密" not in str(line)


def test_libraries_log_in_the_same_form(log_lines):
    logging.getLogger("uvicorn.error").info("Started %s", "x")
    [line] = log_lines()
    assert (line["event"], line["level"], line["logger"]) == ("Started x", "info", "uvicorn.error")
