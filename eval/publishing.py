"""Kill the server while it publishes, and see that nothing is posted twice or lost silently.

    python -m eval.publishing --rounds 100

A receiver in this process records every post. In each round a real process publishes drafts to it and is ended with
kill -9 at a random moment: before the intent is written, between intent and sending, while the receiver answers,
before the result is written. A new process then looks after what was left, as after any restart. In the end each
draft must have been posted at most once, be `published` only where it was, `failed` only where it was not, and
`unknown`, a question to a person, where nobody can tell. Drafts that nothing happened to go out in a later round.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from copilot.adapters.channels import WebhookSender
from copilot.adapters.feeds.addresses import Allowed
from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.drafting.state import Brief, DraftState, KeptDraft
from copilot.drafting.types import Draft, Kind, Line, Sentence, Tone
from copilot.errors import Conflict
from copilot.ports import Destination
from copilot.ports.content import ContentSettings
from copilot.service.content.publishing import Publishing
from copilot.types import Community

COMMUNITY = "demo"
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
LEASE = timedelta(seconds=3)
PER_ROUND = 3
_SLOWEST = 0.03
"""Seconds that the receiver may take, so that the kill often finds a request under way."""


@dataclass
class Report:
    """What was seen; `problems` is empty where all is well."""

    rounds: int = 0
    drafts: int = 0
    posts: int = 0
    states: Counter[str] = field(default_factory=Counter)
    unknown_posted: int = 0
    problems: list[str] = field(default_factory=list)


class Receiver:
    """Records the drafts that it was sent, by id, and takes its time."""

    def __init__(self, chance: random.Random) -> None:
        posted: Counter[int] = Counter()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                posted[int(body["data"]["draft"])] += 1
                time.sleep(chance.random() * _SLOWEST)
                try:
                    self.send_response(204)
                    self.end_headers()
                except OSError:  # whoever sent it is dead
                    return

            def log_message(self, *_: object) -> None:
                return

        self.posted = posted
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


def publishing(store: SqlStore) -> Publishing:
    """Return what publishes, with a short lease."""
    return Publishing(store, {"webhook": WebhookSender(Allowed.read(["127.0.0.1"]), seconds=2)}, LEASE)


def work(url: str) -> None:
    """Publish whatever is approved until killed; the main loop of the process that is killed."""
    engine = connect(url)
    store = SqlStore(engine)
    way = publishing(store)
    print("ready", flush=True)
    while True:
        with store.begin() as unit:
            due = unit.content.drafts.due(datetime.now(UTC))
        for kept in due:
            try:
                way.publish(kept.id, kept.version, "machine")
            except Conflict:
                continue
        time.sleep(0.002)


def run(rounds: int, folder: Path, seed: int = 0) -> Report:
    """Play the rounds."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    url = f"sqlite:///{folder / 'published.db'}"
    upgrade(url)
    engine = connect(url)
    store, receiver, report = SqlStore(engine), Receiver(chance), Report()
    try:
        _set_up(store, receiver.url)
        for _ in range(rounds):
            with _process(url) as process:
                report.drafts += _add(store)
                time.sleep(chance.random() * 0.12)
                process.send_signal(signal.SIGKILL)
            report.rounds += 1
        _finish(store)
        _count(store, receiver, report)
    finally:
        receiver.close()
        engine.dispose()
    return report


@contextmanager
def _process(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "eval.publishing", "--work", url]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the process did not start")
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _set_up(store: SqlStore, address: str) -> None:
    with store.begin() as unit:
        unit.communities.add(Community(COMMUNITY, "阳光花园业主群"))
        new = Destination("group", "webhook", "plain", address, SECRET)
        unit.content.plans.put_settings(COMMUNITY, ContentSettings(destinations=(new,)))


def _add(store: SqlStore) -> int:
    now = datetime.now(UTC)
    text = Draft(Kind.BRIEFING, COMMUNITY, "zh", Tone.WARM, (Line((Sentence("大家早上好。"),)),), (), "composer/1")
    with store.begin() as unit:
        for _ in range(PER_ROUND):
            unit.content.drafts.add(
                KeptDraft(
                    text,
                    Brief(Kind.BRIEFING, COMMUNITY),
                    "plain",
                    "eval",
                    now,
                    DraftState.SCHEDULED,
                    destination="group",
                    publish_at=now,
                )
            )
    return PER_ROUND


def _finish(store: SqlStore) -> None:
    """What a process does after a restart: ask about what was left, and publish what nothing happened to."""
    way = publishing(store)
    time.sleep(LEASE.total_seconds() + 0.5)
    while way.recover():
        continue
    with store.begin() as unit:
        left = unit.content.drafts.due(datetime.now(UTC), limit=10_000)
    for kept in left:
        way.publish(kept.id, kept.version, "machine")


def _count(store: SqlStore, receiver: Receiver, report: Report) -> None:
    with store.begin() as unit:
        kept = [unit.content.drafts.get(number) for number in range(1, report.drafts + 1)]
    report.posts = sum(receiver.posted.values())
    report.states = Counter(each.state.value for each in kept)
    for each in kept:
        posts = receiver.posted[each.id]
        report.unknown_posted += each.state is DraftState.UNKNOWN and posts == 1
        if posts > 1:
            report.problems.append(f"draft {each.id} was posted {posts} times")
        if each.state not in (DraftState.PUBLISHED, DraftState.FAILED, DraftState.UNKNOWN):
            report.problems.append(f"draft {each.id} is lost: {each.state.value}")
        if (each.state is DraftState.PUBLISHED) > bool(posts):
            report.problems.append(f"draft {each.id} is called published and was not posted")
        if each.state is DraftState.FAILED and posts:
            report.problems.append(f"draft {each.id} is called failed and was posted")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.work)
    with tempfile.TemporaryDirectory() as folder:
        report = run(chosen.rounds, Path(folder), chosen.seed)
    states = ", ".join(f"{count} {state}" for state, count in sorted(report.states.items()))
    print(
        f"{report.rounds} kills, {report.drafts} drafts, {report.posts} posts: {states}; "
        f"{report.unknown_posted} of the unknown were posted; {len(report.problems)} problems"
    )
    for problem in report.problems[:20]:
        print(f"  {problem}")
    return 1 if report.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
