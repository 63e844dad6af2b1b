"""Kill the server while messages stream in, and see that nothing is lost or doubled.

    python -m eval.crash --rounds 20 --messages 2000

Each round starts a real server, lets several bots deliver messages to it, and ends it with kill -9
at a random moment. After the next start every bot delivers its messages once more, as bots do. What
had been acknowledged must be recognised, with the same verdict; in the end each message must be
kept exactly once.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from eval.server import START_SECONDS, Message, Server, deliver, serving

TEXTS = (
    "大家早上好,今天停水吗",
    "招兼职打字员,在家就能做,日结300元,加微信 zhaopin8866",
    "谁知道快递柜在哪",
    "代办信用卡,额度十万,私聊",
    "谢谢邻居帮忙",
)
BOTS = 3
BATCH = 10


@dataclass
class Report:
    """What was seen; `problems` is empty where all is well."""

    rounds: int = 0
    sent: int = 0
    acknowledged_before_kill: int = 0
    kept: int = 0
    problems: list[str] = field(default_factory=list)


def run(rounds: int, messages: int, folder: Path, seed: int = 0) -> Report:
    """Play the rounds with so many messages each, in a folder of their own."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    report = Report()
    key = ""
    for number in range(rounds):
        batches = _batches(number, messages)
        verdicts: dict[str, str] = {}
        with serving(folder) as server:
            key = server.key or key
            _stream_until_killed(server, key, batches, verdicts, chance.random())
        report.acknowledged_before_kill += len(verdicts)
        with serving(folder) as server:
            _deliver_again(server, key, batches, verdicts, report)
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
    verdicts: dict[str, str],
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
            except OSError:  # killed
                return
            verdicts.update({result["id"]: result["decision"] for result in results})
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


def _deliver_again(
    server: Server,
    key: str,
    batches: Sequence[Sequence[Message]],
    verdicts: dict[str, str],
    report: Report,
) -> None:
    for batch in batches:
        for result in deliver(server.port, key, batch):
            before = verdicts.get(result["id"])
            if before is not None and not result["duplicate"]:
                report.problems.append(f"{result['id']} was acknowledged and then lost")
            elif before is not None and result["decision"] != before:
                report.problems.append(f"{result['id']} has changed its verdict")


def _count(folder: Path, report: Report) -> None:
    connection = sqlite3.connect(folder / "measured.db")
    rows, ids = connection.execute("SELECT count(*), count(DISTINCT message_id) FROM cases").fetchone()
    pending, due = connection.execute(
        "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM cases WHERE decision != 'allow')"
    ).fetchone()
    [intact] = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    report.kept = ids
    if rows != ids:
        report.problems.append(f"{rows - ids} messages are kept twice")
    if ids != report.sent:
        report.problems.append(f"{report.sent} messages were sent, {ids} are kept")
    if pending != due:
        report.problems.append(f"{due} cases are due in the outbox, {pending} are there")
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
        f"acknowledged before a kill, {report.kept} kept, {len(report.problems)} problems"
    )
    for problem in report.problems[:20]:
        print(f"  {problem}")
    return 1 if report.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
