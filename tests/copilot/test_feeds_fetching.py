"""Feeds are fetched from real servers on loopback, and from nowhere the operator did not allow."""

import asyncio
import gzip
import ipaddress
import ssl
import subprocess
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from copilot.adapters.feeds import Allowed, FeedFetcher, Limits, Outcome, check_url
from copilot.adapters.feeds.addresses import permitted
from copilot.drafting.feeds import FeedState, failed
from copilot.errors import InvalidInput

NOW = datetime(2026, 2, 17, 8, 0, tzinfo=UTC)
RSS = b"<rss><channel><title>t</title><item><title>a</title><link>https://e.org/1</link></item></channel></rss>"
BOMB = gzip.compress(bytes(60_000_000), 9)
LOOPBACK = Allowed.read(["127.0.0.0/8"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status=200, body=RSS, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        name = self.path.split("?")[0].strip("/")
        getattr(self, f"on_{name}", self.on_unknown)()

    def on_unknown(self):
        self.answer(404, b"")

    def on_feed(self):
        if self.headers.get("If-None-Match") == '"v1"':
            self.send_response(304)
            self.end_headers()
        else:
            self.answer(ETag='"v1"', Last_Modified="Tue, 17 Feb 2026 07:00:00 GMT", Set_Cookie="a=b")

    def on_moved(self):
        self.answer(301, b"", Location="/feed")

    def on_lent(self):
        self.answer(302, b"", Location="/feed")

    def on_loop(self):
        self.answer(302, b"", Location="/loop")

    def on_inside(self):
        self.answer(302, b"", Location="http://127.0.0.2:1/")

    def on_file(self):
        self.answer(302, b"", Location="file:///etc/hostname")

    def on_metadata(self):
        self.answer(302, b"", Location="http://169.254.169.254/latest/meta-data/")

    def on_bomb(self):
        self.answer(body=BOMB, Content_Encoding="gzip")

    def on_zipped(self):
        self.answer(body=gzip.compress(RSS), Content_Encoding="gzip")

    def on_cut(self):
        self.answer(body=gzip.compress(RSS * 99)[:-20], Content_Encoding="gzip")

    def on_brotli(self):
        self.answer(Content_Encoding="br")

    def on_large(self):
        self.answer(body=b"0" * 5_000_000)

    def on_busy(self):
        self.answer(429, b"", Retry_After="7200")

    def on_gone(self):
        self.answer(410, b"")

    def on_drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            time.sleep(0.05)
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def on_slow_head(self):
        for _ in range(100):
            time.sleep(0.05)
            try:
                self.wfile.write(b"H")
                self.wfile.flush()
            except OSError:
                return


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


@pytest.fixture
def server():
    running = Server(("127.0.0.1", 0), Handler)
    running.asked = []
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def url(server, path, host="127.0.0.1"):
    return f"http://{host}:{server.server_port}/{path}"


def visit(server, path, *, allowed=LOOPBACK, limits=None, **state):
    fetcher = FeedFetcher(allowed, limits or Limits(seconds=5))
    [found] = fetcher.fetch([FeedState(url(server, path), **state)], NOW)
    return found


def test_a_feed_is_fetched_and_only_asked_whether_it_changed_afterwards(server):
    first = visit(server, "feed")
    assert (first.outcome, first.body, first.state.etag) == (Outcome.FETCHED, RSS, '"v1"')
    [again] = FeedFetcher(LOOPBACK).fetch([first.state], NOW + timedelta(hours=1))
    assert (again.outcome, again.body) == (Outcome.UNCHANGED, b"")
    assert (again.state.changed_at, again.state.checked_at) == (NOW, NOW + timedelta(hours=1))
    asked = server.asked[-1][1]
    assert asked["If-Modified-Since"] == "Tue, 17 Feb 2026 07:00:00 GMT"
    assert asked["Host"] == f"127.0.0.1:{server.server_port}"
    assert "Cookie" not in asked


def test_without_the_operators_word_loopback_is_refused_and_never_asked(server):
    found = visit(server, "feed", allowed=Allowed())
    assert found.outcome is Outcome.FAILED
    assert "127.0.0.1" in found.state.error
    named = FeedFetcher().fetch([FeedState(url(server, "feed", "localhost"))], NOW)[0]
    assert (named.outcome, server.asked) == (Outcome.FAILED, [])


def test_an_allowed_name_may_resolve_to_the_inside(server):
    fetcher = FeedFetcher(Allowed.read(["localhost"]))
    [found] = fetcher.fetch([FeedState(url(server, "feed", "localhost"))], NOW)
    assert found.outcome is Outcome.FETCHED
    assert server.asked[0][1]["Host"] == f"localhost:{server.server_port}"


def test_the_connection_goes_to_the_address_that_was_judged(server):
    """A name server that answers something else the second time is never asked a second time."""
    answers = [["127.0.0.1"], ["127.0.0.9"]]

    async def resolve(host, port):
        return answers.pop(0)

    fetcher = FeedFetcher(Allowed.read(["127.0.0.1"]), resolve=resolve)
    [found] = fetcher.fetch([FeedState(f"http://feeds.example:{server.server_port}/feed")], NOW)
    assert (found.outcome, len(answers)) == (Outcome.FETCHED, 1)
    assert server.asked[0][1]["Host"] == f"feeds.example:{server.server_port}"


def test_a_name_with_one_inner_address_among_public_ones_is_refused():
    target = check_url("https://feeds.example/", Allowed())
    assert permitted(target, ["93.184.215.14"], Allowed())
    for inner in ("10.0.0.1", "::1", "::ffff:192.168.1.1", "fe80::1%eth0"):
        with pytest.raises(InvalidInput, match=r"feeds\.example"):
            permitted(target, ["93.184.215.14", inner], Allowed())


@pytest.mark.parametrize(
    "bad",
    [
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://0.0.0.0/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[fc00::1]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://127。0。0。1/",
        "http://user:secret@example.org/",
        "http://@example.org/",
        "http://example.org:22/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "http://example.org\\@evil.example/",
        "http://-x.example/",
        "http:///feed",
        "file:///etc/passwd",
        "ftp://example.org/feed",
        "gopher://example.org/",
        "example.org/feed",
        "",
    ],
)
def test_what_no_feed_lives_at_is_refused(bad):
    with pytest.raises(InvalidInput) as refused:
        check_url(bad, Allowed())
    assert refused.value.param == "url"


@pytest.mark.parametrize(
    "good",
    [
        "https://example.org/feed.xml?a=1",
        "http://example.org:8080/",
        "https://中文.example/源",
        "http://93.184.215.14/",
    ],
)
def test_public_places_are_not(good):
    assert check_url(good, Allowed()).scheme in ("http", "https")


def test_what_an_operator_allows_is_read_strictly():
    assert Allowed.read(["10.0.0.0/8", "::1", "RSS.office.example."]).address(ipaddress.ip_address("10.9.9.9"))
    for bad in ("10.0.0.0/99", "http://a", "0x7f", "", "*"):
        with pytest.raises(InvalidInput) as refused:
            Allowed.read([bad])
        assert refused.value.param == "allow"


def test_a_move_for_good_is_remembered_a_passing_one_is_not(server):
    moved = visit(server, "moved")
    assert (moved.outcome, moved.state.moved_to, moved.url) == (
        Outcome.FETCHED,
        url(server, "feed"),
        url(server, "feed"),
    )
    assert visit(server, "lent").state.moved_to == ""
    FeedFetcher(LOOPBACK).fetch([moved.state], NOW)
    assert server.asked[-1][0] == "/feed"
    assert failed(moved.state, NOW, "x").moved_to == ""


@pytest.mark.parametrize("path", ["loop", "file", "metadata", "inside"])
def test_every_hop_is_checked(server, path):
    found = visit(server, path, allowed=Allowed.read(["127.0.0.1"]))
    assert found.outcome is Outcome.FAILED
    assert len(server.asked) == (6 if path == "loop" else 1)


@pytest.mark.parametrize("path", ["large", "bomb", "cut", "brotli", "nothing_here"])
def test_too_much_and_broken_answers_fail_with_a_reason(server, path):
    found = visit(server, path)
    assert (found.outcome, found.body) == (Outcome.FAILED, b"")
    assert found.state.error


def test_a_compressed_bomb_is_never_unpacked_whole(server):
    tracemalloc.start()
    try:
        assert visit(server, "bomb").outcome is Outcome.FAILED
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_compressed_feeds_are_read(server):
    assert visit(server, "zipped").body == RSS


@pytest.mark.parametrize("path", ["drip", "slow_head"])
def test_a_visit_ends_in_time_however_slowly_it_is_answered(server, path):
    start = time.monotonic()
    found = visit(server, path, limits=Limits(seconds=0.4))
    assert found.outcome is Outcome.FAILED
    assert time.monotonic() - start < 2


def test_a_name_server_that_does_not_answer_costs_no_more(server):
    async def resolve(host, port):
        await asyncio.sleep(60)

    start = time.monotonic()
    [found] = FeedFetcher(limits=Limits(seconds=0.2), resolve=resolve).fetch([FeedState("https://a.example/")], NOW)
    assert found.outcome is Outcome.FAILED
    assert time.monotonic() - start < 2


def test_failures_wait_longer_and_longer_and_success_forgets_them(server):
    state, waits = FeedState(url(server, "nothing")), []
    for _ in range(9):
        state = failed(state, NOW, "HTTP 500")
        waits.append(state.not_before - NOW)
    assert waits[:3] == [timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)]
    assert waits[-1] == timedelta(days=1)
    [waiting] = FeedFetcher(LOOPBACK).fetch([state], NOW)
    assert (waiting.outcome, waiting.state, server.asked) == (Outcome.WAITING, state, [])
    recovered = visit(server, "feed", failures=9, error="HTTP 500").state
    assert (recovered.failures, recovered.error, recovered.not_before) == (0, "", None)


def test_what_the_server_asks_for_is_respected(server):
    assert visit(server, "busy").state.not_before == NOW + timedelta(hours=2)
    assert visit(server, "gone").state.not_before == NOW + timedelta(days=7)


def test_one_bad_feed_spoils_no_other(server):
    states = [FeedState(url(server, "feed")), FeedState("http://10.0.0.1/"), FeedState(url(server, "nothing"))]
    found = FeedFetcher(LOOPBACK).fetch(states, NOW)
    assert [f.outcome for f in found] == [Outcome.FETCHED, Outcome.FAILED, Outcome.FAILED]
    assert [f.state.url for f in found] == [s.url for s in states]


def test_a_certificate_is_checked_for_the_name_although_the_address_is_dialled(tmp_path):
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=feeds.example"]
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    names = ["-addext", "subjectAltName=DNS:feeds.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    running = Server(("127.0.0.1", 0), Handler)
    running.asked = []
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    async def resolve(host, port):
        return ["127.0.0.1"]

    try:
        trusting = FeedFetcher(LOOPBACK, tls=ssl.create_default_context(cafile=certificate), resolve=resolve)
        hosts = ("feeds.example", "other.example")
        states = [FeedState(f"https://{host}:{running.server_port}/feed") for host in hosts]
        assert [f.outcome for f in trusting.fetch(states, NOW)] == [Outcome.FETCHED, Outcome.FAILED]
        [plain] = FeedFetcher(LOOPBACK, resolve=resolve).fetch(states[:1], NOW)
        assert plain.outcome is Outcome.FAILED
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
