"""Drafts on the desk: written, edited, approved, scheduled, cancelled; every step checked and audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.drafting.editing import edited, hard
from copilot.drafting.fitting import channel_named
from copilot.drafting.state import EDITABLE, Brief, Delivery, DraftState, KeptDraft, Performance, Revision, moved
from copilot.drafting.types import Draft, Tone
from copilot.errors import Conflict, InvalidInput
from copilot.ports import Deed, Store, UnitOfWork
from copilot.ports.content import DraftFilter
from copilot.service.content.writing import Writer, Written
from copilot.types import Case, Decision, Resolution

LATE = timedelta(hours=6)
"""How long after its slot a draft that a person scheduled may still go out, where nothing was running meanwhile."""
FARTHEST = timedelta(days=366)
_LONGEST_REASON = 500


class DraftDesk:
    """What people do with drafts."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer

    def write(self, brief: Brief, actor: str, now: datetime | None = None) -> KeptDraft:
        """Write a draft and keep it; raises NotFound and InvalidInput."""
        now = now or datetime.now(UTC)
        written = self._writer.write(brief, now)
        with self._store.begin() as unit:
            return self.keep(unit, brief, written, actor, now)

    def keep(
        self, unit: UnitOfWork, brief: Brief, written: Written, actor: str, now: datetime, **further: Any
    ) -> KeptDraft:
        """Keep what was written within somebody's unit of work."""
        settings = unit.content.plans.settings(brief.community)
        destination = settings.destinations[0].name if settings.destinations else ""
        new = KeptDraft(
            written.draft,
            brief,
            written.channel,
            actor,
            now,
            objections=written.objections,
            details=written.details,
            **{"destination": destination, **further},
        )
        kept = unit.content.drafts.add(new)
        note(unit, kept, "write", actor, now, after={"kind": brief.kind.value, "by": written.draft.written_by})
        return kept

    def get(self, draft_id: int) -> KeptDraft:
        """Return one; raises NotFound."""
        with self._store.begin() as unit:
            return unit.content.drafts.get(draft_id)

    def listed(self, community_id: str, which: DraftFilter) -> list[KeptDraft]:
        """Return drafts of a community, newest first; raises NotFound without it."""
        with self._store.begin() as unit:
            unit.communities.revision(community_id)
            return unit.content.drafts.listed(community_id, which)

    def revisions(self, draft_id: int) -> list[Revision]:
        """Return all texts a draft had, oldest first."""
        with self._store.begin() as unit:
            return unit.content.drafts.revisions(draft_id)

    def attempts(self, draft_id: int) -> list[Delivery]:
        """Return all attempts to publish it, oldest first."""
        with self._store.begin() as unit:
            return unit.content.drafts.attempts(draft_id)

    def tried(self, draft_id: int, text: str, channel: str = "", editor: str = "") -> KeptDraft:
        """Return what an edit would make of a draft, with the gate's objections; keeps nothing."""
        with self._store.begin() as unit:
            kept = unit.content.drafts.get(draft_id)
            composed = unit.content.drafts.revisions(draft_id)
            domains = unit.communities.get(kept.draft.community).allow_domains
        return self._edited(kept, _machine(composed, kept.draft), text, channel, editor, domains)

    def _edited(
        self, kept: KeptDraft, composed: Draft, text: str, channel: str, editor: str, domains: Sequence[str]
    ) -> KeptDraft:
        chosen = channel_named(channel or kept.channel)
        draft = edited(kept.draft, text, editor)
        found = self._writer.check(draft, composed, chosen, domains)
        return replace(kept, draft=draft, channel=chosen.name, objections=found)

    def edit(
        self,
        draft_id: int,
        version: int,
        actor: str,
        *,
        text: str | None = None,
        channel: str = "",
        destination: str | None = None,
    ) -> KeptDraft:
        """Change text, channel or destination; what was approved has to be approved again.

        Raises Conflict where somebody changed it since that version, or it is on its way already.
        """
        kept = self.get(draft_id)
        tried = self.tried(draft_id, kept.draft.text if text is None else text, channel, actor)

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            if kept.state not in EDITABLE:
                raise Conflict(f"a draft that is {kept.state.value} is not changed any more", param="state")
            goes = kept.destination if destination is None else destination
            _known_destination(unit, kept, goes)
            return _fresh(replace(tried, version=kept.version, state=kept.state, destination=goes))

        return self.changed(draft_id, version, actor, "edit", change)

    def rewrite(
        self,
        draft_id: int,
        version: int,
        actor: str,
        *,
        tone: Tone | None = None,
        language: str = "",
        length: int | None = None,
        channel: str = "",
    ) -> KeptDraft:
        """Write it anew over fresh facts, in other words; the text before stays a revision."""
        kept = self.get(draft_id)
        if kept.version != version:
            raise Conflict("somebody else has changed this draft meanwhile", param="version")
        brief = replace(
            kept.brief,
            tone=tone or kept.brief.tone,
            language=language or kept.brief.language,
            length=kept.brief.length if length is None else length,
            channel=channel or kept.channel,
            turn=kept.brief.turn + 1,
        )
        written = self._writer.write(brief, datetime.now(UTC))

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            if kept.state not in EDITABLE:
                raise Conflict(f"a draft that is {kept.state.value} is not changed any more", param="state")
            new = replace(kept, brief=brief, draft=written.draft, channel=written.channel, details=written.details)
            return _fresh(replace(new, objections=written.objections))

        return self.changed(draft_id, version, actor, "rewrite", change)

    def approve(self, draft_id: int, version: int, actor: str, reason: str = "") -> KeptDraft:
        """Approve it; one with a slot is scheduled for it. Over the gate's objections only with a reason.

        Raises InvalidInput (`reason`) without one, (`text`) where an objection cannot be overruled.
        """

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            return approved(kept, actor, reason, datetime.now(UTC))

        return self.changed(draft_id, version, actor, "approve", change, reason)

    def schedule(self, draft_id: int, version: int, actor: str, at: datetime) -> KeptDraft:
        """Have an approved draft published at a time; raises InvalidInput for one that is past or too far off."""
        now = datetime.now(UTC)
        if at.tzinfo is None or not now < at <= now + FARTHEST:
            raise InvalidInput("the time lies between now and a year from now", param="at")

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            if kept.state in (DraftState.DRAFT, DraftState.MISSED):
                raise Conflict("it has to be approved first", param="state")
            state = moved(kept.state, DraftState.SCHEDULED)
            return replace(kept, state=state, publish_at=at, expires_at=at + LATE)

        return self.changed(draft_id, version, actor, "schedule", change)

    def unschedule(self, draft_id: int, version: int, actor: str) -> KeptDraft:
        """Take a scheduled draft off its slot; it stays approved."""

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            if kept.state is not DraftState.SCHEDULED:
                raise Conflict("it is not scheduled", param="state")
            return replace(kept, state=DraftState.APPROVED, publish_at=None, expires_at=None)

        return self.changed(draft_id, version, actor, "unschedule", change)

    def cancel(self, draft_id: int, version: int, actor: str, reason: str = "") -> KeptDraft:
        """Throw it away; raises Conflict where it is on its way already."""

        def change(unit: UnitOfWork, kept: KeptDraft) -> KeptDraft:
            return replace(kept, state=moved(kept.state, DraftState.CANCELLED))

        return self.changed(draft_id, version, actor, "cancel", change, reason)

    def perform(self, draft_id: int, replies: int, participants: int | None, actor: str) -> KeptDraft:
        """Note how a published draft did; raises Conflict for one that is not, InvalidInput for impossible numbers."""
        if replies < 0 or (participants is not None and not 0 <= participants <= replies):
            raise InvalidInput(
                "participants are at most as many as replies, and neither is below 0", param="participants"
            )
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            kept = unit.content.drafts.get(draft_id)
            if kept.state is not DraftState.PUBLISHED:
                raise Conflict("it has not been published", param="state")
            unit.content.drafts.perform(Performance(draft_id, replies, participants, now))
            note(unit, kept, "perform", actor, now, after={"replies": replies, "participants": participants})
            return kept

    def decided(self, community_id: str, since: datetime) -> list[tuple[Case, Resolution]]:
        """Return what people found wrong since then, newest first: what a notice can be about."""
        with self._store.begin() as unit:
            found = unit.resolutions.decided(community_id, since)
        return [(case, r) for case, r in reversed(found) if r.decision is not Decision.ALLOW]

    def performances(self, draft_ids: Sequence[int]) -> Mapping[int, Performance]:
        """How drafts did, where that is known."""
        with self._store.begin() as unit:
            return unit.content.drafts.performances(draft_ids)

    def changed(
        self,
        draft_id: int,
        version: int,
        actor: str,
        verb: str,
        change: Callable[[UnitOfWork, KeptDraft], KeptDraft],
        reason: str = "",
    ) -> KeptDraft:
        """Change a draft of a version in one transaction, and note it."""
        if len(reason) > _LONGEST_REASON:
            raise InvalidInput(f"a reason has at most {_LONGEST_REASON} characters", param="reason")
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            before = unit.content.drafts.get(draft_id)
            if before.version != version:
                raise Conflict("somebody else has changed this draft meanwhile", param="version")
            after = unit.content.drafts.change(change(unit, before), actor)
            note(unit, after, verb, actor, now, before=_brief(before), after=_brief(after), reason=reason)
            return after


def approved(kept: KeptDraft, actor: str, reason: str, now: datetime) -> KeptDraft:
    """Return a draft as approved, or scheduled where it has a slot that is not over."""
    if hard(kept.objections):
        raise InvalidInput("this cannot be published as it is; change the text first", param="text")
    if kept.objections and not reason.strip():
        raise InvalidInput("say why it may be published in spite of what was found", param="reason")
    open_slot = kept.publish_at is not None and (kept.expires_at is None or now <= kept.expires_at)
    state = moved(kept.state, DraftState.SCHEDULED if open_slot else DraftState.APPROVED)
    overruled = reason.strip() if kept.objections else ""
    new = replace(kept, state=state, approved_by=actor, overruled=overruled)
    return new if open_slot else replace(new, publish_at=None, expires_at=None)


def note(
    unit: UnitOfWork,
    kept: KeptDraft,
    verb: str,
    actor: str,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Keep in the audit log what was done with a draft; never what it says."""
    deed = Deed(actor, f"draft.{verb}", kept.draft.community, f"draft:{kept.id}", reason, before or {}, after or {})
    unit.audit.add(deed, now)


def _brief(kept: KeptDraft) -> Mapping[str, Any]:
    return {
        "state": kept.state.value,
        "version": kept.version,
        "publish_at": kept.publish_at.isoformat() if kept.publish_at else None,
        "destination": kept.destination,
        "objections": sorted({violation.kind.value for violation in kept.objections}),
    }


def _fresh(kept: KeptDraft) -> KeptDraft:
    """Return a draft whose text changed: it waits for approval again, for its slot where it still has one."""
    return replace(kept, state=DraftState.DRAFT, approved_by="", overruled="")


def _machine(revisions: Sequence[Revision], draft: Draft) -> Draft:
    """The last text that the machine wrote."""
    return next((r.draft for r in reversed(revisions) if not r.draft.written_by.startswith("person/")), draft)


def _known_destination(unit: UnitOfWork, kept: KeptDraft, name: str) -> None:
    settings = unit.content.plans.settings(kept.draft.community)
    if name and name not in {destination.name for destination in settings.destinations}:
        raise InvalidInput("there is no such destination", param="destination")
