"""Drafts leave as signed requests, and what became of them is never assumed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from copilot.adapters.channels import FileSender, WebhookSender
from copilot.adapters.feeds.addresses import Allowed
from copilot.errors import InvalidInput
from copilot.ports import Destination, NotSent, Post

KEY = b"0123456789abcdef01234567"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
POST = Post("draft-1-x-group", "demo", 1, "briefing", "zh", "早安，昨天聊了停水。", datetime(2026, 5, 17, tzinfo=UTC))
HOME = Allowed.read(["127.0.0.1"])


class Receiver:
    """Answers with `status`, or not at all where that is 0."""

    def __init__(self) -> None:
        self.status, self.requests = 200, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:
                body = handler.rfile.read(int(handler.headers["content-length"]))
                self.requests.append((dict(handler.headers.items()), body))
                if self.status:
                    handler.send_response(self.status)
                    handler.send_header("location", "http://127.0.0.1:1/")
                    handler.send_header("content-length", "0")
                    handler.end_headers()
                else:
                    handler.connection.close()

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def to(url: str, secret: str = SECRET) -> Destination:
    return Destination("group", "webhook", "plain", url, secret)


def test_the_signature_is_that_of_standard_webhooks(receiver):
    WebhookSender(HOME, clock=lambda: 1_779_000_000.5).send(POST, to(receiver.url))
    [(headers, body)] = receiver.requests
    sent = {name.lower(): value for name, value in headers.items()}
    assert (sent["webhook-id"], sent["webhook-timestamp"]) == (POST.key, "1779000000")
    signed = f"{POST.key}.1779000000.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["data"]["text"] == POST.text


@pytest.mark.parametrize("status", [302, 400, 404, 410, 429])
def test_a_refusal_means_that_nothing_was_posted(receiver, status):
    receiver.status = status
    with pytest.raises(NotSent):
        WebhookSender(HOME).send(POST, to(receiver.url))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [0, 500, 502, 504])
def test_an_error_after_the_request_left_means_that_nobody_can_tell(receiver, status):
    receiver.status = status
    with pytest.raises((OSError, httpx2.HTTPError, NotSent)) as error:
        WebhookSender(HOME, seconds=2).send(POST, to(receiver.url))
    assert not isinstance(error.value, NotSent)
    assert len(receiver.requests) == 1


def test_nobody_listening_means_that_nothing_was_posted():
    with pytest.raises(NotSent):
        WebhookSender(HOME).send(POST, to("http://127.0.0.1:1/hook"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/hook", "http://169.254.169.254/", "ftp://example.org/", "http://10.0.0.1/"]
)
def test_addresses_inside_are_refused_unless_the_operator_allows_them(url):
    with pytest.raises(InvalidInput):
        WebhookSender().check(to(url))
    with pytest.raises(NotSent):
        WebhookSender().send(POST, to(url))


def test_a_secret_that_is_none_is_refused():
    with pytest.raises(InvalidInput) as error:
        WebhookSender(HOME).check(to("http://127.0.0.1:8000/hook", "whsec_short"))
    assert error.value.param == "secret"


def test_a_file_holds_a_post_once_even_after_a_torn_line(tmp_path):
    sender, where = FileSender(tmp_path), Destination("file", "file", "plain")
    sender.send(POST, where)
    with (tmp_path / "demo.jsonl").open("a") as file:
        file.write('{"key": "dra')
    sender.send(POST, where)
    assert (tmp_path / "demo.jsonl").read_text("utf-8").count(POST.text) == 1
