"""Between drafts, settings, feeds and the calendar, and the JSON that rows hold of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from copilot.drafting.feeds import FeedState
from copilot.drafting.gate import Violation, ViolationKind
from copilot.drafting.state import Brief
from copilot.drafting.types import Draft, Fact, Kind, Line, Origin, Poll, Sentence, Tone
from copilot.drafting.voice import Emoji, Numbering, Voice
from copilot.ports.channels import Destination
from copilot.ports.content import CalendarEntry, ContentSettings, KeptEvent
from copilot.types import Reason

Json = Mapping[str, Any]


def fact_json(fact: Fact) -> dict[str, Any]:
    """A fact; what is empty is left out."""
    found = {
        "id": fact.id,
        "origin": fact.origin.value,
        "text": fact.text,
        "by": fact.by,
        "at": _iso(fact.at),
        "url": fact.url,
        "trusted": fact.trusted,
    }
    return {name: value for name, value in found.items() if value}


def to_fact(value: Json) -> Fact:
    """The fact that JSON holds."""
    return Fact(
        value["id"],
        Origin(value["origin"]),
        value.get("text", ""),
        value.get("by", ""),
        _moment(value.get("at")),
        value.get("url", ""),
        value.get("trusted", False),
    )


def draft_json(draft: Draft) -> dict[str, Any]:
    """A draft with its facts."""
    return {
        "kind": draft.kind.value,
        "community": draft.community,
        "language": draft.language,
        "tone": draft.tone.value,
        "written_by": draft.written_by,
        "lines": [[[s.text, list(s.facts)] for s in line.sentences] for line in draft.lines],
        "facts": [fact_json(fact) for fact in draft.facts],
        "poll": None if draft.poll is None else [draft.poll.question, list(draft.poll.options)],
    }


def to_draft(value: Json) -> Draft:
    """The draft that JSON holds."""
    poll = value["poll"]
    return Draft(
        Kind(value["kind"]),
        value["community"],
        value["language"],
        Tone(value["tone"]),
        tuple(Line(tuple(Sentence(text, tuple(facts)) for text, facts in line)) for line in value["lines"]),
        tuple(to_fact(fact) for fact in value["facts"]),
        value["written_by"],
        None if poll is None else Poll(poll[0], tuple(poll[1])),
    )


def violation_json(violation: Violation) -> dict[str, Any]:
    """What the gate objects to."""
    return {
        "kind": violation.kind.value,
        "zh": violation.message.zh,
        "en": violation.message.en,
        "line": violation.line,
        "span": list(violation.span),
    }


def to_violation(value: Json) -> Violation:
    """The objection that JSON holds."""
    start, end = value["span"]
    reason = Reason(value["zh"], value["en"])
    return Violation(ViolationKind(value["kind"]), reason, value["line"], (start, end))


def brief_json(brief: Brief) -> dict[str, Any]:
    """What was asked for."""
    return asdict(brief) | {"on": None if brief.on is None else brief.on.isoformat()}


def to_brief(value: Json) -> Brief:
    """The brief that JSON holds."""
    return Brief(
        **{
            **value,
            "kind": Kind(value["kind"]),
            "on": None if value["on"] is None else date.fromisoformat(value["on"]),
            "tone": None if value["tone"] is None else Tone(value["tone"]),
            "cases": tuple(value["cases"]),
            "joins": tuple(value["joins"]),
        }
    )


def feed_state_json(state: FeedState) -> dict[str, Any]:
    """What is remembered about a feed."""
    times = {name: _iso(getattr(state, name)) for name in ("checked_at", "changed_at", "not_before")}
    return asdict(state) | times


def to_feed_state(value: Json) -> FeedState:
    """The state that JSON holds."""
    times = {name: _moment(value[name]) for name in ("checked_at", "changed_at", "not_before")}
    return FeedState(**{**value, **times})


def event_json(event: KeptEvent) -> dict[str, Any]:
    """An event, but for its id and community."""
    at = None if event.time is None else event.time.isoformat()
    return {
        "name": event.name,
        "when": event.when,
        "time": at,
        "place": event.place,
        "url": event.url,
        "notice_days": event.notice_days,
    }


def to_event(row: Json) -> KeptEvent:
    """The event a row holds."""
    body = row["body"]
    return KeptEvent(row["community_id"], **{**body, "time": _time(body["time"])}, id=row["id"])


def entry_json(entry: CalendarEntry) -> dict[str, Any]:
    """An entry, but for its id and community."""
    return {
        "kind": entry.kind.value,
        "weekdays": list(entry.weekdays),
        "at": entry.at.isoformat(),
        "lead_minutes": entry.lead_minutes,
        "late_minutes": entry.late_minutes,
        "catch_up": entry.catch_up,
        "paused": entry.paused,
        "destination": entry.destination,
    }


def to_entry(row: Json) -> CalendarEntry:
    """The entry a row holds."""
    body = row["body"]
    plain = {k: body[k] for k in ("lead_minutes", "late_minutes", "catch_up", "paused", "destination")}
    return CalendarEntry(
        row["community_id"],
        Kind(body["kind"]),
        tuple(body["weekdays"]),
        time.fromisoformat(body["at"]),
        **plain,
        id=row["id"],
    )


def settings_json(settings: ContentSettings) -> dict[str, Any]:
    """Settings, but for their version."""
    return {
        "voice": None if settings.voice is None else asdict(settings.voice),
        "language": settings.language,
        "examples": list(settings.examples),
        "signature": settings.signature,
        "helpers": list(settings.helpers),
        "ceremony": settings.ceremony,
        "quiet_from": None if settings.quiet_from is None else settings.quiet_from.isoformat(),
        "quiet_until": None if settings.quiet_until is None else settings.quiet_until.isoformat(),
        "automatic": sorted(settings.automatic),
        "destinations": [asdict(destination) for destination in settings.destinations],
        "welcome_minutes": settings.welcome_minutes,
        "welcome_most": settings.welcome_most,
    }


def to_settings(body: Json, version: int) -> ContentSettings:
    """The settings that JSON holds."""
    return ContentSettings(
        voice=None if body["voice"] is None else _voice(body["voice"]),
        language=body["language"],
        examples=tuple(body["examples"]),
        signature=body["signature"],
        helpers=tuple(body["helpers"]),
        ceremony=body["ceremony"],
        quiet_from=_time(body["quiet_from"]),
        quiet_until=_time(body["quiet_until"]),
        automatic=frozenset(Kind(kind) for kind in body["automatic"]),
        destinations=tuple(Destination(**destination) for destination in body["destinations"]),
        welcome_minutes=body["welcome_minutes"],
        welcome_most=body["welcome_most"],
        version=version,
    )


def _voice(value: Json) -> Voice:
    kinds = {"tone": Tone(value["tone"]), "emoji": Emoji(value["emoji"]), "numbering": Numbering(value["numbering"])}
    return Voice(**{**value, **kinds, "closings": tuple(value["closings"])})


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _time(value: str | None) -> time | None:
    return None if value is None else time.fromisoformat(value)
