"""Keys, scopes and the limit per key."""

from __future__ import annotations

import pytest

BODY = {"messages": [{"id": "1", "text": "早"}]}
COMMUNITY = {"id": "g1", "name": "群"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"X-API-Key": "cc_wrong"},
        {"X-API-Key": ""},
    ],
)
def test_without_a_valid_key_nothing_is_judged(make_client, headers):
    answer = make_client(scopes=None).post("/v1/classify", json=BODY, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["type"] == "unauthenticated"


def test_a_wrong_key_is_told_so_before_anything_about_the_body(make_client):
    client = make_client(scopes=None)
    for raw in (b"{", b'{"messages": 5}', b""):
        headers = {"Content-Type": "application/json"}
        assert client.post("/v1/classify", content=raw, headers=headers).status_code == 401


def test_both_headers_carry_a_key(make_client, keyring):
    client, key = make_client(scopes=None), keyring.create("bot", ["classify"])
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert client.post("/v1/classify", json=BODY, headers=headers).status_code == 200


def test_a_revoked_key_is_refused_at_once(make_client, keyring):
    client, key = make_client(scopes=None), keyring.create("bot", ["classify"])
    headers = {"X-API-Key": key}
    assert client.post("/v1/classify", json=BODY, headers=headers).status_code == 200
    keyring.revoke(keyring.verify(key).id)
    assert client.post("/v1/classify", json=BODY, headers=headers).status_code == 401


CALLS = {
    "classify": ("POST", "/v1/classify", BODY),
    "list": ("GET", "/v1/communities", None),
    "show": ("GET", "/v1/communities/demo", None),
    "add": ("POST", "/v1/communities", COMMUNITY),
    "change": ("PATCH", "/v1/communities/demo", {"theme": "养花"}),
}
ALLOWED = {
    "classify": {"classify", "list", "show"},
    "operate": {"add", "change"},
    "moderate": set(),
    "admin": set(CALLS),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("scope", ALLOWED)
def test_a_key_may_do_what_its_scopes_say_and_nothing_else(client, make_client, scope, call):
    method, path, body = CALLS[call]
    answer = make_client(scopes=scope).request(method, path, json=body)
    if call in ALLOWED[scope]:
        assert answer.is_success
    else:
        assert answer.status_code == 403
        assert answer.json()["error"]["type"] == "forbidden"


def test_too_many_requests_are_429_and_say_when_to_come_back(make_client):
    client = make_client(rate_limit_per_minute=3)
    statuses = [client.post("/v1/classify", json=BODY).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.post("/v1/classify", json=BODY)
    assert answer.json()["error"]["type"] == "rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 60


def test_each_key_has_a_limit_of_its_own(make_client, keyring):
    client = make_client(rate_limit_per_minute=1)
    other = {"Authorization": f"Bearer {keyring.create('other', ['classify'])}"}
    assert client.post("/v1/classify", json=BODY).status_code == 200
    assert client.post("/v1/classify", json=BODY).status_code == 429
    assert client.post("/v1/classify", json=BODY, headers=other).status_code == 200


def test_a_load_balancer_needs_no_key(make_client):
    client = make_client(scopes=None)
    for path in ("/health", "/ready", "/metrics", "/openapi.json"):
        assert client.get(path).status_code == 200
