"""Where members stand, by what people decided about what they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from copilot.charter import Charter
from copilot.policy import CLEAN_RECORD, Standing, Strike, standing, strikes
from copilot.ports import UnitOfWork
from copilot.types import Case, Message, Resolution

MEMORY = timedelta(days=365)
"""How far back a member's record is read; older strikes have faded."""


def standings(
    unit: UnitOfWork, charters: Mapping[str, Charter], messages: Sequence[Message], now: datetime
) -> list[Standing]:
    """Where the author of each message stands when it was sent."""
    records: dict[tuple[str | None, str], list[Strike]] = {}
    for community_id in charters:
        authors = {m.author for m in messages if m.community == community_id and m.author}
        past: dict[str | None, list[tuple[Case, Resolution]]] = defaultdict(list)
        for case, resolution in unit.resolutions.of_authors(community_id, authors, now - MEMORY) if authors else ():
            past[case.message.author].append((case, resolution))
        records |= {(community_id, author): strikes(decided) for author, decided in past.items() if author}
    return [
        standing(records[key], m.sent_at or now, charters[m.community].policy.half_life_days)
        if m.community and m.author and (key := (m.community, m.author)) in records
        else CLEAN_RECORD
        for m in messages
    ]
