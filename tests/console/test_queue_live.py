"""The stream of what changes in the queue: resumed, bounded, out of nobody's way, and over when the server stops."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.console.live import PER_ACCOUNT, since_mark
from copilot.errors import StoreUnavailable
from copilot.people import Role
from copilot.policy.answers import Answer
from copilot.service.deciding import Verdict
from copilot.types import Community

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def say(service, make_message):
    """Ingest one message and return its case's id."""

    def say(text="广告 便宜了", community="demo"):
        return service.ingest([make_message(text, community=community, author="小王")])[0].id

    return say


@pytest.fixture
def client(live, make_account):
    """Somebody signed in, over real HTTP."""
    make_account("小林", Role.VIEWER)
    with httpx2.Client(base_url=live.url, timeout=15) as client:
        client.post("/console/sign-in", data={"name": "小林", "password": "correct horse battery"})
        yield client
    time.sleep(0.3)  # a look that has begun ends before the database is taken away


@contextmanager
def stream(client, since="0", path="/console/c/demo/queue/events", last="") -> Iterator[Iterator[dict[str, Any]]]:
    """Open the stream; yields its events."""
    headers = {"Last-Event-ID": last} if last else {}
    with client.stream("GET", path, params={"since": since}, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)
        elif not line and event:
            yield event
            event = {}


def until(events, wanted):
    """The first event that is wanted."""
    return next(event for event in events if wanted(event))


def told(event):
    return [(change["case"], change["decided"], change["by"]) for change in event["data"].get("changes", [])]


def test_a_stream_tells_what_arrives_and_who_decides(client, say, service):
    with stream(client, since=str(int(time.time() * 1e6))) as events:
        first = say()
        assert told(until(events, lambda e: told(e))) == [(first, False, "")]
        service.queue.claim("demo", first, "老周")
        event = until(events, lambda e: e["data"].get("claims"))
        assert event["data"]["claims"] == {str(first): "老周"}
        service.deciding.decide("demo", [first], Verdict(Answer.APPROVE, (), "老周"))
        event = until(events, lambda e: told(e))
        assert told(event) == [(first, True, "老周")]
        assert event["data"]["waiting"] == {"demo": 0}
        assert event["data"]["claims"] == {}


def test_what_was_missed_is_told_after_coming_back(client, say, service):
    with stream(client) as events:
        first = say()
        last = until(events, lambda e: (first, False, "") in told(e))["id"]
    second = say("可疑 听说要停水")
    service.deciding.decide("demo", [first], Verdict(Answer.APPROVE, (), "老周"))
    with stream(client, since="0", last=last) as events:
        missed = told(next(events))
    assert (second, False, "") in missed
    assert (first, True, "老周") in missed


def test_other_communities_are_not_told_of(client, say, service, live, make_account):
    service.add_community(Community("other", "别的群"))
    live.accounts.appoint(make_account("外人", None), "other", Role.VIEWER)
    with httpx2.Client(base_url=live.url, timeout=15) as outsider:
        outsider.post("/console/sign-in", data={"name": "外人", "password": "correct horse battery"})
        with stream(outsider, path="/console/c/other/queue/events"):  # so that the shared look covers it
            _hear_nothing_foreign(client, say, service)


def _hear_nothing_foreign(client, say, service):
    foreign = say(community="other")
    service.queue.claim("other", foreign, "老周")
    own = say()
    for path in ("/console/c/demo/queue/events", "/console/c/demo/queue/events?scope=all"):
        with stream(client, path=path) as events:
            event = until(events, lambda e: told(e))
            assert told(event) == [(own, False, "")]
            service.queue.claim("demo", own, "小林")  # the next news comes from the shared look
            later = until(events, lambda e: e["data"]["claims"])
            service.queue.release("demo", own, "小林")
        assert event["data"]["claims"] == {}
        assert set(later["data"]["claims"]) == {str(own)}
        assert set(event["data"]["waiting"]) == {"demo"}


def test_a_stranger_and_a_page_that_does_not_say_where_it_stands_hear_nothing(client):
    assert client.get("/console/c/other/queue/events", params={"since": "0"}).status_code == 404
    assert client.get("/console/c/demo/queue/events").status_code == 400


def test_the_oldest_of_too_many_streams_ends(client, say):
    open_streams = [stream(client) for _ in range(PER_ACCOUNT + 1)]
    say()
    events = [each.__enter__() for each in open_streams]
    assert until(events[0], lambda e: e["event"] == "crowded")
    assert list(events[0]) == []
    assert all(told(until(each, lambda e: told(e))) for each in events[1:])
    for each in open_streams:
        each.__exit__(None, None, None)


def test_a_slow_database_holds_nobody_else_up(client, service, monkeypatch):
    asked, answered = threading.Event(), threading.Event()
    plain = service.queue.news

    def slow(*arguments):
        asked.set()
        time.sleep(2)
        try:
            return plain(*arguments)
        finally:
            answered.set()

    monkeypatch.setattr(service.queue, "news", slow)
    with stream(client):
        assert asked.wait(5)
        began = time.monotonic()
        assert client.get("/health").status_code == 200
        assert time.monotonic() - began < 1
    assert answered.wait(5)


def test_an_outage_of_the_database_is_waited_out(client, say, service, monkeypatch):
    plain, failures = service.queue.news, iter(range(2))

    def failing(*arguments):
        if next(failures, None) is not None:
            raise StoreUnavailable("gone")
        return plain(*arguments)

    monkeypatch.setattr(service.queue, "news", failing)
    case_id = say()
    with stream(client) as events:
        assert told(until(events, lambda e: told(e))) == [(case_id, False, "")]


def test_streams_of_many_pages_look_into_the_database_once_a_second(client, service, monkeypatch):
    plain, looks = service.queue.news, []

    def counted(*arguments):
        looks.append(time.monotonic())
        return plain(*arguments)

    monkeypatch.setattr(service.queue, "news", counted)
    open_streams = [stream(client) for _ in range(PER_ACCOUNT)]
    for each in open_streams:
        each.__enter__()
    time.sleep(1)
    looks.clear()
    time.sleep(3.5)
    assert 2 <= len(looks) <= 5
    for each in open_streams:
        each.__exit__(None, None, None)


@pytest.mark.parametrize("mark", ["", "nonsense", "-5", "9" * 40, "0"])
def test_a_mark_that_makes_no_sense_means_a_day_ago(mark):
    assert datetime.now(UTC) - since_mark(mark) == pytest.approx(timedelta(days=1), abs=timedelta(minutes=1))


def test_the_server_stops_promptly_though_somebody_listens(tmp_path):
    environment = {
        **os.environ,
        "COPILOT_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "COPILOT_INDEX_FOLDER": str(tmp_path / "index"),
        "COPILOT_CLASSIFIER": "linear-zh",
    }
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        said = ""
        while "Lost the key" not in said:
            said += server.stdout.readline().decode()
        url, password = re.search(r"http://[\d.:]+", said)[0], re.search(r"password\s+(\S+)", said)[1]
        with httpx2.Client(base_url=url, timeout=15) as client:
            client.post("/console/sign-in", data={"name": "admin", "password": password})
            with stream(client) as events:
                next(events)
                began = time.monotonic()
                server.send_signal(signal.SIGTERM)
                assert list(events) is not None
            server.wait(5)
            assert time.monotonic() - began < 5
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
