"""Signing in with an OpenID Connect provider: a real one on loopback, honest or not."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from copilot.errors import NotFound

KEY = RSAKey.generate_key(2048, {"kid": "one"})


class Provider:
    """Vouches for 小林; `claims` and `key` can be bent to lie."""

    def __init__(self) -> None:
        self.claims: dict[str, object] = {}
        self.key = KEY
        self.asked: dict[str, list[str]] = {}
        self.verified = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("openid-configuration"):
                    at = provider.issuer
                    paths = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
                    self._answer({"issuer": at, **{name: at + path for name, path in paths.items()}})
                else:
                    self._answer({"keys": [KEY.as_dict(private=False)]})

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                provider.verified = challenge == provider.asked["code_challenge"][0]
                self._answer({"access_token": "a", "token_type": "Bearer", "id_token": provider.id_token()})

            def _answer(self, body: object) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def id_token(self) -> str:
        claims = {
            "iss": self.issuer,
            "aud": "console",
            "sub": "42",
            "exp": int(time.time()) + 60,
            "nonce": self.asked["nonce"][0],
            "preferred_username": "小林",
            **self.claims,
        }
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def visit(make_client, service, provider):
    """Begin to sign in, and come back with the answer of the provider."""
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "console",
        "oidc_client_secret": "s",
        "public_url": "http://testserver",
    }
    client = make_client(None, service, **settings)

    def go(**changed):
        sent = client.get("/console/oidc", follow_redirects=False)
        provider.asked = parse_qs(urlsplit(sent.headers["location"]).query)
        answer = {"state": provider.asked["state"][0], "code": "c", **changed}
        return client, client.get(f"/console/oidc/return?{urlencode(answer)}", follow_redirects=False)

    return go


def test_whom_the_provider_vouches_for_is_let_in_without_any_role(visit, provider, accounts):
    client, answer = visit()
    assert (answer.status_code, provider.verified) == (303, True)
    assert "小林" in client.get("/console/account").text
    account = accounts.named("小林")
    assert (account.roles, account.admin) == ({}, False)
    assert client.get("/console/c/demo/queue").status_code == 404


def test_the_same_person_has_the_same_account(visit, accounts):
    visit()
    visit()
    assert len(accounts.all()) == 1


def test_a_taken_name_is_another_persons(visit, accounts, make_account):
    make_account("小林")
    visit()
    assert accounts.named("小林").roles != {}
    assert accounts.named("小林 (2)").roles == {}


def test_a_disabled_account_stays_out(visit, accounts):
    visit()
    accounts.disable(accounts.named("小林").id)
    assert visit()[1].status_code == 403


@pytest.mark.parametrize(
    "lie",
    [{"iss": "http://elsewhere"}, {"aud": "another"}, {"exp": 1}, {"nonce": "another"}, {"sub": None}],
)
def test_a_token_that_does_not_hold_lets_nobody_in(visit, provider, accounts, lie):
    provider.claims = lie
    assert visit()[1].status_code == 400
    with pytest.raises(NotFound):
        accounts.named("小林")


def test_a_token_signed_by_somebody_else_lets_nobody_in(visit, provider):
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert visit()[1].status_code == 400


def test_an_answer_to_another_question_lets_nobody_in(visit):
    assert visit(state="another")[1].status_code == 400
    assert visit(code="")[1].status_code == 400


def test_without_a_provider_there_is_no_such_page(make_console):
    console = make_console(None)
    assert console.get("/oidc").status_code == 404
    assert "/console/oidc" not in console.get("/sign-in").text
