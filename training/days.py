"""The group days of the corpus: a day's messages with what annotators made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from copilot.types import Message
from training.sources import CORPUS, part_of

_ZONE = ZoneInfo("Asia/Shanghai")
CHAT = "chat"
"""The annotators' thread of small talk."""


@dataclass(frozen=True)
class AnnotatedDay:
    """One day. `theme` is the community's own description, `gold` the annotation as stored."""

    name: str
    community: str
    theme: str
    thin: bool
    since: datetime
    messages: tuple[Message, ...]
    labelled: frozenset[str]
    """Ids of messages that carry a label of moderation."""
    gold: Mapping[str, Any]

    @property
    def until(self) -> datetime:
        """The end of the day."""
        return self.since + timedelta(days=1)

    @cached_property
    def thread_of(self) -> Mapping[str, str]:
        """The annotators' thread of each message."""
        return {message: thread["id"] for thread in self.gold["threads"] for message in thread["messages"]}

    @property
    def key_sentences(self) -> frozenset[str]:
        """Messages that sum the day up."""
        return frozenset(self.gold["key_sentences"])

    @property
    def open_questions(self) -> frozenset[str]:
        """Questions that nobody answered."""
        return frozenset(self.gold["open_questions"])

    @property
    def decisions(self) -> frozenset[str]:
        """Messages that say what was settled."""
        return frozenset(decision["message"] for decision in self.gold["decisions"])


def day_names() -> list[str]:
    """Return the names of all days."""
    return sorted(path.name.removesuffix(".gold.json") for path in (CORPUS / "days").glob("*.gold.json"))


def read_day_file(name: str) -> AnnotatedDay:
    """Return one day of the corpus."""
    header, *lines = map(json.loads, (CORPUS / "days" / f"{name}.jsonl").read_text("utf-8").splitlines())
    gold = json.loads((CORPUS / "days" / f"{name}.gold.json").read_text("utf-8"))
    since = datetime.fromisoformat(header["date"]).replace(tzinfo=_ZONE)
    return AnnotatedDay(
        name,
        header["community"],
        header["theme"],
        header["thin"],
        since,
        tuple(_message(line, header) for line in lines),
        frozenset(line["id"] for line in lines if line.get("labels")),
        gold,
    )


def _message(line: Mapping[str, Any], header: Mapping[str, Any]) -> Message:
    return Message(
        line["id"],
        line["text"],
        community=header["community"],
        author=line["author"],
        quoted=line.get("quoted") or "",
        sent_at=datetime.fromisoformat(f"{header['date']}T{line['time']}").replace(tzinfo=_ZONE),
        reply_to=line.get("reply_to"),
    )


def days(part: str) -> Sequence[AnnotatedDay]:
    """Return the days of one part (`train`, `dev` or `test`)."""
    return [read_day_file(name) for name in day_names() if part_of("days", name) == part]
