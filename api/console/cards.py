"""A case's card as its template needs it: evidence cut out, scores beside their bands, reasons in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.console.guard import Visit
from api.console.words import say
from copilot.errors import Conflict
from copilot.people import Role
from copilot.policy.answers import answer_for
from copilot.policy.bands import NEVER_REMOVED
from copilot.ports import Stage
from copilot.service.card import Card
from copilot.types import LABELS, Case, Label, Measure, Reason, Resolution

_SHOWN_SCORES, _WORTH_A_BAR = 4, 0.1
_SHOWN_REASONS = 6
_APART = frozenset({"standing", "precedent", "shadow"})
"""Signals that have places of their own on the card."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One label's score in [0, 1] beside its thresholds; `remove` is None where nothing goes by itself."""

    label: Label
    score: float
    review: float
    remove: float | None
    flagged: bool


def card_context(card: Card, visit: Visit, language: str) -> dict[str, Any]:
    """What `queue/card.html` shows."""
    case, waiting = card.case, card.waiting
    assessment = case.assessment
    now = datetime.now(UTC)
    suggested = answer_for(assessment.measure, assessment.decision)
    stands = card.file.standing
    return {
        "card": card,
        "case": case,
        "waiting": waiting,
        "bars": bars(card),
        "reasons": reasons(case, language),
        "why_measure": _said(next((s.reason for s in assessment.signals if s.source == "standing"), None), language),
        "suggested": suggested.value if suggested else "",
        "minutes": assessment.mute_minutes,
        "lasting": duration(language, assessment.mute_minutes * 60),
        "level": waiting.urgency.level(now).value,
        "place": place(card, now, language),
        "held": card.claim.holder if card.claim and card.claim.holder != visit.actor else "",
        "stands": stands,
        "outcome": outcome(stands, language) if stands else "",
        "seen": stands.id if stands else 0,
        "is_rumour": Label.RUMOR in assessment.labels,
        "may_decide": visit.role.includes(Role.MODERATOR)
        and (waiting.stage is not Stage.ESCALATED or visit.role.includes(Role.OWNER)),
        "percent": percent,
    }


def bars(card: Card) -> list[Bar]:
    """The scores worth showing, highest first: of flagged labels, and of those that come near."""
    assessment = card.case.assessment
    found = [
        Bar(
            label,
            assessment.scores[label],
            card.bands[label].review,
            None if label in NEVER_REMOVED or card.bands[label].remove > 1 else card.bands[label].remove,
            label in assessment.labels,
        )
        for label in LABELS
        if label in assessment.scores
    ]
    found.sort(key=lambda bar: (not bar.flagged, -bar.score))
    return [bar for bar in found if bar.flagged or bar.score >= _WORTH_A_BAR][:_SHOWN_SCORES] or found[:1]


def reasons(case: Case, language: str) -> list[str]:
    """Why the machine flagged it, one sentence each, the surest first."""
    signals = [s for s in case.assessment.signals if s.source not in _APART]
    signals.sort(key=lambda s: (s.label not in case.assessment.labels, -s.score))
    return list(dict.fromkeys(_said(s.reason, language) for s in signals))[:_SHOWN_REASONS]


def place(card: Card, now: datetime, language: str) -> str:
    """Why the case stands where it does: the parts of its urgency, in words."""
    urgency = card.waiting.urgency
    said = [say(language, "queue.place.waiting", time=duration(language, (now - urgency.arrived_at).total_seconds()))]
    if urgency.reach.audience > 1:
        said.append(say(language, "queue.place.audience", n=urgency.reach.audience))
    if card.copies:
        said.append(say(language, "queue.place.copies", n=len(card.copies)))
    if urgency.reports > 0:
        said.append(say(language, "queue.place.reports"))
    if urgency.label is not None:
        label = say(language, f"label.{urgency.label.value}")
        said.insert(0, say(language, "queue.place.label", label=label, score=percent(urgency.confidence)))
    return " · ".join(said)


def duration(language: str, seconds: float) -> str:
    """How long, in the largest unit that fits."""
    minutes = max(0, int(seconds // 60))
    for unit, size in (("days", 1440), ("hours", 60), ("minutes", 1)):
        if minutes >= size:
            return say(language, f"queue.time.{unit}", n=minutes // size)
    return say(language, "queue.time.now")


def percent(share: float) -> str:
    """A share as whole per cent; only certainty is 100 %."""
    return f"{min(99, round(share * 100)) if share < 1 else 100}%"


def clash(error: Conflict, stands: Resolution | None, several: bool, visit: Visit, language: str) -> dict[str, Any]:
    """What to tell somebody who came second: who was there first, and what they made of it."""
    if error.param == "claim":
        return {"kind": "claim", "text": say(language, "queue.clash.claim"), "seen": 0}
    if error.param == "stage":
        return {"kind": "stage", "text": say(language, "queue.clash.stage"), "seen": 0}
    if stands is None:
        key = "queue.clash.copies" if several else "queue.clash.moved"
        return {"kind": "copies" if several else "stage", "text": say(language, key), "seen": 0}
    text = say(language, "queue.clash.decided", who=stands.actor, what=outcome(stands, language))
    return {"kind": "decided", "text": text, "seen": stands.id}


def outcome(resolution: Resolution, language: str) -> str:
    """A decision in a few words: what it was found to be, what happened to it, and to its author."""
    labels = say(language, "queue.and").join(say(language, f"label.{label.value}") for label in resolution.labels)
    said = [labels] if labels else []
    said.append(say(language, f"queue.outcome.{resolution.decision.value}"))
    if resolution.measure is not Measure.NONE:
        said.append(say(language, f"measure.{resolution.measure.value}"))
    return " · ".join(said)


def _said(reason: Reason | None, language: str) -> str:
    if reason is None:
        return ""
    return reason.en if language == "en" else reason.zh
