"""What people write down about a case for one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Note:
    """A person's remark about a case; nobody changes it afterwards."""

    case_id: int
    author: str
    text: str
    at: datetime
    id: int = field(default=0, compare=False)


class Notes(Protocol):
    """Notes, appended to only."""

    def add(self, note: Note) -> int:
        """Keep it and return its id."""
        ...

    def of(self, case_id: int) -> list[Note]:
        """All notes about a case, oldest first."""
        ...
