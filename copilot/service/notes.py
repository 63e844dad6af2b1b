"""What people write down about a case for one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from copilot.errors import InvalidInput
from copilot.ports import Deed, Note, Store
from copilot.service.reports import case_of

LONGEST = 2_000


class Notes:
    """Takes notes; nobody changes one afterwards."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, community_id: str, case_id: int, text: str, actor: str) -> Note:
        """Keep a note; raises NotFound for a case of another community, and InvalidInput."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise InvalidInput("a note needs words", param="text")
        if len(text) > LONGEST:
            raise InvalidInput(f"a note has at most {LONGEST} characters", param="text")
        note = Note(case_id, actor, text, datetime.now(UTC))
        with self._store.begin() as unit:
            case_of(unit, community_id, case_id)
            kept = replace(note, id=unit.notes.add(note))
            after = {"note": kept.id, "characters": len(text)}
            unit.audit.add(Deed(actor, "note.add", community_id, f"case:{case_id}", after=after), note.at)
            return kept
