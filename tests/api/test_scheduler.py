"""The calendar keeps time: plans as cron expressions, and with two processes each slot is written for once."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import time

import pytest

from api.scheduler import own_url, plan, plans
from copilot.adapters.sql import SqlStore
from copilot.drafting.types import Kind
from copilot.ports.content import CalendarEntry
from copilot.types import Community

DAILY = CalendarEntry("demo", Kind.BRIEFING, (1, 2, 3, 4, 5, 6, 7), time(8, 0), id=3)


def test_a_plan_begins_so_early_that_there_is_time_to_approve():
    made = plan(DAILY, "Asia/Shanghai")
    assert (made.cron, made.time_zone, made.catch_up) == ("0 7 * * mon,tue,wed,thu,fri,sat,sun", "Asia/Shanghai", True)


def test_a_slot_after_midnight_is_planned_for_the_evening_before():
    late = CalendarEntry("demo", Kind.TOPICS, (1, 7), time(0, 15), lead_minutes=30, id=4)
    assert plan(late, "Asia/Shanghai").cron == "45 23 * * sat,sun"


def test_paused_entries_have_no_plan(make_service):
    service = make_service()
    service.add_community(Community("demo", "阳光花园业主群"))
    kept = service.content.calendar.put(CalendarEntry("demo", Kind.BRIEFING, (1,), time(8, 0)), "owner")
    assert list(plans(service.content)) == [f"entry-{kept.id}"]
    service.content.calendar.put(CalendarEntry("demo", Kind.BRIEFING, (1,), time(8), paused=True, id=kept.id), "owner")
    assert plans(service.content) == {}


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("sqlite:///var/copilot.db", "sqlite:///var/copilot-schedules.db"),
        ("postgresql+psycopg://u:p@h/copilot", "postgresql+psycopg://u:p@h/copilot"),
    ],
)
def test_what_dbos_keeps_lies_beside_ours(url, own):
    assert own_url(url) == own


SERVE = """
import sys, time
from dataclasses import replace
from api import scheduler
from copilot.adapters.sql import SqlStore, connect
from copilot.service.content import Content

url, seconds = sys.argv[1], float(sys.argv[2])
every_two_seconds = scheduler.plan
scheduler.plan = lambda entry, zone: replace(every_two_seconds(entry, zone), cron="*/2 * * * * *")
store = SqlStore(connect(url))
content = Content(store, lambda messages: [], lambda messages: [])
ran = []
content.calendar.run = lambda entry, at: ran.append(at.isoformat())
print("ready", flush=True)
with scheduler.keeping_time(content, url, every=0.5):
    time.sleep(seconds)
print(" ".join(ran), flush=True)
"""


@pytest.mark.slow
def test_of_two_processes_one_writes_for_each_slot(database_url, engine):
    if not database_url.startswith("sqlite"):
        pytest.skip("one database of schedules in a file is what this is about")
    store = SqlStore(engine)
    with store.begin() as unit:
        unit.communities.add(Community("demo", "阳光花园业主群"))
        unit.content.plans.put_entry(replace(DAILY, id=0))
    command = [sys.executable, "-c", SERVE, database_url, "14"]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline().strip() == "ready"
    second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    slots = [slot for process in (first, second) for slot in process.communicate(timeout=60)[0].split()]
    slots = [slot for slot in slots if slot != "ready"]
    assert len(slots) >= 3
    assert len(slots) == len(set(slots))
