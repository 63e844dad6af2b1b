"""A replay while somebody waits: progress, then the report, streamed in one answer.

Whoever leaves the page or cancels closes the connection, and the replay stops; nothing was changed in either case.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api.console.guard import Visit
from api.console.routes.settings.forms import Typed, fragment
from api.pieces import pieces_of
from copilot.errors import CopilotError
from copilot.replay import Change, ReplayReport
from copilot.service.replays import Proposal
from copilot.types import Decision

DAYS, LIMITS = (7, 30, 90), (2_000, 20_000, 100_000)
_TICK = 0.3
"""Seconds between two words on how far it is."""
_GRAVEST = (Change.CLEAN_HIT, Change.HARM_MISSED, Change.HARM_CAUGHT, Change.CLEAN_SPARED)


class _Stopped(Exception):
    """Nobody waits any more."""


@dataclass(slots=True)
class _Watch:
    """How far a replay is, and whether somebody still waits for it."""

    done: int = 0
    total: int = 0
    left: threading.Event = field(default_factory=threading.Event)

    def hear(self, done: int, total: int) -> None:
        """Take note, and stop the replay where nobody waits."""
        self.done, self.total = done, total
        if self.left.is_set():
            raise _Stopped


@dataclass(frozen=True, slots=True)
class Example:
    """A message whose decision changes."""

    id: int
    text: str


def run(request: Request, visit: Visit, form: Typed, proposal: Proposal) -> Response:
    """Replay a proposal over the days and messages that the form asks for; the answer is a stream of fragments."""
    days = form.whole("days", 1, 365, 30)
    limit = form.whole("limit", 1, 200_000, 20_000)
    return StreamingResponse(
        _told(request, visit, proposal, days, limit),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _told(request: Request, visit: Visit, proposal: Proposal, days: int, limit: int) -> AsyncIterator[str]:
    watch, started = _Watch(), perf_counter()
    now = datetime.now(UTC)
    replays = pieces_of(request).service.replays
    arguments = (visit.community.id, proposal, now, now - timedelta(days=days), limit, watch.hear)
    running = asyncio.get_running_loop().run_in_executor(None, replays.replay, *arguments)
    running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # nobody may be left to ask for it
    try:
        while not (await asyncio.wait({running}, timeout=_TICK))[0]:
            yield _event(fragment(request, visit, "replay_progress", watch=watch))
        try:
            report = running.result()
        except CopilotError as error:
            yield _event(fragment(request, visit, "replay_failed", error=error))
            return
        seconds = perf_counter() - started
        yield _event(await asyncio.to_thread(reported, request, visit, report, days=days, seconds=seconds))
    finally:
        watch.left.set()


def reported(request: Request, visit: Visit, report: ReplayReport, *, days: int, seconds: float) -> Response:
    """The report as a fragment, with the texts of its examples."""
    texts = pieces_of(request).service.review.texts(sorted({i for ids in report.examples.values() for i in ids}))
    examples = {change: [Example(i, texts[i]) for i in ids] for change, ids in report.examples.items()}
    return fragment(
        request,
        visit,
        "replay_report",
        report=report,
        days=days,
        seconds=seconds,
        decisions=tuple(Decision),
        changes=_ordered(report.changes),
        examples=examples,
    )


def _ordered(changes: Mapping[Change, int]) -> list[Change]:
    """The changes that there are, first those that people would object to."""
    order = [*_GRAVEST, *(change for change in Change if change not in _GRAVEST)]
    return [change for change in order if changes.get(change)]


def _event(answer: Response) -> str:
    text = bytes(answer.body).decode()
    return "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
