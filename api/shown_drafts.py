"""Drafts as answers of the API."""

from __future__ import annotations

from collections.abc import Sequence

from api.schemas.drafts import DraftOut, FactOut, LineOut, ObjectionOut, PollOut, SentenceOut
from api.shown import Lang
from copilot.drafting.editing import HARD
from copilot.drafting.fitting import channel_named
from copilot.drafting.state import Delivery, KeptDraft
from copilot.drafting.types import Fact


def shown_draft(kept: KeptDraft, attempts: Sequence[Delivery], lang: Lang) -> DraftOut:
    """A draft with its facts, objections, and the key of its last attempt."""
    draft, channel = kept.draft, channel_named(kept.channel)
    return DraftOut(
        id=kept.id,
        community=draft.community,
        kind=draft.kind,
        state=kept.state,
        version=kept.version,
        language=draft.language,
        tone=draft.tone,
        text=draft.text,
        lines=[
            LineOut(sentences=[SentenceOut(text=s.text, facts=list(s.facts)) for s in line.sentences])
            for line in draft.lines
        ],
        facts=[_fact(fact) for fact in draft.facts],
        poll=None if draft.poll is None else PollOut(question=draft.poll.question, options=list(draft.poll.options)),
        objections=[
            ObjectionOut(
                kind=v.kind.value,
                message=v.message.zh if lang == "zh" else v.message.en,
                line=v.line,
                span=v.span,
                hard=v.kind in HARD,
            )
            for v in kept.objections
        ],
        overruled=kept.overruled,
        channel=kept.channel,
        destination=kept.destination,
        size=channel.size(draft.text),
        limit=channel.limit,
        written_by=draft.written_by,
        created_by=kept.created_by,
        created_at=kept.created_at,
        approved_by=kept.approved_by,
        publish_at=kept.publish_at,
        expires_at=kept.expires_at,
        published_at=kept.published_at,
        key=attempts[-1].key if attempts else None,
        details=dict(kept.details),
    )


def _fact(fact: Fact) -> FactOut:
    """A fact; a day has no time, and its words say which it is."""
    at = fact.at if fact.at is not None and fact.at.tzinfo is not None else None
    return FactOut(id=fact.id, origin=fact.origin, text=fact.text, by=fact.by, at=at, url=fact.url)
