"""Events, the content calendar with its runs, and how a community speaks, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.content_json import entry_json, event_json, settings_json, to_entry, to_event, to_settings
from copilot.adapters.sql.engine import take_write_lock
from copilot.adapters.sql.tables import content_settings, entries, events, runs
from copilot.errors import Conflict, NotFound
from copilot.ports.content import CalendarEntry, ContentSettings, KeptEvent, Run


class SqlPlans:
    """The plans within one unit of work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def events(self, community_id: str) -> list[KeptEvent]:
        """A community's events, by name."""
        query = sa.select(events).where(events.c.community_id == community_id)
        found = [to_event(dict(row)) for row in self._connection.execute(query).mappings()]
        return sorted(found, key=lambda event: event.name)

    def put_event(self, event: KeptEvent) -> KeptEvent:
        """Keep a new one, or overwrite the one with its id; raises NotFound."""
        return replace(event, id=self._put(events, event.id, event.community, event_json(event)))

    def remove_event(self, community_id: str, event_id: int) -> KeptEvent:
        """Forget it and return it; raises NotFound."""
        take_write_lock(self._connection)
        of = sa.and_(events.c.id == event_id, events.c.community_id == community_id)
        row = self._connection.execute(sa.delete(events).where(of).returning(events)).mappings().first()
        if row is None:
            raise NotFound("there is no such event", param="event")
        return to_event(dict(row))

    def entries(self, community_id: str | None = None) -> list[CalendarEntry]:
        """Entries of one community, or of all, by id."""
        query = sa.select(entries).order_by(entries.c.id)
        if community_id is not None:
            query = query.where(entries.c.community_id == community_id)
        return [to_entry(dict(row)) for row in self._connection.execute(query).mappings()]

    def entry(self, entry_id: int) -> CalendarEntry:
        """Return it; raises NotFound."""
        row = self._connection.execute(sa.select(entries).where(entries.c.id == entry_id)).mappings().first()
        if row is None:
            raise NotFound("there is no such entry in the calendar", param="entry")
        return to_entry(dict(row))

    def put_entry(self, entry: CalendarEntry) -> CalendarEntry:
        """Keep a new one, or overwrite the one with its id; raises NotFound."""
        return replace(entry, id=self._put(entries, entry.id, entry.community, entry_json(entry)))

    def remove_entry(self, entry_id: int) -> None:
        """Forget it; its runs and drafts stay. Raises NotFound."""
        take_write_lock(self._connection)
        if self._connection.execute(sa.delete(entries).where(entries.c.id == entry_id)).rowcount == 0:
            raise NotFound("there is no such entry in the calendar", param="entry")

    def _put(self, table: sa.Table, row_id: int, community_id: str, body: Mapping[str, Any]) -> int:
        take_write_lock(self._connection)
        if not row_id:
            new = sa.insert(table).values(community_id=community_id, body=body).returning(table.c.id)
            return int(self._connection.execute(new).scalar_one())
        of = sa.and_(table.c.id == row_id, table.c.community_id == community_id)
        if self._connection.execute(sa.update(table).where(of).values(body=body)).rowcount == 0:
            raise NotFound("it is gone meanwhile", param="id")
        return row_id

    def ran(self, run: Run) -> None:
        """Keep what came of a slot; raises Conflict where that is known already."""
        take_write_lock(self._connection)
        row = {
            "entry_id": run.entry,
            "slot": run.slot,
            "outcome": run.outcome,
            "draft_id": run.draft,
            "detail": run.detail,
            "at": run.at,
        }
        try:
            self._connection.execute(sa.insert(runs).values(row))
        except sa.exc.IntegrityError as error:
            raise Conflict("this slot has been seen to already", param="slot") from error

    def run_of(self, entry_id: int, slot: datetime) -> Run | None:
        """What came of a slot, None where nothing has yet."""
        query = sa.select(runs).where(runs.c.entry_id == entry_id, runs.c.slot == slot)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _run(dict(row))

    def runs(self, entry_ids: Collection[int], since: datetime) -> list[Run]:
        """What came of the slots since then, newest first."""
        query = sa.select(runs).where(runs.c.entry_id.in_(list(entry_ids)), runs.c.slot >= since)
        found = self._connection.execute(query.order_by(runs.c.slot.desc())).mappings()
        return [_run(dict(row)) for row in found]

    def settings(self, community_id: str) -> ContentSettings:
        """A community's settings, the usual ones where there are none."""
        query = sa.select(content_settings).where(content_settings.c.community_id == community_id)
        row = self._connection.execute(query).mappings().first()
        return ContentSettings() if row is None else to_settings(row["body"], row["version"])

    def put_settings(self, community_id: str, settings: ContentSettings) -> ContentSettings:
        """Overwrite the ones of this version and return them with the next; raises Conflict where they changed."""
        take_write_lock(self._connection)
        values = {"body": settings_json(settings), "version": settings.version + 1}
        of = sa.and_(content_settings.c.community_id == community_id, content_settings.c.version == settings.version)
        if settings.version:
            if self._connection.execute(sa.update(content_settings).where(of).values(values)).rowcount != 1:
                raise Conflict("somebody else has changed these settings meanwhile", param="version")
        else:
            try:
                self._connection.execute(sa.insert(content_settings).values(community_id=community_id, **values))
            except sa.exc.IntegrityError as error:
                raise Conflict("somebody else has changed these settings meanwhile", param="version") from error
        return replace(settings, version=settings.version + 1)


def _run(row: Mapping[str, Any]) -> Run:
    return Run(row["entry_id"], row["slot"], row["outcome"], row["at"], row["draft_id"], row["detail"])
