"""Notes about cases as rows."""

from __future__ import annotations

import sqlalchemy as sa

from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import notes
from copilot.ports.notes import Note


class SqlNotes:
    """The notes within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, note: Note) -> int:
        """Keep it and return its id."""
        take_write_lock(self._connection)
        row = {"case_id": note.case_id, "author": note.author, "text": note.text, "at": note.at}
        return int(self._connection.execute(sa.insert(notes).values(row).returning(notes.c.id)).scalar_one())

    def of(self, case_id: int) -> list[Note]:
        """All notes about a case, oldest first."""
        query = sa.select(notes).where(notes.c.case_id == case_id).order_by(notes.c.id)
        return [
            Note(row["case_id"], row["author"], row["text"], row["at"], row["id"])
            for row in self._connection.execute(query).mappings()
        ]
