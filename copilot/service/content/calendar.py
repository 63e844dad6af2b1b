"""The content calendar: what is written when, and what becomes of slots that nobody approved or nobody ran.

Whoever keeps time calls `run` for a slot of an entry, as often as it likes: of one slot comes one draft. `sweep` does
what is due in between: publishes, gives up what is over, welcomes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from copilot.drafting.state import Brief, DraftState, KeptDraft, moved
from copilot.drafting.types import Kind
from copilot.errors import Conflict, CopilotError, InvalidInput
from copilot.ports import Deed, Store, UnitOfWork
from copilot.ports.content import CalendarEntry, ContentSettings, Run
from copilot.service.content.drafts import DraftDesk, approved, note
from copilot.service.content.publishing import MACHINE, Publishing
from copilot.service.content.writing import Writer
from copilot.types import Community

log = logging.getLogger(__name__)

WRITTEN, SKIPPED, FAILED = "written", "skipped", "failed"
RECURRING = (Kind.BRIEFING, Kind.TOPICS)
_MOST_MINUTES = 12 * 60
_DAYS_AHEAD = 62


class Calendar:
    """Entries, their slots, and what is due."""

    def __init__(self, store: Store, desk: DraftDesk, writer: Writer, publishing: Publishing) -> None:
        self._store = store
        self._desk = desk
        self._writer = writer
        self._publishing = publishing

    def entries(self, community_id: str | None = None) -> list[CalendarEntry]:
        """Return the entries of one community, or of all."""
        with self._store.begin() as unit:
            return unit.content.plans.entries(community_id)

    def zones(self) -> dict[str, str]:
        """Return the time zones of all communities by id."""
        with self._store.begin() as unit:
            return {community.id: community.time_zone for community in unit.communities.all()}

    def put(self, entry: CalendarEntry, actor: str) -> CalendarEntry:
        """Keep an entry, new or changed; raises NotFound and InvalidInput."""
        _check(entry)
        with self._store.begin() as unit:
            unit.communities.revision(entry.community)
            settings = unit.content.plans.settings(entry.community)
            if entry.destination and entry.destination not in {d.name for d in settings.destinations}:
                raise InvalidInput("there is no such destination", param="destination")
            kept = unit.content.plans.put_entry(replace(entry, weekdays=tuple(sorted(set(entry.weekdays)))))
            after: dict[str, object] = {
                "kind": kept.kind.value,
                "weekdays": list(kept.weekdays),
                "at": f"{kept.at:%H:%M}",
            }
            after |= {"paused": kept.paused, "catch_up": kept.catch_up}
            deed = Deed(actor, "calendar.put", kept.community, f"entry:{kept.id}", after=after)
            unit.audit.add(deed, datetime.now(UTC))
            return kept

    def remove(self, community_id: str, entry_id: int, actor: str) -> None:
        """Take an entry off the calendar; what it wrote stays. Raises NotFound."""
        with self._store.begin() as unit:
            entry = unit.content.plans.entry(entry_id)
            if entry.community != community_id:
                raise InvalidInput("this entry is of another community", param="entry")
            unit.content.plans.remove_entry(entry_id)
            unit.audit.add(Deed(actor, "calendar.remove", community_id, f"entry:{entry_id}"), datetime.now(UTC))

    def runs(self, community_id: str, since: datetime) -> list[Run]:
        """Return what came of a community's slots since then."""
        with self._store.begin() as unit:
            ids = [entry.id for entry in unit.content.plans.entries(community_id)]
            return unit.content.plans.runs(ids, since)

    def run(self, entry_id: int, prepared_at: datetime, now: datetime | None = None) -> Run:
        """Write the draft for the slot that begins to be prepared at a moment; later calls return what came of it.

        A slot that is over, or that another one has overtaken, is skipped.
        """
        now = now or datetime.now(UTC)
        with self._store.begin() as unit:
            entry = unit.content.plans.entry(entry_id)
            community = unit.communities.get(entry.community)
            settings = unit.content.plans.settings(entry.community)
            slot = slot_of(entry, prepared_at, ZoneInfo(community.time_zone))
            known = unit.content.plans.run_of(entry_id, slot)
        if known is not None:
            return known
        if why := _skipped(entry, slot, ZoneInfo(community.time_zone), now):
            return self._ran(Run(entry_id, slot, SKIPPED, now, detail=why))
        try:
            return self._write(entry, community, settings, slot, now)
        except Conflict:  # another process was faster
            with self._store.begin() as unit:
                known = unit.content.plans.run_of(entry_id, slot)
            if known is None:
                raise
            return known
        except CopilotError as error:
            log.warning("the calendar's entry %d wrote nothing: %s", entry_id, error.message)
            return self._ran(Run(entry_id, slot, FAILED, now, detail=error.message))

    def _ran(self, run: Run) -> Run:
        with self._store.begin() as unit:
            unit.content.plans.ran(run)
        return run

    def _write(
        self, entry: CalendarEntry, community: Community, settings: ContentSettings, slot: datetime, now: datetime
    ) -> Run:
        on = slot.astimezone(ZoneInfo(community.time_zone)).date()
        goes = entry.destination or (settings.destinations[0].name if settings.destinations else "")
        channel = next((d.channel for d in settings.destinations if d.name == goes), "")
        brief = Brief(entry.kind, community.id, on, channel=channel)
        written = self._writer.write(brief, now)
        late = timedelta(minutes=entry.late_minutes)
        expires = max(slot, now) + late if entry.catch_up else slot + late
        with self._store.begin() as unit:
            kept = self._desk.keep(
                unit,
                brief,
                written,
                MACHINE,
                now,
                publish_at=slot,
                expires_at=expires,
                entry=entry.id,
                destination=goes,
            )
            automatically(unit, kept, settings, now)
            run = Run(entry.id, slot, WRITTEN, now, kept.id)
            unit.content.plans.ran(run)
        return run

    def sweep(self, now: datetime | None = None) -> list[KeptDraft]:
        """Publish what is due, give up what is over, and ask about what is unknown; returns what changed."""
        now = now or datetime.now(UTC)
        changed = self._publishing.recover(now)
        with self._store.begin() as unit:
            due = unit.content.drafts.due(now)
            zones = {each.id: ZoneInfo(each.time_zone) for each in unit.communities.all()} if due else {}
            told = {each.draft.community: unit.content.plans.settings(each.draft.community) for each in due}
        for kept in due:
            local = now.astimezone(zones[kept.draft.community])
            try:
                if kept.expires_at is not None and now > kept.expires_at:
                    changed.append(self._miss(kept, now))
                elif kept.state is DraftState.SCHEDULED and not quiet(told[kept.draft.community], local.time()):
                    changed.append(self._publishing.publish(kept.id, kept.version, MACHINE))
            except Conflict:  # somebody else was faster
                continue
            except CopilotError as error:
                log.warning("draft %d was not published: %s", kept.id, error.message)
        return changed

    def _miss(self, kept: KeptDraft, now: datetime) -> KeptDraft:
        """Give up a slot; it is not posted late without anybody's word."""
        why = "not_approved" if kept.state is DraftState.DRAFT else "too_late"
        with self._store.begin() as unit:
            details = {**kept.details, "missed": why}
            state = moved(kept.state, DraftState.MISSED)
            missed = unit.content.drafts.change(replace(kept, state=state, details=details), MACHINE)
            note(unit, missed, "miss", MACHINE, now, after={"missed": why})
            return missed

    def upcoming(self, community: Community, since: date, until: date) -> list[tuple[CalendarEntry, datetime]]:
        """Return the slots of a community's entries in [since, until), in order; paused entries have none."""
        zone = ZoneInfo(community.time_zone)
        found = [
            (entry, slot)
            for entry in self.entries(community.id)
            if not entry.paused
            for slot in slots(entry, zone, since, min(until, since + timedelta(days=_DAYS_AHEAD)))
        ]
        return sorted(found, key=lambda pair: (pair[1], pair[0].id))


def automatically(unit: UnitOfWork, kept: KeptDraft, settings: ContentSettings, now: datetime) -> KeptDraft:
    """Approve a draft by itself where its kind is trusted with that and the gate holds nothing against it."""
    if kept.draft.kind not in settings.automatic or kept.objections:
        return kept
    slot = kept.publish_at or now
    late = kept.expires_at or now + timedelta(minutes=60)
    ready = approved(replace(kept, publish_at=slot, expires_at=late), MACHINE, "", now)
    after = unit.content.drafts.change(ready, MACHINE)
    note(unit, after, "approve", MACHINE, now, after={"state": after.state.value, "automatic": True})
    return after


def slots(entry: CalendarEntry, zone: ZoneInfo, since: date, until: date) -> Iterator[datetime]:
    """Yield the slots of an entry on the days in [since, until), in UTC."""
    for offset in range((until - since).days):
        day = since + timedelta(days=offset)
        if day.isoweekday() in entry.weekdays:
            yield datetime.combine(day, entry.at, zone).astimezone(UTC)


def prepared(entry: CalendarEntry) -> tuple[time, tuple[int, ...]]:
    """Return at what local time, on which ISO weekdays, an entry's drafts are written: its slot less the lead."""
    minutes = entry.at.hour * 60 + entry.at.minute - entry.lead_minutes
    days, minutes = divmod(minutes, 24 * 60)
    weekdays = tuple(sorted((weekday - 1 + days) % 7 + 1 for weekday in entry.weekdays))
    return time(minutes // 60, minutes % 60), weekdays


def slot_of(entry: CalendarEntry, prepared_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the slot that begins to be prepared at a moment, on the community's clock, in UTC."""
    local = prepared_at.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=entry.lead_minutes)
    return datetime.combine(local.date(), entry.at, zone).astimezone(UTC)


def quiet(settings: ContentSettings, at: time) -> bool:
    """Whether nothing may be published by itself at a local time."""
    start, end = settings.quiet_from, settings.quiet_until
    if start is None or end is None or start == end:
        return False
    return start <= at < end if start < end else at >= start or at < end


def _skipped(entry: CalendarEntry, slot: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Why a slot is not written for, "" where it is."""
    if entry.paused:
        return "paused"
    if slot.astimezone(zone).isoweekday() not in entry.weekdays:
        return "the calendar was changed meanwhile"
    if now <= slot + timedelta(minutes=entry.late_minutes):
        return ""
    if not entry.catch_up:
        return "nothing was running at the time"
    today = now.astimezone(zone).date()
    later = any(slot < other <= now for other in slots(entry, zone, slot.astimezone(zone).date(), today + timedelta(1)))
    return "a later one is there" if later or slot.astimezone(zone).date() != today else ""


def _check(entry: CalendarEntry) -> None:
    if entry.kind not in RECURRING:
        raise InvalidInput("briefings and topics can be on the calendar", param="kind")
    if not entry.weekdays or not set(entry.weekdays) <= set(range(1, 8)):
        raise InvalidInput("choose weekdays, 1 for Monday to 7 for Sunday", param="weekdays")
    for name in ("lead_minutes", "late_minutes"):
        if not 0 <= getattr(entry, name) <= _MOST_MINUTES:
            raise InvalidInput(f"minutes lie between 0 and {_MOST_MINUTES}", param=name)
