"""Digests of the corpus' days as people annotated them, and the drafts that the composer makes of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from copilot.drafting.digest import Coverage, Digest, Thanks, Thread
from copilot.types import Community, Message
from training.sources import CORPUS, part_of

ZONE = ZoneInfo("Asia/Shanghai")
_SYSTEM = "系统"


@dataclass(frozen=True, slots=True)
class Day:
    """An annotated day: its community, its date and its digest."""

    name: str
    community: Community
    on: date
    digest: Digest


def days(part: str) -> Iterator[Day]:
    """Yield the annotated days of one part of the corpus."""
    for path in sorted((CORPUS / "days").glob("*.gold.json")):
        name = path.name.removesuffix(".gold.json")
        if part_of("days", name) == part:
            yield annotated_day(name)


def annotated_day(name: str) -> Day:
    """Return a day with the digest that its annotation describes; flagged messages and the system's are left out."""
    head, *rows = (json.loads(line) for line in (CORPUS / "days" / f"{name}.jsonl").read_text("utf-8").splitlines())
    gold = json.loads((CORPUS / "days" / f"{name}.gold.json").read_text("utf-8"))
    on = date.fromisoformat(head["date"])
    community = Community(f"corpus-{name}", f"{head['community']}群", head["theme"])
    start = datetime.combine(on, time(), ZONE)
    messages = {
        row["id"]: Message(
            row["id"],
            row["text"],
            community.id,
            row["author"],
            row.get("quoted", ""),
            datetime.combine(on, time.fromisoformat(row["time"]), ZONE),
            row.get("reply_to"),
        )
        for row in rows
        if not row.get("labels") and row["author"] != _SYSTEM
    }
    spoken = [row for row in rows if row["author"] != _SYSTEM]
    authors = {row["author"] for row in spoken}
    threads = tuple(_thread(raw, messages, set(gold["key_sentences"])) for raw in gold["threads"])
    digest = Digest(
        community.id,
        Coverage(len(spoken), len(spoken) - len(messages), len(authors), start, start + timedelta(days=1)),
        tuple(thread for thread in threads if thread.messages),
        tuple(gold["open_questions"]),
        tuple(raw["message"] for raw in gold["decisions"]),
        tuple(Thanks(raw["message"], raw["from"], raw["to"]) for raw in gold["thanks"]),
        tuple(gold["newcomers"]),
        bool(head["thin"]),
    )
    return Day(name, community, on, digest)


def without(day: Day, flagged: Collection[str]) -> Day:
    """Return a day without the messages that moderation flags, as a digest has none of them."""
    threads = tuple(
        replace(
            thread,
            messages=tuple(message for message in thread.messages if message.id not in flagged),
            key=tuple(key for key in thread.key if key not in flagged),
        )
        for thread in day.digest.threads
    )
    coverage = replace(day.digest.coverage, left_out=day.digest.coverage.left_out + len(flagged))
    return replace(day, digest=replace(day.digest, threads=threads, coverage=coverage))


def _thread(raw: dict[str, object], messages: dict[str, Message], key: set[str]) -> Thread:
    ids = raw["messages"]
    inside = tuple(messages[i] for i in ids if i in messages) if isinstance(ids, list) else ()
    told = tuple(message.id for message in inside if message.id in key)
    weight = 3.0 * len(told) + len(inside) ** 0.5
    return Thread(str(raw["id"]), inside, str(raw["title"]), (), told, weight, chat=raw["id"] == "chat")


def english_day() -> Day:
    """Return a small English day, written for this evaluation."""
    on = date(2026, 6, 1)
    community = Community(
        "elm-lane", "Elm Lane Neighbours", "repairs, mutual help and meetings of the house", time_zone="Europe/London"
    )
    zone = ZoneInfo(community.time_zone)
    rows = [json.loads(line) for line in Path(__file__).with_name("gate_english.jsonl").read_text("utf-8").splitlines()]
    messages = [
        Message(
            f"en-{i}",
            row["text"],
            community.id,
            row["author"],
            sent_at=datetime.combine(on, time.fromisoformat(row["time"]), zone),
        )
        for i, row in enumerate(rows)
    ]
    both = list(zip(rows, messages, strict=True))
    threads = []
    for topic in dict.fromkeys(row["thread"] for row in rows):
        inside = [(row, message) for row, message in both if row["thread"] == topic]
        key = tuple(message.id for row, message in inside if row.get("key"))
        said = tuple(message for _, message in inside)
        threads.append(Thread(topic, said, topic, (), key, float(len(key)), chat=topic == "chat"))
    start = datetime.combine(on, time(), zone)
    digest = Digest(
        community.id,
        Coverage(len(rows), 0, len({row["author"] for row in rows}), start, start + timedelta(days=1)),
        tuple(threads),
        tuple(message.id for row, message in both if row.get("open")),
        tuple(message.id for row, message in both if row.get("decision")),
        tuple(Thanks(message.id, row["author"], row["thanks"]) for row, message in both if row.get("thanks")),
        tuple(row["author"] for row in rows if row.get("newcomer")),
        thin=False,
    )
    return Day("english", community, on, digest)
