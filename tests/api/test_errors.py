"""Whatever is sent, the answer to a mistake has one shape and says what to do."""

from __future__ import annotations

import json

import pytest

from api.errors import STATUS_OF, TYPE_OF
from copilot import errors

JSON = {"Content-Type": "application/json"}


def shape(answer, status, param=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"type", "message", "param", "request_id"}
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["type"] == TYPE_OF[status]
    assert error["param"] == param
    assert error["message"].strip()
    return error


MESSAGE = {"id": "1", "text": "早"}

WRONG_BODIES = [
    ({}, "messages"),
    ([], None),
    ("text", None),
    (None, None),
    (5, None),
    ({"messages": []}, "messages"),
    ({"messages": {}}, "messages"),
    ({"messages": [MESSAGE] * 257}, "messages"),
    ({"messages": ["早"]}, "messages.0"),
    ({"messages": [MESSAGE, {}]}, "messages.1.text"),
    ({"messages": [{"text": 5}]}, "messages.0.text"),
    ({"messages": [{"text": None}]}, "messages.0.text"),
    ({"messages": [{"text": ["早"]}]}, "messages.0.text"),
    ({"messages": [{"text": "早" * 20_001}]}, "messages.0.text"),
    ({"messages": [{**MESSAGE, "quoted": "早" * 20_001}]}, "messages.0.quoted"),
    ({"messages": [{**MESSAGE, "id": ""}]}, "messages.0.id"),
    ({"messages": [{**MESSAGE, "id": 5}]}, "messages.0.id"),
    ({"messages": [{**MESSAGE, "id": "x" * 201}]}, "messages.0.id"),
    ({"messages": [{**MESSAGE, "id": "\ud800"}]}, "messages.0.id"),
    ({"messages": [{**MESSAGE, "txt": "早"}]}, "messages.0.txt"),
    ({"messages": [{**MESSAGE, "sent_at": "2026-01-31T08:00:00"}]}, "messages.0.sent_at"),
    ({"messages": [{**MESSAGE, "sent_at": "2026-01-31"}]}, "messages.0.sent_at"),
    ({"messages": [{**MESSAGE, "sent_at": "yesterday"}]}, "messages.0.sent_at"),
    ({"messages": [{**MESSAGE, "sent_at": 1_700_000_000}]}, "messages.0.sent_at"),
    ({"messages": [{**MESSAGE, "sent_at": "1700000000"}]}, "messages.0.sent_at"),
    ({"messages": [{**MESSAGE, "sent_at": "0001-01-01T00:00:00+08:00"}]}, "messages.0.sent_at"),
    ({"messages": [MESSAGE], "community": "a b"}, "community"),
    ({"messages": [MESSAGE], "community": "../etc"}, "community"),
    ({"messages": [MESSAGE], "community": ""}, "community"),
    ({"messages": [MESSAGE], "community": "a", "theme": "b"}, "theme"),
    ({"messages": [MESSAGE], "theme": "x" * 2_001}, "theme"),
    ({"messages": [MESSAGE], "store": "yes"}, "store"),
    ({"messages": [MESSAGE], "lang": "fr"}, "lang"),
    ({"messages": [MESSAGE], "unknown": 1}, "unknown"),
]


@pytest.mark.parametrize(("body", "param"), WRONG_BODIES)
def test_a_wrong_body_is_400_and_names_the_field(client, body, param):
    raw = json.dumps(body)
    shape(client.post("/v1/classify", content=raw, headers=JSON), 400, param)


def test_a_field_name_that_is_no_unicode_is_still_answered(client):
    raw = json.dumps({"messages": [MESSAGE], "\ud800": 1})
    answer = client.post("/v1/classify", content=raw, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request"


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"messages": [',
        b"\xff\xfe\x00",
        b'{"messages": [{"text": "\xd0"}]}',
        '{"messages": []}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"messages": NaN}',
        b'{"messages": [{"text": "a", "id": Infinity}]}',
        b'{"messages": -Infinity}',
        b"1" * 10_000,
        b"\x00",
    ],
)
def test_a_body_that_is_no_json_is_400(client, raw):
    shape(client.post("/v1/classify", content=raw, headers=JSON), 400)


def test_an_empty_body_is_400(client):
    error = shape(client.post("/v1/classify", headers=JSON), 400)
    assert error["message"] == "A JSON body is required."


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {}],
)
def test_a_body_of_another_type_is_415(client, headers):
    raw = json.dumps({"messages": [MESSAGE]}).encode()
    shape(client.post("/v1/classify", content=raw, headers=headers), 415)


def test_json_with_a_charset_is_fine(client):
    raw = json.dumps({"messages": [MESSAGE]})
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/v1/classify", content=raw, headers=headers).status_code == 200


def test_a_body_over_the_limit_is_413(client):
    shape(client.post("/v1/classify", content=b" " * 1_048_577, headers=JSON), 413)


def test_a_body_that_hides_its_length_is_413_too(client):
    chunks = (b" " * 65_536 for _ in range(17))
    shape(client.post("/v1/classify", content=chunks, headers=JSON), 413)


def test_the_limit_itself_is_allowed(make_client):
    client = make_client(max_body_bytes=2_000)
    raw = json.dumps({"messages": [MESSAGE]}).encode()
    fits, over = raw.ljust(2_000), raw.ljust(2_001)
    assert client.post("/v1/classify", content=fits, headers=JSON).status_code == 200
    shape(client.post("/v1/classify", content=over, headers=JSON), 413)


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/v1/classify/", "/docs", "/%ff"])
def test_an_address_that_is_not_there_is_404(client, path):
    shape(client.get(path), 404)


def test_a_wrong_method_is_405_and_says_what_is_allowed(client):
    answer = client.get("/v1/classify")
    shape(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert client.delete("/v1/communities/demo").headers["allow"] == "GET, PATCH"


def test_a_surprise_is_500_without_internals(client):
    answer = client.post("/v1/classify", json={"messages": [{"text": "崩溃了"}]})
    error = shape(answer, 500)
    assert "RuntimeError" not in answer.text
    assert "崩溃" not in answer.text
    assert error["request_id"] in answer.headers["x-request-id"]


def test_a_database_that_is_gone_is_503_and_worth_retrying(client, outage):
    outage()
    body = {"messages": [MESSAGE], "community": "demo"}
    answer = client.post("/v1/classify", json=body)
    shape(answer, 503)
    assert answer.headers["retry-after"] == "1"


def _all_errors(kind=errors.CopilotError):
    return [kind, *(found for child in kind.__subclasses__() for found in _all_errors(child))]


def test_every_domain_error_has_a_status():
    direct = {kind for kind in errors.CopilotError.__subclasses__() if kind.__module__ == errors.__name__}
    assert direct <= set(STATUS_OF)
    assert all(any(base in STATUS_OF for base in kind.__mro__) for kind in _all_errors())
    assert set(STATUS_OF.values()) <= set(TYPE_OF)
