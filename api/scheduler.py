"""Keep time for the content calendar: DBOS calls each slot of each entry once, a thread does what is due in between.

DBOS keeps its schedules and what it ran in a database of its own beside ours, survives crashes and runs a slot once
however many processes serve. Of what it calls nothing depends on that: `Calendar.run` gives one draft for a slot
however often it is called. One process can have one scheduler, since DBOS is one object for a whole process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from copilot.errors import NotFound
from copilot.ports.content import CalendarEntry
from copilot.service.content import Content
from copilot.service.content.calendar import prepared

if TYPE_CHECKING:
    from dbos import ScheduleInput

log = logging.getLogger(__name__)

APPLICATION = "community-copilot"
PREFIX = "entry-"
_SWEEP_SECONDS = 5.0
_POLL_SECONDS = 5.0
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True)
class Plan:
    """When DBOS calls an entry: a cron expression on the community's clock."""

    entry: int
    cron: str
    time_zone: str
    catch_up: bool

    @property
    def name(self) -> str:
        """Its name among the schedules; a change of plan gets another one, so that no slot of the old one lingers."""
        return f"{PREFIX}{self.entry}"


def plan(entry: CalendarEntry, time_zone: str) -> Plan:
    """Return when an entry's drafts begin to be written."""
    at, weekdays = prepared(entry)
    days = ",".join(_WEEKDAYS[weekday % 7] for weekday in weekdays)
    return Plan(entry.id, f"{at.minute} {at.hour} * * {days}", time_zone, entry.catch_up)


def plans(content: Content) -> dict[str, Plan]:
    """Return the plans of all entries that are not paused, by name."""
    zones = content.calendar.zones()
    found = [
        plan(entry, zones[entry.community])
        for entry in content.calendar.entries()
        if not entry.paused and entry.community in zones
    ]
    return {each.name: each for each in found}


def own_url(database_url: str) -> str:
    """Return where DBOS keeps what it needs: a file beside ours, or a schema of its own in the same PostgreSQL."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        stem = url.database.removesuffix(".db")
        return url.set(database=f"{stem}-schedules.db").render_as_string(hide_password=False)
    return url.render_as_string(hide_password=False)


def _make_private(url: str) -> None:
    """Create the file before SQLite does, so that nobody else on the machine may read it."""
    found = sa.make_url(url)
    if found.get_backend_name() == "sqlite" and found.database and not Path(found.database).exists():
        Path(found.database).touch(mode=0o600)


@contextmanager
def keeping_time(content: Content, database_url: str, *, every: float = _SWEEP_SECONDS) -> Iterator[None]:
    """Run the calendar of all communities until the block ends."""
    stop = threading.Event()
    own = own_url(database_url)
    _make_private(own)
    dbos = _launch(content, own)
    thread = threading.Thread(target=_keep, args=(content, dbos, stop, every), name="calendar", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
        dbos.close()


class _Dbos:
    """DBOS with our one workflow."""

    def __init__(self, module: Any, run: Callable[[datetime, Any], None]) -> None:
        self._module = module
        self._run = run

    def apply(self, wanted: Mapping[str, Plan]) -> None:
        """Make its schedules what is wanted."""
        known = {each["schedule_name"]: each for each in self._module.list_schedules(schedule_name_prefix=PREFIX)}
        for name in known.keys() - wanted.keys():
            self._module.delete_schedule(name)
        changed = [each for name, each in wanted.items() if name not in known or not _same(known[name], each)]
        if changed:
            self._module.apply_schedules([self._input(each) for each in changed])

    def _input(self, each: Plan) -> ScheduleInput:
        return {
            "schedule_name": each.name,
            "workflow_fn": self._run,
            "schedule": each.cron,
            "context": {"entry": each.entry},
            "automatic_backfill": each.catch_up,
            "cron_timezone": each.time_zone,
        }

    def close(self) -> None:
        """Stop; what is being written is finished after the next start."""
        self._module.destroy(destroy_registry=True, workflow_completion_timeout_sec=10)


def _launch(content: Content, url: str) -> _Dbos:
    from dbos import DBOS

    _log_with_ours()
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": url,
            "dbos_system_schema": "schedules",
            "application_version": "1",  # a slot that an older version began is finished by a newer one
            "log_level": "WARNING",
            "scheduler_polling_interval_sec": _POLL_SECONDS,
        }
    )

    def run(at: datetime, context: Any) -> None:
        try:
            content.calendar.run(context["entry"], at)
        except NotFound:  # taken off the calendar meanwhile
            return

    workflow = DBOS.workflow(name="write_entry")(run)
    DBOS.launch()
    return _Dbos(DBOS, workflow)


def _log_with_ours() -> None:
    """Have DBOS log through this process's logging instead of a handler of its own on standard error."""
    logger = logging.getLogger("dbos")
    logger.handlers[:] = [logging.NullHandler()]  # with none at all it adds its own
    logger.propagate = True


def _keep(content: Content, dbos: _Dbos, stop: threading.Event, every: float) -> None:
    """Do what is due, again and again; no failure ends it."""
    applied: dict[str, Plan] | None = None
    while True:
        try:
            wanted = plans(content)
            if wanted != applied:
                dbos.apply(wanted)
                applied = wanted
            content.welcomes.close()
            content.calendar.sweep()
        except Exception:
            log.exception("the calendar could not do what is due; it tries again in %g s", every)
        if stop.wait(every):
            return


def _same(known: Mapping[str, Any], each: Plan) -> bool:
    return (known["schedule"], known["cron_timezone"], known["automatic_backfill"]) == (
        each.cron,
        each.time_zone,
        each.catch_up,
    )
