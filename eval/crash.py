"""Kill the server while messages stream in, and see that nothing is lost or doubled.

    python -m eval.crash --rounds 20 --messages 2000

Each round starts a real server, lets several bots deliver messages to it, and ends it with kill -9
at a random moment. After the next start every bot delivers its messages once more, as bots do. What
had been acknowledged must be recognised, with the same verdict; in the end each message must be
kept exactly once.

Meanwhile what was flagged is decided, and the measures are claimed and reported as done. A decision
that was acknowledged must stand, each decision must have ordered each of its measures exactly once,
and what was reported as done must stay done.
"""

from __future__ import annotations

import argparse
import http.client
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from eval.server import START_SECONDS, Message, Server, deliver, post, serving

TEXTS = (
    "大家早上好,今天停水吗",
    "招兼职打字员,在家就能做,日结300元,加微信 zhaopin8866",
    "谁知道快递柜在哪",
    "代办信用卡,额度十万,私聊",
    "谢谢邻居帮忙",
)
BOTS = 3
BATCH = 10
RULING = {"decision": "remove", "labels": ["ads"], "measure": "warn", "seen": 0}


@dataclass
class Heard:
    """What the server acknowledged before it was killed: verdicts by message, decided cases, measures done."""

    verdicts: dict[str, str] = field(default_factory=dict)
    decided: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)


@dataclass
class Report:
    """What was seen; `problems` is empty where all is well."""

    rounds: int = 0
    sent: int = 0
    acknowledged_before_kill: int = 0
    decided_before_kill: int = 0
    kept: int = 0
    decided: int = 0
    done: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def run(rounds: int, messages: int, folder: Path, seed: int = 0) -> Report:
    """Play the rounds with so many messages each, in a folder of their own."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    report = Report()
    key = ""
    for number in range(rounds):
        batches = _batches(number, messages)
        heard = Heard()
        with serving(folder) as server:
            key = server.key or key
            _stream_until_killed(server, key, batches, heard, chance.random())
        report.acknowledged_before_kill += len(heard.verdicts)
        report.decided_before_kill += len(heard.decided)
        report.done |= heard.done
        with serving(folder) as server:
            _deliver_again(server, key, batches, heard, report)
        report.rounds += 1
        report.sent += messages
    _count(folder, report)
    return report


def _batches(number: int, messages: int) -> list[list[Message]]:
    said = [
        {"id": f"r{number}-m{i}", "text": TEXTS[i % len(TEXTS)], "author": f"member {i % 97}"} for i in range(messages)
    ]
    return [said[start : start + BATCH] for start in range(0, messages, BATCH)]


def _stream_until_killed(
    server: Server,
    key: str,
    batches: Sequence[Sequence[Message]],
    heard: Heard,
    moment: float,
) -> None:
    """Let the bots deliver; kill the server when about that share of the batches is through."""
    left = iter(batches)
    lock = threading.Lock()
    through = threading.Semaphore(0)

    def bot() -> None:
        while True:
            with lock:
                batch = next(left, None)
            if batch is None:
                return
            try:
                results = deliver(server.port, key, batch)
                heard.verdicts.update({result["id"]: result["decision"] for result in results})
                _decide(server, key, results, heard)
                _carry_out(server, key, heard)
            except OSError:  # killed
                return
            through.release()

    with ThreadPoolExecutor(BOTS) as pool:
        bots = [pool.submit(bot) for _ in range(BOTS)]
        for _ in range(int(moment * len(batches))):
            if not through.acquire(timeout=START_SECONDS):
                break
        time.sleep(moment * 0.01)  # anywhere within the next batch
        server.kill()
    for done in bots:
        done.result()


def _decide(server: Server, key: str, results: Sequence[Message], heard: Heard) -> None:
    """Decide what was flagged as somebody who has seen nothing decided; what is decided already stays."""
    for result in results:
        if result["decision"] != "allow":
            status, _ = post(server.port, key, f"/v1/cases/{result['case_id']}/resolution", RULING)
            if status == http.client.CREATED:
                heard.decided.add(result["case_id"])


def _carry_out(server: Server, key: str, heard: Heard) -> None:
    """Take a few measures and report them as done."""
    status, told = post(server.port, key, "/v1/measures/claim", {"community": "demo", "limit": 4})
    for measure in told["measures"] if status == http.client.OK else ():
        status, _ = post(server.port, key, f"/v1/measures/{measure['id']}/outcome", {"state": "done"})
        if status == http.client.OK:
            heard.done.add(measure["id"])


def _deliver_again(
    server: Server,
    key: str,
    batches: Sequence[Sequence[Message]],
    heard: Heard,
    report: Report,
) -> None:
    for batch in batches:
        results = deliver(server.port, key, batch)
        anew = Heard()
        _decide(server, key, results, anew)
        for case_id in anew.decided & heard.decided:
            report.problems.append(f"the decision about case {case_id} was acknowledged and then lost")
        for result in results:
            before = heard.verdicts.get(result["id"])
            if before is not None and not result["duplicate"]:
                report.problems.append(f"{result['id']} was acknowledged and then lost")
            elif before is not None and result["decision"] != before:
                report.problems.append(f"{result['id']} has changed its verdict")


def _count(folder: Path, report: Report) -> None:
    connection = sqlite3.connect(folder / "measured.db")
    rows, ids = connection.execute("SELECT count(*), count(DISTINCT message_id) FROM cases").fetchone()
    decisions, cases = connection.execute("SELECT count(*), count(DISTINCT case_id) FROM resolutions").fetchone()
    orders = dict(connection.execute("SELECT kind, count(*) FROM measures GROUP BY kind").fetchall())
    done = {row[0] for row in connection.execute("SELECT id FROM measures WHERE state = 'done'")}
    [intact] = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    report.kept, report.decided = ids, decisions
    if rows != ids:
        report.problems.append(f"{rows - ids} messages are kept twice")
    if ids != report.sent:
        report.problems.append(f"{report.sent} messages were sent, {ids} are kept")
    if decisions != cases:
        report.problems.append(f"{decisions - cases} cases are decided twice")
    report.problems += [
        f"{decisions} decisions ordered {kind}, {orders.get(kind, 0)} orders are there"
        for kind in ("delete_message", "warn")
        if orders.get(kind, 0) != decisions
    ]
    if report.done - done:
        report.problems.append(f"{len(report.done - done)} measures were done and are not any more")
    if intact != "ok":
        report.problems.append(f"the database is damaged: {intact}")


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = run(chosen.rounds, chosen.messages, Path(folder), chosen.seed)
    print(
        f"{report.rounds} kills, {report.sent} messages, {report.acknowledged_before_kill} "
        f"acknowledged before a kill, {report.kept} kept; {report.decided_before_kill} decisions acknowledged before "
        f"a kill, {report.decided} kept, {len(report.done)} measures done; {len(report.problems)} problems"
    )
    for problem in report.problems[:20]:
        print(f"  {problem}")
    return 1 if report.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
