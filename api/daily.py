"""What a running server does by itself, again and again: old messages leave, and the audit log is checked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from copilot.service import Service

log = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds between looks at what is due; a look costs a few queries."""
_AUDIT_EVERY = timedelta(days=1)
_PATIENCE = 10.0
"""Seconds that a stopping server waits for a step of its round; what is cut off is done again later."""

Round = Callable[[datetime], None]


@contextmanager
def rounds(jobs: Sequence[Round], every: float = EVERY) -> Iterator[None]:
    """Make the rounds on a thread of their own while the block runs; a job that fails is logged and tried again."""
    stop = threading.Event()

    def go() -> None:
        while True:
            for job in jobs:
                if stop.is_set():
                    return
                try:
                    job(datetime.now(UTC))
                except Exception:
                    log.exception("a round failed; it is made again")
            if stop.wait(every):
                return

    thread = threading.Thread(target=go, name="rounds", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE)


def of(service: Service) -> tuple[Round, ...]:
    """The jobs of a service. Several processes may have them: a lease keeps two from erasing at once."""
    return service.eraser.daily, AuditRound(service)


class AuditRound:
    """Checks the whole chain once a day, and says it loudly where it is broken."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._last: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Check where a day has passed."""
        if self._last is not None and now - self._last < _AUDIT_EVERY:
            return
        chain = self._service.audit.check(now, whole=True)
        self._last = now
        if chain.broken_at is not None:
            log.error("AUDIT LOG BROKEN at entry %d: it, or what came before it, was changed", chain.broken_at)
