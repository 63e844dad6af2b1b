"""How long a change takes to be replayed over kept messages: `python -m eval.learning --replay`."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle, islice
from time import process_time

from copilot.charter import Charter
from copilot.policy import DEFAULT_BANDS, Band, Policy
from copilot.rejudge import by_policy, by_rules, relisted, rescored
from copilot.replay import Judge, replay
from copilot.rules import read_rules
from copilot.types import LABELS, Assessment, Case, Community, Decision, Measure, Message, Resolution, Versions
from training.sources import ROOT, Row, corpus_rows

MESSAGES = 100_000
_START = datetime(2026, 1, 1, tzinfo=UTC)
_MEMBERS = 2_000
_STRICTER = Policy({label: Band(band.review * 0.8, band.remove) for label, band in DEFAULT_BANDS.items()}, "stricter")
_LISTS = Community(
    "group",
    "group",
    deny_keywords=("代购", "砍一刀", "拼团", "gambling:德州局", "加微信", "刷单"),
    allow_keywords=("拼团须知",),
    allow_domains=("example.com",),
    deny_domains=("bit.ly", "example.net"),
)

_RULES = (ROOT / "data" / "rules" / "owners.md").read_text("utf-8")


def kept(count: int) -> Iterator[tuple[Case, Resolution | None]]:
    """Make cases one at a time: the corpus' texts over and over, scores drawn, every twentieth decided."""
    rng = random.Random(0)  # noqa: S311 - reproducible, not secret
    policy, versions = Policy(), Versions("simulated", "simulated")
    for number, row in enumerate(islice(cycle(_rows()), count)):
        scores = {label: rng.random() ** 6 for label in LABELS}
        verdict, at = policy.decide(scores), _START + timedelta(seconds=20 * number)
        message = Message(f"m{number}", row.text, "group", f"member {rng.randrange(_MEMBERS)}", sent_at=at)
        assessment = Assessment(
            message.id, verdict.decision, verdict.measure, verdict.labels, scores, (), versions, model_scores=scores
        )
        labels = tuple(label for label, carried in row.known.items() if carried)
        said = Decision.REVIEW if labels else Decision.ALLOW
        resolution = Resolution(number, said, labels, Measure.NONE, "moderator", "", at)
        yield Case(message, assessment, at, id=number), None if number % 20 else resolution


@cache
def _rows() -> list[Row]:
    return corpus_rows("train")


def measure(count: int = MESSAGES) -> list[dict[str, object]]:
    """Return a line per kind of change: seconds of one core, messages moved, and how far memory grew."""
    started = process_time()
    for _ in kept(count):
        pass
    making = process_time() - started
    judges: dict[str, Judge] = {
        "review bands lowered by a fifth": rescored(by_policy(_STRICTER)),
        "keyword and domain lists": relisted(_LISTS, by_policy(Policy())),
        "rules of twelve clauses": rescored(by_rules(Policy(), Charter(_LISTS), read_rules(_RULES))),
    }
    table: list[dict[str, object]] = []
    for name, judge in judges.items():
        replay(kept(1000), judge)  # loads dictionaries and fills caches
        memory, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
        report = replay(kept(count), judge)
        table.append(
            {
                "change": name,
                "messages": report.messages,
                "changed": report.changed,
                "members": report.members,
                "read_again": report.read_again,
                "seconds": process_time() - started - making,
                "memory_grew_MB": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024,
            }
        )
    return table
