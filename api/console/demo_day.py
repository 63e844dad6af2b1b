"""A made-up day of the demo community, as yesterday's messages."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from copilot.types import Community, Message

_FILE = Path(__file__).parent / "demo_day.jsonl"


def messages(community: Community, now: datetime) -> list[Message]:
    """Return the day's messages, oldest first, sent the day before `now` (aware) by the community's clock."""
    zone = ZoneInfo(community.time_zone)
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    return [
        Message(
            id=row["id"],
            text=row["text"],
            community=community.id,
            author=row["author"],
            quoted=row.get("quoted", ""),
            sent_at=datetime.combine(yesterday, time.fromisoformat(row["time"]), zone),
            reply_to=row.get("reply_to"),
            roles=tuple(row.get("roles", ())),
        )
        for row in map(json.loads, _FILE.read_text("utf-8").splitlines())
    ]
