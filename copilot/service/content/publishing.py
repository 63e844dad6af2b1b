"""Publish a draft exactly once: the intent is written before anything is sent, the result after.

Between the two nobody can tell from here whether the post is out. So what is found there, after a crash or a silent
receiver, becomes `unknown` and a question to a person; it is never simply sent again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.drafting.state import Delivery, DraftState, KeptDraft, moved
from copilot.errors import Conflict, InvalidInput
from copilot.ports import Destination, NotSent, Post, Sender, Store, UnitOfWork
from copilot.service.content.drafts import note

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a sender may be at it; senders have to give up earlier."""
BOT_LEASE = timedelta(minutes=15)
"""How long a bot that posts drafts itself has to report."""
MACHINE = "machine"
BOT = "bot"
"""What stands for the destination where a bot fetches the draft."""
_MOST_SPENT = 0.25
"""Share of the lease that may pass between intent and sending, as after a pause of the whole machine."""
_SETTLED = frozenset({DraftState.PUBLISHED, DraftState.FAILED, DraftState.UNKNOWN})
_LONGEST_DETAIL = 300


class Publishing:
    """Hands drafts over and keeps what became of them."""

    def __init__(self, store: Store, senders: Mapping[str, Sender], lease: timedelta = LEASE) -> None:
        self._store = store
        self._senders = senders
        self._lease = lease

    def publish(self, draft_id: int, version: int, actor: str) -> KeptDraft:
        """Publish an approved, scheduled or failed draft, or let a bot do so; returns it as it then stands.

        Raises Conflict where it is in another state or somebody else was faster: of several who try at once one sends.
        """
        began = time.monotonic()
        kept, delivery, to = self._intend(draft_id, version, actor)
        if to is None:
            return kept
        if time.monotonic() - began > self._lease.total_seconds() * _MOST_SPENT:
            return self._record(delivery, DraftState.FAILED, detail="it took too long before anything was sent")
        return self._send(kept, delivery, to)

    def _intend(self, draft_id: int, version: int, actor: str) -> tuple[KeptDraft, Delivery, Destination | None]:
        """Write down that it is about to be sent."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            kept = unit.content.drafts.get(draft_id)
            if kept.version != version:
                raise Conflict("somebody else has changed this draft meanwhile", param="version")
            to = self._destination(unit, kept)
            state = moved(kept.state, DraftState.PUBLISHING)
            kept = unit.content.drafts.change(replace(kept, state=state), actor)
            where = to.name if to else BOT
            until = now + (self._lease if to else BOT_LEASE)
            new = Delivery(draft_id, key_of(kept, where), where, actor, now, until)
            delivery = unit.content.drafts.attempt(new)
            note(unit, kept, "publish", actor, now, after={"destination": where, "attempt": delivery.id})
        return kept, delivery, to

    def _destination(self, unit: UnitOfWork, kept: KeptDraft) -> Destination | None:
        if not kept.destination:
            return None
        settings = unit.content.plans.settings(kept.draft.community)
        found = next((each for each in settings.destinations if each.name == kept.destination), None)
        if found is None or found.kind not in self._senders:
            raise InvalidInput("its destination is not set up", param="destination")
        return found

    def _send(self, kept: KeptDraft, delivery: Delivery, to: Destination) -> KeptDraft:
        post = post_of(kept, delivery)
        try:
            receipt = self._senders[to.kind].send(post, to)
        except NotSent as error:
            return self._record(delivery, DraftState.FAILED, detail=error.message)
        except Exception as error:
            log.warning("draft %d: nobody can tell whether it was posted: %s", kept.id, type(error).__name__)
            return self._record(delivery, DraftState.UNKNOWN, detail=f"{type(error).__name__}: {error}")
        return self._record(delivery, DraftState.PUBLISHED, receipt=receipt)

    def _record(
        self,
        delivery: Delivery,
        state: DraftState,
        *,
        receipt: str = "",
        detail: str = "",
        actor: str = MACHINE,
        at: datetime | None = None,
    ) -> KeptDraft:
        """Write down what became of an attempt; a late answer to the very attempt also settles an unknown one."""
        now = at or datetime.now(UTC)
        with self._store.begin() as unit:
            settled = replace(
                delivery, state=state, ended_at=now, receipt=receipt[:_LONGEST_DETAIL], detail=detail[:_LONGEST_DETAIL]
            )
            before = (
                {DraftState.PUBLISHING} if state is DraftState.UNKNOWN else {DraftState.PUBLISHING, DraftState.UNKNOWN}
            )
            unit.content.drafts.settle(settled, before)
            kept = unit.content.drafts.get(delivery.draft)
            at_last = now if state is DraftState.PUBLISHED else kept.published_at
            kept = unit.content.drafts.change(
                replace(kept, state=moved(kept.state, state), published_at=at_last), actor
            )
            after: dict[str, Any] = {"state": state.value, "attempt": delivery.id}
            note(unit, kept, "outcome", actor, now, after=after, reason=detail[:_LONGEST_DETAIL])
        return kept

    def outcome(self, draft_id: int, key: str, state: DraftState, actor: str, detail: str = "") -> KeptDraft:
        """Keep what a bot reports of its attempt, told apart by its key; the same report again changes nothing.

        Raises Conflict for a report on an attempt that is settled otherwise.
        """
        delivery = self._last(draft_id)
        if delivery.key != key:
            raise Conflict("this is not the key of its last attempt", param="key")
        if delivery.state is state:
            return self.get(draft_id)
        return self._record(delivery, _reportable(state), detail=detail, actor=actor)

    def settle(self, draft_id: int, version: int, state: DraftState, actor: str, reason: str = "") -> KeptDraft:
        """A person has looked and says whether it was posted; raises Conflict where nobody asked."""
        kept, delivery = self.get(draft_id), self._last(draft_id)
        if kept.version != version:
            raise Conflict("somebody else has changed this draft meanwhile", param="version")
        if kept.state is not DraftState.UNKNOWN or state is DraftState.UNKNOWN:
            raise Conflict("what became of it is known", param="state")
        return self._record(delivery, _reportable(state), detail=reason, actor=actor)

    def get(self, draft_id: int) -> KeptDraft:
        """Return a draft; raises NotFound."""
        with self._store.begin() as unit:
            return unit.content.drafts.get(draft_id)

    def _last(self, draft_id: int) -> Delivery:
        with self._store.begin() as unit:
            unit.content.drafts.get(draft_id)
            attempts = unit.content.drafts.attempts(draft_id)
        if not attempts:
            raise Conflict("nobody has tried to publish it", param="state")
        return attempts[-1]

    def recover(self, now: datetime | None = None) -> list[KeptDraft]:
        """Make attempts that nobody is at any more unknown, as after a crash; returns their drafts."""
        now = now or datetime.now(UTC)
        with self._store.begin() as unit:
            left = unit.content.drafts.abandoned(now)
        found = []
        for delivery in left:
            try:
                found.append(self._record(delivery, DraftState.UNKNOWN, detail="whoever was at it has not reported"))
            except Conflict:  # it has, meanwhile
                continue
        return found


def key_of(kept: KeptDraft, destination: str) -> str:
    """Return what tells a receiver that a post is the same again: one key for a draft and a destination."""
    return f"draft-{kept.id}-{kept.created_at:%Y%m%dT%H%M%S}-{destination}"[:128]


def post_of(kept: KeptDraft, delivery: Delivery) -> Post:
    """Return what is handed over."""
    poll = kept.draft.poll
    return Post(
        key=delivery.key,
        community=kept.draft.community,
        draft=kept.id,
        kind=kept.draft.kind.value,
        language=kept.draft.language,
        text=kept.draft.text,
        at=delivery.started_at,
        poll=None if poll is None else {"question": poll.question, "options": list(poll.options)},
    )


def _reportable(state: DraftState) -> DraftState:
    if state not in _SETTLED:
        raise InvalidInput("an outcome is published, failed or unknown", param="outcome")
    return state
